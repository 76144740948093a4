// The machine as this process may use it, now. The topology is loaded once.
// Thread safety: thread-safe. A child forked at any moment never waits for what its parent began.
#pragma once

#include "runtime/policy/units.hpp"
#include "runtime/probe/cpu_affinity.hpp"

#include <amorsize/machine.hpp>
#include <amorsize/version.hpp>

#include <cstddef>
#include <optional>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// A quota so old is good enough for whoever does not follow it.
inline constexpr policy::nanoseconds usual_quota_age{1e9};

/// How many CPUs the calling thread may keep busy.
struct cpu_limits {
  std::size_t allowed_cpus = 1;  ///< in the calling thread's affinity mask; at least 1
  double cpu_quota = 0.0;        ///< CPUs granted by the tightest control group; 0 = none
  std::size_t usable_cpus = 1;   ///< the smaller of both, at least 1
};

/// The smaller of mask and quota. The quota counts as the nearest whole number, halves upwards
/// (1.5 -> 2, 1.0 -> 1, 0.3 -> 1). Pure.
[[nodiscard]] cpu_limits combine_cpu_limits(std::size_t allowed, double cpu_quota) noexcept;

/// Affinity of a thread as of this call, quota at most max_age old.
///
/// Overhead: one system call, below 1 us, and that of current_cpu_quota.
/// errno:    unchanged.
[[nodiscard]] cpu_limits probe_cpu_limits(policy::nanoseconds max_age = usual_quota_age,
                                          thread_handle of = 0) noexcept;

/// As probe_cpu_limits, but reads no file: the quota is the last one read, however old that is, and
/// none when nobody has read it. For maps that may end sooner than a file is read.
[[nodiscard]] cpu_limits known_cpu_limits() noexcept;

/// Cores behind the calling thread's affinity mask, if somebody loaded the topology already.
/// Equals the number of allowed CPUs when the topology could not be loaded.
///
/// Overhead: as probe_cpu_limits, without the files.
[[nodiscard]] std::optional<std::size_t> known_physical_cores(thread_handle of = 0) noexcept;

/// As known_physical_cores, but loads the topology when nobody has (1 to 16 ms, once a process).
[[nodiscard]] std::size_t load_physical_cores() noexcept;

/// Everything but the measured_* members. Loads the topology. Notes what could not be read.
[[nodiscard]] machine probe_machine();

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
