#include "store/testing/s3_server.h"

#include <cstdlib>
#include <stdexcept>

namespace unentropy {

std::string server_value(const std::string& name) {
  const char* value = std::getenv(("UNENTROPY_TEST_" + name).c_str());
  if (value == nullptr || *value == '\0') {
    throw std::runtime_error("UNENTROPY_TEST_" + name + " is not set: start the servers of tests/servers/ first");
  }
  return value;
}

S3Settings server_settings(const std::string& server, const std::string& user) {
  S3Settings settings;
  settings.endpoint = server_value(server + "_ENDPOINT");
  settings.bucket = server_value(server + "_BUCKET");
  settings.access_key_id = Secret(server_value(server + "_" + user + "ACCESS_KEY"));
  settings.secret_access_key = Secret(server_value(server + "_" + user + "SECRET_KEY"));
  return settings;
}

ConnectedStore::ConnectedStore(const S3Settings& settings, CurlOptions options, Clock* clock)
    : http_(make_curl_client(std::move(options))),
      store_(make_s3_store(settings, *http_, clock == nullptr ? system_clock_ : *clock)) {}

}  // namespace unentropy
