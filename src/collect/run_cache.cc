#include "collect/run_cache.h"

#include "collect/coverage.h"
#include "collect/file_facts.h"
#include "collect/junit.h"
#include "collect/tree.h"

namespace unentropy {

RunCache::RunCache() = default;
RunCache::~RunCache() = default;

std::shared_ptr<RunCache> make_run_cache() {
  auto cache = std::make_shared<RunCache>();
  cache->files = std::make_unique<FileFacts>();
  return cache;
}

}  // namespace unentropy
