#include "base/error.h"

#include <cerrno>
#include <chrono>
#include <optional>

#include <gtest/gtest.h>

namespace unentropy {
namespace {

TEST(Error, KeepsKindAndHintUnderContext) {
  const Error error(ErrorKind::denied, "the key was refused", "check `s3-access-key-id`");
  const Error outer = error.with_context("reading `a.db`");
  EXPECT_EQ(outer.kind(), ErrorKind::denied);
  EXPECT_EQ(outer.message(), "reading `a.db`: the key was refused");
  EXPECT_EQ(outer.hint(), "check `s3-access-key-id`");
  EXPECT_STREQ(outer.what(), "reading `a.db`: the key was refused");
}

TEST(Error, KeepsAdviceForARetryUnderContext) {
  const Error error(ErrorKind::unavailable, "slow down");
  EXPECT_EQ(error.retry().after, std::nullopt);
  EXPECT_FALSE(error.retry().not_sent);
  const Error outer = error.with_retry({std::chrono::seconds(7), true}).with_context("writing `a.db`");
  EXPECT_EQ(outer.retry().after, std::chrono::seconds(7));
  EXPECT_TRUE(outer.retry().not_sent);
}

TEST(Error, ErrnoBecomesAKind) {
  EXPECT_EQ(system_error(ENOENT, "x").kind(), ErrorKind::not_found);
  EXPECT_EQ(system_error(EACCES, "x").kind(), ErrorKind::denied);
  EXPECT_EQ(system_error(EIO, "x").kind(), ErrorKind::io);
  EXPECT_EQ(system_error(ENOENT, "opening `f`").message(), "opening `f`: No such file or directory");
}

}  // namespace
}  // namespace unentropy
