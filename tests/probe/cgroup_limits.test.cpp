#include "runtime/probe/cgroup_limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_root.hpp"

#include <string>

using amorsize::probe::probe_cgroup_limits;
using amorsize_test::fake_root;

namespace {

const std::string v2_mount = "30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
const std::string v1_mounts =
    "31 1 0:27 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
    "32 1 0:28 / /cg/memory rw - cgroup cgroup rw,memory\n";

/// A process in the group that `membership` names, under these mounts.
void place_process(fake_root& root, std::string_view membership, std::string_view mounts) {
  root.write("/proc/self/cgroup", membership).write("/proc/self/mountinfo", mounts);
}

}  // namespace

TEST_CASE("the tightest quota of the whole version 2 chain counts", "[probe][unit]") {
  fake_root root;
  place_process(root, "0::/a/b/c\n", v2_mount);
  root.write("/sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n")
      .write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n")
      .write("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  CHECK(probe_cgroup_limits(root.path()).cpu_quota == 1.5);
  root.write("/sys/fs/cgroup/a/b/c/cpu.max", "50000 100000");
  CHECK(probe_cgroup_limits(root.path()).cpu_quota == 0.5);
}

TEST_CASE("memory left is the least of any level, inactive files excluded", "[probe][unit]") {
  fake_root root;
  place_process(root, "0::/a/b", v2_mount);
  root.write("/sys/fs/cgroup/a/b/memory.max", "1000000\n")
      .write("/sys/fs/cgroup/a/b/memory.current", "300000\n")
      .write("/sys/fs/cgroup/a/b/memory.stat", "anon 1\ninactive_file 100000\n")
      .write("/sys/fs/cgroup/a/memory.max", "2000000")
      .write("/sys/fs/cgroup/a/memory.current", "1900000");
  const auto limits = probe_cgroup_limits(root.path());
  CHECK(limits.memory_limit == 1000000U);
  CHECK(limits.memory_usage == 200000U);
  CHECK(limits.memory_left == 100000U);
}

TEST_CASE("usage above the limit leaves nothing, unreadable usage leaves it unknown",
          "[probe][unit]") {
  fake_root root;
  place_process(root, "0::/a", v2_mount);
  root.write("/sys/fs/cgroup/a/memory.max", "1000")
      .write("/sys/fs/cgroup/a/memory.current", "9999");
  CHECK(probe_cgroup_limits(root.path()).memory_left == 0U);
  root.write("/sys/fs/cgroup/a/memory.current", "garbage");
  const auto limits = probe_cgroup_limits(root.path());
  CHECK(limits.memory_limit == 1000U);
  CHECK_FALSE(limits.memory_usage.has_value());
  CHECK_FALSE(limits.memory_left.has_value());
}

TEST_CASE("version 1 keeps quota and memory in different trees", "[probe][unit]") {
  fake_root root;
  place_process(root, "4:memory:/m/n\n2:cpu,cpuacct:/c\n", v1_mounts);
  root.write("/cg/cpu/c/cpu.cfs_quota_us", "-1\n")
      .write("/cg/cpu/c/cpu.cfs_period_us", "100000\n")
      .write("/cg/cpu/cpu.cfs_quota_us", "250000\n")
      .write("/cg/cpu/cpu.cfs_period_us", "100000\n")
      .write("/cg/memory/m/n/memory.limit_in_bytes", "9223372036854771712\n")
      .write("/cg/memory/m/memory.limit_in_bytes", "5000\n")
      .write("/cg/memory/m/memory.usage_in_bytes", "3000\n")
      .write("/cg/memory/m/memory.stat", "inactive_file 1\ntotal_inactive_file 500\n");
  const auto limits = probe_cgroup_limits(root.path());
  CHECK(limits.cpu_quota == 2.5);
  CHECK(limits.memory_limit == 5000U);
  CHECK(limits.memory_usage == 2500U);
  CHECK(limits.memory_left == 2500U);
}

TEST_CASE("in a hybrid layout the tighter version counts", "[probe][unit]") {
  fake_root root;
  place_process(
      root, "2:cpu:/c\n0::/u\n", v1_mounts + "33 1 0:29 / /cg/unified rw - cgroup2 cgroup2 rw\n");
  root.write("/cg/cpu/c/cpu.cfs_quota_us", "200000")
      .write("/cg/cpu/c/cpu.cfs_period_us", "100000")
      .write("/cg/unified/u/cpu.max", "300000 100000");
  CHECK(probe_cgroup_limits(root.path()).cpu_quota == 2.0);
  root.write("/cg/unified/u/cpu.max", "100000 100000");
  CHECK(probe_cgroup_limits(root.path()).cpu_quota == 1.0);
}

TEST_CASE("a container that sees only its own group still finds its limit", "[probe][unit]") {
  fake_root root;
  const char* const mount = GENERATE(
      "30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",           // own namespace
      "30 1 0:26 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",   // bind mount of the group
      "30 1 0:26 /elsewhere /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",  // a mount we cannot place
      "30 1 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");     // namespace below the mount
  const char* const membership =
      GENERATE("0::/docker/1\n", "0::/\n", "0::/../../docker/1\n", "0::/docker/1");
  CAPTURE(mount, membership);
  place_process(root, membership, mount);
  root.write("/sys/fs/cgroup/cpu.max", "100000 50000\n")
      .write("/sys/fs/cgroup/memory.max", "4096\n");
  CHECK(probe_cgroup_limits(root.path()).cpu_quota == 2.0);
  CHECK(probe_cgroup_limits(root.path()).memory_limit == 4096U);
}

TEST_CASE("of several mounts the one that shows most ancestors is walked", "[probe][unit]") {
  fake_root root;
  place_process(root,
                "0::/pod/box\n",
                "29 1 0:26 /other /other rw - cgroup2 cgroup2 rw\n"
                "30 1 0:26 /pod/box /inner rw - cgroup2 cgroup2 rw\n"
                "31 1 0:26 /pod /outer rw - cgroup2 cgroup2 rw\n"
                "32 1 0:26 /x /x rw - cgroup2 cgroup2 rw\n");
  root.write("/other/cpu.max", "10000 100000")
      .write("/x/cpu.max", "10000 100000")
      .write("/inner/cpu.max", "800000 100000")
      .write("/outer/box/cpu.max", "800000 100000")
      .write("/outer/cpu.max", "300000 100000");
  CHECK(probe_cgroup_limits(root.path()).cpu_quota == 3.0);
}

TEST_CASE("a path with dots in it never leaves the mount", "[probe][unit]") {
  fake_root root;
  place_process(root, "0::/../../secret\n", v2_mount);
  root.write("/secret/cpu.max", "100000 100000").write("/sys/secret/cpu.max", "100000 100000");
  CHECK_FALSE(probe_cgroup_limits(root.path()).cpu_quota.has_value());
}

TEST_CASE("nothing to read and nonsense mean no limits", "[probe][unit]") {
  fake_root root;
  const auto no_limits = [&root] {
    const auto limits = probe_cgroup_limits(root.path());
    return !limits.cpu_quota && !limits.memory_limit && !limits.memory_usage && !limits.memory_left;
  };
  CHECK(no_limits());
  root.write("/proc/self/cgroup", "0::/a\n");
  CHECK(no_limits());
  root.write("/proc/self/mountinfo", v2_mount);
  CHECK(no_limits());
  root.write("/sys/fs/cgroup/a/cpu.max", "100000 0").write("/sys/fs/cgroup/a/memory.max", "lots");
  CHECK(no_limits());
  root.write("/sys/fs/cgroup/a/cpu.max", "").write("/sys/fs/cgroup/a/memory.max", "max\n");
  CHECK(no_limits());
}

TEST_CASE("a mountinfo larger than a page file is read", "[probe][unit]") {
  fake_root root;
  std::string mounts;
  for (int i = 0; i < 4000; ++i) {
    mounts += "23 1 8:1 / /var/lib/overlay/" + std::to_string(i) + " rw - overlay overlay rw\n";
  }
  place_process(root, "0::/a\n", mounts + v2_mount);
  root.write("/sys/fs/cgroup/a/cpu.max", "100000 100000\n");
  CHECK(probe_cgroup_limits(root.path()).cpu_quota == 1.0);
}

TEST_CASE("the limits of this process make sense", "[probe][unit]") {
  const auto limits = probe_cgroup_limits();
  CHECK(limits.cpu_quota.value_or(1.0) > 0.0);
  CHECK((!limits.memory_left || limits.memory_limit.has_value()));
}
