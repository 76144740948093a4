#include "runtime/executor/placement.hpp"
#include "tests/support/catch.hpp"

#include <sched.h>
#include <thread>
#include <vector>

using amorsize::executor::placement;

namespace {

std::vector<int> allowed_here() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  sched_getaffinity(0, sizeof mask, &mask);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &mask)) {
      cpus.push_back(cpu);
    }
  }
  return cpus;
}

void allow_here(const std::vector<int>& cpus) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  for (const int cpu : cpus) {
    CPU_SET(cpu, &mask);
  }
  REQUIRE(sched_setaffinity(0, sizeof mask, &mask) == 0);
}

/// Runs `action` on a thread that may use these CPUs, and waits for it.
template <class Action>
void on_thread(const std::vector<int>& cpus, Action action) {
  std::thread other([&] {
    allow_here(cpus);
    action();
  });
  other.join();
}

}  // namespace

TEST_CASE("a thread that began on its caller's CPU is kept away from it the next time",
          "[executor][unit]") {
  const std::vector<int> cpus = allowed_here();
  if (cpus.size() < 2) {
    WARN("skipped: one CPU");
    return;
  }
  placement places;
  on_thread(cpus, [&] {
    const std::vector<int> mine{cpus[0]};
    // Caller and helper in one thread: who calls a ticket is known by the CPU alone.
    allow_here(mine);
    places.before_call(0);
    CHECK(places.has_come(0));  // misplaced, but a new thread begins where its creator is
    CHECK_FALSE(places.is_active());
    places.leaves(0);
    places.before_call(0);
    CHECK(places.has_come(0));
    CHECK(places.is_active());
    places.leaves(0);
    CHECK(allowed_here() == mine);

    places.before_call(0);  // its only CPU is the caller's: it must stay where it is
    CHECK(allowed_here() == mine);

    allow_here({cpus[0], cpus[1]});
    places.before_call(0);
    const std::vector<int> kept = allowed_here();
    CHECK(kept.size() == 1);
    CHECK_FALSE(places.has_come(0));  // now it is elsewhere
    places.leaves(0);
    CHECK(allowed_here() == std::vector<int>{cpus[0], cpus[1]});
  });
}

TEST_CASE("while nothing is misplaced no mask is touched", "[executor][unit]") {
  const std::vector<int> cpus = allowed_here();
  placement places;
  on_thread(cpus, [&] {
    for (int call = 0; call < 10; ++call) {
      std::thread caller([&] { places.before_call(0); });
      caller.join();
      places.leaves(0);
      CHECK(allowed_here() == cpus);
    }
    CHECK_FALSE(places.is_active());
  });
}

TEST_CASE("a mask that was changed in vain is given back by the next helper of the ticket",
          "[executor][unit]") {
  const std::vector<int> cpus = allowed_here();
  if (cpus.size() < 2) {
    WARN("skipped: one CPU");
    return;
  }
  placement places;
  on_thread(cpus, [&] {
    allow_here({cpus[0]});
    for (int call = 0; call < 2; ++call) {
      places.before_call(0);
      static_cast<void>(places.has_come(0));
      places.leaves(0);
    }
    REQUIRE(places.is_active());
    allow_here(cpus);
    places.before_call(0);
    CHECK(allowed_here().size() == cpus.size() - 1);
    std::thread another([&] {  // another thread of the back end served the ticket
      static_cast<void>(places.has_come(0));
      places.leaves(0);
    });
    another.join();
    CHECK(allowed_here() == cpus);
  });
}

TEST_CASE("tickets beyond those that are placed are left alone", "[executor][unit]") {
  placement places;
  places.before_call(placement::most_tickets);
  CHECK_FALSE(places.has_come(placement::most_tickets));
  places.leaves(placement::most_tickets);
}
