// Fields of the host's answers, which may lack or mistype any of them.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace unentropy {

// Empty where `key` is absent or of another type; `json` is an object.
inline std::string text_at(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}
inline std::int64_t number_at(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}
inline const nlohmann::json& object_at(const nlohmann::json& json, const char* key) {
  static const nlohmann::json nothing = nlohmann::json::object();
  const auto found = json.find(key);
  return found != json.end() && found->is_object() ? *found : nothing;
}

}  // namespace unentropy
