#include "base/file.h"

#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"

namespace unentropy {
namespace {

using namespace std::string_literals;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.kind())) + ": " + error.message() +
           (error.hint().empty() ? "" : " (" + error.hint() + ")");
  }
  return "no error";
}

class FileTest : public testing::Test {
 protected:
  fs::path path(std::string_view name) const { return directory_.path() / name; }
  std::string name(std::string_view name) const { return "`" + path(name).string() + "`"; }
  std::vector<std::string> entries() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_.path())) names.push_back(entry.path().filename());
    return names;
  }
  mode_t mode(std::string_view name) const {
    struct stat info {};
    EXPECT_EQ(::stat(path(name).c_str(), &info), 0);
    return info.st_mode & 07777;
  }
  void make_fifo(std::string_view name) const { ASSERT_EQ(::mkfifo(path(name).c_str(), 0600), 0); }

  TempDir directory_{fs::temp_directory_path(), "file-test-"};
};

TEST_F(FileTest, ReadsEveryByte) {
  const std::string bytes = "a\0b\r\n\xFF"s;
  write_file_atomically(path("f"), bytes);
  EXPECT_EQ(read_file(path("f"), 100), bytes);
  EXPECT_EQ(read_file(path("f"), bytes.size()), bytes);
  write_file_atomically(path("empty"), "");
  EXPECT_EQ(read_file(path("empty"), 0), "");
}

TEST_F(FileTest, ReadsFilesThatAnnounceNoSize) {
  const std::string status = read_file("/proc/self/status", 1 << 20);
  EXPECT_THAT(status, testing::StartsWith("Name:"));
  EXPECT_EQ(status.find('\0'), std::string::npos);
  EXPECT_EQ(message_of([] { read_file("/proc/self/status", 10); }),
            "usage: reading `/proc/self/status`: it is larger than 10 bytes");
}

TEST_F(FileTest, RefusesWhatIsTooLarge) {
  write_file_atomically(path("f"), "12345");
  EXPECT_EQ(message_of([&] { read_file(path("f"), 4); }),
            "usage: reading " + name("f") + ": it is larger than 4 bytes");
}

TEST_F(FileTest, SaysWhatIsNoRegularFile) {
  make_fifo("fifo");
  fs::create_directory(path("dir"));
  EXPECT_EQ(message_of([&] { read_file(path("none"), 9); }),
            "not_found: opening " + name("none") + ": No such file or directory");
  EXPECT_EQ(message_of([&] { read_file(path("dir"), 9); }),
            "usage: opening " + name("dir") + ": it is a directory (name a regular file)");
  EXPECT_EQ(message_of([&] { read_file(path("fifo"), 9); }),
            "usage: opening " + name("fifo") + ": it is a FIFO (name a regular file)");
  EXPECT_EQ(message_of([&] { read_file("/dev/zero", 9); }),
            "usage: opening `/dev/zero`: it is a device (name a regular file)");
  EXPECT_EQ(message_of([&] { read_file(path("dir/x/y"), 9); }),
            "not_found: opening " + name("dir/x/y") + ": No such file or directory");
}

TEST_F(FileTest, SaysThatASocketIsNone) {
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string where = path("socket").string();
  ASSERT_LT(where.size(), sizeof address.sun_path);
  where.copy(address.sun_path, where.size());
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(message_of([&] { read_file(where, 9); }),
            "usage: opening " + name("socket") + ": it is a socket (name a regular file)");
}

TEST_F(FileTest, NamesOddPathsOnOneLine) {
  EXPECT_EQ(message_of([&] { read_file(path("a`\n\x1B[2J"), 9); }),
            "not_found: opening `" + path("a'").string() + "  [2J`: No such file or directory");
}

