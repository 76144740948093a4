// A clock as an interface of one function: the engines pass the real one, tests and the simulator
// pass their own.
// Thread safety: implementations are thread-safe.
#pragma once

#include "runtime/policy/units.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

class clock {
 public:
  /// Nanoseconds since some fixed point of this process. Never throws; may stand still.
  [[nodiscard]] virtual policy::nanoseconds now() const noexcept = 0;

 protected:
  ~clock() = default;
};

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
