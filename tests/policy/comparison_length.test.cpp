#include "runtime/policy/throughput_climb.hpp"
#include "tests/support/catch.hpp"

using namespace amorsize::policy;

TEST_CASE("no comparison takes more than a twentieth of the map", "[policy][unit]") {
  // Seven workers seem to reach what two would, and items take a millisecond: eight of them would
  // be most of what has passed.
  throughput_climb climb;
  climb.start(7, 0.01, nanoseconds{0});
  nanoseconds now{0};
  while (now < nanoseconds{40e6}) {
    now += nanoseconds{2e6};
    const auto advice = climb.observe({.items = 14 * 5,
                                       .busy = nanoseconds{14e6 * 5},
                                       .wall = nanoseconds{2e6},
                                       .rate = 0.02,
                                       .workers = 7,
                                       .items_left = 1'000'000,
                                       .finished = now,
                                       .caller = {10, nanoseconds{10e6}}});
    CAPTURE(now.count());
    REQUIRE(advice.reason == reason_code::none);
  }
}
