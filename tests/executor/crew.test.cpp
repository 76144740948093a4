#include "runtime/executor/crew.hpp"
#include "runtime/executor/share.hpp"
#include "runtime/executor/worker_loop.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/manual_enlist.hpp"

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

using namespace amorsize;
using namespace amorsize::executor;
using amorsize_tests::manual_clock;
using amorsize_tests::manual_enlist;

namespace {

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

}  // namespace

TEST_CASE("helpers that never come cost nothing but the asking", "[executor][unit]") {
  rig rig(100);
  shared_map& map = rig.prepare(4);
  const wake_observation seen = run_shared(*rig.crew_, map, 3);
  CHECK(seen.asked == 3);
  CHECK(seen.start == policy::nanoseconds{0});
  CHECK(map.first_skipped.load() == lowest_exception::nothing);
  rig.check_each_once();
  rig.crew_->return_place(map);
  CHECK(rig.main_.waiting() == 3);
}

TEST_CASE("helpers that come after the end find nothing and touch nothing", "[executor][unit]") {
  rig rig(100);
  shared_map& map = rig.prepare(3);
  run_shared(*rig.crew_, map, 2);
  rig.crew_->return_place(map);
  rig.main_.let_all_come();
  rig.main_.join();
  rig.check_each_once();
  CHECK(rig.crew_->helpers_working() == 0);
}

TEST_CASE("a ticket that is still queued is not queued again", "[executor][unit]") {
  rig rig(10, 2);
  for (int map = 0; map < 5; ++map) {
    shared_map& one = rig.prepare(2);
    run_shared(*rig.crew_, one, 1);
    rig.crew_->return_place(one);
  }
  CHECK(rig.main_.waiting() == 1);
}

TEST_CASE("a helper that comes in the middle takes its share", "[executor][unit]") {
  rig rig(2'000, 2);
  std::atomic<std::size_t> helped{0};
  const std::thread::id caller = std::this_thread::get_id();
  std::latch came(1);
  rig.at_item_ = [&](std::size_t item) {
    if (std::this_thread::get_id() != caller) {
      if (helped.fetch_add(1) == 0) {
        came.count_down();
      }
    } else if (item == 100) {
      rig.main_.let_all_come();
      came.wait();  // what is being run cannot be taken; half of the rest can
    }
  };
  shared_map& map = rig.prepare(2);
  const wake_observation seen = run_shared(*rig.crew_, map, 1);
  CHECK(helped.load() > 0);
  CHECK(seen.start > policy::nanoseconds{0});
  rig.check_each_once();
  rig.crew_->return_place(map);
}

TEST_CASE("helpers beyond the main back end's limit come from the other one", "[executor][unit]") {
  rig rig(100, 2);
  rig.main_.limit_tickets(1);
  shared_map& map = rig.prepare(4);
  map.exempt.store(true);
  CHECK(run_shared(*rig.crew_, map, 3).asked == 3);
  rig.crew_->return_place(map);
  CHECK(rig.main_.waiting() == 1);
  CHECK(rig.beyond_.waiting() == 2);
}

TEST_CASE("when there is no thread the caller does everything, and it is known",
          "[executor][unit]") {
  rig rig(100);
  rig.main_.refuse(true);
  shared_map& map = rig.prepare(3);
  CHECK(run_shared(*rig.crew_, map, 2).asked == 0);
  rig.check_each_once();
  rig.crew_->return_place(map);
  CHECK(rig.crew_->available().helpers == 0);
  CHECK(rig.crew_->available().limited_by == policy::reason_code::backend_failed);
}

TEST_CASE("the budget: CPUs less threads inside a map", "[executor][unit]") {
  rig rig(10, 3);
  CHECK(rig.crew_->available().helpers == 3);  // this thread is not inside a map yet
  {
    const crew::presence here(*rig.crew_);
    CHECK(rig.crew_->available().helpers == 2);
    {
      const crew::presence nested(*rig.crew_);
      CHECK(rig.crew_->available().helpers == 2);  // the same thread counts once
    }
    std::thread([&] {
      const crew::presence other(*rig.crew_);
      CHECK(rig.crew_->available().helpers == 1);
    }).join();
    CHECK(rig.crew_->available().helpers == 2);
  }
  rig.crew_->set_budget(1);
  CHECK(rig.crew_->available().limited_by == policy::reason_code::one_cpu_allowed);
  rig.crew_->set_budget(8);
  rig.main_.allow_here(3);
  CHECK(rig.crew_->available().helpers == 2);
}

TEST_CASE("places: as many as there are, and none lost", "[executor][unit]") {
  rig rig(1);
  std::vector<shared_map*> taken;
  for (std::size_t i = 0; i < most_maps; ++i) {
    taken.push_back(rig.crew_->take_place(2));
    REQUIRE(taken.back() != nullptr);
  }
  CHECK(rig.crew_->take_place(2) == nullptr);
  rig.crew_->return_place(*taken[17]);
  CHECK(rig.crew_->take_place(5) == taken[17]);
  for (shared_map* map : taken) {
    rig.crew_->return_place(*map);
  }
}

TEST_CASE("an exception of tick leaves with nobody inside", "[executor][unit]") {
  rig rig(1'000, 2);
  shared_map& map = rig.prepare(2);
  map.tick = [](void*, policy::nanoseconds) { throw 42; };
  CHECK_THROWS_AS(run_shared(*rig.crew_, map, 1), int);
  CHECK(map.door.is_empty());
  CHECK_FALSE(map.door.wants_helpers());
  rig.crew_->return_place(map);
}

TEST_CASE("a stop drops what has not started, at once for any length", "[executor][unit]") {
  rig rig(10);
  shared_map& map = rig.prepare(2);
  map.layout.items = std::size_t{1} << 31U;  // would take minutes item by item
  map.layout.fixed_chunks = true;
  map.errors.lower_limit(0);
  deal(map, 2);
  run_shared(*rig.crew_, map, 1);
  CHECK(map.first_skipped.load() == 0);
  rig.crew_->return_place(map);
}
