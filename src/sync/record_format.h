// The bytes of a run record and the names of the objects beside a snapshot. See docs/formats/storage-protocol.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/run_record.h"

namespace unentropy {

inline constexpr std::uint64_t kMaxRecordBytes = 8U << 20;

// Names of the objects that belong to the snapshot `key`.
std::string records_prefix(std::string_view key);                     // `K.runs/`
std::string record_key(std::string_view key, std::string_view name);  // `K.runs/<name>`
std::string backup_key(std::string_view key);                         // `K.backup`
std::string corrupt_key(std::string_view key, Instant when);          // `K.corrupt-<time>`

// `<time of measurement>-<run id>-<attempt>-<random>.json`. The run id is reduced to letters, digits, `.` and `-`.
std::string new_record_name(const BuildContext& build);
// The record's name within a listed key, or nothing if the key is not of the form.
std::optional<std::string> record_name_of_key(std::string_view key, std::string_view listed);

// Two lines of JSON: a header with format, version and the SHA-256 of the second line, and the content.
std::string format_record(const RunRecord& record);

// Throws `Error` (corrupt) with the reason; a newer format version is an `Error` of kind usage. Every length and count
// is bounded, every value checked: a record is untrusted input.
RunRecord parse_record(std::string_view name, std::string_view bytes);

}  // namespace unentropy
