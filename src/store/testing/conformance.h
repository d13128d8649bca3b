// What every store must do, as one parameterised suite. A test binary that compiles conformance.cc in instantiates it
// for the stores it has:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, ::testing::Values(&make_memory_fixture));
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreRaces, ::testing::Values(&make_memory_fixture));
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/file.h"
#include "store/memory_store.h"
#include "store/object_store.h"

namespace unentropy {

// One place with objects, and ways to reach it.
class StoreFixture {
 public:
  virtual ~StoreFixture() = default;
  // Another store object for the same place, as another process would have one; used in a thread of its own.
  virtual std::unique_ptr<ObjectStore> open() = 0;
  virtual ConditionSupport conditions() const { return ConditionSupport::honoured; }
};

using StoreFixtureFactory = std::unique_ptr<StoreFixture> (*)();

// Uses keys below a random prefix and removes them at the end.
class StoreConformance : public ::testing::TestWithParam<StoreFixtureFactory> {
 protected:
  StoreConformance();
  ~StoreConformance() override;

  std::string key(const std::string& name) const { return prefix_ + name; }
  PutRequest request(const std::string& name, std::string bytes, PutCondition condition = {}) const;
  // The content of a key, or `(absent)`.
  std::string content(const std::string& name);
  PutOutcome put(const std::string& name, std::string bytes, PutCondition condition = {});
  bool honoured() const { return fixture_->conditions() == ConditionSupport::honoured; }

  std::unique_ptr<StoreFixture> fixture_;
  std::unique_ptr<ObjectStore> store_;
  TempDir directory_{"/tmp"};

 private:
  std::string prefix_;
};

// What writers side by side may rely on; for stores that honour conditions.
class StoreRaces : public StoreConformance {};

}  // namespace unentropy
