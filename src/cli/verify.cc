// `unentropy verify`: the configuration and nothing else.
#include "cli/project.h"

namespace unentropy {

int run_verify(CommandContext& context) {
  const Project project = load_project(context);
  if (project.config.unknown_storage_type) return kExitUsage;
  context.printer.progress("`" + context.inputs.text_or("config-file", "unentropy.json") + "` is valid");
  return kExitDone;
}

}  // namespace unentropy
