// What begins in ways that no table can say: regular expressions, here documents, quotes of Ruby, Perl and Elixir.
#include <algorithm>
#include <cstring>

#include "collect/languages.h"
#include "collect/lexer.h"
#include "collect/lexer_text.h"

namespace unentropy {

namespace {

// Behind these words a value follows, so a slash begins a regular expression.
constexpr std::string_view kScriptWords[] = {"await", "case", "delete", "do",    "else",   "in",   "instanceof",
                                             "new",   "of",   "return", "throw", "typeof", "void", "yield"};
constexpr std::string_view kRubyWords[] = {"and",  "case",   "do",   "else",   "elsif", "if",   "in",    "not",  "or",
                                           "puts", "return", "then", "unless", "until", "when", "while", "yield"};
constexpr std::string_view kPerlWords[] = {"and",   "cmp",  "else",   "elsif", "eq",     "ge",    "grep",  "gt",
                                           "if",    "join", "le",     "lt",    "map",    "ne",    "not",   "or",
                                           "print", "push", "return", "split", "unless", "until", "while", "x"};

bool expects_value(Feature dialect, std::string_view word) {
  const auto holds = [word](const auto& words) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
  };
  if (dialect == Feature::ruby_regex) return holds(kRubyWords);
  return dialect == Feature::perl_regex ? holds(kPerlWords) : holds(kScriptWords);
}

bool contains(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

// Whether the parenthesis that ends at `close` belongs to `if (…)` or the like, behind which a statement follows.
bool closes_condition(const char* begin, const char* close) {
  constexpr std::ptrdiff_t kFarthest = 200;
  int depth = 0;
  for (const char* q = close; q > begin && close - q < kFarthest; --q) {
    if (*q == ')') ++depth;
    if (*q != '(' || --depth > 0) continue;
    while (q > begin && is_blank(q[-1])) --q;
    const std::string_view word = word_before(begin, q);
    return word == "if" || word == "while" || word == "for" || word == "with";
  }
  return false;
}

}  // namespace

bool Lexer::open_feature(Feature feature) {
  switch (feature) {
    case Feature::skip_next:
      if (is_line_end(p_[1])) return false;
      lines_->see_code();
      p_ += 2;
      return true;
    case Feature::dollar_character:
      if (is_line_end(p_[1])) return false;
      lines_->see_code();
      p_ += p_[1] == '\\' && !is_line_end(p_[2]) ? 3 : 2;
      return true;
    case Feature::php_close:
      if (p_[1] != '>') return false;
      lines_->see_code();
      p_ += 2;
      mode_ = Mode::outside;
      return true;
    case Feature::slash_regex:
    case Feature::ruby_regex:
    case Feature::perl_regex:
      return open_regex(feature);
    case Feature::cpp_raw_string:
      return open_cpp_raw_string();
    case Feature::rust_raw_string:
      return open_rust_raw_string();
    case Feature::hash_raw_string:
      return open_hash_raw_string();
    case Feature::csharp_string:
      return open_csharp_string();
    case Feature::raw_behind_r:
      return open_raw_string_behind_r();
    case Feature::raw_behind_word:
      return open_raw_string_behind_word();
    case Feature::r_raw_string:
      return open_r_raw_string();
    case Feature::bracket:
      return open_bracket();
    case Feature::python_string:
      return open_python_string();
    case Feature::long_bracket:
      return open_long_bracket();
    case Feature::here_document_shell:
    case Feature::here_document_ruby:
    case Feature::here_document_perl:
    case Feature::here_document_php:
    case Feature::here_document_terraform:
      return open_here_document(feature);
    case Feature::here_string:
      return open_here_string();
    case Feature::percent_literal:
      return open_percent_literal();
    case Feature::perl_quote:
      return open_perl_quote();
    case Feature::sigil:
      return open_sigil();
    case Feature::doc_attribute:
      return open_doc_attribute();
    case Feature::brace_quote:
      return open_brace_quote();
    case Feature::embedded_language:
      return open_embedded_language();
  }
  return false;
}

// Whether a value is due at `p_`, rather than an operator: then `/` begins a regular expression.
bool Lexer::operand_expected(Feature dialect) const {
  const char* const last = last_code();
  if (last == nullptr) return operand_expected_;
  const char c = *last;
  const bool is_ruby = dialect == Feature::ruby_regex;
  if (is_word(c) || c == '$') {
    const std::string_view word = word_before(begin_, last + 1);
    const bool is_variable = !word.empty() && word.data() > begin_ && contains("$@%&", word.data()[-1]);
    if (!is_variable && expects_value(dialect, word)) return true;
    // `puts /x/`: a Ruby method takes its argument without parentheses.
    return is_ruby && !is_variable && is_blank(p_[-1]) && !is_blank(p_[1]) && p_[1] != '=' && !is_digit(c);
  }
  if (c == ')') return dialect == Feature::slash_regex && closes_condition(begin_, last);
  if (c == '}') return at_line_start();
  if (c == ']' || c == '"' || c == '\'' || c == '`') return false;
  if ((c == '+' || c == '-') && last > begin_ && last[-1] == c) return false;
  return true;
}

bool Lexer::open_regex(Feature dialect) {
  const bool is_script = dialect == Feature::slash_regex;
  if (p_ < no_regex_before_) return false;
  // In JSX `</a>` closes a tag and `/>` ends one.
  if (is_script && (p_[1] == '/' || p_[1] == '*' || p_[1] == '>' || p_[-1] == '<')) return false;
  if (!operand_expected(dialect)) return false;
  bool in_class = false;
  char* q = p_ + 1;
  for (; !is_line_end(*q); ++q) {
    if (*q == '\\') {
      if (is_line_end(q[1])) break;
      ++q;
    } else if (*q == '[') {
      in_class = true;
    } else if (*q == ']') {
      in_class = false;
    } else if (*q == '/' && (!in_class || !is_script)) {
      lines_->see_code();
      p_ = q + 1;
      return true;
    }
  }
  no_regex_before_ = q;
  return false;
}

bool Lexer::open_bracket() {
  if (contains("([{", *p_)) {
    ++brackets_;
  } else if (brackets_ > 0) {
    --brackets_;
  }
  lines_->see_code();
  ++p_;
  return true;
}

bool Lexer::announce_here_document(Feature dialect, std::string_view id, bool indented) {
  constexpr std::size_t kMost = 100;
  HereDocument document;
  if (here_documents_.size() >= kMost || id.empty() || !document.id.assign(id)) return false;
  document.indented = indented;
  document.code_may_follow = dialect == Feature::here_document_php;
  here_documents_.push_back(document);
  lines_->see_code();
  return true;
}

bool Lexer::open_here_document(Feature dialect) {
  const bool is_php = dialect == Feature::here_document_php;
  const bool is_shell = dialect == Feature::here_document_shell;
  if (!matches(is_php ? "<<<" : "<<")) return false;
  char* q = p_ + (is_php ? 3 : 2);
  if (!is_php && *q == '<') return false;
  bool indented = is_php;
  if (*q == '-' || (*q == '~' && !is_shell)) {
    indented = true;
    ++q;
  } else if (!is_shell && !is_php && (is_word(p_[-1]) || contains(")]}", p_[-1]))) {
    return false;  // a shift
  }
  while ((is_php || is_shell) && is_blank(*q)) ++q;
  if (is_shell && *q == '\\') ++q;
  const char quote = contains("\"'`", *q) ? *q++ : '\0';
  char* const id = q;
  while (quote != '\0' ? *q != quote && !is_line_end(*q) : is_word(*q)) ++q;
  if (quote != '\0' && *q != quote) return false;
  if (quote == '\0' && (is_digit(*id) || (!indented && !is_shell && *id >= 'a' && *id <= 'z'))) return false;
  // In `$((1 << n))` it is a shift as well.
  if (is_shell) {
    char* r = p_;
    while (r > begin_ && !is_line_end(r[-1]) && p_ - r < 200 && !(r[-1] == '(' && r[0] == '(')) --r;
    if (r > begin_ && r[-1] == '(' && r[0] == '(') return false;
  }
  if (!announce_here_document(dialect, {id, static_cast<std::size_t>(q - id)}, indented)) return false;
  p_ = quote != '\0' ? q + 1 : q;
  return true;
}

bool Lexer::open_here_string() {
  const char* q = p_ + 2;
  while (is_blank(*q)) ++q;
  if (!contains("\"'", p_[1]) || !is_line_end(*q)) return false;
  const char id[] = {p_[1], '@'};
  if (!announce_here_document(Feature::here_document_php, {id, 2}, false)) return false;
  p_ += 2;
  return true;
}

bool Lexer::open_delimited(std::size_t opener_size, char open, Escape escape, Interpolation interpolation,
                           bool second_part) {
  const char close[] = {closing(open)};
  OpenString string;
  string.close.assign({close, 1});
  string.nest_open = close[0] != open ? open : '\0';
  string.escape = escape;
  string.interpolation = interpolation;
  string.second_part = second_part;
  begin_string(string, opener_size);
  return true;
}

// Ruby's and Crystal's %w[…], %q(…), %(…).
bool Lexer::open_percent_literal() {
  const bool is_typed = is_letter(p_[1]);
  if (is_typed && !contains("qQwWiIrsx", p_[1])) return false;
  const std::size_t at = is_typed ? 2 : 1;
  const char open = p_[at];
  if (!contains(is_typed ? "([{<|!/^-_~" : "([{<|!/", open) || !operand_expected(Feature::ruby_regex)) return false;
  const bool is_plain = is_typed && contains("qwis", p_[1]);
  return open_delimited(at + 1, open, Escape::backslash, is_plain ? Interpolation::none : Interpolation::hash_brace,
                        false);
}

// Perl's q(…), qq{…}, qw/…/, m!…!, s{…}{…}, tr/…/…/, y/…/…/.
bool Lexer::open_perl_quote() {
  const char before = p_[-1];
  if (is_word(before) || contains("$@%&->:\\", before)) return false;
  std::size_t size = 1;
  if ((*p_ == 'q' && contains("qwrx", p_[1])) || (*p_ == 't' && p_[1] == 'r')) size = 2;
  if (*p_ == 't' && size == 1) return false;
  const char* q = p_ + size;
  while (is_blank(*q)) ++q;
  const bool is_apart = q != p_ + size;
  if (!contains(is_apart ? "([{</|!" : "([{</|!#'\"~^@", *q)) return false;
  const char* const last = last_code();
  if (last != nullptr && word_before(begin_, last + 1) == "sub") return false;
  const bool has_second = *p_ == 's' || *p_ == 'y' || *p_ == 't';
  const auto opener_size = static_cast<std::size_t>(q + 1 - p_);
  return open_delimited(opener_size, *q, Escape::backslash, Interpolation::none, has_second);
}

// Elixir's ~r/…/, ~s(…), ~S"""…""".
bool Lexer::open_sigil() {
  if (!is_letter(p_[1])) return false;
  const char* q = p_ + 1;
  while (is_letter(*q) && q - p_ < 16) ++q;
  if (!contains("/|\"'([{<", *q)) return false;
  const bool is_raw = p_[1] >= 'A' && p_[1] <= 'Z';
  const Escape escape = is_raw ? Escape::none : Escape::backslash;
  const Interpolation interpolation = is_raw ? Interpolation::none : Interpolation::hash_brace;
  const auto opener_size = static_cast<std::size_t>(q - p_);
  if ((*q == '"' || *q == '\'') && q[1] == *q && q[2] == *q) {
    OpenString string;
    string.close.assign({q, 3});
    string.escape = escape;
    string.interpolation = interpolation;
    begin_string(string, opener_size + 3);
    return true;
  }
  return open_delimited(opener_size + 1, *q, escape, interpolation, false);
}

// The documentation of what follows, a comment as a docstring of Python is.
bool Lexer::open_doc_attribute() {
  if (!at_line_start()) return false;
  char* q = p_ + 1;
  while (is_letter(*q)) ++q;
  const std::string_view name(p_ + 1, static_cast<std::size_t>(q - p_ - 1));
  if (name != "doc" && name != "moduledoc" && name != "typedoc") return false;
  while (*q == ' ' || *q == '\t') ++q;
  OpenString string;
  string.escape = Escape::backslash;
  string.is_docstring = true;
  if (*q == '~' && (q[1] == 'S' || q[1] == 's')) {
    if (q[1] == 'S') string.escape = Escape::none;
    q += 2;
  }
  if ((*q != '"' && *q != '\'') || q[1] != *q || q[2] != *q) return false;
  string.close.assign({q, 3});
  lines_->see_undecided();
  begin_string(string, static_cast<std::size_t>(q + 3 - p_));
  return true;
}

bool Lexer::open_embedded_language() {
  constexpr std::ptrdiff_t kLongestTag = 1000;
  const bool is_script = matches_word(p_ + 1, "script");
  if (!is_script && !matches_word(p_ + 1, "style")) return false;
  char quote = '\0';
  char* q = p_ + 6;
  for (; q < end_ && q - p_ < kLongestTag && (quote != '\0' || *q != '>'); ++q) {
    if (quote == '\0' && (*q == '"' || *q == '\'')) {
      quote = *q;
    } else if (*q == quote) {
      quote = '\0';
    }
  }
  if (q >= end_ || *q != '>') return false;
  const std::string_view tag(p_, static_cast<std::size_t>(q - p_));
  for (; p_ <= q;) {
    if (is_line_end(*p_)) {
      newline();
    } else {
      if (!is_blank(*p_)) lines_->see_code();
      ++p_;
    }
  }
  if (tag.ends_with('/')) return true;
  embedded_ = std::make_unique<Lexer>(embedded_syntax(tag));
  embedded_end_ = is_script ? "script" : "style";
  mode_ = Mode::embedded;
  return true;
}

}  // namespace unentropy
