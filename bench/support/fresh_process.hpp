// A run in a process of its own, so that nobody inherits threads, caches or what somebody else has
// learnt. Thread safety: the calling process has one thread.
#pragma once

#include <cstdio>
#include <stdexcept>
#include <sys/wait.h>
#include <type_traits>
#include <unistd.h>

namespace bench {

/// run() in a child; its answer comes back through a pipe. Throws std::runtime_error when the child
/// ends without one.
template <class Run>
[[nodiscard]] auto in_fresh_process(const Run& run) {
  using answer = std::invoke_result_t<const Run&>;
  static_assert(std::is_trivially_copyable_v<answer> && sizeof(answer) < 4096);
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
    const answer seen = run();
    const bool told = ::write(ends[1], &seen, sizeof seen) == static_cast<ssize_t>(sizeof seen);
    ::_exit(told ? 0 : 1);  // no library's goodbye is measured, or waited for
  }
  ::close(ends[1]);
  answer seen;
  const ssize_t got = ::read(ends[0], &seen, sizeof seen);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (got != static_cast<ssize_t>(sizeof seen) || status != 0) {
    throw std::runtime_error("a run ended without a result");
  }
  return seen;
}

}  // namespace bench
