// Run records with every kind of overlap, and what a history holds in the end, for property tests.
#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "model/run_record.h"

namespace unentropy::testing {

// Matrix jobs and attempts of few builds: same build, same attempt, same time, same metric, changing definitions, some
// removals. The names are `record-00`, `record-01`, …
std::vector<RunRecord> random_records(std::mt19937& random, int count);

// Every value with the origin that decides about it, every build, every definition, removal and folded record of a
// closed history; no ids, no order of insertion. Fails the test if the file is not sound.
std::vector<std::string> contents(const std::filesystem::path& path);

}  // namespace unentropy::testing
