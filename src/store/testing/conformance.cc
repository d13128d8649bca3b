#include "store/testing/conformance.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/hash.h"

namespace unentropy {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Status = PutOutcome::Status;

StoreConformance::StoreConformance()
    : fixture_(GetParam()()), store_(fixture_->open()), prefix_("conformance-" + random_hex(6) + "/") {}

StoreConformance::~StoreConformance() {
  for (const ListedObject& object : store_->list(prefix_).objects) store_->remove(object.key);
}

PutRequest StoreConformance::request(const std::string& name, std::string bytes, PutCondition condition) const {
  return {key(name), ObjectContent::from_bytes(std::move(bytes)), std::move(condition), "application/vnd.sqlite3", {}};
}

std::string StoreConformance::content(const std::string& name) {
  return store_->get_bytes(key(name), 1U << 20).value_or("(absent)");
}

PutOutcome StoreConformance::put(const std::string& name, std::string bytes, PutCondition condition) {
  return store_->put(request(name, std::move(bytes), std::move(condition)));
}

namespace {

// Not compressible into a pattern that a shifted or repeated piece would still fit.
std::string noise(std::size_t size, std::uint64_t seed) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(seed >> 56U);
  }
  return bytes;
}

TEST_P(StoreConformance, AnAbsentKeyIsAValue) {
  EXPECT_EQ(store_->head(key("absent")), std::nullopt);
  EXPECT_EQ(store_->get_bytes(key("absent"), 100), std::nullopt);
  EXPECT_EQ(store_->get(key("absent"), directory_.path() / "file"), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "file"));
  store_->remove(key("absent"));
  EXPECT_THAT(store_->list(key("absent")).objects, IsEmpty());
}

TEST_P(StoreConformance, WhatIsWrittenIsRead) {
  PutRequest write = request("a.db", "hello");
  write.metadata = {{"unentropy-sha256", hex(sha256("hello"))}, {"unentropy-builds", "12"}, {"note", "two words = 1%"}};
  const PutOutcome outcome = store_->put(write);
  EXPECT_EQ(outcome.status, Status::written);
  EXPECT_FALSE(outcome.etag.empty());
  EXPECT_TRUE(outcome.server_time);

  const auto info = store_->head(key("a.db"));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->etag, outcome.etag);
  EXPECT_EQ(info->size, 5U);
  EXPECT_EQ(info->content_type, "application/vnd.sqlite3");
  EXPECT_EQ(info->metadata, write.metadata);
  EXPECT_TRUE(info->server_time);
  EXPECT_TRUE(info->last_modified);

  const auto fetched = store_->get(key("a.db"), directory_.path() / "file");
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->info.etag, outcome.etag);
  EXPECT_EQ(fetched->info.size, 5U);
  EXPECT_EQ(fetched->info.metadata, write.metadata);
  EXPECT_EQ(fetched->sha256, sha256("hello"));
  EXPECT_EQ(read_file(directory_.path() / "file", 100), "hello");
  struct stat status {};
  ASSERT_EQ(::stat((directory_.path() / "file").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(content("a.db"), "hello");
}

TEST_P(StoreConformance, AnEmptyObjectExists) {
  put("empty", "");
  EXPECT_EQ(store_->head(key("empty"))->size, 0U);
  EXPECT_EQ(content("empty"), "");
  EXPECT_EQ(store_->get(key("empty"), directory_.path() / "file")->sha256, sha256(""));
  EXPECT_EQ(std::filesystem::file_size(directory_.path() / "file"), 0U);
}

TEST_P(StoreConformance, LargeFilesGoBothWays) {
  const std::string bytes = noise(9'000'001, 7);
  std::ofstream(directory_.path() / "in", std::ios::binary) << bytes;
  PutRequest write = request("large", "");
  write.content = ObjectContent::from_file(directory_.path() / "in");
  EXPECT_EQ(write.content.size(), bytes.size());
  EXPECT_EQ(store_->put(write).status, Status::written);
  EXPECT_EQ(store_->head(key("large"))->size, bytes.size());
  const auto fetched = store_->get(key("large"), directory_.path() / "out");
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->sha256, sha256(bytes));
  EXPECT_TRUE(read_file(directory_.path() / "out", 20'000'000) == bytes);
}

