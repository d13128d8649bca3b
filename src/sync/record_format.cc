#include "sync/record_format.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

namespace unentropy {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "unentropy-run-record";
constexpr int kVersion = 1;
constexpr std::size_t kMaxText = 1024;
constexpr std::size_t kMaxItems = 200'000;

Json metric_json(const RecordedMetric& metric) {
  Json json{{"key", metric.key}, {"type", to_string(metric.type)}};
  if (!metric.unit.empty()) json["unit"] = to_valid_utf8(metric.unit);
  if (!metric.description.empty()) json["description"] = to_valid_utf8(metric.description);
  if (const double* number = std::get_if<double>(&metric.value)) {
    json["value"] = *number;
  } else {
    json["value"] = to_valid_utf8(std::get<std::string>(metric.value));
  }
  return json;
}

Json build_json(const RecordedBuild& recorded) {
  const BuildContext& build = recorded.build;
  Json json{{"commit", to_valid_utf8(build.commit_sha)},
            {"branch", to_valid_utf8(build.branch)},
            {"run_id", to_valid_utf8(build.run_id)},
            {"run_number", build.run_number},
            {"attempt", build.run_attempt},
            {"measured_at", format_instant(build.timestamp)}};
  if (recorded.first_record) json["first_record"] = to_valid_utf8(*recorded.first_record);
  if (build.event_name) json["event"] = to_valid_utf8(*build.event_name);
  json["metrics"] = Json::array();
  for (const RecordedMetric& metric : recorded.metrics) json["metrics"].push_back(metric_json(metric));
  return json;
}

[[noreturn]] void malformed(const std::string& why) {
  throw Error(ErrorKind::corrupt, "reading a run record: " + why,
              "the record is left where it is; look at it or delete it by hand");
}

const Json& member(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) malformed("`" + std::string(key) + "` is missing");
  return *found;
}

std::string text_of(const Json& json, const char* what, std::size_t limit = kMaxText) {
  if (!json.is_string()) malformed("`" + std::string(what) + "` is not a string");
  const auto& text = json.get_ref<const std::string&>();
  if (text.size() > limit || text.find('\0') != std::string::npos) {
    malformed("`" + std::string(what) + "` is too long or has a NUL byte");
  }
  return text;
}

std::string required_text(const Json& object, const char* key) {
  std::string text = text_of(member(object, key), key);
  if (text.empty()) malformed("`" + std::string(key) + "` is empty");
  return text;
}

std::string optional_text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? std::string() : text_of(*found, key);
}

std::int64_t required_integer(const Json& object, const char* key) {
  const Json& json = member(object, key);
  if (!json.is_number_integer() || (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX)) {
    malformed("`" + std::string(key) + "` is not an integer");
  }
  const auto number = json.get<std::int64_t>();
  if (number < 0) malformed("`" + std::string(key) + "` is negative");
  return number;
}

Instant required_instant(const Json& object, const char* key) {
  const auto instant = parse_instant(required_text(object, key));
  if (!instant) malformed("`" + std::string(key) + "` is not an instant");
  return *instant;
}

const Json& required_array(const Json& object, const char* key) {
  const Json& array = member(object, key);
  if (!array.is_array() || array.size() > kMaxItems) malformed("`" + std::string(key) + "` is no list or too long");
  return array;
}

bool is_metric_key(std::string_view key) {
  return !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

RecordedMetric read_metric(const Json& json) {
  if (!json.is_object()) malformed("a metric is not an object");
  RecordedMetric metric;
  metric.key = required_text(json, "key");
  if (!is_metric_key(metric.key)) malformed("`" + single_line(metric.key, 80) + "` is not a metric key");
  const auto type = parse_metric_type(required_text(json, "type"));
  if (!type) malformed("the type of `" + metric.key + "` is unknown");
  metric.type = *type;
  metric.unit = optional_text(json, "unit");
  metric.description = optional_text(json, "description");
  const Json& value = member(json, "value");
  if (metric.type == MetricType::label) {
    metric.value = text_of(value, "value");
  } else if (value.is_number() && std::isfinite(value.get<double>())) {
    metric.value = value.get<double>();
  } else {
    malformed("the value of `" + metric.key + "` is not a finite number");
  }
  return metric;
}

RecordedBuild read_build(const Json& json) {
  if (!json.is_object()) malformed("a build is not an object");
  RecordedBuild recorded;
  BuildContext& build = recorded.build;
  build.commit_sha = required_text(json, "commit");
  build.branch = required_text(json, "branch");
  build.run_id = required_text(json, "run_id");
  build.run_number = required_integer(json, "run_number");
  build.run_attempt = required_integer(json, "attempt");
  build.timestamp = required_instant(json, "measured_at");
  if (const std::string event = optional_text(json, "event"); !event.empty()) build.event_name = event;
  if (json.contains("first_record")) recorded.first_record = optional_text(json, "first_record");
  for (const Json& metric : required_array(json, "metrics")) recorded.metrics.push_back(read_metric(metric));
  return recorded;
}

Json parse_line(std::string_view line, const char* what) {
  Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded() || !json.is_object()) malformed(std::string(what) + " is not a JSON object");
  return json;
}

}  // namespace

