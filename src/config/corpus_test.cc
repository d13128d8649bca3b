// The files of tests/fixtures/config: what is said about each, word by word, and whether the JSON Schema agrees.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "config/renderer.h"
#include "config/test_support.h"

namespace unentropy {
namespace {

namespace fs = std::filesystem;

// Faults that a schema cannot express. Only these may pass it, and all of them must, or the list is out of date.
const std::set<std::string> kBeyondTheSchema{
    "command-600-emoji",         // length in UTF-16 code units, where a schema counts code points
    "threshold-unknown-metric",  // references from one part of the file to another
    "sources-brace-bomb",        // what a pattern expands to
};

std::vector<fs::path> files(const std::string& kind) {
  std::vector<fs::path> result;
  for (const auto& entry : fs::directory_iterator(source_path("tests/fixtures/config") / kind)) {
    if (entry.path().extension() == ".json") result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::string rendered(const fs::path& path) {
  const std::string text = bytes_of(path);
  DiagnosticRenderer renderer(path.filename().string(), text);
  std::string all;
  for (const Diagnostic& diagnostic : parse_config(text, path.parent_path()).diagnostics) {
    all += renderer.render(diagnostic) + "\n\n";
  }
  if (!all.empty()) all.pop_back();
  return all;
}

bool has_errors(const ConfigResult& result) {
  return std::any_of(result.diagnostics.begin(), result.diagnostics.end(),
                     [](const Diagnostic& d) { return d.level == Diagnostic::Level::error; });
}

// In a schema a number without fraction is an integer, however it is written; valijson looks at the spelling.
void unify_integers(nlohmann::json& value) {
  if (value.is_structured()) {
    for (auto& element : value) unify_integers(element);
  } else if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::abs(number) < 1e15 && number == std::trunc(number)) value = static_cast<std::int64_t>(number);
  }
}

class SchemaValidator {
 public:
  SchemaValidator() : document_(nlohmann::json::parse(config_json_schema())) {
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document_), schema_);
  }

  bool accepts(const std::string& text) const {
    nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    if (value.is_discarded()) return false;
    unify_integers(value);
    valijson::Validator validator;
    return validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(value), nullptr);
  }

 private:
  nlohmann::json document_;
  valijson::Schema schema_;
};

TEST(ConfigCorpus, IsLargeEnoughToMeanSomething) {
  EXPECT_GE(files("good").size(), 40U);
  EXPECT_GE(files("bad").size(), 80U);
}

TEST(ConfigCorpus, GoodFilesGiveAConfigurationAndNoError) {
  for (const fs::path& path : files("good")) {
    const ConfigResult result = parse_config(bytes_of(path), path.parent_path());
    EXPECT_TRUE(result.config.has_value()) << path;
    EXPECT_FALSE(has_errors(result)) << path << ::testing::PrintToString(lines_of(result));
  }
}

TEST(ConfigCorpus, BadFilesGiveAnErrorAndOnlyAnUnknownStorageTypeIsSurvived) {
  for (const fs::path& path : files("bad")) {
    const ConfigResult result = parse_config(bytes_of(path), path.parent_path());
    EXPECT_TRUE(has_errors(result)) << path;
    EXPECT_EQ(result.config.has_value(), path.stem() == "storage-type-unknown") << path;
  }
}

TEST(ConfigCorpus, EveryWordIsAsWrittenBesideTheFile) {
  for (const std::string kind : {"good", "bad"}) {
    for (const fs::path& path : files(kind)) {
      expect_same_as_file(fs::path(path).replace_extension(".txt"), rendered(path));
    }
  }
}

TEST(ConfigCorpus, NoFileBesideIsLeftOver) {
  for (const std::string kind : {"good", "bad"}) {
    for (const auto& entry : fs::directory_iterator(source_path("tests/fixtures/config") / kind)) {
      EXPECT_TRUE(fs::exists(fs::path(entry.path()).replace_extension(".json"))) << entry.path();
    }
  }
}

TEST(ConfigCorpus, SchemaAndParserAgree) {
  const SchemaValidator validator;
  for (const fs::path& path : files("good")) EXPECT_TRUE(validator.accepts(bytes_of(path))) << path;
  for (const fs::path& path : files("bad")) {
    EXPECT_EQ(validator.accepts(bytes_of(path)), kBeyondTheSchema.contains(path.stem().string())) << path;
  }
}

TEST(ConfigCorpus, NamesOfWhatIsBeyondTheSchemaExist) {
  for (const std::string& name : kBeyondTheSchema) {
    EXPECT_TRUE(fs::exists(source_path("tests/fixtures/config/bad") / (name + ".json"))) << name;
  }
}

}  // namespace
}  // namespace unentropy
