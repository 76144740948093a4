#include "runtime/site_memory.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using policy::nanoseconds;

/// A site whose calls last less than this runs most of them without the clock.
inline constexpr nanoseconds untimed_call{1e3};
/// What a site remembers changes only when the estimate has moved by more than this.
inline constexpr double remembered_change = 0.1;
inline constexpr std::uint32_t least_untimed_calls = 32;
inline constexpr std::uint32_t untimed_calls_mask = 31;
/// call_site::calls_alone is `left` below and `given` above.
inline constexpr unsigned half_bits = 16;
inline constexpr std::uint32_t half_mask = 0xffff;

}  // namespace

nanoseconds remembered_cost(const detail::call_site* site) noexcept {
  return nanoseconds{
      site == nullptr ? 0.0 : static_cast<double>(site->cost_ns.load(std::memory_order_relaxed))};
}

void remember_cost(detail::call_site* site, nanoseconds cost) noexcept {
  if (site == nullptr || !(cost.count() > 0.0)) {
    return;
  }
  const double now = cost.count();
  const double before = static_cast<double>(site->cost_ns.load(std::memory_order_relaxed));
  if (before > now * (1.0 - remembered_change) && before < now * (1.0 + remembered_change)) {
    return;
  }
  site->cost_ns.store(static_cast<float>(now), std::memory_order_relaxed);
  site->untimed_items.store(
      static_cast<std::uint32_t>(policy::items_in(untimed_call, cost, std::size_t{1} << 31U)),
      std::memory_order_relaxed);
}

void forget_cost(detail::call_site* site) noexcept {
  if (site != nullptr) {
    site->untimed_items.store(0, std::memory_order_relaxed);
    site->cost_ns.store(0.0F, std::memory_order_relaxed);
  }
}

policy::calls_alone remembered_calls_alone(const detail::call_site* site) noexcept {
  const std::uint32_t both =
      site == nullptr ? 0 : site->calls_alone.load(std::memory_order_relaxed);
  return {static_cast<std::uint16_t>(both & half_mask),
          static_cast<std::uint16_t>(both >> half_bits)};
}

void remember_calls_alone(detail::call_site* site, policy::calls_alone calls) noexcept {
  if (site != nullptr && remembered_calls_alone(site) != calls) {
    site->calls_alone.store((std::uint32_t{calls.given} << half_bits) | calls.left,
                            std::memory_order_relaxed);
  }
}

std::uint32_t untimed_calls(nanoseconds reading) noexcept {
  return least_untimed_calls +
         (static_cast<std::uint32_t>(static_cast<std::int64_t>(reading.count())) &
          untimed_calls_mask);
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
