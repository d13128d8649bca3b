#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/s3.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

S3Settings good() {
  S3Settings settings;
  settings.endpoint = "https://s3.example.com";
  settings.bucket = "history";
  settings.access_key_id = Secret("some-key-id");
  settings.secret_access_key = Secret("some-secret");
  return settings;
}

// `input: message (hint)` for each problem.
std::vector<std::string> problems(const S3Settings& settings) {
  std::vector<std::string> lines;
  for (const S3SettingProblem& problem : check_s3_settings(settings)) {
    lines.push_back(problem.input + ": " + problem.message + " (" + problem.hint + ")");
  }
  return lines;
}

const std::string kBucketForm =
    "(a bucket's name has 3 to 63 characters, lower-case letters, digits, `.` and `-`, and begins and ends with a "
    "letter or digit)";

TEST(S3Settings, GoodOnesHaveNoProblem) {
  EXPECT_THAT(problems(good()), IsEmpty());
  S3Settings settings = good();
  settings.endpoint = "";
  settings.region = " eu-central-1 ";
  settings.bucket = " my.bucket-1\n";
  settings.access_key_id = Secret("AKIAIOSFODNN7EXAMPLE\n");
  EXPECT_THAT(problems(settings), IsEmpty());
}

TEST(S3Settings, F029_EverythingThatIsMissingIsNamedAtOnce) {
  EXPECT_THAT(problems(S3Settings{}),
              ElementsAre("s3-bucket: `s3-bucket` is missing (name the bucket that holds the history)",
                          "s3-access-key-id: `s3-access-key-id` is missing (pass it from a secret of the repository)",
                          "s3-secret-access-key: `s3-secret-access-key` is missing (pass it from a secret of the "
                          "repository)"));
}

TEST(S3Settings, F029_AllThatIsWrongIsNamedAtOnce) {
  S3Settings settings;
  settings.endpoint = "ftp://h";
  settings.bucket = "B";
  settings.region = "eu west";
  settings.access_key_id = Secret("a b");
  settings.secret_access_key = Secret("\"quoted\"");
  EXPECT_THAT(problems(settings),
              ElementsAre("s3-endpoint: `s3-endpoint` has the scheme `ftp`, which is neither https nor http (give it "
                          "as `https://host`, with `:port` or `/prefix` where needed)",
                          "s3-bucket: `s3-bucket` is not the name of a bucket: `B` " + kBucketForm,
                          "s3-region: `s3-region` is not the name of a region: `eu west` (give a name like "
                          "`eu-central-1`, or leave it out to take the endpoint's)",
                          "s3-access-key-id: `s3-access-key-id` has white space or characters that are not ASCII "
                          "within (copy it again, without line breaks or quotes)",
                          "s3-secret-access-key: `s3-secret-access-key` stands in quotes (leave the quotes out)"));
}

TEST(S3Settings, BucketNames) {
  using Names = std::vector<std::string>;
  const auto accepted = [](std::string bucket, std::string endpoint) {
    S3Settings settings = good();
    settings.bucket = std::move(bucket);
    settings.endpoint = std::move(endpoint);
    return check_s3_settings(settings).empty();
  };
  for (const std::string& bucket : Names{"abc", "a-b", "a.b", "0ab", std::string(63, 'a')}) {
    EXPECT_TRUE(accepted(bucket, "")) << bucket;
    EXPECT_TRUE(accepted(bucket, "https://s3.example.com")) << bucket;
  }
  for (const std::string& bucket : Names{"ab", "-ab", "ab-", ".ab", "a..b", "10.0.0.1", "a b",
                                         "a\xc3\xbc"
                                         "b",
                                         "a/b", "s3://abc", "a%b", "a\nb"}) {
    EXPECT_FALSE(accepted(bucket, "")) << bucket;
    EXPECT_FALSE(accepted(bucket, "https://s3.example.com")) << bucket;
  }
  EXPECT_FALSE(accepted(std::string(64, 'a'), ""));
  for (const std::string& bucket : Names{"My_Bucket", "a_b"}) {
    EXPECT_FALSE(accepted(bucket, "")) << bucket;
    EXPECT_TRUE(accepted(bucket, "https://s3.example.com")) << bucket;
  }
}

TEST(S3Settings, CommonSlipsWithTheBucketHaveTheirOwnHint) {
  S3Settings settings = good();
  settings.bucket = "history/metrics";
  EXPECT_THAT(problems(settings),
              ElementsAre("s3-bucket: `s3-bucket` is not the name of a bucket: `history/metrics` (give the bucket's "
                          "name alone; a folder in it belongs to `database-key`)"));
  settings.bucket = "s3://history";
  EXPECT_THAT(problems(settings), ElementsAre("s3-bucket: `s3-bucket` is not the name of a bucket: `s3://history` "
                                              "(give the bucket's name alone, without scheme)"));
}

