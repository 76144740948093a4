#include "runtime/policy/overhead_model.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <limits>

using namespace amorsize::policy;

TEST_CASE("learning moves towards what is observed and arrives", "[policy][property]") {
  nanoseconds estimate{50'000};
  for (int i = 0; i < 60; ++i) {
    const nanoseconds before = estimate;
    estimate = learn(estimate, nanoseconds{8'000});
    CHECK(estimate < before);
    CHECK(estimate >= nanoseconds{8'000} * 0.999);
  }
  CHECK(estimate.count() == Approx(8'000.0).epsilon(0.001));
}

TEST_CASE("one preempted wake of milliseconds raises the estimate by less than a factor two",
          "[policy][unit]") {
  CHECK(learn(nanoseconds{10'000}, nanoseconds{3e6}) < nanoseconds{20'000});
}

TEST_CASE("bad news fades, good news does not", "[policy][property]") {
  const nanoseconds assumed{50e3};
  const nanoseconds half_life = fade_half_life(0);
  nanoseconds before{10e6};
  for (double age = 1e6; age < 1e11; age *= 3.0) {
    const nanoseconds now = fade(nanoseconds{10e6}, assumed, nanoseconds{age}, half_life);
    CHECK(now < before);
    CHECK(now >= assumed);
    before = now;
  }
  CHECK(before < assumed * 1.2);
  CHECK(fade(nanoseconds{8e3}, assumed, nanoseconds{1e12}, half_life) == nanoseconds{8e3});
  CHECK(fade(nanoseconds{10e6}, assumed, nanoseconds{-1e9}, half_life) == nanoseconds{10e6});
}

TEST_CASE("wakes that are worse than promised are tried more and more rarely",
          "[policy][property]") {
  // What is promised has faded to half of what a wake takes whenever one is tried.
  unsigned disappointments = 0;
  nanoseconds waited{0};
  int trials = 0;
  for (; waited < nanoseconds{60e9}; ++trials) {
    disappointments = disappointments_after(disappointments, nanoseconds{1e5}, nanoseconds{2e5});
    waited += fade_half_life(disappointments);
  }
  CHECK(trials < 30);
  // Never so rarely that a machine that has become quick is not noticed.
  CHECK(fade_half_life(disappointments) < nanoseconds{5e9});
  CHECK(fade_half_life(1'000'000) == fade_half_life(disappointments));
  // One wake that keeps the promise, and the others are believed to do so, too.
  CHECK(disappointments_after(disappointments, nanoseconds{1e5}, nanoseconds{9e4}) == 0);
  CHECK(fade_half_life(0) < fade_half_life(1));
}

TEST_CASE("learning is total", "[policy][property]") {
  const double odd[] = {0.0,
                        -1.0,
                        1e300,
                        std::numeric_limits<double>::infinity(),
                        std::numeric_limits<double>::quiet_NaN(),
                        1.0};
  for (const double estimate : odd) {
    for (const double sample : odd) {
      const double next = learn(nanoseconds{estimate}, nanoseconds{sample}).count();
      CHECK(next > 0.0);
      CHECK(next < 1e19);
    }
  }
}

TEST_CASE("a timer that takes a CPU now and then does not make helpers who are awake dear",
          "[policy][unit]") {
  // 40 us once a millisecond, with maps of 13 us; sometimes twice in a row.
  nanoseconds estimate{2'000};
  double highest = 0.0;
  for (int map = 0; map < 2'000; ++map) {
    const bool is_hit = map % 75 < 2;
    estimate = learn(estimate, nanoseconds{is_hit ? 40'000.0 : 2'000.0}, most_of_awake);
    highest = std::max(highest, estimate.count());
  }
  CHECK(highest < 3'000.0);
  // Helpers who are late from now on are believed to be so within some thirty maps.
  int maps = 0;
  for (; estimate < nanoseconds{20'000} && maps < 100; ++maps) {
    estimate = learn(estimate, nanoseconds{40'000}, most_of_awake);
  }
  CHECK(maps <= 30);
}
