#include "config/shape.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "config/misplaced.h"
#include "config/printable.h"
#include "config/redact.h"
#include "config/wording.h"

namespace unentropy {
namespace {

using Level = Diagnostic::Level;

bool is_null(const JsonNode& node) { return std::holds_alternative<JsonNull>(node.value); }

// `My_Metric` as `my-metric`; empty if that is no key either.
std::string to_key(std::string_view text, const Rule& key_rule) {
  if (!secret_shapes(text).empty()) return {};
  std::string key = to_lower(text);
  std::replace_if(
      key.begin(), key.end(), [](char c) { return c == '_' || c == ' ' || c == '.' || c == '/' || c == ':'; }, '-');
  return !key.empty() && key.size() <= key_rule.max_length && key_rule.matches(key) ? key : std::string();
}

class ShapeChecker {
 public:
  Shape check(const JsonNode& root) {
    Shape shape;
    shape.root = check_value(root, config_rule(), "$");
    shape.diagnostics = std::move(diagnostics_);
    shape.fatal = fatal_;
    return shape;
  }

 private:
  void error(TextPosition position, const std::string& path, std::string message, std::string hint = {}) {
    fatal_ = true;
    diagnostics_.push_back({Level::error, position, path, std::move(message), std::move(hint)});
  }
  void warn(TextPosition position, const std::string& path, std::string message, std::string hint = {}) {
    diagnostics_.push_back({Level::warning, position, path, std::move(message), std::move(hint)});
  }

  CheckedValue check_value(const JsonNode& node, const Rule& rule, const std::string& path) {
    CheckedValue value{&node, path, false, {}, {}};
    const Rule* form = is_null(node) ? nullptr : form_for(rule, type_of(node));
    if (form == nullptr) {
      wrong_type(node, rule, path);
      return value;
    }
    switch (form->type) {
      case ValueType::boolean:
        value.sound = true;
        break;
      case ValueType::integer:
      case ValueType::number:
        value.sound = check_number(node, *form, path);
        break;
      case ValueType::string:
        value.sound = check_string(node, *form, path);
        break;
      case ValueType::array:
        check_array(value, *form);
        break;
      case ValueType::object:
        if (form->element.empty()) {
          check_object(value, *form);
        } else {
          check_map(value, *form);
        }
        break;
    }
    return value;
  }

  void wrong_type(const JsonNode& node, const Rule& rule, const std::string& path) {
    std::string expected(type_words(rule.type));
    if (!rule.otherwise.empty()) expected += fmt::format(" or {}", type_words(rule.otherwise.front().type));
    error(node.position, path, fmt::format("expected {}, found {}", expected, found_words(node)),
          type_hint(rule, node));
  }

  bool check_number(const JsonNode& node, const Rule& rule, const std::string& path) {
    const double number = std::get<double>(node.value);
    std::string complaint;
    if (rule.type == ValueType::integer && number != std::trunc(number)) {
      complaint = "expected a whole number";
    } else if (rule.exclusive_minimum && !(number > *rule.exclusive_minimum)) {
      complaint = fmt::format("must be greater than {}", shortest_digits(*rule.exclusive_minimum));
    } else if (rule.minimum && rule.maximum && (number < *rule.minimum || number > *rule.maximum)) {
      complaint = fmt::format("must be from {:.0f} to {:.0f}", *rule.minimum, *rule.maximum);
    } else if (rule.minimum && number < *rule.minimum) {
      complaint = fmt::format("must be at least {}", shortest_digits(*rule.minimum));
    }
    if (complaint.empty()) return true;
    error(node.position, path, fmt::format("{}, found {}", complaint, shortest_digits(number)));
    return false;
  }

  bool check_string(const JsonNode& node, const Rule& rule, const std::string& path) {
    const std::string& text = std::get<std::string>(node.value);
    if (!rule.names.empty()) {
      if (std::find(rule.names.begin(), rule.names.end(), text) != rule.names.end()) return true;
      unknown_name(node, rule, path);
      return false;
    }
    const std::string complaint = text_complaint(text, rule);
    if (complaint.empty()) return true;
    const bool show = complaint == rule.pattern_words;
    error(node.position, path, show ? fmt::format("{}: {}", complaint, value_in_ticks(text)) : complaint);
    return false;
  }

  static std::string text_complaint(const std::string& text, const Rule& rule) {
    const std::size_t length = utf16_length(text);
    if (length < rule.min_length) return "must not be empty";
    if (rule.matches != nullptr && !rule.matches(text)) return std::string(rule.pattern_words);
    if (length > rule.max_length) {
      return fmt::format("must have at most {} characters, found {}", rule.max_length, length);
    }
    return {};
  }

