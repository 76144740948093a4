#include "runtime/policy/waiting_climb.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>

using namespace amorsize::policy;

namespace {

/// A machine whose items wait for `wait` and compute for `cpu`, on `cpus`; in virtual time, beat by
/// beat. `at_once`: so many waits may go on at the same time, as at a server or, 1, below a lock.
struct waiting_machine {
  std::size_t cpus = 2;
  nanoseconds wait{1e6};
  nanoseconds cpu{20e3};
  std::size_t at_once = 1'000'000;
  double waits_per_item = 1.0;
  std::size_t to_be_had = 1'000'000;  ///< threads

  std::size_t n_jobs = 2;
  nanoseconds now{2e6};
  std::size_t left = 1'000'000;
  double fraction_of_item = 0.0;
  waiting_climb climb{};

  [[nodiscard]] std::size_t present() const { return std::min(n_jobs, to_be_had); }
  [[nodiscard]] double rate() const {
    const double by_workers = static_cast<double>(present()) / (wait + cpu).count();
    const double by_cpus = static_cast<double>(cpus) / cpu.count();
    const double by_server = static_cast<double>(at_once) / wait.count();
    return std::min({by_workers, by_cpus, by_server});
  }
  waiting_climb::advice beat(const waiting_climb::bounds& within) {
    const nanoseconds length{std::max(100e3, now.count() * 0.02)};
    now += length;
    const double done = rate() * length.count() + fraction_of_item;
    const auto items = static_cast<std::size_t>(done);
    fraction_of_item = done - static_cast<double>(items);
    const double count = static_cast<double>(items);
    left -= std::min(left, items);
    const nanoseconds latency{static_cast<double>(present()) / rate()};
    const waiting_climb::advice advice =
        climb.observe({.items = items,
                       .wall = length,
                       .workers = present(),
                       .items_left = left,
                       .finished = now,
                       .present = present(),
                       .usage = {items, latency * count, cpu * count, waits_per_item * count}},
                      n_jobs,
                      wait + cpu,
                      within);
    if (advice.reason != reason_code::none) {
      n_jobs = advice.n_jobs;
    }
    return advice;
  }
  /// Until so much time has passed. Returns the most workers there were.
  std::size_t run(nanoseconds time, const waiting_climb::bounds& within) {
    std::size_t most = n_jobs;
    for (const nanoseconds until = now + time; now < until;) {
      static_cast<void>(beat(within));
      most = std::max(most, n_jobs);
    }
    return most;
  }
};

constexpr waiting_climb::bounds two_cpus{2, 64};

}  // namespace

TEST_CASE("items wait when their threads gave the CPU up of their own accord", "[policy][unit]") {
  constexpr nanoseconds ms{1e6};
  CHECK(is_waiting({10, ms * 10.0, ms * 0.2, 10.0}));
  CHECK(is_waiting({10, ms * 10.0, ms * 5.0, 10.0}));
  CHECK_FALSE(is_waiting({10, ms * 10.0, ms * 0.2, 0.0}));  // preempted, or the core was stolen
  CHECK_FALSE(is_waiting({10, ms * 10.0, ms * 9.0, 10.0}));
  CHECK_FALSE(is_waiting({}));
  CHECK_FALSE(is_waiting({10, nanoseconds{0}, nanoseconds{0}, 10.0}));
  CHECK_FALSE(is_waiting({10, nanoseconds{-5}, nanoseconds{1e300}, 10.0}));
}

TEST_CASE("the CPU time of the items says how many workers could be of use", "[policy][unit]") {
  constexpr nanoseconds ms{1e6};
  CHECK(workers_to_fill({1, ms, ms, 0.0}, 2, 64) == 4);
  CHECK(workers_to_fill({1, ms, ms * 0.5, 0.0}, 2, 64) == 8);
  CHECK(workers_to_fill({1, ms, ms * 0.01, 0.0}, 2, 64) == 64);
  CHECK(workers_to_fill({1, ms, nanoseconds{0}, 0.0}, 2, 64) == 64);
  CHECK(workers_to_fill({}, 2, 64) == 64);
}

