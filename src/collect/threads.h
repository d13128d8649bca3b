// Work on several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace unentropy {

// How many threads are worth having here: at least 1, at most 8.
std::size_t hardware_threads();

// Calls `work(worker)` for worker = 0 … workers - 1, each on a thread of its own (the last on the calling one), and
// waits for all. If some throw, the exception of the lowest worker is thrown on.
void run_workers(std::size_t workers, const std::function<void(std::size_t worker)>& work);

}  // namespace unentropy
