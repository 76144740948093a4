#include "runtime/executor/crew.hpp"
#include "runtime/executor/range_costs.hpp"
#include "runtime/executor/stream_lane.hpp"
#include "runtime/executor/usage_watch.hpp"
#include "runtime/executor/worker_loop.hpp"
#include "runtime/policy/chunk_size.hpp"

#include <algorithm>
#include <cxxabi.h>
#include <exception>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {
namespace {

using policy::nanoseconds;
using policy::work_sample;

/// From this cost on, looking at the limit before each item is below one per cent.
inline constexpr nanoseconds watched_item{100.0};
/// Cheaper items are run in blocks of about this duration between two looks.
inline constexpr nanoseconds unwatched_block{50e3};
/// A beat reads a line or two of every seat, about 100 ns each; on wide machines the shortest ones
/// are accordingly longer.
inline constexpr nanoseconds beat_per_seat{800.0};

constinit thread_local double nested_work_here = 0.0;

/// What a worker knows about its own recent chunks.
struct own_pace {
  nanoseconds cost;
  std::size_t previous_items = 0;
  nanoseconds now{0};
  double nested = 0.0;
  std::size_t searches = 0;  ///< for something to steal
  usage_watch usage{};
};

bool is_asking(const shared_map& map, std::size_t seat) noexcept {
  return map.controller != nullptr && seat < policy::asking_workers;
}

struct items_run {
  std::size_t next;     ///< the first item that was not completed
  bool is_thrown_from;  ///< it was given to the callable, but threw
};

/// Runs items [first, last).
items_run run_items(shared_map& map, std::size_t first, std::size_t last, nanoseconds cost) {
  const bool watched = map.layout.watch_every_item || cost >= watched_item;
  const std::atomic<std::size_t>& limit = map.errors.limit();
  const std::size_t step =
      watched ? last - first
              : std::max<std::size_t>(1, policy::items_in(unwatched_block, cost, last - first));
  detail::item_block block{first, first, watched ? &limit : nullptr, first};
  try {
    while (block.next < last && block.next < limit.load(std::memory_order_relaxed)) {
      block.first = block.next;
      block.last = std::min(last, block.first + step);
      map.body.run(map.body.context, block);
      if (block.next < block.last) {
        break;
      }
    }
  } catch (abi::__forced_unwind&) {
    map.errors.lower_limit(0);
    map.note_skipped(block.next);
    throw;
  } catch (...) {
    map.errors.record(block.next, std::current_exception());
    return {block.next, true};
  }
  return {block.next, false};
}

/// Runs what worker `seat` has claimed from range `from`, and counts it.
work_sample run_chunk(
    shared_map& map, std::size_t seat, std::size_t from, unit_range units, own_pace& pace) {
  const std::size_t first = map.layout.item_of(units.begin);
  const std::size_t last = map.layout.item_of(units.end);
  const auto [next, is_thrown_from] = run_items(map, first, last, pace.cost);
  if (next < last) {
    map.note_skipped(next);
  }
  if (next == first) {
    if (map.record != nullptr && is_thrown_from) [[unlikely]] {
      map.note(policy::event_kind::chunk, seat, pace.now, map.time->now() - pace.now, first, 1);
    }
    // Behind a failure or a stop: so is all the rest of this range.
    static_cast<void>(map.range(from).take_all());
    return {};
  }
  const nanoseconds ended = map.time->now();
  const std::size_t items = next - first;
  const double nested = nested_work();
  const nanoseconds busy = policy::sane(ended - pace.now + nanoseconds{nested - pace.nested});
  if (map.record != nullptr) [[unlikely]] {
    map.note(policy::event_kind::chunk,
             seat,
             pace.now,
             ended - pace.now,
             first,
             items + (is_thrown_from ? 1 : 0));
  }
  pace.nested = nested;
  pace.now = ended;
  const nanoseconds seen = busy / static_cast<double>(items);
  pace.cost = seen > pace.cost ? seen : std::max(seen, pace.cost / 2.0);
  pace.previous_items = items;
  pace.usage.items += items;
  if (pace.cost >= policy::waiting_item && is_asking(map, seat)) [[unlikely]] {
    pace.usage.ask(map, pace.now, pace.nested);
  }
  worker_seat& own = map.seats[seat];
  own.items.store(own.items.load(std::memory_order_relaxed) + items, std::memory_order_relaxed);
  own.busy.store(own.busy.load(std::memory_order_relaxed) + busy.count(),
                 std::memory_order_relaxed);
  return {items, busy};
}

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

std::uint32_t units_to_claim(const shared_map& map,
                             const own_pace& pace,
                             unit_range range) noexcept {
  if (map.layout.fixed_chunks) {
    return 1;
  }
  const std::size_t unit = map.layout.unit_items;
  const std::size_t items = policy::chunk_size({.range_items = range.size() * unit,
                                                .previous_items = pace.previous_items,
                                                .cost = pace.cost,
                                                .duration = map.layout.chunk_duration,
                                                .first_item = range.begin * unit,
                                                .line_items = map.layout.line_items,
                                                .line_offset = map.layout.line_offset});
  return static_cast<std::uint32_t>(
      std::min<std::size_t>(policy::divide_up(items, unit), range.size()));
}

/// In a comparison the caller works from a helper's range by turns with its own, so that items of
/// both places are measured alone.
void visit_if_asked(shared_map& map, own_pace& own, own_pace& away) {
  const std::size_t seat = map.visit.load(std::memory_order_relaxed);
  if (seat == 0) {
    return;
  }
  away.now = own.now;
  away.nested = own.nested;
  const unit_range claimed =
      map.range(seat).claim([&](unit_range range) { return units_to_claim(map, away, range); });
  if (claimed.size() == 0) {
    return;
  }
  const work_sample done = run_chunk(map, 0, seat, claimed, away);
  own.now = away.now;
  own.nested = away.nested;
  map.visited_items.store(map.visited_items.load(std::memory_order_relaxed) + done.items,
                          std::memory_order_relaxed);
  map.visited_busy.store(map.visited_busy.load(std::memory_order_relaxed) + done.busy.count(),
                         std::memory_order_relaxed);
}

/// The beginnings and ends of a helper's stay, and what it takes from others. Reads no clock: who
/// looks at a map should not change it.
void note_instant(const shared_map& map,
                  policy::event_kind kind,
                  std::size_t seat,
                  nanoseconds when,
                  unit_range units = {}) noexcept {
  if (map.record != nullptr) [[unlikely]] {
    const std::size_t first = units.size() > 0 ? map.layout.item_of(units.begin) : 0;
    const std::size_t last = units.size() > 0 ? map.layout.item_of(units.end) : 0;
    map.note(kind, seat, when, nanoseconds{0}, first, last - first);
  }
}

/// Must this helper go? Those in the last seats do: nobody has to agree with anybody about it, as a
/// thousand workers that count each other would. Its seat is free again when it has.
bool leave_if_unwanted(shared_map& map, std::size_t seat, nanoseconds now) noexcept {
  if (seat < map.allowed.load(std::memory_order_relaxed)) {
    return false;
  }
  note_instant(map, policy::event_kind::leave, seat, now);
  map.seats[seat].taken.store(false, std::memory_order_release);
  map.owner->leave(map);
  return true;
}

}  // namespace

