#include "github/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "github/testing/zip_writer.h"

namespace unentropy {
namespace {

using testing::zip_of;
using testing::ZipFile;

class Zip : public ::testing::Test {
 protected:
  std::filesystem::path archive(const std::string& bytes) {
    write_file_atomically(directory.path() / "history.zip", bytes);
    return directory.path() / "history.zip";
  }
  // What is said of an archive whose every entry is unpacked.
  std::string refusal(const std::string& bytes, ZipLimits limits = {}) {
    const auto destination = directory.path() / "out";
    try {
      const ZipArchive opened(archive(bytes), limits);
      for (const ZipEntry& entry : opened.entries()) opened.extract(entry, destination);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::corrupt);
      EXPECT_FALSE(std::filesystem::exists(destination));
      EXPECT_FALSE(std::filesystem::exists(directory.path() / "out.unpacking"));
      EXPECT_EQ(error.hint(), "look at the run that made the artifact; a newer or older artifact may be whole");
      return error.message();
    }
    return "nothing thrown";
  }

  TempDir directory{std::filesystem::temp_directory_path()};
};

TEST_F(Zip, StoredAndDeflatedFilesAreUnpacked) {
  std::string content;
  for (int i = 0; i < 50'000; ++i) content += std::to_string(i * 7919);
  const ZipArchive opened(archive(
      zip_of({{"folder/", "", false, 040755}, {"folder/a.db", content}, {"b", content, false}, {"empty", ""}})));
  ASSERT_EQ(opened.entries().size(), 3U);
  EXPECT_EQ(opened.entries()[0].name, "folder/a.db");
  EXPECT_EQ(opened.entries()[0].size, content.size());
  EXPECT_EQ(opened.beginning(opened.entries()[0], 5), content.substr(0, 5));
  EXPECT_EQ(opened.beginning(opened.entries()[2], 5), "");
  for (std::size_t i = 0; i < 2; ++i) {
    const auto destination = directory.path() / ("out" + std::to_string(i));
    opened.extract(opened.entries()[i], destination);
    EXPECT_EQ(read_file(destination, 1U << 20), content);
    EXPECT_EQ(std::filesystem::status(destination).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
}

TEST_F(Zip, NamesThatLeadOutAreRefused) {
  for (const char* name : {"../evil", "a/../../evil", "/etc/evil", "a//b", "./a", "a/./b", "..", "..\\evil", "C:evil",
                           "a\nb", "\xff", "a/.."}) {
    EXPECT_THAT(refusal(zip_of({{name, "x"}})), ::testing::EndsWith(" leads out of it or is no plain name")) << name;
  }
  EXPECT_EQ(refusal(zip_of({{"../evil", "x"}})),
            "unpacking `history.zip`: the name `../evil` leads out of it or is no plain name");
  EXPECT_EQ(refusal(zip_of({{std::string("a\0b", 3), "x"}})),
            "unpacking `history.zip`: the name `a b` leads out of it or is no plain name");
  EXPECT_EQ(refusal(zip_of({{std::string(256, 'n'), "x"}})), "unpacking `history.zip`: a name in it is too long");
}

TEST_F(Zip, LinksAndSpecialFilesAreRefused) {
  for (const std::uint32_t mode : {0120777U, 0010644U, 0020644U, 0060644U, 0140644U}) {
    EXPECT_EQ(refusal(zip_of({{"a", "/etc/passwd", false, mode}})),
              "unpacking `history.zip`: `a` is a link or a special file");
  }
}

TEST_F(Zip, TwoFilesOfOneNameAreRefused) {
  EXPECT_EQ(refusal(zip_of({{"a", "1"}, {"a", "2"}})), "unpacking `history.zip`: `a` is in it twice");
  EXPECT_EQ(refusal(zip_of({{"a/", ""}, {"a", "2"}})), "unpacking `history.zip`: `a` is in it twice");
}

TEST_F(Zip, EncryptionAndUnknownMethodsAreRefused) {
  for (const std::uint16_t flag : {std::uint16_t{1}, std::uint16_t{0x40}, std::uint16_t{0x2000}}) {
    EXPECT_EQ(refusal(zip_of({{"a", "x", true, 0100644, flag}})), "unpacking `history.zip`: `a` is encrypted");
  }
  EXPECT_EQ(refusal(zip_of({{"a", "x", true, 0100644, 0, 12}})),
            "unpacking `history.zip`: `a` is packed with method 12, which is not supported");
}

TEST_F(Zip, BombsAreRefusedBeforeTheyAreUnpacked) {
  ZipFile bomb{"a", "x"};
  bomb.size_changed_by = 1'000'000'000;
  EXPECT_EQ(refusal(zip_of({bomb})), "unpacking `history.zip`: `a` would unpack from 3 to 1000000001 bytes");
  const std::string zeros(3U << 20, '\0');
  EXPECT_THAT(refusal(zip_of({{"a", zeros}})), ::testing::HasSubstr("`a` would unpack from"));
  ZipLimits limits;
  limits.bytes = 5'000;
  EXPECT_EQ(refusal(zip_of({{"a", std::string(3'000, 'a')}, {"b", std::string(3'000, 'b')}}), limits),
            "unpacking `history.zip`: it would unpack to more than 5000 bytes");
  limits.entries = 2;
  EXPECT_EQ(refusal(zip_of({{"a", ""}, {"b", ""}, {"c", ""}}), limits),
            "unpacking `history.zip`: it holds 3 files, more than 2");
}

TEST_F(Zip, LengthAndChecksumHaveToBeTrue) {
  ZipFile file{"a", std::string(300, 'x')};
  file.crc_changed_by = 1;
  EXPECT_EQ(refusal(zip_of({file})), "unpacking `history.zip`: the checksum of `a` is wrong");
  file = {"a", std::string(300, 'x')};
  file.size_changed_by = 10;
  EXPECT_THAT(refusal(zip_of({file})), ::testing::AnyOf("unpacking `history.zip`: `a` ends after 300 of 310 bytes",
                                                        "unpacking `history.zip`: `a` is damaged"));
  file.size_changed_by = -10;
  EXPECT_THAT(refusal(zip_of({file})), ::testing::AnyOf("unpacking `history.zip`: `a` is larger than the archive says",
                                                        "unpacking `history.zip`: the checksum of `a` is wrong"));
}

TEST_F(Zip, EveryTruncationIsRefused) {
  const std::string whole = zip_of({{"a.db", std::string(500, 'x')}, {"b", "some other text"}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(refusal(whole.substr(0, length)), "unpacking `history.zip`: it is no ZIP archive, or has been cut off")
        << length;
  }
  EXPECT_EQ(refusal("<html>a page</html>"), "unpacking `history.zip`: it is no ZIP archive, or has been cut off");
}

TEST_F(Zip, NoChangedByteIsUnpackedAsIfNothingWereWrong) {
  const std::string content(200, 'x');
  const std::string whole = zip_of({{"a", content}});
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x55);
    const auto destination = directory.path() / ("changed-" + std::to_string(i));
    try {
      const ZipArchive opened(archive(changed));
      ASSERT_LE(opened.entries().size(), 1U);
      for (const ZipEntry& entry : opened.entries()) {
        opened.extract(entry, destination);
        EXPECT_EQ(read_file(destination, 1U << 20), content) << i;
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::corrupt) << i << error.message();
    }
  }
}

}  // namespace
}  // namespace unentropy
