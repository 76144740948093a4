#include "runtime/probe/memory_available.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_root.hpp"

using amorsize::probe::parse_memory_available;
using amorsize::probe::probe_memory_available;
using amorsize_test::fake_root;

TEST_CASE("MemAvailable is read in bytes", "[probe][unit]") {
  CHECK(parse_memory_available("MemTotal:  16 kB\nMemFree: 4 kB\nMemAvailable:      8 kB\n") ==
        8192U);
  CHECK(parse_memory_available("MemAvailable: 8 kB") == 8192U);
  CHECK(parse_memory_available("MemAvailable:0kB") == 0U);
}

TEST_CASE("a meminfo without a sensible MemAvailable gives nothing", "[probe][unit]") {
  for (const char* text : {"",
                           "\n:\n",
                           "MemFree: 4 kB\n",
                           "MemAvailable:\n",
                           "MemAvailable: kB\n",
                           "MemAvailable: 8\n",
                           "MemAvailable: 8 MB\n",
                           "MemAvailable: -8 kB\n",
                           "XMemAvailable: 8 kB\n",
                           "MemAvailable: 18014398509481984 kB\n",
                           "MemAvailable: 99999999999999999999 kB\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_memory_available(text).has_value());
  }
}

TEST_CASE("the smaller of system and control group is available", "[probe][unit]") {
  fake_root root;
  CHECK_FALSE(probe_memory_available(root.path()).has_value());
  root.write("/proc/meminfo", "MemAvailable: 10 kB\n");
  CHECK(probe_memory_available(root.path()) == 10240U);
  root.write("/proc/self/cgroup", "0::/a\n")
      .write("/proc/self/mountinfo", "30 1 0:26 / /cg rw - cgroup2 cgroup2 rw\n")
      .write("/cg/a/memory.max", "5000\n")
      .write("/cg/a/memory.current", "1000\n");
  CHECK(probe_memory_available(root.path()) == 4000U);
  root.write("/cg/a/memory.max", "500000\n");
  CHECK(probe_memory_available(root.path()) == 10240U);
  root.write("/proc/meminfo", "");
  CHECK(probe_memory_available(root.path()) == 499000U);
}
