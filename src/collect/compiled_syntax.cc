#include "collect/compiled_syntax.h"

#include <algorithm>

namespace unentropy {

namespace {

void mark(CompiledSyntax::Table& table, char c) { table[static_cast<unsigned char>(c)] = 1; }

CompiledSyntax::Table with_line_ends() {
  CompiledSyntax::Table table{};
  mark(table, '\n');
  mark(table, '\r');
  return table;
}

}  // namespace

std::string_view interpolation_opener(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::none:
      return "";
    case Interpolation::dollar_brace:
      return "${";
    case Interpolation::hash_brace:
      return "#{";
    case Interpolation::backslash_paren:
      return "\\(";
    case Interpolation::dollar_paren:
      return "$(";
    case Interpolation::brace:
      return "{";
  }
  return "";
}

CompiledSyntax::CompiledSyntax(const Syntax& syntax) : syntax_(&syntax), code_(with_line_ends()) {
  for (std::size_t i = 0; i < syntax.line_comments.size(); ++i) {
    add(syntax.line_comments[i].open, Kind::line_comment, i);
  }
  for (std::size_t i = 0; i < syntax.block_comments.size(); ++i) {
    const BlockComment& rule = syntax.block_comments[i];
    // Around PHP there is HTML; its comments mean nothing inside.
    if (!syntax.starts_outside || rule.open != "<!--") add(rule.open, Kind::block_comment, i);
    Table table = with_line_ends();
    mark(table, rule.close.front());
    if (rule.nests) mark(table, rule.open.front());
    comments_.push_back(table);
  }
  for (std::size_t i = 0; i < syntax.strings.size(); ++i) {
    const StringRule& rule = syntax.strings[i];
    add(rule.open, Kind::string, i);
    Table table = with_line_ends();
    mark(table, rule.close.front());
    if (rule.escape == Escape::backslash) mark(table, '\\');
    if (rule.escape == Escape::backtick) mark(table, '`');
    if (rule.interpolation != Interpolation::none) mark(table, interpolation_opener(rule.interpolation).front());
    strings_.push_back(table);
  }
  for (std::size_t i = 0; i < syntax.features.size(); ++i) {
    for (std::size_t c = 0; c < syntax.features[i].characters.size(); ++c) {
      add(syntax.features[i].characters.substr(c, 1), Kind::feature, i);
    }
  }
  for (std::vector<Opener>& openers : openers_) {
    std::stable_sort(openers.begin(), openers.end(), [](const Opener& a, const Opener& b) {
      if ((a.kind == Kind::feature) != (b.kind == Kind::feature)) return a.kind == Kind::feature;
      return a.text.size() > b.text.size();
    });
  }
  code_in_string_ = code_;
  for (const char c : {'{', '}', '(', ')'}) mark(code_in_string_, c);
}

void CompiledSyntax::add(std::string_view text, Kind kind, std::size_t index) {
  const auto first = static_cast<unsigned char>(text.front());
  // A word such as REM is found whatever its case.
  const bool is_letter = (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
  const bool both_cases = kind == Kind::line_comment && is_letter;
  for (const unsigned char c : {first, static_cast<unsigned char>(both_cases ? first ^ 0x20U : first)}) {
    code_[c] = 1;
    if (slots_[c] == 0) {
      slots_[c] = static_cast<std::uint8_t>(openers_.size());
      openers_.emplace_back();
    }
    openers_[slots_[c]].push_back({text, kind, index});
    if (!both_cases) break;
  }
}

}  // namespace unentropy
