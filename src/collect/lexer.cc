#include "collect/lexer.h"

#include <algorithm>
#include <cstring>

#include "collect/lexer_text.h"

namespace unentropy {

Lexer::Lexer(const CompiledSyntax& syntax) : syntax_(syntax) { reset(); }
Lexer::~Lexer() = default;

void Lexer::reset() {
  mode_ = syntax_.syntax().starts_outside ? Mode::outside : Mode::code;
  comment_depth_ = 0;
  comment_close_ = {};
  frames_.clear();
  here_documents_.clear();
  next_here_document_ = 0;
  brackets_ = 0;
  operand_expected_ = true;
  embedded_.reset();
  line_begin_ = end_ = begin_ = nullptr;
}

bool Lexer::Mark::assign(std::string_view from) {
  if (from.size() > text.size()) return false;
  std::copy(from.begin(), from.end(), text.begin());
  size = static_cast<std::uint8_t>(from.size());
  return true;
}

void Lexer::feed(char* text, std::size_t size, LineCounter& lines) {
  std::memset(text - kRoom, '\n', kRoom);
  std::memset(text + size, '\n', kRoom);
  lex(text, text + size, line_begin_ == end_ ? text : nullptr, lines);
}

// Behind `end` there is a line end that belongs to nothing: no inner loop needs to look where the text ends.
void Lexer::lex(char* begin, char* end, char* line_begin, LineCounter& lines) {
  lines_ = &lines;
  begin_ = p_ = begin;
  end_ = end;
  line_begin_ = line_begin;
  skip_from_ = skip_to_ = no_regex_before_ = nullptr;
  run();
  if (mode_ == Mode::code) operand_expected_ = operand_expected(Feature::slash_regex);
}

void Lexer::run() {
  while (p_ < end_) {
    switch (mode_) {
      case Mode::code:
        scan_code();
        break;
      case Mode::comment:
        scan_comment();
        break;
      case Mode::whole_line_comment:
        scan_whole_line_comment();
        break;
      case Mode::rest_of_line_comment:
        scan_rest_of_line_comment();
        break;
      case Mode::string:
        scan_string();
        break;
      case Mode::here_document:
        scan_here_document();
        break;
      case Mode::outside:
        scan_outside();
        break;
      case Mode::embedded:
        scan_embedded();
        break;
      case Mode::data:
        scan_data();
        break;
    }
  }
}

// Returns at the end of the piece or when the mode changes.
void Lexer::scan_code() {
  while (mode_ == Mode::code) {
    const CompiledSyntax::Table& table = frames_.empty() ? syntax_.code() : syntax_.code_in_string();
    if (!lines_->has_code()) {
      while (is_blank(*p_)) ++p_;
      if (*p_ == '_' && syntax_.syntax().ends_at_data && at_column_one() &&
          (matches("__END__") || matches("__DATA__"))) {
        lines_->see_code();
        mode_ = Mode::data;
        return;
      }
    }
    char* q = p_;
    while (table[static_cast<unsigned char>(*q)] == 0) ++q;
    if (q != p_) lines_->see_code();
    p_ = q;
    const char c = *p_;
    if (is_line_end(c)) {
      if (p_ == end_) return;
      newline_in_code();
    } else if (!open_at(static_cast<unsigned char>(c)) && !(!frames_.empty() && count_bracket(c))) {
      lines_->see_code();
      ++p_;
    }
  }
}

void Lexer::newline() {
  if (*p_ == '\r' && p_[1] == '\n' && p_ + 1 != end_) ++p_;
  ++p_;
  lines_->end_line();
  line_begin_ = p_;
}

void Lexer::newline_in_code() {
  newline();
  // A string that cannot span lines has been left open, and the code inside it with it.
  while (!frames_.empty() && !frames_.back().string.spans_lines) frames_.pop_back();
  if (!here_documents_.empty()) mode_ = Mode::here_document;
}

// Whether a comment, string or feature begins at `p_`; if so, `p_` is behind its opening.
bool Lexer::open_at(unsigned char c) {
  for (const CompiledSyntax::Opener& opener : syntax_.openers(c)) {
    if (open_one(opener)) return true;
  }
  return false;
}

bool Lexer::open_one(const CompiledSyntax::Opener& opener) {
  const Syntax& syntax = syntax_.syntax();
  switch (opener.kind) {
    case CompiledSyntax::Kind::feature:
      return open_feature(syntax.features[opener.index].feature);
    case CompiledSyntax::Kind::line_comment:
      return open_line_comment(syntax.line_comments[opener.index]);
    case CompiledSyntax::Kind::block_comment:
      return open_block_comment(syntax.block_comments[opener.index], opener.index);
    case CompiledSyntax::Kind::string:
      return open_string(syntax.strings[opener.index], opener.index);
  }
  return false;
}

bool Lexer::open_line_comment(const LineComment& rule) {
  if (rule.place == CommentPlace::word ? !matches_word(p_, rule.open) : !matches(rule.open)) return false;
  if (!comment_may_start(rule)) return false;
  mode_ = Mode::rest_of_line_comment;
  return true;
}

bool Lexer::comment_may_start(const LineComment& rule) const {
  const char before = p_[-1];
  switch (rule.place) {
    case CommentPlace::anywhere:
      return true;
    case CommentPlace::line_start:
    case CommentPlace::word:
      return at_line_start();
    case CommentPlace::column_one:
      return at_column_one();
    case CommentPlace::column_seven:
      return line_begin_ != nullptr && p_ - line_begin_ == 6;
    case CommentPlace::command_start: {
      const char* q = p_;
      while (q > begin_ && is_blank(q[-1])) --q;
      return q[-1] == ';' || at_line_start();
    }
    case CommentPlace::after_space:
      return at_line_start() || is_blank(before) || std::string_view(";|&()`").find(before) != std::string_view::npos;
    case CommentPlace::unescaped:
      return before != '\\';
    case CommentPlace::not_in_recipe:
      if (line_begin_ != nullptr && *line_begin_ == '\t') return at_line_start();
      return before != '\\';
    case CommentPlace::dashes: {
      const char* q = p_;
      while (*q == '-') ++q;
      return !is_operator(*q) && !is_operator(before);
    }
    case CommentPlace::not_bracket:
      return p_[rule.open.size()] != '[';
    case CommentPlace::not_dollar:
      return before != '$';
    case CommentPlace::no_directive:
      return at_line_start() && !is_directive(p_ + 1);
    case CommentPlace::not_flags:
      return at_line_start() && p_[1] != ',';
  }
  return true;
}

bool Lexer::open_block_comment(const BlockComment& rule, std::size_t index) {
  if (!matches(rule.open)) return false;
  if (rule.whole_lines) {
    if (!at_column_one() || !is_letter(p_[1])) return false;
    comment_rule_ = index;
    mode_ = Mode::whole_line_comment;
    return true;
  }
  const char next = p_[rule.open.size()];
  if (rule.instruction != 0 && next == rule.instruction) return false;
  if (rule.open == "(*" && next == ')') return false;  // the operator of multiplication
  remember_comment(p_, p_);
  lines_->see_comment();
  p_ += rule.open.size();
  comment_rule_ = index;
  comment_depth_ = 1;
  mode_ = Mode::comment;
  return true;
}

bool Lexer::string_may_start(const StringRule& rule) const {
  const char before = p_[-1];
  switch (rule.start) {
    case StringStart::anywhere:
      return true;
    case StringStart::character:
      return closes_as_character(p_);
    case StringStart::own_character:
      return !is_word(before) && closes_as_character(p_);
    case StringStart::not_in_number:
      return !is_word(before) || !is_digit(*word_start(begin_, p_));
    case StringStart::not_after_word:
      return !is_word(before) && before != '$';
    case StringStart::not_transposing:
      return !is_word(before) && std::string_view(")]}'.").find(before) == std::string_view::npos;
    case StringStart::not_special:
      return before != '$' && (before != '?' || is_word(p_[-2]));
    case StringStart::line_start:
      return at_line_start();
  }
  return true;
}

bool Lexer::open_string(const StringRule& rule, std::size_t index) {
  if (!matches(rule.open) || !string_may_start(rule)) return false;
  lines_->see_code();
  const bool is_simple = !rule.spans_lines && rule.close.size() == 1 && rule.interpolation == Interpolation::none;
  if (is_simple) {
    const CompiledSyntax::Table& table = syntax_.string(index);
    char* q = p_ + rule.open.size();
    for (;;) {
      while (table[static_cast<unsigned char>(*q)] == 0) ++q;
      if (is_line_end(*q)) {
        if (q == end_) break;
        p_ = q;
        return true;
      }
      if (*q == rule.close.front()) {
        if (rule.escape != Escape::doubled || q[1] != *q) {
          p_ = q + 1;
          return true;
        }
        q += 2;
      } else if (is_line_end(q[1])) {
        break;  // goes on in the next line
      } else {
        q += 2;
      }
    }
  }
  OpenString string;
  string.close.assign(rule.close);
  string.escape = rule.escape;
  string.interpolation = rule.interpolation;
  string.spans_lines = rule.spans_lines;
  begin_string(string, rule.open.size());
  return true;
}

// Code inside a string ends with the bracket that matches the one it began with.
bool Lexer::count_bracket(char c) {
  Frame& frame = frames_.back();
  const bool is_paren = interpolation_opener(frame.string.interpolation).back() == '(';
  if (c == (is_paren ? '(' : '{')) {
    ++frame.depth;
    return false;
  }
  if (c != (is_paren ? ')' : '}')) return false;
  if (frame.depth > 0) {
    --frame.depth;
    return false;
  }
  lines_->see_code();
  ++p_;
  string_ = frame.string;
  frames_.pop_back();
  prepare_string_table();
  mode_ = Mode::string;
  return true;
}

bool Lexer::matches(std::string_view text) const { return std::memcmp(p_, text.data(), text.size()) == 0; }

bool Lexer::at_line_start() const {
  if (line_begin_ == nullptr) return false;
  const char* q = p_;
  while (q > line_begin_ && is_blank(q[-1])) --q;
  return q == line_begin_;
}

// The last character of code before `p_`, over white space, line ends and comments; null if there is none.
const char* Lexer::last_code() const {
  const char* q = p_;
  while (q > begin_) {
    if (q == skip_to_ && skip_from_ < skip_to_) {
      q = skip_from_;
    } else if (is_blank(q[-1]) || is_line_end(q[-1])) {
      --q;
    } else {
      return q - 1;
    }
  }
  return nullptr;
}

}  // namespace unentropy
