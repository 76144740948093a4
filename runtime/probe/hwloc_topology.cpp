#include "runtime/probe/hwloc_topology.hpp"
#include "runtime/probe/preserved_errno.hpp"
#include "runtime/probe/text_file.hpp"

#include <hwloc.h>

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

struct destroy_topology {
  void operator()(hwloc_topology* loaded) const noexcept { hwloc_topology_destroy(loaded); }
};
using topology_handle = std::unique_ptr<hwloc_topology, destroy_topology>;

topology_handle new_topology() noexcept {
  hwloc_topology_t handle = nullptr;
  return topology_handle(hwloc_topology_init(&handle) == 0 ? handle : nullptr);
}

// --- what the environment may not do

/// True when a variable of that name, or one that begins with it, is set.
bool environment_has(std::string_view prefix) noexcept {
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    if (std::string_view(*variable).starts_with(prefix)) {
      return true;
    }
  }
  return false;
}

bool runs_with_raised_rights() noexcept {
#if defined(__linux__)
  return ::getauxval(AT_SECURE) != 0;
#else
  return false;
#endif
}

/// Each of these replaces the machine by another one. hwloc obeys them before any setting of ours
/// (a component that is blacklisted is instantiated all the same), so it must not even begin.
bool environment_describes_another_machine() noexcept {
  constexpr std::array<std::string_view, 3> debugging = {
      "HWLOC_SYNTHETIC=", "HWLOC_FSROOT=", "HWLOC_CPUID_PATH="};
  return std::any_of(debugging.begin(), debugging.end(), environment_has);
}

/// hwloc complains on stderr where /sys does not describe the CPUs (sandboxes), and it would know
/// no more than the affinity mask.
bool system_describes_cpus(const cpu_set& allowed) {
#if defined(__linux__)
  std::size_t cpu = 0;
  while (cpu < most_cpus && !allowed.contains(cpu)) {
    ++cpu;
  }
  return read_text_file("/",
                        "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/core_id")
      .has_value();
#else
  static_cast<void>(allowed);
  return true;
#endif
}

/// An XML file with HWLOC_THISSYSTEM=1 is legitimate (administrators cache large machines so) as
/// long as it agrees with the kernel.
bool agrees_with_kernel(const topology& loaded, const cpu_set& allowed) {
  for (std::size_t cpu = 0; cpu < allowed.used_words * cpu_set::bits_per_word; ++cpu) {
    if (allowed.contains(cpu) &&
        (cpu >= loaded.core_of_cpu.size() || loaded.core_of_cpu[cpu] == topology::nowhere)) {
      return false;
    }
  }
  const std::optional<std::string> online = read_text_file("/", "/sys/devices/system/cpu/online");
  return !online || count_cpu_list(*online) == loaded.logical_cores;
}

// --- from hwloc's tree to a value

/// The number of `place` for each of its CPUs that has none yet.
void write_place(std::vector<std::uint32_t>& place_of_cpu,
                 hwloc_const_cpuset_t cpus,
                 std::uint32_t place) {
  for (int cpu = hwloc_bitmap_first(cpus); cpu >= 0; cpu = hwloc_bitmap_next(cpus, cpu)) {
    const auto index = static_cast<std::size_t>(cpu);
    if (index < place_of_cpu.size() && place_of_cpu[index] == topology::nowhere) {
      place_of_cpu[index] = place;
    }
  }
}

/// Numbers the objects of one type; returns how many of them hold an allowed CPU. Objects without
/// CPUs (memory of an accelerator) and those that share all of theirs with an earlier one (two
/// kinds of memory at the same CPUs) are no places to run at.
std::size_t write_places(hwloc_topology_t loaded,
                         hwloc_obj_type_t type,
                         std::vector<std::uint32_t>& place_of_cpu) {
  const hwloc_const_cpuset_t allowed = hwloc_topology_get_allowed_cpuset(loaded);
  std::size_t usable = 0;
  std::uint32_t place = 0;
  hwloc_obj_t object = nullptr;
  while ((object = hwloc_get_next_obj_by_type(loaded, type, object)) != nullptr) {
    const int first = hwloc_bitmap_first(object->cpuset);
    if (first < 0 || static_cast<std::size_t>(first) >= place_of_cpu.size() ||
        place_of_cpu[static_cast<std::size_t>(first)] != topology::nowhere) {
      continue;
    }
    write_place(place_of_cpu, object->cpuset, place++);
    usable += hwloc_bitmap_intersects(object->cpuset, allowed) != 0 ? 1 : 0;
  }
  return usable;
}

