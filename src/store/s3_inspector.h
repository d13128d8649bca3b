// Questions that only an S3 store can answer, for the examination of a new one. A run asks none of them.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "store/s3.h"
#include "store/s3_session.h"

namespace unentropy {

// How far a request came.
enum class S3Hurdle {
  none,         // all the way
  endpoint,     // what answers is no S3 store, or has trouble
  clock,        // this machine's differs too much, and correcting it did not help
  credentials,  // unknown, wrong, expired
  bucket,       // there is none of that name, or it is in another region
  permission,   // known, and not allowed to do this
};

struct S3FirstAnswer {
  S3Hurdle stopped_at = S3Hurdle::none;
  std::optional<Error> failure;          // absent exactly if nothing stopped the request
  std::string region;                    // that the request was signed for in the end
  bool region_learnt = false;            // from the store, because nobody gave it
  std::optional<Milliseconds> our_lead;  // our clock minus the store's, within a second; absent: no `Date`
};

enum class BucketVersioning { off, suspended, enabled };

// In which spelling the ETag of an object is accepted by `If-Match`.
struct EtagSpellings {
  bool quoted = false;
  bool unquoted = false;
};

class S3Inspector {
 public:
  // `http` and `clock` must outlive it.
  S3Inspector(const S3Settings& settings, HttpClient& http, Clock& clock)
      : session_(settings, http, clock), clock_(clock) {}

  // Lists at most one key below `prefix`. Whatever answers is a value; no answer is an `Error`.
  S3FirstAnswer ask(const std::string& prefix);
  // Writes `key` up to three times and leaves it there. Meaningful where a wrong ETag is refused.
  EtagSpellings accepted_spellings(const std::string& key);
  // A store that does not know the question is an `Error` like one that denies it.
  BucketVersioning versioning();

  const S3Place& place() const { return session_.place(); }

 private:
  std::optional<std::string> replace(const std::string& key, const std::string& condition, const std::string& bytes);

  S3Session session_;
  Clock& clock_;
};

}  // namespace unentropy
