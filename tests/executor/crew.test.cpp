#include "runtime/executor/crew.hpp"
#include "runtime/executor/share.hpp"
#include "runtime/executor/worker_loop.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/rig.hpp"

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

using namespace amorsize;
using namespace amorsize::executor;

TEST_CASE("helpers that never come cost nothing but the asking", "[executor][unit]") {
  amorsize_tests::rig rig(100);
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
  amorsize_tests::rig rig(100);
  shared_map& map = rig.prepare(3);
  run_shared(*rig.crew_, map, 2);
  rig.crew_->return_place(map);
  rig.main_.let_all_come();
  rig.main_.join();
  rig.check_each_once();
  CHECK(rig.crew_->helpers_working() == 0);
}

TEST_CASE("a ticket that is still queued is not queued again", "[executor][unit]") {
  amorsize_tests::rig rig(10, 2);
  for (int map = 0; map < 5; ++map) {
    shared_map& one = rig.prepare(2);
    run_shared(*rig.crew_, one, 1);
    rig.crew_->return_place(one);
  }
  CHECK(rig.main_.waiting() == 1);
}

TEST_CASE("a helper that comes in the middle takes its share", "[executor][unit]") {
  amorsize_tests::rig rig(2'000, 2);
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

TEST_CASE("helpers are awake, then near, then asleep", "[executor][unit]") {
  using policy::crew_state;
  const policy::nanoseconds ms{1e6};
  amorsize_tests::rig rig(100, 2);
  rig.main_.keep_awake(10.0 * ms, 50.0 * ms);
  CHECK(rig.crew_->state(rig.clock_.now()) == crew_state::absent);
  std::latch came(1);
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<bool> helped{false};
  rig.at_item_ = [&](std::size_t item) {
    if (std::this_thread::get_id() != caller) {
      if (!helped.exchange(true)) {
        came.count_down();
      }
    } else if (item == 10) {
      rig.main_.let_all_come();
      came.wait();
    }
  };
  shared_map& map = rig.prepare(2);
  run_shared(*rig.crew_, map, 1);
  rig.crew_->return_place(map);
  CHECK(rig.crew_->state(rig.clock_.now()) == crew_state::awake);
  rig.clock_.advance(20.0 * ms);
  rig.main_.join();
  CHECK(rig.crew_->state(rig.clock_.now()) == crew_state::near);
  rig.clock_.advance(50.0 * ms);
  CHECK(rig.crew_->state(rig.clock_.now()) == crew_state::asleep);
  // And what the next map would find.
  CHECK(rig.crew_->state_after(5.0 * ms) == crew_state::awake);
  CHECK(rig.crew_->state_after(20.0 * ms) == crew_state::near);
  CHECK(rig.crew_->state_after(70.0 * ms) == crew_state::asleep);
}

TEST_CASE("helpers beyond the main back end's limit come from the other one", "[executor][unit]") {
  amorsize_tests::rig rig(100, 2);
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
  amorsize_tests::rig rig(100);
  rig.main_.refuse(true);
  shared_map& map = rig.prepare(3);
  CHECK(run_shared(*rig.crew_, map, 2).asked == 0);
  rig.check_each_once();
  rig.crew_->return_place(map);
  CHECK(rig.crew_->available().helpers == 0);
  CHECK(rig.crew_->available().limited_by == policy::reason_code::backend_failed);
}

TEST_CASE("the budget: CPUs less threads inside a map", "[executor][unit]") {
  amorsize_tests::rig rig(10, 3);
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
  amorsize_tests::rig rig(1);
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
  amorsize_tests::rig rig(1'000, 2);
  shared_map& map = rig.prepare(2);
  map.tick = [](void*, policy::nanoseconds) { throw 42; };
  CHECK_THROWS_AS(run_shared(*rig.crew_, map, 1), int);
  CHECK(map.door.is_empty());
  CHECK_FALSE(map.door.wants_helpers());
  rig.crew_->return_place(map);
}

TEST_CASE("a stop drops what has not started, at once for any length", "[executor][unit]") {
  amorsize_tests::rig rig(10);
  shared_map& map = rig.prepare(2);
  map.layout.items = std::size_t{1} << 31U;  // would take minutes item by item
  map.layout.fixed_chunks = true;
  map.errors.lower_limit(0);
  deal(map, 2);
  run_shared(*rig.crew_, map, 1);
  CHECK(map.first_skipped.load() == 0);
  rig.crew_->return_place(map);
}

TEST_CASE("a helper waits for the next map of a series, and not for one that comes rarely",
          "[executor][unit]") {
  const policy::nanoseconds us{1e3};
  enlist& threads = enlist_threads();
  // One map in 64 is measured anew by the calling thread alone: that is no end of the series.
  for (const double gap : {0.0, 0.2, 10.0, 50.0}) {
    CHECK(threads.linger(gap * us) == 50.0 * us);
  }
  CHECK(threads.linger(51.0 * us) == 5.0 * us);
  // oneTBB's workers are the host's.
  CHECK(enlist_tbb().linger(0.2 * us) <= 5.0 * us);
}
