// How a language writes comments and strings: the facts that counting lines needs, as data.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace unentropy {

// Where a comment marker counts as one.
enum class CommentPlace : std::uint8_t {
  anywhere,
  line_start,  // nothing but white space before it
  column_one,
  column_seven,   // fixed-form COBOL
  command_start,  // as line_start, or behind `;`
  after_space,    // at the start or after white space or one of `;|&(`
  unescaped,      // not behind `\`
  not_in_recipe,  // as unescaped, but in the commands of a Makefile only in front of them
  word,           // as a whole word at the start of a line, whatever its case
  dashes,         // a run of dashes that is not part of an operator
  not_bracket,    // not in front of `[`
  not_dollar,     // not behind `$`
  no_directive,   // at the start of a line, but no directive of the C preprocessor
  not_flags,      // at the start of a line, but not gettext's `#, fuzzy`
};

struct LineComment {
  std::string_view open;
  CommentPlace place = CommentPlace::anywhere;
};

struct BlockComment {
  std::string_view open;
  std::string_view close;
  bool nests = false;
  // Markers count in the first column only and take their whole line, as in POD.
  bool whole_lines = false;
  // In front of this character the opening is no comment but an instruction: `{-# LANGUAGE … #-}`. 0: none.
  char instruction = 0;
};

enum class Escape : std::uint8_t {
  none,
  backslash,
  backtick,
  doubled,  // the closing mark twice
  nix,      // the closing mark in front of `$`, `'` or `\`
};

// Code inside a string: what opens and closes it.
enum class Interpolation : std::uint8_t { none, dollar_brace, hash_brace, backslash_paren, dollar_paren, brace };

enum class StringStart : std::uint8_t {
  anywhere,
  character,        // only if it is closed behind one character: `'a` may be a lifetime or a type variable
  own_character,    // as well, and not behind a letter or digit: `foldl'`
  not_in_number,    // `1'000` holds a separator
  not_after_word,   // `isn't` is a name, `$'` a variable
  not_transposing,  // `x'` is a transposed matrix
  not_special,      // not behind `$` or `?`, as in `$'` and `?"`
  line_start,
};

struct StringRule {
  std::string_view open;
  std::string_view close;
  Escape escape = Escape::backslash;
  bool spans_lines = false;
  Interpolation interpolation = Interpolation::none;
  StringStart start = StringStart::anywhere;
};

// What no rule above can express; each is one function of the lexer, called at the characters given.
enum class Feature : std::uint8_t {
  skip_next,         // `\` in code takes the meaning of the next character
  dollar_character,  // Erlang's `$"`
  slash_regex,       // JavaScript, Groovy
  ruby_regex,
  perl_regex,
  cpp_raw_string,   // R"x(…)x"
  rust_raw_string,  // r#"…"#
  hash_raw_string,  // Swift's #"…"#
  csharp_string,    // @"…", """…"""
  raw_behind_r,     // Dart's and D's r"…"
  raw_behind_word,  // Nim's raw"…"
  r_raw_string,     // R's r"---(…)---"
  bracket,          // counts `([{` and their kin, where statements depend on it
  python_string,
  long_bracket,  // [==[…]==] and, behind a line comment's marker, the comment of that form
  here_document_shell,
  here_document_ruby,
  here_document_perl,
  here_document_php,
  here_document_terraform,
  here_string,        // PowerShell's @"…"@
  percent_literal,    // Ruby, Crystal: %q(…)
  perl_quote,         // q(…), s{…}{…}, tr/…/…/
  sigil,              // Elixir: ~r/…/
  doc_attribute,      // Elixir: @doc """…"""
  brace_quote,        // OCaml: {id|…|id}
  embedded_language,  // <script>, <style>
  php_close,          // ?>
};

struct FeatureRule {
  std::string_view characters;  // each of them may begin it
  Feature feature;
};

// Who reads a file: the general lexer, or one of its own.
enum class Reader : std::uint8_t { general, plain, yaml };

struct Syntax {
  std::vector<LineComment> line_comments = {};
  std::vector<BlockComment> block_comments = {};
  std::vector<StringRule> strings = {};
  std::vector<FeatureRule> features = {};
  Reader reader = Reader::general;
  bool comments_continue = false;  // `\` at the end of a line comment takes in the next line
  bool starts_outside = false;     // in HTML, until `<?`
  bool ends_at_data = false;       // at a line `__END__` or `__DATA__`
};

}  // namespace unentropy
