// A clock as an interface: the engines pass the real one, tests and the simulator pass their own.
// Thread safety: implementations are thread-safe.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// What a thread has used of the machine so far.
struct thread_usage {
  policy::nanoseconds cpu{0};
  /// How often it gave its CPU up of its own accord: for a timer, a socket, a disk, a lock. Not
  /// being preempted, nor waiting for a page.
  std::uint64_t waits = 0;
  bool is_known = false;
};

class clock {
 public:
  /// Nanoseconds since some fixed point of this process. Never throws; may stand still.
  [[nodiscard]] virtual policy::nanoseconds now() const noexcept = 0;
  /// Of the calling thread. A system call: never for items of some microseconds.
  [[nodiscard]] virtual thread_usage usage() const noexcept { return {}; }

 protected:
  ~clock() = default;
};

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
