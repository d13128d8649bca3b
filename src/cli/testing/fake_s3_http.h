// An S3 server behind the seam of HTTP: one bucket in a `MemoryStore`, answers that a test can replace, and a clock
// that moves by a millisecond with each request. Signatures are not looked at; that is for real servers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/http.h"
#include "store/memory_store.h"
#include "store/testing/manual_clock.h"

namespace unentropy {

struct FakeRequest {
  std::string method;
  std::string key;    // empty: the bucket
  std::string query;  // as sent
  std::vector<HttpHeader> headers;
  std::string body;

  std::string header(std::string_view name) const;  // empty if it is not there
};

class FakeS3Http final : public HttpClient {
 public:
  FakeS3Http(ManualClock& clock, std::string bucket, ConditionSupport conditions = ConditionSupport::honoured)
      : clock_(clock), bucket_(std::move(bucket)), objects(clock, conditions) {}

  HttpResponse perform(const HttpRequest& request) override;

  static HttpResponse error(int status, const std::string& code, const std::string& rest = {});

  // Looks first: an answer to give instead, or nothing. May throw.
  std::function<std::optional<HttpResponse>(const FakeRequest&)> fault;
  std::string versioning = "<VersioningConfiguration/>";
  std::vector<FakeRequest> seen;

 private:
  HttpResponse answer(const FakeRequest& request);
  HttpResponse put(const FakeRequest& request);
  HttpResponse list(const FakeRequest& request);

  ManualClock& clock_;
  std::string bucket_;

 public:
  MemoryStore objects;
};

}  // namespace unentropy
