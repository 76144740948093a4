#include "runtime/probe/hwloc_topology.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>
#include <map>
#include <string>

using amorsize::probe::count_places;
using amorsize::probe::cpu_set;
using amorsize::probe::probe_topology;
using amorsize::probe::synthetic_topology;
using amorsize::probe::topology;

namespace {

cpu_set cpus(std::size_t first, std::size_t count) {
  cpu_set set;
  for (std::size_t cpu = first; cpu < first + count; ++cpu) {
    set.insert(cpu);
  }
  return set;
}

/// Sets a variable of the environment for the length of a scope; nullptr takes it away.
// NOLINTBEGIN(concurrency-mt-unsafe): no other thread runs meanwhile
class variable {
 public:
  variable(const char* name, const char* value) : name_(name) {
    if (value == nullptr) {
      ::unsetenv(name);
    } else {
      ::setenv(name, value, 1);
    }
  }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;
  ~variable() { ::unsetenv(name_); }

 private:
  const char* name_;
};
// NOLINTEND(concurrency-mt-unsafe)

}  // namespace

TEST_CASE("a machine of a thousand hardware threads is described", "[probe][unit]") {
  const auto found = synthetic_topology("package:8 numanode:1 core:64 pu:2");
  REQUIRE(found.has_value());
  CHECK(found->logical_cores == 1024);
  CHECK(found->physical_cores == 512);
  CHECK(found->numa_nodes == 8);
  CHECK(found->core_kinds == 1);
  CHECK(found->cache_l3_bytes == 0);
}

TEST_CASE("caches, nodes and cores of a smaller machine", "[probe][unit]") {
  const auto found = synthetic_topology(
      "pack:2 numa:2 l3:4(size=16MB) l2:1(size=1MB) l1d:1(size=32kB) core:4 pu:2");
  REQUIRE(found.has_value());
  CHECK(found->logical_cores == 128);
  CHECK(found->physical_cores == 64);
  CHECK(found->numa_nodes == 4);
  CHECK(found->cache_l1_bytes > 0);
  CHECK(found->cache_l1_bytes <= found->cache_l2_bytes);
  CHECK(found->cache_l2_bytes <= found->cache_l3_bytes);
}

TEST_CASE("a machine without cores counts its hardware threads as cores", "[probe][unit]") {
  const auto found = synthetic_topology("pu:6");
  REQUIRE(found.has_value());
  CHECK(found->logical_cores == 6);
  CHECK(found->physical_cores == 6);
  CHECK(found->numa_nodes == 1);
}

TEST_CASE("descriptions that make no sense give nothing", "[probe][unit]") {
  CHECK_FALSE(synthetic_topology(nullptr).has_value());
  for (const char* text :
       {"", "core:0 pu:1", "pu:2 core:2", "nonsense", "core:-1 pu:1", ":", "pu:"}) {
    CAPTURE(text);
    CHECK_FALSE(synthetic_topology(text).has_value());
  }
}

TEST_CASE("SMT siblings share a core, cores of a node share a node", "[probe][unit]") {
  const auto found = synthetic_topology("numa:2 core:4 pu:2");
  REQUIRE(found.has_value());
  REQUIRE(found->core_of_cpu.size() == 16);
  CHECK(count_places(found->core_of_cpu, cpus(0, 16)) == 8);
  CHECK(count_places(found->core_of_cpu, cpus(0, 2)) == 1);
  CHECK(count_places(found->core_of_cpu, cpus(1, 2)) == 2);
  CHECK(count_places(found->node_of_cpu, cpus(0, 8)) == 1);
  CHECK(count_places(found->node_of_cpu, cpus(7, 2)) == 2);
  CHECK(count_places(found->core_of_cpu, cpus(0, 0)) == 0);
}

TEST_CASE("CPUs that the topology does not know count as one core each", "[probe][unit]") {
  CHECK(count_places({}, cpus(0, 3)) == 3);
  CHECK(count_places({0, topology::nowhere, 0}, cpus(0, 5)) == 4);
}

TEST_CASE("places partition the CPUs of every synthetic machine", "[probe][property]") {
  for (int nodes = 1; nodes <= 3; ++nodes) {
    for (int cores = 1; cores <= 5; ++cores) {
      for (int threads = 1; threads <= 4; ++threads) {
        const std::string text = "numa:" + std::to_string(nodes) +
                                 " core:" + std::to_string(cores) +
                                 " pu:" + std::to_string(threads);
        CAPTURE(text);
        const auto found = synthetic_topology(text.c_str());
        REQUIRE(found.has_value());
        std::map<std::uint32_t, int> threads_of_core;
        for (const std::uint32_t core : found->core_of_cpu) {
          ++threads_of_core[core];
        }
        CHECK(threads_of_core.size() == static_cast<std::size_t>(nodes * cores));
        for (const auto& [core, count] : threads_of_core) {
          CHECK(count == threads);
        }
      }
    }
  }
}

TEST_CASE("the real machine has no more cores than hardware threads", "[probe][unit]") {
  const auto found = probe_topology();
  if (!found) {
    SUCCEED("no topology here");
    return;
  }
  CHECK(found->physical_cores >= 1);
  CHECK(found->physical_cores <= found->logical_cores);
  CHECK(found->numa_nodes <= found->physical_cores);
  CHECK(found->core_kinds <= found->physical_cores);
  cpu_set allowed;
  if (read_cpu_affinity(allowed)) {
    CHECK(count_places(found->core_of_cpu, allowed) <= allowed.count());
    CHECK(count_places(found->core_of_cpu, allowed) <= found->physical_cores);
  }
}

TEST_CASE("an environment that describes another machine is not believed", "[probe][unit]") {
  const char* const claimed = GENERATE(as<const char*>{}, nullptr, "1");
  const variable is_this_system("HWLOC_THISSYSTEM", claimed);
  SECTION("a synthetic one") {
    const variable lie("HWLOC_SYNTHETIC", "pack:2 numa:2 l3:4 core:4 pu:2");
    CHECK_FALSE(probe_topology().has_value());
  }
  SECTION("another file system") {
    const variable lie("HWLOC_FSROOT", "/nowhere");
    CHECK_FALSE(probe_topology().has_value());
  }
  SECTION("a component that makes one up") {
    const variable lie("HWLOC_COMPONENTS", "-linux,stop");
    const auto found = probe_topology();
    cpu_set allowed;
    if (found && read_cpu_affinity(allowed)) {
      CHECK(found->logical_cores >= allowed.count());
    }
  }
}
