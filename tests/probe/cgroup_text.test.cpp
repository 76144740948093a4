#include "runtime/probe/cgroup_text.hpp"
#include "runtime/probe/text_file.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <random>
#include <string>
#include <vector>

using namespace amorsize::probe;

namespace {

using paths = std::vector<std::string>;

cgroup_mount mounted(std::string root) {
  return {.root = std::move(root), .point = "/m", .unified = true};
}

}  // namespace

TEST_CASE("membership is read for version 1, version 2 and both at once", "[probe][unit]") {
  SECTION("version 2") {
    const auto where = parse_cgroup_membership("0::/user.slice/a:b\n");
    CHECK(where.unified == "/user.slice/a:b");
    CHECK_FALSE(where.cpu.has_value());
    CHECK_FALSE(where.memory.has_value());
  }
  SECTION("hybrid, controllers mounted together and alone") {
    const auto where = parse_cgroup_membership(
        "9:name=systemd:/x\n4:memory:/docker/1\n3:cpuset:/c\n2:cpu,cpuacct:/docker/2\n0::/u");
    CHECK(where.unified == "/u");
    CHECK(where.cpu == "/docker/2");
    CHECK(where.memory == "/docker/1");
  }
}

TEST_CASE("lines that are no membership are passed over", "[probe][unit]") {
  for (const char* text : {"",
                           "\n\n",
                           "0:",
                           "0::",
                           "0::relative",
                           "cpu",
                           "1:cpuacct:/a",
                           "1:cpuset,xcpu,cpux:/a",
                           ":::",
                           "5:name=cpu:/a"}) {
    CAPTURE(text);
    const auto where = parse_cgroup_membership(text);
    CHECK_FALSE(where.unified.has_value());
    CHECK_FALSE(where.cpu.has_value());
    CHECK_FALSE(where.memory.has_value());
  }
}

TEST_CASE("mounts are found whatever stands in the optional fields", "[probe][unit]") {
  const auto mounts = parse_cgroup_mounts(
      "23 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
      "32 31 0:29 /docker/1 /sys/fs/cgroup/cpu rw,relatime master:9 shared:3 - cgroup cgroup "
      "rw,cpu,cpuacct\n"
      "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup  rw,memory\n"
      "41 31 0:38 /../.. /with\\040blank rw - cgroup2 cgroup2 rw,nsdelegate");
  REQUIRE(mounts.size() == 3);
  CHECK(mounts[0].root == "/docker/1");
  CHECK(mounts[0].point == "/sys/fs/cgroup/cpu");
  CHECK((mounts[0].cpu && !mounts[0].memory && !mounts[0].unified));
  CHECK((mounts[1].memory && !mounts[1].cpu && !mounts[1].unified));
  CHECK(mounts[2].root == "/../..");
  CHECK(mounts[2].point == "/with blank");
  CHECK((mounts[2].unified && !mounts[2].cpu && !mounts[2].memory));
}

TEST_CASE("lines that are no control group mount are passed over", "[probe][unit]") {
  for (const char* text : {"",
                           "-",
                           "1 2 3 / /m rw cgroup2 cgroup2 rw",
                           "1 2 3 / /m rw - tmpfs cgroup2 rw",
                           "1 2 3 / relative rw - cgroup2 cgroup2 rw",
                           "1 2 3 / /m/../../etc rw - cgroup2 cgroup2 rw",
                           "1 2 3 / /m\\000x rw - cgroup2 cgroup2 rw",
                           "- - - - - - - - -"}) {
    CAPTURE(text);
    CHECK(parse_cgroup_mounts(text).empty());
  }
}

TEST_CASE("cpu.max is a quota over a period", "[probe][unit]") {
  CHECK(parse_cpu_max("150000 100000\n") == 1.5);
  CHECK(parse_cpu_max("50000 100000") == 0.5);
  CHECK(parse_cpu_max("  200000\t50000  ") == 4.0);
  CHECK(parse_cpu_max("200000") == 2.0);
}

