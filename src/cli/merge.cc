#include "cli/merge.h"

#include <algorithm>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/history_storage.h"
#include "cli/project.h"
#include "cli/run_tables.h"
#include "sync/local_file.h"
#include "sync/record_format.h"

namespace unentropy {
namespace {

// Of one record, estimated; the format allows twice as much.
constexpr std::size_t kRecordBytes = 4U << 20;
constexpr std::size_t kRecordItems = 100'000;

std::size_t estimated_bytes(const RecordedBuild& recorded) {
  const BuildContext& build = recorded.build;
  std::size_t bytes = 300 + build.commit_sha.size() + 2 * (build.branch.size() + build.run_id.size());
  for (const RecordedMetric& metric : recorded.metrics) {
    bytes += 120 + metric.key.size() + metric.unit.size() + 2 * metric.description.size();
    if (const auto* label = std::get_if<std::string>(&metric.value)) bytes += 2 * label->size();
  }
  return bytes;
}

// Records on the way to the storage. They wait in files, because together they may be as large as a history.
class Outbox {
 public:
  explicit Outbox(const std::filesystem::path& directory) : directory_(directory / "records") {
    std::filesystem::create_directory(directory_);
  }

  void add(const RunRecord& record) {
    write_file_atomically(directory_ / record.name, format_record(record));
    list_.names.push_back(record.name);
    builds_.push_back(static_cast<std::int64_t>(record.builds.size()));
  }
  RunRecord read(const std::string& name) const {
    return parse_record(name, read_file(directory_ / name, kMaxRecordBytes));
  }
  RecordList list() const {
    return {list_.names, [this](const std::string& name) { return read(name); }};
  }
  std::size_t size() const { return builds_.size(); }
  const std::string& name(std::size_t index) const { return list_.names[index]; }
  std::int64_t builds(std::size_t index) const { return builds_[index]; }

