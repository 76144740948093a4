#include "runtime/policy/cost_estimate.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using amorsize::policy::cost_estimate;
using amorsize::policy::nanoseconds;

TEST_CASE("an estimate without samples is unknown and zero", "[policy][unit]") {
  cost_estimate estimate;
  CHECK_FALSE(estimate.known());
  CHECK(estimate.cost() == nanoseconds{0});
  estimate.observe(0, nanoseconds{100});
  CHECK_FALSE(estimate.known());
}

TEST_CASE("the first sample counts only until there is another", "[policy][unit]") {
  cost_estimate estimate;
  estimate.observe(1, nanoseconds{50'000});  // a first call of exp
  CHECK(estimate.cost() == nanoseconds{50'000});
  estimate.observe(8, nanoseconds{400});
  CHECK(estimate.cost() == nanoseconds{50});
}

TEST_CASE("the estimate of an even cost is that cost, with no spread", "[policy][property]") {
  cost_estimate estimate;
  for (std::size_t items = 1; items < 10'000; items *= 3) {
    estimate.observe(items, nanoseconds{20.0} * static_cast<double>(items));
  }
  CHECK(estimate.cost().count() == Approx(20.0));
  CHECK(estimate.spread() == Approx(0.0).margin(1e-9));
}

TEST_CASE("a cost that has changed for good is followed within three doublings of the run",
          "[policy][property]") {
  cost_estimate estimate;
  for (int i = 0; i < 100; ++i) {
    estimate.observe(10, nanoseconds{10 * 100.0});
  }
  double observed = 100 * 1'000.0;
  const double until = 8.0 * observed;
  while (observed < until) {
    estimate.observe(10, nanoseconds{10 * 1'000.0});
    observed += 10'000.0;
  }
  CHECK(estimate.cost().count() > 900.0);
}

TEST_CASE("clocks that stand still, go back or jump give a finite estimate", "[policy][property]") {
  cost_estimate estimate;
  for (const double time : {0.0,
                            -5.0,
                            std::numeric_limits<double>::quiet_NaN(),
                            std::numeric_limits<double>::infinity(),
                            1e300,
                            7.0}) {
    estimate.observe(3, nanoseconds{time});
    CHECK(estimate.cost().count() >= 0.0);
    CHECK(estimate.cost().count() < 1e19);
    CHECK(estimate.spread() >= 0.0);
    CHECK(estimate.spread() <= 4.0);
  }
}