TEST_CASE(
    "items that do nothing but wait get all workers there may be within a few of their lengths",
    "[policy][unit]") {
  waiting_machine machine;
  machine.run(nanoseconds{15e6}, two_cpus);
  CHECK(machine.n_jobs == 64);
  CHECK(machine.climb.is_active());
  CHECK(machine.climb.gain() > 8.0);
  CHECK(machine.climb.waiting_fraction() > 0.9);
  machine.run(nanoseconds{1e9}, two_cpus);
  CHECK(machine.n_jobs == 64);
}

TEST_CASE("items that compute half of their time get what fills the CPUs", "[policy][unit]") {
  waiting_machine machine{.wait = nanoseconds{1e6}, .cpu = nanoseconds{1e6}};
  machine.run(nanoseconds{100e6}, two_cpus);
  CHECK(machine.n_jobs == 8);
}

TEST_CASE("items that compute, on however slow a CPU, get no more workers than CPUs",
          "[policy][unit]") {
  waiting_machine computing{.wait = nanoseconds{10e3}, .cpu = nanoseconds{1e6}};
  CHECK(computing.run(nanoseconds{1e9}, two_cpus) == 2);
  // A stolen core: the CPU time is a tenth, but nobody gave it up.
  waiting_machine stolen{
      .wait = nanoseconds{1e6}, .cpu = nanoseconds{100e3}, .waits_per_item = 0.0};
  CHECK(stolen.run(nanoseconds{1e9}, two_cpus) == 2);
  CHECK_FALSE(stolen.climb.is_active());
}

TEST_CASE("a lock around everything takes no more workers", "[policy][unit]") {
  waiting_machine machine{.at_once = 1};
  CHECK(machine.run(nanoseconds{1e9}, two_cpus) == 2);
}

TEST_CASE("a lock that shows only with more workers sends them away, ever more rarely",
          "[policy][unit]") {
  waiting_machine machine{.at_once = 2};
  std::size_t attempts = 0;
  nanoseconds beyond{0};
  nanoseconds before = machine.now;
  for (const nanoseconds until = machine.now + nanoseconds{4e9}; machine.now < until;) {
    const auto advice = machine.beat(two_cpus);
    attempts += advice.reason == reason_code::items_wait ? 1 : 0;
    beyond += machine.n_jobs > 2 ? machine.now - before : nanoseconds{0};
    before = machine.now;
  }
  CHECK(attempts >= 1);
  CHECK(attempts <= 9);  // once, and again whenever the map has lasted as long again
  CHECK(beyond < machine.now * 0.1);
}

TEST_CASE("a server that answers eight at once gets about so many workers", "[policy][unit]") {
  waiting_machine machine{.at_once = 8};
  machine.run(nanoseconds{1e9}, two_cpus);
  CHECK(machine.n_jobs >= 8);
  CHECK(machine.n_jobs <= 16);
}

TEST_CASE("threads that are not to be had are not waited for", "[policy][unit]") {
  waiting_machine machine{.to_be_had = 5};
  machine.run(nanoseconds{100e6}, two_cpus);
  CHECK(machine.climb.is_active());
  CHECK(machine.climb.gain() > 1.5);
}

TEST_CASE("when the items stop waiting the workers beyond the CPUs go", "[policy][unit]") {
  waiting_machine machine;
  machine.run(nanoseconds{50e6}, two_cpus);
  REQUIRE(machine.n_jobs == 64);
  machine.wait = nanoseconds{0};
  machine.cpu = nanoseconds{1e6};
  machine.waits_per_item = 0.0;
  machine.at_once = 1'000'000;
  reason_code last = reason_code::none;
  for (const nanoseconds until = machine.now + nanoseconds{200e6}; machine.now < until;) {
    const auto advice = machine.beat(two_cpus);
    last = advice.reason == reason_code::none ? last : advice.reason;
  }
  CHECK(machine.n_jobs == 2);
  CHECK(last == reason_code::waiting_is_over);
  CHECK_FALSE(machine.climb.is_active());
}

