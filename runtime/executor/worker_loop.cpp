#include "runtime/executor/crew.hpp"
#include "runtime/executor/map_beat.hpp"
#include "runtime/executor/stream_lane.hpp"
#include "runtime/executor/usage_watch.hpp"
#include "runtime/executor/worker_loop.hpp"
#include "runtime/policy/chunk_size.hpp"

#include <algorithm>
#include <cxxabi.h>
#include <exception>
#include <utility>

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
/// Every block of every map asks for it. Eight bytes of the room that the C library keeps for
/// libraries loaded later; the general way goes through the dynamic linker.
[[gnu::tls_model("initial-exec")]] constinit thread_local double nested_work_here = 0.0;

/// What a worker knows about its own recent chunks.
struct own_pace {
  nanoseconds cost;
  std::size_t previous_items = 0;
  nanoseconds now{0};
  double nested = 0.0;
  std::size_t searches = 0;  ///< for something to steal
  usage_watch usage{};
};

/// The caller in a range that is not its own.
struct visitor {
  own_pace pace;
  std::size_t seat = 0;  ///< whose range it was last; 0 = none
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

/// What was claimed last lies behind a failure or a stop. So does all the rest of its range, unless
/// that begins at the end of the map.
void drop_what_is_behind(shared_map& map, range_word& range) noexcept {
  const unit_range left = range.peek();
  if (left.size() == 0 ||
      map.layout.lowest_item_of(left) < map.errors.limit().load(std::memory_order_relaxed)) {
    return;
  }
  if (const unit_range rest = range.take_all(); rest.size() > 0) {
    map.note_skipped(map.layout.lowest_item_of(rest));
  }
}

/// Runs what worker `seat` has claimed from range `from`, and counts it.
work_sample run_chunk(
    shared_map& map, std::size_t seat, std::size_t from, unit_range units, own_pace& pace) {
  const auto [first, last] = map.layout.items_of(units);
  const auto [next, is_thrown_from] = run_items(map, first, last, pace.cost);
  if (next < last) {
    map.note_skipped(next);
  }
  if (next == first) {
    if (map.record != nullptr && is_thrown_from) [[unlikely]] {
      map.note(policy::event_kind::chunk, seat, pace.now, map.time->now() - pace.now, first, 1);
    }
    pace.previous_items = last - first;
    drop_what_is_behind(map, map.range(from));
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
                                                .first_item = map.layout.first_item_of(range.begin),
                                                .line_items = map.layout.line_items,
                                                .line_offset = map.layout.line_offset});
  return static_cast<std::uint32_t>(
      std::min<std::size_t>(policy::divide_up(items, unit), map.layout.neighbours(range)));
}

/// In a comparison the caller works from a helper's range by turns with its own, so that items of
/// both places are measured alone.
void visit_if_asked(shared_map& map, own_pace& own, visitor& visiting) {
  const std::size_t seat = map.visit.load(std::memory_order_relaxed);
  const std::size_t before = std::exchange(visiting.seat, seat);
  if (seat == 0) {
    return;
  }
  own_pace& away = visiting.pace;
  if (seat != before) {
    away.cost = std::max(own.cost, nanoseconds{map.visit_cost.load(std::memory_order_relaxed)});
    away.previous_items = 0;
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
    const auto [first, last] =
        units.size() > 0
            ? map.layout.items_of({units.begin, units.begin + map.layout.neighbours(units)})
            : work_layout::item_range{};
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
  visitor visiting{pace};
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
      visit_if_asked(map, pace, visiting);
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
  if (map.first_start.load(std::memory_order_relaxed) != 0.0) {
    return;
  }
  const nanoseconds now = map.time->now();
  if (map.first_start.compare_exchange_strong(nobody, now.count(), std::memory_order_relaxed) &&
      now - map.began >= rate_measured_from) {
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
