// The stores without a network: the conformance suite, and what is particular about a directory.
#include <fstream>
#include <mutex>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "store/directory_store.h"
#include "store/memory_store.h"
#include "store/testing/conformance.h"
#include "store/testing/manual_clock.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
namespace fs = std::filesystem;

// Hands every call to one store, one at a time, as a server does.
class SharedStore final : public ObjectStore {
 public:
  SharedStore(ObjectStore& store, std::mutex& mutex) : store_(store), mutex_(mutex) {}
  std::optional<ObjectInfo> head(const std::string& key) override {
    return locked([&] { return store_.head(key); });
  }
  std::optional<FetchedObject> get(const std::string& key, const fs::path& destination) override {
    return locked([&] { return store_.get(key, destination); });
  }
  std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) override {
    return locked([&] { return store_.get_bytes(key, max_bytes); });
  }
  PutOutcome put(const PutRequest& request) override {
    return locked([&] { return store_.put(request); });
  }
  ObjectListing list(const std::string& prefix) override {
    return locked([&] { return store_.list(prefix); });
  }
  void remove(const std::string& key) override {
    locked([&] { store_.remove(key); });
  }
  CopyOutcome copy(const std::string& source, const std::string& etag, const std::string& target) override {
    return locked([&] { return store_.copy(source, etag, target); });
  }
  std::string describe() const override { return store_.describe(); }

 private:
  template <typename Call>
  auto locked(const Call& call) -> decltype(call()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return call();
  }

  ObjectStore& store_;
  std::mutex& mutex_;
};

template <ConditionSupport kSupport>
class MemoryFixture final : public StoreFixture {
 public:
  std::unique_ptr<ObjectStore> open() override { return std::make_unique<SharedStore>(store_, mutex_); }
  ConditionSupport conditions() const override { return kSupport; }
  static std::unique_ptr<StoreFixture> make() { return std::make_unique<MemoryFixture>(); }

 private:
  SystemClock clock_;
  MemoryStore store_{clock_, kSupport};
  std::mutex mutex_;
};

class DirectoryFixture final : public StoreFixture {
 public:
  std::unique_ptr<ObjectStore> open() override { return make_directory_store(directory_.path() / "root", clock_); }
  static std::unique_ptr<StoreFixture> make() { return std::make_unique<DirectoryFixture>(); }

 private:
  SystemClock clock_;
  TempDir directory_{"/tmp"};
};

INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, ::testing::Values(&MemoryFixture<ConditionSupport::honoured>::make));
INSTANTIATE_TEST_SUITE_P(MemoryThatRefuses, StoreConformance,
                         ::testing::Values(&MemoryFixture<ConditionSupport::refused>::make));
INSTANTIATE_TEST_SUITE_P(MemoryThatIgnores, StoreConformance,
                         ::testing::Values(&MemoryFixture<ConditionSupport::ignored>::make));
INSTANTIATE_TEST_SUITE_P(Directory, StoreConformance, ::testing::Values(&DirectoryFixture::make));
INSTANTIATE_TEST_SUITE_P(Memory, StoreRaces, ::testing::Values(&MemoryFixture<ConditionSupport::honoured>::make));
INSTANTIATE_TEST_SUITE_P(Directory, StoreRaces, ::testing::Values(&DirectoryFixture::make));

TEST(MemoryStore, ACopyOfItIsAnotherPlace) {
  ManualClock clock(Instant{});
  MemoryStore store(clock);
  store.put({"k", ObjectContent::from_bytes("one"), {}, "", {}});
  MemoryStore copy = store;
  copy.put({"k", ObjectContent::from_bytes("two"), {}, "", {}});
  EXPECT_EQ(store.get_bytes("k", 10), "one");
  EXPECT_EQ(copy.get_bytes("k", 10), "two");
}

class DirectoryStoreTest : public ::testing::Test {
 protected:
  PutOutcome put(const std::string& key, const std::string& bytes) {
    return store_->put({key, ObjectContent::from_bytes(bytes), {}, "a/b", {{"n", "v"}}});
  }
  // Every file below the root except the lock.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      const std::string name = entry.path().lexically_relative(root_).string();
      if (entry.is_regular_file() && name != ".unentropy-store/lock") names.push_back(name);
    }
    return names;
  }
  template <typename Call>
  Error error_of(const Call& call) {
    try {
      call();
    } catch (const Error& error) {
      return error;
    }
    throw std::runtime_error("nothing was thrown");
  }

  TempDir directory_{"/tmp"};
  fs::path root_ = directory_.path() / "root";
  ManualClock clock_{*parse_instant("2025-02-03T04:05:06Z")};
  std::unique_ptr<ObjectStore> store_ = make_directory_store(root_, clock_);
};

TEST_F(DirectoryStoreTest, AnObjectIsAFileThatAnyToolCanRead) {
  const PutOutcome outcome = put("a/b.db", "hello");
  EXPECT_EQ(read_file(root_ / "a/b.db", 100), "hello");
  EXPECT_EQ(outcome.etag, "\"" + hex(sha256("hello")) + "\"");
  EXPECT_EQ(files().size(), 2U);  // and its metadata
}

TEST_F(DirectoryStoreTest, AFileThatSomebodyElsePutThereIsAnObject) {
  fs::create_directories(root_);
  std::ofstream(root_ / "b.db") << "theirs";
  const auto info = store_->head("b.db");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->size, 6U);
  EXPECT_EQ(info->content_type, "");
  EXPECT_TRUE(info->metadata.empty());
}

