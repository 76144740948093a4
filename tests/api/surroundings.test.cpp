// What surrounds a call comes along or stays as it was: rounding mode, errno, signal mask, system
// calls.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <cerrno>
#include <cfenv>
#include <cstddef>
#include <iterator>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <numeric>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

double work(double x, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    x = x * 0.999'999'9 + 1e-9;
  }
  return x;
}

}  // namespace

TEST_CASE("helpers compute under the caller's rounding mode and get their own back",
          "[api][unit]") {
  const std::vector<double> in(2'000, 1.0);
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST}) {
    std::fesetround(mode);
    const auto modes = amorsize::parallel_map(
        in, [](double x) { return work(x, 2'000) > 2.0 ? -1 : std::fegetround(); }, {.n_jobs = 3});
    std::fesetround(FE_TONEAREST);
    CHECK(std::all_of(modes.begin(), modes.end(), [&](int seen) { return seen == mode; }));
  }
  const auto after = amorsize::parallel_map(
      in, [](double x) { return work(x, 2'000) > 2.0 ? -1 : std::fegetround(); }, {.n_jobs = 3});
  CHECK(std::all_of(after.begin(), after.end(), [](int seen) { return seen == FE_TONEAREST; }));
}

TEST_CASE("errno and the signal mask are the caller's own", "[api][unit]") {
  std::vector<double> in(20'000, 1.0);
  sigset_t before;
  sigset_t after;
  REQUIRE(pthread_sigmask(SIG_SETMASK, nullptr, &before) == 0);
  for (const std::size_t n_jobs : {0U, 2U, 4U}) {
    errno = 12345;
    amorsize::parallel_map(in.begin(),
                           in.end(),
                           in.begin(),
                           [](double x) { return work(x, 200); },
                           {.n_jobs = n_jobs});
    CHECK(errno == 12345);
  }
  REQUIRE(pthread_sigmask(SIG_SETMASK, nullptr, &after) == 0);
  for (int signal = 1; signal < 32; ++signal) {
    CHECK(sigismember(&before, signal) == sigismember(&after, signal));
  }
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
/// In a child that the kernel ends at any system call once its sites are known; its status.
int short_calls_without_system_calls() {
  const pid_t child = fork();
  if (child == 0) {
    std::vector<double> in(256, 1.0);
    std::vector<double> out(256);
    const auto map_all = [&] {
      for (const std::ptrdiff_t n : {1, 16, 256}) {
        amorsize::parallel_map(
            in.begin(), in.begin() + n, out.begin(), [](double x) { return x * 2.0; });
      }
    };
    for (int i = 0; i < 200; ++i) {
      map_all();
    }
    // From here on the kernel ends this process at any call but this one. (The strict mode would
    // do, but it also takes the time-stamp counter away.)
    sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const sock_fprog program{std::size(rules), rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
      _exit(77);
    }
    for (int i = 0; i < 5'000; ++i) {
      map_all();
    }
    // The whole process: on a busy machine the first maps may have started a helper.
    syscall(SYS_exit_group, out[255] == 2.0 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

TEST_CASE("short calls at a known site make no system call", "[api][unit]") {
  // One whose thread was off its CPU in the middle of a map looks for helpers, and may.
  constexpr int processes = 20;
  int silent = 0;
  for (int process = 0; process < processes; ++process) {
    const int status = short_calls_without_system_calls();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
      WARN("SKIPPED: no seccomp here");
      return;
    }
    REQUIRE((!WIFEXITED(status) || WEXITSTATUS(status) == 0));
    silent += WIFEXITED(status) ? 1 : 0;
  }
  CHECK(silent >= processes / 2);
}
#endif
