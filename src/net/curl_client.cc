#include "net/curl_client.h"

#include <algorithm>
#include <array>
#include <exception>
#include <list>
#include <system_error>
#include <utility>

#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "net/ca_bundle.h"
#include "net/curl_errors.h"
#include "net/curl_library.h"
#include "net/exchange.h"
#include "net/url.h"

namespace unentropy {
namespace {

constexpr long kBufferBytes = 512L << 10;

// Request headers as libcurl wants them. It reads the nodes and copies nothing, so that they can be wiped.
class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() {
    for (std::string& line : lines_) wipe(line);
  }

  void add(std::string_view name, std::string_view value) {
    if (name.empty() || name.find_first_of(" \r\n:;") != std::string_view::npos ||
        value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      throw Error(ErrorKind::internal, "the HTTP header `" + single_line(name) + "` cannot be sent");
    }
    std::string line;
    line.reserve(name.size() + value.size() + 2);  // a copy left behind by growing would not be wiped
    line.append(name).append(value.empty() ? ";" : ": ").append(value);
    push(std::move(line));
  }
  // Keeps libcurl from adding a header of its own.
  void suppress(std::string_view name) { push(std::string(name) + ":"); }

  const curl_slist* first() const { return nodes_.empty() ? nullptr : &nodes_.front(); }

 private:
  void push(std::string line) {
    lines_.push_back(std::move(line));
    nodes_.push_back({lines_.back().data(), nullptr});
    if (nodes_.size() > 1) std::prev(nodes_.end(), 2)->next = &nodes_.back();
  }

  std::list<std::string> lines_;
  std::list<curl_slist> nodes_;
};

// One exchange, as the callbacks see it.
struct Transfer {
  Exchange exchange;
  const CurlOptions& options;
  std::exception_ptr exception;  // thrown in a callback

