#include "runtime/policy/makespan.hpp"
#include "tests/support/catch.hpp"

#include <random>

using namespace amorsize::policy;

namespace {
constexpr overheads asleep{nanoseconds{10e3}, nanoseconds{50e3}, nanoseconds{40}};
constexpr overheads free_of_charge{};
}  // namespace

TEST_CASE("one worker takes the serial time", "[policy][unit]") {
  CHECK(predicted_makespan({1'000, nanoseconds{100}}, 1, asleep) == nanoseconds{100'000});
  CHECK(predicted_makespan({1'000, nanoseconds{100}}, 0, asleep) == nanoseconds{100'000});
  CHECK(serial_time({0, nanoseconds{100}}) == nanoseconds{0});
}

TEST_CASE("two free workers halve many items", "[policy][unit]") {
  CHECK(predicted_makespan({100'000, nanoseconds{100}}, 2, free_of_charge).count() ==
        Approx(5e6).epsilon(1e-4));
}

TEST_CASE("three long items on two workers take two of them", "[policy][unit]") {
  const nanoseconds second{1e9};
  CHECK(predicted_makespan({3, second}, 2, asleep).count() == Approx(2e9).epsilon(0.001));
  CHECK(predicted_makespan({2, second}, 2, asleep).count() == Approx(1e9).epsilon(0.001));
}

TEST_CASE("work that ends before the first helper comes is not sped up", "[policy][unit]") {
  const nanoseconds alone = serial_time({10, nanoseconds{1'000}});
  CHECK(predicted_makespan({10, nanoseconds{1'000}}, 2, asleep) == alone + asleep.wake);
}

TEST_CASE("the makespan lies between the work's lower bound and waking everybody in vain",
          "[policy][property]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    const remaining_work work{1 + random() % 100'000, nanoseconds{double(1 + random() % 100'000)}};
    const std::size_t workers = 1 + random() % 200;
    const nanoseconds predicted = predicted_makespan(work, workers, asleep);
    const nanoseconds alone = serial_time(work);
    const nanoseconds ideal = alone / static_cast<double>(workers);
    REQUIRE(predicted >= ideal * 0.999);
    REQUIRE(predicted <= alone + asleep.wake * static_cast<double>(workers - 1));
  }
}

TEST_CASE("free workers worsen the predicted makespan by no more than a look at their range",
          "[policy][property]") {
  for (std::size_t items = 1; items < 200; items += 7) {
    nanoseconds before = predicted_makespan({items, nanoseconds{1e6}}, 1, free_of_charge);
    for (std::size_t workers = 2; workers <= 16; ++workers) {
      const nanoseconds now =
          predicted_makespan({items, nanoseconds{1e6}}, workers, free_of_charge);
      REQUIRE(now <= before * 1.0000001 + nanoseconds{100});
      before = now;
    }
  }
}

TEST_CASE("workers that are at it go on while more are called", "[policy][unit]") {
  const remaining_work alone{1'000, nanoseconds{1e3}};
  const remaining_work by_four{1'000, nanoseconds{1e3}, 4};
  // Nobody new: an even share, and nothing is paid.
  CHECK(predicted_makespan(by_four, 4, asleep).count() == Approx(250e3).epsilon(0.01));
  // Four more: 40 us of calling, in which three work, and then the rest by all.
  const nanoseconds more = predicted_makespan(by_four, 8, asleep);
  CHECK(more < predicted_makespan(by_four, 4, asleep));
  CHECK(more < predicted_makespan(alone, 8, asleep));
  // What four end before anybody new comes needs nobody new.
  const remaining_work little{200, nanoseconds{1e3}, 4};
  CHECK(predicted_makespan(little, 8, asleep) >= predicted_makespan(little, 4, asleep));
}
