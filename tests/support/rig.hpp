// A crew with hand-driven threads and clock, and a map over counters.
// Thread safety: belongs to the test.
#pragma once

#include "runtime/executor/crew.hpp"
#include "runtime/executor/share.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/manual_enlist.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace amorsize_tests {

using namespace amorsize;            // NOLINT(google-build-using-namespace): a test's own header
using namespace amorsize::executor;  // NOLINT(google-build-using-namespace)

/// A crew with hand-driven threads and a map over `items` counters.
class rig {
 public:
  explicit rig(std::size_t items, std::size_t cpus = 4) : runs_(items) {
    crew_ = std::make_unique<crew>(main_, beyond_, clock_);
    crew_->set_budget(cpus);
  }
  rig(const rig&) = delete;
  rig& operator=(const rig&) = delete;
  ~rig() {
    main_.join();  // before the crew that the threads serve goes
    beyond_.join();
  }

  shared_map& prepare(std::size_t workers) {
    shared_map* map = crew_->take_place(workers);
    REQUIRE(map != nullptr);
    map->layout = {};
    map->layout.items = runs_.size();
    map->layout.chunk_duration = policy::nanoseconds{20e3};
    map->layout.cost = policy::nanoseconds{10e3};
    map->time = &clock_;
    map->arithmetic = floating_point_environment::current();
    map->body = {this, &rig::run};
    map->exempt.store(false);
    deal(*map, workers);
    return *map;
  }

  static void run(void* context, detail::item_block& block) {
    rig& self = *static_cast<rig*>(context);
    for (block.next = block.first; block.next < block.last; ++block.next) {
      self.clock_.advance(policy::nanoseconds{10e3});
      self.runs_[block.next].fetch_add(1);
      if (self.at_item_) {
        self.at_item_(block.next);
      }
    }
  }

  void check_each_once() const {
    for (const std::atomic<int>& runs : runs_) {
      REQUIRE(runs.load() == 1);
    }
  }

  manual_enlist main_;
  manual_enlist beyond_;
  manual_clock clock_;
  std::vector<std::atomic<int>> runs_;
  std::function<void(std::size_t)> at_item_;
  std::unique_ptr<crew> crew_;
};

}  // namespace amorsize_tests
