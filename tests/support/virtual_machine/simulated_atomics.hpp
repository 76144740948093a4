// The executor's atomics on a virtual machine: each access is charged to the thread that makes it.
// Compiled into the production sources through AMORSIZE_ATOMICS
// (runtime/executor/atomic_policy.hpp). Thread safety: one real thread; the machine's threads are
// interrupted only where they are charged.
#pragma once

#include <amorsize/version.hpp>

#include <atomic>
#include <cstddef>

namespace amorsize_tests {

// virtual_machine.hpp, seen from below: it includes executor headers itself.
void charge_load(const void* at);
void charge_store(const void* at);
void charge_modify(const void* at);
void charge_pause();
void wait_on(const void* at);
void notify_all(const void* at);

}  // namespace amorsize_tests

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
    if (value_ != expected) {
      expected = value_;
      return false;
    }
    value_ = desired;
    return true;
  }
  bool compare_exchange_weak(T& expected,
                             T desired,
                             order success = std::memory_order_seq_cst,
                             order failure = std::memory_order_relaxed) noexcept {
    return compare_exchange_strong(expected, desired, success, failure);
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
    while (value_ == old) {
      amorsize_tests::wait_on(this);
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
