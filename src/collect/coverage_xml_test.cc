#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/testing/workspace.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Workspace;

class CoverageXml : public ::testing::Test {
 protected:
  // The value of `collector` for a report of this text.
  double value(std::string_view collector, std::string_view text, std::string_view options = "") {
    workspace_.write("r.xml", text);
    return workspace_.value(std::string(collector) + " r.xml " + std::string(options));
  }
  std::string message(std::string_view collector, std::string_view text, std::string_view options = "") {
    workspace_.write("r.xml", text);
    return workspace_.message(std::string(collector) + " r.xml " + std::string(options));
  }

  Workspace workspace_;
};

class Cobertura : public CoverageXml {
 protected:
  static std::string line(int number, int hits, const char* more = "") {
    return "<line number=\"" + std::to_string(number) + "\" hits=\"" + std::to_string(hits) + "\" " + more + "/>";
  }
  static std::string file(const std::string& lines, const std::string& name = "src/a.py",
                          const std::string& methods = "") {
    return "<class name=\"A\" filename=\"" + name + "\"><methods>" + methods + "</methods><lines>" + lines +
           "</lines></class>";
  }
  static std::string report(const std::string& classes, const std::string& attributes = "",
                            const std::string& sources = "") {
    return "<?xml version=\"1.0\"?>\n<!DOCTYPE coverage SYSTEM "
           "'http://cobertura.sourceforge.net/xml/coverage-04.dtd'>\n"
           "<coverage " +
           attributes + "><sources>" + sources + "</sources><packages><package name=\"p\"><classes>" + classes +
           "</classes></package></packages></coverage>";
  }
  double value(std::string_view text, std::string_view options = "") {
    return CoverageXml::value("coverage-cobertura", text, options);
  }
};

TEST_F(Cobertura, LinesOfSeveralReportsAreMerged) {
  workspace_.write("a.xml", report(file(line(1, 1) + line(2, 1) + line(3, 0) + line(4, 0))));
  workspace_.write("b.xml", report(file(line(3, 1) + line(4, 0) + line(5, 1) + line(6, 1) + line(7, 0) + line(8, 0))));
  EXPECT_EQ(workspace_.value("coverage-cobertura a.xml b.xml"), 62.5);
}

TEST_F(Cobertura, F059_BranchesOfSeveralReportsCountOncePerLine) {
  const auto branch = [](int number, const char* condition) {
    return line(number, 1, (std::string("branch=\"true\" condition-coverage=\"") + condition + "\"").c_str());
  };
  workspace_.write("a.xml", report(file(branch(10, "50% (1/2)") + branch(20, "25% (1/4)") + branch(30, "0% (0/2)"))));
  workspace_.write("b.xml", report(file(branch(10, "50% (1/2)") + branch(20, "50% (2/4)"))));
  EXPECT_EQ(workspace_.value("coverage-cobertura a.xml b.xml -t branch"), 37.5);
}

TEST_F(Cobertura, F058_FunctionsAreCoveredByHitsOrLinesToo) {
  const auto method = [](const char* name, const char* attributes, const std::string& lines = "") {
    return std::string("<method name=\"") + name + "\" signature=\"()V\" " + attributes + "><lines>" + lines +
           "</lines></method>";
  };
  EXPECT_EQ(value(report(file("", "a.js",
                              method("a", "hits=\"3\"") + method("b", "hits=\"1\"") + method("c", "hits=\"0\"") +
                                  method("d", "hits=\"2\""))),
                  "-t function"),
            75);
  EXPECT_EQ(value(report(file("", "a.js",
                              method("a", "line-rate=\"0.5\"") + method("b", "line-rate=\"0\"") +
                                  method("c", "", line(3, 0) + line(4, 1)) + method("d", "", line(5, 0)))),
                  "-t function"),
            50);
}

