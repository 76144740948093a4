// Counts the system calls of this process, thread by thread, and lets them pass: a seccomp filter
// raises SIGSYS for each, and its handler makes the call itself. Needs no privilege and no tracer,
// but cannot be undone. Reading the clock of the system does not count: where the kernel trusts its
// counter it is no system call at all. Thread safety: thread-safe; start_trapping once.
#pragma once

#include <cstdint>
#include <string>

namespace amorsize_tests {

/// From here on the calls of every thread are counted, those of threads made later too. The calling
/// thread is "main" from now on. Returns why it cannot be done; empty when it is.
[[nodiscard]] std::string start_trapping();

struct call_counts {
  std::uint64_t by_main = 0;
  std::uint64_t by_others = 0;
  std::uint64_t others_waiting = 0;  ///< of those, going to sleep on a futex
};

/// So far.
[[nodiscard]] call_counts calls_made() noexcept;

/// The number of the last system call that main made.
[[nodiscard]] int last_call_of_main() noexcept;

}  // namespace amorsize_tests
