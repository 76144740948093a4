// A run in a process of its own, so that nobody inherits threads, caches or what somebody else has
// learnt. The program starts itself anew: in the child of a mere fork the library would keep away
// from oneTBB, which the parent may have used, and something else would be measured. Thread safety:
// the calling process has one thread.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace bench {

/// What this program prints when run with such arguments. prepare: in the child, before it starts;
/// false: it cannot. None if anything fails, or nothing is printed.
[[nodiscard]] inline std::optional<std::string> output_of_fresh_process(
    std::vector<std::string> arguments, const std::function<bool()>& prepare) {
  int ends[2];
  std::fflush(stdout);
  if (::pipe(ends) != 0) {
    return std::nullopt;
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    std::string program = "/proc/self/exe";
    std::vector<char*> all{program.data()};
    for (std::string& argument : arguments) {
      all.push_back(argument.data());
    }
    all.push_back(nullptr);
    if (prepare()) {
      ::execv(program.c_str(), all.data());
    }
    ::_exit(127);
  }
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    return std::nullopt;
  }
  std::string text;
  char buffer[128];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 && !text.empty() ? std::optional(text) : std::nullopt;
}

}  // namespace bench
