// What all engines share in this process: the crew, and what it may use now.
// Thread safety: thread-safe.
#pragma once

#include "runtime/executor/crew.hpp"
#include "runtime/policy/controller.hpp"
#include "runtime/policy/units.hpp"

#include <amorsize/version.hpp>

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// The helpers of this process; made at the first call (about a microsecond; no thread is started).
[[nodiscard]] executor::crew& crew_of_process();

/// CPUs that a map with so much work left may use, from affinity mask, CPU quota and, once a map is
/// long enough to pay for loading the topology, physical cores.
///
/// Overhead: one relaxed load for short work; a system call (0.3 us) from 50 us on; the quota's
/// files (100 us) from 20 ms on, at most once a second.
[[nodiscard]] std::size_t usable_cpus(policy::nanoseconds work_left) noexcept;

/// What a map may use now: CPUs less what other maps use.
[[nodiscard]] policy::capacity capacity_now(policy::nanoseconds work_left) noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
