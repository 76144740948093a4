// What the control groups of this process allow now, read again where it was found last.
// Thread safety: thread-safe. A child forked at any moment never waits for what its parent began.
#pragma once

#include "runtime/policy/units.hpp"
#include "runtime/probe/cgroup_text.hpp"

#include <amorsize/version.hpp>

#include <cstdint>
#include <optional>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// CPUs granted by the tightest control group, at most max_age old; 0 = no limit.
///
/// Overhead: one clock reading. Once in max_age one caller reads again: 9 us for /proc/self/cgroup
///           and 7 us per file on the chain, several times that when the caches are cold; 50 us
///           more, and allocations, at first and when the process was moved to another group.
[[nodiscard]] double current_cpu_quota(policy::nanoseconds max_age) noexcept;

/// The last reading, however old; 0 also when there was none.
[[nodiscard]] double last_cpu_quota() noexcept;

/// How often the group with the quota was throttled, and how long its threads waited then, all CPUs
/// together; nullopt = no quota, or the system does not say. Only where a quota was read before.
///
/// Overhead: as above with max_age 0, and one file more.
[[nodiscard]] std::optional<throttling> current_throttling() noexcept;

/// Bytes that the tightest control group has left; nullopt = no limit.
///
/// Overhead: as above with max_age 0: 7 us per file, one per level and two more per limit.
[[nodiscard]] std::optional<std::uint64_t> current_memory_left() noexcept;

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
