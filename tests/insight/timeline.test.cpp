#include "runtime/insight/timeline.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace {

using namespace std::chrono_literals;

using amorsize::report;
using amorsize::insight::add_timeline;
using amorsize::policy::event_kind;
using amorsize::policy::map_event;
using amorsize::policy::nanoseconds;

map_event chunk(double began, double duration, std::uint32_t items, std::uint16_t worker) {
  return {.began = nanoseconds{began},
          .duration_ns = static_cast<float>(duration),
          .items = items,
          .worker = worker,
          .kind = event_kind::chunk};
}

TEST_CASE("a short timeline has a span for each chunk, by worker and time", "[insight][unit]") {
  map_event steal = chunk(1'500, 0, 10, 2);
  steal.kind = event_kind::steal;
  report filled;
  add_timeline(filled,
               {chunk(2'000, 500, 5, 2), chunk(1'200, 100, 2, 0), steal, chunk(1'000, 200, 4, 0)},
               nanoseconds{1'000});
  CHECK(filled.chunks == 3);
  CHECK(filled.steals == 1);
  REQUIRE(filled.timeline.size() == 3);
  CHECK(filled.timeline[0].worker == 0);
  CHECK(filled.timeline[0].when == 0ns);
  CHECK(filled.timeline[1].when == 200ns);
  CHECK(filled.timeline[1].busy == 100ns);
  CHECK(filled.timeline[2].worker == 1);  // seat 1 stayed empty
  CHECK(filled.timeline[2].when == 1'000ns);
  CHECK(filled.timeline[2].duration == 500ns);
  CHECK(filled.timeline[2].items == 5);
}

TEST_CASE("a hundred thousand chunks become few spans that add up", "[insight][property]") {
  constexpr std::uint64_t seed = 7;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (const std::size_t workers : {1U, 2U, 8U, 1000U}) {
    std::vector<map_event> events;
    std::size_t items = 0;
    for (std::size_t worker = 0; worker < workers; ++worker) {
      double now = 1e6;
      for (std::size_t i = 0; i < 100'000 / workers; ++i) {
        const double lasts = 1e3 + static_cast<double>(random() % 100'000);
        events.push_back(chunk(now,
                               lasts,
                               static_cast<std::uint32_t>(1 + random() % 9),
                               static_cast<std::uint16_t>(worker)));
        items += events.back().items;
        now += lasts;
      }
    }
    report filled;
    add_timeline(filled, events, nanoseconds{1e6});
    CHECK(filled.chunks == events.size());
    CHECK(filled.timeline.size() <= 17 * std::max<std::size_t>(workers, 256));
    CHECK(filled.timeline.size() >= workers);
    std::size_t chunks = 0;
    std::size_t seen = 0;
    std::chrono::nanoseconds reached{0};
    std::size_t worker = 0;
    for (const report::span& each : filled.timeline) {
      chunks += each.chunks;
      seen += each.items;
      REQUIRE(each.busy <= each.duration + 1us);  // whole nanoseconds each
      reached = each.worker == worker ? reached : 0ns;
      worker = each.worker;
      REQUIRE(each.when + 1us >= reached);
      reached = each.when + each.duration;
    }
    CHECK(chunks == events.size());
    CHECK(seen == items);
    std::size_t in_bins = 0;
    for (const report::cost_bin& each : filled.costs) {
      CHECK(each.low_ns < each.high_ns);
      in_bins += each.chunks;
    }
    CHECK(in_bins == events.size());
    CHECK(filled.costs.size() <= amorsize::insight::most_cost_bins);
  }
}

TEST_CASE("the longest chunk is told, not the longest steal", "[insight][unit]") {
  report filled;
  std::vector<map_event> events{chunk(0, 100, 10, 0), chunk(200, 700, 3, 1), chunk(900, 90, 4, 0)};
  events.push_back(chunk(1'000, 5'000, 9, 1));
  events.back().kind = amorsize::policy::event_kind::steal;
  add_timeline(filled, events, nanoseconds{0});
  CHECK(filled.longest_chunk == 700ns);
  CHECK(filled.longest_chunk_items == 3);
}

TEST_CASE("a timeline of nothing, of free items and of equal costs is defined", "[insight][unit]") {
  report filled;
  add_timeline(filled, {}, nanoseconds{0});
  CHECK(filled.timeline.empty());
  CHECK(filled.costs.empty());
  add_timeline(filled, {chunk(0, 0, 0, 0)}, nanoseconds{0});
  REQUIRE(filled.costs.size() == 1);
  CHECK(filled.costs[0].chunks == 1);
  report even;
  add_timeline(even, std::vector<map_event>(1'000, chunk(5, 100, 10, 0)), nanoseconds{0});
  REQUIRE(even.costs.size() == 1);
  CHECK(even.costs[0].items == 10'000);
  CHECK(even.costs[0].low_ns == Approx(10.0));
}

}  // namespace
