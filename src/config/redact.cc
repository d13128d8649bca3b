#include "config/redact.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/json.h"
#include "base/text.h"

namespace unentropy {
namespace {

// Anywhere in a key, of which only letters and digits count: `AWS_SECRET_ACCESS_KEY`, `npmToken2`, `db-password`.
constexpr std::array<std::string_view, 9> kCredentialWords{
    "accesskey", "apikey", "credential", "passphrase", "passwd", "password", "privatekey", "secret", "token"};

struct Shape {
  std::string_view prefix;
  std::size_t more;  // characters that must follow at least
};
constexpr std::array<Shape, 11> kShapes{{{"AKIA", 12},
                                         {"ASIA", 12},
                                         {"ghp_", 16},
                                         {"gho_", 16},
                                         {"ghu_", 16},
                                         {"ghs_", 16},
                                         {"ghr_", 16},
                                         {"github_pat_", 16},
                                         {"glpat-", 16},
                                         {"xoxb-", 16},
                                         {"xoxp-", 16}}};

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_token_character(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }
bool is_line_end(char c) { return c == '\n' || c == '\r'; }
bool is_space(char c) { return c == ' ' || c == '\t' || is_line_end(c); }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// `p\u0061ssword` is a key, too.
std::string without_ascii_escapes(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text.substr(i, 4) == "\\u00" && i + 6 <= text.size();
    const int high = escape ? hex_value(text[i + 4]) : -1;
    const int low = escape ? hex_value(text[i + 5]) : -1;
    if (high < 0 || high > 7 || low < 0) {
      result += text[i];
      continue;
    }
    result += static_cast<char>(high * 16 + low);
    i += 5;
  }
  return result;
}

// Where, in a line, the first word that credentials go by ends.
std::optional<std::size_t> end_of_credential_word(std::string_view line) {
  std::string bare;
  std::vector<std::size_t> ends;  // in the line, of each character of `bare`
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!is_alphanumeric(line[i])) continue;
    bare += line[i];
    ends.push_back(i + 1);
  }
  bare = to_lower(bare);
  std::optional<std::size_t> first;
  for (const std::string_view word : kCredentialWords) {
    const std::size_t found = bare.find(word);
    if (found == std::string::npos) continue;
    const std::size_t end = ends[found + word.size() - 1];
    if (!first || end < *first) first = end;
  }
  return first;
}

// The values under keys that look like credentials, by the tokens of JSON.
class KeyScanner {
 public:
  explicit KeyScanner(std::string_view text) : text_(text) {}

  std::vector<ByteRange> scan() {
    while (at_ < text_.size()) step();
    return std::move(ranges_);
  }

 private:
  struct Container {
    std::string key;
    bool object = false;
    bool secret = false;
  };

  void step() {
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      open(c == '{');
    } else if (c == '}' || c == ']') {
      if (!open_.empty()) open_.pop_back();
      key_.reset();
    } else if (c == ',') {
      key_.reset();
    } else if (c == ':') {
      key_ = last_;
    } else if (!is_space(c)) {
      scalar();
      return;
    }
    ++at_;
  }

  void open(bool object) {
    const bool inherited = !open_.empty() && open_.back().secret;
    const bool is_metric = object && open_.size() == 2 && open_.back().object && open_.back().key == "metrics";
    const bool secret = inherited || (!is_metric && key_ && looks_like_credential(*key_));
    open_.push_back({key_.value_or(std::string()), object, secret});
    key_.reset();
  }

  void scalar() {
    const bool is_string = text_[at_] == '"';
    const std::size_t begin = is_string ? at_ + 1 : at_;
    const std::size_t end = is_string ? end_of_string() : end_of_word();
    const bool in_secret = !open_.empty() && open_.back().secret;
    if ((in_secret || (key_ && looks_like_credential(*key_))) && end > begin) ranges_.push_back({begin, end});
    last_ = without_ascii_escapes(text_.substr(begin, std::min<std::size_t>(end - begin, 256)));
    at_ = std::min(is_string ? end + 1 : end, text_.size());
  }

  // The closing quote, or the end of the line: a JSON string never spans lines.
  std::size_t end_of_string() const {
    std::size_t i = at_ + 1;
    while (i < text_.size() && text_[i] != '"' && !is_line_end(text_[i])) {
      i += text_[i] == '\\' && i + 1 < text_.size() && !is_line_end(text_[i + 1]) ? 2U : 1U;
    }
    return std::min(i, text_.size());
  }

  std::size_t end_of_word() const { return std::min(text_.find_first_of(" \t\r\n\"{}[],:", at_ + 1), text_.size()); }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Container> open_;
  std::optional<std::string> key_;  // the scalar before the last colon, until the next comma or bracket
  std::string last_;                // the last scalar
  std::vector<ByteRange> ranges_;
};

// For text that is no JSON, where one lost quote turns keys into values: behind a word that credentials go by the rest
// of the line, and the next line if nothing but signs is left on this one.
std::vector<ByteRange> hidden_line_ends(std::string_view text) {
  std::vector<ByteRange> ranges;
  bool hide_next = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    const std::optional<std::size_t> word = end_of_credential_word(text.substr(begin, end - begin));
    if (word || hide_next) {
      const std::size_t first = std::min(begin + (hide_next ? 0 : *word), end);
      if (end > first) ranges.push_back({first, end});
      const std::string_view hidden = text.substr(first, end - first);
      hide_next = std::none_of(hidden.begin(), hidden.end(),
                               [](char c) { return is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80; });
    }
    begin = end + 1;
  }
  return ranges;
}

}  // namespace

std::string letters_and_digits(std::string_view text) {
  std::string bare = to_lower(text);
  std::erase_if(bare, [](char c) { return !is_alphanumeric(c); });
  return bare;
}

bool looks_like_credential(std::string_view key) {
  const std::string bare = letters_and_digits(key);
  const bool of_s3 = bare.size() > 2 && bare.starts_with("s3");
  return of_s3 || std::any_of(kCredentialWords.begin(), kCredentialWords.end(),
                              [&](std::string_view word) { return bare.find(word) != std::string::npos; });
}

std::vector<ByteRange> secret_shapes(std::string_view text) {
  std::vector<ByteRange> ranges;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != 'A' && c != 'g' && c != 'x') continue;
    for (const Shape& shape : kShapes) {
      if (text.compare(i, shape.prefix.size(), shape.prefix) != 0) continue;
      std::size_t end = i + shape.prefix.size();
      while (end < text.size() && is_token_character(text[end])) ++end;
      if (end - i < shape.prefix.size() + shape.more) continue;
      ranges.push_back({i, end});
      i = end - 1;
      break;
    }
  }
  return ranges;
}

std::vector<ByteRange> credential_ranges(std::string_view text) {
  std::vector<ByteRange> all = KeyScanner(text).scan();
  const auto add = [&](const std::vector<ByteRange>& more) { all.insert(all.end(), more.begin(), more.end()); };
  add(secret_shapes(text));
  const bool is_json = std::holds_alternative<JsonNode>(parse_json_with_positions(text));
  if (!is_json) add(hidden_line_ends(text));
  std::sort(all.begin(), all.end(), [](ByteRange a, ByteRange b) { return a.begin < b.begin; });
  std::vector<ByteRange> merged;
  for (const ByteRange range : all) {
    if (!merged.empty() && range.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

}  // namespace unentropy
