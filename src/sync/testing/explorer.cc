#include "sync/testing/explorer.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "store/testing/manual_clock.h"
#include "sync/testing/writer.h"

namespace unentropy::testing {
namespace {

const Instant kStart{std::chrono::seconds(1'700'000'000)};

// What a request asked for, as far as a store is concerned.
struct Call {
  enum class Verb { head, get, get_bytes, put, list, remove, copy };
  Verb verb = Verb::head;
  std::string key;  // of `copy`: the source
  std::uint64_t max_bytes = 0;
  std::optional<PutRequest> put;
  std::string etag;
  std::string target;
};

struct Answer {
  std::optional<ObjectInfo> info;
  std::optional<FetchedObject> fetched;
  std::optional<std::string> bytes;  // of `get` and `get_bytes`
  PutOutcome put;
  ObjectListing listing;
  CopyOutcome copy = CopyOutcome::copied;
  std::optional<Error> error;
};

Answer answer_of(MemoryStore& store, const Call& call) {
  Answer answer;
  try {
    switch (call.verb) {
      case Call::Verb::head:
        answer.info = store.head(call.key);
        break;
      case Call::Verb::get:
        answer.bytes = store.get_bytes(call.key, 1U << 30);
        if (answer.bytes) answer.fetched = FetchedObject{*store.head(call.key), sha256(*answer.bytes)};
        break;
      case Call::Verb::get_bytes:
        answer.bytes = store.get_bytes(call.key, call.max_bytes);
        break;
      case Call::Verb::put:
        answer.put = store.put(*call.put);
        break;
      case Call::Verb::list:
        answer.listing = store.list(call.key);
        break;
      case Call::Verb::remove:
        store.remove(call.key);
        break;
      case Call::Verb::copy:
        answer.copy = store.copy(call.key, call.etag, call.target);
        break;
    }
  } catch (const Error& error) {
    answer.error = error;
  }
  return answer;
}

std::string digest_of(const Answer& answer) {
  std::string text = answer.info ? answer.info->etag : "-";
  text += "|" + (answer.bytes ? hex(sha256(*answer.bytes)) : std::string("-"));
  text += "|" + std::to_string(static_cast<int>(answer.put.status)) + answer.put.etag;
  for (const ListedObject& object : answer.listing.objects) text += "|" + object.key + object.etag;
  text += "|" + std::to_string(static_cast<int>(answer.copy)) + (answer.error ? answer.error->message() : "");
  return text;
}

using Answers = std::vector<std::shared_ptr<const Answer>>;

// Thrown through the run when its answers are used up.
struct Paused {};

// Gives the answers that are there, and notes the request after them.
class ReplayedStore final : public ObjectStore {
 public:
  explicit ReplayedStore(const Answers& answers) : answers_(answers) {}

  Call pending;

  std::optional<ObjectInfo> head(const std::string& key) override {
    return next({Call::Verb::head, key, 0, {}, {}, {}}).info;
  }
  std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& destination) override {
    const Answer& answer = next({Call::Verb::get, key, 0, {}, {}, {}});
    if (answer.bytes) write_file_atomically(destination, *answer.bytes);
    return answer.fetched;
  }
  std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) override {
    return next({Call::Verb::get_bytes, key, max_bytes, {}, {}, {}}).bytes;
  }
  PutOutcome put(const PutRequest& request) override {
    Call call{Call::Verb::put, request.key, 0, request, {}, {}};
    if (given_ == answers_.size() && request.content.file()) {
      call.put->content = ObjectContent::from_bytes(read_file(*request.content.file(), 1U << 30));
    }
    return next(std::move(call)).put;
  }
  ObjectListing list(const std::string& prefix) override {
    return next({Call::Verb::list, prefix, 0, {}, {}, {}}).listing;
  }
  void remove(const std::string& key) override { next({Call::Verb::remove, key, 0, {}, {}, {}}); }
  CopyOutcome copy(const std::string& source, const std::string& etag, const std::string& target) override {
    return next({Call::Verb::copy, source, 0, {}, etag, target}).copy;
  }
  std::string describe() const override { return "a store in memory"; }

 private:
  const Answer& next(Call call) {
    if (given_ == answers_.size()) {
      pending = std::move(call);
      throw Paused{};
    }
    const Answer& answer = *answers_[given_++];
    if (answer.error) throw *answer.error;
    return answer;
  }

  const Answers& answers_;
  std::size_t given_ = 0;
};

// One run: what it has been told, and what it asks next; nothing to ask: it has ended or was killed.
struct Writer {
  std::string name;
  Answers answers;
  std::string digest;  // of the answers
  std::shared_ptr<const Call> next;
};

class Explorer {
 public:
  explicit Explorer(const Exploration& exploration) : exploration_(exploration) {}

