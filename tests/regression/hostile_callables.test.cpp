// Callables that fork, are cancelled, look at their signals or live on a pinned thread.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <atomic>
#include <cstddef>
#include <numeric>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

double work(double x, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    x = x * 0.999'999'9 + 1e-9;
  }
  return x;
}

std::vector<int> counted(std::size_t n) {
  std::vector<int> items(n);
  std::iota(items.begin(), items.end(), 0);
  return items;
}

}  // namespace

TEST_CASE("a child forked by an item of the caller gets an exception, not a hang",
          "[api][regression]") {
  const pid_t parent = getpid();
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<bool> forked{false};
  std::atomic<pid_t> child{0};
  const auto in = counted(2'000);
  bool right = true;
  try {
    const auto out = amorsize::parallel_map(
        in,
        [&](int i) {
          if (std::this_thread::get_id() == caller && i > 200 && !forked.exchange(true)) {
            const pid_t made = fork();
            if (made == 0) {
              alarm(20);  // a hang ends the child with SIGALRM
            } else {
              child.store(made);
            }
          }
          return i + (work(1.0, 5'000) > 2.0 ? 1 : 0);
        },
        {.n_jobs = 3});
    for (std::size_t i = 0; i < in.size(); ++i) {
      right = right && out[i] == in[i];
    }
  } catch (const std::runtime_error&) {
    if (getpid() != parent) {
      _exit(42);
    }
    throw;
  }
  if (getpid() != parent) {
    _exit(1);
  }
  CHECK(right);
  if (child.load() > 0) {
    int status = 0;
    REQUIRE(waitpid(child.load(), &status, 0) == child.load());
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 42);
  }
}

TEST_CASE("a pending pthread_cancel does not end the process", "[api][regression]") {
  const auto in = counted(5'000);
  pthread_t thread;
  REQUIRE(pthread_create(
              &thread,
              nullptr,
              [](void* items) -> void* {
                const auto& numbers = *static_cast<const std::vector<int>*>(items);
                std::vector<int> out(numbers.size());
                pthread_cancel(pthread_self());
                amorsize::parallel_map(numbers.begin(), numbers.end(), out.begin(), [](int i) {
                  return i + (work(1.0, 1'000) > 2.0 ? 1 : 0);
                });
                return items;  // no cancellation point was reached
              },
              const_cast<std::vector<int>*>(&in)) == 0);
  void* result = nullptr;
  REQUIRE(pthread_join(thread, &result) == 0);
  CHECK((result == PTHREAD_CANCELED || result == &in));
}

TEST_CASE("helpers do not block the signals that callables raise themselves", "[api][regression]") {
  std::atomic<int> blocked{0};
  const auto in = counted(64);
  amorsize::parallel_map(in,
                         [&](int i) {
                           sigset_t mask;
                           pthread_sigmask(SIG_SETMASK, nullptr, &mask);
                           for (const int one : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
                             blocked += sigismember(&mask, one);
                           }
                           return i + (work(1.0, 20'000) > 2.0 ? 1 : 0);
                         },
                         {.n_jobs = 4});
  CHECK(blocked.load() == 0);
}

TEST_CASE("a thread pinned to one CPU does not take the helpers of the others",
          "[api][regression]") {
  cpu_set_t all;
  REQUIRE(sched_getaffinity(0, sizeof all, &all) == 0);
  if (CPU_COUNT(&all) < 2) {
    WARN("SKIPPED: one CPU");
    return;
  }
  std::thread([&] {
    int cpu = 0;
    while (!CPU_ISSET(cpu, &all)) {
      ++cpu;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    amorsize::report report;
    amorsize::parallel_map(counted(20'000),
                           [](int i) { return i + (work(1.0, 500) > 2.0 ? 1 : 0); },
                           {.report = &report});
    CHECK(report.n_jobs == 1);
    INFO(report.reason);
    CHECK(report.reason.find("CPU") != std::string::npos);
  }).join();
  bool shared = false;
  for (int attempt = 0; attempt < 20 && !shared; ++attempt) {
    amorsize::report report;
    amorsize::parallel_map(counted(100'000),
                           [](int i) { return i + (work(1.0, 500) > 2.0 ? 1 : 0); },
                           {.report = &report});
    shared = report.revisions.size() > 0 && report.reason.find("CPU") == std::string::npos &&
             report.backend != "none";
  }
  CHECK(shared);
}
