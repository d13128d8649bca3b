#include "cli/history_storage.h"

#include <utility>

#include <fmt/format.h>

#include "sync/local_file.h"

namespace unentropy {
namespace {

// A cancelled workflow gives a step some seven seconds before it is killed.
constexpr std::chrono::seconds kLastWords{3};

OnCorrupt on_corrupt_of(const std::string& choice) {
  if (choice == "recreate") return OnCorrupt::recreate;
  return choice == "fail" ? OnCorrupt::fail : OnCorrupt::restore;
}

}  // namespace

HistoryStorage::HistoryStorage(CommandContext& context, StoragePlan plan, std::filesystem::path temporary)
    : context_(context), plan_(std::move(plan)) {
  const auto stop = [this] { return must_stop(); };
  plan_.network.interrupted = stop;
  const auto on_retry = [this](const RetryNotice& notice) {
    context_.printer.progress(fmt::format("{}; try {} of {} in {}", notice.error.message(), notice.attempt + 1,
                                          notice.attempts + 1, format_duration(notice.delay)));
  };
  http_ = make_curl_client(plan_.network);
  s3_ = make_s3_store(plan_.s3, *http_, context_.clock);
  RetryPolicy policy;
  policy.attempts = static_cast<int>(plan_.retry_attempts);
  policy.budget = plan_.network_budget;
  policy.on_retry = on_retry;
  policy.interrupted = stop;
  store_ = make_retrying_store(*s3_, context_.clock, std::move(policy));

  options_.key = plan_.database_key;
  options_.directory = std::move(temporary);
  options_.on_corrupt = on_corrupt_of(context_.inputs.text_or("on-corrupt", "restore"));
  options_.attempts = static_cast<int>(plan_.retry_attempts);
  options_.on_retry = on_retry;
  options_.on_progress = [this](const std::string& line) { context_.printer.progress(line); };
  options_.interrupted = stop;
}

bool HistoryStorage::must_stop() {
  if (!context_.interrupted || !context_.interrupted()) return false;
  if (!interrupted_at_) interrupted_at_ = context_.clock.steady();
  return !has_last_words_ || context_.clock.steady() - *interrupted_at_ > kLastWords;
}

FetchedHistory HistoryStorage::fetch() {
  context_.printer.progress("reading `" + options_.key + "` from " + store_->describe());
  FetchedHistory fetched = fetch_history(*store_, context_.clock, options_);
  for (const std::string& warning : fetched.warnings) context_.printer.warning(warning);
  fetched.warnings.clear();
  return fetched;
}

std::optional<std::filesystem::path> read_history(CommandContext& context, const StoragePlan& plan,
                                                  const std::filesystem::path& temporary) {
  if (plan.type != StorageType::sqlite_s3) {
    std::filesystem::path copy = temporary / "history.db";
    if (!copy_local_history(plan.database_file, copy)) return std::nullopt;
    History history = History::open(copy, OpenMode::read_write, Verification::quick, Durability::cached);
    for (const std::string& warning : history.warnings()) context.printer.warning(warning);
    history.close();
    return copy;
  }
  HistoryStorage storage(context, plan, temporary);
  storage.options().repair = Repair::read_only;
  const FetchedHistory fetched = storage.fetch();
  if (fetched.first_run) return std::nullopt;
  return fetched.file;
}

}  // namespace unentropy
