#include "cli/phases.h"

#include "base/text.h"
#include "cli/run_tables.h"

namespace unentropy {

Phase run_phase(CommandContext& context, const std::string& name, OnError on_error,
                const std::function<void(Phase&)>& body) {
  Phase phase;
  phase.name = name;
  const auto start = context.clock.steady();
  context.printer.begin_group(name);
  try {
    body(phase);
  } catch (const Error& error) {
    phase.error = error;
  } catch (const std::exception& error) {
    phase.error =
        Error(ErrorKind::internal, name + ": " + single_line(error.what()), "please report this with the log");
  }
  phase.duration = std::chrono::duration_cast<Milliseconds>(context.clock.steady() - start);
  if (phase.error) {
    phase.status = on_error == OnError::warn ? PhaseStatus::warned : PhaseStatus::failed;
    phase.detail = single_line(phase.error->message(), 300);
  }
  context.printer.end_group();
  context.printer.progress(phase_line(phase));
  return phase;
}

Phase skipped_phase(CommandContext& context, const std::string& name, std::string why) {
  Phase phase;
  phase.name = name;
  phase.status = PhaseStatus::skipped;
  phase.detail = std::move(why);
  context.printer.progress(phase_line(phase));
  return phase;
}

void stop_if_interrupted(const CommandContext& context) {
  if (context.interrupted && context.interrupted()) {
    throw Error(ErrorKind::unavailable, "the run was interrupted", "run the job again");
  }
}

}  // namespace unentropy