TEST_P(StoreConformance, AWriteReplacesContentTypeAndMetadata) {
  PutRequest first = request("a", "one");
  first.metadata = {{"a", "1"}, {"b", "2"}};
  const PutOutcome before = store_->put(first);
  PutRequest second = request("a", "two!");
  second.content_type = "application/json";
  second.metadata = {{"b", "3"}};
  const PutOutcome after = store_->put(second);
  EXPECT_NE(before.etag, after.etag);
  const auto info = store_->head(key("a"));
  EXPECT_EQ(info->etag, after.etag);
  EXPECT_EQ(info->content_type, "application/json");
  EXPECT_EQ(info->metadata, second.metadata);
  EXPECT_EQ(content("a"), "two!");
}

TEST_P(StoreConformance, ASmallReadIsBounded) {
  put("a", "hello");
  EXPECT_EQ(store_->get_bytes(key("a"), 5), "hello");
  try {
    store_->get_bytes(key("a"), 4);
    FAIL() << "read more than allowed";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_THAT(error.message(), HasSubstr("it is larger than 4 bytes"));
  }
}

TEST_P(StoreConformance, F039_CreatingHappensOnce) {
  const Status first = put("a", "one", PutCondition::if_absent()).status;
  const Status second = put("a", "two", PutCondition::if_absent()).status;
  switch (fixture_->conditions()) {
    case ConditionSupport::honoured:
      EXPECT_EQ(first, Status::written);
      EXPECT_EQ(second, Status::conflict);
      EXPECT_EQ(content("a"), "one");
      break;
    case ConditionSupport::refused:
      EXPECT_EQ(first, Status::unsupported);
      EXPECT_EQ(second, Status::unsupported);
      EXPECT_EQ(content("a"), "(absent)");
      break;
    case ConditionSupport::ignored:
      EXPECT_EQ(second, Status::written);
      EXPECT_EQ(content("a"), "two");
      break;
  }
}

TEST_P(StoreConformance, ReplacingNeedsTheVersionThatWasRead) {
  const std::string old_etag = put("a", "one").etag;
  const std::string etag = store_->head(key("a"))->etag;
  EXPECT_EQ(etag, old_etag);
  const PutOutcome replaced = put("a", "two", PutCondition::if_matches(etag));
  const PutOutcome stale = put("a", "three", PutCondition::if_matches(etag));
  switch (fixture_->conditions()) {
    case ConditionSupport::honoured:
      EXPECT_EQ(replaced.status, Status::written);
      EXPECT_EQ(replaced.etag, store_->head(key("a"))->etag);
      EXPECT_EQ(stale.status, Status::conflict);
      EXPECT_EQ(content("a"), "two");
      break;
    case ConditionSupport::refused:
      EXPECT_EQ(replaced.status, Status::unsupported);
      EXPECT_EQ(content("a"), "one");
      break;
    case ConditionSupport::ignored:
      EXPECT_EQ(stale.status, Status::written);
      EXPECT_EQ(content("a"), "three");
      break;
  }
}

TEST_P(StoreConformance, ReplacingWhatIsGoneWritesNothing) {
  const std::string etag = put("a", "one").etag;
  store_->remove(key("a"));
  const Status status = put("a", "two", PutCondition::if_matches(etag)).status;
  if (fixture_->conditions() == ConditionSupport::ignored) {
    EXPECT_EQ(status, Status::written);
    return;
  }
  if (honoured()) {
    EXPECT_TRUE(status == Status::missing || status == Status::conflict);  // S3 has said both
  } else {
    EXPECT_EQ(status, Status::unsupported);
  }
  EXPECT_EQ(content("a"), "(absent)");
}

