#include "store/sigv4.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace unentropy {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Instant instant(const char* text) { return *parse_instant(text); }

std::string signature_of(const SignableRequest& request, const Secret& secret, const SigningScope& scope) {
  return signature(string_to_sign(canonical_request(request), scope), secret, scope);
}

// The four examples of "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk"
// in the Amazon S3 API reference, with their published signatures.
class S3Examples : public ::testing::Test {
 protected:
  static SignableRequest request(std::string method, std::string path, std::string query, Headers headers,
                                 std::string payload = kEmptySha256) {
    headers.emplace_back("Host", "examplebucket.s3.amazonaws.com");
    headers.emplace_back("x-amz-content-sha256", payload);
    headers.emplace_back("x-amz-date", "20130524T000000Z");
    return {std::move(method), std::move(path), std::move(query), std::move(headers), std::move(payload)};
  }
  std::string sign(const SignableRequest& request) const { return signature_of(request, secret_, scope_); }

  SigningScope scope_{instant("2013-05-24T00:00:00Z"), "us-east-1"};
  Secret secret_{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
};

TEST_F(S3Examples, GetObject) {
  const SignableRequest get = request("GET", encode_path("/test.txt"), "", {{"Range", "bytes=0-9"}});
  EXPECT_EQ(canonical_request(get),
            "GET\n"
            "/test.txt\n"
            "\n"
            "host:examplebucket.s3.amazonaws.com\n"
            "range:bytes=0-9\n"
            "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
            "x-amz-date:20130524T000000Z\n"
            "\n"
            "host;range;x-amz-content-sha256;x-amz-date\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(string_to_sign(canonical_request(get), scope_),
            "AWS4-HMAC-SHA256\n"
            "20130524T000000Z\n"
            "20130524/us-east-1/s3/aws4_request\n"
            "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
  EXPECT_EQ(sign(get), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_F(S3Examples, PutObject) {
  const std::string payload = hex(sha256("Welcome to Amazon S3."));
  EXPECT_EQ(payload, "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
  EXPECT_EQ(encode_path("/test$file.text"), "/test%24file.text");
  EXPECT_EQ(sign(request("PUT", encode_path("/test$file.text"), "",
                         {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                         payload)),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_F(S3Examples, GetBucketLifecycle) {
  EXPECT_EQ(sign(request("GET", "/", canonical_query({{"lifecycle", ""}}), {})),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST_F(S3Examples, ListObjects) {
  EXPECT_EQ(sign(request("GET", "/", canonical_query({{"prefix", "J"}, {"max-keys", "2"}}), {})),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_F(S3Examples, TheHeaderHasTheThreeParts) {
  const Secret value = authorization(request("GET", "/test.txt", "", {{"Range", "bytes=0-9"}}),
                                     {Secret("AKIAIOSFODNN7EXAMPLE"), secret_, Secret()}, scope_);
  EXPECT_EQ(value.reveal(),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

// Cases of the AWS Signature Version 4 test suite that hold for S3 too: paths encoded once and not normalised.
struct SuiteCase {
  const char* name;
  const char* method;
  const char* path;
  Headers query;
  Headers headers;
  const char* canonical;  // path, query and headers of the canonical request
  const char* signature;
};

class SigV4Suite : public ::testing::TestWithParam<SuiteCase> {};

TEST_P(SigV4Suite, Signs) {
  const SuiteCase& suite = GetParam();
  Headers headers = suite.headers;
  headers.emplace_back("Host", "example.amazonaws.com");
  headers.emplace_back("X-Amz-Date", "20150830T123600Z");
  const SignableRequest request{suite.method, encode_path(suite.path), canonical_query(suite.query), headers,
                                kEmptySha256};
  const SigningScope scope{instant("2015-08-30T12:36:00Z"), "us-east-1", "service"};
  const std::string canonical = canonical_request(request);
  EXPECT_EQ(canonical.substr(0, canonical.find("\n\n", std::string(suite.method).size() + 4 + request.path.size())),
            std::string(suite.method) + "\n" + suite.canonical + "\nx-amz-date:20150830T123600Z");
  EXPECT_EQ(signature_of(request, Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), scope), suite.signature);
}

constexpr const char* kUnreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

INSTANTIATE_TEST_SUITE_P(
    Aws, SigV4Suite,
    ::testing::Values(
        SuiteCase{"get_vanilla",
                  "GET",
                  "/",
                  {},
                  {},
                  "/\n\nhost:example.amazonaws.com",
                  "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        SuiteCase{"get_vanilla_query_order_key_case",
                  "GET",
                  "/",
                  {{"Param2", "value2"}, {"Param1", "value1"}},
                  {},
                  "/\nParam1=value1&Param2=value2\nhost:example.amazonaws.com",
                  "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
        SuiteCase{"get_vanilla_query_unreserved",
                  "GET",
                  "/",
                  {{kUnreserved, kUnreserved}},
                  {},
                  "/\n-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz="
                  "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\nhost:example.amazonaws.com",
                  "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
        SuiteCase{"get_vanilla_utf8_query",
                  "GET",
                  "/",
                  {{"\xe1\x88\xb4", "bar"}},
                  {},
                  "/\n%E1%88%B4=bar\nhost:example.amazonaws.com",
                  "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
        SuiteCase{"get_header_key_duplicate",
                  "GET",
                  "/",
                  {},
                  {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
                  "/\n\nhost:example.amazonaws.com\nmy-header1:value2,value2,value1",
                  "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
        SuiteCase{
            "get_header_value_order",
            "GET",
            "/",
            {},
            {{"My-Header1", "value4"}, {"My-Header1", "value1"}, {"My-Header1", "value3"}, {"My-Header1", "value2"}},
            "/\n\nhost:example.amazonaws.com\nmy-header1:value4,value1,value3,value2",
            "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
        SuiteCase{"get_header_value_trim",
                  "GET",
                  "/",
                  {},
                  {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
                  "/\n\nhost:example.amazonaws.com\nmy-header1:value1\nmy-header2:\"a b c\"",
                  "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
        SuiteCase{"get_unreserved",
                  "GET",
                  "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                  {},
                  {},
                  "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\n\nhost:example.amazonaws.com",
                  "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
        SuiteCase{"get_utf8",
                  "GET",
                  "/\xe1\x88\xb4",
                  {},
                  {},
                  "/%E1%88%B4\n\nhost:example.amazonaws.com",
                  "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
        SuiteCase{"get_space_unnormalized",
                  "GET",
                  "/example space/",
                  {},
                  {},
                  "/example%20space/\n\nhost:example.amazonaws.com",
                  "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
        SuiteCase{"get_slashes_unnormalized",
                  "GET",
                  "//example//",
                  {},
                  {},
                  "//example//\n\nhost:example.amazonaws.com",
                  "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"}),
    [](const ::testing::TestParamInfo<SuiteCase>& tested) { return std::string(tested.param.name); });

// post-sts-header-before of the same suite.
TEST(SigV4, ASessionTokenIsSigned) {
  const SignableRequest request{
      "POST", "/", "", {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}}, kEmptySha256};
  const SigningCredentials credentials{
      Secret("AKIDEXAMPLE"), Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      Secret(
          "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflf"
          "KD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx"
          "6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJa"
          "bIQwj2ICCR/oLxBA==")};
  EXPECT_EQ(authorization(request, credentials, {instant("2015-08-30T12:36:00Z"), "us-east-1", "service"}).reveal(),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date;x-amz-security-token, "
            "Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
}

TEST(SigV4, PathsKeepTheirSlashes) {
  EXPECT_EQ(encode_path("/b//a/../c d/%41/\xc3\xbc/"), "/b//a/../c%20d/%2541/%C3%BC/");
}

TEST(SigV4, DecodingIsTheWayBack) {
  EXPECT_EQ(percent_decode("a%2Fb%20c%2bd+%C3%BC"), "a/b c+d+\xc3\xbc");
  for (const char* text : {"%", "a%2", "%zz", "%%20", "%-1"}) EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

TEST(SigV4, QueriesAreSortedByTheirEncodedForm) {
  EXPECT_EQ(canonical_query({{"prefix", "a/b"}, {"list-type", "2"}, {"empty", ""}, {"B", "1"}, {"a", "2"}, {"a", "1"}}),
            "B=1&a=1&a=2&empty=&list-type=2&prefix=a%2Fb");
  EXPECT_EQ(canonical_query({}), "");
}

}  // namespace
}  // namespace unentropy
