#include "runtime/policy/controller.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <random>

using namespace amorsize::policy;

namespace {

constexpr overheads asleep{nanoseconds{10e3}, nanoseconds{50e3}, nanoseconds{40}};
constexpr overheads awake{nanoseconds{200}, nanoseconds{1e3}, nanoseconds{40}};

struct alone_run {
  decision last;
  std::size_t looks = 0;  ///< times the clock was read
  std::size_t considered = 0;
  std::size_t items_alone = 0;
};

/// The calling thread's part of a map, in virtual time, until it is over or shared.
template <class Cost>
alone_run run_alone(std::size_t items,
                    Cost cost,
                    const overheads& costs,
                    std::size_t cpus,
                    nanoseconds remembered = nanoseconds{0}) {
  controller decides(items, {}, remembered);
  alone_run seen;
  nanoseconds now{0};
  while (decides.items_left() > 0) {
    const std::size_t block = decides.next_block();
    REQUIRE(block >= 1);
    REQUIRE(block <= decides.items_left());
    const bool timed = decides.is_timed();
    nanoseconds busy{0};
    for (std::size_t i = 0; i < block; ++i) {
      busy += nanoseconds{cost(seen.items_alone + i)};
    }
    now += busy;
    seen.items_alone += block;
    seen.looks += timed ? 1 : 0;
    decides.observe(chunk_sample{block, timed ? busy : nanoseconds{0}, now});
    if (decides.worth_asking(costs)) {
      ++seen.considered;
      decides.consider(costs,
                       {cpus, cpus > 1 ? reason_code::workers_busy : reason_code::one_cpu_allowed});
      if (decides.next().n_jobs > 1) {
        break;
      }
    }
  }
  seen.last = decides.next();
  return seen;
}

auto even(double cost) {
  return [cost](std::size_t) { return cost; };
}

}  // namespace

TEST_CASE("a hundred items of two nanoseconds are never worth asking about", "[policy][unit]") {
  const alone_run run = run_alone(100, even(2.0), awake, 64);
  CHECK(run.considered == 0);
  CHECK(run.items_alone == 100);
}

TEST_CASE("a short call at a known site reads the clock once beyond the start", "[policy][unit]") {
  for (const std::size_t items : {1U, 16U, 256U, 900U}) {
    CHECK(run_alone(items, even(1.0), asleep, 2, nanoseconds{1.0}).looks <= 1);
  }
}

TEST_CASE("a first short call reads it a few times at most", "[policy][unit]") {
  CHECK(run_alone(16, even(1.0), asleep, 2).looks <= 2);
  CHECK(run_alone(256, even(1.0), asleep, 2).looks <= 4);
}

TEST_CASE("long work is shared after a small part of it", "[policy][unit]") {
  const alone_run run = run_alone(100'000, even(1'000.0), asleep, 2);
  CHECK(run.last.n_jobs == 2);
  CHECK(run.last.reason == reason_code::shared_predicted);
  CHECK(run.items_alone < 100);
  CHECK(run.last.chunksize >= 1);
  CHECK(run.last.chunksize <= 50);
}

