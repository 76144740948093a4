#include "runtime/probe/preserved_errno.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/probe/text_file.hpp"
#include "runtime/probe/text_scan.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <time.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

/// Shortest time over which the rate is measured. Two readings of the monotonic clock are off by
/// some 20 ns each, so this bounds the error of the rate at about 0.2 %.
constexpr double shortest_calibration_ns = 20e3;
/// Calibration readings; the one least disturbed counts.
constexpr int readings = 4;
/// Rates outside are a defect of the (virtual) machine: 20 GHz to 1 MHz.
constexpr double smallest_ns_per_tick = 0.05;
constexpr double largest_ns_per_tick = 1e3;
/// Stands for "no usable counter, ask the system".
constexpr double no_counter = -1.0;

double system_ns() noexcept {
  timespec now{};
  if (::clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
    return 0.0;
  }
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// --- the counter
#if defined(__x86_64__)

std::uint64_t counter() noexcept {
  return __rdtsc();
}

/// CPUID 0x80000007, EDX bit 8: the TSC runs at one rate in all power states.
bool counter_is_invariant() noexcept {
  constexpr unsigned leaf = 0x80000007U;
  constexpr unsigned invariant_tsc = 1U << 8U;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid(leaf, &eax, &ebx, &ecx, &edx) != 0 && (edx & invariant_tsc) != 0;
}

double counter_rate() noexcept {
  return 0.0;  // not told reliably: measured
}

#elif defined(__aarch64__)

std::uint64_t counter() noexcept {
  std::uint64_t ticks = 0;
  asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
}

bool counter_is_invariant() noexcept {
  return true;  // by architecture
}

double counter_rate() noexcept {
  std::uint64_t hertz = 0;
  asm volatile("mrs %0, cntfrq_el0" : "=r"(hertz));
  return hertz == 0 ? 0.0 : 1e9 / static_cast<double>(hertz);  // 0: firmware forgot; measured
}

#else

std::uint64_t counter() noexcept {
  return 0;
}

bool counter_is_invariant() noexcept {
  return false;
}

double counter_rate() noexcept {
  return 0.0;
}

#endif

/// False when the kernel has found the counters of different CPUs out of step and therefore counts
/// on a slow timer.
bool kernel_trusts_counter() noexcept {
  const std::optional<std::string> source =
      read_text_file("/", "/sys/devices/system/clocksource/clocksource0/current_clocksource");
  if (!source) {
    return true;
  }
  const std::string_view name = trim(*source);
  return name != "hpet" && name != "acpi_pm" && name != "jiffies" && name != "refined-jiffies";
}

// --- calibration

/// One moment on both clocks.
struct moment {
  std::uint64_t ticks = 0;
  double ns = 0.0;
};

std::uint64_t ticks_since(std::uint64_t earlier) noexcept {
  return counter() - earlier;
}

/// Of several readings the one with the fewest ticks around it: an interrupt in between would spoil
/// the rate.
moment read_both() noexcept {
  moment best;
  std::uint64_t fewest = UINT64_MAX;
  for (int i = 0; i < readings; ++i) {
    const std::uint64_t before = counter();
    const double ns = system_ns();
    const std::uint64_t around = ticks_since(before);
    if (around < fewest) {
      fewest = around;
      best = {before + around / 2, ns};
    }
  }
  return best;
}

/// Read by every now(), written once by whoever calibrates first: 0 = not yet, no_counter = ask the
/// system. Its release publishes the origins.
constinit std::atomic<double> ns_per_tick{0.0};
/// Subtracted from every reading, so that a double holds the rest exactly for a month. Whoever
/// comes first sets them, before ns_per_tick; 0 = not set.
constinit std::atomic<std::uint64_t> origin_ticks{0};
constinit std::atomic<double> origin_ns{0.0};

/// When the library was loaded. Written while it is loaded, before loaded_known is; read after.
constinit moment loaded{};
constinit std::atomic<bool> loaded_known{false};

[[gnu::constructor]] void remember_load() noexcept {
  const preserved_errno keep;
  if (counter_is_invariant()) {
    loaded = read_both();
    loaded_known.store(true, std::memory_order_release);
  }
}

template <class T>
void set_once(std::atomic<T>& variable, T value) noexcept {
  T unset{0};
  variable.compare_exchange_strong(unset, value, std::memory_order_acq_rel);
}

double measured_rate(const moment& start) noexcept {
  moment end = read_both();
  double last_ns = start.ns;
  while (end.ns - start.ns < shortest_calibration_ns) {
    if (end.ns < last_ns) {
      return no_counter;  // a monotonic clock that goes back cannot calibrate anything
    }
    last_ns = end.ns;
    end = read_both();
  }
  const double rate = (end.ns - start.ns) / static_cast<double>(end.ticks - start.ticks);
  return rate >= smallest_ns_per_tick && rate <= largest_ns_per_tick ? rate : no_counter;
}

/// Several threads may come here at once; the first to finish decides for all.
double calibrate() noexcept {
  double rate = no_counter;
  moment start{0, system_ns()};
  if (counter_is_invariant() && kernel_trusts_counter()) {
    start = loaded_known.load(std::memory_order_acquire) ? loaded : read_both();
    rate = counter_rate();
    if (!(rate > 0.0)) {
      rate = measured_rate(start);
    }
  }
  set_once(origin_ticks, start.ticks);
  set_once(origin_ns, start.ns);
  set_once(ns_per_tick, rate);
  return ns_per_tick.load(std::memory_order_acquire);
}

[[gnu::noinline]] double first_or_system_now(double rate) noexcept {
  const preserved_errno keep;
  if (rate == 0.0) {
    rate = calibrate();
  }
  if (rate > 0.0) {
    return static_cast<double>(static_cast<std::int64_t>(
               ticks_since(origin_ticks.load(std::memory_order_relaxed)))) *
           rate;
  }
  return system_ns() - origin_ns.load(std::memory_order_relaxed);
}

constinit const steady_clock the_clock{};

policy::nanoseconds cpu_time(clockid_t whose) noexcept {
  const preserved_errno keep;
  timespec used{};
  if (::clock_gettime(whose, &used) != 0) {
    return policy::nanoseconds{0.0};
  }
  return policy::nanoseconds{static_cast<double>(used.tv_sec) * 1e9 +
                             static_cast<double>(used.tv_nsec)};
}

}  // namespace

