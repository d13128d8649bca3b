#include "cli/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unentropy {
namespace {

using ::testing::ElementsAre;

Environment with(std::initializer_list<std::pair<std::string, std::string>> variables) {
  Environment environment;
  for (const auto& [name, value] : variables) environment.set(name, value);
  return environment;
}

TEST(Inputs, VariablesOfAnInput) {
  EXPECT_THAT(input_variables(input_spec("s3-secret-access-key")),
              ElementsAre("INPUT_S3_SECRET_ACCESS_KEY", "INPUT_S3-SECRET-ACCESS-KEY", "UNENTROPY_S3_SECRET_ACCESS_KEY",
                          "AWS_SECRET_ACCESS_KEY"));
  EXPECT_THAT(input_variables(input_spec("timeout")), ElementsAre("INPUT_TIMEOUT", "UNENTROPY_TIMEOUT"));
}

TEST(Inputs, FlagBeatsTheStepsInputBeatsAVariableOfTheJob) {
  Environment environment = with({{"UNENTROPY_S3_BUCKET", "own"}, {"INPUT_S3_BUCKET", "input"}});
  EXPECT_EQ(InputValues({"s3-bucket"}, {{"s3-bucket", "flag"}}, environment).text("s3-bucket"), "flag");
  EXPECT_EQ(InputValues({"s3-bucket"}, {}, environment).text("s3-bucket"), "input");
  environment.erase("INPUT_S3_BUCKET");
  EXPECT_EQ(InputValues({"s3-bucket"}, {}, environment).text("s3-bucket"), "own");
}

TEST(Inputs, BothSpellingsOfTheRunnersVariableAreRead) {
  Environment hyphens = with({{"INPUT_S3-BUCKET", " b "}});
  EXPECT_EQ(InputValues({"s3-bucket"}, {}, hyphens).text("s3-bucket"), "b");
  Environment underscores = with({{"INPUT_S3_BUCKET", "b"}});
  EXPECT_EQ(InputValues({"s3-bucket"}, {}, underscores).text("s3-bucket"), "b");
}

TEST(Inputs, F091_EmptyMeansNotGiven) {
  Environment environment = with({{"UNENTROPY_STORAGE_TYPE", ""}, {"INPUT_STORAGE_TYPE", "  "}});
  EXPECT_EQ(InputValues({"storage-type"}, {{"storage-type", ""}}, environment).text("storage-type"), std::nullopt);
}

TEST(Inputs, BooleansIgnoreCaseAndRefuseTheRest) {
  Environment environment = with({{"INPUT_VERBOSE", "TRUE"}, {"INPUT_S3_ALLOW_HTTP", "yes"}});
  const InputValues values({"verbose", "s3-allow-http"}, {}, environment);
  EXPECT_TRUE(values.flag("verbose"));
  EXPECT_FALSE(values.flag("s3-allow-http"));
  ASSERT_EQ(values.problems().size(), 1U);
  EXPECT_EQ(values.problems()[0].message,
            "`s3-allow-http` (`INPUT_S3_ALLOW_HTTP`) is neither `true` nor `false`: `yes`");
  EXPECT_EQ(values.problems()[0].hint, "write `true` or `false`, or leave it out");
}

TEST(Inputs, AllProblemsAtOnce) {
  Environment environment;
  const InputValues values({"timeout", "retry-attempts", "verbose"},
                           {{"timeout", "5m"}, {"retry-attempts", "-1"}, {"verbose", "1"}}, environment);
  ASSERT_EQ(values.problems().size(), 3U);
  EXPECT_EQ(values.problems()[0].message, "`--timeout` is not a whole number from 0 to 1000000: `5m`");
}

TEST(Inputs, ChoicesAreChecked) {
  Environment environment = with({{"INPUT_ON_CORRUPT", "recrate"}});
  const InputValues values({"on-corrupt"}, {}, environment);
  ASSERT_EQ(values.problems().size(), 1U);
  EXPECT_EQ(values.problems()[0].message, "`on-corrupt` (`INPUT_ON_CORRUPT`) has an unknown value: `recrate`");
  EXPECT_EQ(values.problems()[0].hint, "did you mean `recreate`? allowed are restore, recreate, fail");
}

TEST(Inputs, CountsAreRead) {
  Environment environment = with({{"INPUT_TIMEOUT", "120"}});
  EXPECT_EQ(InputValues({"timeout"}, {}, environment).count("timeout"), 120);
  EXPECT_EQ(InputValues({"retry-attempts"}, {}, environment).count("retry-attempts"), std::nullopt);
}

TEST(Inputs, F028_SecretsAreKeptApartFromText) {
  Environment environment = with({{"AWS_SESSION_TOKEN", "tok"}});
  const InputValues values({"s3-session-token"}, {}, environment);
  EXPECT_EQ(values.secret("s3-session-token").reveal(), "tok");
  EXPECT_EQ(values.text("s3-session-token"), std::nullopt);
}

TEST(Inputs, CommandsSeeNeitherCredentialsNorRunnerFiles) {
  for (const char* name : {"INPUT_S3_SECRET_ACCESS_KEY", "UNENTROPY_S3_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                           "AWS_SESSION_TOKEN", "GITHUB_TOKEN", "GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH",
                           "GITHUB_STEP_SUMMARY", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"}) {
    EXPECT_TRUE(is_withheld_from_commands(name)) << name;
  }
  for (const char* name : {"PATH", "HOME", "GITHUB_SHA", "AWS_REGION", "CI"}) {
    EXPECT_FALSE(is_withheld_from_commands(name)) << name;
  }
}

TEST(Inputs, EveryCredentialOfTheTableIsWithheldFromCommands) {
  for (const InputSpec& spec : input_specs()) {
    if (spec.exposure != Exposure::environment_only) continue;
    for (const std::string& variable : input_variables(spec))
      EXPECT_TRUE(is_withheld_from_commands(variable)) << variable;
  }
}

}  // namespace
}  // namespace unentropy
