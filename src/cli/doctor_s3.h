// The examination of an S3 store: everything a run will need of it, tried on objects of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"
#include "cli/doctor_report.h"
#include "net/http.h"
#include "store/retrying_store.h"
#include "store/s3.h"

namespace unentropy {

struct S3Examination {
  const S3Settings& settings;
  HttpClient& http;
  // Used at the end to take away what was written; it does not give up when the program is interrupted.
  HttpClient& cleaning_http;
  Clock& clock;
  std::string database_key;
  RetryPolicy retry;
  std::function<bool()> interrupted = {};
  std::function<void(std::string_view)> on_check = {};  // the title of each check before it is made
  std::function<std::string()> tls_protocol = {};       // of the connection, `TLSv1.3`; empty if it is not known
  bool behind_proxy = false;
  bool own_authority = false;  // `s3-ca-file` was given
  std::uint64_t throughput_bytes = 4U << 20;
};

// The checks of `report` from the endpoint on. Writes only below `<database key>.doctor/` and takes everything away
// again, also after failures and an interruption. Never throws for what the store does.
void examine_s3(const S3Examination& examination, DoctorReport& report);

}  // namespace unentropy
