#include "net/curl_library.h"

#include <array>
#include <string_view>

// Several of libcurl's options are deprecated in favour of ones that its older versions do not have.
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#ifndef UNENTROPY_LINKED_CURL
#include <dlfcn.h>
#endif

#include "base/error.h"
#include "base/text.h"

namespace unentropy {

struct CurlHandle::Functions {
  static Functions find();

  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_perform) easy_perform = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
};

#ifdef UNENTROPY_LINKED_CURL

CurlHandle::Functions CurlHandle::Functions::find() {
  return {&::curl_global_init, &::curl_easy_init,    &::curl_easy_cleanup, &::curl_easy_reset,
          &::curl_easy_setopt, &::curl_easy_perform, &::curl_easy_getinfo, &::curl_easy_strerror};
}

#else

namespace {

constexpr std::string_view kHint = "install libcurl; on Debian and Ubuntu it comes with the package `curl`";

std::string loader_error() {
  const char* text = ::dlerror();
  return text == nullptr ? "unknown error" : single_line(text);
}

// The variant that is linked with GnuTLS has the same interface, and git brings it along.
void* load_library() {
  std::string reason;
  for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"}) {
    if (void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) return library;
    if (reason.empty()) reason = loader_error();
  }
  throw Error(ErrorKind::io, "loading the HTTP library: " + reason, std::string(kHint));
}

template <typename Function>
void resolve(void* library, Function& function, const char* name) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) {
    throw Error(ErrorKind::io, "loading the HTTP library: it lacks `" + std::string(name) + "`", std::string(kHint));
  }
}

}  // namespace

CurlHandle::Functions CurlHandle::Functions::find() {
  void* library = load_library();
  Functions functions;
  resolve(library, functions.global_init, "curl_global_init");
  resolve(library, functions.easy_init, "curl_easy_init");
  resolve(library, functions.easy_cleanup, "curl_easy_cleanup");
  resolve(library, functions.easy_reset, "curl_easy_reset");
  resolve(library, functions.easy_setopt, "curl_easy_setopt");
  resolve(library, functions.easy_perform, "curl_easy_perform");
  resolve(library, functions.easy_getinfo, "curl_easy_getinfo");
  resolve(library, functions.easy_strerror, "curl_easy_strerror");
  return functions;
}

#endif

namespace {

void require(CURLcode code, int option) {
  if (code == CURLE_OK) return;
  throw Error(ErrorKind::internal,
              "the HTTP library refuses option " + std::to_string(option) + " with code " +
                  std::to_string(static_cast<int>(code)),
              "another or a very old libcurl is loaded; check `LD_LIBRARY_PATH`, and install the system's libcurl");
}

}  // namespace

CurlHandle::CurlHandle() {
  auto functions = std::make_unique<Functions>(Functions::find());
  // Once per process: before version 7.84 it must not run in two threads at a time.
  static const CURLcode started = functions->global_init(CURL_GLOBAL_DEFAULT);
  if (started == CURLE_OK) handle_ = functions->easy_init();
  if (handle_ == nullptr) throw Error(ErrorKind::io, "starting the HTTP library failed");
  functions_ = std::move(functions);
}

CurlHandle::~CurlHandle() { functions_->easy_cleanup(handle_); }

void CurlHandle::reset() { functions_->easy_reset(handle_); }

void CurlHandle::set_long(int option, long value) {
  require(functions_->easy_setopt(handle_, static_cast<CURLoption>(option), value), option);
}

void CurlHandle::set_size(int option, std::int64_t value) {
  require(functions_->easy_setopt(handle_, static_cast<CURLoption>(option), static_cast<curl_off_t>(value)), option);
}

void CurlHandle::set_text(int option, const std::string& value) {
  require(functions_->easy_setopt(handle_, static_cast<CURLoption>(option), value.c_str()), option);
}

void CurlHandle::set_pointer(int option, const void* value) {
  require(functions_->easy_setopt(handle_, static_cast<CURLoption>(option), value), option);
}

void CurlHandle::set_callback(int option, void (*callback)()) {
  require(functions_->easy_setopt(handle_, static_cast<CURLoption>(option), callback), option);
}

bool CurlHandle::try_set_pointer(int option, const void* value) {
  return functions_->easy_setopt(handle_, static_cast<CURLoption>(option), value) == CURLE_OK;
}

int CurlHandle::perform() { return functions_->easy_perform(handle_); }

long CurlHandle::info_long(int info) const {
  long value = 0;
  functions_->easy_getinfo(handle_, static_cast<CURLINFO>(info), &value);
  return value;
}

double CurlHandle::info_seconds(int info) const {
  double value = 0;
  functions_->easy_getinfo(handle_, static_cast<CURLINFO>(info), &value);
  return value;
}

std::string CurlHandle::describe(int code) const { return functions_->easy_strerror(static_cast<CURLcode>(code)); }

}  // namespace unentropy