TEST_F(Cobertura, F062_FunctionsOfOneNameInDifferentFilesAreTwo) {
  const std::string covered = "<method name=\"f\" signature=\"\" hits=\"1\"/>";
  const std::string missed = "<method name=\"f\" signature=\"\" hits=\"0\"/>";
  EXPECT_EQ(value(report(file("", "a.js", covered) + file("", "b.js", missed)), "-t function"), 50);
  EXPECT_EQ(value(report(file("", "a.js", covered) + file("", "a.js", missed)), "-t function"), 100);
}

TEST_F(Cobertura, SeveralClassesMayShareAFile) {
  EXPECT_EQ(value(report(file(line(1, 1) + line(2, 0)) + file(line(2, 1) + line(3, 0) + line(4, 0)))), 50);
}

TEST_F(Cobertura, LinesOfMethodsCountOnlyWithoutLinesOfClasses) {
  const std::string method = "<method name=\"m\"><lines>" + line(1, 1) + line(2, 0) + "</lines></method>";
  EXPECT_EQ(value(report(file("", "a.py", method))), 50);
  EXPECT_EQ(value(report(file(line(1, 1), "a.py", method))), 100);
}

TEST_F(Cobertura, F061_TotalsCountWithoutLines) {
  EXPECT_EQ(value("<coverage lines-valid='8' lines-covered='2' line-rate='0.9'/>"), 25);
  EXPECT_EQ(value("<coverage line-rate='0.5'/>"), 50);
  EXPECT_EQ(value(report(file(line(1, 1)), "lines-valid='8' lines-covered='2'")), 100);
  workspace_.write("a.xml", "<coverage lines-valid='8' lines-covered='2'/>");
  workspace_.write("b.xml", "<coverage lines-valid='2' lines-covered='2'/>");
  const CollectorResult both = workspace_.run("coverage-cobertura a.xml b.xml");
  EXPECT_EQ(both.value, 40);
  EXPECT_THAT(both.notices, ElementsAre("the reports have only line totals, which were added up; what several of them "
                                        "cover counts several times"));
  workspace_.write("a.xml", "<coverage line-rate='0.5'/>");
  workspace_.write("b.xml", "<coverage line-rate='0.5'/>");
  EXPECT_EQ(workspace_.message("coverage-cobertura a.xml b.xml"), "none of the 2 reports has line coverage");
}

TEST_F(Cobertura, F060_BranchTotalsNeedNoLineTotals) {
  EXPECT_EQ(value("<coverage branches-valid='8' branches-covered='2'/>", "-t branch"), 25);
  EXPECT_EQ(value(report(file(line(1, 1)), "branches-valid='8' branches-covered='2'"), "-t branch"), 25);
}

TEST_F(Cobertura, AClassInsideAMethodEndsIt) {
  const std::string inside = "<method name=\"m\" hits=\"1\"><class name=\"inner\"></class></method>";
  EXPECT_EQ(value(report(file("", "a.js", inside) + file(line(1, 1) + line(2, 0), "b.js"))), 50);
}

TEST_F(Cobertura, EmptyMethodsAreNothingFound) {
  EXPECT_EQ(message("coverage-cobertura", report(file(line(1, 1))), "-t function"), "`r.xml` has no function coverage");
  EXPECT_EQ(value(report(file(line(1, 1))), "-t function --fallback 5"), 5);
}

TEST_F(Cobertura, F082_RootsOfTheReportLeadToTheFile) {
  workspace_.write("lib/src/a.py", "");
  workspace_.sources = {"lib/src/**"};
  const std::string here = "<source>" + workspace_.path().string() + "/lib</source>";
  EXPECT_EQ(value(report(file(line(1, 1)), "", "<source>/nowhere</source>" + here)), 100);
  EXPECT_EQ(value(report(file(line(1, 1)), "", "<source>/builds/x/lib</source>")), 100);
  EXPECT_EQ(value(report(file(line(1, 1)), "", "<source>lib</source>")), 100);
  EXPECT_EQ(message("coverage-cobertura", report(file(line(1, 1)))),
            "`sources` leaves out every file of the report, for example `src/a.py`");
}

