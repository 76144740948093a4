#include "runtime/probe/cgroup_limits.hpp"
#include "runtime/probe/cgroup_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_root.hpp"

#include <string>
#include <string_view>

using namespace amorsize::probe;
using amorsize_test::fake_root;

namespace {

std::optional<throttling> read_at(const fake_root& root, const cgroup_chain& chain) {
  const std::string path = root.path();
  text_reader files(path);
  return read_throttling(files, chain);
}

}  // namespace

TEST_CASE("a cpu.stat of either version tells how often and how long a group was throttled",
          "[probe][unit]") {
  const auto first = parse_throttling("nr_periods 30\nnr_throttled 12\nthrottled_time 345000000\n");
  REQUIRE(first.has_value());
  CHECK(first->times == 12);
  CHECK(first->lasted_ns == 345e6);
  const auto second = parse_throttling(
      "usage_usec 9\nuser_usec 8\nsystem_usec 1\nnr_periods 30\nnr_throttled 7\n"
      "throttled_usec 2500\nnr_bursts 0\nburst_usec 0\n");
  REQUIRE(second.has_value());
  CHECK(second->times == 7);
  CHECK(second->lasted_ns == 2.5e6);
}

TEST_CASE("a cpu.stat that says nothing about throttling, or nonsense, tells nothing",
          "[probe][unit]") {
  for (const std::string_view text : {"",
                                      "usage_usec 5\n",
                                      "nr_throttled\n",
                                      "nr_throttled -3\nthrottled_usec x",
                                      "\n\n \n",
                                      "nr_throttled 99999999999999999999999\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_throttling(text).has_value());
  }
  const auto half = parse_throttling("throttled_time 5\nnr_throttled 1e9");
  REQUIRE(half.has_value());
  CHECK(half->times == 0);
}

TEST_CASE("the group with the tightest quota tells, whichever version it is", "[probe][unit]") {
  fake_root root;
  root.write("/a/b/cpu.max", "400000 100000")
      .write("/a/b/cpu.stat", "nr_throttled 1\nthrottled_usec 1\n")
      .write("/a/cpu.max", "150000 100000")
      .write("/a/cpu.stat", "nr_throttled 2\nthrottled_usec 2\n")
      .write("/c/cpu.cfs_quota_us", "100000")
      .write("/c/cpu.cfs_period_us", "100000")
      .write("/c/cpu.stat", "nr_throttled 3\nthrottled_time 3\n");
  CHECK(read_at(root, {.unified = {"/a/b", "/a"}, .cpu = {}, .memory = {}})->times == 2);
  CHECK(read_at(root, {.unified = {"/a/b", "/a"}, .cpu = {"/c"}, .memory = {}})->times == 3);
  CHECK_FALSE(read_at(root, {.unified = {}, .cpu = {}, .memory = {}}).has_value());
}

TEST_CASE("without a quota, or without a cpu.stat beside it, nothing is known", "[probe][unit]") {
  fake_root root;
  root.write("/a/cpu.max", "max 100000").write("/a/cpu.stat", "nr_throttled 2\n");
  CHECK_FALSE(read_at(root, {.unified = {"/a"}, .cpu = {}, .memory = {}}).has_value());
  root.write("/b/cpu.max", "50000 100000");
  CHECK_FALSE(read_at(root, {.unified = {"/b"}, .cpu = {}, .memory = {}}).has_value());
}
