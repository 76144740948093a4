#include "runtime/policy/serial_gate.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

gate_verdict serial_gate(nanoseconds alone,
                         nanoseconds shared,
                         nanoseconds prepared,
                         nanoseconds waking) noexcept {
  const nanoseconds work = sane(alone);
  if (work <= sane(waking)) {
    return gate_verdict::too_short;
  }
  const nanoseconds spent = sane(prepared);
  return sane(shared) + spent < (work + spent) * worthwhile_fraction ? gate_verdict::share
                                                                     : gate_verdict::too_little;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
