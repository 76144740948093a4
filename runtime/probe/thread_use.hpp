// What the calling thread has had of the CPUs: time, and how often it gave its CPU away.
// Thread safety: thread-safe; about the calling thread.
#pragma once

#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// Since the thread began. All zero when the system will not tell.
struct thread_use {
  policy::nanoseconds cpu{0};
  std::size_t waits = 0;      ///< switched away from because it waited
  std::size_t preempted = 0;  ///< switched away from because others had their turn
};

/// Overhead: a system call (a microsecond).
[[nodiscard]] thread_use this_thread_use() noexcept;

/// From one reading to a later one.
[[nodiscard]] inline thread_use operator-(const thread_use& later,
                                          const thread_use& earlier) noexcept {
  return {policy::sane(later.cpu - earlier.cpu),
          policy::saturating_subtract(later.waits, earlier.waits),
          policy::saturating_subtract(later.preempted, earlier.preempted)};
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