TEST_F(DirectoryStoreTest, MetadataOfAnOlderContentDoNotCount) {
  put("b.db", "ours");
  std::ofstream(root_ / "b.db") << "changed by a tool";
  EXPECT_TRUE(store_->head("b.db")->metadata.empty());
}

TEST_F(DirectoryStoreTest, ReadingCreatesNothing) {
  EXPECT_EQ(store_->head("a"), std::nullopt);
  EXPECT_TRUE(store_->list("").objects.empty());
  store_->remove("a");
  EXPECT_FALSE(fs::exists(root_));
}

TEST_F(DirectoryStoreTest, NothingIsLeftBehind) {
  put("a/b", "one");
  put("a/b", "two");
  EXPECT_EQ(files().size(), 2U);
  store_->remove("a/b");
  EXPECT_TRUE(files().empty());
  EXPECT_FALSE(fs::exists(root_ / "a"));
}

TEST_F(DirectoryStoreTest, WhatAKilledWriterLeftIsRemoved) {
  put("b.db", "one");
  std::ofstream(root_ / ".0123456789abcdef.unentropy-tmp") << "half";
  EXPECT_EQ(store_->list("").objects.size(), 1U);
  put("b.db", "two");
  EXPECT_FALSE(fs::exists(root_ / ".0123456789abcdef.unentropy-tmp"));
}

TEST_F(DirectoryStoreTest, KeysStayInside) {
  fs::create_directories(root_);
  std::ofstream(directory_.path() / "outside") << "precious";
  const std::vector<std::string> keys{
      "../outside", "a/../../outside",       "/etc/passwd",          "a//b",           "./a", "a/.", "a/",
      "",           ".unentropy-store/lock", std::string("a\0b", 3), "x.unentropy-tmp"};
  for (const std::string& key : keys) {
    EXPECT_EQ(error_of([&] { store_->head(key); }).kind(), ErrorKind::usage) << key;
    EXPECT_EQ(error_of([&] { put(key, "x"); }).kind(), ErrorKind::usage) << key;
    EXPECT_EQ(error_of([&] { store_->remove(key); }).kind(), ErrorKind::usage) << key;
  }
  const Error error = error_of([&] { store_->head("../outside"); });
  EXPECT_EQ(error.message(), "`../outside` cannot be the key of an object in a directory");
  EXPECT_EQ(error.hint(), "give a relative path without `.` and `..`");
  EXPECT_EQ(error_of([&] { store_->list("../"); }).kind(), ErrorKind::usage);
  EXPECT_EQ(read_file(directory_.path() / "outside", 100), "precious");
}

TEST_F(DirectoryStoreTest, LinksAreNotFollowed) {
  fs::create_directories(root_);
  fs::create_directories(directory_.path() / "elsewhere");
  std::ofstream(directory_.path() / "elsewhere/f") << "precious";
  fs::create_symlink(directory_.path() / "elsewhere/f", root_ / "file");
  fs::create_directory_symlink(directory_.path() / "elsewhere", root_ / "dir");
  EXPECT_THROW(store_->head("file"), Error);
  EXPECT_THROW(store_->head("dir/f"), Error);
  EXPECT_THROW(put("file", "x"), Error);
  EXPECT_THROW(put("dir/f", "x"), Error);
  EXPECT_THROW(put("dir/new", "x"), Error);
  EXPECT_TRUE(store_->list("").objects.empty());
  EXPECT_EQ(read_file(directory_.path() / "elsewhere/f", 100), "precious");
  EXPECT_FALSE(fs::exists(directory_.path() / "elsewhere/new"));
}

TEST_F(DirectoryStoreTest, AFifoDoesNotBlock) {
  fs::create_directories(root_);
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  const Error error = error_of([&] { store_->head("pipe"); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.message(), "opening `" + (root_ / "pipe").string() + "`: it is no regular file");
  EXPECT_THROW(put("pipe", "x"), Error);
  EXPECT_TRUE(store_->list("").objects.empty());
}

TEST_F(DirectoryStoreTest, ThePermissionsOfAFileAreKept) {
  put("b.db", "one");
  fs::permissions(root_ / "b.db", fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  put("b.db", "two");
  EXPECT_EQ(fs::status(root_ / "b.db").permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
}

TEST_F(DirectoryStoreTest, AWriterWaitsForAnotherAndGivesUpInTheEnd) {
  put("b.db", "one");
  const UniqueFd other(::open((root_ / ".unentropy-store/lock").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
  const Error error = error_of([&] { put("b.db", "two"); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_EQ(error.message(), "locking directory `" + root_.string() + "`: another process has held it for 1 min 0 s");
  EXPECT_EQ(error.hint(), "wait for the other run, or end it if it hangs");
  EXPECT_TRUE(error.retry().not_sent);
  EXPECT_GE(clock_.slept(), Milliseconds(60'000));
  EXPECT_EQ(store_->get_bytes("b.db", 10), "one");
}

TEST_F(DirectoryStoreTest, AFullOrReadOnlyPlaceIsSaid) {
  std::ofstream(directory_.path() / "root") << "a file where the directory should be";
  EXPECT_EQ(error_of([&] { put("b.db", "x"); }).kind(), ErrorKind::io);
  EXPECT_EQ(error_of([&] { store_->head("b.db"); }).kind(), ErrorKind::io);
}

}  // namespace
}  // namespace unentropy
