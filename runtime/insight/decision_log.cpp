#include "runtime/insight/decision_log.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <thread>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

/// Entries copied per hold of the flag: about 9 kB, well under a microsecond.
constexpr std::size_t slice_entries = 64;

/// Tries before a snapshot gives up, each but the first few with a yield: some milliseconds. Enough
/// for a recorder that was preempted at the ring; in a child forked at that moment nobody comes.
constexpr std::size_t lock_attempts = 20'000;
constexpr std::size_t attempts_without_yield = 64;

constinit decision_log the_process_log;

/// Raised by whoever numbers a map. Relaxed: only that the numbers differ matters.
constinit std::atomic<std::uint64_t> maps_counted{0};

/// Copies as many bytes as fit, without splitting a UTF-8 character.
void copy_label(char (&to)[label_bytes], std::string_view label) noexcept {
  std::size_t length = label.size();
  if (length >= label_bytes) {
    length = label_bytes - 1;
    // A UTF-8 character has at most three continuation bytes (10xxxxxx); what has more is not
    // UTF-8.
    constexpr std::size_t most_continuation_bytes = 3;
    std::size_t cut = length;
    while (length - cut < most_continuation_bytes &&
           (static_cast<unsigned char>(label[cut]) & 0xC0U) == 0x80U) {
      --cut;
    }
    if ((static_cast<unsigned char>(label[cut]) & 0xC0U) != 0x80U) {
      length = cut;
    }
  }
  if (length != 0) {
    std::memcpy(to, label.data(), length);
  }
}

}  // namespace

bool decision_log::try_lock() const noexcept {
  return !busy_.test_and_set(std::memory_order_acquire);
}

void decision_log::unlock() const noexcept {
  busy_.clear(std::memory_order_release);
}

bool decision_log::lock_within_bounds() const noexcept {
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

void decision_log::record(std::uint64_t map_id,
                          policy::nanoseconds when,
                          const policy::decision& made,
                          std::string_view label) noexcept {
  entry next{.map_id = map_id, .when = when, .made = made};
  copy_label(next.label, label);
  if (!try_lock()) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const std::uint64_t sequence = recorded_.load(std::memory_order_relaxed);
  // A plain copy, not memcpy: the thread sanitizer of gcc does not see a memcpy that was inlined.
  std::construct_at(&ring_[static_cast<std::size_t>(sequence % capacity)].used, next);
  recorded_.store(sequence + 1, std::memory_order_relaxed);
  unlock();
}

std::vector<entry> decision_log::snapshot() const {
  std::vector<entry> result;
  result.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(recorded_count(), capacity)));
  const std::uint64_t end = recorded_count();  // later entries are left to the next snapshot
  std::uint64_t next = 0;
  while (next < end) {
    std::array<entry, slice_entries> slice;
    std::size_t copied = 0;
    if (!lock_within_bounds()) {
      break;
    }
    const std::uint64_t recorded = recorded_.load(std::memory_order_relaxed);
    const std::uint64_t oldest = recorded > capacity ? recorded - capacity : 0;
    next = std::max(next, oldest);
    for (; next < end && copied < slice_entries; ++next, ++copied) {
      slice[copied] = ring_[static_cast<std::size_t>(next % capacity)].used;
    }
    unlock();  // before the vector may allocate or throw
    result.insert(result.end(), slice.begin(), slice.begin() + static_cast<std::ptrdiff_t>(copied));
  }
  return result;
}

std::uint64_t decision_log::recorded_count() const noexcept {
  return recorded_.load(std::memory_order_relaxed);
}

std::uint64_t decision_log::dropped_count() const noexcept {
  return dropped_.load(std::memory_order_relaxed);
}

std::uint64_t next_map_id() noexcept {
  return maps_counted.fetch_add(1, std::memory_order_relaxed) + 1;
}

decision_log& process_log() noexcept {
  return the_process_log;
}

void record(std::uint64_t map_id,
            policy::nanoseconds when,
            const policy::decision& made,
            std::string_view label) noexcept {
  the_process_log.record(map_id, when, made, label);
}

std::vector<entry> snapshot() {
  return the_process_log.snapshot();
}

std::uint64_t dropped_count() noexcept {
  return the_process_log.dropped_count();
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
