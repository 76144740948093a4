#include "runtime/policy/controller.hpp"
#include "tests/support/catch.hpp"

using namespace amorsize::policy;

namespace {

constexpr overheads awake{nanoseconds{200}, nanoseconds{1e3}, nanoseconds{40}};

/// A map of so many items of 100 ns in which two workers reach `gain` x the rate of one, until the
/// controller has compared them or the map is over.
controller after_some_beats(double gain, std::size_t items_in_all = 100'000, bool trusts = false) {
  controller decides(items_in_all, {}, nanoseconds{100});
  if (trusts) {
    decides.trust_helpers();
  }
  decides.observe(chunk_sample{10, nanoseconds{1e3}, nanoseconds{1e3}});
  decides.consider(awake, {.workers = 2, .limited_by = reason_code::none, .cpus = 2});
  REQUIRE(decides.next().n_jobs == 2);
  decides.start_sharing(nanoseconds{1e3});
  nanoseconds now{1e3};
  std::size_t left = items_in_all - 10;
  for (int beat = 0; beat < 12 && left > 0; ++beat) {
    const nanoseconds length = decides.beat_length(now);
    const std::size_t workers = decides.next().n_jobs;
    const double rate = workers == 2 ? gain / 100.0 : 1.0 / 100.0;
    const auto items = static_cast<std::size_t>(rate * length.count());
    if (items > left) {
      break;
    }
    now += length;
    left -= items;
    static_cast<void>(decides.observe({.items = items,
                                       .busy = length * static_cast<double>(workers),
                                       .wall = length,
                                       .rate = rate,
                                       .workers = workers,
                                       .items_left = left,
                                       .finished = now,
                                       .present = workers}));
  }
  return decides;
}

}  // namespace

TEST_CASE("a map says whether its helpers were of use", "[policy][unit]") {
  CHECK(after_some_beats(0.6).verdict() == helpers_were::of_no_use);
  CHECK(after_some_beats(2.0).verdict() == helpers_were::of_use);
  CHECK(after_some_beats(1.1).verdict() == helpers_were::not_judged);
  CHECK(controller(100, {}, nanoseconds{0}).verdict() == helpers_were::not_judged);
}

TEST_CASE("helpers that are trusted are doubted before they are judged", "[policy][unit]") {
  const controller doubted = after_some_beats(0.6, 5'000, true);
  CHECK(doubted.next().n_jobs == 2);
  CHECK(doubted.verdict() == helpers_were::in_doubt);
  CHECK(after_some_beats(0.6, 5'000).next().reason != doubted.next().reason);
  // Of a long map they take a millisecond.
  CHECK(after_some_beats(0.6, 100'000, true).verdict() == helpers_were::of_no_use);
  CHECK(after_some_beats(2.0, 5'000, true).verdict() == helpers_were::of_use);
}

TEST_CASE("helpers shed just before the CPUs are seen to be fewer are back when these are",
          "[policy][unit]") {
  controller decides = after_some_beats(0.95);
  REQUIRE(decides.next().reason == reason_code::no_speedup);
  CHECK(decides.adapt(1, nanoseconds{2e6}));
  CHECK(decides.next().n_jobs == 1);
  CHECK(decides.next().reason == reason_code::fewer_cpus);
  CHECK(decides.verdict() != helpers_were::of_no_use);
  CHECK_FALSE(decides.adapt(1, nanoseconds{3e6}));
  CHECK(decides.adapt(2, nanoseconds{4e6}));
  CHECK(decides.next().n_jobs == 2);
  CHECK(decides.next().reason == reason_code::more_cpus);
}

TEST_CASE("what was compared is remembered, not what workers took in each other's way",
          "[policy][unit]") {
  const controller hindered = after_some_beats(0.6);
  REQUIRE(hindered.cost_to_remember({}).has_value());
  CHECK(hindered.cost_to_remember({})->count() == Approx(100.0).epsilon(0.01));
  const controller helped = after_some_beats(2.0);
  REQUIRE(helped.cost_to_remember({}).has_value());
  CHECK(helped.cost_to_remember({})->count() == Approx(100.0).epsilon(0.01));
}

TEST_CASE("a map that was shared on memory and took far longer leaves no memory",
          "[policy][unit]") {
  controller decides(1'000, {}, nanoseconds{100});
  decides.expect_helpers_awake(true);
  decides.consider(awake, {2, reason_code::none});
  REQUIRE(decides.next().n_jobs == 2);
  decides.start_sharing(nanoseconds{0});
  CHECK(decides.cost_to_remember({1'000, nanoseconds{150e3}})->count() == Approx(150.0));
  CHECK_FALSE(decides.cost_to_remember({1'000, nanoseconds{250e3}}).has_value());
}

TEST_CASE("a map that begins alone asks for nobody before the first retry, and says why",
          "[policy][unit]") {
  controller decides(1'000'000, {}, nanoseconds{100});
  decides.begin_alone();
  CHECK(decides.next().reason == reason_code::no_speedup_before);
  CHECK_FALSE(decides.worth_asking(awake));
  decides.observe(chunk_sample{1'000, nanoseconds{100e3}, nanoseconds{100e3}});
  CHECK_FALSE(decides.worth_asking(awake));
  decides.observe(chunk_sample{1'000, nanoseconds{100e3}, first_retry_at_site});
  CHECK(decides.worth_asking(awake));
}

TEST_CASE("a map that begins alone does so with items remembered as long, too",
          "[policy][regression]") {
  controller free(100, {}, long_item * 2.0);
  CHECK(free.worth_asking(awake));
  controller alone(100, {}, long_item * 2.0);
  alone.begin_alone();
  CHECK_FALSE(alone.worth_asking(awake));
}