  void unknown_name(const JsonNode& node, const Rule& rule, const std::string& path) {
    const std::string& text = std::get<std::string>(node.value);
    std::string message = fmt::format("{}: {}", rule.names_complaint, value_in_ticks(text));
    const std::optional<std::string> near = nearest(text, rule.names);
    std::string hint = near ? fmt::format("did you mean `{}`? allowed are {}", *near, list_words(rule.names))
                            : fmt::format("allowed are {}", list_words(rule.names));
    if (rule.others_survive) {
      message += fmt::format("; falls back to `{}`", to_string(kDefaultStorageType));
      diagnostics_.push_back({Level::error, node.position, path, std::move(message), std::move(hint)});
    } else {
      error(node.position, path, std::move(message), std::move(hint));
    }
  }

  void check_entries(CheckedValue& value, const Rule& rule, std::size_t count) {
    value.sound = count >= rule.min_entries && count <= rule.max_entries;
    if (count < rule.min_entries) {
      error(value.node->position, value.path, fmt::format("must have at least {} entry", rule.min_entries));
    } else if (count > rule.max_entries) {
      error(value.node->position, value.path,
            fmt::format("must have at most {} entries, found {}", rule.max_entries, count));
    }
  }

  void check_array(CheckedValue& value, const Rule& rule) {
    const auto& array = std::get<JsonArray>(value.node->value);
    check_entries(value, rule, array.size());
    for (std::size_t i = 0; i < array.size(); ++i) {
      value.elements.push_back(check_value(array[i], rule.element.front(), fmt::format("{}[{}]", value.path, i)));
    }
  }

  // The members that count, in the order in which their keys come first, as in JavaScript.
  std::vector<const JsonMember*> effective_members(const CheckedValue& value) {
    std::vector<const JsonMember*> members;
    std::unordered_map<std::string_view, std::size_t> places;
    for (const JsonMember& member : std::get<JsonObject>(value.node->value)) {
      const auto [place, is_new] = places.emplace(member.key, members.size());
      if (is_new) {
        members.push_back(&member);
        continue;
      }
      const JsonMember& ignored = *std::exchange(members[place->second], &member);
      warn(member.key_position, member_path(value.path, member.key),
           fmt::format("the key occurs twice; the one at {}:{} is ignored", ignored.key_position.line,
                       ignored.key_position.column));
      find_credentials(ignored.value.front(), member_path(value.path, member.key));
    }
    return members;
  }

  // A map whose keys are the user's.
  void check_map(CheckedValue& value, const Rule& rule) {
    const std::vector<const JsonMember*> members = effective_members(value);
    check_entries(value, rule, members.size());
    std::unordered_set<std::string_view> taken;
    for (const JsonMember* member : members) taken.insert(member->key);
    for (const JsonMember* member : members) {
      const std::string path = member_path(value.path, member->key);
      const JsonNode& node = member->value.front();
      if (!std::holds_alternative<JsonObject>(node.value) && looks_like_credential(member->key)) {
        misplaced(*member, path, misplaced_credential(member->key));
        value.members.push_back({member->key, member->key_position, true, {}, {&node, path, false, {}, {}}});
        continue;
      }
      CheckedMember checked{member->key, member->key_position, true, {}, {}};
      if (const std::string complaint = text_complaint(member->key, rule.key.front()); !complaint.empty()) {
        checked.key_sound = false;
        checked.suggested_key = to_key(member->key, rule.key.front());
        error(member->key_position, path, complaint, key_hint(taken, checked.suggested_key));
      }
      checked.value = check_value(node, rule.element.front(), path);
      value.members.push_back(std::move(checked));
    }
  }

  static std::string key_hint(const std::unordered_set<std::string_view>& taken, const std::string& suggested) {
    if (suggested.empty()) return {};
    return taken.contains(suggested) ? fmt::format("`{}` exists as well; choose another name", suggested)
                                     : fmt::format("did you mean `{}`?", suggested);
  }

  void check_object(CheckedValue& value, const Rule& rule) {
    value.sound = true;
    const std::vector<const JsonMember*> members = effective_members(value);
    const auto is_given = [&](std::string_view key) {
      return std::any_of(members.begin(), members.end(), [&](const JsonMember* m) { return m->key == key; });
    };
    std::vector<std::string> open_keys;
    std::vector<std::string> given_keys;
    for (const KeyRule& known : rule.keys) (is_given(known.key) ? given_keys : open_keys).emplace_back(known.key);

    std::vector<std::string> excused;  // keys that are not missing but misspelt
    for (const JsonMember* member : members) {
      const std::string path = member_path(value.path, member->key);
      if (const KeyRule* known = find_key(rule, member->key)) {
        check_member(value, *member, *known, path);
      } else if (const auto place = find_misplaced(value.path, member->key)) {
        misplaced(*member, path, *place);
      } else if (const auto near = nearest(member->key, open_keys)) {
        error(member->key_position, path, "unknown key " + value_in_ticks(member->key),
              fmt::format("did you mean `{}`?", *near));
        excused.push_back(*near);
        check_misspelt(value, *member, *find_key(rule, *near), path);
      } else {
        const auto twin = nearest(member->key, given_keys);
        error(member->key_position, path, "unknown key " + value_in_ticks(member->key),
              twin ? fmt::format("`{}` is given as well; remove one of them", *twin) : known_keys(rule));
        find_credentials(member->value.front(), path);
      }
    }
    check_required(value, rule, excused);
    check_modes(value, rule);
  }

