// An HTTP client that answers from a script and remembers what it was asked.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "net/http.h"

namespace unentropy {

struct SeenRequest {
  std::string method;
  std::string url;
  std::vector<HttpHeader> headers;  // secret ones revealed
  std::string body;

  // The first value of a header, or `(none)`.
  std::string header(std::string_view name) const;
};

class ScriptedHttp final : public HttpClient {
 public:
  // Either answers or throws.
  using Step = std::function<HttpResponse(const HttpRequest&)>;

  ScriptedHttp& then(HttpResponse response);
  ScriptedHttp& then(int status, std::vector<HttpHeader> headers = {}, std::string body = {});
  // An S3 error document.
  ScriptedHttp& then_error(int status, const std::string& code, const std::string& rest = {});
  ScriptedHttp& then_throw(Error error);

  HttpResponse perform(const HttpRequest& request) override;

  const std::vector<SeenRequest>& seen() const { return seen_; }
  bool done() const { return steps_.empty(); }

 private:
  std::deque<Step> steps_;
  std::vector<SeenRequest> seen_;
};

}  // namespace unentropy
