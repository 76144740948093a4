#include "runtime/executor/crew.hpp"
#include "runtime/executor/map_beat.hpp"
#include "runtime/executor/range_costs.hpp"
#include "runtime/executor/usage_watch.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {
namespace {

using policy::nanoseconds;

/// A beat reads a line or two of every seat, about 100 ns each; on wide machines the shortest ones
/// are accordingly longer.
inline constexpr nanoseconds beat_per_seat{800.0};

policy::beat_sample collect(shared_map& map, nanoseconds now) noexcept {
  const bool looks_ahead = map.controller->may_add();
  policy::beat_sample sample;
  range_costs ahead;
  std::size_t done = 0;
  std::size_t busiest = 0;
  for (std::size_t seat = 0, width = map.width(); seat < width; ++seat) {
    worker_seat& one = map.seats[seat];
    const std::size_t items = one.items.load(std::memory_order_relaxed);
    const double busy = one.busy.load(std::memory_order_relaxed);
    done += items;
    const std::size_t new_items = items - one.items_counted;
    const double new_busy = busy - one.busy_counted;
    if (new_items > 0 && new_busy > 0.0) {
      ++sample.workers;
      sample.items += new_items;
      sample.busy += nanoseconds{new_busy};
      sample.rate += static_cast<double>(new_items) / new_busy;
      one.items_counted = items;
      one.busy_counted = busy;
      if (looks_ahead) {
        ahead.add(one.range.peek().size(), new_busy / static_cast<double>(new_items));
      }
      if (seat == 0) {
        sample.caller = {new_items, nanoseconds{new_busy}};
      } else if (nanoseconds{new_busy} > sample.peer.busy) {
        busiest = seat;
        sample.peer = {new_items, nanoseconds{new_busy}};
      }
    }
  }
  if (busiest > 0) {
    map.busiest_helper = busiest;
  }
  sample.present = map.door.inside() + 1;
  sample.usage = take_usage(map);
  if (map.visit.load(std::memory_order_relaxed) != 0) {
    const std::size_t items = map.visited_items.load(std::memory_order_relaxed);
    const double busy = map.visited_busy.load(std::memory_order_relaxed);
    sample.peer = {items - map.visited_items_counted, nanoseconds{busy - map.visited_busy_counted}};
    map.visited_items_counted = items;
    map.visited_busy_counted = busy;
    sample.caller.items = policy::saturating_subtract(sample.caller.items, sample.peer.items);
    sample.caller.busy = policy::sane(sample.caller.busy - sample.peer.busy);
  }
  sample.items_left = policy::saturating_subtract(map.layout.items - map.layout.first_item, done);
  sample.serial_left = ahead.predict(sample.items_left, map.layout.unit_items);
  sample.finished = now - map.began - map.pauses.lost();
  sample.wall = now - map.beat_began;
  map.beat_began = now;
  return sample;
}

bool look_around(shared_map& map, nanoseconds now) noexcept {
  map.next_look = now + policy::look_interval;
  return map.look(map.look_context, now);
}

}  // namespace

void beat_if_due(shared_map& map, nanoseconds now) noexcept {
  // Looking before taking: else a thousand workers write this line over and over during a beat.
  if (!map.is_beat_due(now) || map.beat.test(std::memory_order_relaxed) ||
      map.beat.test_and_set(std::memory_order_acquire)) {
    return;
  }
  if (!map.is_beat_due(now)) {
    map.beat.clear(std::memory_order_release);  // another worker has just finished this beat
    return;
  }
  if (map.controller == nullptr) {
    // n_jobs is fixed. Those who were counted on may have gone to another map: call again.
    if (map.door.wanted() > 0) {
      map.owner->set_workers(map, map.allowed.load(std::memory_order_relaxed));
    }
    map.set_next_beat(now, policy::beat_length(now - map.began));
    map.beat.clear(std::memory_order_release);
    return;
  }
  bool changed = map.look != nullptr && now >= map.next_look && look_around(map, now);
  const nanoseconds planned{map.next_beat.load(std::memory_order_relaxed) - map.beat_began.count()};
  const nanoseconds cost = map.controller->cost();
  policy::beat_sample sample = collect(map, now);
  if (map.pauses.is_pause(sample, planned, cost, [&map] {
        return map.throttled != nullptr && map.throttled(map.look_context);
      })) {
    map.next_look = now;  // by the clock as it is now
  } else {
    changed |= map.controller->observe(sample);
  }
  if (changed && map.look != nullptr &&
      map.controller->next().n_jobs > map.allowed.load(std::memory_order_relaxed)) {
    static_cast<void>(look_around(map, now));  // is there memory for more?
  }
  if (changed) {
    const policy::decision& decided = map.controller->next();
    if (map.history != nullptr) {
      map.history->record(sample.finished, decided);
    }
    const bool compares = decided.reason == policy::reason_code::trying_alone;
    if (compares && sample.peer.items > 0) {
      map.visit_cost.store(sample.peer.busy.count() / static_cast<double>(sample.peer.items),
                           std::memory_order_relaxed);
    }
    map.visit.store(compares ? static_cast<std::uint32_t>(map.busiest_helper) : 0,
                    std::memory_order_relaxed);
    map.exempt.store(decided.is_beyond_cpus(), std::memory_order_relaxed);
    map.owner->set_workers(map, decided.n_jobs);
  } else if (map.controller->worth_waking()) {
    map.owner->set_workers(map, map.allowed.load(std::memory_order_relaxed));
  }
  const nanoseconds length = std::max(map.controller->beat_length(sample.finished),
                                      beat_per_seat * static_cast<double>(map.width()));
  map.set_next_beat(now, length);
  map.beat.clear(std::memory_order_release);
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