/// Of the first such cache; 0 when there is none.
std::uint64_t cache_bytes(hwloc_topology_t loaded, hwloc_obj_type_t type) noexcept {
  const hwloc_obj_t cache = hwloc_get_next_obj_by_type(loaded, type, nullptr);
  return cache == nullptr || cache->attr == nullptr ? 0 : cache->attr->cache.size;
}

topology describe(hwloc_topology_t loaded) {
  topology found;
  const hwloc_const_cpuset_t all = hwloc_topology_get_topology_cpuset(loaded);
  const int last = hwloc_bitmap_last(all);
  const std::size_t cpus = last < 0 ? 0 : std::min(static_cast<std::size_t>(last) + 1, most_cpus);
  found.core_of_cpu.assign(cpus, topology::nowhere);
  found.node_of_cpu.assign(cpus, topology::nowhere);
  found.logical_cores = static_cast<std::size_t>(std::max(0, hwloc_bitmap_weight(all)));
  found.physical_cores = write_places(loaded, HWLOC_OBJ_CORE, found.core_of_cpu);
  if (found.physical_cores == 0) {  // a tree without cores: hardware threads stand for them
    found.physical_cores = write_places(loaded, HWLOC_OBJ_PU, found.core_of_cpu);
  }
  found.numa_nodes = write_places(loaded, HWLOC_OBJ_NUMANODE, found.node_of_cpu);
  found.core_kinds = static_cast<std::size_t>(std::max(1, hwloc_cpukinds_get_nr(loaded, 0)));
  found.cache_l1_bytes = cache_bytes(loaded, HWLOC_OBJ_L1CACHE);
  found.cache_l2_bytes = cache_bytes(loaded, HWLOC_OBJ_L2CACHE);
  found.cache_l3_bytes = cache_bytes(loaded, HWLOC_OBJ_L3CACHE);
  return found;
}

std::optional<topology> load_this_system() {
  const topology_handle handle = new_topology();
  if (!handle) {
    return std::nullopt;
  }
#if defined(__linux__)
  // It binds the calling thread to one CPU after another to ask each; /sys knows all we need.
  static_cast<void>(
      hwloc_topology_set_components(handle.get(), HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86"));
#endif
  if (hwloc_topology_set_flags(handle.get(), HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) != 0 ||
      hwloc_topology_load(handle.get()) != 0 || hwloc_topology_is_thissystem(handle.get()) == 0) {
    return std::nullopt;
  }
  return describe(handle.get());
}

}  // namespace

std::optional<topology> probe_topology() noexcept {
  const preserved_errno keep;
  const bool influenced = environment_has("HWLOC_");
  if (environment_describes_another_machine() || (influenced && runs_with_raised_rights())) {
    return std::nullopt;
  }
  try {
    cpu_set allowed;
    if (read_cpu_affinity(allowed) && !system_describes_cpus(allowed)) {
      return std::nullopt;
    }
    std::optional<topology> found = load_this_system();
    if (found && influenced && !agrees_with_kernel(*found, allowed)) {
      return std::nullopt;
    }
    return found;
  } catch (const std::exception&) {  // no memory: as if the system would not tell
    return std::nullopt;
  }
}

std::optional<topology> synthetic_topology(const char* description) noexcept {
  const preserved_errno keep;
  try {
    const topology_handle handle = new_topology();
    if (!handle || description == nullptr ||
        hwloc_topology_set_synthetic(handle.get(), description) != 0 ||
        hwloc_topology_load(handle.get()) != 0) {
      return std::nullopt;
    }
    return describe(handle.get());
  } catch (const std::exception&) {  // no memory: as if the description made no sense
    return std::nullopt;
  }
}

std::size_t count_places(const std::vector<std::uint32_t>& place_of_cpu,
                         const cpu_set& mask) noexcept {
  std::bitset<most_cpus> seen;
  std::size_t places = 0;
  for (std::size_t i = 0; i < mask.used_words; ++i) {
    for (std::uint64_t word = mask.words[i]; word != 0; word &= word - 1) {
      const std::size_t cpu =
          i * cpu_set::bits_per_word + static_cast<std::size_t>(std::countr_zero(word));
      const std::uint32_t place = cpu < place_of_cpu.size() ? place_of_cpu[cpu] : topology::nowhere;
      if (place >= most_cpus) {
        ++places;
      } else if (!seen[place]) {
        seen[place] = true;
        ++places;
      }
    }
  }
  return places;
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
