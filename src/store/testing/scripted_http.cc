#include "store/testing/scripted_http.h"

#include <array>
#include <stdexcept>

#include "base/text.h"

namespace unentropy {

std::string SeenRequest::header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (to_lower(header.name) == to_lower(name)) return header.value;
  }
  return "(none)";
}

ScriptedHttp& ScriptedHttp::then(HttpResponse response) {
  steps_.push_back([response = std::move(response)](const HttpRequest& request) {
    HttpResponse answer = response;
    answer.body_bytes = answer.body.size();
    if (request.sink && answer.status >= 200 && answer.status < 300) {
      request.sink(answer.body);
      answer.body.clear();
    }
    return answer;
  });
  return *this;
}

ScriptedHttp& ScriptedHttp::then(int status, std::vector<HttpHeader> headers, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.headers.push_back({"Content-Length", std::to_string(body.size())});
  response.body = std::move(body);
  return then(std::move(response));
}

ScriptedHttp& ScriptedHttp::then_error(int status, const std::string& code, const std::string& rest) {
  return then(status, {{"Content-Type", "application/xml"}},
              "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code>" + rest + "</Error>");
}

ScriptedHttp& ScriptedHttp::then_throw(Error error) {
  steps_.push_back([error = std::move(error)](const HttpRequest&) -> HttpResponse { throw error; });
  return *this;
}

HttpResponse ScriptedHttp::perform(const HttpRequest& request) {
  SeenRequest seen{request.method, request.url, request.headers, {}};
  for (const auto& [name, value] : request.secret_headers) seen.headers.push_back({name, std::string(value.reveal())});
  if (request.body != nullptr) {
    request.body->rewind();
    std::array<char, 1024> buffer{};
    while (const std::size_t got = request.body->read(buffer.data(), buffer.size())) {
      seen.body.append(buffer.data(), got);
    }
  }
  seen_.push_back(std::move(seen));
  if (steps_.empty()) throw std::logic_error("a request that the script does not have: " + seen_.back().url);
  const Step step = std::move(steps_.front());
  steps_.pop_front();
  return step(request);
}

}  // namespace unentropy
