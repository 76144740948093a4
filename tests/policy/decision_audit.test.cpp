#include "runtime/policy/decision_audit.hpp"
#include "tests/support/catch.hpp"

#include <limits>

namespace {

using amorsize::policy::audit;
using amorsize::policy::decision;
using amorsize::policy::nanoseconds;

TEST_CASE("an audit compares what was said with what came", "[policy][unit]") {
  const decision shared{.n_jobs = 2,
                        .estimated_cost = nanoseconds{100},
                        .wake_cost = nanoseconds{10e3},
                        .start_delay = nanoseconds{40e3},
                        .estimated_serial = nanoseconds{2e6},
                        .estimated_parallel = nanoseconds{1e6}};
  const auto seen =
      audit(shared,
            nanoseconds{50e3},
            {.elapsed = nanoseconds{2.1e6}, .cost = nanoseconds{110}, .start = nanoseconds{25e3}});
  CHECK(seen.estimated_elapsed == nanoseconds{1.05e6});
  CHECK(seen.elapsed_ratio == Approx(2.0));
  CHECK(seen.cost_ratio == Approx(1.1));
  CHECK(seen.start_ratio == Approx(0.5));

  decision alone = shared;
  alone.n_jobs = 1;
  CHECK(audit(alone, nanoseconds{0}, {.elapsed = nanoseconds{2e6}}).elapsed_ratio == Approx(1.0));
  CHECK(audit(alone, nanoseconds{0}, {.start = nanoseconds{9}}).start_ratio == 0.0);
}

TEST_CASE("an audit of nothing, or of what is no number, has no ratios", "[policy][unit]") {
  CHECK(audit({}, nanoseconds{0}, {}).elapsed_ratio == 0.0);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const decision odd{.n_jobs = 2,
                     .estimated_cost = nanoseconds{nan},
                     .wake_cost = nanoseconds{infinity},
                     .estimated_parallel = nanoseconds{-1.0}};
  const auto seen = audit(odd, nanoseconds{nan}, {.elapsed = nanoseconds{infinity}});
  CHECK(seen.elapsed_ratio == 0.0);
  CHECK(seen.cost_ratio == 0.0);
  CHECK(seen.start_ratio == 0.0);
}

}  // namespace
