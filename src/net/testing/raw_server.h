// A TCP server on loopback that does to a connection whatever a test wants: cut it, stall it, answer nonsense.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/file.h"

namespace unentropy {

// One connection as seen by the server. Closed when the handler returns.
class RawConnection {
 public:
  explicit RawConnection(int fd) : fd_(fd) {}

  // Reads up to the blank line that ends the header; empty if the client closed before.
  std::string read_head();
  // Reads exactly so many bytes of a body, fewer only at the end.
  std::string read_body(std::size_t bytes);
  void send(std::string_view text);
  // Makes the close that follows a reset instead of an orderly end.
  void reset();
  // Blocks until the client closes its side.
  void wait_for_close();

 private:
  int fd_;
  std::string ahead_;  // read beyond the head
};

class RawServer {
 public:
  // `handler` runs in the server's thread, one connection after the other.
  explicit RawServer(std::function<void(RawConnection&)> handler);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  void run();

  std::function<void(RawConnection&)> handler_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// A port of 127.0.0.1 on which nobody listens.
std::uint16_t unused_port();

}  // namespace unentropy
