// The S3 store against scripted answers; against real servers it passes the conformance suite.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/hash.h"
#include "store/testing/s3_store_fixture.h"

namespace unentropy {
namespace {

using ::testing::ElementsAre;

TEST_F(S3StoreTest, GetFillsAFileOfOurOwn) {
  http_.then(200,
             {kEtag,
              kDate,
              {"Content-Type", "application/octet-stream"},
              {"X-Amz-Meta-Unentropy-Builds", "7"},
              {"Last-Modified", "Mon, 03 Feb 2025 04:00:00 GMT"}},
             "hello");
  const auto path = directory_.path() / "out";
  const auto fetched = store().get("m.db", path);
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->info.etag, "\"abc\"");
  EXPECT_EQ(fetched->info.size, 5U);
  EXPECT_EQ(fetched->info.content_type, "application/octet-stream");
  EXPECT_THAT(fetched->info.metadata, ElementsAre(::testing::Pair("unentropy-builds", "7")));
  EXPECT_EQ(fetched->info.last_modified, parse_instant("2025-02-03T04:00:00Z"));
  EXPECT_EQ(fetched->info.server_time, parse_instant("2025-02-03T04:05:06Z"));
  EXPECT_EQ(fetched->sha256, sha256("hello"));
  EXPECT_EQ(read_file(path, 100), "hello");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(S3StoreTest, GetTruncatesAnOlderFileAndTakesAnEmptyObject) {
  const auto path = directory_.path() / "out";
  std::ofstream(path) << "something longer";
  http_.then(200, {kEtag}, "");
  EXPECT_EQ(store().get("m.db", path)->sha256, sha256(""));
  EXPECT_EQ(read_file(path, 100), "");
}

TEST_F(S3StoreTest, GetFollowsNoLink) {
  const auto target = directory_.path() / "target";
  std::ofstream(target) << "precious";
  std::filesystem::create_symlink(target, directory_.path() / "out");
  http_.then(200, {kEtag}, "hello");
  const Error error = error_of([&] { store().get("m.db", directory_.path() / "out"); });
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_EQ(read_file(target, 100), "precious");
}

TEST_F(S3StoreTest, AnAbsentKeyIsAValueAndNoFile) {
  http_.then_error(404, "NoSuchKey").then_error(404, "NoSuchKey");
  const auto path = directory_.path() / "out";
  EXPECT_EQ(store().get("m.db", path), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(store_->get_bytes("m.db", 10), std::nullopt);
}

// The heart of it: nothing but NoSuchKey may ever look like a first run.
TEST_F(S3StoreTest, F001_OnlyNoSuchKeyIsAbsence) {
  const std::pair<int, const char*> answers[] = {{403, "AccessDenied"},
                                                 {403, "SignatureDoesNotMatch"},
                                                 {404, "NoSuchBucket"},
                                                 {404, ""},
                                                 {500, "InternalError"},
                                                 {503, "SlowDown"},
                                                 {502, ""},
                                                 {301, "PermanentRedirect"},
                                                 {307, ""},
                                                 {400, "ExpiredToken"},
                                                 {401, ""},
                                                 {429, ""},
                                                 {410, ""},
                                                 {204, ""},
                                                 {206, ""}};
  for (const auto& [status, code] : answers) {
    const auto answer = [&, status = status, code = code] {
      if (*code == '\0') {
        http_.then(status, {kDate}, "<html>no</html>");
      } else {
        http_.then_error(status, code);
      }
    };
    answer();
    EXPECT_THROW(store().get("m.db", directory_.path() / "out"), Error) << status << code;
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "out"));
    answer();
    EXPECT_THROW(store_->get_bytes("m.db", 100), Error) << status << code;
  }
}

TEST_F(S3StoreTest, APageOfAProxyIsNoObject) {
  http_.then(200, {{"Content-Type", "text/html"}}, "<html>please log in</html>");
  const Error error = error_of([&] { store().get("m.db", directory_.path() / "out"); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_EQ(error.message(), "reading `m.db` in bucket `history`: the answer (200) is not that of an S3 store");
  EXPECT_EQ(error.hint(), "check `s3-endpoint`, and whether something between answers in its place");
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "out"));
}

TEST_F(S3StoreTest, AnAnswerOfUnknownLengthIsNoObject) {
  HttpResponse response;
  response.status = 200;
  response.headers = {kEtag};
  response.body = "hel";
  http_.then(response);
  const Error error = error_of([&] { store().get("m.db", directory_.path() / "out"); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_EQ(error.message(), "reading `m.db` in bucket `history`: the answer does not say how long it is");
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "out"));
}

TEST_F(S3StoreTest, SmallObjectsAreBounded) {
  http_.then(200, {kEtag}, "hello");
  const Error error = error_of([&] { store().get_bytes("m.db", 4); });
  EXPECT_EQ(error.kind(), ErrorKind::corrupt);
  EXPECT_EQ(error.message(), "reading `m.db` in bucket `history`: it is larger than 4 bytes");
}

TEST_F(S3StoreTest, AFailedHeadAsksForTheReason) {
  http_.then(404).then_error(404, "NoSuchKey");
  EXPECT_EQ(store().head("m.db"), std::nullopt);
  EXPECT_EQ(http_.seen()[0].method, "HEAD");
  EXPECT_EQ(http_.seen()[1].method, "GET");
  EXPECT_EQ(http_.seen()[1].header("range"), "bytes=0-0");

  http_.then(404).then_error(404, "NoSuchBucket");
  EXPECT_EQ(error_of([&] { store_->head("m.db"); }).kind(), ErrorKind::not_found);
  http_.then(403).then_error(403, "InvalidAccessKeyId");
  EXPECT_EQ(error_of([&] { store_->head("m.db"); }).message(),
            "looking for `m.db` in bucket `history`: the access key id is not known there (403 InvalidAccessKeyId)");
  http_.then(404).then(404, {}, "<html/>");
  EXPECT_EQ(error_of([&] { store_->head("m.db"); }).kind(), ErrorKind::not_found);
  http_.then(503);
  EXPECT_EQ(error_of([&] { store_->head("m.db"); }).kind(), ErrorKind::unavailable);
}

TEST_F(S3StoreTest, AnObjectThatAppearsMeanwhileIsSeen) {
  http_.then(404).then(206, {kEtag}, "x").then(200, {kEtag, {"Content-Type", "a/b"}}, "");
  EXPECT_EQ(store().head("m.db")->etag, "\"abc\"");
  http_.then(404).then(416).then(404).then(416);
  EXPECT_EQ(error_of([&] { store_->head("m.db"); }).kind(), ErrorKind::not_found);
}

TEST_F(S3StoreTest, AnEmptyKeyWouldBeTheBucket) {
  EXPECT_EQ(error_of([&] { store().remove(""); }).message(), "the key of an object is empty");
  EXPECT_EQ(error_of([&] { store().get_bytes("", 1); }).kind(), ErrorKind::usage);
}

std::string page(const std::string& keys, const std::string& token) {
  std::string body = "<ListBucketResult>";
  for (const char key : keys) {
    body += "<Contents><Key>p/" + std::string(1, key) + "</Key><Size>1</Size><ETag>\"e\"</ETag></Contents>";
  }
  body += token.empty() ? "<IsTruncated>false</IsTruncated>"
                        : "<IsTruncated>true</IsTruncated><NextContinuationToken>" + token + "</NextContinuationToken>";
  return body + "</ListBucketResult>";
}

TEST_F(S3StoreTest, ListingGoesThroughAllPagesAndIsSorted) {
  http_.then(200, {kDate}, page("cb", "t/1+")).then(200, {kDate}, page("d", "t2")).then(200, {kDate}, page("a", ""));
  const ObjectListing listing = store().list("p/");
  std::string keys;
  for (const ListedObject& object : listing.objects) keys += object.key;
  EXPECT_EQ(keys, "p/ap/bp/cp/d");
  EXPECT_EQ(listing.server_time, parse_instant("2025-02-03T04:05:06Z"));
  EXPECT_EQ(http_.seen()[0].url,
            "https://s3.example.com/history?encoding-type=url&list-type=2&max-keys=1000&prefix=p%2F");
  EXPECT_EQ(http_.seen()[1].url,
            "https://s3.example.com/history?continuation-token=t%2F1%2B&encoding-type=url&list-type=2&max-keys=1000&"
            "prefix=p%2F");
}

TEST_F(S3StoreTest, AListingIsCompleteOrAnError) {
  const std::string incomplete = "listing `p/` in bucket `history`: its pages cannot be followed to the end";
  http_.then(200, {}, "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>");
  EXPECT_EQ(error_of([&] { store().list("p/"); }).message(), incomplete);
  http_.then(200, {}, page("a", "same")).then(200, {}, page("a", "same"));
  EXPECT_EQ(error_of([&] { store_->list("p/"); }).message(), incomplete);
  http_.then(200, {}, page("a", "t")).then_error(503, "SlowDown");
  EXPECT_EQ(error_of([&] { store_->list("p/"); }).kind(), ErrorKind::unavailable);
  http_.then(200, {}, "<html/>");
  EXPECT_EQ(error_of([&] { store_->list("p/"); }).message(),
            "listing `p/` in bucket `history`: the answer is not a listing");
  http_.then_error(403, "AccessDenied");
  EXPECT_EQ(error_of([&] { store_->list(""); }).message(),
            "listing bucket `history`: access denied (403 AccessDenied)");
}

TEST_F(S3StoreTest, KeysOutsideThePrefixAreLeftOut) {
  http_.then(200, {}, page("ab", ""));
  EXPECT_EQ(store().list("p/b").objects.size(), 1U);
}

TEST_F(S3StoreTest, RemovingWhatIsNotThereSucceeds) {
  http_.then(204).then_error(404, "NoSuchKey").then_error(404, "NoSuchBucket");
  store().remove("m.db");
  store_->remove("m.db");
  EXPECT_EQ(error_of([&] { store_->remove("m.db"); }).kind(), ErrorKind::not_found);
}

const char* const kCopied = "<CopyObjectResult><ETag>\"abc\"</ETag></CopyObjectResult>";

TEST_F(S3StoreTest, CopyOnAwsTrustsItsCondition) {
  http_.then(200, {}, kCopied);
  EXPECT_EQ(store(settings_of("")).copy("a b.db", "\"abc\"", "a b.db.backup"), CopyOutcome::copied);
  const SeenRequest& seen = http_.seen()[0];
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.url, "https://history.s3.us-east-1.amazonaws.com/a%20b.db.backup");
  EXPECT_EQ(seen.header("x-amz-copy-source"), "/history/a%20b.db");
  EXPECT_EQ(seen.header("x-amz-copy-source-if-match"), "\"abc\"");
  http_.then_error(412, "PreconditionFailed").then_error(404, "NoSuchKey");
  EXPECT_EQ(store_->copy("m.db", "\"abc\"", "t"), CopyOutcome::conflict);
  EXPECT_EQ(store_->copy("m.db", "\"abc\"", "t"), CopyOutcome::missing);
}

