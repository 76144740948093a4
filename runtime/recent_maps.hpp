// What this process remembers of its latest maps: when the last one ended, and what a series of
// short ones has missed by staying serial. Thread safety: thread-safe. Maps of several threads
// share the memory and may lose a number of many.
#pragma once

#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

#include <atomic>
#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

class recent_maps {
 public:
  constexpr recent_maps() noexcept = default;

  [[nodiscard]] policy::nanoseconds ended() const noexcept {
    return policy::nanoseconds{ended_.load(std::memory_order_relaxed)};
  }
  void note_end(policy::nanoseconds now) noexcept {
    ended_.store(now.count(), std::memory_order_relaxed);
  }
  [[nodiscard]] policy::nanoseconds missed() const noexcept {
    return policy::nanoseconds{missed_.load(std::memory_order_relaxed)};
  }
  void set_missed(policy::nanoseconds missed) noexcept {
    missed_.store(missed.count(), std::memory_order_relaxed);
  }
  /// What maps have missed because no thread had been started yet.
  [[nodiscard]] policy::nanoseconds unstarted() const noexcept {
    return policy::nanoseconds{unstarted_.load(std::memory_order_relaxed)};
  }
  void set_unstarted(policy::nanoseconds missed) noexcept {
    unstarted_.store(missed.count(), std::memory_order_relaxed);
  }
  /// Maps shared with helpers awake since one of them was woken, this one included.
  std::uint32_t count_awake() noexcept {
    const std::uint32_t now = awake_.load(std::memory_order_relaxed) + 1;
    awake_.store(now, std::memory_order_relaxed);
    return now;
  }
  void note_wake() noexcept { awake_.store(0, std::memory_order_relaxed); }

 private:
  // Nanoseconds. Written by maps of 2 us and more, read by the next ones. Relaxed: numbers that
  // stand for themselves.
  std::atomic<double> ended_{0.0};
  std::atomic<double> missed_{0.0};
  std::atomic<double> unstarted_{0.0};
  std::atomic<std::uint32_t> awake_{0};
};

/// The process's own: process.cpp.
[[nodiscard, gnu::hot]] recent_maps& recent_maps_of_process() noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
