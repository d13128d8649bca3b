#include "base/hash.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unentropy {
namespace {

using namespace std::string_view_literals;

// FIPS 180-4 examples.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, InPiecesIsTheSameAndItCanBeUsedAgain) {
  Sha256 digest;
  for (const char c : "abc"sv) digest.update({&c, 1});
  digest.update("");
  EXPECT_EQ(digest.finish(), sha256("abc"));
  EXPECT_EQ(digest.finish(), sha256(""));
  digest.update("x");
  Sha256 moved = std::move(digest);
  moved.update("y");
  EXPECT_EQ(moved.finish(), sha256("xy"));
  digest = Sha256();
  EXPECT_EQ(digest.finish(), sha256(""));
}

// RFC 4231, test cases 1, 2, 6.
TEST(HmacSha256, KnownAnswers) {
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, EmptyKeyIsAKey) {
  const std::string expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  EXPECT_EQ(hex(hmac_sha256("", "")), expected);
  hmac_sha256("other", "message");
  EXPECT_EQ(hex(hmac_sha256(std::string_view(), std::string_view())), expected);
}

TEST(Md5, KnownAnswers) {
  Md5 digest;
  EXPECT_EQ(hex(digest.finish()), "d41d8cd98f00b204e9800998ecf8427e");
  digest.update("message ");
  digest.update("digest");
  EXPECT_EQ(hex(digest.finish()), "f96b697d7cb7938d525a2f31aaf161d0");
}

// RFC 4648, section 10.
TEST(Base64, KnownAnswers) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFB\xFF\xBF\0"sv), "+/+/AA==");
}

TEST(Hex, IsLowerCaseWithLeadingZeros) {
  const std::array<std::uint8_t, 4> bytes{0x00, 0x0A, 0xF0, 0xFF};
  EXPECT_EQ(hex(bytes), "000af0ff");
  EXPECT_EQ(hex(nullptr, 0), "");
}

TEST(RandomHex, HasTheLengthAndDiffers) {
  EXPECT_EQ(random_hex(0), "");
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = random_hex(16);
    EXPECT_EQ(text.size(), 32U);
    EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
    seen.insert(text);
  }
  EXPECT_EQ(seen.size(), 1000U);
}

}  // namespace
}  // namespace unentropy
