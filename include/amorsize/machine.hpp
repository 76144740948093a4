// The machine as this process may use it, as a plain value.
// Thread safety: machine is a plain value; this_machine() is thread-safe.
#pragma once

#include <amorsize/detail/export.hpp>
#include <amorsize/version.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// What the hardware has and what this process may use of it. 0 means: the system will not tell.
struct machine {
  std::size_t physical_cores = 0;  ///< cores of the machine that this process may use
  std::size_t logical_cores = 0;   ///< hardware threads of the whole machine
  std::size_t allowed_cpus = 0;    ///< hardware threads in the calling thread's affinity mask
  std::size_t numa_nodes = 0;      ///< NUMA nodes that hold an allowed CPU
  double cpu_quota = 0.0;  ///< CPUs granted by the tightest cgroup; 1.5 is possible; 0 = no quota
  std::uint64_t memory_available = 0;  ///< bytes this process could still take without swapping
  std::uint64_t memory_limit = 0;      ///< bytes; the tightest cgroup memory limit; 0 = none
  std::size_t core_kinds = 0;  ///< kinds of cores (performance, efficiency); 1 on even machines
  std::uint64_t cache_l1_bytes = 0;  ///< data cache of one core, first level
  std::uint64_t cache_l2_bytes = 0;  ///< second level, of one core or cluster
  std::uint64_t cache_l3_bytes = 0;  ///< third level, of one cluster
  std::chrono::nanoseconds measured_wake_cost{
      0};  ///< what waking one sleeping worker cost the caller, as learnt so far
  std::chrono::nanoseconds measured_start_delay{
      0};  ///< until a sleeping worker ran its first item, as learnt so far
  std::chrono::nanoseconds measured_claim_cost{0};  ///< claiming one chunk
  std::vector<std::string> notes = {};  ///< what could not be read, and what was assumed instead
};

/// This machine, as read at the first call (which may take some milliseconds: it loads the
/// topology). Maps read affinity and quota again by themselves. Never throws.
AMORSIZE_API const machine& this_machine();

AMORSIZE_API std::ostream& operator<<(std::ostream& out, const machine& value);

/// The members above under the same names, as one JSON object.
AMORSIZE_API std::string to_json(const machine& value);

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
