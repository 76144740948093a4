#include "runtime/insight/event_log.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <latch>
#include <set>
#include <thread>
#include <vector>

namespace {

using amorsize::insight::event_snapshot;
using amorsize::insight::events_of_map;
using amorsize::insight::events_per_thread;
using amorsize::insight::lost_events;
using amorsize::insight::record_event;
using amorsize::policy::map_event;
using amorsize::policy::nanoseconds;

/// Events of one map, with the ring each was in.
std::vector<amorsize::insight::tracked_event> snapshot_of(std::uint32_t map_id) {
  auto all = event_snapshot();
  all.erase(
      std::remove_if(
          all.begin(), all.end(), [&](const auto& each) { return each.what.map_id != map_id; }),
      all.end());
  return all;
}

TEST_CASE("events are kept in the order they began, longer ones first", "[insight][unit]") {
  constexpr std::uint32_t map_id = 1'001;
  record_event({.began = nanoseconds{30.0}, .duration_ns = 5.0F, .map_id = map_id});
  record_event({.began = nanoseconds{10.0}, .duration_ns = 1.0F, .map_id = map_id});
  record_event({.began = nanoseconds{10.0}, .duration_ns = 90.0F, .map_id = map_id});
  const auto kept = snapshot_of(map_id);
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].what.duration_ns == 90.0F);
  CHECK(kept[1].what.duration_ns == 1.0F);
  CHECK(kept[2].what.began == nanoseconds{30.0});
  CHECK(kept[0].track == kept[2].track);
}

TEST_CASE("the oldest events are overwritten, and counted", "[insight][unit]") {
  constexpr std::uint32_t map_id = 1'011;
  const std::uint64_t before = lost_events().overwritten;
  std::thread([&] {
    for (std::size_t i = 0; i < events_per_thread + 10; ++i) {
      record_event({.began = nanoseconds{static_cast<double>(i)}, .map_id = map_id});
    }
  }).join();
  const auto kept = snapshot_of(map_id);
  REQUIRE(kept.size() == events_per_thread);
  CHECK(kept.front().what.began == nanoseconds{10.0});
  CHECK(lost_events().overwritten >= before + 10);
}

TEST_CASE("a thread that ends leaves its ring to the next one", "[insight][unit]") {
  constexpr std::uint32_t map_id = 1'021;
  for (int round = 0; round < 600; ++round) {  // more than there are rings
    std::thread([&] { record_event({.map_id = map_id}); }).join();
  }
  const auto kept = snapshot_of(map_id);
  CHECK(kept.size() == 600);
  CHECK(lost_events().dropped == 0);
}

TEST_CASE("each thread that records has a track of its own", "[insight][unit]") {
  constexpr std::uint32_t map_id = 1'031;
  constexpr std::ptrdiff_t threads = 4;
  std::latch all_here(threads);
  std::vector<std::thread> running;
  for (std::ptrdiff_t i = 0; i < threads; ++i) {
    running.emplace_back([&] {
      record_event({.map_id = map_id});
      all_here.arrive_and_wait();
    });
  }
  for (std::thread& each : running) {
    each.join();
  }
  std::set<std::size_t> tracks;
  for (const auto& each : snapshot_of(map_id)) {
    tracks.insert(each.track);
  }
  CHECK(tracks.size() == threads);
}

TEST_CASE("the events of one map are found without looking at older ones", "[insight][unit]") {
  constexpr std::uint32_t map_id = 1'041;
  record_event({.began = nanoseconds{5e9}, .map_id = map_id - 1});
  record_event({.began = nanoseconds{6e9}, .map_id = map_id});
  record_event({.began = nanoseconds{6.1e9}, .map_id = map_id + 1});
  record_event({.began = nanoseconds{6.2e9}, .map_id = map_id});
  CHECK(events_of_map(map_id, nanoseconds{6e9}).size() == 2);
  CHECK(events_of_map(map_id, nanoseconds{7e9}).size() <= 1);
  CHECK(events_of_map(map_id + 7, nanoseconds{0}).empty());
}

TEST_CASE("events can be read while they are written", "[insight][stress]") {
  constexpr std::uint32_t map_id = 1'051;
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> written{0};
  std::thread writer([&] {
    for (std::uint32_t i = 0; !stop.load(); ++i) {
      // Every field says the same: a torn event would not.
      record_event({.began = nanoseconds{static_cast<double>(i)},
                    .items = i,
                    .first_item = i,
                    .map_id = map_id});
      written.store(i);
    }
  });
  while (written.load() < 2 * events_per_thread) {
    for (const auto& each : snapshot_of(map_id)) {
      REQUIRE(each.what.first_item == each.what.items);
      REQUIRE(each.what.began == nanoseconds{static_cast<double>(each.what.items)});
    }
  }
  stop.store(true);
  writer.join();
}

}  // namespace
