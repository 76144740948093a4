#include "runtime/policy/hot_series.hpp"
#include "tests/support/catch.hpp"

using namespace amorsize::policy;

namespace {

constexpr nanoseconds patience{60e3};
constexpr nanoseconds waking{12e3};

/// Maps until somebody is woken, each saving so much and so long after the other; 0 = never.
int maps_until_waking(nanoseconds saving, nanoseconds gap) {
  nanoseconds missed{0};
  for (int map = 1; map <= 1'000; ++map) {
    missed = missed_by_series(missed, gap, patience, saving);
    if (series_pays(missed, waking)) {
      return map;
    }
  }
  return 0;
}

}  // namespace

TEST_CASE("a series of short maps wakes a helper once it has missed a few wake-ups",
          "[policy][unit]") {
  CHECK(maps_until_waking(nanoseconds{9e3}, nanoseconds{100}) == 4);
  CHECK(maps_until_waking(nanoseconds{1e3}, nanoseconds{100}) == 36);
}

TEST_CASE("a helper that would fall asleep in between is never woken for a series",
          "[policy][unit]") {
  CHECK(maps_until_waking(nanoseconds{9e3}, nanoseconds{1e6}) == 0);
  // Nor for a single map that would save several wake-ups with a helper who is awake.
  CHECK(maps_until_waking(nanoseconds{90e3}, nanoseconds{1e6}) == 0);
}

TEST_CASE("threads are started as soon as maps have missed what that costs", "[policy][unit]") {
  const overheads absent{
      nanoseconds{30e3}, nanoseconds{200e3}, nanoseconds{40}, nanoseconds{120e3}};
  CHECK_FALSE(start_pays(nanoseconds{0}, absent));
  CHECK_FALSE(start_pays(nanoseconds{1'399e3}, absent));
  CHECK(start_pays(nanoseconds{1'400e3}, absent));
}

TEST_CASE("maps that would save nothing wake nobody however many they are", "[policy][unit]") {
  CHECK(maps_until_waking(nanoseconds{0}, nanoseconds{0}) == 0);
  CHECK(maps_until_waking(nanoseconds{-1.0}, nanoseconds{-1.0}) == 0);
}
