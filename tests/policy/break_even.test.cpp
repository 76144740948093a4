#include "runtime/policy/break_even.hpp"
#include "runtime/policy/controller.hpp"
#include "tests/support/catch.hpp"

using namespace amorsize::policy;

namespace {

constexpr overheads asleep{nanoseconds{10e3}, nanoseconds{50e3}, nanoseconds{40}};

/// What a map of so many items, whose cost is known, decides.
decision decision_for(std::size_t items, nanoseconds cost, std::size_t workers) {
  controller decides(items + 1, {}, cost);
  decides.observe(chunk_sample{1, cost, cost});
  decides.consider(asleep, {.workers = workers, .limited_by = reason_code::none});
  return decides.next();
}

}  // namespace

TEST_CASE("the break-even is where the controller begins to share", "[policy][unit]") {
  for (const double cost : {20.0, 1e3, 30e3, 2e6}) {
    for (const std::size_t workers : {2UL, 8UL, 64UL}) {
      CAPTURE(cost, workers);
      const break_even found = break_even_at(nanoseconds{cost}, workers, asleep);
      REQUIRE(found.items >= 2);
      CHECK(decision_for(found.items, nanoseconds{cost}, workers).n_jobs == found.n_jobs);
      CHECK(decision_for(found.items - 1, nanoseconds{cost}, workers).n_jobs == 1);
      CHECK(found.shared < found.alone);
    }
  }
}

TEST_CASE("dearer items are worth sharing in smaller numbers", "[policy][property]") {
  const std::vector<break_even> curve = break_even_curve(16, asleep);
  REQUIRE(curve.size() > 10);
  for (std::size_t i = 1; i < curve.size(); ++i) {
    CHECK(curve[i].cost > curve[i - 1].cost);
    CHECK(curve[i].items <= curve[i - 1].items);
    CHECK(curve[i].items_all >= curve[i].items);
  }
  CHECK(curve.back().items == 2);
}

TEST_CASE("all workers are best from items_all on", "[policy][unit]") {
  const break_even found = break_even_at(nanoseconds{1e3}, 32, asleep);
  REQUIRE(found.items_all > found.items);
  CHECK(decision_for(found.items_all, nanoseconds{1e3}, 32).n_jobs == 32);
  CHECK(decision_for(found.items_all - 1, nanoseconds{1e3}, 32).n_jobs < 32);
}

TEST_CASE("with one worker, or for items that cost nothing, it never pays", "[policy][unit]") {
  CHECK(break_even_at(nanoseconds{1e6}, 1, asleep).items == 0);
  CHECK(break_even_at(nanoseconds{0}, 8, asleep).items == 0);
  CHECK(break_even_at(nanoseconds{1e-9}, 8, asleep).items == 0);
}
