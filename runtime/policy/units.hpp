// Units and total arithmetic for the policy: every operation has a defined result for every input.
// Thread safety: immutable.
#pragma once

#include <amorsize/version.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// Durations of the model. Floating point: costs per item lie well below one nanosecond.
using nanoseconds = std::chrono::duration<double, std::nano>;

inline constexpr nanoseconds microsecond{1e3};
inline constexpr nanoseconds millisecond{1e6};

/// A duration that is a number and not negative. Clocks that stood still, went back or were paused
/// for longer than the model can follow must not reach a division.
[[nodiscard]] constexpr nanoseconds sane(nanoseconds value) noexcept {
  constexpr double longest = 1e18;  // 31 years; keeps every product below overflow
  // Two instructions in this form, and everywhere.
  const double positive = value.count() > 0.0 ? value.count() : 0.0;
  return nanoseconds{positive < longest ? positive : longest};
}

/// A count as a number, 2^63 at most: a conversion of 64 unsigned bits takes x86-64 a branch and a
/// dozen instructions, wherever it is inlined.
[[nodiscard]] constexpr double number(std::size_t count) noexcept {
  constexpr std::size_t most = std::numeric_limits<std::int64_t>::max();
  return static_cast<double>(static_cast<std::int64_t>(count < most ? count : most));
}

[[nodiscard]] constexpr std::size_t saturating_subtract(std::size_t a, std::size_t b) noexcept {
  return a > b ? a - b : 0;
}

/// ceil(a / b); b == 0 gives 0.
[[nodiscard]] constexpr std::size_t divide_up(std::size_t a, std::size_t b) noexcept {
  return b == 0 ? 0 : a / b + (a % b != 0 ? 1 : 0);
}

/// How many items of cost `cost` fit in `time`; at most `most`. Free items: `most`.
[[nodiscard]] constexpr std::size_t items_in(nanoseconds time,
                                             nanoseconds cost,
                                             std::size_t most) noexcept {
  if (!(cost.count() > 0.0)) {
    return most;
  }
  const double items = sane(time).count() / cost.count();
  return items < number(most) ? static_cast<std::size_t>(static_cast<std::int64_t>(items)) : most;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