TEST_F(Cobertura, AttributesComeInAnyOrderAndNamespace) {
  EXPECT_EQ(value("<c:coverage xmlns:c='x'><c:packages><c:package><c:classes><c:class filename='a' name='A'><c:lines>"
                  "<c:line hits='1' number='1'/><c:line hits='0' number='2'></c:line></c:lines></c:class></c:classes>"
                  "</c:package></c:packages></c:coverage>"),
            50);
}

TEST_F(Cobertura, F063_BrokenXmlIsAnErrorWithItsPlace) {
  EXPECT_EQ(message("coverage-cobertura", "<coverage>\n  <packages>\n</coverage>", "--fallback 1"),
            "`r.xml` cannot be read as XML: line 3, column 3: mismatched tag");
  EXPECT_EQ(workspace_.hint("coverage-cobertura r.xml"), "it may have been cut off while it was written");
  EXPECT_EQ(message("coverage-cobertura", ""), "`r.xml` cannot be read as XML: line 1, column 1: no element found");
  EXPECT_EQ(workspace_.failure("coverage-cobertura r.xml")->kind, ErrorKind::corrupt);
  EXPECT_EQ(message("coverage-cobertura", "<report/>"),
            "`r.xml` is not a Cobertura file: its root element is `report`, not `coverage`");
  EXPECT_EQ(workspace_.hint("coverage-cobertura r.xml"), "`coverage` finds out by itself what format a report has");
}

TEST_F(Cobertura, EntitiesAreRefused) {
  EXPECT_EQ(message("coverage-cobertura", "<!DOCTYPE coverage [<!ENTITY a \"b\">]><coverage>&a;</coverage>"),
            "`r.xml` cannot be read as XML: line 1, column 32: it declares an entity");
  EXPECT_THAT(message("coverage-cobertura",
                      "<!DOCTYPE coverage [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><coverage>&a;</coverage>"),
              ::testing::EndsWith("it declares an entity"));
  std::string bomb = "<!DOCTYPE coverage [<!ENTITY a0 \"xxxxxxxxxx\">";
  for (int i = 1; i < 30; ++i) {
    bomb += "<!ENTITY a" + std::to_string(i) + " \"&a" + std::to_string(i - 1) + ";&a" + std::to_string(i - 1) + ";\">";
  }
  EXPECT_THAT(message("coverage-cobertura", bomb + "]><coverage>&a29;</coverage>"),
              ::testing::EndsWith("it declares an entity"));
  EXPECT_THAT(message("coverage-cobertura", "<!DOCTYPE coverage [<!ENTITY % p SYSTEM \"x.dtd\"> %p;]><coverage/>"),
              ::testing::EndsWith("it declares an entity"));
}

TEST_F(Cobertura, DepthAndTokensAreBounded) {
  std::string deep = "<coverage>";
  for (int i = 0; i < 250; ++i) deep += "<a>";
  EXPECT_THAT(message("coverage-cobertura", deep), ::testing::EndsWith("it is nested deeper than 200 elements"));
  EXPECT_THAT(message("coverage-cobertura", "<coverage a='" + std::string(13'000'000, 'x') + "'/>"),
              ::testing::EndsWith("a tag or text is longer than 4 MB"));
}

// Up to 8 MB at one go, larger ones in pieces.
TEST_F(Cobertura, LargeFilesAreReadToTheirEnd) {
  const std::string head = "<coverage><packages><package><classes><class filename='src/a.py'><lines>";
  const std::string tail = "</lines></class></classes></package></packages></coverage>";
  for (const std::size_t before : {8'000'000UL, 8'400'000UL, 20'000'000UL}) {
    std::string text = head + "<line number='1' hits='1'/>";
    text.append(before - 10 - text.size(), '\n');
    text += "<line number='2' hits='0'/><line number='3' hits='0'/><line number='4' hits='0'/>" + tail;
    EXPECT_EQ(value(text), 25) << before;
  }
}

