#include "collect/lcov.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/testing/workspace.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Workspace;

class Lcov : public ::testing::Test {
 protected:
  double value_of(std::string_view text, std::string_view options = "") {
    workspace_.write("a.info", text);
    return workspace_.value("coverage-lcov a.info " + std::string(options));
  }

  Workspace workspace_;
};

constexpr const char* kOverlapping =
    "TN:\n"
    "SF:lib/a.c\nDA:1,1\nDA:2,0\nDA:3,0\nDA:4,1\nBRDA:7,0,0,2\nBRDA:7,0,1,-\nBRDA:9,0,0,0\nBRDA:9,0,1,0\n"
    "LF:4\nLH:2\nBRF:4\nBRH:1\nend_of_record\n"
    "SF:lib/a.c\nDA:1,0\nDA:2,3\nDA:3,0\nDA:4,0\nBRDA:7,0,0,1\nBRDA:7,0,1,4\nLF:4\nLH:1\nend_of_record\n";

TEST_F(Lcov, F065_RecordsOfOneFileAreMerged) {
  EXPECT_EQ(value_of(kOverlapping), 75);
  EXPECT_EQ(value_of(kOverlapping, "--type branch"), 50);
}

TEST_F(Lcov, F064_DetailsCountBeforeSummaries) {
  EXPECT_EQ(value_of("SF:a\nDA:1,1\nDA:2,0\nDA:3,0\nDA:4,1,checksum\nend_of_record\n"), 50);
  EXPECT_EQ(value_of("SF:a\nDA:1,1\nLF:100\nLH:1\nend_of_record\n"), 100);
  EXPECT_EQ(value_of("SF:a\nLF:8\nLH:2\nend_of_record\n"), 25);
  EXPECT_EQ(value_of("SF:a\nBRF:8\nBRH:2\nend_of_record\n", "-t branch"), 25);
  EXPECT_EQ(value_of("SF:a\nFNF:8\nFNH:2\nend_of_record\n", "-t function"), 25);
}

TEST_F(Lcov, SummariesOfOneFileGiveTheLargestNumbers) {
  EXPECT_EQ(value_of("SF:a\nLF:8\nLH:2\nend_of_record\nSF:a\nLF:6\nLH:4\nend_of_record\nSF:b\nLF:2\nLH:1\n"), 50);
}

TEST_F(Lcov, CountsFunctionsByNameAndLine) {
  const std::string text =
      "SF:a\nFN:1,f\nFN:5,9,g\nFN:20,operator()(int, char)\nFN:30,f\nFNDA:2,f\nFNDA:0,g\nFNDA:1,operator()(int, char)\n"
      "end_of_record\nSF:a\nFN:5,9,g\nFNDA:1,g\nend_of_record\nSF:b\nFN:1,f\nFNDA:0,f\nend_of_record\n";
  EXPECT_EQ(value_of(text, "-t function"), 80);
  // Hits of a name without a place.
  EXPECT_EQ(value_of("SF:a\nFNDA:1,f\nFNDA:0,g\nend_of_record\n", "-t function"), 50);
  // Hits in front of the places.
  EXPECT_EQ(value_of("SF:a\nFNDA:1,f\nFN:3,f\nFN:4,g\nend_of_record\n", "-t function"), 50);
}

TEST_F(Lcov, KnowsTheNewerFormOfFunctions) {
  const std::string text =
      "SF:a\nFNL:0,3,9\nFNL:1,12\nFNA:0,5,f\nFNA:0,0,f<int>\nFNA:1,0,g\nFNA:1,1,h\nend_of_record\n";
  EXPECT_EQ(value_of(text, "-t function"), 50);
}

TEST_F(Lcov, KnowsEveryFormOfBranchesAndHits) {
  EXPECT_EQ(value_of("SF:a\nBRDA:1,e0,(x, y),1\nBRDA:1,e0,(x, z),-\nend_of_record\n", "-t branch"), 50);
  EXPECT_EQ(value_of("SF:a\nDA:1,99999999999999999999\nDA:2,-1\nDA:3,1e3\nDA:4,0.0\nend_of_record\n"), 50);
}

TEST_F(Lcov, F066_ARecordThatIsCutOffCounts) {
  workspace_.write("a.info", "SF:a\nDA:1,1\nSF:b\nDA:1,0\nend_of_record\nSF:c\nDA:1,1\nDA:2,1");
  const CollectorResult result = workspace_.run("coverage-lcov a.info");
  EXPECT_EQ(result.value, 75);
  EXPECT_THAT(result.notices, ElementsAre("`a.info`: the record of `a` has no `end_of_record`",
                                          "`a.info`: the record of `c` has no `end_of_record`"));
}

