#include "net/exchange.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {

void Exchange::on_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    stop_ = Stop::too_many_headers;
    return;
  }
  line = trim(line);
  if (line.starts_with("HTTP/")) {
    const auto space = line.find(' ');
    const std::string_view digits = space == std::string_view::npos ? "" : line.substr(space + 1, 3);
    response_ = {};
    std::from_chars(digits.data(), digits.data() + digits.size(), response_.status);
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  response_.headers.push_back({std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
}

void Exchange::on_body(std::string_view bytes) {
  response_.body_bytes += bytes.size();
  if (request_.sink && successful()) {
    request_.sink(bytes);
    return;
  }
  const std::uint64_t limit = request_.max_body_bytes;
  const auto room = static_cast<std::size_t>(limit - std::min<std::uint64_t>(limit, response_.body.size()));
  response_.body.append(bytes.substr(0, room));
  if (bytes.size() > room) stop_ = Stop::enough;
}

std::size_t Exchange::on_read(char* buffer, std::size_t capacity) {
  const std::uint64_t left = request_.body->size() - body_sent_;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, capacity));
  if (wanted == 0) return 0;
  const std::size_t got = request_.body->read(buffer, wanted);
  if (got == 0) {
    throw Error(ErrorKind::io,
                fmt::format("what is being sent ended after {} of {} bytes", body_sent_, request_.body->size()),
                "do not change the file while it is sent");
  }
  body_sent_ += got;
  return got;
}

}  // namespace unentropy