std::string records_prefix(std::string_view key) { return std::string(key) + ".runs/"; }
std::string record_key(std::string_view key, std::string_view name) { return records_prefix(key) + std::string(name); }
std::string backup_key(std::string_view key) { return std::string(key) + ".backup"; }
std::string corrupt_key(std::string_view key, Instant when) {
  return std::string(key) + ".corrupt-" + format_basic(when) + "-" + random_hex(4);
}

std::string new_record_name(const BuildContext& build) {
  std::string run;
  for (const char c : build.run_id) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.';
    if (run.size() < 40) run += plain ? c : '-';
  }
  std::string time = format_instant(build.timestamp);  // 2025-02-03T04:05:06.789Z → 20250203T040506789Z
  std::erase_if(time, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return time + "-" + run + "-" + std::to_string(build.run_attempt) + "-" + random_hex(8) + ".json";
}

std::optional<std::string> record_name_of_key(std::string_view key, std::string_view listed) {
  const std::string prefix = records_prefix(key);
  if (!listed.starts_with(prefix)) return std::nullopt;
  const std::string_view name = listed.substr(prefix.size());
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
  });
  if (!plain || name.size() > 200 || !name.ends_with(".json")) return std::nullopt;
  return std::string(name);
}

std::string format_record(const RunRecord& record) {
  Json content;
  content["builds"] = Json::array();
  for (const RecordedBuild& build : record.builds) content["builds"].push_back(build_json(build));
  if (!record.tombstones.empty()) {
    content["removed"] = Json::array();
    for (const Tombstone& tombstone : record.tombstones) {
      content["removed"].push_back({{"commit", tombstone.commit_sha},
                                    {"run_id", tombstone.run_id},
                                    {"removed_at", format_instant(tombstone.removed_at)}});
    }
  }
  const std::string line = content.dump();
  const Json header{{"format", kFormat}, {"version", kVersion}, {"sha256", hex(sha256(line))}};
  return header.dump() + "\n" + line + "\n";
}

RunRecord parse_record(std::string_view name, std::string_view bytes) {
  if (bytes.size() > kMaxRecordBytes) malformed("it is larger than 8 MiB");
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos || !bytes.ends_with('\n')) malformed("it is cut off");
  const Json header = parse_line(bytes.substr(0, end), "the header");
  if (optional_text(header, "format") != kFormat) malformed("it is of another format");
  const std::int64_t version = required_integer(header, "version");
  if (version < kVersion) malformed("its format version is unknown");
  if (version > kVersion) {
    throw Error(ErrorKind::usage, "reading a run record: its format version is newer than this program knows",
                "update unentropy");
  }
  if (end + 1 >= bytes.size()) malformed("it has no content");
  const std::string_view line = bytes.substr(end + 1, bytes.size() - end - 2);
  if (hex(sha256(line)) != required_text(header, "sha256")) malformed("its digest does not fit its content");

  const Json content = parse_line(line, "the content");
  RunRecord record;
  record.name = name;
  std::size_t items = 0;
  for (const Json& build : required_array(content, "builds")) {
    record.builds.push_back(read_build(build));
    items += 1 + record.builds.back().metrics.size();
    if (items > kMaxItems) malformed("it holds too much");
  }
  if (content.contains("removed")) {
    for (const Json& json : required_array(content, "removed")) {
      if (!json.is_object()) malformed("a removal is not an object");
      record.tombstones.push_back(
          {required_text(json, "commit"), required_text(json, "run_id"), required_instant(json, "removed_at")});
    }
  }
  return record;
}

}  // namespace unentropy
