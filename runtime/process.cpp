#include "runtime/cancellation_shield.hpp"
#include "runtime/executor/claim_ranges.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/probe/current_cgroups.hpp"
#include "runtime/probe/environment.hpp"
#include "runtime/probe/memory_available.hpp"
#include "runtime/probe/memory_in_use.hpp"
#include "runtime/probe/probe_machine.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/process.hpp"
#include "runtime/recent_maps.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <sys/types.h>
#include <unistd.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using policy::nanoseconds;

/// From so much work on, two system calls for the affinity mask (0.3 to 0.7 us each) are below one
/// per cent. Shorter maps, from a quarter of that on, rely on what is not older than that.
inline constexpr nanoseconds reread_affinity_from{200e3};
inline constexpr nanoseconds heed_affinity_from{50e3};
/// Reading the CPU quota takes 50 to 200 us, and allocates at first: once, before anything is
/// shared for the first time, when the start of the back end costs more than that. It is followed
/// by maps that are long against it, and then in the middle of the map, too.
inline constexpr nanoseconds quota_from{300e3};
inline constexpr nanoseconds quota_followed_from{20e6};
inline constexpr nanoseconds quota_age{50e6};
/// Loading the topology takes 3 to 16 ms: below two per cent from here on.
inline constexpr nanoseconds topology_from{1e9};

/// Does the first map that looks still have to read the quota? Relaxed: once is enough, twice
/// harmless.
std::atomic<bool> quota_was_read{false};
/// Memory that was available to this process when somebody last read it, and what it had in use
/// then, together; below 0: the system does not tell. And when that was. Written by whoever finds
/// it too old, read by all who look: relaxed, numbers that stand for themselves.
std::atomic<double> available_then{-1.0};
std::atomic<double> available_read{-1e18};
/// The last answers for this thread; masks belong to threads.
struct thread_cpus {
  std::size_t usable = 0;  ///< 0 = none yet
  std::size_t cores = 0;   ///< physical ones among them; 0 = not known, or nothing that matters
  double read_ns = -1e18;  ///< by the real clock
};
constinit thread_local thread_cpus cpus_here;

/// Is what is known of this thread's mask too old for so much work?
bool is_outdated(nanoseconds work_left) noexcept {
  if (cpus_here.usable == 0 || work_left >= reread_affinity_from) {
    return true;
  }
  // The absolute value: a machine that was suspended may come back with an earlier time.
  return work_left >= heed_affinity_from &&
         std::abs(probe::real_clock().now().count() - cpus_here.read_ns) >=
             reread_affinity_from.count();
}

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

[[gnu::noinline]] executor::crew& make_crew() {
  const probe::backend_choice wanted = probe::this_environment().backend;
  const bool threads = wanted == probe::backend_choice::threads ||
                       (wanted == probe::backend_choice::automatic && getpid() != loaded_in);
  // A claim costs its CAS and the clock reading that ends its chunk.
  const nanoseconds before = probe::real_clock().now();
  const nanoseconds reading = policy::sane(probe::real_clock().now() - before);
  overheads_here.set_claim(measure_claim() + reading);
  return executor::crew::of_process(threads ? executor::backend::threads : executor::backend::tbb,
                                    probe::real_clock());
}

std::size_t read_cores(std::size_t cpus, nanoseconds work_left) noexcept {
  if (cpus < 2) {
    return 0;
  }
  const std::optional<std::size_t> cores = probe::known_physical_cores();
  return !cores && work_left >= topology_from ? probe::load_physical_cores() : cores.value_or(0);
}

/// Makes cpus_here new enough for so much work.
void look_at_cpus(nanoseconds work_left) noexcept {
  if (!is_outdated(work_left)) {
    return;
  }
  const cancellation_shield shield;
  const bool read_quota =
      work_left >= quota_from && !quota_was_read.exchange(true, std::memory_order_relaxed);
  const bool follow_quota = work_left >= quota_followed_from;
  const std::size_t cpus =
      (read_quota || follow_quota ? probe::probe_cpu_limits(quota_age) : probe::known_cpu_limits())
          .usable_cpus;
  cpus_here.usable = std::max<std::size_t>(1, cpus);
  cpus_here.cores = read_cores(cpus_here.usable, work_left);
  cpus_here.read_ns = probe::real_clock().now().count();
}

}  // namespace

learnt_overheads& overheads_of_process() noexcept {
  return overheads_here;
}

recent_maps& recent_maps_of_process() noexcept {
  return recent_here;
}

executor::crew& crew_of_process() {
  static executor::crew& crew = make_crew();
  return crew;
}

std::size_t usable_cpus(nanoseconds work_left) noexcept {
  look_at_cpus(work_left);
  return cpus_here.usable;
}

unsigned long calling_thread() noexcept {
  return probe::this_thread();
}

std::size_t usable_cpus_again(unsigned long thread) noexcept {
  const cancellation_shield shield;
  return std::max<std::size_t>(1, probe::probe_cpu_limits(quota_age, thread).usable_cpus);
}

std::optional<probe::throttling> throttling_now() noexcept {
  const cancellation_shield shield;
  return probe::current_throttling();
}

policy::memory_reading memory_now(nanoseconds now) noexcept {
  const cancellation_shield shield;
  const std::optional<probe::memory_use> use = probe::probe_memory_in_use();
  if (!use) {
    return {};
  }
  const double in_use = static_cast<double>(use->in_use);
  const double age = std::abs(now.count() - available_read.load(std::memory_order_relaxed));
  if (!(age < quota_age.count())) {
    const std::optional<std::uint64_t> available = probe::current_memory_available();
    available_then.store(available ? static_cast<double>(*available) + in_use : -1.0,
                         std::memory_order_relaxed);
    available_read.store(now.count(), std::memory_order_relaxed);
  }
  const double together = available_then.load(std::memory_order_relaxed);
  if (together < 0.0) {
    return {};
  }
  // What this process has taken since is not available any more.
  return {true, in_use, static_cast<double>(use->peak), std::max(0.0, together - in_use)};
}

policy::capacity capacity_now(nanoseconds work_left) noexcept {
  const std::size_t cpus = usable_cpus(work_left);
  return capacity_of(
      crew_of_process(), cpus, work_left >= heed_affinity_from ? cpus_here.cores : 0);
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
