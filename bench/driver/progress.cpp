#include "bench/driver/number_text.hpp"
#include "bench/driver/progress.hpp"

#include <cstdio>
#include <unistd.h>

namespace amorsize_bench {

// On a terminal one line is written over; into a file one now and then is enough. Printing takes
// CPU time, but none while a process runs.
inline constexpr std::chrono::milliseconds terminal_pause{200};
inline constexpr std::chrono::seconds file_pause{30};

progress::progress(std::size_t jobs) : jobs_(jobs), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

progress::~progress() {
  if (is_terminal_) {
    std::fputs("\r\033[K", stderr);
  }
}

void progress::show(const std::string& line, bool at_once) {
  const clock::time_point now = clock::now();
  const clock::duration pause = is_terminal_ ? clock::duration(terminal_pause) : file_pause;
  if (!at_once && now - shown_ < pause) {
    return;
  }
  shown_ = now;
  std::fprintf(stderr, is_terminal_ ? "\r\033[K%s" : "%s\n", line.c_str());
}

void progress::tell(const std::string& what) {
  show(what, false);
  first_job_ = clock::now();
}

void progress::note(const std::string& incident) {
  std::fprintf(stderr, is_terminal_ ? "\r\033[K%s\n" : "%s\n", incident.c_str());
}

void progress::done(const std::string& where) {
  if (done_ == 0) {
    first_job_ = clock::now();
  }
  ++done_;
  // The order within a round is random: the mean so far is a fair guess from early on.
  const std::chrono::duration<double> spent = clock::now() - first_job_;
  const double per_job = spent.count() / static_cast<double>(done_ > 1 ? done_ - 1 : 1);
  const double left_s = per_job * static_cast<double>(jobs_ - done_);
  show(where + ", process " + std::to_string(done_) + " of " + std::to_string(jobs_) + ", " +
           minutes_text(left_s) + " left",
       done_ == jobs_);
}

double progress::elapsed_s() const {
  return std::chrono::duration<double>(clock::now() - began_).count();
}

}  // namespace amorsize_bench
