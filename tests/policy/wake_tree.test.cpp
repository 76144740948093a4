#include "runtime/policy/wake_tree.hpp"
#include "tests/support/catch.hpp"

using namespace amorsize::policy;

namespace {
constexpr overheads asleep{nanoseconds{10e3}, nanoseconds{50e3}, nanoseconds{40}};
}  // namespace

TEST_CASE("one helper costs one wake and comes one delay later", "[policy][unit]") {
  const wake_times times = predicted_wake(1, asleep);
  CHECK(times.asking == nanoseconds{10e3});
  CHECK(times.start == nanoseconds{50e3});
  CHECK(predicted_wake(0, asleep).asking == nanoseconds{0});
}

TEST_CASE("the caller never calls more than a few, the others call each other", "[policy][unit]") {
  CHECK(called_directly(3) == 3);
  CHECK(called_directly(999) == 4);
  CHECK(predicted_wake(999, asleep).asking == predicted_wake(4, asleep).asking);
  // Five levels of four wakes and a delay, not a thousand wakes.
  CHECK(predicted_wake(999, asleep).start < nanoseconds{5 * 90e3});
  CHECK(predicted_wake(999, asleep).start > nanoseconds{3 * 60e3});
}

TEST_CASE("more helpers come no earlier, and starting the back end is paid once",
          "[policy][property]") {
  overheads cold = asleep;
  cold.setup = nanoseconds{120e3};
  nanoseconds before{0};
  for (std::size_t helpers = 1; helpers < 2'000; ++helpers) {
    const wake_times times = predicted_wake(helpers, asleep);
    const nanoseconds all = times.asking + times.start;
    REQUIRE(all >= before * 0.999);
    before = all;
    const wake_times first = predicted_wake(helpers, cold);
    REQUIRE((first.asking + first.start).count() == Approx((all + cold.setup).count()));
  }
}
