#include "collect/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;

struct Problem {
  std::string message;
  std::string hint;
  bool operator==(const Problem&) const = default;
};

void PrintTo(const Problem& problem, std::ostream* out) { *out << problem.message << " | " << problem.hint; }

Problem problem_of(std::string_view command) {
  try {
    check_collector(split_command(command));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return {error.message(), error.hint()};
  }
  return {"none", ""};
}

TEST(SplitCommand, PartsAtWhiteSpace) {
  EXPECT_THAT(split_command("  loc\tsrc \r\n x "), ElementsAre("loc", "src", "x"));
  EXPECT_THAT(split_command(""), ElementsAre());
}

TEST(SplitCommand, QuotesJoinAlsoInTheMiddleOfAToken) {
  EXPECT_THAT(split_command("a'b c'd \"e f\" '' x\"'\"y"), ElementsAre("ab cd", "e f", "", "x'y"));
}

TEST(SplitCommand, HasNoEscapes) { EXPECT_THAT(split_command("a\\ b '\\'"), ElementsAre("a\\", "b", "\\")); }

TEST(SplitCommand, F049_AnOpenQuoteIsAnError) {
  const Problem expected{"the quote `'` at character 5 of the command is not closed",
                         "quotes have no escape; close it, or quote with the other kind"};
  EXPECT_EQ(problem_of("loc 'src"), expected);
}

TEST(CollectorTokens, AreThereOnlyBehindTheMarker) {
  EXPECT_EQ(collector_tokens("wc -l x"), std::nullopt);
  EXPECT_EQ(collector_tokens("@collector loc"), std::nullopt);
  EXPECT_EQ(collector_tokens("echo @collect"), std::nullopt);
  EXPECT_THAT(collector_tokens("  @collect\tloc .  ").value(), ElementsAre("loc", "."));
  EXPECT_THAT(collector_tokens("@collect").value(), ElementsAre());
}

TEST(CollectorCommand, ReadsEveryFormOfAnOption) {
  for (const char* text : {"coverage-lcov a --type branch", "coverage-lcov a --type=branch",
                           "coverage-lcov a -t branch", "coverage-lcov a -tbranch", "coverage-lcov --type branch a"}) {
    const CollectorCommand command(split_command(text));
    EXPECT_EQ(command.value("type"), "branch") << text;
    EXPECT_THAT(command.arguments(), ElementsAre("a")) << text;
  }
}

TEST(CollectorCommand, TakesNegativeNumbersAsValues) {
  const CollectorCommand command(split_command("coverage-lcov a --fallback -1.5"));
  EXPECT_EQ(command.value("fallback"), "-1.5");
}

