#include "runtime/assert.hpp"
#include "runtime/executor/share.hpp"
#include "runtime/executor/worker_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <stdexcept>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {
namespace {

/// Spinning at the end of a map: as long as one chunk should take, but no longer than this, since
/// the helper that is waited for may need this very CPU.
inline constexpr policy::nanoseconds longest_end_spin{50e3};
/// Meanwhile the caller looks for work that often: each look takes the lines of all ranges from
/// those who claim from them.
inline constexpr policy::nanoseconds look_for_work{1e3};

/// Sees to it that nobody is inside when run_shared() is left, by whatever way.
class exit_guard {
 public:
  exit_guard(crew& with, shared_map& map) noexcept : with_(with), map_(map) {}
  exit_guard(const exit_guard&) = delete;
  exit_guard& operator=(const exit_guard&) = delete;
  ~exit_guard() {
    if (!map_.door.is_empty() || !shut_) {
      map_.errors.lower_limit(0);
      shut();
      map_.door.wait_until_empty();
    }
    if (map_.arrivals.load(std::memory_order_relaxed) > 0) {
      with_.note_end();  // else nobody is awake
    }
  }
  void shut() noexcept {
    with_.shut(map_);
    shut_ = true;
  }

 private:
  crew& with_;
  shared_map& map_;
  bool shut_ = false;
};

[[nodiscard]] bool work_is_left(const shared_map& map) noexcept {
  for (std::size_t seat = 0, width = map.width(); seat < width; ++seat) {
    if (map.seats[seat].range.peek().size() > 0) {
      return true;
    }
  }
  return false;
}

/// Until nobody is inside. A helper may have taken half of a range just when the caller found
/// nothing, or may leave its range behind: the caller looks again while it waits, and works. Nobody
/// else's work is run here.
void wait_working(shared_map& map) {
  if (map.door.is_empty()) {
    return;
  }
  const policy::nanoseconds spin = std::min(map.layout.chunk_duration, longest_end_spin);
  policy::nanoseconds idle_from = map.time->now();
  policy::nanoseconds until = idle_from + spin;
  policy::nanoseconds look_at = idle_from;
  const auto note_wait = [&] {
    if (map.record != nullptr) [[unlikely]] {
      map.note(policy::event_kind::wait, 0, idle_from, map.time->now() - idle_from, 0, 0);
    }
  };
  while (!map.door.is_empty()) {
    const policy::nanoseconds now = map.time->now();
    if (now >= look_at) {
      look_at = now + look_for_work;
      if (work_is_left(map)) {
        note_wait();
        run_worker(map, 0);
        idle_from = map.time->now();
        until = idle_from + spin;
        look_at = idle_from;
        continue;
      }
    }
    if (now < until) {
      pause();
      continue;
    }
    const auto seen = map.door.prepare_sleep();
    if (!gate::is_empty(seen) && !work_is_left(map)) {
      const int error_before = errno;
      map.door.sleep(seen);
      errno = error_before;
    }
  }
  note_wait();
}

}  // namespace

void deal(shared_map& map, std::size_t workers, std::size_t head_start) noexcept {
  AMORSIZE_ASSERT(workers >= 1 && workers <= map.width());
  const unit_range all = map.layout.units_left();
  map.layout.rotated_from = work_layout::no_unit;
  if (workers < 2 || all.size() < workers) {
    map.range(0).put(all);
    return;
  }
  const std::size_t ahead =
      std::min<std::size_t>(head_start / map.layout.unit_items, all.size() - workers);
  std::uint32_t begin = all.begin;
  for (std::size_t seat = 0; seat < workers; ++seat) {
    if (seat + 1 == workers) {
      map.layout.begin_at_end(begin);
    }
    const auto left = static_cast<std::uint32_t>(workers - seat);
    const auto own = static_cast<std::uint32_t>(seat == 0 ? ahead : 0);
    const std::uint32_t end = begin + own + (all.end - begin - own) / left;
    map.range(seat).put({begin, end});
    begin = end;
  }
}

wake_observation run_shared(crew& with, shared_map& map, std::size_t helpers) {
  wake_observation seen;
  exit_guard guard(with, map);
  const int error_before = errno;
  const policy::nanoseconds before = map.time->now();
  // The first beat begins when all have been called: what that took says nothing about rates.
  const double first_beat = map.next_beat.load(std::memory_order_relaxed);
  map.next_beat.store(std::numeric_limits<double>::infinity(), std::memory_order_relaxed);
  const crew::calls calls = with.open(map, helpers);
  const policy::nanoseconds called = map.time->now();
  seen.wake = called - before;
  if (map.record != nullptr) [[unlikely]] {
    map.note(policy::event_kind::wake, 0, before, seen.wake, map.layout.first_item, helpers);
  }
  while (map.beat.test_and_set(std::memory_order_acquire)) {
    pause();
  }
  map.beat_began = called;
  map.beat.clear(std::memory_order_release);
  map.next_beat.store(first_beat + seen.wake.count(), std::memory_order_relaxed);
  errno = error_before;

  run_worker(map, 0);
  guard.shut();
  wait_working(map);
  with.expect_end(map);
  // Helpers that were sent away leave their ranges behind, and one may have been between two words
  // when the caller looked: with nobody inside, what is left is in the words, and is the caller's.
  if (work_is_left(map)) {
    run_worker(map, 0);
  }
  if (with.forked_in_a_map()) {
    throw std::runtime_error("amorsize: the process was forked in the middle of this map");
  }
  seen.asked = std::max<std::size_t>(calls.asked, map.arrivals.load(std::memory_order_relaxed));
  seen.called =
      policy::saturating_subtract(calls.asked, map.refused.load(std::memory_order_relaxed));
  seen.started = calls.started;
  seen.awaited = calls.awaited;
  seen.misplaced = map.misplaced.load(std::memory_order_relaxed);
  const double started = map.first_start.load(std::memory_order_relaxed);
  if (started > 0.0) {
    seen.start = policy::sane(policy::nanoseconds{started} - before);
  }
  return seen;
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
