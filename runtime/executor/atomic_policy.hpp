// The atomics the executor is written in. The same sources run on std::atomic, under a model
// checker and on the virtual machine of the tests. Thread safety: immutable.
//
// The templates of the protocol (gate, claim_ranges) take a policy, so that a model checker can
// supply one whose operations carry its own arguments. The rest of the executor uses atomic<T>,
// which is std::atomic unless the build names a header that defines another: AMORSIZE_ATOMICS.
#pragma once

#include <amorsize/version.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

#ifdef AMORSIZE_ATOMICS
#include AMORSIZE_ATOMICS
#endif

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

#ifndef AMORSIZE_ATOMICS
template <class T>
using atomic = std::atomic<T>;
using atomic_flag = std::atomic_flag;

/// Tells the core that this is a spin loop.
inline void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}
#endif

/// The policy over any type with std::atomic's interface. No fences anywhere: ThreadSanitizer does
/// not model them.
template <template <class> class Atomic>
struct basic_atomics {
  template <class T>
  using atomic = Atomic<T>;
  using order = std::memory_order;
  static constexpr order relaxed = std::memory_order_relaxed;
  static constexpr order acquire = std::memory_order_acquire;
  static constexpr order release = std::memory_order_release;
  static constexpr order acq_rel = std::memory_order_acq_rel;
  static constexpr order seq_cst = std::memory_order_seq_cst;

  template <class T>
  [[nodiscard]] static T load(const Atomic<T>& from, order how) noexcept {
    return from.load(how);
  }
  template <class T>
  static void store(Atomic<T>& to, T value, order how) noexcept {
    to.store(value, how);
  }
  /// Strong: never fails without cause. On failure `expected` holds the value found (relaxed).
  template <class T>
  [[nodiscard]] static bool cas(Atomic<T>& at, T& expected, T desired, order how) noexcept {
    return at.compare_exchange_strong(expected, desired, how, std::memory_order_relaxed);
  }
  template <class T>
  static T fetch_and(Atomic<T>& at, T mask, order how) noexcept {
    return at.fetch_and(mask, how);
  }
  template <class T>
  static T fetch_sub(Atomic<T>& at, T amount, order how) noexcept {
    return at.fetch_sub(amount, how);
  }
  /// Blocks while `at` holds `old`; may return early.
  template <class T>
  static void wait(const Atomic<T>& at, T old) noexcept {
    at.wait(old, std::memory_order_relaxed);
  }
  template <class T>
  static void notify_all(Atomic<T>& at) noexcept {
    at.notify_all();
  }
  static void pause() noexcept { executor::pause(); }
};

/// Waits longer after each failed CAS on one word. A thousand helpers that come at once and try
/// again at once fail half a million times between them.
template <class Atomics>
class backoff {
 public:
  void once() noexcept {
    for (unsigned i = 0; i < pauses_; ++i) {
      Atomics::pause();
    }
    pauses_ = pauses_ < most_pauses ? 2 * pauses_ : most_pauses;
  }

 private:
  static constexpr unsigned most_pauses = 4096;  ///< some hundred microseconds
  unsigned pauses_ = 1;
};

/// What this build is made with.
using atomics = basic_atomics<atomic>;

/// A cache line, and the pair that adjacent-line prefetchers pull together.
inline constexpr std::size_t cache_line = 64;

/// Asks for the line of `at`, soon to be written or read, without waiting for it: lines that other
/// CPUs hold come one after the other, 100 to 200 ns each, unless they have been asked for
/// together.
inline void prefetch_to_write(const void* at) noexcept {
  __builtin_prefetch(at, 1);
}
inline void prefetch_to_read(const void* at) noexcept {
  __builtin_prefetch(at, 0);
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
