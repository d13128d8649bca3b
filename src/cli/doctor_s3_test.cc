// The examination of a store, over a server in memory whose answers can be replaced.
#include "cli/doctor_s3.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/testing/fake_s3_http.h"

namespace unentropy {
namespace {

using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::vector<Check> kChecks = {
    Check::endpoint, Check::tls,           Check::clock,          Check::credentials,
    Check::bucket,   Check::versioning,    Check::list,           Check::write,
    Check::read,     Check::if_none_match, Check::if_match_stale, Check::if_match_current,
    Check::copy,     Check::round_trip,    Check::throughput,     Check::remove,
    Check::clean_up};

class DoctorS3 : public ::testing::Test {
 protected:
  DoctorS3() {
    settings_.endpoint = "https://s3.example.com";
    settings_.bucket = "history";
    settings_.access_key_id = Secret("KEY-ID");
    settings_.secret_access_key = Secret("SECRET-KEY");
    retry_.attempts = 1;
    retry_.random = [] { return 0.0; };
  }

  FakeS3Http& server(ConditionSupport conditions = ConditionSupport::honoured) {
    http_ = std::make_unique<FakeS3Http>(clock_, "history", conditions);
    http_->objects.put({"m.db", ObjectContent::from_bytes("the history"), {}, "", {}});
    return *http_;
  }

  DoctorReport& examine() {
    S3Examination examination{settings_, *http_, *http_, clock_, "m.db", retry_};
    examination.interrupted = interrupted_;
    examination.tls_protocol = [] { return "TLSv1.3"; };
    examination.throughput_bytes = 100'000;
    report_ = std::make_unique<DoctorReport>(kChecks);
    examine_s3(examination, *report_);
    // Whatever happens: a verdict for every check, and nothing is written or read elsewhere.
    EXPECT_EQ(report_->results().size(), kChecks.size());
    for (const FakeRequest& request : http_->seen) {
      if (!request.key.empty()) {
        EXPECT_THAT(request.key, StartsWith("m.db.doctor/"));
      }
    }
    EXPECT_EQ(http_->objects.get_bytes("m.db", 100), "the history");
    for (const CheckResult& result : report_->results()) {
      EXPECT_THAT(result.detail + result.hint, Not(HasSubstr("SECRET-KEY")));
    }
    return *report_;
  }

  const CheckResult& result(Check check) {
    const CheckResult* found = report_->find(check);
    if (found == nullptr) throw std::runtime_error("no verdict for " + std::string(id_of(check)));
    return *found;
  }
  std::string line(Check check) { return std::string(to_string(result(check).verdict)) + ": " + result(check).detail; }
  // `endpoint skipped`, … of all that are not ok.
  std::vector<std::string> not_ok() {
    std::vector<std::string> lines;
    for (const CheckResult& r : report_->results()) {
      if (r.verdict != CheckVerdict::ok)
        lines.push_back(std::string(id_of(r.check)) + " " + std::string(to_string(r.verdict)));
    }
    return lines;
  }
  void expect_clean() { EXPECT_THAT(http_->objects.list("m.db.doctor").objects, IsEmpty()); }