TEST_F(Cobertura, OtherEncodingsAreRead) {
  EXPECT_EQ(value("<?xml version='1.0' encoding='windows-1252'?><coverage x='\xE9' line-rate='0.5'/>"), 50);
  EXPECT_EQ(value("<?xml version='1.0' encoding='iso-8859-1'?><coverage x='\xE9' line-rate='0.5'/>"), 50);
}

class Clover : public CoverageXml {
 protected:
  double value(std::string_view text, std::string_view options = "") {
    return CoverageXml::value("coverage-clover", text, options);
  }
  static std::string report(const std::string& project) {
    return "<?xml version=\"1.0\"?><coverage generated=\"1\"><project timestamp=\"1\">" + project +
           "</project></coverage>";
  }
};

constexpr const char* kEightLines =
    "<line num=\"1\" type=\"stmt\" count=\"2\"/><line num=\"2\" type=\"stmt\" count=\"0\"/>"
    "<line num=\"3\" type=\"stmt\" count=\"1\"/><line num=\"4\" type=\"stmt\" count=\"0\"/>"
    "<line num=\"5\" type=\"stmt\" count=\"0\"/><line num=\"6\" type=\"stmt\" count=\"0\"/>"
    "<line num=\"7\" type=\"cond\" count=\"4\"/><line num=\"8\" type=\"cond\" count=\"0\"/>";

TEST_F(Clover, F053_FilesInsidePackagesCount) {
  const std::string file = std::string("<file name=\"a.php\">") + kEightLines + "</file>";
  EXPECT_EQ(value(report("<package name=\"p\">" + file + "</package>")), 37.5);
  EXPECT_EQ(value(report(file)), 37.5);
  EXPECT_EQ(value(report("<package><package>" + file + "</package></package>")), 37.5);
}

TEST_F(Clover, F054_ConditionsCount) {
  EXPECT_EQ(value(report("<file name=\"a\"><line num=\"1\" type=\"cond\" count=\"1\"/><line num=\"2\" type=\"cond\" "
                         "truecount=\"0\" falsecount=\"2\"/><line num=\"3\" type=\"cond\" truecount=\"0\" "
                         "falsecount=\"0\"/><line num=\"4\" type=\"cond\"/></file>")),
            50);
}

TEST_F(Clover, F055_FilesAreToldApartByTheirPath) {
  const auto file = [](const char* path, int count) {
    return std::string("<file name=\"index.js\" path=\"") + path + "\"><line num=\"1\" type=\"stmt\" count=\"" +
           std::to_string(count) + "\"/></file>";
  };
  EXPECT_EQ(value(report(file("/x/a/index.js", 1) + file("/x/b/index.js", 0))), 50);
}

TEST_F(Clover, F056_OverlappingReportsCountOnce) {
  const auto text = [](int methods, int conditionals, int line) {
    return report("<file name=\"a\"><metrics methods=\"4\" coveredmethods=\"" + std::to_string(methods) +
                  "\" conditionals=\"4\" coveredconditionals=\"" + std::to_string(conditionals) +
                  "\"/><line num=\"1\" type=\"stmt\" count=\"" + std::to_string(line) + "\"/></file>");
  };
  workspace_.write("a.xml", text(1, 3, 0));
  workspace_.write("b.xml", text(2, 1, 1));
  EXPECT_EQ(workspace_.value("coverage-clover a.xml b.xml -t function"), 50);
  EXPECT_EQ(workspace_.value("coverage-clover a.xml b.xml -t branch"), 75);
  EXPECT_EQ(workspace_.value("coverage-clover a.xml b.xml"), 100);
}