const std::vector<std::string> kOddNames{"with space",
                                         "with  two",
                                         "plus+sign",
                                         "percent%41%",
                                         "a&b=c?d#e",
                                         "quote\"'`",
                                         "<xml>&amp;",
                                         "\xc3\xbcml\xc3\xa4ut",
                                         "\xe6\x97\xa5\xe6\x9c\xac",
                                         "semi;colon,at@dollar$",
                                         "tilde~_-.",
                                         "(brackets)[x]{y}*!",
                                         "colon:2025-02-03T04:05:06Z",
                                         "deep/er/and/deeper"};

TEST_P(StoreConformance, OddKeysAreKeysLikeOthers) {
  for (const std::string& name : kOddNames) {
    SCOPED_TRACE(name);
    const std::string etag = put(name, "content of " + name).etag;
    EXPECT_EQ(content(name), "content of " + name);
    EXPECT_EQ(store_->head(key(name))->etag, etag);
    EXPECT_EQ(store_->copy(key(name), etag, key(name + ".backup")), CopyOutcome::copied);
    EXPECT_EQ(content(name + ".backup"), "content of " + name);
  }
  std::set<std::string> expected;
  for (const std::string& name : kOddNames) {
    expected.insert(key(name));
    expected.insert(key(name + ".backup"));
  }
  std::set<std::string> listed;
  for (const ListedObject& object : store_->list(key("")).objects) listed.insert(object.key);
  EXPECT_EQ(listed, expected);
  for (const std::string& name : kOddNames) {
    store_->remove(key(name));
    EXPECT_EQ(content(name), "(absent)") << name;
    EXPECT_NE(content(name + ".backup"), "(absent)") << name;
  }
}

TEST_P(StoreConformance, AListingIsCompleteSortedAndOfItsPrefixOnly) {
  std::vector<std::string> expected;
  for (int i = 0; i < 25; ++i) {
    const std::string name = "m.db.runs/" + std::to_string(i * 37 % 100 + 100) + ".json";
    put(name, std::string(static_cast<std::size_t>(i), 'x'));
    expected.push_back(key(name));
  }
  for (const char* other : {"m.db", "m.db.backup", "m.db.run", "m.db.runs.json", "a/m.db.runs/1.json"}) put(other, "x");
  std::sort(expected.begin(), expected.end());
  const ObjectListing listing = store_->list(key("m.db.runs/"));
  std::vector<std::string> keys;
  for (const ListedObject& object : listing.objects) keys.push_back(object.key);
  EXPECT_EQ(keys, expected);
  EXPECT_TRUE(listing.server_time);
  const ListedObject& object = listing.objects.front();
  const auto info = store_->head(object.key);
  EXPECT_EQ(object.etag, info->etag);
  EXPECT_EQ(object.size, info->size);
  EXPECT_TRUE(object.last_modified);
  EXPECT_EQ(store_->list(key("m.db.runs/1")).objects.size(), 25U);
  EXPECT_EQ(store_->list(key("m.db.r")).objects.size(), 27U);
  EXPECT_THAT(store_->list(key("m.db.runs/x")).objects, IsEmpty());
}

TEST_P(StoreConformance, ARemovedObjectIsGone) {
  put("dir/a", "one");
  put("dir/b", "two");
  store_->remove(key("dir/a"));
  EXPECT_EQ(content("dir/a"), "(absent)");
  EXPECT_EQ(content("dir/b"), "two");
  store_->remove(key("dir/b"));
  put("dir", "now a key of its own");
  EXPECT_EQ(content("dir"), "now a key of its own");
}

TEST_P(StoreConformance, ACopyIsTheWholeObject) {
  PutRequest write = request("a", "hello");
  write.metadata = {{"unentropy-builds", "12"}};
  const std::string etag = store_->put(write).etag;
  put("b", "older");
  EXPECT_EQ(store_->copy(key("a"), etag, key("b")), CopyOutcome::copied);
  EXPECT_EQ(content("a"), "hello");
  EXPECT_EQ(content("b"), "hello");
  const auto info = store_->head(key("b"));
  EXPECT_EQ(info->metadata, write.metadata);
  EXPECT_EQ(info->content_type, "application/vnd.sqlite3");
}