  static std::string known_keys(const Rule& rule) {
    std::vector<std::string> keys;
    for (const KeyRule& known : rule.keys) keys.emplace_back(known.key);
    return fmt::format("known here: {}", list_words(keys));
  }

  void check_member(CheckedValue& parent, const JsonMember& member, const KeyRule& known, const std::string& path) {
    const JsonNode& node = member.value.front();
    const std::string* text = std::get_if<std::string>(&node.value);
    if (known.empty_is_absent && text != nullptr && text->empty()) {
      warn(node.position, path, "an empty text counts as if the key were not there");
      return;
    }
    parent.members.push_back(
        {std::string(known.key), member.key_position, true, {}, check_value(node, known.rule, path)});
  }

  // What is wrong inside is worth knowing now, but only if the key was really meant: a value of another type
  // says that the guess was bad.
  void check_misspelt(CheckedValue& parent, const JsonMember& member, const KeyRule& meant, const std::string& path) {
    const JsonNode& node = member.value.front();
    const bool fits = !is_null(node) && form_for(meant.rule, type_of(node)) != nullptr;
    if (fits && parent.find(meant.key) == nullptr) {
      check_member(parent, member, meant, path);
    } else {
      find_credentials(node, path);
    }
  }

  void check_required(const CheckedValue& value, const Rule& rule, const std::vector<std::string>& excused) {
    const auto missing = [&](std::string_view key) {
      return value.find(key) == nullptr && std::find(excused.begin(), excused.end(), key) == excused.end();
    };
    for (const KeyRule& known : rule.keys) {
      if (known.required && missing(known.key)) {
        error(value.node->position, value.path, fmt::format("`{}` is missing", known.key));
      }
    }
    for (const Requirement& requirement : rule.requirements) {
      if (!missing(requirement.needs)) continue;
      if (missing(requirement.when)) {
        if (requirement.or_absent) {
          error(value.node->position, value.path, std::string(requirement.complaint_if_absent),
                std::string(requirement.hint));
        }
        continue;
      }
      const auto* decider = value.get<std::string>(requirement.when);
      if (decider == nullptr) continue;
      if (std::find(requirement.values.begin(), requirement.values.end(), *decider) == requirement.values.end())
        continue;
      error(value.node->position, value.path, fmt::format(fmt::runtime(requirement.complaint), *decider),
            std::string(requirement.hint));
    }
  }

  void check_modes(const CheckedValue& value, const Rule& rule) {
    const auto* mode = value.get<std::string>("mode");
    if (mode == nullptr) return;
    for (const CheckedMember& member : value.members) {
      const std::vector<std::string>& modes = find_key(rule, member.key)->modes;
      if (modes.empty() || std::find(modes.begin(), modes.end(), *mode) != modes.end()) continue;
      warn(member.key_position, member.value.path, fmt::format("`{}` has no effect with `{}`", member.key, *mode));
    }
  }

  void misplaced(const JsonMember& member, const std::string& path, const MisplacedKey& place) {
    error(member.key_position, path, place.message, place.hint);
    if (!looks_like_credential(member.key)) find_credentials(member.value.front(), path);
  }

  // In parts of the file that nobody reads a credential is still one.
  void find_credentials(const JsonNode& node, const std::string& path) {
    if (const auto* array = std::get_if<JsonArray>(&node.value)) {
      for (std::size_t i = 0; i < array->size(); ++i) find_credentials((*array)[i], fmt::format("{}[{}]", path, i));
    }
    const auto* object = std::get_if<JsonObject>(&node.value);
    if (object == nullptr) return;
    for (const JsonMember& member : *object) {
      const std::string inner = member_path(path, member.key);
      const bool container = std::holds_alternative<JsonObject>(member.value.front().value);
      if (!container && looks_like_credential(member.key)) {
        misplaced(member, inner, misplaced_credential(member.key));
      } else {
        find_credentials(member.value.front(), inner);
      }
    }
  }

  std::vector<Diagnostic> diagnostics_;
  bool fatal_ = false;
};

}  // namespace

const CheckedMember* CheckedValue::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(), [&](const CheckedMember& m) { return m.key == key; });
  return found == members.end() ? nullptr : &*found;
}

Shape check_shape(const JsonNode& root) { return ShapeChecker().check(root); }

}  // namespace unentropy
