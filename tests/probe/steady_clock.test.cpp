#include "runtime/probe/steady_clock.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <ctime>
#include <thread>

using amorsize::policy::nanoseconds;
using amorsize::probe::process_cpu_time;
using amorsize::probe::real_clock;
using amorsize::probe::steady_clock;

namespace {

double system_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// What a static constructor of another file would see.
const double read_early = real_clock().now().count();

bool stays_monotone(int reads) {
  nanoseconds last = real_clock().now();
  for (int i = 0; i < reads; ++i) {
    const nanoseconds now = real_clock().now();
    if (now < last) {
      return false;
    }
    last = now;
  }
  return true;
}

}  // namespace

TEST_CASE("time never goes back within a thread", "[probe][property]") {
  CHECK(stays_monotone(1'000'000));
}

TEST_CASE("every clock object tells the same time, also to static constructors", "[probe][unit]") {
  const steady_clock another;
  const nanoseconds before = real_clock().now();
  const nanoseconds between = another.now();
  const nanoseconds after = real_clock().now();
  CHECK(before <= between);
  CHECK(between <= after);
  CHECK(std::isfinite(read_early));
  CHECK(read_early <= before.count());
}

TEST_CASE("the clock runs at the rate of the system's clock", "[probe][unit]") {
  // Brackets instead of a measured duration: whatever the scheduler does in between, the interval
  // of one clock lies inside that of the other.
  constexpr double tolerance = 0.01;
  const double system_outer_begin = system_ns();
  const double begin = real_clock().now().count();
  const double system_inner_begin = system_ns();
  while (system_ns() - system_inner_begin < 2e6) {
  }
  const double system_inner_end = system_ns();
  const double end = real_clock().now().count();
  const double system_outer_end = system_ns();
  CHECK((end - begin) >= (system_inner_end - system_inner_begin) * (1.0 - tolerance));
  CHECK((end - begin) <= (system_outer_end - system_outer_begin) * (1.0 + tolerance));
}

TEST_CASE("CPU time of the process only grows", "[probe][unit]") {
  errno = ERANGE;
  const nanoseconds before = process_cpu_time();
  const nanoseconds after = process_cpu_time();
  CHECK(before.count() >= 0.0);
  CHECK(before <= after);
  CHECK(errno == ERANGE);
}

TEST_CASE("threads that read the clock together all see it advance", "[probe][unit]") {
  std::array<std::thread, 4> threads;
  std::atomic<int> monotone{0};
  for (std::thread& thread : threads) {
    thread = std::thread([&monotone] { monotone += stays_monotone(10'000) ? 1 : 0; });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(monotone == 4);
}