double& nested_work() noexcept {
  return nested_work_here;
}

bool run_worker(shared_map& map, std::size_t seat) {
  own_pace pace{.cost = map.layout.cost, .now = map.time->now(), .nested = nested_work()};
  if (pace.cost >= policy::waiting_item && is_asking(map, seat)) [[unlikely]] {
    pace.usage.ask(map, pace.now, pace.nested);
  }
  own_pace away = pace;
  if (seat != 0) {
    note_instant(map, policy::event_kind::arrive, seat, pace.now);
  }
  range_word& own = map.range(seat);
  const auto units = [&](unit_range range) { return units_to_claim(map, pace, range); };
  for (;;) {
    unit_range claimed = own.claim(units);
    if (claimed.size() == 0) {
      const unit_range stolen =
          steal_for(seat, map.width(), pace.searches++, [&](std::size_t i) -> range_word& {
            return map.range(i);
          });
      if (stolen.size() == 0) {
        return false;
      }
      // The first chunk is the thief's own before others can see the loot: every steal is progress.
      pace.now = map.time->now();
      pace.previous_items = 0;
      note_instant(map, policy::event_kind::steal, seat, pace.now, stolen);
      claimed = {stolen.begin,
                 stolen.begin + std::clamp<std::uint32_t>(units(stolen), 1, stolen.size())};
      own.put({claimed.end, stolen.end});
    }
    static_cast<void>(run_chunk(map, seat, seat, claimed, pace));
    if (seat == 0) {
      visit_if_asked(map, pace, away);
    }
    beat_if_due(map, pace.now);
    if (seat == 0) {
      if (map.tick != nullptr) {
        map.tick(map.tick_context, pace.now);
      }
    } else if (leave_if_unwanted(map, seat, pace.now)) {
      return true;
    } else if (map.owner->gives_way(map)) {
      note_instant(map, policy::event_kind::leave, seat, pace.now);
      return false;
    }
  }
}

void note_arrival(shared_map& map) noexcept {
  double nobody = 0.0;
  if (map.first_start.load(std::memory_order_relaxed) == 0.0 &&
      map.first_start.compare_exchange_strong(
          nobody, map.time->now().count(), std::memory_order_relaxed)) {
    map.items_before.store(map.seats[0].items.load(std::memory_order_relaxed),
                           std::memory_order_relaxed);
    map.busy_before.store(map.seats[0].busy.load(std::memory_order_relaxed),
                          std::memory_order_relaxed);
  }
}

void run_helper(shared_map& map) noexcept {
  const std::size_t helpers_seats =
      std::min<std::size_t>(map.width(), map.allowed.load(std::memory_order_relaxed)) - 1;
  const std::size_t start = map.arrivals.fetch_add(1, std::memory_order_relaxed);
  for (std::size_t tried = 0; tried < helpers_seats; ++tried) {
    const std::size_t seat = 1 + (start + tried) % helpers_seats;
    bool free = false;
    if (!map.seats[seat].taken.compare_exchange_strong(free, true, std::memory_order_acquire)) {
      continue;
    }
    const floating_point_scope arithmetic(map.arithmetic);
    if (map.lane != nullptr ? run_stream_helper(map, seat) : run_worker(map, seat)) {
      return;
    }
    map.seats[seat].taken.store(false, std::memory_order_release);
    break;
  }
  map.owner->leave(map);
}

std::size_t items_done(const shared_map& map) noexcept {
  std::size_t done = map.layout.first_item;
  for (std::size_t seat = 0, width = map.width(); seat < width; ++seat) {
    done += map.seats[seat].items.load(std::memory_order_relaxed);
  }
  return done;
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
