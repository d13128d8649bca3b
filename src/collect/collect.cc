#include "collect/collect.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "collect/collector.h"
#include "collect/command_line.h"
#include "collect/shell.h"
#include "collect/threads.h"

namespace unentropy {

namespace {

std::string number_text(const MetricValue& value) {
  const double* number = std::get_if<double>(&value);
  return number != nullptr ? shortest_digits(*number) : std::get<std::string>(value);
}

// Runs the shell commands on the calling thread, in order, and the built-in collectors on threads beside it. What a
// command writes may be what a later collector reads, so a collector starts when all commands in front of it are
// done. The listener hears everything on the calling thread, in the order of the configuration.
class Collection {
 public:
  Collection(const CollectRequest& request, ProcessRunner& runner, Clock& clock, const CollectListener& listener)
      : request_(request), runner_(runner), clock_(clock), listener_(listener), results_(request.metrics.size()) {
    for (const Metric& metric : request.metrics) plan(metric);
    arrange();
  }

  std::vector<MetricOutcome> run() {
    std::vector<std::thread> threads;
    const std::size_t wanted = std::min<std::size_t>(built_in_.size(), hardware_threads());
    for (std::size_t i = 0; i < wanted; ++i) threads.emplace_back([this] { run_built_in(); });
    try {
      run_in_order();
    } catch (...) {
      stop();
      for (std::thread& thread : threads) thread.join();
      throw;
    }
    for (std::thread& thread : threads) thread.join();
    std::vector<MetricOutcome> outcomes;
    for (std::optional<Measured>& result : results_) outcomes.push_back(std::move(result->outcome));
    return outcomes;
  }

 private:
  struct Task {
    std::optional<std::vector<std::string>> tokens;  // absent: for the shell
    std::optional<MetricFailure> broken;             // the command cannot even be split
    std::size_t commands_before = 0;
    int effort = 0;
  };

  static constexpr int kLittle = -1;

  void plan(const Metric& metric) {
    Task task;
    task.commands_before = commands_;
    try {
      task.tokens = collector_tokens(metric.command);
    } catch (const Error& error) {
      task.broken = MetricFailure{reason_of(error), {}};
    }
    if (!task.broken && !task.tokens) ++commands_;
    if (task.tokens) built_in_.push_back(tasks_.size());
    tasks_.push_back(std::move(task));
  }

  // What takes longest first, so that no processor is left alone with it at the end. What only looks differently at
  // what another metric has read comes last: earlier it would have to wait for that one.
  void arrange() {
    std::set<std::pair<std::size_t, std::string>> subjects;  // of one thing, in one epoch
    for (const std::size_t index : built_in_) {
      Task& task = tasks_[index];
      try {
        const CollectorCommand command(*task.tokens);
        const int effort = command.effort();
        const std::string subject =
            fmt::format("{} {} {}", command.spec().name, effort, join(command.arguments(), "\n"));
        const bool is_first = subjects.emplace(task.commands_before, subject).second;
        task.effort = is_first ? effort : std::min(effort, kLittle);
      } catch (const Error&) {
        task.effort = kLittle;  // running it tells what is wrong
      }
    }
    std::stable_sort(built_in_.begin(), built_in_.end(), [this](std::size_t a, std::size_t b) {
      return std::pair(tasks_[a].commands_before, -tasks_[a].effort) <
             std::pair(tasks_[b].commands_before, -tasks_[b].effort);
    });
    if (built_in_.size() > 1) cache_ = make_run_cache();
  }

  void run_in_order() {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      if (tasks_[i].tokens) continue;
      tell_finished(Wait::no);
      if (told_finished_ == i) tell_started(i);
      show(i, MetricProgress::running);
      store(i, run_command(i));
    }
    tell_finished(Wait::yes);
  }

  void tell_started(std::size_t index) {
    if (told_started_ > index) return;
    told_started_ = index + 1;
    if (listener_.started) listener_.started(request_.metrics[index]);
  }

  enum class Wait { no, yes };

  // Tells of every metric that is done, as far as those in front of it are done too.
  void tell_finished(Wait wait) {
    for (; told_finished_ < tasks_.size(); ++told_finished_) {
      const std::size_t index = told_finished_;
      if (wait == Wait::yes) tell_started(index);
      {
        std::unique_lock lock(mutex_);
        if (wait == Wait::yes) changed_.wait(lock, [&] { return results_[index].has_value(); });
        if (!results_[index]) return;
      }
      tell_started(index);
      if (listener_.finished) listener_.finished(results_[index]->outcome, results_[index]->log);
    }
  }

