#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "config/test_support.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;

class LoadConfig : public ::testing::Test {
 protected:
  LoadConfig() : place_(fs::temp_directory_path()) {}

  fs::path path(std::string_view name) const { return place_.path() / name; }

  Error failure(const fs::path& path) const {
    try {
      load_config(path);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "no error for " << path;
    return {ErrorKind::internal, ""};
  }

  TempDir place_;
};

TEST_F(LoadConfig, ReadsTheFileAndKeepsItsText) {
  const std::string text = with_metric(R"("sources": ["src"])");
  fs::create_directories(path("src"));
  write_file_atomically(path("unentropy.json"), text);
  const LoadedConfig loaded = load_config(path("unentropy.json"));
  EXPECT_EQ(loaded.text, text);
  ASSERT_TRUE(loaded.result.config.has_value());
  EXPECT_THAT(loaded.result.config->sources, ElementsAre("src/**"));
}

TEST_F(LoadConfig, NamesThePathThatWasTried) {
  const Error error = failure(path("missing.json"));
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.message(), "reading the configuration: there is no file `" + path("missing.json").string() + "`");
  EXPECT_EQ(error.hint(), "`unentropy init` writes one; another place is named with `config-file`");

  const Error relative = failure("no-such-directory/../unentropy-missing.json");
  EXPECT_EQ(relative.message(), "reading the configuration: there is no file `" +
                                    (fs::current_path() / "unentropy-missing.json").string() + "`");
}

TEST_F(LoadConfig, ALongPathIsShownWhole) {
  const fs::path deep = path(std::string(100, 'd')) / std::string(100, 'e') / "unentropy.json";
  EXPECT_EQ(failure(deep).message(), "reading the configuration: there is no file `" + deep.string() + "`");
}

TEST_F(LoadConfig, RefusesMoreThanOneMebibyte) {
  const std::string text = with_metric("");
  write_file_atomically(path("fits.json"), text + std::string((1U << 20) - text.size(), ' '));
  EXPECT_TRUE(load_config(path("fits.json")).result.config.has_value());
  write_file_atomically(path("large.json"), text + std::string((1U << 20) + 1 - text.size(), ' '));
  const Error error = failure(path("large.json"));
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.message().find("reading the configuration: "), 0U);
  EXPECT_NE(error.message().find("large.json"), std::string::npos) << error.message();
}

TEST_F(LoadConfig, RefusesWhatIsNoRegularFileWithoutWaitingForIt) {
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  fs::create_directories(path("directory"));
  for (const char* name : {"fifo", "directory"}) {
    const Error error = failure(path(name));
    EXPECT_EQ(error.kind(), ErrorKind::usage) << error.message();
    EXPECT_NE(error.message().find(name), std::string::npos) << error.message();
  }
}

}  // namespace
}  // namespace unentropy