TEST(S3Settings, PlainHttpIsForLoopback) {
  S3Settings settings = good();
  settings.endpoint = "http://minio:9000";
  EXPECT_THAT(problems(settings),
              ElementsAre("s3-endpoint: `s3-endpoint` uses plain http: `http://minio:9000` (use https, or allow it "
                          "with `s3-allow-http` if the network between is your own)"));
  settings.allow_http = true;
  EXPECT_THAT(problems(settings), IsEmpty());
  settings.allow_http = false;
  for (const char* endpoint : {"http://localhost:9000", "http://127.0.0.1:9000", "http://[::1]:9000"}) {
    settings.endpoint = endpoint;
    EXPECT_THAT(problems(settings), IsEmpty()) << endpoint;
  }
}

TEST(S3Settings, CredentialsInTheEndpointAreNotRepeated) {
  S3Settings settings = good();
  settings.endpoint = "https://key:hunter2@s3.example.com";
  EXPECT_THAT(problems(settings),
              ElementsAre("s3-endpoint: `s3-endpoint` has user information (something before `@`) (leave it out; "
                          "credentials go to `s3-access-key-id` and `s3-secret-access-key`)"));
}

TEST(S3Settings, TheBucketMustNotBeInTheEndpointAsWell) {
  S3Settings settings = good();
  settings.endpoint = "https://abc.r2.cloudflarestorage.com/history";
  EXPECT_THAT(problems(settings), ElementsAre("s3-endpoint: `s3-endpoint` contains the bucket: "
                                              "`https://abc.r2.cloudflarestorage.com/history` (give "
                                              "`https://abc.r2.cloudflarestorage.com`)"));
  settings.endpoint = "https://history.nyc3.digitaloceanspaces.com";
  EXPECT_THAT(
      problems(settings),
      ElementsAre("s3-endpoint: `s3-endpoint` contains the bucket: "
                  "`https://history.nyc3.digitaloceanspaces.com` (give `https://nyc3.digitaloceanspaces.com`)"));
  settings.endpoint = "https://history.example.com/history";
  EXPECT_THAT(problems(settings), IsEmpty());
}

TEST(S3Settings, AnAwsEndpointAndItsRegionAgree) {
  S3Settings settings = good();
  settings.endpoint = "https://s3.eu-west-1.amazonaws.com";
  settings.region = "us-east-1";
  EXPECT_THAT(problems(settings),
              ElementsAre("s3-region: `s3-region` is `us-east-1`, but `s3-endpoint` is that of `eu-west-1` (leave "
                          "`s3-region` out, or correct the one that is wrong)"));
  settings.region = "eu-west-1";
  EXPECT_THAT(problems(settings), IsEmpty());
  settings.endpoint = "https://s3.amazonaws.com";
  EXPECT_THAT(problems(settings), IsEmpty());
}

TEST(S3Settings, AnAddressCannotHaveABucketInFront) {
  S3Settings settings = good();
  settings.addressing = S3Addressing::virtual_host;
  settings.endpoint = "https://127.0.0.1:9000";
  EXPECT_THAT(problems(settings),
              ElementsAre("s3-addressing: `s3-addressing` is `virtual`, but the host of `s3-endpoint` is an address "
                          "(use `path`, or an endpoint with a name)"));
  settings.endpoint = "https://s3.example.com";
  EXPECT_THAT(problems(settings), IsEmpty());
}

TEST(S3Settings, KeysThatCannotBeRight) {
  S3Settings settings = good();
  settings.access_key_id = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  settings.secret_access_key = Secret("AKIAIOSFODNN7EXAMPLE");
  EXPECT_THAT(problems(settings), ElementsAre("s3-access-key-id: `s3-access-key-id` and `s3-secret-access-key` are "
                                              "interchanged (swap the two)"));
  settings.access_key_id = Secret("ASIAIOSFODNN7EXAMPLE");
  settings.secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  EXPECT_THAT(problems(settings),
              ElementsAre("s3-session-token: `s3-session-token` is missing: `s3-access-key-id` belongs to temporary "
                          "credentials (pass the session token that came with the key)"));
  settings.session_token = Secret("token");
  EXPECT_THAT(problems(settings), IsEmpty());
}

}  // namespace
}  // namespace unentropy
