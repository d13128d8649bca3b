// Credentials in the file: where they belong is said, what they are is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/redact.h"
#include "config/renderer.h"
#include "config/test_support.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Assembled so that no scanner takes this file for a leak.
const std::string kKeyId = std::string("AKIA") + "IOSFODNN7EXAMPLE";
const std::string kToken = std::string("ghp_") + "abcdefghijklmnopqrstuvwxyz0123456789";

// Everything that could be shown of a text, for any place in it.
std::string all_output(const std::string& text) {
  std::string all;
  for (const Diagnostic& d : parse_config(text, ".").diagnostics) {
    all += render_diagnostic(d, "unentropy.json", text) + "\n" + d.message + d.hint + d.path + "\n";
  }
  std::size_t line = 1;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == '\n') {
      for (std::size_t column = 1; column < 200; column += 20) {
        all += render_diagnostic({Diagnostic::Level::error, {line, column}, "$", "m", ""}, "f", text) + "\n";
      }
      ++line;
    }
  }
  return all;
}

std::string redacted(std::string text) {
  const std::vector<ByteRange> ranges = credential_ranges(text);
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    text.replace(range->begin, range->end - range->begin, kRedacted);
  }
  return text;
}

TEST(Credentials, AreAProblemThatSaysWhereTheyBelong) {
  EXPECT_THAT(
      lines_of(with_metric(R"("storage": {"type": "sqlite-s3", "accessKeyId": "x", "secretAccessKey": "x",
    "s3-session-token": "x", "password": "x"}, "github_token": "x")")),
      ElementsAre("1:95 error storage.accessKeyId: credentials do not belong in this file: `accessKeyId` | keep it in "
                  "a secret of "
                  "the repository and pass that as the input `s3-access-key-id` or the variable `AWS_ACCESS_KEY_ID`; "
                  "revoke it if "
                  "it was ever committed",
                  "1:115 error storage.secretAccessKey: credentials do not belong in this file: `secretAccessKey` | "
                  "keep it in a "
                  "secret of the repository and pass that as the input `s3-secret-access-key` or the variable "
                  "`AWS_SECRET_ACCESS_KEY`; revoke it if it was ever committed",
                  "2:5 error storage[\"s3-session-token\"]: credentials do not belong in this file: `s3-session-token` "
                  "| keep it in "
                  "a secret of the repository and pass that as the input `s3-session-token` or the variable "
                  "`AWS_SESSION_TOKEN`; "
                  "revoke it if it was ever committed",
                  "2:30 error storage.password: credentials do not belong in this file: `password` | keep it in a "
                  "secret of the "
                  "repository and give it to the step as an environment variable; revoke it if it was ever committed",
                  "2:48 error github_token: credentials do not belong in this file: `github_token` | keep it in a "
                  "secret of the "
                  "repository and pass that as the input `github-token` or the variable `GITHUB_TOKEN`; revoke it if "
                  "it was ever "
                  "committed"));
}

TEST(Credentials, AreFoundWhereNobodyReads) {
  const auto paths = [](const std::string& text) {
    std::vector<std::string> found;
    for (const Diagnostic& d : parse_config(text, ".").diagnostics) {
      if (d.message.find("credentials do not belong") == 0) found.push_back(d.path);
    }
    return found;
  };
  EXPECT_THAT(paths(with_metric(R"("s3": {"accessKeyId": "x", "more": [{"password": 5}]})")),
              ElementsAre("s3.accessKeyId", "s3.more[0].password"));
  EXPECT_THAT(paths(with_metric(R"("storage": {"apiKey": "x"}, "storage": {})")), ElementsAre("storage.apiKey"));
  EXPECT_THAT(paths(R"({"metrics": {"a": {"$ref": "loc", "token": "x"}, "secret": "x"}})"),
              ElementsAre("metrics.a.token", "metrics.secret"));
}

TEST(Credentials, SettingsOfS3NameTheirInput) {
  EXPECT_THAT(
      lines_of(with_metric(R"("storage": {"endpoint": "x", "bucket": "x", "region": "x", "key": "x"})")),
      ElementsAre("1:74 error storage.endpoint: S3 settings do not belong in this file: `endpoint` | use the input "
                  "`s3-endpoint`",
                  "1:91 error storage.bucket: S3 settings do not belong in this file: `bucket` | use the input "
                  "`s3-bucket`",
                  "1:106 error storage.region: S3 settings do not belong in this file: `region` | use the input "
                  "`s3-region`",
                  "1:121 error storage.key: S3 settings do not belong in this file: `key` | use the input "
                  "`database-key`"));
}

