// Cores, kinds of cores, NUMA nodes and caches, from hwloc or from a description in words.
// Thread safety: topology is a plain value; the functions are thread-safe.
#pragma once

#include "runtime/probe/cpu_affinity.hpp"

#include <amorsize/version.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// The hardware as a value; 0 = unknown.
struct topology {
  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

  std::size_t logical_cores = 0;   ///< hardware threads of the whole machine
  std::size_t physical_cores = 0;  ///< cores with a hardware thread this process may use
  std::size_t numa_nodes = 0;      ///< nodes with a hardware thread this process may use
  std::size_t core_kinds = 0;      ///< 1 when nothing tells the cores apart
  std::uint64_t cache_l1_bytes = 0;
  std::uint64_t cache_l2_bytes = 0;
  std::uint64_t cache_l3_bytes = 0;
  std::vector<std::uint32_t> core_of_cpu = {};  ///< by the system's CPU number; or nowhere
  std::vector<std::uint32_t> node_of_cpu = {};  ///< by the system's CPU number; or nowhere
};

/// This machine. What HWLOC_* variables say instead of it is refused: they are for debugging.
///
/// Returns:  nullopt when hwloc cannot load, describes another machine, or when this is a setuid
///           program with an HWLOC_* variable (those can name code to load).
/// Overhead: 1 to 16 ms. The cache is in probe_machine.
[[nodiscard]] std::optional<topology> probe_topology() noexcept;

/// A machine that does not exist: "package:8 numanode:1 core:64 pu:2".
[[nodiscard]] std::optional<topology> synthetic_topology(const char* description) noexcept;

/// How many different cores (or nodes) the CPUs in `mask` belong to, given core_of_cpu (or
/// node_of_cpu). CPUs that are nowhere count as one each.
[[nodiscard]] std::size_t count_places(const std::vector<std::uint32_t>& place_of_cpu,
                                       const cpu_set& mask) noexcept;

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