TEST_F(FileTest, DescriptorsAreNotInherited) {
  write_file_atomically(path("f"), "x");
  const UniqueFd read = open_for_reading(path("f"));
  const UniqueFd made = create_private_file(path("g"));
  EXPECT_NE(::fcntl(read.get(), F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_NE(::fcntl(made.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(FileTest, WritesWholeFilesAndLeavesNothingElse) {
  write_file_atomically(path("new/deep/f"), "one");
  EXPECT_EQ(read_file(path("new/deep/f"), 9), "one");
  for (const Durability durability : {Durability::cached, Durability::synced}) {
    write_file_atomically(path("f"), "two", durability);
    EXPECT_EQ(read_file(path("f"), 9), "two");
  }
  EXPECT_THAT(entries(), testing::UnorderedElementsAre("new", "f"));
}

TEST_F(FileTest, ReplacesRatherThanRewrites) {
  write_file_atomically(path("f"), "old");
  const UniqueFd reader = open_for_reading(path("f"));
  write_file_atomically(path("f"), "new");
  char buffer[8];
  EXPECT_EQ(::read(reader.get(), buffer, sizeof buffer), 3);
  EXPECT_EQ(std::string(buffer, 3), "old");
  EXPECT_EQ(read_file(path("f"), 9), "new");
}

TEST_F(FileTest, KeepsTheModeOfWhatItReplaces) {
  write_file_atomically(path("f"), "old");
  const mode_t mask = ::umask(0);
  ::umask(mask);
  EXPECT_EQ(mode("f"), 0666U & ~mask);
  ::chmod(path("f").c_str(), 0640);
  write_file_atomically(path("f"), "new");
  EXPECT_EQ(mode("f"), 0640U);
}

TEST_F(FileTest, ReplacesALinkAndNotWhatItPointsTo) {
  write_file_atomically(path("target"), "precious");
  fs::create_symlink("target", path("link"));
  write_file_atomically(path("link"), "new");
  EXPECT_EQ(read_file(path("target"), 99), "precious");
  EXPECT_EQ(read_file(path("link"), 99), "new");
  EXPECT_FALSE(fs::is_symlink(path("link")));
}

TEST_F(FileTest, WritesToDevicesInsteadOfReplacingThem) {
  const fs::path null = path("null");
  fs::create_symlink("/dev/null", null);
  write_file_atomically(null, "x");
  EXPECT_TRUE(fs::is_symlink(null));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(FileTest, WritesToAFifoThatIsReadAndDoesNotWaitForOneThatIsNot) {
  make_fifo("fifo");
  EXPECT_EQ(message_of([&] { write_file_atomically(path("fifo"), "x"); }),
            "io: writing " + name("fifo") + ": No such device or address");
  const UniqueFd reader(::open(path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  write_file_atomically(path("fifo"), "through");
  char buffer[16];
  EXPECT_EQ(::read(reader.get(), buffer, sizeof buffer), 7);
}

TEST_F(FileTest, FailedWritesLeaveTheOldFileAndNoRubbish) {
  fs::create_directory(path("dir"));
  write_file_atomically(path("file"), "x");
  EXPECT_EQ(message_of([&] { write_file_atomically(path("dir"), "x"); }),
            "io: writing " + name("dir") + ": Is a directory");
  EXPECT_EQ(message_of([&] { write_file_atomically(path("file/below"), "x"); }),
            "io: creating directory " + name("file") + ": Not a directory");
  EXPECT_THAT(entries(), testing::UnorderedElementsAre("dir", "file"));
  EXPECT_EQ(message_of([&] { write_file_atomically("/dev/full", "x"); }),
            "io: writing `/dev/full`: No space left on device");
}

TEST_F(FileTest, ReadersSeeTheOldOrTheNewContent) {
  const std::string old_bytes(100'000, 'o');
  const std::string new_bytes(150'000, 'n');
  write_file_atomically(path("f"), old_bytes);
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) write_file_atomically(path("f"), i % 2 == 0 ? new_bytes : old_bytes);
  });
  for (int i = 0; i < 200; ++i) {
    const std::string seen = read_file(path("f"), 1 << 20);
    EXPECT_TRUE(seen == old_bytes || seen == new_bytes) << seen.size();
  }
  writer.join();
}

TEST_F(FileTest, PrivateFilesAreNewAndPrivate) {
  const UniqueFd fd = create_private_file(path("p"));
  EXPECT_EQ(mode("p"), 0600U);
  write_all(fd.get(), "abc", path("p"));
  char buffer[8];
  EXPECT_EQ(::pread(fd.get(), buffer, sizeof buffer, 0), 3);
  EXPECT_EQ(message_of([&] { create_private_file(path("p")); }), "io: creating " + name("p") + ": File exists");
  fs::create_symlink("elsewhere", path("link"));
  EXPECT_EQ(message_of([&] { create_private_file(path("link")); }), "io: creating " + name("link") + ": File exists");
  EXPECT_FALSE(fs::exists(path("elsewhere")));
}

TEST_F(FileTest, WriteAllReportsTheCause) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(message_of([&] { write_all(full.get(), "x", "some/file"); }),
            "io: writing `some/file`: No space left on device");
}

TEST_F(FileTest, F025_TemporaryDirectoriesArePrivateAndGoAway) {
  fs::path first;
  {
    const TempDir one(directory_.path());
    const TempDir two(directory_.path(), "x-");
    first = one.path();
    EXPECT_NE(one.path(), two.path());
    EXPECT_EQ(mode(one.path().filename().native()), 0700U);
    EXPECT_THAT(one.path().filename().string(), testing::MatchesRegex("unentropy-[0-9a-f]{32}"));
    EXPECT_THAT(two.path().filename().string(), testing::StartsWith("x-"));
    write_file_atomically(one.path() / "a/b/c", "x");
    fs::create_symlink(path("outside"), one.path() / "link");
    write_file_atomically(path("outside/kept"), "x");
  }
  EXPECT_FALSE(fs::exists(first));
  EXPECT_TRUE(fs::exists(path("outside/kept"))) << "links are not followed";
}

TEST_F(FileTest, TemporaryDirectoriesMove) {
  fs::path where;
  {
    std::optional<TempDir> outer;
    {
      TempDir inner(directory_.path());
      where = inner.path();
      outer.emplace(std::move(inner));
    }
    EXPECT_TRUE(fs::exists(where));
    EXPECT_EQ(outer->path(), where);
  }
  EXPECT_FALSE(fs::exists(where));
}

TEST_F(FileTest, TemporaryDirectoryNeedsItsParent) {
  EXPECT_EQ(message_of([&] { TempDir(path("none")); }),
            "not_found: creating a temporary directory in " + name("none") + ": No such file or directory");
}

TEST_F(FileTest, UniqueFdOwnsOneDescriptor) {
  UniqueFd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = first.get();
  UniqueFd second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(second.get(), number);
  UniqueFd third(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int other = third.get();
  third = std::move(second);
  EXPECT_EQ(third.get(), number);
  EXPECT_EQ(::fcntl(other, F_GETFD), -1);
  third.reset();
  third.reset();
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

class InsideTest : public FileTest {
 protected:
  void SetUp() override {
    write_file_atomically(path("root/dir/file"), "x");
    write_file_atomically(path("secret/file"), "x");
    fs::create_symlink(path("secret"), path("root/out"));
    fs::create_symlink("dir", path("root/in"));
    fs::create_symlink("nowhere", path("root/dangling"));
    fs::create_symlink("file", path("root/dir/alias"));
    fs::create_symlink("loop", path("root/loop"));
    fs::create_symlink("root", path("link-to-root"));
  }
  bool inside(std::string_view tail) const { return is_inside_without_links(path("root"), path(tail)); }
};

TEST_F(InsideTest, PlainPathsBelowTheRoot) {
  EXPECT_TRUE(inside("root/dir/file"));
  EXPECT_TRUE(inside("root/dir"));
  EXPECT_TRUE(inside("root/dir/"));
  EXPECT_TRUE(inside("root/./dir//file"));
  EXPECT_TRUE(inside("root/dir/../dir/file"));
  EXPECT_TRUE(inside("root"));
}

TEST_F(InsideTest, WhatDoesNotExistYetCountsByTheRest) {
  EXPECT_TRUE(inside("root/new"));
  EXPECT_TRUE(inside("root/new/deep/file"));
  EXPECT_TRUE(inside("root/dir/file/below-a-file"));
  EXPECT_FALSE(inside("root/out/new"));
  EXPECT_FALSE(inside("root/dangling"));
  EXPECT_FALSE(inside("root/dangling/new"));
}

TEST_F(InsideTest, OutsideIsOutside) {
  EXPECT_FALSE(inside("secret/file"));
  EXPECT_FALSE(inside("root2"));
  EXPECT_FALSE(inside("rootfile"));
  EXPECT_FALSE(inside(""));
  EXPECT_FALSE(inside("root/.."));
  EXPECT_FALSE(inside("root/../secret/file"));
  EXPECT_FALSE(inside("root/dir/../../secret/file"));
  EXPECT_FALSE(inside("root/../root/dir/file")) << "left and came back: cannot tell from a link trick, so no";
  EXPECT_FALSE(is_inside_without_links(path("root"), ""));
  EXPECT_FALSE(is_inside_without_links(path("root"), "/"));
  EXPECT_FALSE(is_inside_without_links(path("root"), "/etc/passwd"));
}

TEST_F(InsideTest, NoLinkAtAnyPlace) {
  EXPECT_FALSE(inside("root/out"));
  EXPECT_FALSE(inside("root/out/file"));
  EXPECT_FALSE(inside("root/in/file"));
  EXPECT_FALSE(inside("root/dir/alias"));
  EXPECT_FALSE(inside("root/loop"));
  EXPECT_FALSE(inside("root/loop/x"));
  EXPECT_FALSE(inside("root/out/../dir/file")) << "for the kernel this is beside `secret`";
  EXPECT_FALSE(inside("root/in/../dir/file"));
}

TEST_F(InsideTest, TheRootItselfMayBeReachedThroughLinks) {
  EXPECT_TRUE(is_inside_without_links(path("link-to-root"), path("link-to-root/dir/file")));
  EXPECT_TRUE(is_inside_without_links(path("root/."), path("root/dir/file")));
  EXPECT_TRUE(is_inside_without_links(path("root/"), path("root/dir/file")));
  EXPECT_TRUE(is_inside_without_links(path("secret/../root"), path("root/dir/file")));
  EXPECT_FALSE(is_inside_without_links(path("link-to-root"), path("root/dir/file"))) << "other names, so no";
  EXPECT_FALSE(is_inside_without_links(path("link-to-root"), path("link-to-root/out/file")));
  EXPECT_TRUE(is_inside_without_links("/", path("root/dir/file")));
  EXPECT_FALSE(is_inside_without_links("/", "/proc/self/stat")) << "/proc/self is a link";
}

TEST_F(InsideTest, RelativePathsAreRelativeToTheWorkingDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(path("root"));
  EXPECT_TRUE(is_inside_without_links(".", "dir/file"));
  EXPECT_TRUE(is_inside_without_links(path("root"), "dir/file"));
  EXPECT_TRUE(is_inside_without_links(".", path("root/dir/file")));
  EXPECT_TRUE(is_inside_without_links("dir", "dir/file"));
  EXPECT_FALSE(is_inside_without_links("dir", "file"));
  EXPECT_FALSE(is_inside_without_links(".", "../secret/file"));
  EXPECT_FALSE(is_inside_without_links(".", "out/file"));
  fs::current_path(before);
}

TEST_F(InsideTest, WeirdBytes) {
  EXPECT_FALSE(is_inside_without_links(path("root"), fs::path(path("root/dir").string() + "\0/x"s)));
  EXPECT_TRUE(inside("root/\xFF\n"));
  EXPECT_FALSE(inside("root/" + std::string(5000, 'x'))) << "cannot be looked at, so no";
}

}  // namespace
}  // namespace unentropy
