// Runs one program to its end, or to the end of our patience.
// Thread safety: for one thread at a time. Waits without polling: while a program is timed the
// driver takes no CPU time.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace amorsize_bench {

struct process_request {
  std::string program;                      ///< its path, or looked for in PATH if without a slash
  std::vector<std::string> arguments = {};  ///< without the name of the program
  std::vector<std::string> environment = {};  ///< "NAME=value"
  std::chrono::milliseconds timeout{60'000};
};

enum class process_end {
  exited,
  signalled,
  timed_out,    ///< killed by us
  interrupted,  ///< killed by us, because somebody wants us to stop
  not_started,
};

struct process_result {
  process_end end = process_end::not_started;
  int code = 0;             ///< exit code, number of the signal, or errno if not started
  std::string output = {};  ///< at most its first 4 MiB
  std::string errors = {};  ///< the same of stderr
  double took_s = 0;
};

/// The program's input is empty. It leads a process group of its own, of which nothing is left when
/// this returns.
[[nodiscard]] process_result run_process(const process_request& request);

/// Why the process gave no result, in a few words; empty if it exited with 0.
[[nodiscard]] std::string failure_text(const process_result& of);

/// From now on SIGINT and SIGTERM end run_process (interrupted), and not the driver in the midst of
/// it.
void heed_interrupts();

}  // namespace amorsize_bench
