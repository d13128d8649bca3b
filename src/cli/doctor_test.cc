// What an examination says, and that of a local history.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/doctor_local.h"
#include "cli/doctor_report.h"
#include "history/history.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
namespace fs = std::filesystem;

TEST(DoctorReport, TheTableFitsIntoEightyColumns) {
  DoctorReport report({Check::endpoint, Check::copy});
  report.ok(Check::copy, "made, and the same");
  report.fail(Check::endpoint,
              Error(ErrorKind::unavailable,
                    "listing `m.db.doctor/` in bucket `history`: connecting to `https://s3.example.com`: refused",
                    "check `s3-endpoint` and the network between this machine and the store"));
  EXPECT_EQ(doctor_table(report),
            "  endpoint           failed   listing `m.db.doctor/` in bucket `history`:\n"
            "                              connecting to `https://s3.example.com`: refused\n"
            "                              hint: check `s3-endpoint` and the network between\n"
            "                              this machine and the store\n"
            "  server-side copy   ok       made, and the same\n");
  const std::string table = doctor_table(report);
  for (const std::string_view line : split(table, '\n')) EXPECT_LE(line.size(), 80U);
}

TEST(DoctorReport, WhatIsNotJudgedIsSkipped) {
  DoctorReport report({Check::write, Check::read, Check::copy});
  report.warn(Check::read, "odd", "look");
  report.skip_the_rest("interrupted");
  EXPECT_EQ(report.count(CheckVerdict::skipped), 2U);
  EXPECT_EQ(report.find(Check::read)->verdict, CheckVerdict::warning);
  EXPECT_EQ(report.first_failure(), nullptr);
  report.fail(Check::copy, Error(ErrorKind::denied, "no"));
  EXPECT_EQ(report.first_failure()->check, Check::copy);
  EXPECT_EQ(report.results().size(), 3U) << "a later verdict replaces an earlier one";
}

class DoctorLocal : public ::testing::Test {
 protected:
  DoctorReport examine(const fs::path& file) {
    DoctorReport report({Check::write, Check::read, Check::lock, Check::history, Check::clean_up});
    examine_local(file, clock_, report);
    EXPECT_EQ(report.results().size(), 5U);
    return report;
  }
  static std::string line(const DoctorReport& report, Check check) {
    return std::string(to_string(report.find(check)->verdict)) + ": " + report.find(check)->detail;
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(directory_.path())) {
      found.push_back(entry.path().lexically_relative(directory_.path()).string());
    }
    return found;
  }

  SystemClock clock_;
  TempDir directory_{"/tmp"};
};

TEST_F(DoctorLocal, AFirstRun) {
  const DoctorReport report = examine(directory_.path() / "data" / "m.db");
  EXPECT_EQ(line(report, Check::write), "ok: allowed: a file reaches the disk and is replaced in one step");
  EXPECT_EQ(line(report, Check::read), "ok: allowed, and the bytes are those that were written");
  EXPECT_EQ(line(report, Check::lock), "ok: keeps a second process out");
  EXPECT_EQ(line(report, Check::history), "ok: none yet, a first run starts one");
  EXPECT_THAT(line(report, Check::clean_up), StartsWith("ok: nothing is left below `"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(DoctorLocal, AHistoryIsCountedAndNotTouched) {
  const fs::path file = directory_.path() / "m.db";
  History::open(file, OpenMode::create).close();
  const std::string before = read_file(file, 1U << 20);
  const DoctorReport report = examine(file);
  EXPECT_THAT(line(report, Check::history), StartsWith("ok: valid, 0 builds, "));
  EXPECT_EQ(read_file(file, 1U << 20), before);
  EXPECT_THAT(names(), ElementsAre("m.db"));
}

TEST_F(DoctorLocal, ADamagedHistoryFails) {
  const fs::path file = directory_.path() / "m.db";
  std::ofstream(file) << "<html>" << std::string(5'000, 'x');
  const DoctorReport report = examine(file);
  EXPECT_EQ(report.find(Check::history)->verdict, CheckVerdict::failed);
  EXPECT_EQ(report.find(Check::history)->kind, ErrorKind::corrupt);
  EXPECT_THAT(names(), ElementsAre("m.db"));
}

TEST_F(DoctorLocal, APlaceThatCannotBeWritten) {
  std::ofstream(directory_.path() / "file") << "x";
  const DoctorReport report = examine(directory_.path() / "file" / "m.db");
  EXPECT_EQ(report.find(Check::write)->verdict, CheckVerdict::failed);
  EXPECT_THAT(report.find(Check::write)->detail, HasSubstr("m.db.doctor"));
  EXPECT_EQ(line(report, Check::read), "skipped: because `write` failed");
  EXPECT_EQ(line(report, Check::clean_up), "skipped: nothing was written");
  EXPECT_THAT(names(), ElementsAre("file"));
}

}  // namespace
}  // namespace unentropy
