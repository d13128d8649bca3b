// A store over scripted answers.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "store/s3.h"
#include "store/testing/manual_clock.h"
#include "store/testing/scripted_http.h"

namespace unentropy {

inline const HttpHeader kDate{"Date", "Mon, 03 Feb 2025 04:05:06 GMT"};
inline const HttpHeader kEtag{"ETag", "\"abc\""};

inline S3Settings settings_of(std::string endpoint = "https://s3.example.com") {
  S3Settings settings;
  settings.endpoint = std::move(endpoint);
  settings.bucket = "history";
  settings.access_key_id = Secret("KEY-ID");
  settings.secret_access_key = Secret("SECRET-KEY");
  return settings;
}

class S3StoreTest : public ::testing::Test {
 protected:
  ObjectStore& store(S3Settings settings = settings_of()) {
    store_ = make_s3_store(settings, http_, clock_);
    return *store_;
  }
  template <typename Call>
  Error error_of(const Call& call) {
    try {
      call();
    } catch (const Error& error) {
      return error;
    }
    throw std::runtime_error("nothing was thrown");
  }
  static PutRequest request(PutCondition condition = PutCondition::always()) {
    return {"m.db", ObjectContent::from_bytes("hello"), std::move(condition), "application/vnd.sqlite3", {{"a", "b"}}};
  }
  ~S3StoreTest() override { EXPECT_TRUE(http_.done()) << "the script was not played to its end"; }

  ManualClock clock_{*parse_instant("2025-02-03T04:05:06Z")};
  ScriptedHttp http_;
  TempDir directory_{"/tmp"};
  std::unique_ptr<ObjectStore> store_;
};

}  // namespace unentropy
