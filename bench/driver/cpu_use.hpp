// Who had the CPUs while we measured: we, others on this machine, or the host of a virtual machine.
// What others take no number of rounds averages out. Thread safety: thread-safe.
#pragma once

#include <string>

namespace amorsize_bench {

/// CPU time so far, in seconds over all CPUs; zeros where it cannot be read.
struct cpu_times {
  double all = 0;
  double busy = 0;
  double stolen = 0;  ///< by the host
  double ours = 0;    ///< of this process and of its children that have ended
};

/// From the text of /proc/stat. Without `ours`.
[[nodiscard]] cpu_times cpu_times_in(const std::string& text, double ticks_per_second);
[[nodiscard]] cpu_times read_cpu_times();

/// Fractions of all CPU time between two readings.
struct cpu_use {
  double stolen = 0;
  double others = 0;  ///< other processes on this machine, the kernel's threads among them
};

[[nodiscard]] cpu_use use_between(const cpu_times& before, const cpu_times& after);

}  // namespace amorsize_bench