  void show(std::size_t index, MetricProgress progress) {
    if (!listener_.progress) return;
    const std::lock_guard lock(progress_mutex_);
    listener_.progress(index, progress);
  }

  void store(std::size_t index, Measured measured) {
    show(index, measured.outcome.succeeded() ? MetricProgress::done : MetricProgress::failed);
    const std::lock_guard lock(mutex_);
    results_[index] = std::move(measured);
    if (!tasks_[index].tokens && !tasks_[index].broken) ++commands_done_;
    changed_.notify_all();
  }

  Measured run_command(std::size_t index) {
    const Metric& metric = request_.metrics[index];
    const Task& task = tasks_[index];
    Measured failed{{metric, MetricFailure{}, Milliseconds{0}, {}}, {}};
    if (task.broken) {
      failed.outcome.result = *task.broken;
    } else if (request_.interrupted && request_.interrupted()) {
      failed.outcome.result = MetricFailure{"interrupted", {}};
    } else if (!request_.allow_shell) {
      failed.outcome.result = MetricFailure{"shell commands are not trusted in this run", {}};
    } else {
      return run_shell_metric(metric, request_, runner_);
    }
    return failed;
  }

  // What a thread does: takes the built-in metrics one after the other.
  void run_built_in() {
    for (;;) {
      std::size_t index = 0;
      {
        std::unique_lock lock(mutex_);
        if (stopped_ || next_built_in_ == built_in_.size()) return;
        index = built_in_[next_built_in_++];
        changed_.wait(lock, [&] { return stopped_ || commands_done_ >= tasks_[index].commands_before; });
        if (stopped_) return;
      }
      show(index, MetricProgress::running);
      store(index, measure(index));
    }
  }

  Measured measure(std::size_t index) {
    const Metric& metric = request_.metrics[index];
    Measured measured{{metric, MetricFailure{}, Milliseconds{0}, {}}, {}};
    const auto start = clock_.steady();
    try {
      if (request_.interrupted && request_.interrupted()) throw Error(ErrorKind::unavailable, "interrupted");
      take(run_collector(*tasks_[index].tokens, context_of(index)), measured);
    } catch (const Error& error) {
      measured.outcome.result = MetricFailure{reason_of(error), {}};
    } catch (const std::exception& error) {
      measured.outcome.result = MetricFailure{fmt::format("internal error: {}", single_line(error.what())), {}};
    }
    measured.outcome.duration = std::chrono::duration_cast<Milliseconds>(clock_.steady() - start);
    return measured;
  }

  void take(CollectorResult result, Measured& measured) {
    MetricOutcome& outcome = measured.outcome;
    if (outcome.metric.type == MetricType::label) {
      outcome.result = MetricValue(shortest_digits(result.value));
    } else {
      outcome.result = MetricValue(result.value);
    }
    outcome.notices = std::move(result.notices);
    measured.log = number_text(outcome.value()) + "\n";
    if (!result.show_details) return;
    for (const DetailTable& table : result.details) measured.log += render_table(table);
  }

  CollectContext context_of(std::size_t index) const {
    CollectContext context{request_.base_directory, request_.working_directory, request_.sources, clock_};
    context.timeout = request_.metrics[index].timeout;
    context.interrupted = [this] { return stopping_ || (request_.interrupted && request_.interrupted()); };
    if (!request_.allow_shell) context.confined_to = request_.working_directory;
    context.cache = cache_;
    context.epoch = tasks_[index].commands_before;
    return context;
  }

  void stop() {
    stopping_ = true;
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

  const CollectRequest& request_;
  ProcessRunner& runner_;
  Clock& clock_;
  const CollectListener& listener_;
  std::vector<Task> tasks_;
  std::vector<std::size_t> built_in_;
  std::size_t commands_ = 0;
  std::shared_ptr<RunCache> cache_;  // null: there is nobody to share with
  std::atomic<bool> stopping_ = false;

  // How many metrics, from the first on, the listener was told of.
  std::size_t told_started_ = 0;
  std::size_t told_finished_ = 0;
  std::mutex progress_mutex_;

  std::mutex mutex_;  // of all that follows

  std::condition_variable changed_;
  std::vector<std::optional<Measured>> results_;
  std::size_t next_built_in_ = 0;
  std::size_t commands_done_ = 0;
  bool stopped_ = false;
};

}  // namespace

std::vector<MetricOutcome> collect_metrics(const CollectRequest& request, ProcessRunner& runner, Clock& clock,
                                           const CollectListener& listener) {
  return Collection(request, runner, clock, listener).run();
}

}  // namespace unentropy
