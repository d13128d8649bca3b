// The table of languages: names, files, syntax.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collect/compiled_syntax.h"
#include "collect/syntaxes.h"

namespace unentropy {

// Lists are separated by spaces. A language whose files differ in syntax has several rows of the same name.
struct Language {
  std::string_view name;
  std::string_view extensions;    // lower case, without the dot
  std::string_view file_names;    // exact
  std::string_view interpreters;  // of a `#!` line, without version
  std::string_view aliases;       // further names that `--language` takes
  SyntaxId syntax;
};

// In the order of the documentation. The last is for files of no known language.
const std::vector<Language>& languages();
const Language& unknown_language();

// By file name, then by the last extension, whatever its case; null if that does not tell.
const Language* language_of_name(std::string_view file_name);

// By the interpreter in the first line, if that begins with `#!`; null otherwise.
const Language* language_of_script(std::string_view text);

// The names of the languages that `--language` asks for: names, extensions and aliases, whatever their case, several
// joined by commas. Throws `Error` (usage) with a did-you-mean.
std::vector<std::string_view> languages_named(std::string_view list);

// Ready for the lexer; each is prepared once.
const CompiledSyntax& compiled_syntax(const Language& language);

// What is inside `<script …>` and `<style …>`; `tag` is the tag without its closing bracket.
const CompiledSyntax& embedded_syntax(std::string_view tag);

}  // namespace unentropy
