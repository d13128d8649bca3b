// The S3 store against real servers: Ceph's gateway, which honours conditions, and OpenStack Swift, which refuses
// them; and through proxies that make the gateway behave like other stores (tests/servers/proxy_dialects.py). Fails
// where they are not running.
#include "store/testing/s3_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/hash.h"
#include "store/testing/conformance.h"
#include "store/testing/manual_clock.h"

namespace unentropy {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class GatewayFixture final : public StoreFixture {
 public:
  std::unique_ptr<ObjectStore> open() override {
    S3Settings settings = server_settings("S3");
    settings.objects_per_page = 7;
    return std::make_unique<ConnectedStore>(settings);
  }
  static std::unique_ptr<StoreFixture> make() { return std::make_unique<GatewayFixture>(); }
};

class VirtualHostFixture final : public StoreFixture {
 public:
  std::unique_ptr<ObjectStore> open() override {
    S3Settings settings = server_settings("S3");
    const auto port = settings.endpoint.rfind(':');
    settings.endpoint = "http://localhost" + settings.endpoint.substr(port);
    settings.addressing = S3Addressing::virtual_host;
    return std::make_unique<ConnectedStore>(settings);
  }
  static std::unique_ptr<StoreFixture> make() { return std::make_unique<VirtualHostFixture>(); }
};

class SwiftFixture final : public StoreFixture {
 public:
  std::unique_ptr<ObjectStore> open() override {
    S3Settings settings = server_settings("SWIFT");
    settings.objects_per_page = 7;
    return std::make_unique<ConnectedStore>(settings);
  }
  ConditionSupport conditions() const override { return ConditionSupport::refused; }
  static std::unique_ptr<StoreFixture> make() { return std::make_unique<SwiftFixture>(); }
};

// A store that is played by a proxy.
struct Dialect {
  const char* server;  // as the proxy announces it
  ConditionSupport conditions;
  S3Addressing addressing;
};

// The region stays unknown: the store says which one it wants, or takes the default.
constexpr Dialect kAws{"AWS", ConditionSupport::honoured, S3Addressing::virtual_host};
constexpr Dialect kR2{"R2", ConditionSupport::honoured, S3Addressing::path};
constexpr Dialect kB2{"B2", ConditionSupport::refused, S3Addressing::path};
constexpr Dialect kSpaces{"SPACES", ConditionSupport::honoured, S3Addressing::virtual_host};
constexpr Dialect kGcs{"GCS", ConditionSupport::ignored, S3Addressing::path};
constexpr Dialect kOldMinio{"OLD_MINIO", ConditionSupport::honoured, S3Addressing::path};

S3Settings dialect_settings(const Dialect& dialect) {
  S3Settings settings = server_settings(dialect.server);
  settings.addressing = dialect.addressing;
  if (dialect.addressing == S3Addressing::virtual_host) {
    settings.endpoint = "http://localhost" + settings.endpoint.substr(settings.endpoint.rfind(':'));
  }
  return settings;
}

template <const Dialect& dialect>
class DialectFixture final : public StoreFixture {
 public:
  std::unique_ptr<ObjectStore> open() override {
    S3Settings settings = dialect_settings(dialect);
    settings.objects_per_page = 7;
    return std::make_unique<ConnectedStore>(settings);
  }
  ConditionSupport conditions() const override { return dialect.conditions; }
  static std::unique_ptr<StoreFixture> make() { return std::make_unique<DialectFixture>(); }
};

INSTANTIATE_TEST_SUITE_P(LikeAws, StoreConformance, ::testing::Values(&DialectFixture<kAws>::make));
INSTANTIATE_TEST_SUITE_P(LikeR2, StoreConformance, ::testing::Values(&DialectFixture<kR2>::make));
INSTANTIATE_TEST_SUITE_P(LikeB2, StoreConformance, ::testing::Values(&DialectFixture<kB2>::make));
INSTANTIATE_TEST_SUITE_P(LikeSpaces, StoreConformance, ::testing::Values(&DialectFixture<kSpaces>::make));
INSTANTIATE_TEST_SUITE_P(LikeGcs, StoreConformance, ::testing::Values(&DialectFixture<kGcs>::make));
INSTANTIATE_TEST_SUITE_P(LikeOldMinio, StoreConformance, ::testing::Values(&DialectFixture<kOldMinio>::make));
INSTANTIATE_TEST_SUITE_P(LikeAws, StoreRaces, ::testing::Values(&DialectFixture<kAws>::make));
INSTANTIATE_TEST_SUITE_P(LikeR2, StoreRaces, ::testing::Values(&DialectFixture<kR2>::make));
INSTANTIATE_TEST_SUITE_P(LikeSpaces, StoreRaces, ::testing::Values(&DialectFixture<kSpaces>::make));
INSTANTIATE_TEST_SUITE_P(LikeOldMinio, StoreRaces, ::testing::Values(&DialectFixture<kOldMinio>::make));

INSTANTIATE_TEST_SUITE_P(Gateway, StoreConformance, ::testing::Values(&GatewayFixture::make));
INSTANTIATE_TEST_SUITE_P(GatewayByHostName, StoreConformance, ::testing::Values(&VirtualHostFixture::make));
INSTANTIATE_TEST_SUITE_P(Swift, StoreConformance, ::testing::Values(&SwiftFixture::make));
INSTANTIATE_TEST_SUITE_P(Gateway, StoreRaces, ::testing::Values(&GatewayFixture::make));

PutRequest request(const std::string& key, PutCondition condition = {}) {
  return {key, ObjectContent::from_bytes("x"), std::move(condition), "", {}};
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

// Both servers, by name.
class S3ServerTest : public ::testing::TestWithParam<const char*> {
 protected:
  S3Settings settings(const std::string& user = {}) const { return server_settings(GetParam(), user); }
  std::string key_ = "server-test-" + random_hex(6);
};

INSTANTIATE_TEST_SUITE_P(Servers, S3ServerTest, ::testing::Values("S3", "SWIFT"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST_P(S3ServerTest, TheServersSettingsPassTheCheck) { EXPECT_TRUE(check_s3_settings(settings()).empty()); }

TEST_P(S3ServerTest, AWrongSecretIsDeniedForEveryOperation) {
  S3Settings wrong = settings();
  wrong.secret_access_key = Secret("not-the-secret");
  ConnectedStore store(wrong);
  const std::string in_bucket =
      " in bucket `" + wrong.bucket + "`: the signature is not accepted (403 SignatureDoesNotMatch)";
  const auto expect_denied = [&](const std::string& what, const auto& call) {
    const Error error = error_of(call);
    EXPECT_EQ(error.kind(), ErrorKind::denied);
    EXPECT_EQ(error.message(), what + in_bucket);
    EXPECT_EQ(error.hint(), "check `s3-secret-access-key`: it must belong to `s3-access-key-id`, and that to `" +
                                wrong.endpoint + "`");
  };
  expect_denied("looking for `k`", [&] { store.head("k"); });
  expect_denied("reading `k`", [&] { store.get_bytes("k", 10); });
  expect_denied("writing `k`", [&] { store.put(request("k")); });
  if (std::string(GetParam()) == "S3") {  // Swift refuses the condition before it looks at the signature
    expect_denied("writing `k`", [&] { store.put(request("k", PutCondition::if_absent())); });
  }
  expect_denied("listing `k`", [&] { store.list("k"); });
  expect_denied("deleting `k`", [&] { store.remove("k"); });
  EXPECT_EQ(ConnectedStore(settings()).head("k"), std::nullopt);
}

TEST_P(S3ServerTest, AnUnknownKeyIdIsDenied) {
  S3Settings wrong = settings();
  wrong.access_key_id = Secret("nobody:nowhere");
  const Error error = error_of([&] { ConnectedStore(wrong).get_bytes("k", 10); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_THAT(error.message(), ::testing::Not(HasSubstr("nobody")));
  EXPECT_THAT(error.hint(), HasSubstr("`s3-access-key-id`"));
}

TEST_P(S3ServerTest, AnAbsentBucketIsNeverAnAbsentKey) {
  S3Settings wrong = settings();
  wrong.bucket = "no-such-bucket-" + random_hex(4);
  ConnectedStore store(wrong);
  const std::string cause =
      ": there is no bucket `" + wrong.bucket + "` at `" + wrong.endpoint + "` (404 NoSuchBucket)";
  const auto expect_not_found = [&](const auto& call) {
    const Error error = error_of(call);
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_THAT(error.message(), HasSubstr(cause));
    EXPECT_EQ(error.hint(),
              "check `s3-bucket`, `s3-endpoint` and `s3-region`; the bucket must exist before the first run");
  };
  expect_not_found([&] { store.head("k"); });
  expect_not_found([&] { store.get_bytes("k", 10); });
  expect_not_found([&] { store.put(request("k")); });
  expect_not_found([&] { store.list(""); });
  expect_not_found([&] { store.remove("k"); });
  expect_not_found([&] { store.copy("k", "\"e\"", "l"); });
}

TEST_P(S3ServerTest, ABucketOfSomebodyElseIsDenied) {
  ConnectedStore store(settings("OTHER_"));
  for (const Error& error : {error_of([&] { store.get_bytes("k", 10); }), error_of([&] { store.put(request("k")); }),
                             error_of([&] { store.list(""); })}) {
    // Swift keeps each account's buckets apart, so that of another account does not exist.
    EXPECT_TRUE(error.kind() == ErrorKind::denied || error.kind() == ErrorKind::not_found) << error.message();
  }
}

TEST_P(S3ServerTest, AClockThatIsWrongByAnHourIsCorrected) {
  for (const int minutes : {-60, 60}) {
    ManualClock clock(SystemClock().now() + std::chrono::minutes(minutes));
    ConnectedStore store(settings(), {}, &clock);
    EXPECT_EQ(store.put(request(key_)).status, PutOutcome::Status::written);
    EXPECT_EQ(store.get_bytes(key_, 10), "x");
  }
  // The first request is a HEAD, whose refusal has no body.
  ManualClock clock(SystemClock().now() + std::chrono::hours(5));
  ConnectedStore store(settings(), {}, &clock);
  EXPECT_TRUE(store.head(key_));
  store.remove(key_);
}

TEST_P(S3ServerTest, ServerTimeIsToldAndNearOurs) {
  ConnectedStore store(settings());
  const auto server_time = store.list(key_).server_time;
  ASSERT_TRUE(server_time);
  EXPECT_LT(std::chrono::abs(*server_time - SystemClock().now()), std::chrono::minutes(1));
}

TEST(S3SwiftTest, ItTellsTheRightRegion) {
  S3Settings settings = server_settings("SWIFT");
  settings.region = "eu-west-3";
  const Error error = error_of([&] { ConnectedStore(settings).get_bytes("k", 10); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_EQ(error.message(), "reading `k` in bucket `" + settings.bucket +
                                 "`: the request was signed for region `eu-west-3` (400 AuthorizationHeaderMalformed)");
  EXPECT_EQ(error.hint(), "set `s3-region` to `us-east-1`");
}

// What the stand-in for AWS says of a bucket that is not where it was looked for.
TEST(S3LikeAwsTest, ABucketElsewhereIsNamedAndNotFollowed) {
  for (const std::string suffix : {"-elsewhere", "-moving"}) {
    S3Settings settings = dialect_settings(kAws);
    settings.bucket += suffix;
    settings.region = "eu-central-1";
    const Error error = error_of([&] { ConnectedStore(settings).get_bytes("k", 10); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    const std::string code = suffix == "-moving" ? "307 TemporaryRedirect" : "301 PermanentRedirect";
    EXPECT_EQ(error.message(), "reading `k` in bucket `" + settings.bucket +
                                   "`: the bucket is not in region `eu-central-1` of `" + settings.endpoint + "` (" +
                                   code + ")");
    EXPECT_EQ(error.hint(),
              "set `s3-region` to `ap-south-1`, and `s3-endpoint` to that region's endpoint or leave it out");
  }
}

// A region that was given is the user's word; only one that was assumed is corrected.
TEST(S3LikeAwsTest, AWrongRegionIsToldApartFromAnUnknownOne) {
  S3Settings settings = dialect_settings(kAws);
  EXPECT_EQ(ConnectedStore(settings).get_bytes("k", 10), std::nullopt);
  settings.region = "us-west-2";
  const Error error = error_of([&] { ConnectedStore(settings).get_bytes("k", 10); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_EQ(error.hint(), "set `s3-region` to `eu-central-1`");
}

TEST(S3LikeR2Test, RegionsOtherThanAutoAreRefused) {
  S3Settings settings = dialect_settings(kR2);
  settings.region = "auto";
  EXPECT_EQ(ConnectedStore(settings).get_bytes("k", 10), std::nullopt);
  settings.region = "eu-west-3";
  const Error error = error_of([&] { ConnectedStore(settings).get_bytes("k", 10); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_THAT(error.message(), HasSubstr("the request was signed for region `eu-west-3` (400 InvalidRegionName)"));
  EXPECT_THAT(error.hint(), HasSubstr("set `s3-region` to "));
}

TEST(S3GatewayTest, AReadOnlyKeyReadsAndIsToldWhatItLacks) {
  const std::string key = "server-test-" + random_hex(6);
  ConnectedStore owner(server_settings("S3"));
  owner.put(request(key));
  ConnectedStore reader(server_settings("S3", "READER_"));
  EXPECT_EQ(reader.get_bytes(key, 10), "x");
  EXPECT_EQ(reader.list(key).objects.size(), 1U);
  const std::string bucket = server_value("S3_BUCKET");
  const Error write = error_of([&] { reader.put(request(key, PutCondition::if_absent())); });
  EXPECT_EQ(write.kind(), ErrorKind::denied);
  EXPECT_EQ(write.message(), "writing `" + key + "` in bucket `" + bucket + "`: access denied (403 AccessDenied)");
  EXPECT_EQ(write.hint(), "the key needs `s3:PutObject` for `" + bucket + "/" + key + "`");
  const Error remove = error_of([&] { reader.remove(key); });
  EXPECT_EQ(remove.kind(), ErrorKind::denied);
  EXPECT_EQ(remove.hint(), "the key needs `s3:DeleteObject` for `" + bucket + "/" + key + "`");
  owner.remove(key);
}

// Without a read before, the quoted spelling is tried first, refused, and given up.
TEST(S3GatewayTest, TheSpellingOfEtagsIsFoundOut) {
  const std::string key = "server-test-" + random_hex(6);
  ConnectedStore writer(server_settings("S3"));
  const std::string etag = writer.put(request(key)).etag;
  ConnectedStore other(server_settings("S3"));
  EXPECT_EQ(other.put(request(key, PutCondition::if_matches("\"00000000000000000000000000000000\""))).status,
            PutOutcome::Status::conflict);
  EXPECT_EQ(other.put(request(key, PutCondition::if_matches(etag))).status, PutOutcome::Status::written);
  writer.remove(key);
}

TEST(S3GatewayTest, TlsNeedsATrustedCertificate) {
  S3Settings settings = server_settings("S3");
  settings.endpoint = server_value("S3_TLS_ENDPOINT");
  const Error error = error_of([&] { ConnectedStore(settings).get_bytes("k", 10); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_THAT(error.message(), StartsWith("reading `k` in bucket `" + settings.bucket + "`: connecting to `" +
                                          settings.endpoint + "`: its certificate is not trusted ("));
  EXPECT_EQ(error.hint(),
            "if the certificate is signed by an authority of your own, give that one's certificate with `s3-ca-file`");
  CurlOptions options;
  options.ca_file = server_value("S3_TLS_CA_FILE");
  EXPECT_EQ(ConnectedStore(settings, options).get_bytes("k", 10), std::nullopt);
}

}  // namespace
}  // namespace unentropy
