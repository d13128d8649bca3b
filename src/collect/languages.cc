#include "collect/languages.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace unentropy {

namespace {

const std::vector<Language>& table() {
  static const std::vector<Language> kTable = {
      {"TypeScript", "ts tsx mts cts", "", "deno ts-node tsx bun", "", SyntaxId::javascript},
      {"JavaScript", "js jsx mjs cjs es6", "", "node nodejs", "ecmascript", SyntaxId::javascript},
      {"Python", "py pyi pyw", "SConstruct SConscript wscript", "python pypy", "", SyntaxId::python},
      {"Go", "go", "", "", "golang", SyntaxId::go},
      {"Java", "java", "", "", "", SyntaxId::java},
      {"PHP", "php php3 php4 php5 phtml", "", "php", "", SyntaxId::php},
      {"Ruby", "rb rake gemspec podspec ru", "Rakefile Gemfile Vagrantfile Podfile Brewfile Guardfile Capfile Fastfile",
       "ruby jruby", "", SyntaxId::ruby},
      {"Rust", "rs", "", "rust-script", "", SyntaxId::rust},
      {"C", "c h", "", "tcc", "", SyntaxId::c},
      {"C++", "cpp cc cxx c++ hpp hxx hh h++ ipp inl tpp txx ixx cppm", "", "", "cplusplus", SyntaxId::cpp},
      {"C#", "cs csx", "", "", "csharp", SyntaxId::csharp},
      {"CSS", "css", "", "", "", SyntaxId::css},
      {"CSS", "scss sass less styl stylus pcss postcss", "", "", "", SyntaxId::scss},
      {"HTML", "html htm xhtml", "", "", "", SyntaxId::html},
      {"SQL", "sql ddl dml psql pgsql plsql", "", "", "", SyntaxId::sql},
      {"Vue", "vue svelte astro", "", "", "", SyntaxId::html},
      {"Kotlin", "kt kts", "", "kotlin", "", SyntaxId::kotlin},
      {"Swift", "swift", "", "swift", "", SyntaxId::swift},
      {"Scala", "scala sc sbt", "", "scala", "", SyntaxId::scala},
      {"Dart", "dart", "", "dart", "", SyntaxId::dart},
      {"Erlang", "erl hrl escript", "rebar.config", "escript", "", SyntaxId::erlang},
      {"Haskell", "hs hsc hs-boot", "", "runhaskell runghc", "", SyntaxId::haskell},
      {"Lua", "lua luau", "", "lua luajit", "", SyntaxId::lua},
      {"XML",
       "xml xsd xsl xslt svg plist csproj vbproj fsproj vcxproj props targets resx xaml axml wsdl rng xmi xul "
       "xlf xliff storyboard xib nuspec ui qrc pom rss atom kml gpx",
       "", "", "", SyntaxId::xml},
      {"YAML", "yaml yml", ".clang-format .clang-tidy .clangd", "", "", SyntaxId::yaml},
      {"F#", "fs fsi fsx", "", "", "fsharp", SyntaxId::fsharp},
      {"Groovy", "groovy gradle gvy", "Jenkinsfile", "groovy", "", SyntaxId::groovy},
      {"Objective-C", "m mm", "", "", "objc objectivec objective-c++", SyntaxId::c},
      {"Perl", "pl pm perl ph pod", "", "perl", "", SyntaxId::perl},
      {"R", "r", ".Rprofile", "Rscript", "", SyntaxId::r},
      {"Crystal", "cr", "", "crystal", "", SyntaxId::crystal},
      {"Nim", "nim nims nimble", "", "", "", SyntaxId::nim},
      {"Nix", "nix", "", "", "", SyntaxId::nix},
      {"CoffeeScript", "coffee iced litcoffee", "Cakefile", "coffee", "", SyntaxId::coffee},
      {"Clojure", "clj cljs cljc edn", "", "bb", "clojurescript", SyntaxId::clojure},
      {"Julia", "jl", "", "julia", "", SyntaxId::julia},
      {"Lisp", "rkt lisp lsp el scm ss sld cl asd fnl", ".emacs", "sbcl guile racket clisp emacs",
       "racket scheme elisp emacs-lisp commonlisp", SyntaxId::lisp},
      {"JSON", "json geojson webmanifest har ipynb avsc", "composer.lock .watchmanconfig", "", "", SyntaxId::plain},
      {"JSON", "jsonc json5 code-workspace", "tsconfig.json jsconfig.json .eslintrc .babelrc .jshintrc .swcrc", "", "",
       SyntaxId::javascript},
      {"OCaml", "ml mli mll mly eliom", "", "ocaml", "", SyntaxId::ocaml},
      {"Visual Basic", "vb vbs bas frm cls vba", "", "", "visualbasic basic", SyntaxId::basic},
      {"Markdown", "md markdown mdown mkd mdx", "", "", "", SyntaxId::markdown},
      {"Shell", "sh bash zsh ksh dash ash bats ebuild eclass",
       ".bashrc .bash_profile .bash_aliases .bash_logout .profile .zshrc .zshenv .zprofile .kshrc PKGBUILD APKBUILD",
       "sh bash zsh ksh dash ash mksh bats", "bourne", SyntaxId::shell},
      {"Fish", "fish", "", "fish", "", SyntaxId::fish},
      {"PowerShell", "ps1 psm1 psd1", "", "pwsh powershell", "", SyntaxId::powershell},
      {"Batch", "bat cmd btm", "", "", "dos", SyntaxId::batch},
      {"TOML", "toml", "Cargo.lock Pipfile poetry.lock uv.lock", "", "", SyntaxId::toml},
      {"INI", "ini cfg inf editorconfig desktop service socket timer gitconfig",
       ".gitconfig .editorconfig .npmrc .pylintrc", "", "", SyntaxId::ini},
      {"Properties", "properties", "", "", "", SyntaxId::properties},
      {"Dockerfile", "dockerfile containerfile", "Dockerfile Containerfile", "", "docker", SyntaxId::hash_lines},
      {"Makefile", "mk mak make am", "Makefile makefile GNUmakefile BSDmakefile Makefile.in Makefile.am Kbuild",
       "make gmake", "", SyntaxId::makefile},
      {"CMake", "cmake", "CMakeLists.txt", "", "", SyntaxId::cmake},
      {"Meson", "", "meson.build meson_options.txt meson.options", "", "", SyntaxId::meson},
      {"Starlark", "bzl bazel star", "BUILD WORKSPACE Tiltfile BUCK", "", "bazel", SyntaxId::python},
      {"Just", "just", "justfile Justfile", "just", "", SyntaxId::hash_lines},
      {"Terraform", "tf tfvars hcl nomad", "", "", "hcl", SyntaxId::terraform},
      {"Elixir", "ex exs eex heex leex", "mix.lock", "elixir", "", SyntaxId::elixir},
      {"Zig", "zig zon", "", "", "", SyntaxId::zig},
      {"Protocol Buffers", "proto", "", "", "protobuf", SyntaxId::slashes},
      {"GraphQL", "graphql gql graphqls", "", "", "", SyntaxId::graphql},
      {"Assembly", "s asm nasm", "", "", "assembler", SyntaxId::assembly},
      {"Fortran", "f90 f95 f03 f08 f18", "", "", "", SyntaxId::fortran},
      {"Fortran", "f f77 for ftn", "", "", "", SyntaxId::fixed_fortran},
      {"Pascal", "pas pp lpr dpr dpk", "", "", "delphi", SyntaxId::pascal},
      {"Ada", "adb ads ada gpr", "", "", "", SyntaxId::ada},
      {"COBOL", "cob cbl cobol cpy", "", "", "", SyntaxId::cobol},
      {"D", "d di", "", "rdmd", "dlang", SyntaxId::d},
      {"Elm", "elm", "", "", "", SyntaxId::elm},
      {"PureScript", "purs", "", "", "", SyntaxId::haskell},
      {"Idris", "idr", "", "", "", SyntaxId::haskell},
      {"Agda", "agda", "", "", "", SyntaxId::haskell},
      {"Lean", "lean", "", "", "", SyntaxId::lean},
      {"Coq", "coq", "", "", "rocq", SyntaxId::ocaml},
      {"Standard ML", "sml sig fun", "", "", "sml", SyntaxId::ocaml},
      {"ReScript", "res resi re rei", "", "", "reason", SyntaxId::slashes},
      {"Gleam", "gleam", "", "", "", SyntaxId::slashes_only},
      {"V", "vv", "", "", "vlang", SyntaxId::go},
      {"Verilog", "v vh sv svh", "", "", "systemverilog", SyntaxId::verilog},
      {"VHDL", "vhd vhdl", "", "", "", SyntaxId::vhdl},
      {"MATLAB", "matlab octave", "", "octave", "octave", SyntaxId::matlab},
      {"Tcl", "tcl tk itcl exp", "", "tclsh wish expect", "", SyntaxId::tcl},
      {"Awk", "awk gawk mawk", "", "awk gawk mawk", "", SyntaxId::awk},
      {"Sed", "sed", "", "sed", "", SyntaxId::hash_lines},
      {"Vim script", "vim vimrc", ".vimrc .gvimrc _vimrc", "", "vim viml", SyntaxId::vim},
      {"TeX", "tex sty ltx bib dtx ins", "", "", "latex", SyntaxId::tex},
      {"Solidity", "sol", "", "", "", SyntaxId::slashes},
      {"CUDA", "cu cuh", "", "", "", SyntaxId::cpp},
      {"OpenCL", "ocl opencl", "", "", "", SyntaxId::c},
      {"GLSL", "glsl vert frag geom comp tesc tese hlsl fx wgsl metal shader cginc", "", "", "hlsl shader",
       SyntaxId::slashes},
      {"QML", "qml qbs", "", "", "", SyntaxId::javascript},
      {"ActionScript", "as", "", "", "", SyntaxId::slashes},
      {"Haxe", "hx", "", "", "", SyntaxId::slashes},
      {"Vala", "vala vapi", "", "", "", SyntaxId::java},
      {"Apex", "apex trigger", "", "", "", SyntaxId::slashes},
      {"Thrift", "thrift", "", "", "", SyntaxId::terraform},
      {"Cap'n Proto", "capnp", "", "", "capnproto", SyntaxId::hash},
      {"Jsonnet", "jsonnet libsonnet", "", "", "", SyntaxId::terraform},
      {"CUE", "cue", "", "", "", SyntaxId::slashes_only},
      {"Dhall", "dhall", "", "", "", SyntaxId::haskell},
      {"Rego", "rego", "", "", "", SyntaxId::hash},
      {"Bicep", "bicep", "", "", "", SyntaxId::slashes},
      {"Puppet", "epp", "", "puppet", "", SyntaxId::hash},
      {"Yacc", "y yy ypp", "", "", "bison", SyntaxId::cpp},
      {"Lex", "l ll lpp lex", "", "", "flex", SyntaxId::cpp},
      {"Linker script", "ld lds", "", "", "", SyntaxId::c},
      {"Device tree", "dts dtsi", "", "", "", SyntaxId::c},
      {"Raku", "raku rakumod p6 pl6 pm6", "", "raku perl6", "perl6", SyntaxId::hash},
      {"Janet", "janet", "", "janet", "", SyntaxId::hash},
      {"Prolog", "prolog plg", "", "swipl", "", SyntaxId::prolog},
      {"Smalltalk", "st", "", "", "", SyntaxId::smalltalk},
      {"Forth", "4th forth fth", "", "gforth", "", SyntaxId::forth},
      {"ABAP", "abap", "", "", "", SyntaxId::abap},
      {"AutoHotkey", "ahk", "", "", "", SyntaxId::autohotkey},
      {"AppleScript", "applescript", "", "osascript", "", SyntaxId::applescript},
      {"Stan", "stan", "", "", "", SyntaxId::terraform},
      {"Odin", "odin", "", "", "", SyntaxId::go},
      {"Mojo", "mojo", "", "", "", SyntaxId::python},
      {"GDScript", "gd", "", "", "", SyntaxId::python},
      {"Nushell", "nu", "", "nu", "", SyntaxId::hash},
      {"Jinja", "j2 jinja jinja2 twig njk liquid", "", "", "twig template", SyntaxId::jinja},
      {"ERB", "erb ejs jsp jspx", "", "", "", SyntaxId::erb},
      {"Handlebars", "hbs handlebars mustache", "", "", "mustache", SyntaxId::handlebars},
      {"Pug", "pug jade", "", "", "jade", SyntaxId::slashes_only},
      {"Gettext", "po pot", "", "", "", SyntaxId::gettext},
      {"reStructuredText", "rst", "", "", "rest", SyntaxId::plain},
      {"AsciiDoc", "adoc asciidoc", "", "", "", SyntaxId::asciidoc},
      {"Org", "org", "", "", "", SyntaxId::org},
      {"CSV", "csv tsv", "", "", "", SyntaxId::plain},
      {"Text", "txt text", "", "", "plain", SyntaxId::plain},
      {"Other", "", "", "", "unknown", SyntaxId::plain},
  };
  return kTable;
}

std::vector<std::string_view> words(std::string_view list) {
  std::vector<std::string_view> result;
  for (const std::string_view word : split(list, ' ')) {
    if (!word.empty()) result.push_back(word);
  }
  return result;
}

using Index = std::unordered_map<std::string_view, const Language*>;

Index index_by(std::string_view Language::*list) {
  Index index;
  for (const Language& language : table()) {
    for (const std::string_view word : words(language.*list)) index.emplace(word, &language);
  }
  return index;
}

const Language* look_up(const Index& index, std::string_view key) {
  const auto found = index.find(key);
  return found == index.end() ? nullptr : found->second;
}

// `python3.11` is Python.
std::string_view without_version(std::string_view program) {
  const std::size_t end = program.find_last_not_of("0123456789.-");
  return program.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

const std::map<std::string, const Language*>& index_of_names() {
  static const std::map<std::string, const Language*> kIndex = [] {
    std::map<std::string, const Language*> index;
    for (const Language& language : table()) {
      const std::string name = to_lower(language.name);
      index.emplace(name, &language);
      index.emplace(replace_all(name, " ", ""), &language);
    }
    for (const Language& language : table()) {
      for (const std::string_view word : words(language.extensions)) index.emplace(std::string(word), &language);
      for (const std::string_view word : words(language.aliases)) index.emplace(std::string(word), &language);
    }
    return index;
  }();
  return kIndex;
}

const Language& language_named(std::string_view name) {
  const std::string key = to_lower(trim(name));
  const auto& index = index_of_names();
  if (const auto found = index.find(key); found != index.end()) return *found->second;
  std::vector<std::string> names;
  for (const Language& language : table()) names.emplace_back(language.name);
  for (const auto& [known, language] : index) names.push_back(known);
  const auto near = nearest(key, names);
  throw Error(ErrorKind::usage, fmt::format("unknown language {}", in_ticks(name)),
              near ? fmt::format("did you mean `{}`?", *near)
                   : "take a name or an extension, for example `TypeScript` or `ts`");
}

}  // namespace

const std::vector<Language>& languages() { return table(); }
const Language& unknown_language() { return table().back(); }

const Language* language_of_name(std::string_view file_name) {
  static const Index kByName = index_by(&Language::file_names);
  static const Index kByExtension = index_by(&Language::extensions);
  if (const Language* language = look_up(kByName, file_name)) return language;
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == file_name.size()) return nullptr;
  constexpr std::size_t kLongest = 16;
  const std::string_view extension = file_name.substr(dot + 1);
  if (extension.size() <= kLongest) {
    std::array<char, kLongest> lower{};
    std::transform(extension.begin(), extension.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    if (const Language* language = look_up(kByExtension, {lower.data(), extension.size()})) return language;
  }
  // `Dockerfile.test`
  return file_name.starts_with("Dockerfile.") ? look_up(kByName, "Dockerfile") : nullptr;
}

const Language* language_of_script(std::string_view text) {
  if (!text.starts_with("#!")) return nullptr;
  static const Index kByInterpreter = index_by(&Language::interpreters);
  const std::string_view line = trim(text.substr(2, std::min(text.find_first_of("\r\n"), std::size_t{256}) - 2));
  // `/usr/bin/env -S python3 -u`: the first word that is no option, without its folder.
  for (const std::string_view part : words(line)) {
    const std::string_view program = part.substr(part.rfind('/') + 1);
    if (program == "env" || program.starts_with('-') || program.find('=') != std::string_view::npos) continue;
    return look_up(kByInterpreter, without_version(program));
  }
  return nullptr;
}

std::vector<std::string_view> languages_named(std::string_view list) {
  std::vector<std::string_view> result;
  for (const std::string_view name : split(list, ',')) result.push_back(language_named(name).name);
  return result;
}

namespace {

const CompiledSyntax& compiled(SyntaxId id) {
  static const std::vector<CompiledSyntax> kAll = [] {
    std::vector<CompiledSyntax> all;
    for (std::size_t i = 0; i < kSyntaxCount; ++i) all.emplace_back(syntax_of(static_cast<SyntaxId>(i)));
    return all;
  }();
  return kAll[static_cast<std::size_t>(id)];
}

}  // namespace

const CompiledSyntax& compiled_syntax(const Language& language) { return compiled(language.syntax); }

const CompiledSyntax& embedded_syntax(std::string_view tag) {
  const std::string text = to_lower(tag);
  const auto says = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  if (text.starts_with("<style")) {
    const bool has_line_comments = says("scss") || says("less") || says("sass") || says("stylus");
    return compiled(has_line_comments ? SyntaxId::scss : SyntaxId::css);
  }
  if (says("template") || says("json") || says("text/html") || says("text/plain"))
    return compiled(SyntaxId::plain_code);
  return compiled(SyntaxId::javascript);
}

}  // namespace unentropy
