// `unentropy verify`: the configuration and nothing else.
#include "cli/track_plan.h"

namespace unentropy {

int run_verify(CommandContext& context) {
  const std::string name = context.inputs.text_or("config-file", "unentropy.json");
  const LoadedConfig loaded = load_config(checked_path(context, "config-file", name));
  print_diagnostics(context.printer, loaded.result, name, loaded.text);
  const bool valid = loaded.result.config && !loaded.result.config->unknown_storage_type;
  if (valid) context.printer.progress("`" + name + "` is valid");
  return valid ? kExitDone : kExitUsage;
}

}  // namespace unentropy
