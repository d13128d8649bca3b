#include "base/glob.h"

#include <algorithm>

#include "base/glob_program.h"

namespace unentropy {

bool has_glob_characters(std::string_view text) { return text.find_first_of("*?[]{}") != std::string_view::npos; }

struct Glob::Impl {
  std::string pattern;
  GlobProgram program;
};

Glob::Glob(std::string_view pattern)
    : impl_(std::make_unique<Impl>(Impl{std::string(pattern), compile_glob(pattern)})) {}
Glob::~Glob() = default;
Glob::Glob(Glob&&) noexcept = default;
Glob& Glob::operator=(Glob&&) noexcept = default;

bool Glob::matches(std::string_view path) const { return glob_matches(impl_->program, path); }

bool Glob::could_match_below(std::string_view path) const { return glob_below(impl_->program, path).possible; }

std::string Glob::literal_prefix() const { return glob_literal_prefix(impl_->pattern); }

struct PatternList::Impl {
  struct Entry {
    GlobProgram program;
    std::string literal_prefix;
    bool negative = false;
  };
  std::vector<Entry> entries;
  // All patterns are negative: everything that is not hidden is in at first.
  bool all_negative = true;
};

PatternList::PatternList(const std::vector<std::string>& patterns) : impl_(std::make_unique<Impl>()) {
  for (std::string_view pattern : patterns) {
    // `!(…)` at the beginning is a group of the dialect, as in shells.
    const bool negative = pattern.starts_with('!') && !pattern.starts_with("!(");
    if (negative) pattern.remove_prefix(1);
    impl_->all_negative = impl_->all_negative && negative;
    impl_->entries.push_back({compile_glob(pattern), glob_literal_prefix(pattern), negative});
  }
  if (impl_->all_negative) impl_->entries.insert(impl_->entries.begin(), {compile_glob("**"), "", false});
}

PatternList::~PatternList() = default;
PatternList::PatternList(PatternList&&) noexcept = default;
PatternList& PatternList::operator=(PatternList&&) noexcept = default;

bool PatternList::accepts(std::string_view path) const {
  const auto decides = std::find_if(impl_->entries.rbegin(), impl_->entries.rend(),
                                    [&](const Impl::Entry& entry) { return glob_matches(entry.program, path); });
  return decides != impl_->entries.rend() && !decides->negative;
}

bool PatternList::could_accept_below(std::string_view directory) const {
  bool all_shown_excluded = false;
  for (auto entry = impl_->entries.rbegin(); entry != impl_->entries.rend(); ++entry) {
    const GlobBelow below = glob_below(entry->program, directory);
    if (entry->negative) {
      all_shown_excluded = all_shown_excluded || below.certain;
    } else if (below.possible && (!all_shown_excluded || entry->program.names_hidden)) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> PatternList::literal_prefixes() const {
  std::vector<std::string> result;
  if (impl_->all_negative) return result;
  for (const Impl::Entry& entry : impl_->entries) {
    if (!entry.negative) result.push_back(entry.literal_prefix);
  }
  return result;
}

}  // namespace unentropy