 private:
  std::filesystem::path directory_;
  RecordList list_;
  std::vector<std::int64_t> builds_;
};

bool can_be_carried(const RunRecord& record) {
  try {
    parse_record(record.name, format_record(record));
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Builds as records, none of them too large and each readable by whoever folds it.
class Packing {
 public:
  Packing(Outbox& outbox, Instant now) : outbox_(outbox) { naming_.run_id = "merge", naming_.timestamp = now; }

  void add(const Tombstone& tombstone) { open_.tombstones.push_back(tombstone); }
  void add(RecordedBuild build) {
    bytes_ += estimated_bytes(build);
    items_ += 1 + build.metrics.size();
    open_.builds.push_back(std::move(build));
    if (bytes_ > kRecordBytes || items_ > kRecordItems) close();
  }
  void finish() { close(); }
  std::int64_t left_out() const { return left_out_; }
  std::int64_t values() const { return values_; }

 private:
  void close() {
    RunRecord record = std::exchange(open_, {});
    bytes_ = items_ = 0;
    if (record.builds.empty() && record.tombstones.empty()) return;
    record.name = new_record_name(naming_);
    // What another tool has written may be what a record cannot hold, an empty branch for example.
    if (!can_be_carried(record)) {
      left_out_ += static_cast<std::int64_t>(std::erase_if(record.builds, [&](const RecordedBuild& build) {
        return !can_be_carried({record.name, {build}, {}});
      }));
    }
    for (const RecordedBuild& build : record.builds) values_ += static_cast<std::int64_t>(build.metrics.size());
    outbox_.add(record);
  }

  BuildContext naming_;
  RunRecord open_;
  std::size_t bytes_ = 0;
  std::size_t items_ = 0;
  Outbox& outbox_;
  std::int64_t left_out_ = 0;
  std::int64_t values_ = 0;
};

}  // namespace

class MergeTarget::Impl {
 public:
  explicit Impl(CommandContext& context);

  std::optional<OpenedHistory> look(bool only_to_read);
  int put(const std::vector<std::string>& names, const OpenOther& open, const Added& added) {
    return plan_.type == StorageType::sqlite_s3 ? into_storage(names, open, added) : into_file(names, open, added);
  }

 private:
  int into_file(const std::vector<std::string>& names, const OpenOther& open, const Added& added);
  int into_storage(const std::vector<std::string>& names, const OpenOther& open, const Added& added);
  void fetch();
  void pack(const std::string& given, const OpenOther& open, const Added& added, Outbox& outbox);
  void warn(const std::string& given, const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) context_.printer.warning(in_ticks(given) + ": " + warning);
  }

  CommandContext& context_;
  StoragePlan plan_;
  TempDir directory_;
  std::optional<HistoryStorage> storage_;
  std::optional<FetchedHistory> fetched_;
};

MergeTarget::Impl::Impl(CommandContext& context)
    : context_(context), directory_(temporary_directory(context.environment)) {
  std::vector<InputProblem> problems = context.inputs.problems();
  if (const auto into = context.inputs.text("into")) {
    refuse(context.printer, problems);
    plan_.type = StorageType::sqlite_local;
    plan_.database_file = checked_path(context, "into", *into, Reach::anywhere);
    return;
  }
  const std::optional<Project> project = find_project(context);
  const Config defaults;
  plan_ = plan_storage(context, project ? &project->config : &defaults);
  problems.insert(problems.end(), plan_.problems.begin(), plan_.problems.end());
  refuse(context.printer, problems);
}

void MergeTarget::Impl::fetch() {
  if (fetched_) return;
  storage_.emplace(context_, plan_, directory_.path());
  fetched_ = storage_->fetch();
}

std::optional<OpenedHistory> MergeTarget::Impl::look(bool only_to_read) {
  if (only_to_read || plan_.type != StorageType::sqlite_s3) return open_planned_history(context_, plan_);
  fetch();
  return OpenedHistory{std::nullopt, History::open(fetched_->file, OpenMode::read_only, Verification::header_and_layout,
                                                   Durability::cached)};
}

int MergeTarget::Impl::into_file(const std::vector<std::string>& names, const OpenOther& open, const Added& added) {
  for (const std::string& given : names) {
    const History other = open(given);
    warn(given, other.warnings());
    AbsorbReport report;
    update_local_history(plan_.database_file, context_.clock,
                         [&](History& history) { report = history.absorb(other, context_.clock.now()); });
    warn(given, report.warnings);
    added(given, report.builds_added, report.values_written);
  }
  return kExitDone;
}

void MergeTarget::Impl::pack(const std::string& given, const OpenOther& open, const Added& added, Outbox& outbox) {
  const Instant now = fetched_->store_time;
  const History other = open(given);
  warn(given, other.warnings());
  History mine =
      History::open(fetched_->file, OpenMode::read_write, Verification::header_and_layout, Durability::cached);
  const HistoryCounts before = mine.counts();
  const std::size_t first = outbox.size();
  Packing packing(outbox, now);
  warn(given, mine.for_each_missing(
                  other, [&](const Tombstone& tombstone) { packing.add(tombstone); },
                  [&](RecordedBuild build) { packing.add(std::move(build)); }));
  packing.finish();
  if (packing.left_out() > 0) {
    warn(given, {counted(packing.left_out(), "build") + " cannot be carried and were left out"});
  }
  // So that the next file is compared with this one, too.
  for (std::size_t i = first; i < outbox.size(); ++i) mine.fold(outbox.read(outbox.name(i)), now);
  const HistoryCounts after = mine.counts();
  mine.close();
  added(given, after.builds - before.builds, packing.values());
}

int MergeTarget::Impl::into_storage(const std::vector<std::string>& names, const OpenOther& open, const Added& added) {
  fetch();
  ObjectStore& store = storage_->store();
  const SyncOptions& options = storage_->options();
  const Upkeep upkeep = keep_up(store, options, *fetched_);
  for (const std::string& warning : upkeep.warnings) context_.printer.notice(warning);
  Outbox outbox(directory_.path());
  for (const std::string& given : names) pack(given, open, added, outbox);
  if (outbox.size() == 0 && fetched_->folded.empty()) return kExitDone;
  for (std::size_t i = 0; i < outbox.size(); ++i) {
    store_record(store, plan_.database_key, outbox.read(outbox.name(i)));
    context_.printer.progress("recorded " + counted(outbox.builds(i), "build") + " record " + outbox.name(i));
  }
  const PublishedHistory published = publish_history(store, context_.clock, options, *fetched_, outbox.list(), upkeep);
  for (const std::string& warning : published.warnings) context_.printer.warning(warning);
  switch (published.state) {
    case PublishedHistory::State::published:
      context_.printer.progress("stored `" + plan_.database_key + "`, " + format_bytes(published.bytes));
      return kExitDone;
    case PublishedHistory::State::pending:
      context_.printer.notice("recorded, not published yet: " + published.error->message() +
                              "; the builds are safe in their run records, and the next run adds them to the history");
      return kExitDone;
    case PublishedHistory::State::refused:
      throw Error(published.error->kind(), "recorded, not published: " + published.error->message(),
                  published.error->hint());
  }
  return kExitStorage;
}

MergeTarget::MergeTarget(CommandContext& context) : impl_(std::make_unique<Impl>(context)) {}
MergeTarget::~MergeTarget() = default;

std::optional<OpenedHistory> MergeTarget::look(bool only_to_read) { return impl_->look(only_to_read); }

int MergeTarget::put(const std::vector<std::string>& names, const OpenOther& open, const Added& added) {
  return impl_->put(names, open, added);
}

int run_merge(CommandContext& context) {
  if (context.arguments.empty()) {
    throw Error(ErrorKind::usage, "`merge` needs a history to merge", "give the path of one or more SQLite files");
  }
  const TempDir directory(temporary_directory(context.environment));
  const auto open = [&](const std::string& given) {
    const std::filesystem::path file = checked_path(context, "FILE", given, Reach::anywhere);
    const std::filesystem::path copy = directory.path() / "other.db";
    if (!copy_local_history(file, copy)) {
      throw Error(ErrorKind::usage, "there is no file " + in_ticks(given), "give the path of a history, a SQLite file");
    }
    return History::open(copy, OpenMode::read_write, Verification::quick, Durability::cached);
  };
  const auto added = [&](const std::string& given, std::int64_t builds, std::int64_t values) {
    context.printer.data(builds == 0 && values == 0 ? in_ticks(given) + ": nothing that is not there already\n"
                                                    : fmt::format("{}: {} and {} added\n", in_ticks(given),
                                                                  counted(builds, "build"), counted(values, "value")));
  };
  return MergeTarget(context).put(context.arguments, open, added);
}

}  // namespace unentropy
