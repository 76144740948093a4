// The executor's atomics for builds that replace them: std::atomic's interface over a plain value,
// with a hook at each access. Included by a header that declares the hooks and is named by
// AMORSIZE_ATOMICS (runtime/executor/atomic_policy.hpp): charge_load, charge_store, charge_modify,
// charge_pause, note_exchange<T>, notify_all, and wait_on, which says whether to look and wait
// again. Thread safety: one real thread at a time.
#pragma once

#include <amorsize/version.hpp>

#include <atomic>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

template <class T>
class atomic {
  using order = std::memory_order;

 public:
  constexpr atomic() noexcept = default;
  constexpr atomic(T value) noexcept : value_(value) {}  // NOLINT: as std::atomic
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  [[nodiscard]] T load(order = std::memory_order_seq_cst) const noexcept {
    amorsize_tests::charge_load(this);
    return value_;
  }
  void store(T value, order = std::memory_order_seq_cst) noexcept {
    amorsize_tests::charge_store(this);
    value_ = value;
  }
  T exchange(T value, order = std::memory_order_seq_cst) noexcept {
    return modify([value](T) { return value; });
  }
  bool compare_exchange_strong(T& expected,
                               T desired,
                               order = std::memory_order_seq_cst,
                               order = std::memory_order_relaxed) noexcept {
    amorsize_tests::charge_modify(this);
    amorsize_tests::note_exchange<T>();
    if (value_ != expected) {
      expected = value_;
      return false;
    }
    value_ = desired;
    return true;
  }
  bool compare_exchange_weak(T& expected,
                             T desired,
                             order = std::memory_order_seq_cst,
                             order = std::memory_order_relaxed) noexcept {
    const T before = modify([&](T value) { return value == expected ? desired : value; });
    return before == std::exchange(expected, before);
  }
  T fetch_add(T amount, order = std::memory_order_seq_cst) noexcept {
    return modify([amount](T value) { return static_cast<T>(value + amount); });
  }
  T fetch_sub(T amount, order = std::memory_order_seq_cst) noexcept {
    return modify([amount](T value) { return static_cast<T>(value - amount); });
  }
  T fetch_and(T mask, order = std::memory_order_seq_cst) noexcept {
    return modify([mask](T value) { return static_cast<T>(value & mask); });
  }
  T fetch_or(T mask, order = std::memory_order_seq_cst) noexcept {
    return modify([mask](T value) { return static_cast<T>(value | mask); });
  }
  void wait(T old, order = std::memory_order_seq_cst) const noexcept {
    // As the kernel does it: looking and falling asleep is one step.
    while (value_ == old && amorsize_tests::wait_on(this)) {
    }
  }
  void notify_one() noexcept { amorsize_tests::notify_all(this); }
  void notify_all() noexcept { amorsize_tests::notify_all(this); }

 private:
  template <class Change>
  T modify(Change change) noexcept {
    amorsize_tests::charge_modify(this);
    const T before = value_;
    value_ = change(before);
    return before;
  }

  T value_{};
};

class atomic_flag {
 public:
  bool test_and_set(std::memory_order = std::memory_order_seq_cst) noexcept {
    return held_.exchange(true);
  }
  [[nodiscard]] bool test(std::memory_order = std::memory_order_seq_cst) const noexcept {
    return held_.load();
  }
  void clear(std::memory_order = std::memory_order_seq_cst) noexcept { held_.store(false); }

 private:
  atomic<bool> held_{false};
};

inline void pause() noexcept {
  amorsize_tests::charge_pause();
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
