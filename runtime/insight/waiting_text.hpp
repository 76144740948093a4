// Does a callable wait, for a lock, a disk, a server? A warning, if it does.
// Thread safety: thread-safe; pure functions.
#pragma once

#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// Shorter, and the system calls that read CPU time count for too much.
inline constexpr policy::nanoseconds waiting_told_from{200e3};
/// What one thread did inside the callable.
struct callable_time {
  policy::nanoseconds busy{0};  ///< by the clock
  policy::nanoseconds cpu{0};   ///< of it, on a CPU
  std::size_t waits = 0;        ///< how often it gave its CPU away
  std::size_t preempted = 0;    ///< how often its CPU was taken away
};

/// Did it wait as policy::is_waiting means it, by what is known of a whole map? A thread that
/// others keep from its CPU does not.
[[nodiscard]] bool has_waited(const callable_time& seen) noexcept;

/// Whether workers beyond the number of CPUs could be of use, as far as is known.
enum class more_workers : std::uint8_t { may_help, were_no_use };

/// A sentence for a warning; empty when the callable does not wait.
[[nodiscard]] std::string waiting_text(const callable_time& seen, more_workers than_cpus);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