TEST_CASE("cheap first items do not hide dear later ones", "[policy][unit]") {
  const alone_run run = run_alone(
      1'000, [](std::size_t i) { return i < 3 ? 20.0 : 1e6; }, asleep, 2);
  CHECK(run.last.n_jobs == 2);
  CHECK(run.items_alone < 30);
}

TEST_CASE("a dear first item does not share cheap later ones", "[policy][unit]") {
  const alone_run run = run_alone(
      200, [](std::size_t i) { return i == 0 ? 2e4 : 5.0; }, asleep, 2);
  CHECK(run.last.n_jobs == 1);
}

TEST_CASE("a cost that rises a hundredfold in the middle is shared from then on",
          "[policy][unit]") {
  const alone_run run = run_alone(
      20'000, [](std::size_t i) { return i < 10'000 ? 3.0 : 300.0; }, asleep, 2);
  CHECK(run.last.n_jobs == 2);
  CHECK(run.items_alone < 14'000);
}

TEST_CASE("one CPU stays serial with that reason", "[policy][unit]") {
  const alone_run run = run_alone(10'000, even(1'000.0), asleep, 1);
  CHECK(run.last.n_jobs == 1);
  CHECK(run.items_alone == 10'000);
}

TEST_CASE("with one CPU the machine is asked again after half a millisecond", "[policy][unit]") {
  controller decides(100'000, {}, nanoseconds{0});
  decides.observe(chunk_sample{10, nanoseconds{10e3}, nanoseconds{10e3}});
  decides.observe(chunk_sample{10, nanoseconds{10e3}, nanoseconds{20e3}});
  REQUIRE(decides.worth_asking(asleep));
  decides.consider(asleep, {1, reason_code::one_cpu_allowed});
  CHECK_FALSE(decides.worth_asking(asleep));
  decides.observe(chunk_sample{100, nanoseconds{100e3}, nanoseconds{120e3}});
  CHECK_FALSE(decides.worth_asking(asleep));
  decides.observe(chunk_sample{500, nanoseconds{500e3}, nanoseconds{620e3}});
  CHECK(decides.worth_asking(asleep));
}

TEST_CASE("sharing is never chosen when the model predicts a gain below a tenth",
          "[policy][property]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 3'000; ++round) {
    const std::size_t items = 1 + random() % 2'000;
    const double cost = std::exp(std::uniform_real_distribution<double>(0.0, 14.0)(random));
    const overheads& costs = random() % 2 == 0 ? asleep : awake;
    const alone_run run = run_alone(items, even(cost), costs, 1 + random() % 64);
    if (run.last.n_jobs > 1) {
      REQUIRE(run.last.estimated_parallel < run.last.estimated_serial * 0.9);
    } else {
      REQUIRE(run.items_alone == items);
    }
  }
}

TEST_CASE("max_jobs bounds the choice, a fixed chunksize is kept", "[policy][unit]") {
  controller decides(1'000'000, {.max_jobs = 3, .chunksize = 77}, nanoseconds{0});
  decides.observe(chunk_sample{1, nanoseconds{1e5}, nanoseconds{1e5}});
  decides.consider(asleep, {64, reason_code::none});
  CHECK(decides.next().n_jobs == 3);
  CHECK(decides.next().chunksize == 77);
}

TEST_CASE("a first block of a quarter of a millisecond is believed at once", "[policy][unit]") {
  CHECK(run_alone(3, even(1e9), asleep, 2).items_alone == 1);
  CHECK(run_alone(10, even(3e5), asleep, 2).items_alone == 1);
}

TEST_CASE("a site's memory confirms the first block, but overrules none that is far off",
          "[policy][unit]") {
  CHECK(run_alone(100'000, even(100.0), asleep, 2, nanoseconds{120.0}).items_alone <= 10);
  CHECK(run_alone(200, even(5.0), asleep, 2, nanoseconds{9e4}).last.n_jobs == 1);
}

TEST_CASE("a site that remembers long items shares before the first of them", "[policy][unit]") {
  controller decides(2, {}, nanoseconds{1e9});
  REQUIRE(decides.worth_asking(asleep));
  decides.consider(asleep, {2, reason_code::none});
  CHECK(decides.next().n_jobs == 2);
  const controller short_items(1'000, {}, nanoseconds{90e3});
  CHECK_FALSE(short_items.worth_asking(asleep));
  const controller unknown(2, {}, nanoseconds{0});
  CHECK_FALSE(unknown.worth_asking(asleep));
}

TEST_CASE("when the rest turns out long, workers are added", "[policy][unit]") {
  controller decides(10'000'000, {}, nanoseconds{0});
  decides.observe(chunk_sample{1'000, nanoseconds{1e3}, nanoseconds{1e3}});
  decides.consider(asleep, {1'000, reason_code::none});
  const std::size_t before = decides.next().n_jobs;
  REQUIRE(before > 1);
  REQUIRE(before < 1'000);
  decides.start_sharing(nanoseconds{1e3});
  for (int i = 1; i < 40 && decides.next().n_jobs <= before; ++i) {
    // Now 1 us an item; all workers keep up.
    const std::size_t workers = decides.next().n_jobs;
    const double n = static_cast<double>(workers);
    static_cast<void>(decides.observe(beat_sample{.items = 200 * workers,
                                                  .busy = nanoseconds{2e5 * n},
                                                  .rate = n / 1'000.0,
                                                  .workers = workers,
                                                  .items_left = 9'000'000,
                                                  .finished = nanoseconds{1e5 * i}}));
  }
  CHECK(decides.next().n_jobs > before);
}

TEST_CASE("what is left is judged by where it lies", "[policy][unit]") {
  // Cheap items are finished soon and are most of the finished ones; the dear ones are left.
  const auto jobs_after_a_beat = [](nanoseconds serial_left) {
    controller decides(100'000, {}, nanoseconds{0});
    decides.observe(chunk_sample{1'000, nanoseconds{10e3}, nanoseconds{10e3}});
    decides.observe(chunk_sample{1'000, nanoseconds{10e3}, nanoseconds{20e3}});
    decides.consider(asleep, {64, reason_code::none});
    const std::size_t before = decides.next().n_jobs;
    REQUIRE(before > 1);
    REQUIRE(decides.may_add());
    decides.start_sharing(nanoseconds{20e3});
    static_cast<void>(decides.observe(beat_sample{.items = 10'000,
                                                  .busy = nanoseconds{100e3},
                                                  .wall = nanoseconds{50e3},
                                                  .rate = 0.2,
                                                  .workers = 2,
                                                  .items_left = 88'000,
                                                  .serial_left = serial_left,
                                                  .finished = nanoseconds{70e3}}));
    return decides.next().n_jobs - before;
  };
  CHECK(jobs_after_a_beat(nanoseconds{0}) == 0);
  CHECK(jobs_after_a_beat(nanoseconds{50e6}) > 0);
}

TEST_CASE("beats are short while more workers may be right", "[policy][unit]") {
  controller decides(100'000, {}, nanoseconds{0});
  decides.observe(chunk_sample{1'000, nanoseconds{10e3}, nanoseconds{10e3}});
  decides.observe(chunk_sample{1'000, nanoseconds{10e3}, nanoseconds{20e3}});
  decides.consider(asleep, {64, reason_code::none});
  REQUIRE(decides.may_add());
  decides.start_sharing(nanoseconds{20e3});
  CHECK(decides.beat_length(nanoseconds{20e3}) < shortest_beat);
  CHECK(decides.beat_length(nanoseconds{1e6}) == beat_length(nanoseconds{1e6}));

  controller all(100'000, {}, nanoseconds{0});
  all.observe(chunk_sample{1'000, nanoseconds{10e3}, nanoseconds{10e3}});
  all.observe(chunk_sample{1'000, nanoseconds{10e3}, nanoseconds{20e3}});
  all.consider(asleep, {2, reason_code::none});
  all.start_sharing(nanoseconds{20e3});
  CHECK_FALSE(all.may_add());
  CHECK(all.beat_length(nanoseconds{20e3}) == shortest_beat);
}

TEST_CASE("long blocks grow less than short ones", "[policy][unit]") {
  const auto next_after = [](std::size_t items, double busy) {
    controller decides(10'000'000, {}, nanoseconds{0});
    decides.observe(chunk_sample{1, nanoseconds{busy / 100.0}, nanoseconds{busy}});
    decides.observe(chunk_sample{items, nanoseconds{busy}, nanoseconds{2.0 * busy}});
    return decides.next_block();
  };
  CHECK(next_after(50, 500.0) == 50 * block_growth);
  CHECK(next_after(50, 2'000.0) == 50 * long_block_growth);
}

TEST_CASE("a first block that the site's memory contradicts is confirmed before anybody is woken",
          "[policy][unit]") {
  controller decides(16, {}, nanoseconds{1'400});
  decides.observe(chunk_sample{1, nanoseconds{260e3}, nanoseconds{260e3}});
  CHECK_FALSE(decides.worth_asking(asleep));
  decides.observe(chunk_sample{1, nanoseconds{260e3}, nanoseconds{520e3}});
  CHECK(decides.worth_asking(asleep));
  controller of_no_memory(16, {}, nanoseconds{0});
  of_no_memory.observe(chunk_sample{1, nanoseconds{260e3}, nanoseconds{260e3}});
  CHECK(of_no_memory.worth_asking(asleep));
}

TEST_CASE("a map in a series is shared for those that follow, even if little of it is left",
          "[policy][unit]") {
  const overheads awake{nanoseconds{200}, nanoseconds{2.8e3}, nanoseconds{40}};
  controller decides(1'000, {}, nanoseconds{5});
  decides.observe(chunk_sample{200, nanoseconds{1e3}, nanoseconds{1e3}});
  decides.consider(awake, {.workers = 2, .limited_by = reason_code::none});
  CHECK(decides.next().n_jobs == 1);
  decides.consider_series(awake, {.workers = 2, .limited_by = reason_code::none});
  CHECK(decides.next().n_jobs == 2);
  CHECK(decides.next().reason == reason_code::maps_in_series);
  decides.consider_series(awake, {.workers = 1, .limited_by = reason_code::one_cpu_allowed});
  CHECK(decides.next().n_jobs == 1);
}

TEST_CASE("with helpers awake a short map is measured briefly, or not at all", "[policy][unit]") {
  constexpr nanoseconds item{5};
  controller asleep(1'000, {}, item);
  CHECK(asleep.next_block() == 200);
  controller brief(1'000, {}, item);
  brief.expect_helpers_awake(false);
  CHECK(brief.next_block() == 62);
  controller at_once(1'000, {}, item);
  at_once.expect_helpers_awake(true);
  CHECK(at_once.worth_asking({nanoseconds{200}, nanoseconds{1e3}, nanoseconds{40}}));
}

TEST_CASE("the controller is total for clocks that lie", "[policy][property]") {
  for (const double time : {0.0,
                            -1e9,
                            1e300,
                            std::numeric_limits<double>::quiet_NaN(),
                            std::numeric_limits<double>::infinity()}) {
    controller decides(1'000, {}, nanoseconds{time});
    std::size_t blocks = 0;
    while (decides.items_left() > 0) {
      const std::size_t block = decides.next_block();
      REQUIRE(block >= 1);
      decides.observe(chunk_sample{block, nanoseconds{time}, nanoseconds{time}});
      decides.consider(asleep, {4, reason_code::none});
      REQUIRE(decides.next().n_jobs >= 1);
      REQUIRE(decides.next().n_jobs <= 4);
      REQUIRE(++blocks <= 1'000);
    }
    CHECK(decides.next_block() == 0);
  }
}

TEST_CASE("a mask that is narrowed bounds n_jobs, also in the middle of a comparison",
          "[policy][unit]") {
  controller decides(100'000, {}, nanoseconds{0});
  decides.observe(chunk_sample{1, nanoseconds{200e3}, nanoseconds{200e3}});
  decides.consider(asleep, {.workers = 8, .limited_by = reason_code::none, .cpus = 8});
  REQUIRE(decides.next().n_jobs == 8);
  decides.start_sharing(nanoseconds{300e3});
  CHECK_FALSE(decides.adapt(8, nanoseconds{1e6}));
  CHECK(decides.adapt(3, nanoseconds{2e6}));
  CHECK(decides.next().n_jobs == 3);
  CHECK(decides.next().reason == reason_code::fewer_cpus);
  CHECK(decides.adapt(1, nanoseconds{3e6}));
  CHECK(decides.next().n_jobs == 1);
  // Whatever beats say, there is one.
  for (int i = 1; i < 200; ++i) {
    static_cast<void>(decides.observe(beat_sample{.items = 20,
                                                  .busy = nanoseconds{4e6},
                                                  .wall = nanoseconds{4e6},
                                                  .rate = 5e-6,
                                                  .workers = 1,
                                                  .items_left = 90'000,
                                                  .finished = nanoseconds{3e6 + 4e6 * i}}));
    REQUIRE(decides.next().n_jobs == 1);
  }
  CHECK(decides.adapt(8, nanoseconds{900e6}));
  CHECK(decides.next().n_jobs == 8);
  CHECK(decides.next().reason == reason_code::more_cpus);
}

TEST_CASE("with siblings there is a worker for each core at first", "[policy][unit]") {
  for (const std::size_t cores : {1U, 4U, 32U}) {
    controller decides(1'000'000, {}, nanoseconds{0});
    decides.observe(chunk_sample{1, nanoseconds{10e3}, nanoseconds{10e3}});
    decides.observe(chunk_sample{8, nanoseconds{80e3}, nanoseconds{90e3}});
    decides.consider(asleep, {2 * cores, reason_code::workers_busy, 0, 2 * cores, cores});
    CHECK(decides.next().n_jobs == std::max<std::size_t>(2, cores));
    CHECK(decides.next().limit_jobs == 2 * cores);
    CHECK(decides.room_jobs() == 2 * cores);
  }
}

TEST_CASE("a clock that was set back in a map's first blocks does not keep it serial",
          "[policy][unit]") {
  controller decides(100'000, {}, nanoseconds{0});
  decides.observe(chunk_sample{1, nanoseconds{10e3}, nanoseconds{10e3}});
  decides.observe(chunk_sample{8, nanoseconds{80e3}, nanoseconds{-3600e9}});
  CHECK(decides.worth_asking(asleep));
}

TEST_CASE("a map whose items fit but once is not shared for a series", "[policy][unit]") {
  controller decides(1'000, {}, nanoseconds{0});
  decides.observe(chunk_sample{1, nanoseconds{300e3}, nanoseconds{300e3}});
  static_cast<void>(decides.bound_by_memory(1, nanoseconds{300e3}));
  decides.consider_series(awake, {2, reason_code::workers_busy, 0, 2});
  CHECK(decides.next().n_jobs == 1);
}
