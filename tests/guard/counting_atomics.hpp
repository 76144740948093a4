// The executor's atomics, counting. Compiled into the production sources through AMORSIZE_ATOMICS
// (runtime/executor/atomic_policy.hpp).
// Thread safety: one thread at a time.
#pragma once

#include <amorsize/version.hpp>

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace amorsize_tests {

struct atomic_counts {
  std::uint64_t claims = 0;         ///< attempts to change a range word: by its owner or a thief
  std::uint64_t modifications = 0;  ///< read-modify-writes, the claims included
  std::uint64_t sleeps = 0;         ///< waits that would block
};

inline constinit atomic_counts counted_atomics{};

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

  [[nodiscard]] T load(order = std::memory_order_seq_cst) const noexcept { return value_; }
  void store(T value, order = std::memory_order_seq_cst) noexcept { value_ = value; }
  T exchange(T value, order = std::memory_order_seq_cst) noexcept {
    return modify([value](T) { return value; });
  }
  bool compare_exchange_strong(T& expected,
                               T desired,
                               order = std::memory_order_seq_cst,
                               order = std::memory_order_relaxed) noexcept {
    ++amorsize_tests::counted_atomics.modifications;
    if constexpr (std::is_same_v<T, std::uint64_t>) {
      ++amorsize_tests::counted_atomics.claims;  // nothing else does it to such a word
    }
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
  /// Nobody else runs who could change it: counted, and taken for a spurious return.
  void wait(T, order = std::memory_order_seq_cst) const noexcept {
    ++amorsize_tests::counted_atomics.sleeps;
  }
  void notify_one() noexcept {}
  void notify_all() noexcept {}

 private:
  template <class Change>
  T modify(Change change) noexcept {
    ++amorsize_tests::counted_atomics.modifications;
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

inline void pause() noexcept {}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
