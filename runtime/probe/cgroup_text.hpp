// What the kernel writes about control groups, as values. Every input has a defined result.
// Thread safety: immutable; pure functions.
#pragma once

#include <amorsize/version.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// Where the process is, per hierarchy, as /proc/self/cgroup says.
struct cgroup_membership {
  std::optional<std::string> unified;  ///< version 2
  std::optional<std::string> cpu;      ///< version 1
  std::optional<std::string> memory;   ///< version 1
};
[[nodiscard]] cgroup_membership parse_cgroup_membership(std::string_view text);

/// One mounted hierarchy, as a line of /proc/self/mountinfo says.
struct cgroup_mount {
  std::string root;   ///< the group that is visible at the mount point
  std::string point;  ///< where it is mounted
  bool unified = false;
  bool cpu = false;
  bool memory = false;
};
[[nodiscard]] std::vector<cgroup_mount> parse_cgroup_mounts(std::string_view text);

/// CPUs granted by a cpu.max ("150000 100000" is 1.5); nullopt = no limit, or nonsense.
[[nodiscard]] std::optional<double> parse_cpu_max(std::string_view text) noexcept;

/// CPUs granted by a quota and a period in the same unit; nullopt when one is missing or 0.
[[nodiscard]] std::optional<double> quota_over_period(std::optional<std::uint64_t> quota,
                                                      std::optional<std::uint64_t> period) noexcept;

/// How often a group had used up its quota, and for how long its threads had to wait then, all of
/// its CPUs together. Both only grow.
struct throttling {
  std::uint64_t times = 0;
  double lasted_ns = 0.0;
};
/// Of a cpu.stat, whose time is in nanoseconds in version 1 and in microseconds in version 2;
/// nullopt when it says nothing about it.
[[nodiscard]] std::optional<throttling> parse_throttling(std::string_view cpu_stat) noexcept;

/// Bytes; nullopt for "max", for the huge number by which version 1 says "unlimited", for nonsense.
[[nodiscard]] std::optional<std::uint64_t> parse_memory_limit(std::string_view text) noexcept;

/// Bytes of inactive file pages in a memory.stat, those of the group's children included; 0 when
/// there is no such line. The kernel gives these pages back before it fails an allocation.
[[nodiscard]] std::uint64_t parse_inactive_file(std::string_view memory_stat) noexcept;

/// What remains of `group` below the group that is mounted: "" or "/..."; nullopt when it is not
/// visible there. "/../x" is a group outside of our namespace.
[[nodiscard]] std::optional<std::string_view> path_below_mount(const cgroup_mount& mount,
                                                               std::string_view group) noexcept;

/// Deeper groups than this are not looked at: the kernel's paths are bounded, a hostile text is
/// not.
inline constexpr std::size_t most_cgroup_levels = 64;

/// The directories of a group and its visible ancestors, innermost first, last the mount point,
/// none with a slash at the end.
/// A group that is not visible below the mount (containers, namespaces, "..") gives the mount
/// point alone; of more than most_cgroup_levels the outermost are kept.
[[nodiscard]] std::vector<std::string> cgroup_directories(const cgroup_mount& mount,
                                                          std::string_view group);

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
