// What the templates found out about a map from its types and addresses, as a reason of the
// policy's. Thread safety: immutable.
#pragma once

#include "runtime/policy/decision.hpp"

#include <amorsize/detail/engines.hpp>
#include <amorsize/version.hpp>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

[[nodiscard]] constexpr policy::reason_code reason_of(detail::serial_cause cause) noexcept {
  switch (cause) {
    case detail::serial_cause::callable_not_shareable:
      return policy::reason_code::callable_not_shareable;
    case detail::serial_cause::output_not_shareable:
      return policy::reason_code::output_not_shareable;
    case detail::serial_cause::ranges_overlap:
      return policy::reason_code::ranges_overlap;
    case detail::serial_cause::not_random_access:
      return policy::reason_code::not_random_access;
    case detail::serial_cause::items_not_keepable:
      return policy::reason_code::items_not_keepable;
    case detail::serial_cause::none:
      break;
  }
  return policy::reason_code::none;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
