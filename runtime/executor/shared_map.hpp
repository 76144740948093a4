// One map that several workers run: its place is static and outlives every call, what it points to
// lives on the caller's frame and is touched only inside the gate.
// Thread safety: see each member.
#pragma once

#include "runtime/clock.hpp"
#include "runtime/executor/atomic_policy.hpp"
#include "runtime/executor/claim_ranges.hpp"
#include "runtime/executor/floating_point.hpp"
#include "runtime/executor/gate.hpp"
#include "runtime/executor/lowest_exception.hpp"
#include "runtime/policy/beat_pause.hpp"
#include "runtime/policy/controller.hpp"
#include "runtime/policy/decision_history.hpp"
#include "runtime/policy/map_event.hpp"

#include <amorsize/detail/chunk_body.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

/// One worker's range and what it has done. Two cache lines: thieves pull the first.
struct alignas(2 * cache_line) worker_seat {
  range_word range{};

  /// A worker sits here. Set by CAS on entering (acquire: sees what the last one left), cleared on
  /// leaving (release).
  alignas(cache_line) atomic<bool> taken{false};
  /// Written by the worker in the seat after each chunk, read by the holder of the beat and by the
  /// caller's progress. Relaxed: statistics; the final values are published by leaving the gate.
  atomic<std::size_t> items{0};
  atomic<double> busy{0.0};  ///< nanoseconds
  /// Owned by the holder of the beat: what it has already accounted for.
  std::size_t items_counted = 0;
  double busy_counted = 0.0;

  void reset() noexcept {
    range.put({});
    taken.store(false, std::memory_order_relaxed);
    items.store(0, std::memory_order_relaxed);
    busy.store(0.0, std::memory_order_relaxed);
    items_counted = 0;
    busy_counted = 0.0;
  }
};

/// How a map is cut into units and chunks. Constant while the map is open.
struct work_layout {
  static constexpr std::uint32_t no_unit = std::numeric_limits<std::uint32_t>::max();
  /// The last share begins with one part of so many. Begun from the end backwards, chunk by chunk,
  /// maps that are bound by memory took 7 % longer (bench cell arrays/doubles:4194304, 8 pairs).
  static constexpr std::size_t begun_first = 8;

  std::size_t first_item = 0;  ///< items before it are done
  std::size_t items = 0;       ///< end of the map
  std::size_t unit_items =
      1;  ///< items per unit: 1, a tile of a very long map, or the fixed chunksize
  bool fixed_chunks = false;      ///< one unit is one chunk, exactly
  bool watch_every_item = false;  ///< a stop may be requested: look before each item
  std::size_t line_items = 1;     ///< output items per cache line
  std::size_t line_offset = 0;    ///< items of output missing before the first one's line begins
  policy::nanoseconds chunk_duration{0};
  policy::nanoseconds cost{0};  ///< per item, as known when the map was opened
  /// Where the units of the last share begin, how many of them stand for tiles at the end of the
  /// map, and one behind the last unit: see begin_at_end(). Nothing is rotated when the first is
  /// none.
  std::uint32_t rotated_from = no_unit;
  std::uint32_t rotated_units = 0;
  std::uint32_t units_end = 0;

