#include "collect/run_cache.h"

#include "collect/coverage.h"
#include "collect/junit.h"
#include "collect/loc_files.h"
#include "collect/tree.h"

namespace unentropy {

RunCache::RunCache() = default;
RunCache::~RunCache() = default;

std::shared_ptr<RunCache> make_run_cache() {
  auto cache = std::make_shared<RunCache>();
  cache->loc_files = std::make_unique<LocFiles>();
  return cache;
}

}  // namespace unentropy
