#include "runtime/policy/memory_ceiling.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

using namespace amorsize::policy;

namespace {

constexpr double mb = 1e6;

/// A process of 50 MB on a machine or in a group of 562 MB.
memory_reading holding(double bytes, double peak) {
  return {true, 50 * mb + bytes, 50 * mb + peak, 512 * mb - bytes};
}

}  // namespace

TEST_CASE("items of 100 MB under 512 MB get three workers: half as much again is kept free",
          "[policy][unit]") {
  memory_ceiling ceiling;
  CHECK(ceiling.most_workers(64) == 64);  // nothing is known
  ceiling.observe_idle(holding(0, 100 * mb), not_told);
  CHECK(ceiling.most_workers(64) == 3);
  ceiling.observe(holding(200 * mb, 200 * mb), 2);
  CHECK(ceiling.per_worker() == Approx(100 * mb));
  CHECK(ceiling.most_workers(64) == 3);
  CHECK(ceiling.most_workers(2) == 2);
}

TEST_CASE("while no item takes more than half as much again as any before, what is there suffices",
          "[policy][property]") {
  for (double item = 10 * mb; item < 600 * mb; item *= 1.3) {
    memory_ceiling ceiling;
    ceiling.observe_idle(holding(0, item), not_told);
    ceiling.observe(holding(item, item), 1);
    const double workers = static_cast<double>(ceiling.most_workers(64));
    CAPTURE(item, workers);
    CHECK((workers == 1.0 || workers * memory_reserve * item <= 512 * mb));
  }
}

TEST_CASE("a peak from before the map makes it careful only until the next reading",
          "[policy][unit]") {
  memory_ceiling ceiling;
  ceiling.observe_idle({true, 50 * mb, 900 * mb, 512 * mb}, not_told);
  CHECK(ceiling.most_workers(64) == 1);
  ceiling.observe({true, 60 * mb, 900 * mb, 502 * mb}, 2);
  CHECK(ceiling.per_worker() == Approx(5 * mb));
  CHECK(ceiling.most_workers(64) == 64);
}

TEST_CASE("a peak from before the map does not matter to items that touch no new memory",
          "[policy][unit]") {
  memory_ceiling ceiling;
  const memory_reading after_a_peak{true, 50 * mb, 900 * mb, 512 * mb};
  ceiling.observe_idle(after_a_peak, not_told);
  CHECK(ceiling.most_workers(64) == 1);
  ceiling.observe_idle(after_a_peak, 3.0 * largest_page);
  CHECK(ceiling.most_workers(32) == 32);
}

TEST_CASE("items that gave everything back are suspected until they are seen", "[policy][unit]") {
  memory_ceiling ceiling;
  for (int look = 0; look < 5; ++look) {
    ceiling.observe_idle({true, 50 * mb, 150 * mb, 180 * mb}, 1e12);
    CHECK(ceiling.most_workers(64) == 1);
  }
}

TEST_CASE("results that pile up are no part of what an item takes", "[policy][unit]") {
  memory_ceiling ceiling;
  double kept = 0.0;
  ceiling.observe_idle(holding(0, 0), not_told);
  for (int look = 0; look < 40; ++look) {
    kept += 5 * mb;
    ceiling.observe(holding(kept, kept), 2);
  }
  CHECK(ceiling.per_worker() <= 10 * mb);
  CHECK(ceiling.most_workers(8) == 8);
}

TEST_CASE("what running items hold is there for those that follow", "[policy][property]") {
  for (const double workers : {1.0, 2.0, 5.0, 32.0}) {
    memory_ceiling ceiling;
    const double item = 100 * mb;
    const double room = (workers + 0.2) * memory_reserve * item;
    ceiling.observe_idle({true, 50 * mb, 50 * mb + item, room}, not_told);
    for (int look = 0; look < 50; ++look) {
      const double held = workers * item;
      ceiling.observe({true, 50 * mb + held, 50 * mb + held, room - held},
                      static_cast<std::size_t>(workers));
      CAPTURE(workers, look);
      REQUIRE(ceiling.most_workers(64) == static_cast<std::size_t>(workers));
    }
  }
}

TEST_CASE("results that pile up beside what items hold leave less room", "[policy][unit]") {
  memory_ceiling ceiling;
  const double item = 10 * mb;
  double left = 1000 * mb;
  ceiling.observe_idle({true, 50 * mb, 60 * mb, left}, not_told);
  std::size_t fewest = 8;
  for (double kept = 0.0; kept < 900 * mb; kept += 10 * mb) {
    const double in_use = 50 * mb + kept + 8 * item;
    ceiling.observe({true, in_use, in_use, left - kept - 8 * item}, 8);
    fewest = std::min(fewest, ceiling.most_workers(8));
  }
  CHECK(ceiling.per_worker() <= 2 * item);
  CHECK(fewest < 8);
}

TEST_CASE("a limit bounds what the map may take, whatever is available", "[policy][unit]") {
  memory_ceiling ceiling(250 * mb);
  ceiling.observe_idle(holding(0, 0), not_told);
  ceiling.observe(holding(100 * mb, 100 * mb), 1);
  CHECK(ceiling.most_workers(64) == 1);
}

TEST_CASE("at the limit one worker goes on, and what is not known bounds nobody",
          "[policy][unit]") {
  memory_ceiling full;
  full.observe({true, 50 * mb, 50 * mb, 0.0}, 1);
  full.observe({true, 60 * mb, 60 * mb, 0.0}, 2);
  CHECK(full.most_workers(64) == 1);
  memory_ceiling unknown;
  unknown.observe({}, 1);
  unknown.observe({}, 8);
  CHECK(unknown.most_workers(64) == 64);
  CHECK(unknown.per_worker() == 0.0);
  memory_ceiling wild;
  wild.observe({true, 1e300, -1.0, std::numeric_limits<double>::infinity()}, 0);
  wild.observe({true, -5.0, 1e300, -1e300}, 0);
  CHECK(wild.most_workers(64) >= 1);
  CHECK(wild.most_workers(64) <= 64);
}