TEST(Credentials, AMetricMayBeCalledToken) {
  const std::string text = R"({"metrics": {"token": {"type": "numeric", "command": "echo 1"}}})";
  EXPECT_THAT(lines_of(text), IsEmpty());
  EXPECT_EQ(redacted(text), text);
}

TEST(Credentials, KeysThatLookLikeOne) {
  for (const char* key : {"accessKeyId", "secretAccessKey", "AWS_SECRET_ACCESS_KEY", "s3-bucket", "s3Endpoint", "token",
                          "npmToken", "password", "db-password", "api_key", "apiKey", "clientSecret", "credentials",
                          "privateKey", "passphrase", "SESSION_TOKEN", "token2", "password_prod", "secretValue"}) {
    EXPECT_TRUE(looks_like_credential(key)) << key;
  }
  for (const char* key : {"metric", "key", "s3", "name", "passed", "access", "api", "private", ""}) {
    EXPECT_FALSE(looks_like_credential(key)) << key;
  }
}

TEST(Credentials, AreRedactedInWellFormedText) {
  EXPECT_EQ(redacted(R"({"password": "hunter2", "name": "n"})"), R"({"password": "***", "name": "n"})");
  EXPECT_EQ(redacted(R"({"password"  :"hun\"ter2","n":1})"), R"({"password"  :"***","n":1})");
  EXPECT_EQ(redacted("{\"password\":\n  \"hunter2\"}"), "{\"password\":\n  \"***\"}");
  EXPECT_EQ(redacted(R"({"token": 12345, "n": 1})"), R"({"token": ***, "n": 1})");
  EXPECT_EQ(redacted(R"({"names": ["a"], "token": ["a", "b"]})"), R"({"names": ["a"], "token": ["***", "***"]})");
  EXPECT_EQ(redacted(R"({"credentials": {"id": "a", "more": {"x": "b"}}, "n": "c"})"),
            R"({"credentials": {"***": "***", "***": {"***": "***"}}, "n": "c"})");
  EXPECT_EQ(redacted(R"({"p\u0061ssword": "hunter2"})"), R"({"p\u0061ssword": "***"})");
  EXPECT_EQ(redacted(R"({"password": ""})"), R"({"password": ""})");
  EXPECT_EQ(redacted(R"({"command": "echo )" + kKeyId + R"( x", "n": ")" + kToken + R"("})"),
            R"({"command": "echo *** x", "n": "***"})");
  EXPECT_EQ(redacted(R"({"name": "the AKIA prefix, ghp_ too"})"), R"({"name": "the AKIA prefix, ghp_ too"})");
}

TEST(Credentials, AreRedactedInBrokenText) {
  const std::vector<std::string> broken{
      R"({"password" "hunter2"})",
      R"({"password": hunter2})",
      R"({"password": hunter2, "n": 1})",
      R"({"password": "hunter2)",
      R"({"password: "hunter2"})",
      R"({password": "hunter2"})",
      R"({password: "hunter2"})",
      R"({'password': 'hunter2'})",
      R"({"password" = "hunter2"})",
      R"({"password" => "hunter2"})",
      R"({"password": "x"hunter2"})",
      R"({"password": x"hunter2"})",
      R"({"password": "x" hunter2})",
      R"({"password": abc,hunter2})",
      R"({"password": abc"def,hunter2})",
      R"({"n": "x" "password": "hunter2"})",
      "{\"n\": \"x\"\n\"password\": \"hunter2\"}",
      "{\"password\"\n:\n\"hunter2\"}",
      "{ // don't\n \"password\": \"hunter2\"}",
      "// \"password\": \"hunter2\"",
      "password: hunter2",
      "PASSWORD=hunter2",
      R"(}}]{"password": "hunter2"})",
      R"([[[{"password": [{"x": {"y": "hunter2"}}]}]]])",
      R"({"password": "abc\)"
      "\n\"hunter2\"",
      "{\"password\": \"\\u0068\x80hunter2\"}",
      R"({"password", "hunter2"})",
      R"({"password"} "hunter2"})",
      R"({"password": }hunter2"})",
      R"({"password": {hunter2"})",
      R"({"password": , "hunter2"})",
  };
  for (const std::string& text : broken) {
    EXPECT_THAT(redacted(text), Not(HasSubstr("hunter2"))) << text;
    EXPECT_THAT(all_output(text), Not(HasSubstr("hunter2"))) << text;
  }
}

