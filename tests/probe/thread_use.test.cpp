#include "runtime/probe/thread_use.hpp"
#include "tests/support/catch.hpp"

#include <cerrno>
#include <chrono>
#include <thread>

namespace {

using amorsize::probe::this_thread_use;
using amorsize::probe::thread_use;

TEST_CASE("what a thread used only grows and is its own", "[probe][unit]") {
  errno = ERANGE;
  const thread_use before = this_thread_use();
  thread_use fresh;
  std::thread([&fresh] { fresh = this_thread_use(); }).join();
  const thread_use after = this_thread_use();
  CHECK(before.cpu <= after.cpu);
  CHECK(before.waits <= after.waits);
  CHECK(before.preempted <= after.preempted);
  CHECK(fresh.cpu.count() >= 0.0);
  CHECK(errno == ERANGE);
}

TEST_CASE("a thread that sleeps is seen to wait, as often as it does", "[probe][unit]") {
  const thread_use before = this_thread_use();
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK((this_thread_use() - before).waits >= 10);
}

TEST_CASE("a reading that went back counts as none", "[probe][unit]") {
  const thread_use later{amorsize::policy::nanoseconds{5}, 1, 2};
  const thread_use earlier{amorsize::policy::nanoseconds{6}, 2, 1};
  const thread_use between = later - earlier;
  CHECK(between.cpu.count() == 0.0);
  CHECK(between.waits == 0);
  CHECK(between.preempted == 1);
}

}  // namespace
