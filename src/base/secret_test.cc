#include "base/secret.h"

#include <concepts>
#include <ostream>
#include <type_traits>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace unentropy {
namespace {

template <typename T>
concept Streamable = requires(std::ostream& stream, const T& value) {
  stream << value;
};
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};

static_assert(!Streamable<Secret>);
static_assert(!Comparable<Secret>);
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);

constexpr const char* kLong = "a secret that is longer than any small string";

TEST(Secret, RevealsWhatItHolds) {
  const Secret secret("hunter2");
  EXPECT_EQ(secret.reveal(), "hunter2");
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret().empty());
  EXPECT_TRUE(Secret("").empty());
}

TEST(Secret, CopiesAndMoves) {
  for (const char* text : {"short", kLong}) {
    Secret first{text};
    Secret copy = first;
    EXPECT_EQ(copy.reveal(), text);
    EXPECT_EQ(first.reveal(), text);
    Secret moved = std::move(first);
    EXPECT_EQ(moved.reveal(), text);
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
    Secret assigned("before");
    assigned = moved;
    EXPECT_EQ(assigned.reveal(), text);
    EXPECT_EQ(moved.reveal(), text);
    assigned = std::move(copy);
    EXPECT_EQ(assigned.reveal(), text);
    EXPECT_TRUE(copy.empty());  // NOLINT(bugprone-use-after-move)
  }
}

TEST(Secret, SurvivesBeingAssignedToItself) {
  Secret secret(kLong);
  Secret& alias = secret;
  secret = alias;
  EXPECT_EQ(secret.reveal(), kLong);
  secret = std::move(alias);
  EXPECT_EQ(secret.reveal(), kLong);
}

// The bytes themselves are looked at, where they stood: in the object, for strings short enough.
TEST(Secret, LeavesNothingInAMovedFromObject) {
  Secret secret("s3cr3t-key");
  const Secret taken = std::move(secret);
  const std::string_view memory(reinterpret_cast<const char*>(&secret), sizeof secret);
  EXPECT_EQ(memory.find("s3cr3t"), std::string_view::npos);
  EXPECT_EQ(taken.reveal(), "s3cr3t-key");
}

TEST(Secret, LeavesNothingBehindWhenDestroyed) {
  alignas(Secret) unsigned char memory[sizeof(Secret)] = {};
  Secret* secret = new (memory) Secret("s3cr3t-key");
  const std::string_view bytes(reinterpret_cast<const char*>(memory), sizeof memory);
  EXPECT_NE(bytes.find("s3cr3t"), std::string_view::npos) << "or this test looks in the wrong place";
  secret->~Secret();
  EXPECT_EQ(bytes.find("s3cr3t"), std::string_view::npos);
}

TEST(Wipe, OverwritesTheWholeBuffer) {
  std::string text(kLong);
  const char* buffer = text.data();
  const std::size_t size = text.size();
  text.resize(3);  // the rest stays in the buffer
  wipe(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), buffer);
  text.resize(size, 'x');
  EXPECT_EQ(text, std::string(size, 'x'));
  wipe(text);
  wipe(text);
  EXPECT_TRUE(text.empty());
}

}  // namespace
}  // namespace unentropy
