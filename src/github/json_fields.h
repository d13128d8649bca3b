// Fields of the host's answers, which may lack or mistype any of them. `Json` is nlohmann::json: the parameter keeps
// its header out of this one.
#pragma once

#include <cstdint>
#include <string>

namespace unentropy {

// Empty where `key` is absent or of another type; `json` is an object.
template <typename Json>
std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->template get<std::string>() : std::string();
}

template <typename Json>
std::int64_t number_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->template get<std::int64_t>() : 0;
}

template <typename Json>
const Json& object_at(const Json& json, const char* key) {
  static const Json nothing = Json::object();
  const auto found = json.find(key);
  return found != json.end() && found->is_object() ? *found : nothing;
}

}  // namespace unentropy