TEST_F(Lcov, WarnsOnlyAFewTimes) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += "SF:" + std::to_string(i) + "\nDA:1,1\n";
  workspace_.write("a.info", text);
  const CollectorResult result = workspace_.run("coverage-lcov a.info");
  ASSERT_EQ(result.notices.size(), 6U);
  EXPECT_EQ(result.notices.back(), "`a.info`: 3 more records have no `end_of_record`");
}

TEST_F(Lcov, F067_GarbageIsAnError) {
  workspace_.write("a.info", "this is\nno report\n");
  workspace_.write("empty.info", "");
  EXPECT_EQ(workspace_.message("coverage-lcov a.info"), "`a.info` is not an LCOV file: it has no `SF:` line");
  EXPECT_EQ(workspace_.hint("coverage-lcov a.info"),
            "give the tracefile that `lcov --capture` or the test runner's LCOV reporter writes");
  EXPECT_EQ(workspace_.failure("coverage-lcov empty.info --fallback 0")->kind, ErrorKind::corrupt);
}

TEST_F(Lcov, F068_SeveralFilesAreMerged) {
  workspace_.write("r/1.info", "SF:a\nDA:1,1\nDA:2,0\nend_of_record\n");
  workspace_.write("r/2.info", "SF:./a\nDA:1,0\nDA:2,1\nend_of_record\nSF:b\nDA:1,0\nDA:2,0\nend_of_record\n");
  EXPECT_EQ(workspace_.value("coverage-lcov r/1.info r/2.info"), 50);
  EXPECT_EQ(workspace_.value("coverage-lcov r/1.info r/1.info"), 50);
}

TEST_F(Lcov, F048_GlobsAreExpanded) {
  workspace_.write("r/1.info", "SF:a\nDA:1,1\nend_of_record\n");
  workspace_.write("r/deep/2.info", "SF:b\nDA:1,0\nend_of_record\n");
  EXPECT_EQ(workspace_.value("coverage-lcov 'r/**/*.info'"), 50);
  EXPECT_EQ(workspace_.value("coverage-lcov r/*.info"), 100);
  EXPECT_EQ(workspace_.message("coverage-lcov r/*.xml"), "no file matches `r/*.xml`");
}

TEST_F(Lcov, F069_AMissingFileIsAnErrorWhateverTheFallback) {
  EXPECT_EQ(workspace_.message("coverage-lcov none.info --fallback 3"), "`none.info` does not exist");
  fs::create_directory(workspace_ / "dir");
  EXPECT_EQ(workspace_.message("coverage-lcov dir --fallback 3"), "`dir` is a folder");
  EXPECT_EQ(workspace_.hint("coverage-lcov dir"), "name the files in it, for example `dir/*`");
}

TEST_F(Lcov, NothingFoundIsAnErrorOrTheFallback) {
  workspace_.write("a.info", "SF:a\nDA:1,1\nend_of_record\n");
  EXPECT_EQ(workspace_.message("coverage-lcov a.info -t branch"), "`a.info` has no branch coverage");
  EXPECT_EQ(workspace_.hint("coverage-lcov a.info -t branch"),
            "ask for another `--type`, or say with `--fallback` what counts then");
  const CollectorResult result = workspace_.run("coverage-lcov a.info -t branch --fallback -1.5");
  EXPECT_EQ(result.value, -1.5);
  EXPECT_THAT(result.notices, ElementsAre("there is no branch coverage, so the value is that of `--fallback`"));
  EXPECT_EQ(workspace_.message("coverage-lcov a.info --fallback none"),
            "`none` is not a value of option `--fallback` of `coverage-lcov`");
  EXPECT_EQ(workspace_.hint("coverage-lcov a.info --fallback none"), "give a number, for example `--fallback 0`");
  EXPECT_EQ(workspace_.value("coverage-lcov a.info --fallback 3"), 100);
}

TEST_F(Lcov, ValuesAreNotRounded) {
  EXPECT_EQ(value_of("SF:a\nDA:1,1\nDA:2,0\nDA:3,0\nend_of_record\n"), 1.0 / 3 * 100);
}

TEST_F(Lcov, SkipsWhatItDoesNotKnow) {
  EXPECT_EQ(value_of("TN:x\nVER:1\nDA:1,1\nSF:a\nMCDC:1\nDA:x,1\nDA:\nDA:1,1\nDA:2,0\nend_of_record\nDA:9,1\n"), 50);
}

TEST_F(Lcov, AcceptsCarriageReturns) { EXPECT_EQ(value_of("SF:a\r\nDA:1,1\r\nDA:2,0\r\nend_of_record\r\n"), 50); }

