// What a map is thought to take before it is shared, and whom that makes it ask.
#include "runtime/policy/controller.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <cstddef>
#include <random>

using namespace amorsize::policy;

namespace {

constexpr overheads asleep{nanoseconds{10e3}, nanoseconds{50e3}, nanoseconds{40}};
constexpr overheads awake{nanoseconds{200}, nanoseconds{1e3}, nanoseconds{40}};

}  // namespace

TEST_CASE("first items of a cold program do not make a known map look long", "[policy][unit]") {
  // 1,000 items of 100 ns; after a pause the first ten take 180. 180 us would be worth a wake.
  controller decides(1'000, {}, nanoseconds{100});
  decides.observe(chunk_sample{10, nanoseconds{1'800}, nanoseconds{1'800}});
  CHECK(decides.time_left().count() == Approx(99e3));
  CHECK(decides.next().estimated_cost == nanoseconds{100});
  // A second block counts: they have become dearer.
  decides.observe(chunk_sample{20, nanoseconds{3'600}, nanoseconds{5'400}});
  CHECK(decides.time_left().count() == Approx(970 * 180.0));
  // And a first one that is far off is not overruled by memory.
  controller other(1'000, {}, nanoseconds{100});
  other.observe(chunk_sample{10, nanoseconds{5'000}, nanoseconds{5'000}});
  CHECK(other.time_left().count() == Approx(990 * 500.0));
}

TEST_CASE("nobody is asked how many helpers there are where the most could not pay",
          "[policy][property]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  int refused = 0;
  for (int round = 0; round < 3'000; ++round) {
    const std::size_t items = 2 + random() % 2'000;
    const double cost = std::exp(std::uniform_real_distribution<double>(0.0, 9.0)(random));
    const overheads& costs = random() % 2 == 0 ? asleep : awake;
    const std::size_t cpus = 2 + random() % 63;
    controller decides(
        items, {.prepared = nanoseconds{random() % 2 == 0 ? 0.0 : 1e4}}, nanoseconds{cost});
    decides.observe(chunk_sample{1, nanoseconds{cost}, nanoseconds{cost}});
    if (!decides.worth_asking(costs)) {
      continue;
    }
    const bool could_pay = decides.could_pay(costs, cpus);
    CHECK(decides.could_pay(costs, 1));  // not known
    decides.consider(costs, {cpus, reason_code::none});
    CAPTURE(items, cost, cpus);
    REQUIRE((could_pay || decides.next().n_jobs == 1));
    refused += could_pay ? 0 : 1;
  }
  CHECK(refused > 10);
}
