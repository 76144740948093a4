#include "runtime/probe/cgroup_limits.hpp"
#include "runtime/probe/cpu_affinity.hpp"
#include "runtime/probe/current_cgroups.hpp"
#include "runtime/probe/hwloc_topology.hpp"
#include "runtime/probe/memory_available.hpp"
#include "runtime/probe/preserved_errno.hpp"
#include "runtime/probe/probe_machine.hpp"
#include "runtime/probe/published.hpp"
#include "runtime/probe/text_file.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <sys/types.h>
#include <unistd.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

constexpr const char* real_root = "/";

// --- the topology, loaded once

/// Empty when it could not be loaded: nobody tries again.
constinit published<std::optional<topology>> known_topology;

/// How many threads of which process are inside hwloc. hwloc has a lock of its own, which a child
/// forked at that moment would find locked for ever.
constinit std::atomic<std::uint64_t> loading{0};

constexpr std::uint64_t threads_mask = 0xffff'ffffU;

/// Marks this thread as inside hwloc for the length of a scope.
class loading_mark {
 public:
  loading_mark() noexcept {
    const auto self = static_cast<std::uint64_t>(::getpid()) << 32U;
    std::uint64_t seen = loading.load(std::memory_order_relaxed);
    do {
      if ((seen & threads_mask) != 0 && (seen & ~threads_mask) != self) {
        return;
      }
    } while (!loading.compare_exchange_weak(
        seen, self | ((seen & threads_mask) + 1), std::memory_order_relaxed));
    allowed_ = true;
  }
  loading_mark(const loading_mark&) = delete;
  loading_mark& operator=(const loading_mark&) = delete;
  ~loading_mark() {
    if (allowed_) {
      loading.fetch_sub(1, std::memory_order_relaxed);
    }
  }

  [[nodiscard]] bool allowed() const noexcept { return allowed_; }

 private:
  bool allowed_ = false;
};

/// nullptr when the topology cannot be had.
const topology* load_topology() noexcept {
  const std::optional<topology>* known = known_topology.get();
  if (known == nullptr) {
    const loading_mark mark;
    try {
      auto made = std::make_unique<const std::optional<topology>>(mark.allowed() ? probe_topology()
                                                                                 : std::nullopt);
      known = &known_topology.publish(std::move(made));
    } catch (const std::exception&) {
      return nullptr;  // no memory: the next call tries again
    }
  }
  return known->has_value() ? &**known : nullptr;
}

std::size_t allowed_cpus(thread_handle of) noexcept {
  cpu_set mask;
  return read_cpu_affinity(mask, of) ? mask.count() : online_cpus();
}

std::size_t physical_cores(const topology* where, thread_handle of = 0) noexcept {
  cpu_set mask;
  if (!read_cpu_affinity(mask, of)) {
    return where != nullptr ? where->physical_cores : online_cpus();
  }
  return where != nullptr ? count_places(where->core_of_cpu, mask) : mask.count();
}

/// From so many times the whole CPUs of a quota on there is a worker for the rest of it.
constexpr double worthwhile_rest = 1.1;

void fill_topology(machine& found, const topology& where) {
  cpu_set mask;
  found.logical_cores = where.logical_cores;
  found.numa_nodes =
      read_cpu_affinity(mask) ? count_places(where.node_of_cpu, mask) : where.numa_nodes;
  found.core_kinds = where.core_kinds;
  found.cache_l1_bytes = where.cache_l1_bytes;
  found.cache_l2_bytes = where.cache_l2_bytes;
  found.cache_l3_bytes = where.cache_l3_bytes;
}

}  // namespace

cpu_limits combine_cpu_limits(std::size_t allowed, double cpu_quota) noexcept {
  cpu_limits limits;
  limits.allowed_cpus = std::max<std::size_t>(allowed, 1);
  limits.usable_cpus = limits.allowed_cpus;
  if (!(cpu_quota > 0.0)) {
    return limits;
  }
  limits.cpu_quota = cpu_quota;
  // One more than the whole CPUs where the rest of the quota is half of one or brings a tenth:
  // workers that use it up together get all of it, and all of them stand still until the next
  // period.
  const double complete = std::max(std::floor(cpu_quota), 1.0);
  const bool has_rest = cpu_quota >= complete + 0.5 || cpu_quota >= complete * worthwhile_rest;
  const double whole = has_rest ? complete + 1.0 : complete;
  if (whole < static_cast<double>(limits.allowed_cpus)) {
    limits.usable_cpus = static_cast<std::size_t>(whole);
  }
  return limits;
}

cpu_limits probe_cpu_limits(policy::nanoseconds max_age, thread_handle of) noexcept {
  const preserved_errno keep;
  return combine_cpu_limits(allowed_cpus(of), current_cpu_quota(max_age));
}

cpu_limits known_cpu_limits() noexcept {
  return combine_cpu_limits(allowed_cpus(0), last_cpu_quota());
}

std::optional<std::size_t> known_physical_cores(thread_handle of) noexcept {
  const std::optional<topology>* const known = known_topology.get();
  if (known == nullptr) {
    return std::nullopt;
  }
  return physical_cores(known->has_value() ? &**known : nullptr, of);
}

std::size_t load_physical_cores() noexcept {
  return physical_cores(load_topology());
}

machine probe_machine() {
  const cpu_limits cpus = probe_cpu_limits();
  machine found;
  found.allowed_cpus = cpus.allowed_cpus;
  found.cpu_quota = cpus.cpu_quota;
  const topology* const where = load_topology();
  found.physical_cores = physical_cores(where);
  if (where != nullptr) {
    fill_topology(found, *where);
  } else {
    found.logical_cores = std::max(online_cpus(), cpus.allowed_cpus);
    found.notes.emplace_back(
        "hwloc did not describe this machine: every allowed CPU is taken for a core; NUMA nodes "
        "and caches are unknown");
  }
  found.memory_limit = probe_cgroup_limits(real_root).memory_limit.value_or(0);
  if (const std::optional<std::uint64_t> available = current_memory_available()) {
    found.memory_available = *available;
  } else {
    found.notes.emplace_back("available memory could not be read");
  }
  if (!read_text_file(real_root, "/proc/self/cgroup")) {
    found.notes.emplace_back("control groups could not be read: no quota or memory limit assumed");
  }
  return found;
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