  Explored run() {
    State state{exploration_.store, {}, exploration_.recorded, !exploration_.intrusion};
    for (const std::string& name : exploration_.writers) {
      state.writers.push_back({name, {}, {}, nullptr});
      advance(state.writers.back());
    }
    result_.interleavings = paths_from(state);
    result_.states = paths_.size();
    result_.local_states = local_.size();
    return std::move(result_);
  }

 private:
  struct State {
    MemoryStore store;
    std::vector<Writer> writers;
    std::set<std::string> recorded;
    bool intruded = false;
  };

  static std::string store_digest(MemoryStore& store) {
    std::string text;
    for (const ListedObject& object : store.list("").objects) text += object.key + object.etag + "\n";
    return hex(sha256(text));
  }

  // Runs the writer from its start to its next request.
  void advance(Writer& writer) {
    auto& known = local_[writer.name + writer.digest];
    if (!known) {
      ReplayedStore store(writer.answers);
      ManualClock clock(kStart);
      known = std::make_shared<std::shared_ptr<const Call>>();
      try {
        write_run(store, clock, exploration_.options, writer.name);
      } catch (const Paused&) {
        *known = std::make_shared<const Call>(std::move(store.pending));
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::internal) result_.losses.push_back("internal: " + error.message());
      }
    }
    writer.next = *known;
  }

  // What a reader of the store sees; the same for the same content.
  const std::set<std::string>& seen_in(State& state, const std::string& digest) {
    const auto [place, is_new] = seen_.try_emplace(digest);
    if (!is_new) return place->second;
    ManualClock clock(kStart);
    try {
      place->second = runs_in(state.store, clock, exploration_.options.key);
    } catch (const Error& error) {
      result_.losses.push_back("unreadable: " + error.message());
    }
    return place->second;
  }

  void check(State& state, const std::string& digest) {
    const std::set<std::string>& seen = seen_in(state, digest);
    for (const std::string& run : state.recorded) {
      if (!seen.contains(run)) result_.losses.push_back("run " + run + " is missing");
    }
  }

  double paths_from(State& state) {
    const std::string digest = store_digest(state.store);
    std::string key = digest + (state.intruded ? "i" : "");
    for (const Writer& writer : state.writers) key += "|" + (writer.next ? writer.digest : std::string("ended"));
    for (const std::string& run : state.recorded) key += " " + run;
    key = hex(sha256(key));
    if (const auto found = paths_.find(key); found != paths_.end()) return found->second;
    check(state, digest);
    double paths = 0;
    bool ended = true;
    for (std::size_t i = 0; i < state.writers.size(); ++i) {
      if (!state.writers[i].next) continue;
      ended = false;
      State after = state;
      answer(after, after.writers[i]);
      paths += paths_from(after);
      if (!exploration_.kills) continue;
      State killed = state;
      killed.writers[i].next = nullptr;
      paths += paths_from(killed);
    }
    if (!state.intruded) {
      State after = state;
      exploration_.intrusion(after.store);
      after.intruded = true;
      paths += paths_from(after);
    }
    paths = ended && paths == 0 ? 1 : paths;
    paths_.emplace(key, paths);
    return paths;
  }

  void answer(State& state, Writer& writer) {
    const Call& call = *writer.next;
    auto given = std::make_shared<Answer>(answer_of(state.store, call));
    if (call.verb == Call::Verb::put && call.key.starts_with(exploration_.options.key + ".runs/") && !given->error) {
      state.recorded.insert(writer.name);
    }
    writer.digest = hex(sha256(writer.digest + digest_of(*given)));
    writer.answers.push_back(std::move(given));
    advance(writer);
  }

  const Exploration& exploration_;
  Explored result_;
  std::unordered_map<std::string, double> paths_;
  std::unordered_map<std::string, std::shared_ptr<std::shared_ptr<const Call>>> local_;
  std::unordered_map<std::string, std::set<std::string>> seen_;  // by the store's content
};

}  // namespace

MemoryStore two_days_old_history(const Clock& clock, ConditionSupport support) {
  ManualClock past(clock.now() - std::chrono::hours(60));
  MemoryStore old(past, support);
  SyncOptions options;
  options.key = "m.db";
  options.conditions = support;
  for (const char* run : {"old-1", "old-2"}) {
    write_run(old, past, options, run);
    past.turn(std::chrono::hours(2));
  }
  MemoryStore store(clock, support);
  for (const ListedObject& object : old.list("").objects) {
    const auto info = old.head(object.key);
    store.put({object.key, ObjectContent::from_bytes(*old.get_bytes(object.key, 1U << 30)), PutCondition::always(),
               info->content_type, info->metadata});
  }
  return store;
}

Explored explore(const Exploration& exploration) { return Explorer(exploration).run(); }

}  // namespace unentropy::testing
