#include "store/retrying_store.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>

namespace unentropy {
namespace {

constexpr Milliseconds kWaitSlice{100};  // how long an interruption may go unnoticed

class RetryingStore final : public ObjectStore {
 public:
  RetryingStore(ObjectStore& inner, Clock& clock, RetryPolicy policy)
      : inner_(inner), clock_(clock), policy_(std::move(policy)) {
    if (policy_.random) return;
    policy_.random = [engine = std::mt19937_64(std::random_device{}())]() mutable {
      return std::uniform_real_distribution<double>(0, 1)(engine);
    };
  }

  std::optional<ObjectInfo> head(const std::string& key) override {
    return repeat(Repeat::always, [&] { return inner_.head(key); });
  }
  std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& destination) override {
    return repeat(Repeat::always, [&] { return inner_.get(key, destination); });
  }
  std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) override {
    return repeat(Repeat::always, [&] { return inner_.get_bytes(key, max_bytes); });
  }
  PutOutcome put(const PutRequest& request) override {
    const bool conditional = request.condition.kind != PutCondition::Kind::none;
    return repeat(conditional ? Repeat::if_not_sent : Repeat::always, [&] { return inner_.put(request); });
  }
  ObjectListing list(const std::string& prefix) override {
    return repeat(Repeat::always, [&] { return inner_.list(prefix); });
  }
  void remove(const std::string& key) override {
    repeat(Repeat::always, [&] {
      inner_.remove(key);
      return 0;
    });
  }
  CopyOutcome copy(const std::string& source, const std::string& source_etag, const std::string& target) override {
    return repeat(Repeat::always, [&] { return inner_.copy(source, source_etag, target); });
  }
  std::string describe() const override { return inner_.describe(); }

 private:
  enum class Repeat { always, if_not_sent };

  template <typename Call>
  auto repeat(Repeat when, const Call& call) -> decltype(call());
  void wait_before_next(const Error& error, int tries);
  Milliseconds delay_after(const Error& error, int tries) const;
  Error final_error(const Error& error, int tries, const std::string& why) const;
  bool interrupted() const { return policy_.interrupted && policy_.interrupted(); }

  // Adds the time until its end to what has been spent.
  class Stopwatch {
   public:
    explicit Stopwatch(RetryingStore& store) : store_(store), start_(store.clock_.steady()) {}
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() { store_.spent_ += std::chrono::duration_cast<Milliseconds>(store_.clock_.steady() - start_); }

   private:
    RetryingStore& store_;
    std::chrono::steady_clock::time_point start_;
  };

  ObjectStore& inner_;
  Clock& clock_;
  RetryPolicy policy_;
  Milliseconds spent_{0};
};

template <typename Call>
auto RetryingStore::repeat(Repeat when, const Call& call) -> decltype(call()) {
  for (int tries = 1;; ++tries) {
    try {
      const Stopwatch stopwatch(*this);
      return call();
    } catch (const Error& error) {
      const bool worth_it = error.kind() == ErrorKind::unavailable &&
                            (when == Repeat::always || error.retry().not_sent) && !interrupted();
      if (!worth_it) throw error.kind() == ErrorKind::unavailable ? final_error(error, tries, "") : error;
      wait_before_next(error, tries);
    }
  }
}

Error RetryingStore::final_error(const Error& error, int tries, const std::string& why) const {
  if (tries == 1 && why.empty()) return error;
  const std::string count = tries == 1 ? "1 try" : fmt::format("{} tries", tries);
  return Error(error.kind(), fmt::format("{} (gave up after {}{})", error.message(), count, why), error.hint())
      .with_retry(error.retry());
}

Milliseconds RetryingStore::delay_after(const Error& error, int tries) const {
  const double most = std::min(static_cast<double>(policy_.first_delay.count()) * std::exp2(tries - 1),
                               static_cast<double>(policy_.longest_delay.count()));
  const Milliseconds jittered(static_cast<Milliseconds::rep>(most * policy_.random()));
  return error.retry().after.value_or(Milliseconds(0)) + jittered;
}

void RetryingStore::wait_before_next(const Error& error, int tries) {
  if (tries > policy_.attempts) throw final_error(error, tries, "");
  const Milliseconds delay = delay_after(error, tries);
  if (spent_ + delay >= policy_.budget) {
    const std::string time = format_duration(policy_.budget);
    throw final_error(error, tries,
                      delay < policy_.budget ? ", the time for storage (" + time + ") is used up"
                                             : ", the store asks to wait for " + format_duration(delay));
  }
  if (policy_.on_retry) policy_.on_retry({error, tries, policy_.attempts, delay});
  const Stopwatch stopwatch(*this);
  for (Milliseconds left = delay; left.count() > 0; left -= kWaitSlice) {
    if (interrupted()) throw final_error(error, tries, ", interrupted");
    clock_.sleep_for(std::min(left, kWaitSlice));
  }
}

}  // namespace

std::unique_ptr<ObjectStore> make_retrying_store(ObjectStore& inner, Clock& clock, RetryPolicy policy) {
  return std::make_unique<RetryingStore>(inner, clock, std::move(policy));
}

}  // namespace unentropy
