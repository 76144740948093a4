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

namespace {

const auto never = [] { return false; };

beat_sample beat_of(nanoseconds wall, nanoseconds finished) {
  return {.items = 100, .wall = wall, .finished = finished};
}

}  // namespace

TEST_CASE("a pause is taken out of the time of the map, not twice in a row", "[policy][unit]") {
  pause_watch watch;
  beat_sample first = beat_of(hour, hour + 100.0 * us);
  CHECK(watch.is_pause(first, 100.0 * us, 1.0 * us, never));
  CHECK(first.finished == 200.0 * us);
  CHECK(watch.lost() == hour - 100.0 * us);
  beat_sample again = beat_of(hour, hour + 200.0 * us);
  CHECK_FALSE(watch.is_pause(again, 100.0 * us, 1.0 * us, never));  // so dear are the items
  CHECK(again.finished == hour + 200.0 * us);
}

TEST_CASE("a clock that is set back again and again is a pause each time", "[policy][unit]") {
  pause_watch watch;
  for (int beat = 1; beat <= 3; ++beat) {
    beat_sample seen = beat_of(-hour, 0.0 * us);
    CHECK(watch.is_pause(seen, 100.0 * us, 1.0 * us, never));
    CHECK(watch.lost() == -static_cast<double>(beat) * (hour + 100.0 * us));
  }
}

TEST_CASE("throttling is asked for only when a beat was long enough", "[policy][unit]") {
  pause_watch watch;
  int asked = 0;
  const auto throttled = [&asked] { return ++asked > 0; };
  beat_sample usual = beat_of(2'000.0 * us, 2'000.0 * us);
  CHECK_FALSE(watch.is_pause(usual, 100.0 * us, 20.0 * us, throttled));
  CHECK(asked == 0);
  beat_sample late = beat_of(50'100.0 * us, 60'000.0 * us);
  CHECK(watch.is_pause(late, 100.0 * us, 20.0 * us, throttled));
  CHECK(asked == 1);
  CHECK(watch.lost() == 50'000.0 * us);
  CHECK(late.finished == 10'000.0 * us);
}
