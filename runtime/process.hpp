// What all engines share in this process: the crew, and what it may use now.
// Thread safety: thread-safe.
#pragma once

#include "runtime/executor/crew.hpp"
#include "runtime/policy/controller.hpp"
#include "runtime/policy/memory_ceiling.hpp"
#include "runtime/policy/units.hpp"
#include "runtime/probe/cgroup_text.hpp"

#include <amorsize/version.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// The helpers of this process; made at the first call (about a microsecond; no thread is started).
[[nodiscard, gnu::hot]] executor::crew& crew_of_process();

/// CPUs that a map with so much work left may use, from affinity mask, CPU quota and, once a map is
/// long enough to pay for loading the topology, physical cores.
///
/// Overhead: one load for short work; two system calls (0.3 to 0.7 us each) from 200 us on, and
/// once in 0.2 ms from 50 us on; the quota's files (100 us) for the first map of 300 us, and from
/// 20 ms on at most once in 50 ms.
[[nodiscard]] std::size_t usable_cpus(policy::nanoseconds work_left) noexcept;

/// What the crew leaves a map whose thread may use so many CPUs.
/// cores: physical ones among the CPUs; 0 = not known.
[[nodiscard]] inline policy::capacity capacity_of(executor::crew& crew,
                                                  std::size_t cpus,
                                                  std::size_t cores) noexcept {
  crew.raise_budget(cpus);
  const std::size_t waiting = crew.available_if_waiting(cpus);
  if (cpus < 2) {
    return {1, policy::reason_code::one_cpu_allowed, waiting, 1};
  }
  const executor::crew::spare_helpers spare = crew.available();
  return {std::min(cpus, spare.helpers + 1), spare.limited_by, waiting, cpus, cores};
}

/// The thread that calls a map, for others who ask on its behalf.
[[nodiscard]] unsigned long calling_thread() noexcept;
/// CPUs that this thread may use by now, in the middle of a long map. Asked every look_interval.
///
/// Overhead: two system calls (1 us) per look_interval; the quota's files (10 us and 7 us for each
/// level of the group's chain) once in quota_age. Together 0.1 % of one CPU.
[[nodiscard]] std::size_t usable_cpus_again(unsigned long thread) noexcept;

/// How often and for how long this process has had to wait for its quota; nothing where there is
/// none.
///
/// Overhead: none without a quota; else 20 us and more, by the levels of the group's chain.
[[nodiscard]] std::optional<probe::throttling> throttling_now() noexcept;

/// What this process has taken and could still take. now: a reading of its clock.
///
/// Overhead: 8 us; once in quota_age the files of MemAvailable and of the control groups, 100 us.
[[nodiscard]] policy::memory_reading memory_now(policy::nanoseconds now) noexcept;

/// What a map may use now: CPUs less what other maps use.
[[nodiscard]] policy::capacity capacity_now(policy::nanoseconds work_left) noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