TEST_CASE("no more workers than max_jobs, items or helpers allow", "[policy][unit]") {
  waiting_machine bounded;
  CHECK(bounded.run(nanoseconds{100e6}, {2, 5}) == 5);
  waiting_machine not_allowed;
  CHECK(not_allowed.run(nanoseconds{100e6}, {2, 2}) == 2);
  waiting_machine few_items{.left = 12};
  CHECK(few_items.run(nanoseconds{10e6}, two_cpus) <= 12);
}

TEST_CASE("a caller whose items wait on the only CPU begins with many", "[policy][unit]") {
  waiting_climb climb;
  const usage_sample waits{4, nanoseconds{4e6}, nanoseconds{80e3}, 4.0};
  const auto first = climb.begin(waits, 1'000, {1, 64});
  CHECK(first.n_jobs == 16);
  CHECK(first.reason == reason_code::items_wait);
  CHECK(climb.is_active());
  waiting_climb others;
  CHECK(others.begin({4, nanoseconds{4e6}, nanoseconds{4e6}, 0.0}, 1'000, {1, 64}).reason ==
        reason_code::none);
  CHECK(others.begin(waits, 1'000, {1, 1}).reason == reason_code::none);
  CHECK(others.begin(waits, 2, {2, 64}).reason == reason_code::none);
  CHECK_FALSE(others.is_active());
}

TEST_CASE("beats that say nothing, and clocks that stand still or jump, do no harm",
          "[policy][property]") {
  waiting_climb climb;
  std::size_t n_jobs = 2;
  for (int i = 0; i < 2'000; ++i) {
    const double wild = i % 5 == 0 ? 0.0 : i % 7 == 0 ? -1e9 : i % 11 == 0 ? 3.6e12 : 1e6;
    const auto items = static_cast<std::size_t>(i % 4);
    const auto advice = climb.observe(
        {.items = items,
         .wall = nanoseconds{wild},
         .workers = n_jobs,
         .items_left = 10'000,
         .finished = nanoseconds{1e6 * i - (i % 13 == 0 ? 5e6 : 0.0)},
         .present = n_jobs,
         .usage = {items, nanoseconds{wild}, nanoseconds{wild / 10.0}, i % 3 == 0 ? -1.0 : 5.0}},
        n_jobs,
        nanoseconds{i % 2 == 0 ? 0.0 : 1e6},
        {2, 64});
    n_jobs = advice.reason == reason_code::none ? n_jobs : advice.n_jobs;
    REQUIRE(n_jobs >= 1);
    REQUIRE(n_jobs <= 64);
  }
}

TEST_CASE("workers that wait for each other are sent away", "[policy][unit]") {
  waiting_climb climb;
  reason_code last = reason_code::none;
  std::size_t beats = 0;
  // A lock around 100 us of computing: with two workers an item takes twice as long, half of it
  // waiting, and together they do as many as one.
  while (last == reason_code::none && beats < 100) {
    ++beats;
    last = climb
               .observe({.items = 4,
                         .wall = nanoseconds{400e3},
                         .workers = 2,
                         .items_left = 1'000,
                         .finished = nanoseconds{400e3} * static_cast<double>(beats),
                         .present = 2,
                         .usage = {4, nanoseconds{800e3}, nanoseconds{410e3}, 4.0}},
                        2,
                        nanoseconds{100e3},
                        {2, 64})
               .reason;
  }
  CHECK(last == reason_code::no_speedup);
  CHECK(beats <= 5);
  CHECK(climb.gain() == Approx(1.0));
  CHECK_FALSE(climb.is_active());
}