  [[nodiscard]] std::size_t item_of(std::uint32_t unit) const noexcept {
    if (unit > items / unit_items) {
      return items;  // the last unit may be a short one; the product could wrap
    }
    const std::size_t item = unit * unit_items;
    return item < first_item ? first_item : item;
  }
  /// Whoever has the units from `first` to the end runs the last part of them (begun_first) before
  /// the others. What is dear often comes last (a giant, rising costs, a remainder), and who begins
  /// that at the end is waited for by all.
  void begin_at_end(std::uint32_t first) noexcept {
    rotated_from = first;
    units_end = units_left().end;
    rotated_units = static_cast<std::uint32_t>(policy::divide_up(units_end - first, begun_first));
  }
  /// How many of these units are neighbours in the map, from the first one on. At most those may be
  /// claimed together.
  [[nodiscard]] std::uint32_t neighbours(unit_range units) const noexcept {
    const std::uint32_t size = units.size();
    return is_rotated(units.begin) ? std::min(size, rotated_from + rotated_units - units.begin)
                                   : size;
  }
  /// The first item of a unit, in the order in which units are run.
  [[nodiscard]] std::size_t first_item_of(std::uint32_t unit) const noexcept {
    return item_of(tile_of(unit));
  }
  /// Items [first, last) of units that were claimed together.
  struct item_range {
    std::size_t first = 0;
    std::size_t last = 0;
  };
  [[nodiscard]] item_range items_of(unit_range units) const noexcept {
    const std::uint32_t tile = tile_of(units.begin);
    return {item_of(tile), item_of(tile + units.size())};
  }
  /// The lowest item of a range that is not empty, claimed or not.
  [[nodiscard]] std::size_t lowest_item_of(unit_range units) const noexcept {
    return neighbours(units) < units.size() ? item_of(rotated_from) : first_item_of(units.begin);
  }
  [[nodiscard]] unit_range units_left() const noexcept {
    return {static_cast<std::uint32_t>(first_item / unit_items),
            static_cast<std::uint32_t>(policy::divide_up(items, unit_items))};
  }

 private:
  [[nodiscard]] bool is_rotated(std::uint32_t unit) const noexcept {
    return unit >= rotated_from && unit - rotated_from < rotated_units;
  }
  /// The unit that lies there in the map.
  [[nodiscard]] std::uint32_t tile_of(std::uint32_t unit) const noexcept {
    if (unit < rotated_from) {
      return unit;
    }
    return is_rotated(unit) ? units_end - rotated_units + (unit - rotated_from)
                            : unit - rotated_units;
  }
};

/// Items per unit so that every unit index fits 32 bits with room to spare. O(1).
[[nodiscard]] constexpr std::size_t tile_for(std::size_t items) noexcept {
  constexpr std::size_t most_units = std::size_t{1} << 31U;
  std::size_t tile = 1;
  while (items / tile >= most_units) {
    tile *= 2;
  }
  return tile;
}

class crew;
class stream_lane;

/// Seats whose lines are asked for in advance: a CPU keeps track of some ten misses at a time.
inline constexpr std::size_t seats_prefetched = 2;

struct shared_map {
  alignas(2 * cache_line) gate door;  ///< written by all who come and go

  // Written by the caller before the door opens, constant until it is closed and empty.
  alignas(cache_line) detail::chunk_body body{};
  work_layout layout{};
  worker_seat* seats = nullptr;  ///< seat 0 is the caller's; kept from map to map
  std::size_t seats_allocated = 0;
  /// Seats that are ready. Raised by the holder of the beat (release: publishes that the new ones
  /// are empty), read by all who look for a seat or for a victim (acquire).
  atomic<std::size_t> seats_in_use{0};
  const clock* time = nullptr;
  policy::nanoseconds began{0};
  floating_point_environment arithmetic{};
  policy::controller* controller = nullptr;     ///< null: n_jobs is fixed. Guarded by `beat`
  policy::decision_history* history = nullptr;  ///< guarded by `beat`
  void (*tick)(void* of, policy::nanoseconds now) = nullptr;  ///< caller only, after each chunk
  void* tick_context = nullptr;
  /// Looks at what surrounds the map; true when the controller has decided anew. Null: nobody does.
  /// Called by the holder of the beat, on any worker's thread.
  bool (*look)(void* of, policy::nanoseconds now) noexcept = nullptr;
  void* look_context = nullptr;
  /// Has this process used up its quota since the last call, and had to wait? Null: it has none.
  /// By the holder of the beat.
  bool (*throttled)(void* of) noexcept = nullptr;
  policy::event_recorder record = nullptr;  ///< of chunks, steals and the like; null: nobody looks
  std::uint32_t map_id = 0;                 ///< in what is recorded
  crew* owner = nullptr;
  stream_lane* lane = nullptr;  ///< the map is a stream: helpers run its batches, not ranges

