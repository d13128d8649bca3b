// Taking over everything that another history holds.
#pragma once

#include "history/difference.h"
#include "history/history.h"

namespace unentropy {

// Inside the caller's transaction on `mine`.
AbsorbReport absorb_history(const Source& theirs, const Source& mine, Instant now, Damage damage);

}  // namespace unentropy
