// Keeps the exception of the lowest failing index, whatever the order in which threads fail, and
// tells everyone from which index on nothing needs to be started.
// Thread safety: record() and limit() thread-safe; the rest belongs to the caller, with nobody else
// inside the gate.
#pragma once

#include "runtime/executor/atomic_policy.hpp"

#include <atomic>
#include <cstddef>
#include <exception>
#include <limits>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

class lowest_exception {
 public:
  static constexpr std::size_t nothing = std::numeric_limits<std::size_t>::max();

  /// Before the map opens.
  void reset() noexcept {
    limit_.store(nothing, std::memory_order_relaxed);
    index_ = nothing;
    error_ = nullptr;
    count_ = 0;
  }

  /// Keeps `error` if `index` is lower than every one before. Called inside a catch block; the
  /// caller of record() must leave that block before it leaves the gate, so that the last reference
  /// is dropped on the thread that called the map.
  void record(std::size_t index, std::exception_ptr error) noexcept {
    lower_limit(index);
    while (busy_.test_and_set(std::memory_order_acquire)) {
      pause();
    }
    ++count_;
    if (index < index_) {
      index_ = index;
      error_.swap(error);
    }
    busy_.clear(std::memory_order_release);
  }

  /// Items from `index` on need not be started: a failure there, or a stop (0).
  void lower_limit(std::size_t index) noexcept {
    std::size_t seen = limit_.load(std::memory_order_relaxed);
    while (index < seen && !limit_.compare_exchange_weak(seen, index, std::memory_order_relaxed)) {
    }
  }

  /// Written by whoever fails or stops, read before items are started. Relaxed: it only saves work;
  /// the error itself is published by leaving the gate.
  [[nodiscard]] const std::atomic<std::size_t>& limit() const noexcept { return limit_; }

  /// In the child of a fork: whoever held the lock is gone, and with it the map.
  void abandon() noexcept {
    busy_.clear(std::memory_order_relaxed);
    limit_.store(0, std::memory_order_relaxed);
  }

  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  /// Failures seen, the higher ones included.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::exception_ptr take() noexcept { return std::exchange(error_, nullptr); }

 private:
  std::atomic<std::size_t> limit_{nothing};
  std::atomic_flag busy_{};  ///< guards the three below; held for a swap of pointers
  std::size_t index_ = nothing;
  std::exception_ptr error_{};
  std::size_t count_ = 0;
};

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
