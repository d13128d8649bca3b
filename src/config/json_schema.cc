#include <cmath>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "config/config.h"
#include "config/schema_table.h"

namespace unentropy {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (value == std::trunc(value)) return static_cast<std::int64_t>(value);
  return value;
}

Json schema_of(const Rule& rule);

Json key_schema(const KeyRule& known) {
  Json schema = schema_of(known.rule);
  if (known.empty_is_absent && schema.contains("enum")) schema["enum"].push_back("");
  schema["description"] = known.description;
  if (!known.default_json.empty()) schema["default"] = Json::parse(known.default_json);
  return schema;
}

Json condition(const Requirement& requirement) {
  Json decider;
  decider["properties"][std::string(requirement.when)]["enum"] = requirement.values;
  if (!requirement.or_absent) decider["required"] = {requirement.when};
  Json consequence;
  consequence["required"] = {requirement.needs};
  Json schema;
  schema["if"] = std::move(decider);
  schema["then"] = std::move(consequence);
  return schema;
}

void add_text_limits(Json& schema, const Rule& rule) {
  schema["type"] = "string";
  if (!rule.names.empty()) schema["enum"] = rule.names;
  if (rule.min_length > 0) schema["minLength"] = rule.min_length;
  // Counts code points where we count UTF-16 code units; the same for all but rare characters.
  if (rule.max_length != kNoLimit) schema["maxLength"] = rule.max_length;
  if (!rule.pattern.empty()) schema["pattern"] = rule.pattern;
}

void add_number_limits(Json& schema, const Rule& rule) {
  schema["type"] = rule.type == ValueType::integer ? "integer" : "number";
  if (rule.minimum) schema["minimum"] = number(*rule.minimum);
  if (rule.exclusive_minimum) schema["exclusiveMinimum"] = number(*rule.exclusive_minimum);
  if (rule.maximum) schema["maximum"] = number(*rule.maximum);
}

void add_array_limits(Json& schema, const Rule& rule) {
  schema["type"] = "array";
  schema["items"] = schema_of(rule.element.front());
  if (rule.min_entries > 0) schema["minItems"] = rule.min_entries;
  if (rule.max_entries != kNoLimit) schema["maxItems"] = rule.max_entries;
}

void add_object_limits(Json& schema, const Rule& rule) {
  schema["type"] = "object";
  if (!rule.element.empty()) {
    schema["propertyNames"] = schema_of(rule.key.front());
    schema["additionalProperties"] = schema_of(rule.element.front());
    if (rule.min_entries > 0) schema["minProperties"] = rule.min_entries;
    if (rule.max_entries != kNoLimit) schema["maxProperties"] = rule.max_entries;
    return;
  }
  Json required = Json::array();
  for (const KeyRule& known : rule.keys) {
    schema["properties"][std::string(known.key)] = key_schema(known);
    if (known.required) required.push_back(known.key);
  }
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  for (const Requirement& requirement : rule.requirements) schema["allOf"].push_back(condition(requirement));
}

Json schema_of(const Rule& rule) {
  Json schema = Json::object();
  switch (rule.type) {
    case ValueType::boolean:
      schema["type"] = "boolean";
      break;
    case ValueType::integer:
    case ValueType::number:
      add_number_limits(schema, rule);
      break;
    case ValueType::string:
      add_text_limits(schema, rule);
      break;
    case ValueType::array:
      add_array_limits(schema, rule);
      break;
    case ValueType::object:
      add_object_limits(schema, rule);
      break;
  }
  if (rule.otherwise.empty()) return schema;
  Json either;
  either["anyOf"] = {std::move(schema), schema_of(rule.otherwise.front())};
  return either;
}

}  // namespace

std::string config_json_schema() {
  Json schema;
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = "unentropy.json";
  schema["description"] =
      "The configuration of Unentropy: what to measure, where to keep it, which limits to judge by.";
  schema.update(schema_of(config_rule()));
  return schema.dump(2) + "\n";
}

}  // namespace unentropy
