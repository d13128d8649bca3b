#include "base/environment.h"

#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

namespace unentropy {
namespace {

TEST(Environment, TellsUnsetFromEmpty) {
  const Environment environment({{"EMPTY", ""}, {"BLANK", " \t"}, {"SET", " v "}});
  EXPECT_EQ(environment.get("UNSET"), std::nullopt);
  EXPECT_EQ(environment.get("EMPTY"), "");
  EXPECT_EQ(environment.get("SET"), " v ");
  EXPECT_EQ(environment.get_nonempty("UNSET"), std::nullopt);
  EXPECT_EQ(environment.get_nonempty("EMPTY"), std::nullopt);
  EXPECT_EQ(environment.get_nonempty("BLANK"), std::nullopt);
  EXPECT_EQ(environment.get_nonempty("SET"), " v ");
}

TEST(Environment, SetsAndErases) {
  Environment environment;
  environment.set("A", "1");
  environment.set("A", "2");
  EXPECT_EQ(environment.get("A"), "2");
  environment.erase("A");
  environment.erase("A");
  EXPECT_EQ(environment.get("A"), std::nullopt);
  EXPECT_TRUE(environment.variables().empty());
}

TEST(Environment, CopiesTheOneOfTheProcess) {
  ::setenv("UNENTROPY_TEST_VARIABLE", "a=b=c", 1);
  const Environment environment = Environment::of_process();
  ::setenv("UNENTROPY_TEST_VARIABLE", "later", 1);
  EXPECT_EQ(environment.get("UNENTROPY_TEST_VARIABLE"), "a=b=c");
  ::unsetenv("UNENTROPY_TEST_VARIABLE");
}

TEST(Environment, ReadsOddEntriesAsGetenvDoes) {
  char** const saved = environ;
  std::string first = "TWICE=first";
  std::string second = "TWICE=second";
  std::string nameless = "=C:=x";
  std::string no_value = "WORD";
  char* entries[] = {first.data(), second.data(), nameless.data(), no_value.data(), nullptr};
  environ = entries;
  const Environment environment = Environment::of_process();
  environ = nullptr;
  const Environment none = Environment::of_process();
  environ = saved;
  EXPECT_EQ(environment.get("TWICE"), "first");
  EXPECT_EQ(environment.variables().size(), 1U);
  EXPECT_TRUE(none.variables().empty());
}

}  // namespace
}  // namespace unentropy
