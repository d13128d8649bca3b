#include "net/curl_errors.h"

#include <curl/curl.h>

namespace unentropy {

ErrorKind kind_of_curl_code(int code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_NOT_BUILT_IN:
      return ErrorKind::usage;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_LOGIN_DENIED:
      return ErrorKind::denied;
    case CURLE_OUT_OF_MEMORY:
      return ErrorKind::io;
    case CURLE_FAILED_INIT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
      return ErrorKind::internal;
    default:
      return ErrorKind::unavailable;
  }
}

Reached reach_of_curl_code(int code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PROXY:
      return Reached::no;
    default:
      return Reached::perhaps;
  }
}

}  // namespace unentropy