  Transfer(const HttpRequest& request, const CurlOptions& client_options)
      : exchange(request), options(client_options) {}
  bool stopped() const { return exchange.stopped() != Exchange::Stop::none; }
};

// An exception must not pass through libcurl; it waits in the transfer.
template <typename Body>
std::size_t guarded(void* data, std::size_t failure, const Body& body) {
  auto& transfer = *static_cast<Transfer*>(data);
  try {
    return body(transfer);
  } catch (...) {
    transfer.exception = std::current_exception();
    return failure;
  }
}

std::size_t header_callback(char* bytes, std::size_t size, std::size_t count, void* data) {
  return guarded(data, 0, [&](Transfer& transfer) {
    transfer.exchange.on_header({bytes, size * count});
    return transfer.stopped() ? 0 : size * count;
  });
}

std::size_t write_callback(char* bytes, std::size_t size, std::size_t count, void* data) {
  return guarded(data, size * count + 1, [&](Transfer& transfer) {
    transfer.exchange.on_body({bytes, size * count});
    return transfer.stopped() ? size * count + 1 : size * count;
  });
}

std::size_t read_callback(char* buffer, std::size_t size, std::size_t count, void* data) {
  return guarded(data, CURL_READFUNC_ABORT,
                 [&](Transfer& transfer) { return transfer.exchange.on_read(buffer, size * count); });
}

int progress_callback(void* data, curl_off_t receive_total, curl_off_t received, curl_off_t send_total,
                      curl_off_t sent) {
  const auto count = [](curl_off_t value) { return static_cast<std::uint64_t>(std::max<curl_off_t>(value, 0)); };
  return static_cast<int>(guarded(data, 1, [&](Transfer& transfer) -> std::size_t {
    if (transfer.options.interrupted && transfer.options.interrupted()) {
      transfer.exchange.stop(Exchange::Stop::interrupted);
      return 1;
    }
    if (transfer.options.progress) {
      transfer.options.progress(count(received), count(receive_total), count(sent), count(send_total));
    }
    return 0;
  }));
}

// libcurl tells the protocol only in its log, which is otherwise not looked at: it repeats headers.
int log_callback(void*, curl_infotype type, char* bytes, std::size_t size, void* data) {
  constexpr std::string_view kUsing = "SSL connection using ";
  const std::string_view line(bytes, size);
  if (type != CURLINFO_TEXT || !line.starts_with(kUsing)) return 0;
  const std::string_view rest = line.substr(kUsing.size());
  guarded(data, 0, [&](Transfer& transfer) -> std::size_t {
    transfer.options.on_tls(rest.substr(0, rest.find_first_of(" \r\n")));
    return 0;
  });
  return 0;
}

template <typename Function>
void (*erased(Function* function))() {
  return reinterpret_cast<void (*)()>(function);
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(CurlOptions options) : options_(std::move(options)) {}

  HttpResponse perform(const HttpRequest& request) override;

 private:
  void prepare();
  void configure(const HttpRequest& request, const UrlOrigin& origin, Transfer& transfer, const HeaderList& headers);
  void configure_body(const HttpRequest& request);
  void configure_trust();
  [[noreturn]] void fail(int code, const UrlOrigin& origin, const Exchange& exchange);
  std::string cause(int code, const UrlOrigin& origin, const Exchange& exchange);
  std::string timed_out(const UrlOrigin& origin, const HttpRequest& request);
  std::string detail(int code) const;

  CurlOptions options_;
  std::unique_ptr<CurlHandle> handle_;
  // The last transfer broke off. libcurl 8.14 remembers an upload that did, `reset` or not, and fails whatever the same
  // handle is used for next.
  bool broken_ = false;
  std::string authorities_;  // PEM; empty: the system's own
  std::array<char, CURL_ERROR_SIZE> error_text_{};
};

void CurlClient::prepare() {
  if (!handle_ && options_.ca_file) authorities_ = ca_bundle_with(*options_.ca_file);
  if (!handle_ || broken_) handle_ = std::make_unique<CurlHandle>();
  handle_->reset();
  error_text_.front() = '\0';
}

void CurlClient::configure_trust() {
  handle_->set_long(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  if (authorities_.empty()) {
    // A library that came with the program looks where the system that built it has them.
    if (const auto bundle = system_ca_bundle()) handle_->set_text(CURLOPT_CAINFO, bundle->string());
    return;
  }
  const curl_blob blob{authorities_.data(), authorities_.size(), CURL_BLOB_NOCOPY};
  // Not every TLS library behind libcurl takes certificates from memory; the system's directory is read all the same.
  if (!handle_->try_set_pointer(CURLOPT_CAINFO_BLOB, &blob)) {
    handle_->set_text(CURLOPT_CAINFO, options_.ca_file->string());
  }
}

void CurlClient::configure_body(const HttpRequest& request) {
  if (request.method == "HEAD") {
    handle_->set_long(CURLOPT_NOBODY, 1);
  } else if (request.body != nullptr || request.method == "PUT" || request.method == "POST" ||
             request.method == "PATCH") {
    handle_->set_long(CURLOPT_UPLOAD, 1);
    handle_->set_long(CURLOPT_UPLOAD_BUFFERSIZE, kBufferBytes);
    handle_->set_text(CURLOPT_CUSTOMREQUEST, request.method);
    handle_->set_size(CURLOPT_INFILESIZE_LARGE,
                      request.body == nullptr ? 0 : static_cast<std::int64_t>(request.body->size()));
    // No CURLOPT_SEEKFUNCTION: with it libcurl would by itself send a body twice when an old connection breaks, and
    // whether the first one took effect is for the caller to find out.
    if (request.body != nullptr) request.body->rewind();
  } else if (request.method != "GET") {
    handle_->set_text(CURLOPT_CUSTOMREQUEST, request.method);
  }
}

void CurlClient::configure(const HttpRequest& request, const UrlOrigin& origin, Transfer& transfer,
                           const HeaderList& headers) {
  CurlHandle& curl = *handle_;
  curl.set_pointer(CURLOPT_ERRORBUFFER, error_text_.data());
  curl.set_text(CURLOPT_URL, request.url);
  curl.set_long(CURLOPT_PATH_AS_IS, 1);
  curl.set_long(CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl.set_long(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl.set_long(CURLOPT_HTTP09_ALLOWED, 0);
  curl.set_long(CURLOPT_HTTP_CONTENT_DECODING, 0);
  curl.set_long(CURLOPT_FOLLOWLOCATION, 0);
  curl.set_long(CURLOPT_NOSIGNAL, 1);
  curl.set_long(CURLOPT_TCP_NODELAY, 1);
  curl.set_long(CURLOPT_TCP_KEEPALIVE, 1);
  curl.set_long(CURLOPT_BUFFERSIZE, kBufferBytes);
  curl.set_long(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  curl.set_long(CURLOPT_LOW_SPEED_LIMIT, 1);
  curl.set_long(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_timeout.count()));
  if (request.timeout) {
    curl.set_long(CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(request.timeout->count())));
  }
  // Without these two libcurl would ask the environment.
  curl.set_text(CURLOPT_PROXY, origin.scheme == "https" ? options_.https_proxy : options_.http_proxy);
  curl.set_text(CURLOPT_NOPROXY, options_.no_proxy);
  curl.set_long(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
  if (origin.scheme == "https") configure_trust();
  if (origin.scheme == "https" && options_.on_tls) {
    curl.set_long(CURLOPT_VERBOSE, 1);
    curl.set_callback(CURLOPT_DEBUGFUNCTION, erased(&log_callback));
    curl.set_pointer(CURLOPT_DEBUGDATA, &transfer);
  }
  curl.set_pointer(CURLOPT_HTTPHEADER, headers.first());
  curl.set_callback(CURLOPT_HEADERFUNCTION, erased(&header_callback));
  curl.set_pointer(CURLOPT_HEADERDATA, &transfer);
  curl.set_callback(CURLOPT_WRITEFUNCTION, erased(&write_callback));
  curl.set_pointer(CURLOPT_WRITEDATA, &transfer);
  curl.set_callback(CURLOPT_READFUNCTION, erased(&read_callback));
  curl.set_pointer(CURLOPT_READDATA, &transfer);
  if (options_.interrupted || options_.progress) {
    curl.set_long(CURLOPT_NOPROGRESS, 0);
    curl.set_callback(CURLOPT_XFERINFOFUNCTION, erased(&progress_callback));
    curl.set_pointer(CURLOPT_XFERINFODATA, &transfer);
  }
  configure_body(request);
}

HttpResponse CurlClient::perform(const HttpRequest& request) {
  const UrlOrigin origin = url_origin(request.url);
  prepare();
  HeaderList headers;
  for (const HttpHeader& header : request.headers) headers.add(header.name, header.value);
  for (const auto& [name, value] : request.secret_headers) headers.add(name, value.reveal());
  const auto given = [&](std::string_view name) {
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [&](const HttpHeader& header) { return to_lower(header.name) == name; });
  };
  for (const char* name : {"Accept", "Expect", "Content-Type"}) {
    if (!given(to_lower(name))) headers.suppress(name);
  }
  Transfer transfer(request, options_);
  configure(request, origin, transfer, headers);
  const int code = handle_->perform();
  broken_ = code != CURLE_OK;
  if (transfer.exception) std::rethrow_exception(transfer.exception);
  if (broken_ && transfer.exchange.stopped() != Exchange::Stop::enough) fail(code, origin, transfer.exchange);
  return transfer.exchange.take_response();
}

std::string CurlClient::timed_out(const UrlOrigin& origin, const HttpRequest& request) {
  // The library's timers end a little early as well as late.
  const double total = handle_->info_seconds(CURLINFO_TOTAL_TIME) * 1000 + 50;
  if (request.timeout && total >= static_cast<double>(request.timeout->count())) {
    return fmt::format("waiting for `{}`: no complete answer within {}", origin.text(),
                       format_duration(*request.timeout));
  }
  if (handle_->info_seconds(CURLINFO_PRETRANSFER_TIME) <= 0) {
    return fmt::format("connecting to `{}`: no connection within {}", origin.text(),
                       format_duration(options_.connect_timeout));
  }
  return fmt::format("waiting for `{}`: nothing was transferred for {}", origin.text(),
                     format_duration(options_.stall_timeout));
}

// libcurl's own account, for TLS alone: other accounts repeat what we say, and could repeat more than may be shown.
std::string CurlClient::detail(int code) const {
  std::string text = single_line(error_text_.data());
  if (text.empty()) text = handle_->describe(code);
  return text;
}

std::string CurlClient::cause(int code, const UrlOrigin& origin, const Exchange& exchange) {
  const std::string server = "`" + origin.text() + "`";
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return fmt::format("connecting to {}: the address of `{}` cannot be found", server, origin.host());
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "connecting to " + server + ": the address of the proxy cannot be found";
    case CURLE_COULDNT_CONNECT: {
      const long number = handle_->info_long(CURLINFO_OS_ERRNO);
      const std::string why =
          number == 0 ? "no connection" : to_lower(std::generic_category().message(static_cast<int>(number)));
      return fmt::format("connecting to {}: {}", server, why);
    }
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(origin, exchange.request());
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return fmt::format("connecting to {}: its certificate is not trusted ({})", server, detail(code));
    case CURLE_SSL_CONNECT_ERROR:
      return fmt::format("connecting to {}: the TLS handshake failed ({})", server, detail(code));
    case CURLE_SSL_CACERT_BADFILE:
      return "the file of certificate authorities cannot be used (" + detail(code) + ")";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return "talking to " + server + ": it does not answer in HTTP";
    case CURLE_PARTIAL_FILE:
      return fmt::format("receiving from {}: the answer ended after {} bytes{}", server, exchange.response().body_bytes,
                         exchange.response().header("content-length")
                             ? " of " + single_line(*exchange.response().header("content-length"), 20)
                             : std::string());
    case CURLE_GOT_NOTHING:
      return "talking to " + server + ": the connection was closed without an answer";
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
      return fmt::format("sending to {}: the connection was cut", server);
    case CURLE_RECV_ERROR:
      return fmt::format("receiving from {}: the connection was cut", server);
    default:
      return fmt::format("talking to {}: {} (libcurl {})", server, to_lower(handle_->describe(code)), code);
  }
}

void CurlClient::fail(int code, const UrlOrigin& origin, const Exchange& exchange) {
  const std::string server = "`" + origin.text() + "`";
  if (exchange.stopped() == Exchange::Stop::interrupted) {
    throw Error(ErrorKind::unavailable, "talking to " + server + ": interrupted", "run the job again");
  }
  if (exchange.stopped() == Exchange::Stop::too_many_headers) {
    throw Error(ErrorKind::unavailable,
                fmt::format("talking to {}: more than {} bytes of headers", server, kMaxHeaderBytes));
  }
  const long tunnel = handle_->info_long(CURLINFO_HTTP_CONNECTCODE);
  if (tunnel >= 300 && exchange.response().status == 0) {
    const ErrorKind kind = tunnel >= 500 ? ErrorKind::unavailable : ErrorKind::denied;
    throw Error(kind, fmt::format("connecting to {}: the proxy answers {}", server, tunnel),
                tunnel == 407 ? "put user and password into the proxy's URL"
                              : "check the proxy settings (`https_proxy`, `no_proxy`)")
        .with_retry({.after = {}, .not_sent = true});
  }
  const bool not_sent = reach_of_curl_code(code) == Reached::no ||
                        (code == CURLE_OPERATION_TIMEDOUT && handle_->info_seconds(CURLINFO_PRETRANSFER_TIME) <= 0);
  throw Error(kind_of_curl_code(code), cause(code, origin, exchange)).with_retry({.after = {}, .not_sent = not_sent});
}

}  // namespace

std::unique_ptr<HttpClient> make_curl_client(CurlOptions options) {
  return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace unentropy
