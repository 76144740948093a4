#include "runtime/probe/cpu_list.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <string>
#include <vector>

using amorsize::probe::count_cpu_list;
using amorsize::probe::most_cpus;
using amorsize::probe::parse_cpu_list;

namespace {

using cpus = std::vector<std::size_t>;

/// The kernel's notation, ranges wherever two neighbours meet.
std::string written(const std::vector<bool>& set) {
  std::string text;
  for (std::size_t first = 0; first < set.size(); ++first) {
    if (!set[first]) {
      continue;
    }
    std::size_t last = first;
    while (last + 1 < set.size() && set[last + 1]) {
      ++last;
    }
    text += (text.empty() ? "" : ",") + std::to_string(first);
    text += last == first ? "" : "-" + std::to_string(last);
    first = last;
  }
  return text;
}

}  // namespace

TEST_CASE("a CPU list names single CPUs and ranges", "[probe][unit]") {
  CHECK(parse_cpu_list("0") == cpus{0});
  CHECK(parse_cpu_list("0-3,8,10-11\n") == cpus{0, 1, 2, 3, 8, 10, 11});
  CHECK(parse_cpu_list("5-5") == cpus{5});
  CHECK(count_cpu_list("0-3,8,10-11\n") == 7U);
}

TEST_CASE("a blank CPU list is the empty set", "[probe][unit]") {
  CHECK(parse_cpu_list("") == cpus{});
  CHECK(parse_cpu_list(" \n") == cpus{});
  CHECK(count_cpu_list("\n") == 0U);
}

TEST_CASE("a CPU named twice counts once and the result is ascending", "[probe][unit]") {
  CHECK(parse_cpu_list("8,0-3,2-5,8,0") == cpus{0, 1, 2, 3, 4, 5, 8});
  CHECK(count_cpu_list("8,0-3,2-5,8,0") == 7U);
}

TEST_CASE("what is no CPU list gives nothing", "[probe][unit]") {
  const char* const text = GENERATE(",",
                                    "0,",
                                    ",0",
                                    "0,,1",
                                    "-",
                                    "-1",
                                    "1-",
                                    "3-1",
                                    "0-1-2",
                                    "0 1",
                                    "0, 1",
                                    "+1",
                                    "0x10",
                                    "1.5",
                                    "max",
                                    "0-3:1/2",
                                    "65536",
                                    "0-65536",
                                    "18446744073709551616",
                                    "99999999999999999999999999",
                                    "0\n1");
  CAPTURE(text);
  CHECK_FALSE(parse_cpu_list(text).has_value());
  CHECK_FALSE(count_cpu_list(text).has_value());
}

TEST_CASE("a NUL byte in a CPU list is no digit", "[probe][unit]") {
  CHECK_FALSE(parse_cpu_list(std::string_view("0\0", 2)).has_value());
}

TEST_CASE("the largest machine is accepted, and naming it many times costs no more",
          "[probe][unit]") {
  std::string text = "0-65535";
  CHECK(count_cpu_list(text) == most_cpus);
  for (int i = 0; i < 8000; ++i) {
    text += ",0-65535";
  }
  CHECK(count_cpu_list(text) == most_cpus);
  CHECK(parse_cpu_list(text)->size() == most_cpus);
}

TEST_CASE("every set of eight CPUs survives being written and read", "[probe][property]") {
  for (unsigned bits = 0; bits < 256; ++bits) {
    std::vector<bool> set(8);
    cpus expected;
    for (std::size_t cpu = 0; cpu < 8; ++cpu) {
      set[cpu] = ((bits >> cpu) & 1U) != 0;
      if (set[cpu]) {
        expected.push_back(cpu);
      }
    }
    CAPTURE(written(set));
    CHECK(parse_cpu_list(written(set)) == expected);
    CHECK(count_cpu_list(written(set)) == expected.size());
  }
}

TEST_CASE("any bytes give a set within bounds or nothing", "[probe][property]") {
  constexpr unsigned seed = 34;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::string alphabet = "0123456789,,--  \n+x";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 12, ' ');
    for (char& c : text) {
      c = alphabet[random() % alphabet.size()];
    }
    const auto set = parse_cpu_list(text);
    REQUIRE(set.has_value() == count_cpu_list(text).has_value());
    if (set) {
      REQUIRE(set->size() == count_cpu_list(text));
      for (std::size_t i = 0; i < set->size(); ++i) {
        REQUIRE((*set)[i] < most_cpus);
        REQUIRE((i == 0 || (*set)[i - 1] < (*set)[i]));
      }
    }
  }
}
