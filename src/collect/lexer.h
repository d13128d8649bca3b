// Tells code from comments, for any language that a `Syntax` describes. Text comes in pieces, so that memory does not
// grow with the file; no token is stored, so that a file costs no allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "collect/compiled_syntax.h"
#include "collect/lexer_text.h"
#include "collect/line_counter.h"

namespace unentropy {

class Lexer {
 public:
  // Text is lexed in place. There must be this many bytes of room on both sides, which are overwritten.
  static constexpr std::size_t kRoom = 64;

  // `syntax` must outlive the lexer.
  explicit Lexer(const CompiledSyntax& syntax);
  ~Lexer();
  Lexer(const Lexer&) = delete;
  Lexer& operator=(const Lexer&) = delete;

  // The next piece of the file: whole lines, unless a line is longer than any buffer.
  void feed(char* text, std::size_t size, LineCounter& lines);
  // Forgets everything; ready for the next file.
  void reset();

 private:
  enum class Mode : std::uint8_t {
    code,
    comment,             // of a block rule, or in long brackets
    whole_line_comment,  // POD and its kin
    rest_of_line_comment,
    string,
    here_document,
    outside,   // HTML around PHP
    embedded,  // script or style in HTML
    data,      // behind __END__
  };

  // A text that ends a string or comment and is known only when it begins.
  struct Mark {
    std::array<char, 38> text{};
    std::uint8_t size = 0;
    std::string_view view() const { return {text.data(), size}; }
    bool assign(std::string_view from);  // false if it is too long
  };

  // A string that is open, whether a rule of the table or a feature began it.
  struct OpenString {
    Mark close;
    Escape escape = Escape::none;
    Interpolation interpolation = Interpolation::none;
    bool spans_lines = true;
    bool is_docstring = false;  // or may be one
    bool second_part = false;   // another part follows, as in s{…}{…}
    char nest_open = 0;         // the bracket that `close` closes, where they must match; 0: they need not
    std::uint32_t depth = 0;    // of those brackets
  };
  // A string around the code in hand.
  struct Frame {
    OpenString string;
    std::uint32_t depth = 0;  // of brackets in the code
  };
  struct HereDocument {
    Mark id;
    bool indented = false;
    bool code_may_follow = false;
  };

  // lexer.cc
  void lex(char* begin, char* end, char* line_begin, LineCounter& lines);
  void run();
  void scan_code();
  bool open_at(unsigned char c);
  bool open_one(const CompiledSyntax::Opener& opener);
  bool open_line_comment(const LineComment& rule);
  bool open_block_comment(const BlockComment& rule, std::size_t index);
  bool open_string(const StringRule& rule, std::size_t index);
  bool comment_may_start(const LineComment& rule) const;
  bool string_may_start(const StringRule& rule) const;
  bool count_bracket(char c);
  void newline();
  void newline_in_code();

  // lexer_bodies.cc: the insides of comments and strings
  void scan_comment();
  void scan_whole_line_comment();
  void scan_rest_of_line_comment();
  void scan_string();
  void scan_here_document();
  void scan_outside();
  void scan_embedded();
  void scan_data();
  void begin_string(const OpenString& string, std::size_t opener_size);
  void prepare_string_table();
  void end_string();
  void begin_second_part();
  void end_docstring();
  void end_comment();
  void remember_comment(const char* from, const char* to);
  char* line_end() const;

  // lexer_features.cc, lexer_quotes.cc: one function for each feature of syntax.h
  bool open_feature(Feature feature);
  bool open_regex(Feature dialect);
  bool open_cpp_raw_string();
  bool open_rust_raw_string();
  bool open_hash_raw_string();
  bool open_csharp_string();
  bool open_raw_string_behind_r();
  bool open_raw_string_behind_word();
  bool open_r_raw_string();
  bool open_python_string();
  bool open_bracket();
  bool open_long_bracket();
  bool open_here_document(Feature dialect);
  bool open_here_string();
  bool open_percent_literal();
  bool open_perl_quote();
  bool open_sigil();
  bool open_doc_attribute();
  bool open_brace_quote();
  bool open_embedded_language();
  bool announce_here_document(Feature dialect, std::string_view id, bool indented);
  bool open_raw(std::string_view close, std::size_t opener_size);
  bool open_delimited(std::size_t opener_size, char open, Escape escape, Interpolation interpolation, bool second_part);

  // What stands around `p_`.
  bool at_column_one() const { return p_ == line_begin_; }
  bool at_line_start() const;
  bool matches(std::string_view text) const;
  const char* last_code() const;
  std::string_view word_in_front() const { return word_before(begin_, p_); }
  bool operand_expected(Feature dialect) const;

  const CompiledSyntax& syntax_;
  LineCounter* lines_ = nullptr;
  char* begin_ = nullptr;
  char* p_ = nullptr;
  char* end_ = nullptr;
  char* line_begin_ = nullptr;  // null while in a line that began in an earlier piece

  Mode mode_ = Mode::code;
  std::size_t comment_rule_ = 0;
  std::uint32_t comment_depth_ = 0;
  Mark comment_close_;  // of long brackets; empty: that of the rule
  OpenString string_;
  std::vector<Frame> frames_;                 // outermost first
  std::vector<HereDocument> here_documents_;  // announced, in order
  std::size_t next_here_document_ = 0;
  CompiledSyntax::Table string_table_{};
  std::uint32_t brackets_ = 0;
  bool operand_expected_ = true;  // at the start of the piece
  // The latest comments with only white space between them, for looking back over.
  const char* skip_from_ = nullptr;
  const char* skip_to_ = nullptr;
  // On this line a regular expression was found not to be closed; trying again would take quadratic time.
  const char* no_regex_before_ = nullptr;
  std::unique_ptr<Lexer> embedded_;
  std::string_view embedded_end_;
};

}  // namespace unentropy
