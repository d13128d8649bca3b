// A decorator that tries again what a store could not do just now.
//
// Only `unavailable` is worth another try. A conditional write whose request may have arrived is not: it could have
// taken effect, and a second one would lose against the first. It is passed on, for the caller to read back.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/error.h"
#include "store/object_store.h"

namespace unentropy {

struct RetryNotice {
  const Error& error;
  int attempt = 0;   // tries made so far, 1 at the first notice
  int attempts = 0;  // tries that may follow the first one
  Milliseconds delay{0};
};

struct RetryPolicy {
  int attempts = 3;  // after the first
  // For all calls of this store together, waiting included. After it nothing is tried again; the first try of a call
  // is always made, because it may be the one that saves what was measured.
  Milliseconds budget{300'000};
  // The wait before try n+1 is random between 0 and the smaller of `first_delay` * 2^(n-1) and `longest_delay`
  // ("full jitter"), and never shorter than the server's Retry-After.
  Milliseconds first_delay{500};
  Milliseconds longest_delay{20'000};
  std::function<double()> random;                    // uniform in [0, 1); empty: the system's
  std::function<void(const RetryNotice&)> on_retry;  // before each wait
  std::function<bool()> interrupted;                 // true: fail with the error at hand instead of waiting
};

// `inner` and `clock` must outlive it. An error after several tries says how many there were.
std::unique_ptr<ObjectStore> make_retrying_store(ObjectStore& inner, Clock& clock, RetryPolicy policy);

}  // namespace unentropy
