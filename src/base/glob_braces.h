// Brace expansion of path patterns, used by `Glob`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace unentropy {

// The patterns that a pattern with `{a,b}`, `{1..3}`, `{01..10..2}` and `{a..e}` stands for, as bash expands
// them: outermost first, nested, an escaped or unbalanced brace and one without `,` or `..` is itself.
// Throws `Error` (usage) beyond 1,024 results or 256 KiB of them.
std::vector<std::string> expand_braces(std::string_view pattern);

}  // namespace unentropy
