#include "config/redact.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"

namespace unentropy {
namespace {

// Ends of keys, letters and digits only: `AWS_SECRET_ACCESS_KEY`, `npmToken`, `db-password`.
constexpr std::array<std::string_view, 15> kCredentialEndings{
    "accesskeyid", "accesskey", "secretkey", "secretid",   "secret",      "token",  "password",  "passwd",
    "passphrase",  "apikey",    "apikeyid",  "privatekey", "credentials", "bearer", "credential"};

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
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

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

// Walks over the tokens of a file as JSON would have them, without ever giving up on one that is not JSON.
class CredentialScanner {
 public:
  explicit CredentialScanner(std::string_view text) : text_(text) {}

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
    if (is_space(c)) {
      ++at_;
    } else if (c == '{' || c == '[') {
      open(c == '{');
    } else if (c == '}' || c == ']') {
      if (!open_.empty()) open_.pop_back();
      delimiter();
    } else if (c == ',') {
      delimiter();
    } else if (c == ':' || c == '=') {
      if (last_) key_ = *last_;
      ++at_;
    } else {
      scalar();
    }
  }

  void delimiter() {
    key_.reset();
    last_.reset();
    ++at_;
  }

  // A colon may be missing, and so may a comma: both the key and the scalar just before govern what follows.
  bool governed_by_credential() const {
    return (key_ && looks_like_credential(*key_)) || (last_ && looks_like_credential(*last_));
  }

  void open(bool object) {
    const bool inherited = !open_.empty() && open_.back().secret;
    const bool is_metric = object && open_.size() == 2 && open_.back().object && open_.back().key == "metrics";
    const bool secret = inherited || (!is_metric && governed_by_credential());
    open_.push_back({key_.value_or(std::string()), object, secret});
    delimiter();
  }

  void scalar() {
    const std::size_t begin = at_;
    const bool quoted = text_[at_] == '"' || text_[at_] == '\'';
    const std::size_t end = quoted ? end_of_string() : end_of_word();
    const bool closed = quoted && end < text_.size() && text_[end] == text_[begin];
    const ByteRange content{quoted ? begin + 1 : begin, end};
    const bool in_secret = !open_.empty() && open_.back().secret;
    const bool is_key = !key_ && !last_ && (open_.empty() || open_.back().object);
    at_ = closed ? end + 1 : end;
    if (!is_key && (in_secret || governed_by_credential())) redact(content, closed, quoted);
    last_ = without_ascii_escapes(text_.substr(content.begin, std::min<std::size_t>(end - content.begin, 256)));
  }

  std::size_t end_of_line(std::size_t from) const { return std::min(text_.find_first_of("\r\n", from), text_.size()); }

  // The closing quote, or the end of the line: a JSON string never spans lines.
  std::size_t end_of_string() const {
    const char quote = text_[at_];
    std::size_t i = at_ + 1;
    while (i < text_.size() && text_[i] != quote && text_[i] != '\n' && text_[i] != '\r') {
      const bool escape = text_[i] == '\\' && i + 1 < text_.size() && text_[i + 1] != '\n' && text_[i + 1] != '\r';
      i += escape ? 2U : 1U;
    }
    return std::min(i, text_.size());
  }

  std::size_t end_of_word() const { return std::min(text_.find_first_of(" \t\r\n\"'{}[],:=", at_ + 1), text_.size()); }

  void redact(ByteRange content, bool closed, bool quoted) {
    const std::size_t next = std::min(text_.find_first_not_of(" \t", at_), text_.size());
    const bool delimited =
        next == text_.size() || std::string_view(",}]\r\n").find(text_[next]) != std::string_view::npos;
    const std::string_view word = text_.substr(content.begin, content.end - content.begin);
    const bool literal = word == "true" || word == "false" || word == "null" || parse_double(word).has_value();
    // Neither a whole string nor a literal: a secret that broke the quoting, of which the rest may follow.
    if (!delimited || !(closed || (!quoted && literal))) {
      content.end = std::max(content.end, end_of_line(at_));
      at_ = content.end;
    }
    if (content.end > content.begin) ranges_.push_back(content);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Container> open_;
  std::optional<std::string> key_;   // the scalar before the last colon, until the next comma or bracket
  std::optional<std::string> last_;  // the last scalar, until the next comma or bracket
  std::vector<ByteRange> ranges_;
};

}  // namespace

bool looks_like_credential(std::string_view key) {
  std::string bare;
  for (const char c : key) {
    if (is_alphanumeric(c)) bare += c;
  }
  bare = to_lower(bare);
  if (bare.size() > 2 && bare.compare(0, 2, "s3") == 0) return true;
  return std::any_of(kCredentialEndings.begin(), kCredentialEndings.end(), [&](std::string_view ending) {
    return bare.size() >= ending.size() && bare.compare(bare.size() - ending.size(), ending.size(), ending) == 0;
  });
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
  std::vector<ByteRange> all = CredentialScanner(text).scan();
  const std::vector<ByteRange> shapes = secret_shapes(text);
  all.insert(all.end(), shapes.begin(), shapes.end());
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
