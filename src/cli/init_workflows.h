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

// One that tracks pushes to `branch`, and the quality gate of pull requests onto it. Actions of others are
// pinned to a commit.
std::vector<WorkflowFile> workflow_files(StorageType storage, const std::string& branch);

// Uploads the file `database` of a branch `unentropy-import-…` as the artifact `artifact`.
std::string seed_workflow(const std::string& artifact, const std::string& database);

}  // namespace unentropy
