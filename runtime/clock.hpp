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
  std::uint64_t preempted = 0;  ///< how often the CPU was taken from it against its will
  bool is_known = false;
  std::uint64_t new_pages = 0;  ///< that it was the first to touch, however large they are
};

/// From one reading to a later one; a count or a time that went back is none.
[[nodiscard]] inline thread_usage operator-(const thread_usage& later,
                                            const thread_usage& earlier) noexcept {
  return {policy::sane(later.cpu - earlier.cpu),
          policy::saturating_subtract(later.waits, earlier.waits),
          policy::saturating_subtract(later.preempted, earlier.preempted),
          later.is_known && earlier.is_known,
          policy::saturating_subtract(later.new_pages, earlier.new_pages)};
}

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
