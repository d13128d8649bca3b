#include "cli/doctor_s3.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "cli/doctor_conditions.h"
#include "cli/doctor_scratch.h"
#include "cli/run_tables.h"
#include "store/condition_probe.h"
#include "store/s3_inspector.h"

namespace unentropy {
namespace {

using FractionalSeconds = std::chrono::duration<double>;

constexpr Milliseconds kAgreement{1'500};
constexpr Milliseconds kTolerableLead{60'000};
constexpr Milliseconds kCleaningTimeout{5'000};  // of each request; a cancelled job has not much more
constexpr int kRoundTrips = 5;
constexpr std::string_view kContentType = "application/vnd.sqlite3";
class Examiner {
 public:
  Examiner(const S3Examination& given, DoctorReport& report)
      : given_(given),
        report_(report),
        all_(given.database_key + ".doctor/"),
        own_(all_ + random_hex(6) + "/"),
        inspector_(given.settings, given.http, given.clock),
        s3_(make_s3_store(given.settings, given.http, given.clock)),
        scratch_(*s3_, all_),
        store_(make_retrying_store(scratch_, given.clock, given.retry)) {}

  void run() {
    if (reach()) {
      ask_versioning();
      if (write_and_read()) {
        try_conditions();
        try_copy();
        measure();
        try_deletion();
      }
      judge_listing();
    }
    explain_what_is_missing();
    clean();
  }

 private:
  bool stopped() {
    if (given_.interrupted && given_.interrupted()) report_.interrupted = true;
    return report_.interrupted;
  }

  // One check: what it throws is its failure. Returns whether what depends on it makes sense.
  template <typename Body>
  bool attempt(Check check, const Body& body) {
    if (stopped()) return false;
    if (given_.on_check) given_.on_check(title_of(check));
    try {
      body();
    } catch (const Error& error) {
      if (stopped()) return false;
      report_.fail(check, error);
    }
    const CheckResult* result = report_.find(check);
    return result != nullptr && result->verdict != CheckVerdict::failed;
  }

  bool reach();
  void judge_transport(const Error& error);
  void judge_tls();
  void judge_clock(const S3FirstAnswer& first);
  bool judge_hurdle(const S3FirstAnswer& first);
  void ask_versioning();
  bool write_and_read();
  void find_in_listing();
  void try_conditions();
  EtagSpellings spellings();
  void try_copy();
  void measure();
  void try_deletion();
  void judge_listing();
  void explain_what_is_missing();
  void clean();

  PutRequest request(const std::string& name, std::string bytes) const {
    PutRequest put;
    put.key = own_ + name;
    put.content = ObjectContent::from_bytes(std::move(bytes));
    put.content_type = kContentType;
    put.metadata = {{"unentropy-sha256", hex(put.content.sha256())}};
    return put;
  }

  template <typename Call>
  double timed(const Call& call) const {
    const auto start = given_.clock.steady();
    call();
    return FractionalSeconds(given_.clock.steady() - start).count();
  }

  const S3Examination& given_;
  DoctorReport& report_;
  std::string all_;  // what every examination of this key writes below
  std::string own_;  // and this one
  S3Inspector inspector_;
  std::unique_ptr<ObjectStore> s3_;
  ScratchStore scratch_;
  std::unique_ptr<ObjectStore> store_;
  std::optional<Error> listing_denied_;
  std::string etag_;  // of the object that was written first
  std::string bytes_ = "unentropy examines this bucket: " + random_hex(8) + "\n";
};

void Examiner::judge_tls() {
  const S3Endpoint& endpoint = inspector_.place().endpoint;
  if (endpoint.secure) {
    const std::string protocol = given_.tls_protocol ? given_.tls_protocol() : "";
    report_.ok(Check::tls, (protocol.empty() ? "https" : protocol) + ", the certificate is trusted" +
                               (given_.own_authority ? " (`s3-ca-file` was given)" : ""));
  } else if (is_loopback(endpoint.host)) {
    report_.ok(Check::tls, "none: plain http, which does not leave this machine");
  } else {
    report_.warn(Check::tls, "none: plain http, as `s3-allow-http` allows",
                 "use https where you can: anybody between can read the history and change it");
  }
}

// Without an answer only the connection can be judged.
void Examiner::judge_transport(const Error& error) {
  const std::string server = "`" + inspector_.place().endpoint.text() + "`";
  if (error.kind() == ErrorKind::denied && inspector_.place().endpoint.secure && !given_.behind_proxy) {
    report_.ok(Check::endpoint, server + " accepts connections");
    report_.fail(Check::tls, error);
  } else {
    report_.fail(Check::endpoint, error);
  }
}

void Examiner::judge_clock(const S3FirstAnswer& first) {
  if (first.stopped_at == S3Hurdle::clock) return report_.fail(Check::clock, *first.failure);
  if (!first.our_lead) {
    return report_.warn(Check::clock, "the store does not say what time it is",
                        "make sure that something sets the clock of this machine: a signature is valid for 15 minutes");
  }
  const Milliseconds lead = *first.our_lead;
  report_.figures.clock_lead_seconds = FractionalSeconds(lead).count();
  if (std::chrono::abs(lead) <= kAgreement) return report_.ok(Check::clock, "agrees with the store's");
  const std::string difference =
      format_duration(std::chrono::abs(lead)) + (lead.count() > 0 ? " ahead of the store's" : " behind the store's");
  if (std::chrono::abs(lead) <= kTolerableLead) return report_.ok(Check::clock, difference);
  report_.warn(Check::clock, difference,
               "set the clock of this machine: requests are signed with the store's time all the same, but builds are "
               "recorded with this machine's");
}

bool Examiner::judge_hurdle(const S3FirstAnswer& first) {
  const S3Place& place = inspector_.place();
  const std::string server = "`" + place.endpoint.text() + "`";
  if (first.stopped_at == S3Hurdle::endpoint) {
    report_.fail(Check::endpoint, *first.failure);
    return false;
  }
  report_.ok(Check::endpoint,
             place.dialect.known ? std::string(place.dialect.service) + " at " + server : server + " answers");
  judge_tls();
  judge_clock(first);
  if (first.stopped_at == S3Hurdle::clock) return false;
  if (first.stopped_at == S3Hurdle::credentials) {
    report_.fail(Check::credentials, *first.failure);
    return false;
  }
  if (first.stopped_at == S3Hurdle::bucket) {
    report_.skip(Check::credentials, "the store looks at the bucket first");
    report_.fail(Check::bucket, *first.failure);
    return false;
  }
  report_.ok(Check::credentials, "accepted");
  report_.ok(Check::bucket,
             fmt::format("`{}`, {} style, signed for region `{}`{}", place.bucket,
                         place.addressing == S3Addressing::virtual_host ? "virtual-host" : "path", first.region,
                         first.region_learnt ? ", as the store asked; give `s3-region` to spare it the question" : ""));
  return true;
}

bool Examiner::reach() {
  std::optional<S3FirstAnswer> first;
  attempt(Check::endpoint, [&] {
    try {
      first = inspector_.ask(own_);
    } catch (const Error& error) {
      if (!stopped()) judge_transport(error);
    }
  });
  if (!first || !judge_hurdle(*first)) return false;
  if (first->stopped_at == S3Hurdle::permission) listing_denied_ = first->failure;
  return true;
}

void Examiner::ask_versioning() {
  attempt(Check::versioning, [&] {
    try {
      switch (inspector_.versioning()) {
        case BucketVersioning::enabled:
          return report_.ok(Check::versioning,
                            "on: the bucket keeps every version of the history, and an older one can be brought back; "
                            "let a lifecycle rule expire them, or they add up");
        case BucketVersioning::suspended:
          return report_.ok(Check::versioning,
                            "suspended: older versions are still there, new uploads replace each other");
        case BucketVersioning::off:
          return report_.ok(Check::versioning, "off: an upload replaces the one before; `" + given_.database_key +
                                                   ".backup` is what there is to go back to");
      }
    } catch (const Error& error) {
      if (!stopped()) report_.skip(Check::versioning, "cannot be told: " + error.message());
    }
  });
}

bool Examiner::write_and_read() {
  const PutRequest put = request("object", bytes_);
  const bool written = attempt(Check::write, [&] {
    etag_ = store_->put(put).etag;
    report_.ok(Check::write, "allowed");
  });
  if (!written) return false;
  const bool read = attempt(Check::read, [&] {
    const auto stored = store_->get_bytes(put.key, 1U << 16);
    if (!stored || *stored != bytes_) {
      throw Error(
          ErrorKind::corrupt,
          "reading `" + put.key + "`: " + (stored ? "other bytes came back than were written" : "it is not there"),
          "check `s3-endpoint`, and whether something between changes or caches answers");
    }
    const auto info = store_->head(put.key);
    if (etag_.empty() && info) etag_ = info->etag;
    if (!info || info->metadata != put.metadata) {
      report_.warn(Check::read, "allowed, but the object's metadata do not come back as they were written",
                   "runs work without them, and download a backup more often than they need to");
    } else {
      report_.ok(Check::read, "allowed, and the bytes are those that were written");
    }
  });
  find_in_listing();
  return read && !stopped();
}

void Examiner::find_in_listing() {
  if (listing_denied_) return;
  attempt(Check::list, [&] {
    const auto listed = store_->list(own_).objects;
    const bool found = std::any_of(listed.begin(), listed.end(),
                                   [&](const ListedObject& object) { return object.key == own_ + "object"; });
    if (found) {
      report_.ok(Check::list, "allowed, and shows what was written just now");
    } else {
      report_.warn(Check::list, "allowed, but an object that was written just now is missing",
                   "a listing that lags behind delays when builds of other runs appear; none of them is lost");
    }
  });
}

EtagSpellings Examiner::spellings() {
  const std::string key = own_ + "etag";
  scratch_.remember(key);
  return inspector_.accepted_spellings(key);
}

void Examiner::try_conditions() {
  attempt(Check::if_none_match, [&] {
    const ConditionReport found = probe_conditions(*store_, own_ + "conditions");
    report_.figures.conditions = found.support;
    judge_conditions(found, report_);
    attempt(Check::if_match_current, [&] {
      judge_right_etag(
          found, [this] { return spellings(); }, report_);
    });
  });
}

void Examiner::try_copy() {
  const std::string hint =
      "no `" + given_.database_key + ".backup` can be kept; a damaged history is rebuilt from what is left";
  attempt(Check::copy, [&] {
    try {
      const CopyOutcome outcome = store_->copy(own_ + "object", etag_, own_ + "copy");
      const bool same = outcome == CopyOutcome::copied && store_->get_bytes(own_ + "copy", 1U << 16) == bytes_;
      if (same) return report_.ok(Check::copy, "made, and the same");
      report_.warn(Check::copy, outcome == CopyOutcome::copied ? "made, but its bytes differ" : "not made", hint);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::unavailable || stopped()) throw;
      report_.warn(Check::copy, error.message(), error.hint().empty() ? hint : error.hint() + "; without it " + hint);
    }
  });
}

void Examiner::measure() {
  attempt(Check::round_trip, [&] {
    std::vector<double> times(kRoundTrips);
    for (double& time : times) time = timed([&] { store_->head(own_ + "object"); });
    std::sort(times.begin(), times.end());
    report_.figures.round_trip_ms = times[times.size() / 2] * 1000;
    report_.ok(Check::round_trip, fmt::format("{:.1f} ms, median of {}", *report_.figures.round_trip_ms, kRoundTrips));
  });
  attempt(Check::throughput, [&] {
    const PutRequest put = request("throughput", random_hex(given_.throughput_bytes / 2));
    std::optional<std::string> back;
    const double up = timed([&] { store_->put(put); });
    const double down = timed([&] { back = store_->get_bytes(put.key, put.content.size()); });
    if (back != put.content.bytes()) {
      throw Error(ErrorKind::corrupt, "reading `" + put.key + "`: other bytes came back than were written",
                  "check whether something between changes answers");
    }
    const auto rate = [&](double seconds) { return static_cast<double>(put.content.size()) / std::max(seconds, 1e-6); };
    report_.figures.upload_bytes_per_second = rate(up);
    report_.figures.download_bytes_per_second = rate(down);
    const double run = 10e6 / rate(up) + 10e6 / rate(down);
    report_.ok(Check::throughput, fmt::format("{}/s up, {}/s down with {}; 10 MB both ways take {:.1f} s",
                                              format_bytes(static_cast<std::uint64_t>(rate(up))),
                                              format_bytes(static_cast<std::uint64_t>(rate(down))),
                                              format_bytes(put.content.size()), run));
  });
}

void Examiner::try_deletion() {
  attempt(Check::remove, [&] {
    try {
      store_->remove(own_ + "object");
      if (!store_->head(own_ + "object")) return report_.ok(Check::remove, "allowed");
      report_.warn(Check::remove, "reported as done, but the object is still there", "");
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::unavailable || stopped()) throw;
      report_.warn(Check::remove, error.message(),
                   error.hint() + "; without it run records add up in the bucket, which is harmless");
    }
  });
}

void Examiner::judge_listing() {
  if (!listing_denied_) return;
  if (report_.figures.conditions == ConditionSupport::honoured) {
    report_.warn(Check::list, listing_denied_->message(),
                 listing_denied_->hint() +
                     "; without it a run trusts conditional uploads alone, and where an absent object is answered with "
                     "403 a first run stops");
  } else {
    report_.fail(Check::list, *listing_denied_);
  }
}

void Examiner::explain_what_is_missing() {
  if (stopped()) return report_.skip_the_rest("interrupted");
  const CheckResult* failed = report_.first_failure();
  const std::string why = failed == nullptr ? "" : "because `" + std::string(title_of(failed->check)) + "` failed";
  if (scratch_.written().empty()) report_.skip(Check::clean_up, "nothing was written");
  for (const Check check :
       {Check::endpoint, Check::tls, Check::clock, Check::credentials, Check::bucket, Check::versioning, Check::list,
        Check::write, Check::read, Check::if_none_match, Check::if_match_stale, Check::if_match_current, Check::copy,
        Check::round_trip, Check::throughput, Check::remove}) {
    if (report_.find(check) == nullptr) report_.skip(check, why);
  }
}

void Examiner::clean() {
  if (scratch_.written().empty()) return;
  S3Settings settings = given_.settings;
  settings.request_timeout = kCleaningTimeout;
  const auto store = make_s3_store(settings, given_.cleaning_http, given_.clock);
  const CleanUp cleaned = clean_up(*store, scratch_, own_, all_);
  if (!cleaned.failure) return report_.ok(Check::clean_up, "nothing is left below `" + all_ + "`");
  report_.warn(
      Check::clean_up,
      fmt::format("{} left, the first is `{}`: {}", counted(static_cast<std::int64_t>(cleaned.left.size()), "object"),
                  single_line(*cleaned.left.begin()), cleaned.failure->message()),
      "delete what is below `" + all_ + "` by hand");
}

}  // namespace

void examine_s3(const S3Examination& examination, DoctorReport& report) { Examiner(examination, report).run(); }

}  // namespace unentropy
