#include "model/phase.h"

#include "model/name_table.h"

namespace unentropy {
namespace {

constexpr NameTable<PhaseStatus, 4> kPhaseStatuses{{{PhaseStatus::done, "done"},
                                                    {PhaseStatus::warned, "warned"},
                                                    {PhaseStatus::failed, "failed"},
                                                    {PhaseStatus::skipped, "skipped"}}};

}  // namespace

std::string_view to_string(PhaseStatus status) { return kPhaseStatuses.name(status); }

}  // namespace unentropy
