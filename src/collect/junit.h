// JUnit's XML, in which nearly every test runner can report.
#pragma once

#include <cstdint>

#include "collect/input_stream.h"

namespace unentropy {

struct TestReport {
  std::uint64_t tests = 0;
  std::uint64_t failures = 0;  // errors are counted apart
  std::uint64_t errors = 0;
  std::uint64_t skipped = 0;
  double seconds = 0;

  TestReport& operator+=(const TestReport& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
    seconds += other.seconds;
    return *this;
  }
};

// Counts the `testcase` elements; only if there is none, the numbers of the outermost suites. Throws `Error` (corrupt)
// unless the root element is `testsuites` or `testsuite`.
TestReport parse_junit(InputStream& input);

}  // namespace unentropy
