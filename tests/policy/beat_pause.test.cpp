#include "runtime/policy/beat_pause.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using namespace amorsize::policy;

namespace {

constexpr nanoseconds us{1e3};
constexpr nanoseconds hour{3600e9};

}  // namespace

TEST_CASE("a beat is a pause only when neither its plan nor its items explain it",
          "[policy][unit]") {
  CHECK(pause_in(100.0 * us, 100.0 * us, 1.0 * us, 200) == 0.0 * us);
  CHECK(pause_in(900.0 * 100.0 * us, 100.0 * us, 1.0 * us, 200) == 0.0 * us);
  CHECK(pause_in(hour, 100.0 * us, 1.0 * us, 200) == hour - 200.0 * us);
  // Items of a minute take an hour.
  CHECK(pause_in(hour, 100.0 * us, hour / 60.0, 2) == 0.0 * us);
}

TEST_CASE("a clock that was set back takes time away, one that jitters does not",
          "[policy][unit]") {
  CHECK(pause_in(-hour, 100.0 * us, 1.0 * us, 50) == -hour - 100.0 * us);
  CHECK(pause_in(-5.0 * us, 100.0 * us, 1.0 * us, 50) == 0.0 * us);
}

TEST_CASE("numbers that mean nothing are no pause", "[policy][unit]") {
  const nanoseconds nothing{std::numeric_limits<double>::quiet_NaN()};
  CHECK(pause_in(nothing, 100.0 * us, 1.0 * us, 5) == 0.0 * us);
  CHECK(pause_in(hour, 0.0 * us, 0.0 * us, 5) == 0.0 * us);
  CHECK(pause_in(hour, nothing, nothing, 0) == 0.0 * us);
}
