// The insides of comments, strings and what else has rules of its own.
#include <cstring>

#include "collect/lexer.h"
#include "collect/lexer_text.h"

namespace unentropy {

namespace {

// Code in strings in code in strings …
constexpr std::size_t kDeepest = 1000;

bool is_name(char c) { return is_word(c) || c == '-'; }

}  // namespace

// The end of the line in hand: its first line end, or the end of the piece.
char* Lexer::line_end() const {
  const auto rest = static_cast<std::size_t>(end_ - p_);
  auto* feed_end = static_cast<char*>(std::memchr(p_, '\n', rest + 1));
  auto* carriage = static_cast<char*>(std::memchr(p_, '\r', static_cast<std::size_t>(feed_end - p_)));
  return carriage != nullptr ? carriage : feed_end;
}

void Lexer::remember_comment(const char* from, const char* to) {
  const char* q = from;
  while (q > begin_ && q != skip_to_ && (is_blank(q[-1]) || is_line_end(q[-1]))) --q;
  if (skip_to_ == nullptr || q != skip_to_) skip_from_ = from;
  skip_to_ = to;
}

void Lexer::scan_rest_of_line_comment() {
  const Syntax& syntax = syntax_.syntax();
  char* const from = p_;
  char* end = line_end();
  while (p_ < end && is_blank(*p_)) ++p_;
  if (p_ < end) lines_->see_comment();
  if (syntax.starts_outside) {
    const std::string_view text(p_, static_cast<std::size_t>(end - p_));
    if (const std::size_t close = text.find("?>"); close != std::string_view::npos) {
      p_ += close;
      mode_ = Mode::code;
      return;
    }
  }
  const bool continues = syntax.comments_continue && end > from && end[-1] == '\\';
  p_ = end;
  if (p_ == end_) return;
  remember_comment(from, p_);
  if (!continues) {
    mode_ = Mode::code;
    return;
  }
  newline();
}

void Lexer::scan_comment() {
  const BlockComment* rule = comment_close_.size == 0 ? &syntax_.syntax().block_comments[comment_rule_] : nullptr;
  const std::string_view close = rule != nullptr ? rule->close : comment_close_.view();
  const CompiledSyntax::Table& table = rule != nullptr ? syntax_.comment(comment_rule_) : string_table_;
  for (;;) {
    if (!lines_->has_comment()) {
      while (is_blank(*p_)) ++p_;
      if (!is_line_end(*p_)) lines_->see_comment();
    }
    while (table[static_cast<unsigned char>(*p_)] == 0) ++p_;
    if (is_line_end(*p_)) {
      if (p_ == end_) return;
      newline();
    } else if (matches(close)) {
      p_ += close.size();
      if (--comment_depth_ == 0) return end_comment();
    } else if (rule != nullptr && rule->nests && matches(rule->open)) {
      p_ += rule->open.size();
      ++comment_depth_;
    } else {
      ++p_;
    }
  }
}

void Lexer::end_comment() {
  comment_close_ = {};
  if (skip_to_ == nullptr) skip_from_ = begin_;  // it began in an earlier piece
  skip_to_ = p_;
  const bool is_markup =
      syntax_.syntax().starts_outside && syntax_.syntax().block_comments[comment_rule_].open == "<!--";
  mode_ = is_markup ? Mode::outside : Mode::code;
}

// From a marker in the first column to the line of the closing marker, that line included.
void Lexer::scan_whole_line_comment() {
  const std::string_view close = syntax_.syntax().block_comments[comment_rule_].close;
  while (p_ < end_) {
    const bool is_last = at_column_one() && matches(close) && !is_word(p_[close.size()]);
    char* const end = line_end();
    while (p_ < end && is_blank(*p_)) ++p_;
    if (p_ < end) lines_->see_comment();
    p_ = end;
    if (p_ == end_) return;
    if (is_last) {
      mode_ = Mode::code;
      return;
    }
    newline();
  }
}

void Lexer::begin_string(const OpenString& string, std::size_t opener_size) {
  if (!string.is_docstring) lines_->see_code();
  p_ += opener_size;
  string_ = string;
  prepare_string_table();
  mode_ = Mode::string;
}

void Lexer::prepare_string_table() {
  const auto mark = [this](char c) { string_table_[static_cast<unsigned char>(c)] = 1; };
  string_table_.fill(0);
  mark('\n');
  mark('\r');
  mark(string_.close.text[0]);
  if (string_.escape == Escape::backslash) mark('\\');
  if (string_.escape == Escape::backtick) mark('`');
  if (string_.nest_open != 0) mark(string_.nest_open);
  if (string_.interpolation != Interpolation::none) mark(interpolation_opener(string_.interpolation).front());
}

void Lexer::scan_string() {
  const std::string_view close = string_.close.view();
  const std::string_view code = interpolation_opener(string_.interpolation);
  const char escape = string_.escape == Escape::backslash ? '\\' : string_.escape == Escape::backtick ? '`' : '\0';
  for (;;) {
    while (is_blank(*p_)) ++p_;
    if (!is_line_end(*p_)) {
      if (string_.is_docstring) {
        lines_->see_undecided();
      } else {
        lines_->see_code();
      }
    }
    while (string_table_[static_cast<unsigned char>(*p_)] == 0) ++p_;
    const char c = *p_;
    if (is_line_end(c)) {
      if (p_ == end_) return;
      if (!string_.spans_lines) return end_string();
      newline();
    } else if (string_.interpolation == Interpolation::brace && matches("{{")) {
      p_ += 2;
    } else if (!code.empty() && matches(code) && frames_.size() < kDeepest) {
      p_ += code.size();
      frames_.push_back({string_, 0});
      mode_ = Mode::code;
      return;
    } else if (matches(close) && string_.depth == 0) {
      p_ += close.size();
      if (string_.escape == Escape::doubled && matches(close)) {
        p_ += close.size();
      } else if (string_.escape == Escape::nix && (*p_ == '$' || *p_ == '\'' || *p_ == '\\')) {
        ++p_;
      } else {
        return end_string();
      }
    } else if (escape != '\0' && c == escape) {
      ++p_;
      if (p_ == end_) return;
      if (is_line_end(*p_)) {
        newline();
      } else {
        ++p_;
      }
    } else {
      if (string_.nest_open != 0 && c == string_.nest_open) ++string_.depth;
      if (string_.nest_open != 0 && c == string_.close.text[0] && string_.depth > 0) --string_.depth;
      ++p_;
    }
  }
}

void Lexer::end_string() {
  mode_ = Mode::code;
  if (string_.is_docstring) return end_docstring();
  lines_->see_code();
  if (string_.second_part) begin_second_part();
}

// `"""…"""` in the place of a statement is a comment unless something follows that makes it part of an expression.
void Lexer::end_docstring() {
  constexpr std::ptrdiff_t kFarthest = 400;
  const char* q = p_;
  while (is_blank(*q)) ++q;
  bool is_alone = is_line_end(*q) || *q == '#' || *q == ';';
  if (is_line_end(*q)) {
    while (q < end_ && q - p_ < kFarthest && (is_blank(*q) || is_line_end(*q))) ++q;
    is_alone = q >= end_ || std::string_view(")]},.%").find(*q) == std::string_view::npos;
  }
  if (!is_alone) return lines_->decide_code();
  lines_->decide_comment();
  remember_comment(p_, p_);
}

// In s{…}{…} the replacement has brackets of its own, which may stand on a later line; in s/…/…/ it shares a slash.
void Lexer::begin_second_part() {
  OpenString second = string_;
  second.second_part = false;
  second.depth = 0;
  if (string_.nest_open == 0) return begin_string(second, 0);
  while (p_ < end_ && (is_blank(*p_) || is_line_end(*p_))) {
    if (is_line_end(*p_)) {
      newline();
    } else {
      ++p_;
    }
  }
  if (p_ == end_ || is_word(*p_) || *p_ == '#' || *p_ == ';') return;
  const char open = *p_;
  const char close[] = {closing(open)};
  second.close.assign({close, 1});
  second.nest_open = close[0] != open ? open : '\0';
  begin_string(second, 1);
}

// Lines up to one that is nothing but the announced word.
void Lexer::scan_here_document() {
  while (p_ < end_) {
    const HereDocument& document = here_documents_[next_here_document_];
    char* const end = line_end();
    char* q = p_;
    while (q < end && is_blank(*q)) ++q;
    if (q < end) lines_->see_code();
    char* const id = document.indented ? q : p_;
    const std::string_view line(id, static_cast<std::size_t>(end - id));
    const std::size_t size = document.id.size;
    if (line.starts_with(document.id.view()) &&
        (line.size() == size || (document.code_may_follow && !is_name(line[size])))) {
      p_ = id + size;
      if (++next_here_document_ < here_documents_.size()) {
        p_ = end;
        if (p_ == end_) return;
        newline();
        continue;
      }
      here_documents_.clear();
      next_here_document_ = 0;
      mode_ = Mode::code;
      return;
    }
    p_ = end;
    if (p_ == end_) return;
    newline();
  }
}

// HTML around PHP: code, but for its comments.
void Lexer::scan_outside() {
  const std::vector<BlockComment>& comments = syntax_.syntax().block_comments;
  for (;;) {
    while (is_blank(*p_)) ++p_;
    if (is_line_end(*p_)) {
      if (p_ == end_) return;
      newline();
      continue;
    }
    if (matches("<?") && !matches("<?xml")) {
      lines_->see_code();
      p_ += 2;
      mode_ = Mode::code;
      return;
    }
    if (matches("<!--")) {
      for (std::size_t i = 0; i < comments.size(); ++i) {
        if (comments[i].open == "<!--") comment_rule_ = i;
      }
      lines_->see_comment();
      p_ += 4;
      comment_depth_ = 1;
      mode_ = Mode::comment;
      return;
    }
    lines_->see_code();
    ++p_;
    while (!is_line_end(*p_) && *p_ != '<') ++p_;
  }
}

// Script or style up to the closing tag, whatever that stands in.
void Lexer::scan_embedded() {
  char* close = p_;
  while (close < end_ && !(*close == '<' && close[1] == '/' && matches_word(close + 2, embedded_end_))) {
    auto* const next = static_cast<char*>(std::memchr(close + 1, '<', static_cast<std::size_t>(end_ - close - 1)));
    close = next != nullptr ? next : end_;
  }
  const char kept = *close;
  *close = '\n';
  embedded_->lex(p_, close, at_column_one() ? p_ : nullptr, *lines_);
  *close = kept;
  if (embedded_->line_begin_ != nullptr) line_begin_ = embedded_->line_begin_;
  p_ = close;
  if (close == end_) return;
  embedded_.reset();
  mode_ = Mode::code;
}

// Behind __END__ nothing is code.
void Lexer::scan_data() {
  while (p_ < end_) {
    char* const end = line_end();
    while (p_ < end && is_blank(*p_)) ++p_;
    if (p_ < end) lines_->see_comment();
    p_ = end;
    if (p_ == end_) return;
    newline();
  }
}

}  // namespace unentropy
