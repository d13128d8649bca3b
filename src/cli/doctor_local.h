// The examination of a local history: what a run will need of the file system.
#pragma once

#include <filesystem>
#include <functional>

#include "base/clock.h"
#include "cli/doctor_report.h"

namespace unentropy {

// The checks write, read, lock, history and clean-up of `report`. Writes only below `<database file>.doctor/` and takes
// everything away again. Never throws for what the file system does.
void examine_local(const std::filesystem::path& database_file, Clock& clock, DoctorReport& report);

}  // namespace unentropy
