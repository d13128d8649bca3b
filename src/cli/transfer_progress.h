// What the log says about a transfer that takes its time. Nothing for the first two seconds; from then on a bar that is
// drawn again in place at a terminal, a plain line every few seconds elsewhere, and at the end one line with the total.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "cli/printer.h"

namespace unentropy {

// For `CurlOptions::progress`. Both must outlive it. One after the other, any number of transfers may report to it:
// each begins with no byte moved.
std::function<void(std::uint64_t received, std::uint64_t receive_total, std::uint64_t sent, std::uint64_t send_total)>
transfer_progress(Printer& printer, Clock& clock);

}  // namespace unentropy