TEST_F(S3StoreTest, CopyElsewhereLooksBeforeAndAfter) {
  http_.then(200, {kEtag}).then(200, {}, kCopied).then(200, {kEtag});
  EXPECT_EQ(store().copy("m.db", "\"abc\"", "t"), CopyOutcome::copied);
  http_.then(200, {{"ETag", "\"other\""}});
  EXPECT_EQ(store_->copy("m.db", "\"abc\"", "t"), CopyOutcome::conflict);
  http_.then(404).then_error(404, "NoSuchKey");
  EXPECT_EQ(store_->copy("m.db", "\"abc\"", "t"), CopyOutcome::missing);
  http_.then(200, {kEtag}).then(200, {}, kCopied).then(200, {{"ETag", "\"other\""}});
  EXPECT_EQ(store_->copy("m.db", "\"abc\"", "t"), CopyOutcome::conflict);
}

TEST_F(S3StoreTest, ACopyThatFailsHalfWayIsAnError) {
  http_.then_error(200, "InternalError").then(200, {}, "").then(200, {}, "<html/>");
  EXPECT_EQ(error_of([&] { store(settings_of("")).copy("m.db", "\"abc\"", "t"); }).kind(), ErrorKind::unavailable);
  EXPECT_EQ(error_of([&] { store_->copy("m.db", "\"abc\"", "t"); }).message(),
            "copying `m.db` to `t` in bucket `history`: the answer does not say that it was copied");
  EXPECT_EQ(error_of([&] { store_->copy("m.db", "\"abc\"", "t"); }).kind(), ErrorKind::unavailable);
}

}  // namespace
}  // namespace unentropy