  // Read by all after each chunk, seldom written: kept away from what is.
  alignas(cache_line) lowest_exception errors;
  /// Lowest index that was given up (behind a failure or a stop). Lowered by any worker, read by
  /// the caller after the door is closed and empty: relaxed.
  atomic<std::size_t> first_skipped{0};
  /// Workers allowed, the caller included. Written by the holder of the beat, read by helpers at
  /// chunk boundaries; a late view costs one chunk: relaxed.
  atomic<std::uint32_t> allowed{1};
  /// Does this map not count against the budget of the process? Read by helpers before entering as
  /// a hint, once more inside, and at chunk boundaries. Written before the door opens, and by the
  /// holder of the beat when it turns out that the items wait: relaxed, each helper remembers
  /// whether it was counted.
  atomic<bool> exempt{false};
  /// When the next beat is due, nanoseconds of `time`. Written by the holder of the beat: relaxed.
  atomic<double> next_beat{0.0};
  atomic<double> not_before{0.0};  ///< readings below this: the clock was set back
  /// Held by whoever ticks the controller. acquire/release: publishes the controller's state.
  atomic_flag beat{};
  /// While helpers are away for a comparison: the seat from whose range the caller works by turns;
  /// 0 = none. Written by the holder of the beat, read by the caller: relaxed, the range word
  /// itself says who gets what.
  atomic<std::uint32_t> visit{0};
  /// What its items took in the beat before, in nanoseconds: they may be dearer than the caller's
  /// by a thousand times. Written by who stores `visit`, just before, read by the caller: relaxed,
  /// an advice about the first chunk.
  atomic<double> visit_cost{0.0};
  alignas(cache_line) policy::nanoseconds beat_began{0};  ///< the present beat; guarded by `beat`
  policy::nanoseconds next_look{0};                       ///< guarded by `beat`
  policy::pause_watch pauses;                             ///< guarded by `beat`
  std::size_t busiest_helper = 0;  ///< its seat, in the newest beat; guarded by `beat`
  /// What the caller has done on visits; also counted in its own seat. Written by the caller, read
  /// by the holder of the beat: relaxed, statistics.
  atomic<std::size_t> visited_items{0};
  atomic<double> visited_busy{0.0};
  std::size_t visited_items_counted = 0;  ///< guarded by `beat`
  double visited_busy_counted = 0.0;      ///< guarded by `beat`
  // Written now and then by workers whose items are long, read by the holder of the beat: relaxed,
  // statistics. Added up here and not in the seats, which every beat reads.
  alignas(cache_line) atomic<std::size_t> usage_items{0};
  atomic<double> usage_wall{0.0};        ///< nanoseconds
  atomic<double> usage_cpu{0.0};         ///< nanoseconds
  atomic<double> usage_waits{0.0};       ///< how often they gave the CPU up of their own accord
  policy::usage_sample usage_counted{};  ///< what beats have accounted for; guarded by `beat`
  // Written by helpers when they come.
  /// When the first helper was ready to run, nanoseconds of `time`; 0 = none yet. Written once by
  /// that helper, read by the caller at the end: relaxed.
  alignas(cache_line) atomic<double> first_start{0.0};
  /// What the caller had done in this place until then, alone: items, and nanoseconds inside the
  /// callable. Written by that helper, read by the caller at the end: relaxed.
  atomic<std::size_t> items_before{0};
  atomic<double> busy_before{0.0};
  /// Helpers that those who arrive are still to call (wake_tree.hpp). Set by whoever asks, lowered
  /// by those who call, below zero by those who come last: relaxed, a count.
  atomic<std::int32_t> to_call{0};
  /// Where the next of them begins to look for an idle ticket: relaxed, a hint.
  atomic<std::uint32_t> next_ticket{0};
  /// Helpers for whom there was no thread: relaxed, a count.
  atomic<std::uint32_t> refused{0};
  /// Workers that ever took a seat, for a starting point of the search: relaxed.
  atomic<std::uint32_t> arrivals{0};
  /// A helper was woken on its caller's CPU. Written by it, read by the caller at the end: relaxed,
  /// a statistic.
  atomic<bool> misplaced{false};