policy::nanoseconds steady_clock::now() const noexcept {
  const double rate = ns_per_tick.load(std::memory_order_acquire);
  if (rate > 0.0) [[likely]] {
    // Signed: another core's counter may lag behind the origin by a few ticks.
    const auto ticks =
        static_cast<std::int64_t>(ticks_since(origin_ticks.load(std::memory_order_relaxed)));
    return policy::nanoseconds{static_cast<double>(ticks) * rate};
  }
  return policy::nanoseconds{first_or_system_now(rate)};
}

thread_usage steady_clock::usage() const noexcept {
#if defined(RUSAGE_THREAD)
  const preserved_errno keep;
  rusage used{};
  if (::getrusage(RUSAGE_THREAD, &used) == 0) {
    // Who waits for a page from the disk has given its CPU up, too, but not for what it does.
    const long waits = std::max(0L, used.ru_nvcsw - used.ru_majflt);
    // Not ru_utime: what the thread used since the last timer tick is not in it until the thread
    // is off its CPU. Up to 4 ms, which a first item of a millisecond was charged with.
    return {cpu_time(CLOCK_THREAD_CPUTIME_ID),
            static_cast<std::uint64_t>(waits),
            static_cast<std::uint64_t>(std::max(0L, used.ru_nivcsw)),
            true,
            static_cast<std::uint64_t>(std::max(0L, used.ru_minflt))};
  }
#endif
  return {};
}

const steady_clock& real_clock() noexcept {
  return the_clock;
}

policy::nanoseconds process_cpu_time() noexcept {
  return cpu_time(CLOCK_PROCESS_CPUTIME_ID);
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