// Every typing mistake of one character, but for those in the key, which would make another key of it.
TEST(Credentials, AreRedactedWhateverCharacterIsWrong) {
  const std::string before = R"({"metrics": {"a": {"$ref": "loc"}}, "storage": {"type": "x", )";
  const std::string key = R"("password)";
  const std::string after = R"(": "ZqaZqbZqcZqd", "type": 5}})";
  const auto check = [](const std::string& text) {
    for (const Diagnostic& d : parse_config(text, ".").diagnostics) {
      ASSERT_THAT(render_diagnostic(d, "f", text), Not(HasSubstr("Zq"))) << text;
    }
    const Diagnostic anywhere{Diagnostic::Level::error, {1, 70}, "$", "m", ""};
    ASSERT_THAT(render_diagnostic(anywhere, "f", text), Not(HasSubstr("Zq"))) << text;
  };
  const std::string wrong("\"'{}[],:=\\/#x0 \t\n\r\x01\x80", 20);
  for (const std::string* part : {&before, &after}) {
    for (std::size_t i = 0; i < part->size(); ++i) {
      std::vector<std::string> damaged{part->substr(0, i) + part->substr(i + 1)};
      for (const char c : wrong) {
        damaged.push_back(part->substr(0, i) + c + part->substr(i));
        damaged.push_back(part->substr(0, i) + c + part->substr(i + 1));
      }
      for (const std::string& text : damaged) check(part == &before ? text + key + after : before + key + text);
    }
  }
}

TEST(Credentials, NeverAppearInAnyOutput) {
  const std::string secret = "wJalrXUtnFEMIK7MDENGbPxRfiCY";
  const std::vector<std::string> texts{
      R"({"storage": {"type": 5, "secretAccessKey": ")" + secret + R"(", "x": 1}})",
      R"({"storage": {"type": "sqlite-s3", "secret-access-key": [)" + secret + "]}}",
      R"({"metrics": {"token": ")" + secret + R"("}})",
      R"({"a": {"b": {"s3-key": ")" + secret + R"("}}})",
      R"({"secretAccessKey": )" + secret + "}",
      R"({"storage": {"type": ")" + kKeyId + R"("}, "metrics": {"a": {"unit": ")" + kToken + R"("}}})",
      R"({")" + kToken + R"(": 1, "metrics": {")" + kKeyId + R"(": {}}})",
  };
  for (const std::string& text : texts) {
    EXPECT_THAT(lines_of(text), Not(IsEmpty()));
    EXPECT_THAT(all_output(text), Not(HasSubstr(secret))) << text;
    EXPECT_THAT(all_output(text), Not(HasSubstr(secret.substr(0, 8)))) << text;
    EXPECT_THAT(all_output(text), Not(HasSubstr(kKeyId))) << text;
    EXPECT_THAT(all_output(text), Not(HasSubstr(kToken))) << text;
  }
}

TEST(Credentials, ASyntaxErrorInsideOneDoesNotQuoteIt) {
  EXPECT_THAT(
      lines_of(R"({"password": hunter2})"),
      ElementsAre("1:14 error $: expected a value after `:`, found what is not shown as it may be a credential"));
  EXPECT_THAT(lines_of(R"({"password": truehunter})"),
              ElementsAre("1:14 error $: expected a value, found what is not shown as it may be a credential"));
  EXPECT_THAT(lines_of(R"({"password": 1e999})"),
              ElementsAre("1:14 error $: this is no JSON, found what is not shown as it may be a credential"));
  EXPECT_THAT(lines_of(R"({"metrics": {"token": {"type": "numeric" "command": "x"}}})"),
              ElementsAre("1:42 error $: expected `,` or `}`, found what is not shown as it may be a credential | is a "
                          "comma missing before it?"));
}

}  // namespace
}  // namespace unentropy