TEST_F(Clover, MethodsCountByLineBeforeMetrics) {
  EXPECT_EQ(
      value(report("<file name=\"a\"><metrics methods=\"9\" coveredmethods=\"0\"/><line num=\"1\" type=\"method\" "
                   "count=\"1\"/><line num=\"5\" type=\"method\" count=\"0\"/></file>"),
            "-t function"),
      50);
}

TEST_F(Clover, OnlyMetricsOfFilesCount) {
  const std::string file =
      "<file name=\"a\"><class name=\"A\"><metrics conditionals=\"8\" coveredconditionals=\"8\"/></class>"
      "<metrics conditionals=\"2\" coveredconditionals=\"1\"/></file>";
  EXPECT_EQ(value(report("<metrics conditionals=\"9\" coveredconditionals=\"0\"/><package><metrics conditionals=\"9\" "
                         "coveredconditionals=\"0\"/>" +
                         file + "</package>"),
                  "-t branch"),
            50);
}

TEST_F(Clover, F057_AReportWithoutDataIsAnError) {
  EXPECT_EQ(message("coverage-clover", report("")), "`r.xml` has no line coverage");
  EXPECT_EQ(value(report(""), "--fallback 0"), 0);
  EXPECT_EQ(message("coverage-clover", "<coverage/>", "--fallback 0"),
            "`r.xml` is not a Clover file: it has no `project`");
  EXPECT_EQ(workspace_.hint("coverage-clover r.xml"), "for Cobertura files there is `coverage-cobertura`");
}

TEST_F(Clover, TestsOfTheProjectDoNotCount) {
  EXPECT_EQ(value("<coverage><project><file name=\"a\"><line num=\"1\" type=\"stmt\" count=\"1\"/></file></project>"
                  "<testproject><file name=\"t\"><line num=\"1\" type=\"stmt\" count=\"0\"/></file></testproject>"
                  "</coverage>"),
            100);
}

class Jacoco : public CoverageXml {
 protected:
  double value(std::string_view text, std::string_view options = "") {
    return CoverageXml::value("coverage-jacoco", text, options);
  }
  static constexpr const char* kReport =
      "<?xml version=\"1.0\"?><!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\">"
      "<report name=\"x\"><sessioninfo id=\"a\" start=\"1\" dump=\"2\"/><package name=\"org/x\">"
      "<class name=\"org/x/A\" sourcefilename=\"A.java\">"
      "<method name=\"&lt;init&gt;\" desc=\"()V\" line=\"3\"><counter type=\"LINE\" missed=\"0\" covered=\"1\"/>"
      "<counter type=\"METHOD\" missed=\"0\" covered=\"1\"/></method>"
      "<method name=\"f\" desc=\"(I)V\" line=\"5\"><counter type=\"METHOD\" missed=\"1\" covered=\"0\"/></method>"
      "<counter type=\"METHOD\" missed=\"1\" covered=\"1\"/></class>"
      "<sourcefile name=\"A.java\"><line nr=\"3\" mi=\"0\" ci=\"3\" mb=\"0\" cb=\"0\"/>"
      "<line nr=\"5\" mi=\"2\" ci=\"1\" mb=\"1\" cb=\"3\"/><line nr=\"6\" mi=\"2\" ci=\"0\" mb=\"0\" cb=\"0\"/>"
      "<line nr=\"7\" mi=\"2\" ci=\"0\" mb=\"0\" cb=\"0\"/><counter type=\"LINE\" missed=\"9\" "
      "covered=\"1\"/></sourcefile>"
      "</package><counter type=\"LINE\" missed=\"9\" covered=\"1\"/></report>";
};

TEST_F(Jacoco, CountsLinesBranchesAndMethods) {
  EXPECT_EQ(value(kReport), 50);
  EXPECT_EQ(value(kReport, "-t branch"), 75);
  EXPECT_EQ(value(kReport, "-t function"), 50);
}

