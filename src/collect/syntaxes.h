// The table of syntaxes. Several languages may share one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "collect/syntax.h"

namespace unentropy {

enum class SyntaxId : std::uint8_t {
  plain,  // read line by line: nothing is a comment
  abap,
  ada,
  applescript,
  asciidoc,
  assembly,
  autohotkey,
  awk,
  basic,
  batch,
  c,
  clojure,
  cmake,
  cobol,
  coffee,
  cpp,
  crystal,
  csharp,
  css,
  d,
  dart,
  elixir,
  elm,
  erb,
  erlang,
  fish,
  fixed_fortran,
  forth,
  fortran,
  fsharp,
  go,
  graphql,
  groovy,
  handlebars,
  gettext,
  hash,        // `#`, strings of one line
  hash_lines,  // `#` at the start of a line, no strings
  haskell,
  html,
  ini,
  java,
  javascript,
  jinja,
  julia,
  kotlin,
  lean,
  lisp,
  lua,
  makefile,
  markdown,
  matlab,
  meson,
  nim,
  nix,
  ocaml,
  org,
  pascal,
  perl,
  php,
  plain_code,  // the same inside another file
  powershell,
  prolog,
  properties,
  python,
  r,
  ruby,
  rust,
  scala,
  scss,
  shell,
  slashes,       // `//`, `/* */`, strings of one line
  slashes_only,  // `//`, strings of one line
  smalltalk,
  sql,
  swift,
  tcl,
  terraform,
  tex,
  toml,
  verilog,
  vhdl,
  vim,
  xml,
  yaml,
  zig,
};

inline constexpr std::size_t kSyntaxCount = static_cast<std::size_t>(SyntaxId::zig) + 1;

const Syntax& syntax_of(SyntaxId id);

}  // namespace unentropy
