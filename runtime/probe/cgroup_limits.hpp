// What the control groups of this process allow: version 1, version 2, and both at once.
// Thread safety: thread-safe; the structures are plain values.
#pragma once

#include "runtime/probe/cgroup_text.hpp"
#include "runtime/probe/text_file.hpp"

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

/// Where the limits of this process are written. A value; valid until the process is moved.
struct cgroup_chain {
  std::vector<std::string> unified;  ///< directories, innermost first
  std::vector<std::string> cpu;      ///< version 1
  std::vector<std::string> memory;   ///< version 1
};

/// Reads /proc/self/mountinfo below `root`; `membership_text` is the content of /proc/self/cgroup.
[[nodiscard]] cgroup_chain find_cgroup_chain(std::string_view root,
                                             std::string_view membership_text);

struct cgroup_limits {
  std::optional<double> cpu_quota;            ///< CPUs, of the tightest group
  std::optional<std::uint64_t> memory_limit;  ///< bytes, of the tightest group
  std::optional<std::uint64_t> memory_usage;  ///< bytes used there; reclaimable files excluded
  std::optional<std::uint64_t> memory_left;   ///< bytes; smallest limit - usage of the chain
};

/// CPUs granted by the tightest group of the chain. Allocates only where a file is longer than a
/// value of the kernel's ever is.
[[nodiscard]] std::optional<double> read_cpu_quota(text_reader& files,
                                                   const cgroup_chain& chain) noexcept;

/// How often and for how long the tightest of these groups had used up its quota; nullopt when none
/// has a quota, or says. Allocation as above.
[[nodiscard]] std::optional<throttling> read_throttling(text_reader& files,
                                                        const cgroup_chain& chain) noexcept;

/// The members about memory; the others stay empty. Allocation as above.
[[nodiscard]] cgroup_limits read_memory_limits(text_reader& files,
                                               const cgroup_chain& chain) noexcept;

/// Walks the whole chain of ancestors in every hierarchy and takes the tightest of each.
///
/// Overhead: 3 to 7 us per file, 45 us for mountinfo. Two files of /proc, then per level one file
/// for
///           the quota (two in version 1) and one for the memory limit (three where there is one).
///           150 us for four levels: never per map.
[[nodiscard]] cgroup_limits probe_cgroup_limits(std::string_view root = "/") noexcept;

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