TEST_F(Jacoco, MergesReports) {
  workspace_.write("a.xml", kReport);
  workspace_.write("b.xml",
                   "<report name=\"y\"><package name=\"org/x\"><sourcefile name=\"A.java\"><line nr=\"6\" mi=\"0\" "
                   "ci=\"2\" mb=\"0\" cb=\"0\"/></sourcefile></package></report>");
  EXPECT_EQ(workspace_.value("coverage-jacoco a.xml b.xml"), 75);
}

TEST_F(Jacoco, ModulesMayHaveFilesOfOneName) {
  const auto module = [](const char* name, int ci) {
    return std::string("<group name=\"") + name +
           "\"><package name=\"p\"><sourcefile name=\"A.java\"><line nr=\"1\" "
           "mi=\"1\" ci=\"" +
           std::to_string(ci) + "\"/></sourcefile></package></group>";
  };
  EXPECT_EQ(value("<report>" + module("a", 1) + module("b", 0) + "</report>"), 50);
  EXPECT_EQ(value("<report>" + module("a", 1) + module("a", 0) + "</report>"), 100);
}

TEST_F(Jacoco, UsesItsTotalsWithoutLines) {
  EXPECT_EQ(value("<report><counter type=\"LINE\" missed=\"3\" covered=\"1\"/></report>"), 25);
}

TEST_F(Jacoco, SourcesAreMatchedByTheEndOfTheirPath) {
  workspace_.write("src/main/java/org/x/A.java", "");
  workspace_.sources = {"src/main/**"};
  EXPECT_EQ(value(kReport), 50);
  workspace_.sources = {"src/test/**"};
  EXPECT_EQ(message("coverage-jacoco", kReport),
            "`sources` leaves out every file of the report, for example `org/x/A.java`");
}

TEST_F(CoverageXml, TheFormatIsFoundByContent) {
  workspace_.write("cobertura", "\xEF\xBB\xBF<?xml version='1.0'?><!-- <report/> --><coverage line-rate='0.5'/>");
  workspace_.write("coverage-py",
                   "<coverage version='1'><packages><package><classes><class filename='a'><lines><line number='1' "
                   "hits='1'/></lines></class></classes></package></packages></coverage>");
  workspace_.write("clover",
                   "<!DOCTYPE coverage [ ]>\n<coverage generated='1'><project><file name='a'><line num='1' "
                   "type='stmt' count='1'/></file></project></coverage>");
  workspace_.write("jacoco", "<report><counter type='LINE' missed='3' covered='1'/></report>");
  workspace_.write("lcov", "# made by hand\nTN:\nSF:a\nDA:1,1\nend_of_record\n");
  workspace_.write("istanbul", " {\"a\": {\"statementMap\": {\"0\": {\"start\": {\"line\": 1}}}, \"s\": {\"0\": 1}}}");
  workspace_.write("go", "mode: set\nx/a.go:1.1,2.2 4 1\nx/a.go:3.1,9.2 1 0\n");
  EXPECT_EQ(workspace_.value("coverage cobertura"), 50);
  EXPECT_EQ(workspace_.value("coverage coverage-py"), 100);
  EXPECT_EQ(workspace_.value("coverage clover"), 100);
  EXPECT_EQ(workspace_.value("coverage jacoco"), 25);
  EXPECT_EQ(workspace_.value("coverage lcov"), 100);
  EXPECT_EQ(workspace_.value("coverage istanbul"), 100);
  EXPECT_EQ(workspace_.value("coverage go"), 80);
  EXPECT_EQ(workspace_.value("coverage go --type line"), 2.0 / 9 * 100);
  // Different formats make one picture.
  EXPECT_EQ(workspace_.value("coverage lcov clover"), 100);
  workspace_.write("other", "hello\n");
  EXPECT_EQ(workspace_.message("coverage other"), "`other` is no coverage report of a known format");
  EXPECT_EQ(workspace_.hint("coverage other"),
            "known are LCOV, Cobertura, Clover, JaCoCo, Istanbul and Go cover profiles");
}

}  // namespace
}  // namespace unentropy
