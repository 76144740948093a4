#include "runtime/insight/event_log.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <new>
#include <thread>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

using policy::map_event;

/// Events copied per hold of a ring: 8 kB, well under a microsecond.
constexpr std::size_t slice_events = 256;
/// Tries before a reader leaves a ring out, each but the first few with a yield: its owner may have
/// been preempted; in a child forked at that moment nobody comes.
constexpr std::size_t lock_attempts = 20'000;
constexpr std::size_t attempts_without_yield = 64;

struct ring {
  union slot {
    slot() noexcept {}  // left alone: pages are touched only when they are used
    map_event used;
  };

  [[nodiscard]] bool try_lock() noexcept { return !busy.test_and_set(std::memory_order_acquire); }
  void unlock() noexcept { busy.clear(std::memory_order_release); }
  [[nodiscard]] bool lock_within_bounds() noexcept {
    for (std::size_t attempt = 0; attempt < lock_attempts; ++attempt) {
      if (try_lock()) {
        return true;
      }
      if (attempt >= attempts_without_yield) {
        std::this_thread::yield();
      }
    }
    return false;
  }

  /// Taken (acquire) and given back (release) by the owner for each event, by readers for a slice;
  /// publishes `recorded` and `slots` to the next one to take it.
  std::atomic_flag busy = ATOMIC_FLAG_INIT;
  /// A thread records here. Set by the thread that takes the ring (acquire: sees what the last one
  /// left), cleared by it when it ends (release).
  std::atomic<bool> taken{false};
  std::uint64_t recorded = 0;  ///< events ever; guarded by busy
  std::array<slot, events_per_thread> slots;
};

/// Ring i, once somebody has needed it. Each is written once, by the thread that allocated it
/// (release: publishes the ring), read by all (acquire). Never freed: late helpers record.
constinit std::array<std::atomic<ring*>, most_recording_threads> rings{};

/// Written and read by anybody. Relaxed: a statistic.
constinit std::atomic<std::uint64_t> events_dropped{0};

constinit thread_local ring* own_ring = nullptr;

/// Gives the ring back when its thread ends.
struct ring_lease {
  ring_lease() = default;
  ring_lease(const ring_lease&) = delete;
  ring_lease& operator=(const ring_lease&) = delete;
  ~ring_lease() {
    if (own_ring != nullptr) {
      own_ring->taken.store(false, std::memory_order_release);
      own_ring = nullptr;
    }
  }
};

[[nodiscard]] ring* take_ring() noexcept {
  for (std::atomic<ring*>& at : rings) {
    ring* there = at.load(std::memory_order_acquire);
    if (there == nullptr) {
      std::unique_ptr<ring> fresh(new (std::nothrow) ring);
      if (fresh == nullptr) {
        return nullptr;
      }
      fresh->taken.store(true, std::memory_order_relaxed);
      if (at.compare_exchange_strong(
              there, fresh.get(), std::memory_order_acq_rel, std::memory_order_acquire)) {
        return fresh.release();
      }
    }
    bool taken = false;
    if (there->taken.compare_exchange_strong(taken, true, std::memory_order_acquire)) {
      return there;
    }
  }
  return nullptr;
}

/// Calls use(event) for the events of a ring, newest first, until it returns false.
template <class Use>
void for_each_newest_first(ring& from, Use use) {
  std::array<map_event, slice_events> slice;
  std::uint64_t next = 0;  // one behind the next event to copy
  bool started = false;
  for (;;) {
    if (!from.lock_within_bounds()) {
      return;
    }
    if (!started) {
      next = from.recorded;  // later events are left to the next reader
      started = true;
    }
    const std::uint64_t oldest =
        from.recorded > events_per_thread ? from.recorded - events_per_thread : 0;
    std::size_t copied = 0;
    for (; next > oldest && copied < slice_events; ++copied) {
      --next;
      slice[copied] = from.slots[static_cast<std::size_t>(next % events_per_thread)].used;
    }
    from.unlock();  // before `use` may allocate or throw
    if (copied == 0) {
      return;
    }
    for (std::size_t i = 0; i < copied; ++i) {
      if (!use(slice[i])) {
        return;
      }
    }
  }
}

}  // namespace

void record_event(const map_event& event) noexcept {
  if (own_ring == nullptr) [[unlikely]] {
    own_ring = take_ring();
    if (own_ring == nullptr) {
      events_dropped.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    static const thread_local ring_lease lease;
  }
  ring& own = *own_ring;
  if (!own.try_lock()) {
    events_dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  // A plain copy, not memcpy: the thread sanitizer of gcc does not see a memcpy that was inlined.
  std::construct_at(&own.slots[static_cast<std::size_t>(own.recorded % events_per_thread)].used,
                    event);
  ++own.recorded;
  own.unlock();
}

std::vector<tracked_event> event_snapshot() {
  std::vector<tracked_event> all;
  for (std::size_t track = 0; track < rings.size(); ++track) {
    if (ring* const there = rings[track].load(std::memory_order_acquire); there != nullptr) {
      for_each_newest_first(*there, [&](const map_event& event) {
        all.push_back({track, event});
        return true;
      });
    }
  }
  std::sort(all.begin(), all.end(), [](const tracked_event& a, const tracked_event& b) {
    return a.what.began != b.what.began ? a.what.began < b.what.began
                                        : a.what.duration_ns > b.what.duration_ns;
  });
  return all;
}

std::vector<map_event> events_of_map(std::uint32_t map_id, policy::nanoseconds since) {
  std::vector<map_event> found;
  for (std::atomic<ring*>& at : rings) {
    if (ring* const there = at.load(std::memory_order_acquire); there != nullptr) {
      for_each_newest_first(*there, [&](const map_event& event) {
        if (event.map_id == map_id) {
          found.push_back(event);
        }
        return event.ended() >= since;  // a ring is in the order in which things ended
      });
    }
  }
  return found;
}

event_losses lost_events() noexcept {
  event_losses lost{.dropped = events_dropped.load(std::memory_order_relaxed)};
  for (std::atomic<ring*>& at : rings) {
    if (ring* const there = at.load(std::memory_order_acquire);
        there != nullptr && there->lock_within_bounds()) {
      lost.overwritten +=
          there->recorded > events_per_thread ? there->recorded - events_per_thread : 0;
      there->unlock();
    }
  }
  return lost;
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
