// A run in a process of its own, so that nobody inherits threads, caches or what somebody else has
// learnt. Thread safety: the calling process has one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace bench_stream {

struct timed_run {
  std::uint64_t sum = 0;
  double ms = 0.0;
};

/// Runs warm_up untimed and `run` timed in a child. Throws std::runtime_error when that fails.
inline timed_run in_fresh_process(const std::function<std::uint64_t()>& run,
                                  const std::function<std::uint64_t()>& warm_up) {
  int ends[2];
  std::fflush(stdout);
  if (::pipe(ends) != 0) {
    throw std::runtime_error("no pipe");
  }
  const pid_t child = ::fork();
  if (child < 0) {
    throw std::runtime_error("no process");
  }
  if (child == 0) {
    static_cast<void>(warm_up());
    const auto before = std::chrono::steady_clock::now();
    timed_run seen;
    seen.sum = run();
    seen.ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - before)
                  .count();
    const bool told = ::write(ends[1], &seen, sizeof seen) == static_cast<ssize_t>(sizeof seen);
    ::_exit(told ? 0 : 1);  // no library's goodbye is measured, or waited for
  }
  ::close(ends[1]);
  timed_run seen;
  const ssize_t got = ::read(ends[0], &seen, sizeof seen);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (got != static_cast<ssize_t>(sizeof seen) || status != 0) {
    throw std::runtime_error("a run ended without a result");
  }
  return seen;
}

}  // namespace bench_stream
