#include "runtime/probe/steady_clock.hpp"
#include "tests/support/catch.hpp"

#include <cerrno>
#include <chrono>
#include <thread>

namespace {

using amorsize::thread_usage;
using amorsize::probe::real_clock;

TEST_CASE("what a thread used only grows and is its own", "[probe][unit]") {
  errno = ERANGE;
  const thread_usage before = real_clock().usage();
  thread_usage fresh;
  std::thread([&fresh] { fresh = real_clock().usage(); }).join();
  thread_usage after = real_clock().usage();
  CHECK(errno == ERANGE);
  REQUIRE((before.is_known && fresh.is_known && after.is_known));
  CHECK(fresh.cpu.count() >= 0.0);
  thread_usage last = before;
  for (int i = 0; i < 1000; ++i) {
    after = real_clock().usage();
    REQUIRE(last.cpu <= after.cpu);
    REQUIRE(last.preempted <= after.preempted);
    last = after;
  }
}

TEST_CASE("a thread that sleeps is seen to wait, as often as it does", "[probe][unit]") {
  const thread_usage before = real_clock().usage();
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK((real_clock().usage() - before).waits >= 10);
}

TEST_CASE("the CPU time of a thread that sleeps is not what it used before", "[probe][unit]") {
  // Up to a timer tick of it was told only when the thread was off its CPU. In some rounds the host
  // of a virtual machine takes the CPU away, which counts as used.
  constexpr int rounds = 20;
  int asleep = 0;
  for (int round = 0; round < rounds; ++round) {
    double heat = 1.0;
    for (int i = 0; i < 500'000; ++i) {
      heat = heat * 0.999'999'9 + 1e-9;
    }
    const thread_usage before = real_clock().usage();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const thread_usage slept = real_clock().usage() - before;
    asleep += heat > 0.0 && slept.cpu <= amorsize::policy::nanoseconds{500e3} ? 1 : 0;
  }
  CHECK(asleep >= rounds / 2);
}

TEST_CASE("a reading that went back counts as none", "[probe][unit]") {
  const thread_usage later{amorsize::policy::nanoseconds{5}, 1, 2, true};
  const thread_usage earlier{amorsize::policy::nanoseconds{6}, 2, 1, true};
  const thread_usage between = later - earlier;
  CHECK(between.cpu.count() == 0.0);
  CHECK(between.waits == 0);
  CHECK(between.preempted == 1);
  CHECK(between.is_known);
  CHECK_FALSE((later - thread_usage{}).is_known);
}

}  // namespace
