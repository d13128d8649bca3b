#include "collect/json_value.h"

#include <cmath>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/json_stream.h"
#include "collect/number.h"
#include "collect/paths.h"
#include "collect/registry.h"

namespace unentropy {

namespace {

[[noreturn]] void fail(std::string message, std::string hint) {
  throw Error(ErrorKind::usage, std::move(message), std::move(hint));
}

// `/a/b~1c/0` → a, b/c, 0.
std::vector<std::string> parse_pointer(std::string_view text) {
  if (text.empty() || text == "/") return {};
  if (!text.starts_with('/')) {
    fail(fmt::format("{} is no JSON Pointer: it does not begin with `/`", in_ticks(text)),
         fmt::format("for example `/{}`", replace_all(single_line(text, 60), ".", "/")));
  }
  std::vector<std::string> steps;
  for (const std::string_view part : split(text.substr(1), '/')) {
    steps.push_back(replace_all(replace_all(part, "~1", "/"), "~0", "~"));
  }
  return steps;
}

class PointerSearch {
 public:
  PointerSearch(std::vector<std::string> pointer, JsonNumber wanted)
      : pointer_(std::move(pointer)), wants_length_(wanted == JsonNumber::length) {}

  JsonHandlers handlers() {
    JsonHandlers handlers;
    handlers.value = [this](const JsonPath& path, const JsonScalar& value) {
      note(path);
      if (is_at(path)) take(value);
    };
    handlers.begin = [this](const JsonPath& path, JsonKind) { note(path); };
    handlers.end = [this](const JsonPath& path, JsonKind kind, std::size_t members) {
      if (!is_at(path)) return;
      problem_ = kind == JsonKind::array ? "an array" : "an object";
      value_.reset();
      if (wants_length_) value_ = static_cast<double>(members);
    };
    return handlers;
  }

  double result(std::string_view file, std::string_view pointer) const {
    if (value_) return *value_;
    const std::string place = fmt::format("{} in {}", in_ticks(pointer), in_ticks(file));
    if (problem_.empty()) fail_missing(place);
    if (problem_ == "an array" || problem_ == "an object") {
      fail(fmt::format("{} is {}, not a number", place, problem_), "`--length` counts its members");
    }
    fail(fmt::format("{} is {}, not a number", place, problem_), "point at a number");
  }

 private:
  // Whether the first `count` steps of the path are those of the pointer.
  bool agrees(const JsonPath& path, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
      const JsonPath::Step& step = path[i];
      if (step.is_element ? pointer_[i] != std::to_string(step.index) : pointer_[i] != step.key) return false;
    }
    return true;
  }

  bool is_at(const JsonPath& path) const { return path.size() == pointer_.size() && agrees(path, path.size()); }

  // Remembers how far the pointer leads, and what would have been there instead.
  void note(const JsonPath& path) {
    constexpr std::size_t kMostNames = 1000;
    const std::size_t depth = path.size();
    if (depth == 0 || depth > pointer_.size() || !agrees(path, depth - 1)) return;
    if (depth > reached_) {
      reached_ = depth;
      names_.clear();
    }
    if (depth == reached_ && names_.size() < kMostNames && !path.back().is_element) names_.push_back(path.back().key);
  }

  void take(const JsonScalar& value) {
    value_.reset();
    if (wants_length_) {
      problem_ = "neither array nor object";
    } else if (const auto* number = std::get_if<double>(&value)) {
      value_ = *number;
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      value_ = parse_number_line(trim(*text)).value;
    } else {
      problem_ = std::holds_alternative<bool>(value) ? "a boolean" : "null";
    }
  }

  [[noreturn]] void fail_missing(const std::string& place) const {
    std::string hint = "the file has nothing at that place";
    if (reached_ > 0 && reached_ <= pointer_.size()) {
      if (const auto near = nearest(pointer_[reached_ - 1], names_)) hint = fmt::format("did you mean `{}`?", *near);
    }
    throw Error(ErrorKind::not_found, fmt::format("there is no {}", place), hint);
  }

  std::vector<std::string> pointer_;
  bool wants_length_;
  std::optional<double> value_;
  std::string problem_;  // why what is there is no value; empty: nothing is there
  std::size_t reached_ = 0;
  std::vector<std::string> names_;
};

CollectorResult collect_json(const CollectorRun& run) {
  CollectorResult result;
  const std::vector<InputFile> files = input_files(run, {run.command.arguments()[0]}, result.notices);
  if (files.size() > 1) {
    fail(fmt::format("{} matches {} files", in_ticks(run.command.arguments()[0]), files.size()), "name one of them");
  }
  InputStream input(open_input(files[0].path, files[0].shown), files[0].shown, run.watch);
  const JsonNumber wanted = run.command.has("length") ? JsonNumber::length : JsonNumber::value;
  result.value = json_number(input, run.command.arguments()[1], wanted);
  return result;
}

}  // namespace

double json_number(InputStream& input, std::string_view pointer, JsonNumber wanted) {
  PointerSearch search(parse_pointer(pointer), wanted);
  read_json(input, search.handlers());
  return search.result(input.shown(), pointer);
}

Collector json_collector() {
  return {{"json",
           "a number out of a JSON file, by JSON Pointer",
           "file pointer",
           2,
           2,
           {{.name = "length", .arity = OptionArity::flag, .description = "how many members an array or object has"}}},
          collect_json};
}

}  // namespace unentropy
