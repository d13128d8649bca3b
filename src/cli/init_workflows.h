// The workflow files that `init` writes.
#pragma once

#include <string>
#include <vector>

#include "model/storage.h"

namespace unentropy {

struct WorkflowFile {
  std::string path;  // relative to the repository
  std::string text;
};

// One that tracks pushes to `branch`, and one that measures pull requests and stores nothing. Actions of others are
// pinned to a commit.
std::vector<WorkflowFile> workflow_files(StorageType storage, const std::string& branch);

}  // namespace unentropy