TEST_F(Lcov, RefusesEndlessLines) {
  workspace_.write("a.info", "SF:" + std::string(2'500'000, 'x'));
  EXPECT_EQ(workspace_.message("coverage-lcov a.info"), "line 1 of `a.info` is longer than 1 MB");
}

// Quadratic time would end it at CTest's limit.
TEST_F(Lcov, TakesLinearTime) {
  std::string text = "SF:a\n";
  for (int i = 0; i < 200'000; ++i) text += "FN:" + std::to_string(i) + ",same\nFNDA:1,same\n";
  for (int i = 400'000; i > 0; --i) text += "DA:" + std::to_string(i * 64) + ",1\n";
  for (int i = 0; i < 200'000; ++i) text += "SF:f" + std::to_string(i) + "\n";
  EXPECT_EQ(value_of(text), 100);
}

TEST_F(Lcov, F081_ATrailingSlashInSourcesMeansTheFolder) {
  // The configuration makes `src/**` of `src/`; what comes here is that.
  workspace_.sources = {"src/**"};
  EXPECT_EQ(value_of("SF:src/a.c\nDA:1,1\nend_of_record\nSF:test/t.c\nDA:1,0\nend_of_record\n"), 100);
}

TEST_F(Lcov, SourcesFilterByWhatAPathMeans) {
  workspace_.write("src/a.c", "");
  workspace_.write("src/lib/b.c", "");
  workspace_.sources = {"src/**", "!src/gen/**"};
  const std::string base = workspace_.path().string();
  const auto one = [](const std::string& path, int hit) {
    return "SF:" + path + "\nDA:1," + std::to_string(hit) + "\nend_of_record\n";
  };
  // As it stands; with dots and backslashes; absolute; from another machine.
  EXPECT_EQ(value_of(one("src/a.c", 1) + one("test/t.c", 0)), 100);
  EXPECT_EQ(value_of(one("./src//a.c", 1) + one("other/../test/t.c", 0)), 100);
  EXPECT_EQ(value_of(one("src\\lib\\b.c", 1) + one("src/gen/x.c", 0)), 100);
  EXPECT_EQ(value_of(one(base + "/src/a.c", 1) + one(base + "/test/t.c", 0)), 100);
  EXPECT_EQ(value_of(one("/builds/42/project/src/lib/b.c", 1) + one("/usr/include/stdio.h", 0)), 100);
  EXPECT_EQ(value_of(one("C:\\agent\\work\\src\\a.c", 1) + one("C:\\x\\y.c", 0)), 100);
}

TEST_F(Lcov, F082_IfSourcesRemoveEverythingTheReasonSaysSo) {
  workspace_.sources = {"src/**"};
  workspace_.write("a.info", "SF:/elsewhere/x.c\nDA:1,1\nend_of_record\n");
  EXPECT_EQ(workspace_.message("coverage-lcov a.info"),
            "`sources` leaves out every file of the report, for example `/elsewhere/x.c`");
  EXPECT_EQ(workspace_.hint("coverage-lcov a.info"), "compare the path with the patterns of `sources`");
  EXPECT_EQ(workspace_.value("coverage-lcov a.info --fallback 7"), 7);
}

TEST_F(Lcov, ReportsFromDifferentMachinesAreOnePicture) {
  workspace_.write("src/a.c", "");
  workspace_.write("1.info", "SF:/builds/3/project/src/a.c\nDA:1,1\nDA:2,0\nend_of_record\n");
  workspace_.write("2.info", "SF:/builds/7/src/a.c\nDA:1,0\nDA:2,1\nend_of_record\n");
  workspace_.write("3.info", "SF:src/a.c\nDA:3,0\nDA:4,0\nend_of_record\n");
  EXPECT_EQ(workspace_.value("coverage-lcov 1.info 2.info 3.info"), 50);
}

TEST_F(Lcov, F079_AReportIsParsedOncePerRun) {
  const fs::path file = workspace_.write("a.info", "SF:a\nDA:1,1\nend_of_record\n");
  CollectContext context = workspace_.context();
  context.cache = make_run_cache();
  EXPECT_EQ(run_collector({"coverage-lcov", "a.info"}, context).value, 100);
  // Other bytes under the same identity are not looked at again; a changed file is.
  const auto time = fs::last_write_time(file);
  std::ofstream(file, std::ios::in) << "SF:a\nDA:1,0\nend_of_record\n";
  fs::last_write_time(file, time);
  EXPECT_EQ(run_collector({"coverage-lcov", "a.info"}, context).value, 100);
  fs::last_write_time(file, time + std::chrono::seconds(1));
  EXPECT_EQ(run_collector({"coverage-lcov", "a.info"}, context).value, 0);
}

// Common lines are read another way than the rest, and only where enough text follows them.
TEST_F(Lcov, LinesMeanTheSameWhateverFollowsThem) {
  const SystemClock clock;
  const Watch watch(clock, std::nullopt, nullptr);
  const auto parsed = [&](const std::string& text) {
    InputStream input(text, "a.info", watch);
    const CoverageReport report = parse_lcov(input);
    const FileCoverage& file = report.files.at(0);
    std::string counts;
    for (const CoverageType type : {CoverageType::line, CoverageType::branch}) {
      counts += std::to_string(file.count(type).covered) + "/" + std::to_string(file.count(type).found) + " ";
    }
    return counts;
  };
  const std::vector<std::string> parts = {"DA:", "BRDA:", "0",  "1",    "7",     "12",        "15",        "16", "00",
                                          ",",   ",0,",   "-",  "\r",   "x",     "999999999", "99999999",  "+",  ".5",
                                          "e3",  " ",     "-1", "\xB1", "0,0,1", "1,0,0,",    "0000000000"};
  const std::vector<std::string> starts = {"DA:", "DA:1", "DA:1,", "BRDA:", "BRDA:2,0,", "BRDA:2,0,1,", "BRDA:2,1,1,"};
  std::mt19937 random(5);
  int with_counts = 0;
  for (int i = 0; i < 4'000; ++i) {
    std::string line = starts[random() % starts.size()];
    for (unsigned part = random() % 4; part > 0; --part) line += parts[random() % parts.size()];
    line += '\n';
    const std::string alone = parsed("SF:a\n" + line);
    // Once with much behind it, then again at the end: if they were not the same, they would be two.
    ASSERT_EQ(parsed("SF:a\n" + line + std::string(100, '#') + "\n" + line), alone) << line;
    with_counts += alone == "0/0 0/0 " ? 0 : 1;
  }
  EXPECT_GT(with_counts, 500);
}

TEST_F(Lcov, MessagesNameTheLineBehindCommonOnes) {
  std::string text = "SF:a\n";
  for (int i = 0; i < 1000; ++i) text += "DA:" + std::to_string(i) + ",1\n";
  workspace_.write("a.info", text + std::string(2'500'000, 'x'));
  EXPECT_EQ(workspace_.message("coverage-lcov a.info"), "line 1002 of `a.info` is longer than 1 MB");
}

TEST_F(Lcov, CountsEachBranchOnceInRecordsOfAnySize) {
  // More than is kept before it is packed, in another order, twice, and then a few at a time.
  std::string text = "SF:a\n";
  const int branches = 150'000;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < branches; ++i) {
      const int branch = i * 7919 % branches;
      text +=
          "BRDA:" + std::to_string(branch / 4) + ",0," + std::to_string(branch % 4) + (round == 0 ? ",-\n" : ",0\n");
    }
  }
  text += "end_of_record\n";
  for (int i = 0; i < branches / 4; ++i) {
    text += "SF:a\nBRDA:" + std::to_string(i) + ",0,0,1\nend_of_record\n";
  }
  EXPECT_EQ(value_of(text, "-t branch"), 25);
}

TEST_F(Lcov, FiftyShardsEqualTheWhole) {
  std::string whole;
  for (int shard = 0; shard < 50; ++shard) {
    std::string text;
    for (int file = 0; file < 20; ++file) {
      text += "SF:src/f" + std::to_string(file) + ".c\n";
      for (int line = 1; line <= 60; ++line) {
        const int hit = (shard * 7 + file * 3 + line) % 53 == 0 ? 1 : 0;
        text += "DA:" + std::to_string(line * (file + 1)) + "," + std::to_string(hit) + "\n";
        text += "BRDA:" + std::to_string(line) + ",0," + std::to_string(line % 3) + "," + (hit != 0 ? "1" : "-") + "\n";
        text += "FN:" + std::to_string(line) + ",f" + std::to_string(line) + "\nFNDA:" + std::to_string(hit) + ",f" +
                std::to_string(line) + "\n";
      }
      text += "end_of_record\n";
    }
    workspace_.write("shards/" + std::to_string(shard) + ".info", text);
    whole += text;
  }
  workspace_.write("whole.info", whole);
  for (const char* type : {"line", "branch", "function"}) {
    const std::string option = std::string(" -t ") + type;
    const double expected = workspace_.value("coverage-lcov whole.info" + option);
    EXPECT_GT(expected, 0);
    EXPECT_LT(expected, 100);
    EXPECT_EQ(workspace_.value("coverage-lcov 'shards/*.info'" + option), expected) << type;
  }
}

}  // namespace
}  // namespace unentropy
