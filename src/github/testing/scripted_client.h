// A host whose answers are a script, and a clock that its waits turn: for the tests of this folder.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "net/http.h"

namespace unentropy::testing {

// Answers from a script and remembers what was asked.
class ScriptedClient final : public HttpClient {
 public:
  struct Answer {
    int status = 200;
    std::string body;
    std::vector<HttpHeader> headers;
    bool no_answer = false;
  };
  HttpResponse perform(const HttpRequest& request) override {
    asked.push_back(request.method + " " + request.url);
    if (!request.secret_headers.empty()) asked_with_token.push_back(request.url);
    secrets += request.secret_headers.size();
    if (request.body) {
      request.body->rewind();
      std::string sent(request.body->size(), '\0');
      sent.resize(request.body->read(sent.data(), sent.size()));
      bodies.push_back(sent);
    }
    if (answers.empty()) throw Error(ErrorKind::internal, "the script has no further answer");
    const Answer answer = answers.front();
    answers.pop_front();
    if (answer.no_answer) throw Error(ErrorKind::unavailable, "connecting to `https://api`: refused");
    HttpResponse response;
    response.status = answer.status;
    if (request.sink && answer.status >= 200 && answer.status < 300) {
      request.sink(answer.body);
    } else {
      response.body = answer.body;
    }
    response.headers = answer.headers;
    return response;
  }
  std::deque<Answer> answers;
  std::vector<std::string> asked;
  std::vector<std::string> asked_with_token;
  std::vector<std::string> bodies;
  std::size_t secrets = 0;
};

// `kind: message / hint` of what `action` throws.
template <typename Action>
std::string failure(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.kind())) + ": " + error.message() + " / " + error.hint();
  }
  return "nothing thrown";
}

class HandClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
  void sleep_for(Milliseconds duration) override {
    slept.push_back(duration);
    now_ += duration;
  }
  std::vector<Milliseconds> slept;

 private:
  Instant now_{std::chrono::seconds(1'700'000'000)};
};

}  // namespace unentropy::testing
