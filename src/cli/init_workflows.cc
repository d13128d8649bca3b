#include "cli/init_workflows.h"

#include "base/text.h"
#include "github/artifacts.h"

namespace unentropy {
namespace {

constexpr std::string_view kHead =
    R"(# Written by `unentropy init`. Put the place of the program where OWNER stands, and a commit of it where main stands.
name: @NAME@
on:
  @EVENT@:
    branches: ["@BRANCH@"]
permissions:
  contents: read
@PERMISSIONS@jobs:
  metrics:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    steps:
@CHECKOUT@      # Build and test the project here if metrics need what that leaves: a coverage report, a bundle.
      - name: Build unentropy
        run: |
          git init --quiet "$RUNNER_TEMP/unentropy"
          cd "$RUNNER_TEMP/unentropy"
          git fetch --quiet --depth 1 https://github.com/OWNER/unentropy main
          git checkout --quiet FETCH_HEAD
          ./dev build
)";

constexpr std::string_view kCheckout =
    R"(      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
)";

constexpr std::string_view kSeed =
    R"(# Written by `unentropy import seed-workflow`. A push of the database to a branch @BRANCH@… makes it the artifact
# with which the history begins. The branch can be deleted when the run is done.
name: Begin the metrics history
on:
  push:
    branches: ["@BRANCH@*"]
permissions:
  contents: read
jobs:
  seed:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
@CHECKOUT@      - name: Upload the history
        uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
        with:
          name: @ARTIFACT@
          path: @DATABASE@
          if-no-files-found: error
          retention-days: 90
)";

constexpr std::string_view kTrack = R"(      - name: Track metrics
        uses: OWNER/unentropy@main
)";

// On pull requests the history is only read, and a comment is written.
constexpr std::string_view kGate = R"(      - name: Quality gate
        uses: OWNER/unentropy/quality-gate@main
)";

constexpr std::string_view kBinary = R"(        with:
          binary: ${{ runner.temp }}/unentropy/build/release/unentropy
)";

constexpr std::string_view kS3 = R"(          storage-type: sqlite-s3
          s3-endpoint: https://s3.eu-central-1.amazonaws.com # yours
          s3-bucket: my-metrics # yours
          s3-region: eu-central-1 # yours
          s3-access-key-id: ${{ secrets.METRICS_ACCESS_KEY_ID }}
          s3-secret-access-key: ${{ secrets.METRICS_SECRET_ACCESS_KEY }}
)";

std::string head(std::string_view name, std::string_view event, const std::string& branch,
                 std::string_view permissions) {
  std::string text = replace_all(kHead, "@NAME@", name);
  text = replace_all(text, "@CHECKOUT@", kCheckout);
  text = replace_all(text, "@EVENT@", event);
  text = replace_all(text, "@PERMISSIONS@", permissions);
  return replace_all(text, "@BRANCH@", branch);
}

// A YAML scalar in double quotes, of a text without control characters.
std::string quoted(const std::string& text) {
  return "\"" + replace_all(replace_all(single_line(text), "\\", "\\\\"), "\"", "\\\"") + "\"";
}

}  // namespace

std::vector<WorkflowFile> workflow_files(StorageType storage, const std::string& branch) {
  const bool s3 = storage == StorageType::sqlite_s3;
  const std::string reads_artifacts = s3 ? "" : "  actions: read\n";
  // A local file would be gone after the job.
  const std::string action = std::string(kBinary) + std::string(s3 ? kS3 : "          storage-type: sqlite-artifact\n");
  return {{".github/workflows/metrics.yml", head("Metrics", "push", branch, reads_artifacts) + std::string(kTrack) +
                                                action + (s3 ? "" : "          artifact-download: true\n")},
          {".github/workflows/metrics-pull-request.yml",
           head("Quality gate", "pull_request", branch, reads_artifacts + "  pull-requests: write\n") +
               std::string(kGate) + action}};
}

std::string seed_workflow(const std::string& artifact, const std::string& database) {
  std::string text = replace_all(kSeed, "@CHECKOUT@", kCheckout);
  text = replace_all(text, "@BRANCH@", kSeedBranch);
  text = replace_all(text, "@ARTIFACT@", quoted(artifact));
  return replace_all(text, "@DATABASE@", quoted(database));
}

}  // namespace unentropy