TEST(CollectorCommand, RepeatableOptionsTakeEverythingUpToTheNextOption) {
  const CollectorCommand command(split_command("loc src --exclude a b --language go -e c --exclude=d"));
  EXPECT_THAT(command.values("exclude"), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(command.value("language"), "go");
  EXPECT_THAT(command.arguments(), ElementsAre("src"));
}

TEST(CollectorCommand, TwoDashesEndTheOptions) {
  const CollectorCommand command(split_command("loc --exclude a -- -b"));
  EXPECT_THAT(command.values("exclude"), ElementsAre("a"));
  EXPECT_THAT(command.arguments(), ElementsAre("-b"));
}

TEST(CollectorCommand, NamesNoCollector) {
  const Problem expected{"`@collect` names no collector", "for example `@collect loc src`"};
  EXPECT_EQ(problem_of(""), expected);
}

TEST(CollectorCommand, SuggestsACollector) {
  const Problem expected{"unknown collector `covrage-lcov`", "did you mean `coverage-lcov`?"};
  EXPECT_EQ(problem_of("covrage-lcov x"), expected);
}

TEST(CollectorCommand, ListsTheCollectorsIfNoneIsNear) {
  std::vector<std::string> names;
  for (const CollectorSpec& spec : collector_specs()) names.emplace_back(spec.name);
  const Problem expected{"unknown collector `banana`", "there are: " + join(names, ", ")};
  EXPECT_EQ(problem_of("banana"), expected);
}

TEST(CollectorCommand, F070_StubsOfOldAreUnknown) {
  const Problem json{"unknown collector `coverage-json`", "use `coverage-istanbul`"};
  const Problem xml{"unknown collector `coverage-xml`", "use `coverage-cobertura` or `coverage-clover`"};
  EXPECT_EQ(problem_of("coverage-json x"), json);
  EXPECT_EQ(problem_of("coverage-xml x"), xml);
}

TEST(CollectorCommand, F045_UnknownOptionsAreErrors) {
  const Problem near{"unknown option `--typ` of `coverage-lcov`", "did you mean `--type`?"};
  const Problem far{"unknown option `--colour` of `coverage-lcov`", "there are: `--type`, `--fallback`"};
  const Problem single{"unknown option `-x` of `coverage-lcov`", "did you mean `--type`?"};
  EXPECT_EQ(problem_of("coverage-lcov a --typ=branch"), near);
  EXPECT_EQ(problem_of("coverage-lcov a --colour red"), far);
  EXPECT_EQ(problem_of("coverage-lcov a -x").message, single.message);
}

TEST(CollectorCommand, F046_WrongValuesAreErrors) {
  const Problem near{"`brnch` is not a value of option `--type` of `coverage-lcov`", "did you mean `branch`?"};
  const Problem far{"`everything` is not a value of option `--type` of `coverage-lcov`",
                    "there are: line, branch, function"};
  EXPECT_EQ(problem_of("coverage-lcov a --type brnch"), near);
  EXPECT_EQ(problem_of("coverage-lcov a -t everything"), far);
}

TEST(CollectorCommand, F047_HelpAndVersionAreErrors) {
  const std::string hint = "in a metric's command there is no help; run `unentropy collect loc --help` at a terminal";
  const Problem help{"unknown option `--help` of `loc`", hint};
  const Problem version{"unknown option `--version` of `loc`", hint};
  EXPECT_EQ(problem_of("loc . --help"), help);
  EXPECT_EQ(problem_of("loc --version"), version);
}

TEST(CollectorCommand, F049_MissingAndSuperfluousArgumentsAreErrors) {
  const Problem missing{"`coverage-lcov` lacks an argument", "usage: `coverage-lcov file…`"};
  const Problem superfluous{"`loc` takes no argument `b`", "usage: `loc [path]`"};
  const Problem empty{"an argument of `loc` is empty", "usage: `loc [path]`"};
  EXPECT_EQ(problem_of("coverage-lcov"), missing);
  EXPECT_EQ(problem_of("loc a b"), superfluous);
  EXPECT_EQ(problem_of("loc ''"), empty);
}

TEST(CollectorCommand, MissingValuesAreErrors) {
  const Problem at_end{"option `--type` of `coverage-lcov` has no value", "write `--type TYPE`"};
  EXPECT_EQ(problem_of("coverage-lcov a --type"), at_end);
  EXPECT_EQ(problem_of("coverage-lcov a --type --fallback 3"), at_end);
  EXPECT_EQ(problem_of("coverage-lcov a --type="), at_end);
  const Problem repeatable{"option `--exclude` of `loc` has no value", "write `--exclude PATTERN`"};
  EXPECT_EQ(problem_of("loc . --exclude"), repeatable);
}

TEST(CollectorCommand, OptionsThatAreGivenTwiceAreErrors) {
  const Problem expected{"option `--type` of `coverage-lcov` is given twice", "leave one of them out"};
  EXPECT_EQ(problem_of("coverage-lcov a -t line --type branch"), expected);
}

TEST(CollectorCommand, FlagsTakeNoValue) {
  const Problem expected{"option `--details` of `loc` takes no value", ""};
  EXPECT_EQ(problem_of("loc . --details=yes"), expected);
  EXPECT_TRUE(CollectorCommand(split_command("loc . --details")).has("details"));
}

// What others read anyway comes after them, what reads a lot itself with the first.
TEST(CollectorCommand, EffortDependsOnOptions) {
  const auto effort = [](std::string_view text) { return CollectorCommand(split_command(text)).effort(); };
  EXPECT_LT(effort("size dist"), 0);
  EXPECT_GT(effort("size dist --gzip"), 0);
  EXPECT_EQ(effort("count src"), 0);
  EXPECT_GT(effort("count src --regex TODO"), 0);
  EXPECT_GT(effort("loc src"), effort("coverage lcov.info"));
}

TEST(CollectorSpecs, AreFitForHelp) {
  for (const CollectorSpec& spec : collector_specs()) {
    EXPECT_FALSE(spec.summary.empty()) << spec.name;
    EXPECT_LE(spec.min_arguments, spec.max_arguments) << spec.name;
    for (const OptionSpec& option : spec.options) {
      EXPECT_FALSE(option.description.empty()) << spec.name << " " << option.name;
      EXPECT_EQ(option.arity == OptionArity::flag, option.value_name.empty()) << spec.name << " " << option.name;
    }
  }
}

}  // namespace
}  // namespace unentropy
