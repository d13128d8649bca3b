#include "base/version.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unentropy {
namespace {

TEST(Version, IsTheOneOfTheBuild) {
  EXPECT_THAT(std::string(version()), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

}  // namespace
}  // namespace unentropy