TEST_P(StoreConformance, ACopyIsOfTheVersionThatWasRead) {
  const std::string stale = put("a", "one").etag;
  put("a", "two");
  EXPECT_EQ(store_->copy(key("a"), stale, key("b")), CopyOutcome::conflict);
  EXPECT_EQ(content("b"), "(absent)");
  EXPECT_EQ(store_->copy(key("absent"), stale, key("b")), CopyOutcome::missing);
  EXPECT_EQ(content("b"), "(absent)");
}

TEST_P(StoreConformance, AnotherStoreObjectSeesTheSame) {
  const std::string etag = put("a", "one").etag;
  const auto other = fixture_->open();
  EXPECT_EQ(other->head(key("a"))->etag, etag);
  other->put(request("a", "two"));
  EXPECT_EQ(content("a"), "two");
}

TEST_P(StoreConformance, ItDescribesItself) { EXPECT_FALSE(store_->describe().empty()); }

TEST_P(StoreConformance, AnEmptyKeyIsRefused) {
  EXPECT_THROW(store_->head(""), Error);
  EXPECT_THROW(store_->remove(""), Error);
  EXPECT_THROW(store_->put({"", ObjectContent::from_bytes(""), {}, "", {}}), Error);
}

// Runs `work(store, number)` in threads of their own.
template <typename Work>
void side_by_side(StoreFixture& fixture, int count, const Work& work) {
  std::vector<std::unique_ptr<ObjectStore>> stores;
  for (int i = 0; i < count; ++i) stores.push_back(fixture.open());
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] { work(*stores[static_cast<std::size_t>(i)], i); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(StoreRaces, OneOfManyCreatorsWins) {
  std::atomic<int> written{0};
  std::atomic<int> winner{-1};
  side_by_side(*fixture_, 8, [&](ObjectStore& store, int number) {
    try {
      if (store.put(request("race", std::to_string(number), PutCondition::if_absent())).status == Status::written) {
        ++written;
        winner = number;
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unavailable) << error.message();  // outcome unknown
    }
  });
  EXPECT_LE(written, 1);
  EXPECT_THAT(content("race"), ::testing::MatchesRegex("[0-7]"));
  EXPECT_EQ(content("race"), written == 1 ? std::to_string(winner) : content("race"));
}

// Each writer adds its marks to what is there, by read and conditional write. None may be lost, none doubled.
TEST_P(StoreRaces, F003_ConditionalWritersLoseNothing) {
  put("marks", "");
  constexpr int kWriters = 4;
  constexpr int kMarks = 4;
  side_by_side(*fixture_, kWriters, [&](ObjectStore& store, int number) {
    const auto path = directory_.path() / std::to_string(number);
    for (int i = 0; i < kMarks; ++i) {
      const std::string mark = "<" + std::to_string(number) + "." + std::to_string(i) + ">";
      for (int tries = 0; tries < 200; ++tries) {
        const auto fetched = store.get(key("marks"), path);
        std::string text = read_file(path, 10'000);
        if (text.find(mark) != std::string::npos) break;
        text += mark;
        try {
          store.put(request("marks", text, PutCondition::if_matches(fetched->info.etag)));
        } catch (const Error& error) {
          EXPECT_EQ(error.kind(), ErrorKind::unavailable) << error.message();  // outcome unknown: read again
        }
      }
    }
  });
  const std::string marks = content("marks");
  for (int number = 0; number < kWriters; ++number) {
    for (int i = 0; i < kMarks; ++i) {
      const std::string mark = "<" + std::to_string(number) + "." + std::to_string(i) + ">";
      const auto place = marks.find(mark);
      EXPECT_NE(place, std::string::npos) << mark;
      EXPECT_EQ(marks.find(mark, place + 1), std::string::npos) << mark;
    }
  }
}

}  // namespace
}  // namespace unentropy
