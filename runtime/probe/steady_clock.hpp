// The real clock behind the engines: cheap enough to read twice per chunk.
// Thread safety: thread-safe.
#pragma once

#include "runtime/clock.hpp"
#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// Reads the processor's own counter where it runs at one constant rate (invariant TSC on x86-64,
/// cntvct_el0 on Arm), the monotonic clock of the system elsewhere.
///
/// The rate is measured once: from the load of the library to the first reading, or over
/// `shortest_calibration` when the first reading comes sooner than that (it then spins the rest).
/// One rate for the whole life of the process, so time never goes back unless the counter does.
class steady_clock final : public amorsize::clock {
 public:
  constexpr steady_clock() noexcept = default;

  /// Nanoseconds since the first reading of this process, or a little before.
  ///
  /// Overhead: one counter reading, two loads of process-wide constants and a multiplication.
  [[nodiscard, gnu::hot]] policy::nanoseconds now() const noexcept override;

  /// From getrusage and the CPU clock of the thread; unknown where the system has none for threads.
  ///
  /// Overhead: two system calls, three quarters of a microsecond.
  /// errno:    unchanged.
  [[nodiscard]] thread_usage usage() const noexcept override;
};

/// The clock of this process. Usable before and after the static constructors and destructors ran.
[[nodiscard, gnu::hot]] const steady_clock& real_clock() noexcept;

/// CPU time of all threads of this process together; zero when the system will not tell.
///
/// Overhead: a system call (half a microsecond), so never per chunk.
[[nodiscard]] policy::nanoseconds process_cpu_time() noexcept;

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
