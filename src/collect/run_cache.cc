#include "collect/run_cache.h"

#include "collect/coverage.h"
#include "collect/tree.h"

namespace unentropy {

std::shared_ptr<RunCache> make_run_cache() { return std::make_shared<RunCache>(); }

}  // namespace unentropy
