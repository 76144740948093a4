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

std::uint32_t untimed_calls(nanoseconds reading) noexcept {
  return least_untimed_calls +
         (static_cast<std::uint32_t>(static_cast<std::int64_t>(reading.count())) &
          untimed_calls_mask);
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