TEST_CASE("a cpu.max without limit or without sense is no quota", "[probe][unit]") {
  for (const char* text : {"",
                           "\n",
                           "max",
                           "max 100000\n",
                           "0 100000",
                           "100000 0",
                           "100000 -5",
                           "-100000 100000",
                           "100000 max",
                           "1e5 100000",
                           "nan nan",
                           "18446744073709551616 100000",
                           "100000 18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cpu_max(text).has_value());
  }
}

TEST_CASE("a quota is its share of the period", "[probe][unit]") {
  CHECK(quota_over_period(150'000, 100'000) == 1.5);
  CHECK(quota_over_period(1000, 1'000'000) == amorsize_test::Approx(0.001));
  CHECK_FALSE(quota_over_period(100'000, 0).has_value());
  CHECK_FALSE(quota_over_period(0, 100'000).has_value());
  CHECK_FALSE(quota_over_period(100'000, std::nullopt).has_value());
  CHECK_FALSE(quota_over_period(std::nullopt, 100'000).has_value());
}

TEST_CASE("a memory limit is a number of bytes that somebody could have", "[probe][unit]") {
  CHECK(parse_memory_limit("67108864\n") == 67108864U);
  CHECK(parse_memory_limit("0") == 0U);
  for (const char* text : {"max\n",
                           "9223372036854771712\n",
                           "18446744073709551615",
                           "18446744073709551616",
                           "-1",
                           "",
                           "12 34",
                           "64M"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_memory_limit(text).has_value());
  }
}

TEST_CASE("inactive file pages are those of the whole group", "[probe][unit]") {
  CHECK(parse_inactive_file("anon 5\ninactive_file 4096\nactive_file 1\n") == 4096U);
  CHECK(parse_inactive_file("inactive_file 1\ntotal_inactive_file 8192") == 8192U);
  CHECK(parse_inactive_file("total_inactive_file 8192\ninactive_file 1\n") == 8192U);
  CHECK(parse_inactive_file("") == 0U);
  CHECK(parse_inactive_file("inactive_file\ninactive_file x\n") == 0U);
}

TEST_CASE("the directories of a group end at the mount point", "[probe][unit]") {
  CHECK(cgroup_directories(mounted("/"), "/a/b") == paths{"/m/a/b", "/m/a", "/m"});
  CHECK(cgroup_directories(mounted("/"), "/a/b/") == paths{"/m/a/b", "/m/a", "/m"});
  CHECK(cgroup_directories(mounted("/"), "/") == paths{"/m"});
  CHECK(cgroup_directories(mounted("/docker/1"), "/docker/1") == paths{"/m"});
  CHECK(cgroup_directories(mounted("/docker/1"), "/docker/1/x") == paths{"/m/x", "/m"});
  CHECK(cgroup_directories(mounted("/.."), "/../x") == paths{"/m/x", "/m"});
}

TEST_CASE("a group that is not visible below the mount gives the mount point", "[probe][unit]") {
  CHECK(cgroup_directories(mounted("/docker/1"), "/") == paths{"/m"});
  CHECK(cgroup_directories(mounted("/docker/1"), "/docker/12") == paths{"/m"});
  CHECK(cgroup_directories(mounted("/docker/1"), "/other") == paths{"/m"});
  CHECK(cgroup_directories(mounted("/"), "/../../x") == paths{"/m"});
  CHECK(cgroup_directories(mounted("/"), "/a/../../etc") == paths{"/m"});
  CHECK(cgroup_directories(mounted("/../.."), "/") == paths{"/m"});
  CHECK(cgroup_directories(mounted("/"), "") == paths{"/m"});
  CHECK(cgroup_directories(mounted("/"), "relative") == paths{"/m"});
}

TEST_CASE("hostile depth is bounded and the outermost groups are kept", "[probe][unit]") {
  std::string deep;
  for (int i = 0; i < 30'000; ++i) {
    deep += "/a";
  }
  const auto directories = cgroup_directories(mounted("/"), deep);
  REQUIRE(directories.size() == most_cgroup_levels);
  CHECK(directories.back() == "/m");
  CHECK(directories[most_cgroup_levels - 2] == "/m/a");
}

TEST_CASE("any bytes give a limit that makes sense or none", "[probe][property]") {
  constexpr unsigned seed = 36;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::string alphabet = "0123456789 -/.:,\n\\max0cpu";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 40, ' ');
    for (char& c : text) {
      c = alphabet[random() % alphabet.size()];
    }
    CAPTURE(text);
    if (const auto quota = parse_cpu_max(text)) {
      REQUIRE((std::isfinite(*quota) && *quota > 0.0));
    }
    static_cast<void>(parse_memory_limit(text));
    static_cast<void>(parse_inactive_file(text));
    const std::string membership = std::string(text).append("\n0::/").append(text);
    const std::string mountinfo =
        std::string("1 2 3 ").append(text).append(" /m rw - cgroup2 x rw\n").append(text);
    const auto where = parse_cgroup_membership(membership);
    for (const auto& mount : parse_cgroup_mounts(mountinfo)) {
      for (const auto& directory : cgroup_directories(mount, where.unified.value_or(text))) {
        REQUIRE(is_contained_path(directory + "/"));
      }
    }
  }
}
