#include "collect/threads.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace unentropy {

std::size_t hardware_threads() { return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8); }

void run_workers(std::size_t workers, const std::function<void(std::size_t worker)>& work) {
  std::vector<std::exception_ptr> failures(workers);
  const auto guarded = [&](std::size_t worker) {
    try {
      work(worker);
    } catch (...) {
      failures[worker] = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker + 1 < workers; ++worker) threads.emplace_back(guarded, worker);
  guarded(workers - 1);
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace unentropy
