#include "runtime/cancellation_shield.hpp"
#include "runtime/executor/claim_ranges.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/probe/environment.hpp"
#include "runtime/probe/probe_machine.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/process.hpp"
#include "runtime/recent_maps.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <sys/types.h>
#include <unistd.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using policy::nanoseconds;

/// From so much work on, a system call for the affinity mask (0.3 us) is below one per cent.
inline constexpr nanoseconds reread_affinity_from{50e3};
/// Reading the CPU quota takes 200 us and allocates: once, before anything is shared for the first
/// time, when the start of the back end costs more than that. Following it while the process runs
/// needs a reader that does neither.
inline constexpr nanoseconds quota_from{300e3};
/// Loading the topology takes 3 to 16 ms: below two per cent from here on.
inline constexpr nanoseconds topology_from{1e9};

/// Does the first map that looks still have to read the quota? Relaxed: once is enough, twice
/// harmless.
std::atomic<bool> quota_was_read{false};
/// The last answer for this thread; masks belong to threads. 0 = none yet.
constinit thread_local std::size_t usable_here = 0;

/// oneTBB does not survive a fork: a process that is the child of the one that loaded this library
/// starts with plain threads.
const pid_t loaded_in = getpid();

/// What waking has cost in this process.
constinit learnt_overheads overheads_here;

constinit recent_maps recent_here;

/// Claiming from one's own range, without contention.
nanoseconds measure_claim() noexcept {
  constexpr std::uint32_t claims = 64;
  executor::range_word word;
  word.put({0, claims});
  const clock& time = probe::real_clock();
  const nanoseconds before = time.now();
  while (word.claim([](executor::unit_range) { return 1U; }).size() > 0) {
  }
  return policy::sane(time.now() - before) / static_cast<double>(claims);
}

}  // namespace

learnt_overheads& overheads_of_process() noexcept {
  return overheads_here;
}

recent_maps& recent_maps_of_process() noexcept {
  return recent_here;
}

executor::crew& crew_of_process() {
  static executor::crew& crew = [&]() -> executor::crew& {
    const probe::backend_choice wanted = probe::this_environment().backend;
    const bool threads = wanted == probe::backend_choice::threads ||
                         (wanted == probe::backend_choice::automatic && getpid() != loaded_in);
    // A claim costs its CAS and the clock reading that ends its chunk.
    const nanoseconds before = probe::real_clock().now();
    const nanoseconds reading = policy::sane(probe::real_clock().now() - before);
    overheads_of_process().set_claim(measure_claim() + reading);
    return executor::crew::of_process(threads ? executor::backend::threads : executor::backend::tbb,
                                      probe::real_clock());
  }();
  return crew;
}

std::size_t usable_cpus(nanoseconds work_left) noexcept {
  if (usable_here > 0 && work_left < reread_affinity_from) {
    return usable_here;
  }
  const cancellation_shield shield;
  const bool read_quota =
      work_left >= quota_from && !quota_was_read.exchange(true, std::memory_order_relaxed);
  std::size_t cpus =
      (read_quota ? probe::probe_cpu_limits() : probe::known_cpu_limits()).usable_cpus;
  std::optional<std::size_t> cores = probe::known_physical_cores();
  if (!cores && work_left >= topology_from) {
    cores = probe::load_physical_cores();
  }
  if (cores && *cores > 0) {
    cpus = std::min(cpus, *cores);
  }
  usable_here = std::max<std::size_t>(1, cpus);
  return usable_here;
}

policy::capacity capacity_now(nanoseconds work_left) noexcept {
  const std::size_t cpus = usable_cpus(work_left);
  executor::crew& crew = crew_of_process();
  crew.raise_budget(cpus);
  if (cpus < 2) {
    return {1, policy::reason_code::one_cpu_allowed};
  }
  const executor::crew::spare_helpers spare = crew.available();
  return {std::min(cpus, spare.helpers + 1), spare.limited_by};
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