  /// For who is about to prepare the map: all that the helpers of the last one have changed or
  /// read.
  void prefetch_to_prepare() const noexcept {
    prefetch_to_write(&door);
    for (const char* line = first_prepared(); line < behind_prepared(); line += cache_line) {
      prefetch_to_write(line);
    }
    prefetch_to_write(&first_start);
    for (std::size_t seat = 0; seat < std::min(seats_allocated, seats_prefetched); ++seat) {
      prefetch_to_write(&seats[seat].range);
      prefetch_to_write(&seats[seat].taken);
    }
  }
  /// For a helper that has seen the door open: what the caller has prepared.
  void prefetch_to_help() const noexcept {
    for (const char* line = first_prepared(); line < behind_prepared(); line += cache_line) {
      prefetch_to_read(line);
    }
    prefetch_to_write(&first_start);
  }

  [[nodiscard]] range_word& range(std::size_t seat) noexcept { return seats[seat].range; }
  [[nodiscard]] std::size_t width() const noexcept {
    return seats_in_use.load(std::memory_order_acquire);
  }
  /// Makes at least so many seats ready, as far as they exist. Before the door opens, or by the
  /// holder of the beat.
  void make_ready(std::size_t wanted) noexcept {
    const std::size_t before = seats_in_use.load(std::memory_order_relaxed);
    const std::size_t after = wanted < seats_allocated ? wanted : seats_allocated;
    for (std::size_t seat = before; seat < after; ++seat) {
      seats[seat].reset();
    }
    if (after > before) {
      seats_in_use.store(after, std::memory_order_release);
    }
  }

  /// Tells whoever records. Any worker, for itself.
  void note(policy::event_kind kind,
            std::size_t seat,
            policy::nanoseconds began_at,
            policy::nanoseconds lasted,
            std::size_t first,
            std::size_t count) const noexcept {
    record({.began = began_at,
            .duration_ns = static_cast<float>(policy::sane(lasted).count()),
            .items = policy::saturated_items(count),
            .first_item = first,
            .map_id = map_id,
            .worker = static_cast<std::uint16_t>(seat),
            .kind = kind});
  }

  /// The holder of the beat, or before the door opens. from: a reading of the clock.
  void set_next_beat(policy::nanoseconds from, policy::nanoseconds length) noexcept {
    not_before.store((from - policy::clock_goes_back).count(), std::memory_order_relaxed);
    next_beat.store((from + length).count(), std::memory_order_relaxed);
  }
  /// Also when the clock was set back: else there might be no beat for hours.
  [[nodiscard]] bool is_beat_due(policy::nanoseconds now) const noexcept {
    return now.count() >= next_beat.load(std::memory_order_relaxed) ||
           now.count() < not_before.load(std::memory_order_relaxed);
  }

  void note_skipped(std::size_t index) noexcept {
    std::size_t seen = first_skipped.load(std::memory_order_relaxed);
    while (index < seen &&
           !first_skipped.compare_exchange_weak(seen, index, std::memory_order_relaxed)) {
    }
  }

 private:
  /// From the first line that the caller prepares to the end of those that all read.
  [[nodiscard]] const char* first_prepared() const noexcept {
    return reinterpret_cast<const char*>(&body);
  }
  [[nodiscard]] const char* behind_prepared() const noexcept {
    return reinterpret_cast<const char*>(&beat_began);
  }
};

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
