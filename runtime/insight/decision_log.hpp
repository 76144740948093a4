// The last decisions of this process, kept so that write_trace can tell the story afterwards.
// A fixed ring in static storage: nothing is allocated to record, the oldest entries are
// overwritten, and nobody ever waits: an entry that would have to wait is counted as dropped.
// Thread safety: thread-safe. Usable before main, after main, and in a forked child: if the parent
// held the flag at the fork, the child drops its entries instead of hanging.
#pragma once

#include "runtime/policy/decision.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// Bytes of a label that are kept, the terminating zero included.
inline constexpr std::size_t label_bytes = 32;

/// One decision of one map.
struct entry {
  std::uint64_t map_id = 0;      ///< tells the maps of this process apart
  policy::nanoseconds when{0};   ///< on the clock of the process, not since the map began
  policy::decision made = {};    ///< what was decided, as numbers
  char label[label_bytes] = {};  ///< options::label, cut between UTF-8 characters; ends with a zero
};
static_assert(std::is_trivially_copyable_v<entry>);
static_assert(std::is_trivially_destructible_v<entry>);

/// The ring itself. The process has one (see below); tests make their own.
class decision_log {
 public:
  /// Entries kept; at 144 bytes each about 600 kB of zero pages that are only touched when used.
  static constexpr std::size_t capacity = 4096;

  constexpr decision_log() noexcept = default;
  decision_log(const decision_log&) = delete;
  decision_log& operator=(const decision_log&) = delete;
  ~decision_log() = default;

  /// Keeps a decision, or counts it as dropped when another thread is at the ring right now.
  ///
  /// Complexity:    O(1); no allocation, no system call, no waiting
  void record(std::uint64_t map_id,
              policy::nanoseconds when,
              const policy::decision& made,
              std::string_view label) noexcept;

  /// The entries kept, oldest first, in the order they were recorded. Copies in slices, so that
  /// recorders rarely meet it; what is overwritten meanwhile is left out. After a bounded time of
  /// not getting at the ring it returns what it has.
  ///
  /// Throws:        std::bad_alloc
  [[nodiscard]] std::vector<entry> snapshot() const;

  /// Entries ever kept, those overwritten since included.
  [[nodiscard]] std::uint64_t recorded_count() const noexcept;

  /// Entries lost because the ring was in use.
  [[nodiscard]] std::uint64_t dropped_count() const noexcept;

  /// Takes the ring if it is free. For the members above, and for tests of a fork in the middle.
  [[nodiscard]] bool try_lock() const noexcept;
  void unlock() const noexcept;

 private:
  /// Holds no entry yet: entry{} is not all zeros, and would put the whole ring into the binary.
  union slot {
    constexpr slot() noexcept : unused{} {}
    unsigned char unused;
    entry used;
  };

  [[nodiscard]] bool lock_within_bounds() const noexcept;

  /// Taken (acquire) and given back (release) by every thread that touches ring_; the release
  /// publishes the bytes written to the next one to take it.
  mutable std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
  /// Written under busy_, read by anybody. Relaxed: only its value matters, busy_ orders ring_.
  std::atomic<std::uint64_t> recorded_{0};
  /// Written and read by anybody. Relaxed: a statistic.
  std::atomic<std::uint64_t> dropped_{0};
  std::array<slot, capacity> ring_{};
};
static_assert(std::is_trivially_destructible_v<decision_log>);

/// The ring of this process. Never destroyed.
[[nodiscard]] decision_log& process_log() noexcept;

/// A number for a map of this process, from 1. Thread-safe.
[[nodiscard]] std::uint64_t next_map_id() noexcept;

/// process_log().record(...)
void record(std::uint64_t map_id,
            policy::nanoseconds when,
            const policy::decision& made,
            std::string_view label) noexcept;

/// process_log().snapshot()
[[nodiscard]] std::vector<entry> snapshot();

/// process_log().dropped_count()
[[nodiscard]] std::uint64_t dropped_count() noexcept;

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
