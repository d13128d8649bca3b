// The storage of a command: what inputs said, opened.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/storage_plan.h"
#include "sync/sync.h"

namespace unentropy {

// Of sqlite-s3. Logs what it retries and reads.
class HistoryStorage {
 public:
  // `temporary` is private to this run.
  HistoryStorage(CommandContext& context, StoragePlan plan, std::filesystem::path temporary);

  ObjectStore& store() { return *store_; }
  SyncOptions& options() { return options_; }
  FetchedHistory fetch();

  // What is done while this exists goes on for some seconds after an interruption: storing what was measured.
  class LastWords {
   public:
    explicit LastWords(HistoryStorage& storage) : storage_(storage) { storage_.has_last_words_ = true; }
    ~LastWords() { storage_.has_last_words_ = false; }
    LastWords(const LastWords&) = delete;
    LastWords& operator=(const LastWords&) = delete;

   private:
    HistoryStorage& storage_;
  };

 private:
  bool must_stop();

  CommandContext& context_;
  StoragePlan plan_;
  SyncOptions options_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<ObjectStore> s3_;
  std::unique_ptr<ObjectStore> store_;
  bool has_last_words_ = false;
  std::optional<std::chrono::steady_clock::time_point> interrupted_at_;
};

// A private copy of the history, whatever its storage, for commands that only read it: current layout, verified,
// records of other runs folded in. Nothing is written to the storage. Absent: there is no history yet.
std::optional<std::filesystem::path> read_history(CommandContext& context, const StoragePlan& plan,
                                                  const std::filesystem::path& temporary);

}  // namespace unentropy
