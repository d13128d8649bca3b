// The libcurl transport: one handle, kept alive between requests.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace unentropy {

struct CurlOptions {
  Milliseconds connect_timeout{10'000};
  // A transfer slower than 1 byte/s over this time counts as stalled.
  std::chrono::seconds stall_timeout{30};
  std::optional<std::filesystem::path> ca_file;  // trusted beside the system's authorities
  // HTTP(S)_PROXY and NO_PROXY as the environment gives them; empty: none.
  std::string http_proxy;
  std::string https_proxy;
  std::string no_proxy;
  std::function<bool()> interrupted;  // asked during transfers; true ends them with `Error` (unavailable)
  // Called now and then with bytes received and sent so far and the totals (0: unknown).
  std::function<void(std::uint64_t received, std::uint64_t receive_total, std::uint64_t sent, std::uint64_t send_total)>
      progress;
  // Told the protocol of each new TLS connection as the TLS library names it, `TLSv1.3`. Empty: nobody asks.
  std::function<void(std::string_view)> on_tls;
};

// libcurl is loaded at the first request (it alone costs more start-up time than everything else together), so
// commands without network never pay for it. Not thread-safe: one client per thread.
std::unique_ptr<HttpClient> make_curl_client(CurlOptions options);

}  // namespace unentropy
