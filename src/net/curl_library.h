// libcurl, loaded with dlopen when it is first needed, behind the few calls that we make.
//
// Linking it would cost every start of the program some 4 ms for the 35 libraries that come with it. Its types stay
// in the .cc files: options, results and codes go by libcurl's own numbers (CURLOPT_…, CURLINFO_…, CURLE_…), which
// are the same in all versions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace unentropy {

// One easy handle; it keeps its connections when it is reset. The library is never unloaded again.
class CurlHandle {
 public:
  // Throws `Error` (io) if libcurl is not installed.
  CurlHandle();
  ~CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  // Back to the defaults of all options; open connections are kept.
  void reset();

  void set_long(int option, long value);
  void set_size(int option, std::int64_t value);
  void set_text(int option, const std::string& value);  // libcurl copies it
  void set_pointer(int option, const void* value);      // must live until the transfer has ended
  void set_callback(int option, void (*callback)());
  // For options that a version or a build may lack.
  [[nodiscard]] bool try_set_pointer(int option, const void* value);

  [[nodiscard]] int perform();  // a CURLE_… code

  long info_long(int info) const;
  double info_seconds(int info) const;
  std::string describe(int code) const;  // libcurl's own words for a code

 private:
  struct Functions;
  std::unique_ptr<const Functions> functions_;
  void* handle_ = nullptr;
};

}  // namespace unentropy
