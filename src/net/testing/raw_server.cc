#include "net/testing/raw_server.h"

#include <array>
#include <stdexcept>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace unentropy {
namespace {

struct Listener {
  UniqueFd fd;
  std::uint16_t port = 0;
};

Listener listen_on_loopback() {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (!fd || ::bind(fd.get(), any, size) != 0 || ::listen(fd.get(), 16) != 0 ||
      ::getsockname(fd.get(), any, &size) != 0) {
    throw std::runtime_error("no socket on loopback");
  }
  return {std::move(fd), ntohs(address.sin_port)};
}

}  // namespace

std::string RawConnection::read_head() {
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto end = ahead_.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::string head = ahead_.substr(0, end + 4);
      ahead_.erase(0, end + 4);
      return head;
    }
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return {};
    ahead_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::string RawConnection::read_body(std::size_t bytes) {
  std::array<char, 65536> buffer{};
  while (ahead_.size() < bytes) {
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (got <= 0) break;
    ahead_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  std::string body = ahead_.substr(0, bytes);
  ahead_.erase(0, body.size());
  return body;
}

void RawConnection::send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawConnection::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void RawConnection::wait_for_close() {
  std::array<char, 65536> buffer{};
  while (::recv(fd_, buffer.data(), buffer.size(), 0) > 0) {
  }
}

RawServer::RawServer(std::function<void(RawConnection&)> handler) : handler_(std::move(handler)) {
  Listener listener = listen_on_loopback();
  listener_ = std::move(listener.fd);
  port_ = listener.port;
  thread_ = std::thread([this] { run(); });
}

RawServer::~RawServer() {
  stopping_ = true;
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void RawServer::run() {
  while (!stopping_) {
    const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client) return;
    // A test that goes wrong must not hang.
    const timeval limit{20, 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ++connections_;
    RawConnection connection(client.get());
    handler_(connection);
  }
}

std::uint16_t unused_port() { return listen_on_loopback().port; }

}  // namespace unentropy
