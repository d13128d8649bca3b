// Finds out by trying what a store does with conditional writes, because neither its name nor its documents can be
// trusted: some stores ignore the conditions and answer 200.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/object_store.h"

namespace unentropy {

struct ConditionReport {
  // Honoured only if all four writes ended as they must. Refused: the store says that it has no conditions, and nothing
  // was written against one. Ignored: everything else, a store that can create but not replace among it.
  ConditionSupport support = ConditionSupport::ignored;

  // What the writes answered, in this order.
  PutOutcome::Status create_on_absent = PutOutcome::Status::written;   // `If-None-Match: *`; must be written
  PutOutcome::Status create_on_present = PutOutcome::Status::written;  // must be a conflict
  PutOutcome::Status replace_stale = PutOutcome::Status::written;      // `If-Match` of another content; no write
  PutOutcome::Status replace_current = PutOutcome::Status::written;    // `If-Match` of the very content; written

  std::optional<Error> left_behind;    // why the scratch object could not be deleted; absent: it is gone
  std::optional<Instant> server_time;  // the store's clock, for dating the verdict
};

// Writes a few bytes up to five times, under a key of its own that begins with `scratch_key`, so that probes side by
// side do not meet, and deletes it whatever happens. What keeps it from finding out (no network, no permission, no
// bucket) is an `Error`; a refused deletion is only reported.
ConditionReport probe_conditions(ObjectStore& store, const std::string& scratch_key);

// `honoured`, `refused`, `ignored`
std::string_view to_string(ConditionSupport support);

}  // namespace unentropy
