// Units and total arithmetic for the policy: every operation has a defined result for every input.
// Thread safety: immutable.
#pragma once

#include <amorsize/version.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
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
  constexpr nanoseconds longest{1e18};  // 31 years; keeps every product below overflow
  if (!(value.count() > 0.0)) {
    return nanoseconds{0.0};
  }
  return value < longest ? value : longest;
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
  return items < static_cast<double>(most) ? static_cast<std::size_t>(items) : most;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
