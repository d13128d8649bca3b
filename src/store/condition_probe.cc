#include "store/condition_probe.h"

#include "base/hash.h"

namespace unentropy {
namespace {

using Status = PutOutcome::Status;

// Well-formed on every store, and the digest of nothing that the probe writes.
constexpr std::string_view kOtherEtag = "\"d41d8cd98f00b204e9800998ecf8427e\"";

class Probe {
 public:
  Probe(ObjectStore& store, std::string key) : store_(store), key_(std::move(key)) {}

  void run(ConditionReport& report) {
    report.create_on_absent = put(PutCondition::if_absent(), report);
    // Where nothing was created, the other questions still need an object.
    if (report.create_on_absent != Status::written) put(PutCondition::always(), report);
    report.create_on_present = put(PutCondition::if_absent(), report);
    report.replace_stale = put(PutCondition::if_matches(std::string(kOtherEtag)), report);
    report.replace_current = put(PutCondition::if_matches(current_etag()), report);
  }

 private:
  Status put(PutCondition condition, ConditionReport& report) {
    // Each time other bytes, so that each write has an ETag of its own.
    PutRequest request;
    request.key = key_;
    request.content = ObjectContent::from_bytes("unentropy condition probe " + std::to_string(++writes_) + "\n");
    request.condition = std::move(condition);
    request.content_type = "text/plain";
    const PutOutcome outcome = store_.put(request);
    if (outcome.status == Status::written) etag_ = outcome.etag;
    if (outcome.server_time) report.server_time = outcome.server_time;
    return outcome.status;
  }

  // Not every store tells the ETag of what it has just written.
  std::string current_etag() {
    if (!etag_.empty()) return etag_;
    const auto stored = store_.head(key_);
    return stored ? stored->etag : std::string(kOtherEtag);
  }

  ObjectStore& store_;
  std::string key_;
  std::string etag_;
  int writes_ = 0;
};

ConditionSupport support_of(const ConditionReport& report) {
  const bool creates = report.create_on_absent == Status::written && report.create_on_present == Status::conflict;
  // 404 instead of 412 is no write either.
  const bool keeps = report.replace_stale == Status::conflict || report.replace_stale == Status::missing;
  if (creates && keeps && report.replace_current == Status::written) return ConditionSupport::honoured;
  const bool overwrote = report.create_on_present == Status::written || report.replace_stale == Status::written;
  if (report.create_on_absent == Status::unsupported && !overwrote) return ConditionSupport::refused;
  return ConditionSupport::ignored;
}

}  // namespace

ConditionReport probe_conditions(ObjectStore& store, const std::string& scratch_key) {
  const std::string key = scratch_key + "-" + random_hex(8);
  ConditionReport report;
  try {
    Probe(store, key).run(report);
  } catch (...) {
    try {
      store.remove(key);
    } catch (const Error&) {  // the failure of the probe is the one to tell
    }
    throw;
  }
  report.support = support_of(report);
  try {
    store.remove(key);
  } catch (const Error& error) {
    report.left_behind = error;
  }
  return report;
}

std::string_view to_string(ConditionSupport support) {
  switch (support) {
    case ConditionSupport::honoured:
      return "honoured";
    case ConditionSupport::refused:
      return "refused";
    case ConditionSupport::ignored:
      return "ignored";
  }
  return "ignored";
}

}  // namespace unentropy
