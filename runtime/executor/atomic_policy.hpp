// The atomics the protocol is written in. The same headers run on std::atomic, under a model
// checker and in a simulator: each supplies a type like this one. Thread safety: immutable.
#pragma once

#include <amorsize/version.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

/// Production: std::atomic. No fences anywhere: ThreadSanitizer does not model them.
struct std_atomics {
  template <class T>
  using atomic = std::atomic<T>;
  using order = std::memory_order;
  static constexpr order relaxed = std::memory_order_relaxed;
  static constexpr order acquire = std::memory_order_acquire;
  static constexpr order release = std::memory_order_release;
  static constexpr order acq_rel = std::memory_order_acq_rel;
  static constexpr order seq_cst = std::memory_order_seq_cst;

  template <class T>
  [[nodiscard]] static T load(const std::atomic<T>& from, order how) noexcept {
    return from.load(how);
  }
  template <class T>
  static void store(std::atomic<T>& to, T value, order how) noexcept {
    to.store(value, how);
  }
  /// Strong: never fails without cause. On failure `expected` holds the value found (relaxed).
  template <class T>
  [[nodiscard]] static bool cas(std::atomic<T>& at, T& expected, T desired, order how) noexcept {
    return at.compare_exchange_strong(expected, desired, how, std::memory_order_relaxed);
  }
  template <class T>
  static T fetch_and(std::atomic<T>& at, T mask, order how) noexcept {
    return at.fetch_and(mask, how);
  }
  template <class T>
  static T fetch_sub(std::atomic<T>& at, T amount, order how) noexcept {
    return at.fetch_sub(amount, how);
  }
  /// Blocks while `at` holds `old`; may return early.
  template <class T>
  static void wait(const std::atomic<T>& at, T old) noexcept {
    at.wait(old, std::memory_order_relaxed);
  }
  template <class T>
  static void notify_all(std::atomic<T>& at) noexcept {
    at.notify_all();
  }
};

/// Tells the core that this is a spin loop.
inline void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// A cache line, and the pair that adjacent-line prefetchers pull together.
inline constexpr std::size_t cache_line = 64;

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