  ManualClock clock_{*parse_instant("2025-02-03T04:05:06.500Z")};
  S3Settings settings_;
  RetryPolicy retry_;
  std::function<bool()> interrupted_;
  std::unique_ptr<FakeS3Http> http_;
  std::unique_ptr<DoctorReport> report_;
};

TEST_F(DoctorS3, AGoodStore) {
  server();
  examine();
  EXPECT_THAT(not_ok(), IsEmpty());
  EXPECT_EQ(line(Check::endpoint), "ok: `https://s3.example.com` answers");
  EXPECT_EQ(line(Check::tls), "ok: TLSv1.3, the certificate is trusted");
  EXPECT_EQ(line(Check::clock), "ok: agrees with the store's");
  EXPECT_EQ(line(Check::credentials), "ok: accepted");
  EXPECT_EQ(line(Check::bucket), "ok: `history`, path style, signed for region `us-east-1`");
  EXPECT_EQ(line(Check::versioning),
            "ok: off: an upload replaces the one before; `m.db.backup` is what there is to go back to");
  EXPECT_EQ(line(Check::list), "ok: allowed, and shows what was written just now");
  EXPECT_EQ(line(Check::write), "ok: allowed");
  EXPECT_EQ(line(Check::read), "ok: allowed, and the bytes are those that were written");
  EXPECT_EQ(line(Check::if_none_match), "ok: honoured: what is there is not created again");
  EXPECT_EQ(line(Check::if_match_stale), "ok: refused, as it must be");
  EXPECT_EQ(line(Check::if_match_current), "ok: accepted, quoted");
  EXPECT_EQ(line(Check::copy), "ok: made, and the same");
  EXPECT_EQ(line(Check::round_trip), "ok: 1.0 ms, median of 5");
  EXPECT_EQ(line(Check::throughput), "ok: 95.4 MB/s up, 95.4 MB/s down with 97.7 KB; 10 MB both ways take 0.2 s");
  EXPECT_EQ(line(Check::remove), "ok: allowed");
  EXPECT_EQ(line(Check::clean_up), "ok: nothing is left below `m.db.doctor/`");
  EXPECT_EQ(report_->figures.conditions, ConditionSupport::honoured);
  EXPECT_EQ(report_->figures.etag_spelling, "quoted");
  EXPECT_DOUBLE_EQ(*report_->figures.round_trip_ms, 1.0);
  expect_clean();
}

TEST_F(DoctorS3, AStoreThatRefusesConditions) {
  server(ConditionSupport::refused);
  examine();
  EXPECT_THAT(not_ok(),
              ::testing::ElementsAre("if_none_match warning", "if_match_stale warning", "if_match_current warning"));
  const std::string refused = "warning: refused by the store, which has no conditional writes";
  EXPECT_EQ(line(Check::if_none_match), refused);
  EXPECT_EQ(
      result(Check::if_none_match).hint,
      "two runs that finish at the same moment can overwrite each other's snapshot; every build is also kept as a "
      "run record of its own, from which the next run puts it back");
  EXPECT_EQ(line(Check::if_match_stale), refused);
  EXPECT_EQ(result(Check::if_match_stale).hint, "") << "told once";
  EXPECT_EQ(line(Check::if_match_current), refused);
  EXPECT_EQ(report_->figures.conditions, ConditionSupport::refused);
  expect_clean();
}

TEST_F(DoctorS3, AStoreThatIgnoresConditions) {
  server(ConditionSupport::ignored);
  examine();
  EXPECT_EQ(line(Check::if_none_match), "warning: IGNORED: the store reports success and overwrites");
  EXPECT_THAT(result(Check::if_none_match).hint, StartsWith("two runs that finish at the same moment"));
  EXPECT_EQ(line(Check::if_match_stale), "warning: IGNORED: the store reports success and overwrites");
  EXPECT_EQ(line(Check::if_match_current), "warning: accepted, which says nothing where a stale one is accepted too");
  EXPECT_EQ(report_->figures.conditions, ConditionSupport::ignored);
  EXPECT_EQ(report_->first_failure(), nullptr);
  expect_clean();
}

TEST_F(DoctorS3, AStoreThatWantsUnquotedEtags) {
  server().fault = [this](const FakeRequest& request) -> std::optional<HttpResponse> {
    const std::string etag = request.header("if-match");
    if (etag.starts_with('"')) return FakeS3Http::error(412, "PreconditionFailed");
    if (etag.empty()) return std::nullopt;
    FakeRequest quoted = request;
    const auto stored = http_->objects.head(request.key);
    if (!stored || stored->etag != "\"" + etag + "\"") return FakeS3Http::error(412, "PreconditionFailed");
    PutRequest put{request.key, ObjectContent::from_bytes(request.body), {}, "", {}};
    HttpResponse response;
    response.status = 200;
    response.headers = {{"ETag", http_->objects.put(put).etag}};
    return response;
  };
  examine();
  EXPECT_THAT(not_ok(), IsEmpty());
  EXPECT_EQ(line(Check::if_match_current), "ok: accepted unquoted alone, which is noticed and obeyed");
  EXPECT_EQ(report_->figures.etag_spelling, "unquoted");
}

TEST_F(DoctorS3, NoServer) {
  server().fault = [](const FakeRequest&) -> std::optional<HttpResponse> {
    throw Error(ErrorKind::unavailable, "connecting to `https://s3.example.com`: connection refused")
        .with_retry({.after = {}, .not_sent = true});
  };
  examine();
  EXPECT_THAT(line(Check::endpoint), StartsWith("failed: listing `m.db.doctor/"));
  EXPECT_THAT(line(Check::endpoint), EndsWith(": connecting to `https://s3.example.com`: connection refused"));
  EXPECT_EQ(result(Check::endpoint).hint, "check `s3-endpoint` and the network between");
  EXPECT_EQ(line(Check::tls), "skipped: because `endpoint` failed");
  EXPECT_EQ(line(Check::credentials), "skipped: because `endpoint` failed");
  EXPECT_EQ(line(Check::write), "skipped: because `endpoint` failed");
  EXPECT_EQ(line(Check::clean_up), "skipped: nothing was written");
  EXPECT_EQ(http_->seen.size(), 1U);
}

TEST_F(DoctorS3, ACertificateThatIsNotTrusted) {
  server().fault = [](const FakeRequest&) -> std::optional<HttpResponse> {
    throw Error(ErrorKind::denied,
                "connecting to `https://s3.example.com`: its certificate is not trusted (self-signed)");
  };
  examine();
  EXPECT_EQ(line(Check::endpoint), "ok: `https://s3.example.com` accepts connections");
  EXPECT_THAT(line(Check::tls), EndsWith("its certificate is not trusted (self-signed)"));
  EXPECT_THAT(result(Check::tls).hint, HasSubstr("`s3-ca-file`"));
  EXPECT_EQ(line(Check::clock), "skipped: because `TLS` failed");
}

TEST_F(DoctorS3, PlainHttpIsSaidAndToleratedOnThisMachineAlone) {
  server();
  settings_.endpoint = "http://127.0.0.1:9000";
  examine();
  EXPECT_EQ(line(Check::tls), "ok: none: plain http, which does not leave this machine");
  settings_.endpoint = "http://minio:9000";
  settings_.allow_http = true;
  examine();
  EXPECT_EQ(line(Check::tls), "warning: none: plain http, as `s3-allow-http` allows");
  EXPECT_EQ(result(Check::tls).hint, "use https where you can: anybody between can read the history and change it");
}

TEST_F(DoctorS3, AWrongSecret) {
  server().fault = [](const FakeRequest&) { return FakeS3Http::error(403, "SignatureDoesNotMatch"); };
  examine();
  EXPECT_EQ(line(Check::endpoint), "ok: `https://s3.example.com` answers");
  EXPECT_THAT(line(Check::credentials), EndsWith(": the signature is not accepted (403 SignatureDoesNotMatch)"));
  EXPECT_EQ(result(Check::credentials).hint,
            "check `s3-secret-access-key`: it must belong to `s3-access-key-id`, and that to `https://s3.example.com`");
  EXPECT_EQ(line(Check::bucket), "skipped: because `credentials` failed");
  EXPECT_EQ(http_->seen.size(), 1U) << "a wrong key is not tried again and again";
}

TEST_F(DoctorS3, AMissingBucket) {
  server();
  settings_.bucket = "elsewhere";
  examine();
  EXPECT_EQ(line(Check::credentials), "skipped: the store looks at the bucket first");
  EXPECT_THAT(line(Check::bucket),
              EndsWith("there is no bucket `elsewhere` at `https://s3.example.com` (404 NoSuchBucket)"));
  EXPECT_EQ(report_->first_failure()->kind, ErrorKind::not_found);
  EXPECT_EQ(line(Check::write), "skipped: because `bucket and region` failed");
}

TEST_F(DoctorS3, ABucketInAnotherRegionIsNotFollowed) {
  server().fault = [](const FakeRequest&) {
    HttpResponse response = FakeS3Http::error(301, "PermanentRedirect", "<Region>eu-west-1</Region>");
    response.headers.push_back({"Location", "https://evil.example/"});
    return response;
  };
  examine();
  EXPECT_THAT(line(Check::bucket), StartsWith("failed: "));
  EXPECT_THAT(result(Check::bucket).hint, HasSubstr("set `s3-region` to `eu-west-1`"));
  EXPECT_EQ(report_->first_failure()->kind, ErrorKind::usage);
  EXPECT_EQ(http_->seen.size(), 1U);
}

TEST_F(DoctorS3, SomethingElseAnswers) {
  server().fault = [](const FakeRequest&) {
    HttpResponse response;
    response.status = 200;
    response.body = "<html>Sign in to the network</html>";
    return response;
  };
  examine();
  EXPECT_THAT(line(Check::endpoint), EndsWith("the answer is not that of an S3 store"));
}

TEST_F(DoctorS3, AClockThatIsOff) {
  server().fault = [](const FakeRequest&) { return std::nullopt; };
  const auto with_date = [&](const std::string& date) {
    http_->fault = [this, date](const FakeRequest& request) -> std::optional<HttpResponse> {
      if (!request.key.empty() || request.query.starts_with("versioning")) return std::nullopt;
      HttpResponse response = FakeS3Http::error(403, "AccessDenied");
      response.headers.push_back({"Date", date});
      return response;
    };
    examine();
  };
  with_date("Mon, 03 Feb 2025 04:05:36 GMT");
  EXPECT_EQ(line(Check::clock), "ok: 30.0 s behind the store's");
  with_date("Mon, 03 Feb 2025 04:00:06 GMT");
  EXPECT_THAT(line(Check::clock), StartsWith("warning: 5 min "));
  EXPECT_THAT(line(Check::clock), EndsWith(" ahead of the store's"));
  EXPECT_THAT(result(Check::clock).hint, StartsWith("set the clock of this machine"));
  http_->fault = [](const FakeRequest&) {
    HttpResponse response = FakeS3Http::error(403, "RequestTimeTooSkewed");
    response.headers.push_back({"Date", "Mon, 03 Feb 2025 09:05:06 GMT"});
    return response;
  };
  examine();
  EXPECT_THAT(line(Check::clock), StartsWith("failed: "));
  EXPECT_EQ(line(Check::credentials), "skipped: because `clock` failed");
}

TEST_F(DoctorS3, AKeyThatMayOnlyRead) {
  server().fault = [](const FakeRequest& request) -> std::optional<HttpResponse> {
    if (request.method == "PUT" || request.method == "DELETE") return FakeS3Http::error(403, "AccessDenied");
    return std::nullopt;
  };
  examine();
  EXPECT_THAT(line(Check::write), EndsWith(": access denied (403 AccessDenied)"));
  EXPECT_THAT(result(Check::write).hint, StartsWith("the key needs `s3:PutObject` for `history/m.db.doctor/"));
  EXPECT_EQ(report_->first_failure()->check, Check::write);
  EXPECT_EQ(line(Check::read), "skipped: because `write` failed");
  EXPECT_EQ(line(Check::if_none_match), "skipped: because `write` failed");
  EXPECT_EQ(line(Check::clean_up), "skipped: nothing was written");
}

TEST_F(DoctorS3, AKeyThatMayNotDeleteIsAWarningThatNamesWhatIsLeft) {
  server().fault = [](const FakeRequest& request) -> std::optional<HttpResponse> {
    if (request.method == "DELETE") return FakeS3Http::error(403, "AccessDenied");
    return std::nullopt;
  };
  examine();
  EXPECT_THAT(not_ok(), ::testing::ElementsAre("delete warning", "clean_up warning"));
  EXPECT_THAT(result(Check::remove).hint, EndsWith("; without it run records add up in the bucket, which is harmless"));
  EXPECT_THAT(line(Check::clean_up), StartsWith("warning: 5 objects left, the first is `m.db.doctor/"));
  EXPECT_EQ(result(Check::clean_up).hint, "delete what is below `m.db.doctor/` by hand");
}

TEST_F(DoctorS3, AKeyThatMayNotList) {
  const auto no_list = [](const FakeRequest& request) -> std::optional<HttpResponse> {
    if (request.method == "GET" && request.key.empty()) return FakeS3Http::error(403, "AccessDenied");
    return std::nullopt;
  };
  server().fault = no_list;
  examine();
  EXPECT_THAT(not_ok(), ::testing::ElementsAre("versioning skipped", "list warning"));
  EXPECT_THAT(result(Check::list).hint, HasSubstr("the key needs `s3:ListBucket` for `history`; without it"));
  EXPECT_THAT(line(Check::versioning), StartsWith("skipped: cannot be told: asking for the versioning"));
  expect_clean();
  // Without conditions nothing would tell such a run that it lost.
  server(ConditionSupport::ignored).fault = no_list;
  examine();
  EXPECT_EQ(report_->first_failure()->check, Check::list);
  expect_clean();
}

TEST_F(DoctorS3, AListingThatLagsBehind) {
  server().fault = [](const FakeRequest& request) -> std::optional<HttpResponse> {
    if (request.query.starts_with("encoding-type")) {
      HttpResponse response;
      response.status = 200;
      response.body = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
      response.body_bytes = response.body.size();
      return response;
    }
    return std::nullopt;
  };
  examine();
  EXPECT_THAT(line(Check::list), EndsWith("an object that was written just now is missing"));
  expect_clean();
}

TEST_F(DoctorS3, ACopyThatIsNotOffered) {
  server().fault = [](const FakeRequest& request) -> std::optional<HttpResponse> {
    if (!request.header("x-amz-copy-source").empty()) return FakeS3Http::error(501, "NotImplemented");
    return std::nullopt;
  };
  examine();
  EXPECT_THAT(not_ok(), ::testing::ElementsAre("copy warning"));
  EXPECT_THAT(result(Check::copy).hint,
              EndsWith("no `m.db.backup` can be kept; a damaged history is rebuilt from what is left"));
  expect_clean();
}

TEST_F(DoctorS3, BytesThatChangeOnTheWay) {
  server().fault = [](const FakeRequest& request) -> std::optional<HttpResponse> {
    if (request.method != "GET" || !request.key.ends_with("/object")) return std::nullopt;
    HttpResponse response;
    response.status = 200;
    response.headers = {{"ETag", "\"x\""}, {"Content-Length", "5"}};
    response.body = "other";
    response.body_bytes = 5;
    return response;
  };
  examine();
  EXPECT_EQ(report_->first_failure()->check, Check::read);
  EXPECT_EQ(report_->first_failure()->kind, ErrorKind::corrupt);
  expect_clean();
}

TEST_F(DoctorS3, MetadataThatAreDropped) {
  server().fault = [this](const FakeRequest& request) -> std::optional<HttpResponse> {
    if (request.method != "HEAD" || !request.key.ends_with("/object")) return std::nullopt;
    const auto info = http_->objects.head(request.key);
    if (!info) return std::nullopt;
    HttpResponse response;
    response.status = 200;
    response.headers = {{"ETag", info->etag}, {"Content-Length", std::to_string(info->size)}};
    return response;
  };
  examine();
  EXPECT_THAT(not_ok(), ::testing::ElementsAre("read warning"));
}

TEST_F(DoctorS3, VersioningIsExplained) {
  server().versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  examine();
  EXPECT_THAT(line(Check::versioning), StartsWith("ok: on: the bucket keeps every version of the history"));
  http_->versioning = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
  examine();
  EXPECT_THAT(line(Check::versioning), StartsWith("ok: suspended: "));
}

TEST_F(DoctorS3, TransientTroubleIsTriedAgain) {
  int failures = 0;
  server().fault = [&](const FakeRequest& request) -> std::optional<HttpResponse> {
    if (request.method == "PUT" && request.key.ends_with("/object") && failures++ == 0) {
      return FakeS3Http::error(503, "SlowDown");
    }
    return std::nullopt;
  };
  examine();
  EXPECT_THAT(not_ok(), IsEmpty());
}

TEST_F(DoctorS3, AnInterruptionAtAnyRequestLeavesNothingBehind) {
  server();
  examine();
  const std::size_t requests = http_->seen.size();
  ASSERT_GT(requests, 25U);
  for (std::size_t at = 1; at < requests; ++at) {
    server();
    bool cancelled = false;
    interrupted_ = [&] { return cancelled; };
    http_->fault = [&](const FakeRequest&) -> std::optional<HttpResponse> {
      if (http_->seen.size() >= at) cancelled = true;
      return std::nullopt;
    };
    examine();
    expect_clean();
    if (HasFailure()) FAIL() << "interrupted at request " << at;
  }
}

TEST_F(DoctorS3, WhatAKilledExaminationLeftIsTakenAlong) {
  server();
  http_->objects.put({"m.db.doctor/dead/object", ObjectContent::from_bytes("x"), {}, "", {}});
  clock_.turn(std::chrono::hours(2));
  http_->objects.put({"m.db.doctor/alive/object", ObjectContent::from_bytes("x"), {}, "", {}});
  examine();
  EXPECT_FALSE(http_->objects.head("m.db.doctor/dead/object"));
  EXPECT_TRUE(http_->objects.head("m.db.doctor/alive/object")) << "that of another examination";
}

TEST_F(DoctorS3, EveryFailureOnTheWayLeavesNothingBehind) {
  server();
  examine();
  const std::size_t requests = http_->seen.size();
  for (std::size_t at = 1; at < requests; ++at) {
    server();
    http_->fault = [&](const FakeRequest& request) -> std::optional<HttpResponse> {
      if (http_->seen.size() == at && request.method != "DELETE") return FakeS3Http::error(400, "Weird");
      return std::nullopt;
    };
    examine();
    expect_clean();
    if (HasFailure()) FAIL() << "failed at request " << at;
  }
}

}  // namespace
}  // namespace unentropy
