#include "runtime/probe/probe_machine.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <latch>
#include <limits>
#include <sched.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using amorsize::machine;
using amorsize::probe::combine_cpu_limits;
using amorsize::probe::cpu_limits;
using amorsize::probe::known_cpu_limits;
using amorsize::probe::known_physical_cores;
using amorsize::probe::load_physical_cores;
using amorsize::probe::probe_cpu_limits;
using amorsize::probe::probe_machine;

TEST_CASE("the rest of a quota is one CPU more where that is worth a worker", "[probe][unit]") {
  CHECK(combine_cpu_limits(8, 1.5).usable_cpus == 2);
  CHECK(combine_cpu_limits(8, 1.4).usable_cpus == 2);
  CHECK(combine_cpu_limits(8, 1.05).usable_cpus == 1);
  CHECK(combine_cpu_limits(8, 4.2).usable_cpus == 4);
  CHECK(combine_cpu_limits(8, 4.5).usable_cpus == 5);
  CHECK(combine_cpu_limits(8, 1.0).usable_cpus == 1);
  CHECK(combine_cpu_limits(8, 0.3).usable_cpus == 1);
  CHECK(combine_cpu_limits(8, 7.5).usable_cpus == 8);
  CHECK(combine_cpu_limits(8, 64.0).usable_cpus == 8);
  CHECK(combine_cpu_limits(8, 1.5).cpu_quota == 1.5);
}

TEST_CASE("nonsense for a quota is no quota, and one CPU is always allowed", "[probe][unit]") {
  const double quota = GENERATE(0.0, -1.0, std::numeric_limits<double>::quiet_NaN());
  CHECK(combine_cpu_limits(8, quota).usable_cpus == 8);
  CHECK(combine_cpu_limits(8, quota).cpu_quota == 0.0);
  CHECK(combine_cpu_limits(0, quota).usable_cpus == 1);
  CHECK(combine_cpu_limits(0, quota).allowed_cpus == 1);
  CHECK(combine_cpu_limits(8, std::numeric_limits<double>::infinity()).usable_cpus == 8);
  CHECK(combine_cpu_limits(8, 1e300).usable_cpus == 8);
  CHECK(combine_cpu_limits(8, 1e-300).usable_cpus == 1);
}

TEST_CASE("more quota or more CPUs never make fewer usable", "[probe][property]") {
  for (std::size_t allowed = 1; allowed < 20; ++allowed) {
    std::size_t last = 0;
    for (int tenths = 1; tenths < 250; ++tenths) {
      const double quota = tenths / 10.0;
      const cpu_limits limits = combine_cpu_limits(allowed, quota);
      CHECK(limits.usable_cpus >= std::max<std::size_t>(last, 1));
      CHECK(limits.usable_cpus <= allowed);
      CHECK(limits.usable_cpus <= combine_cpu_limits(allowed + 1, quota).usable_cpus);
      last = limits.usable_cpus;
    }
  }
}

TEST_CASE("this process may use at least one CPU and not more than it is allowed",
          "[probe][unit]") {
  errno = ERANGE;
  const cpu_limits limits = probe_cpu_limits();
  CHECK(limits.usable_cpus >= 1);
  CHECK(limits.usable_cpus <= limits.allowed_cpus);
  CHECK(limits.cpu_quota >= 0.0);
  CHECK(errno == ERANGE);
}

TEST_CASE("what is known of the limits is what was probed last", "[probe][unit]") {
  const cpu_limits probed = probe_cpu_limits();
  const cpu_limits known = known_cpu_limits();
  CHECK(known.allowed_cpus == probed.allowed_cpus);
  CHECK(known.cpu_quota == probed.cpu_quota);
  CHECK(known.usable_cpus == probed.usable_cpus);
}

TEST_CASE("the topology is known after somebody loaded it", "[probe][unit]") {
  const std::size_t loaded = load_physical_cores();
  CHECK(loaded >= 1);
  CHECK(loaded <= probe_cpu_limits().allowed_cpus);
  CHECK(known_physical_cores() == loaded);
}

TEST_CASE("limits and cores follow the calling thread's mask", "[probe][unit]") {
  cpu_limits limits;
  std::size_t cores = 0;
  bool bound = false;
  std::thread([&] {
    const int here = ::sched_getcpu();
    cpu_set_t one;
    CPU_ZERO(&one);
    if (here < 0 || here >= CPU_SETSIZE) {
      return;
    }
    CPU_SET(here, &one);
    bound = ::sched_setaffinity(0, sizeof one, &one) == 0;
    limits = probe_cpu_limits();
    cores = load_physical_cores();
  }).join();
  if (bound) {
    CHECK(limits.allowed_cpus == 1);
    CHECK(limits.usable_cpus == 1);
    CHECK(cores == 1);
  }
}

TEST_CASE("the machine obeys the partition laws", "[probe][unit]") {
  const machine found = probe_machine();
  CHECK(found.allowed_cpus >= 1);
  CHECK(found.physical_cores >= 1);
  CHECK(found.physical_cores <= found.allowed_cpus);
  CHECK(found.allowed_cpus <= found.logical_cores);
  CHECK(found.numa_nodes <= found.allowed_cpus);
  CHECK(found.core_kinds <= found.logical_cores);
  CHECK(found.cpu_quota >= 0.0);
  CHECK((found.memory_limit == 0 || found.memory_available <= found.memory_limit));
  CHECK(found.measured_wake_cost.count() == 0);
}

TEST_CASE("threads that probe together agree", "[probe][unit]") {
  constexpr std::size_t workers = 4;
  std::latch together(workers);
  std::array<std::size_t, workers> cores{};
  std::array<cpu_limits, workers> limits;
  std::array<std::thread, workers> threads;
  for (std::size_t i = 0; i < workers; ++i) {
    threads[i] = std::thread([&, i] {
      together.arrive_and_wait();
      limits[i] = probe_cpu_limits();
      cores[i] = load_physical_cores();
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (std::size_t i = 0; i < workers; ++i) {
    CHECK(cores[i] == cores[0]);
    CHECK(limits[i].allowed_cpus == limits[0].allowed_cpus);
  }
}

TEST_CASE("a forked child probes for itself", "[probe][unit]") {
  const std::size_t allowed = probe_cpu_limits().allowed_cpus;
  const ::pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const bool same = probe_cpu_limits().allowed_cpus == allowed && load_physical_cores() >= 1;
    ::_exit(same ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
