#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/cost_shape.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

using amorsize_test::Approx;
using amorsize_test::ContainsSubstring;

namespace amorsize_tests {
namespace {

/// A file that is gone when the test ends.
class temporary_file {
 public:
  explicit temporary_file(const std::string& content)
      : path_(std::filesystem::temp_directory_path() /
              ("amorsize_trace_" + std::to_string(getpid()) + ".txt")) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() { std::filesystem::remove(path_); }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

nanoseconds item(const item_costs& costs, std::size_t index) {
  return costs.of_range(index, index + 1);
}

}  // namespace

TEST_CASE("every shape has the items and the mean asked for", "[simulation][unit]") {
  for (const shape which : all_shapes()) {
    CAPTURE(name_of(which));
    const item_costs costs = item_costs::of(which, 10'007, nanoseconds{750});
    CHECK(costs.items() == 10'007);
    CHECK(costs.total().count() == Approx(10'007 * 750.0));
  }
}

TEST_CASE("the cost of a range is the sum of its parts", "[simulation][property]") {
  for (const shape which : all_shapes()) {
    CAPTURE(name_of(which));
    const item_costs costs = item_costs::of(which, 1'000, nanoseconds{100});
    nanoseconds sum{0};
    nanoseconds longest{0};
    for (std::size_t i = 0; i < costs.items(); ++i) {
      sum += item(costs, i);
      longest = std::max(longest, item(costs, i));
    }
    CHECK(sum.count() == Approx(costs.total().count()));
    CHECK(longest.count() == Approx(costs.longest().count()));
    CHECK((costs.of_range(0, 300) + costs.of_range(300, 1'000)).count() ==
          Approx(costs.total().count()));
    CHECK(costs.of_range(500, 500) == nanoseconds{0});
  }
}

TEST_CASE("the lower bound is the work shared evenly or the longest item", "[simulation][unit]") {
  const item_costs even(std::vector<nanoseconds>(8, nanoseconds{100}));
  CHECK(even.lower_bound(1) == nanoseconds{800});
  CHECK(even.lower_bound(4) == nanoseconds{200});
  CHECK(even.lower_bound(8) == nanoseconds{100});
  CHECK(even.lower_bound(1'000) == nanoseconds{100});
  CHECK(even.lower_bound(0) == even.total());
  const item_costs none(std::vector<nanoseconds>{});
  CHECK(none.items() == 0);
  CHECK(none.lower_bound(8) == nanoseconds{0});
}

TEST_CASE("shapes are what their names say", "[simulation][unit]") {
  constexpr std::size_t items = 10'000;
  const auto made = [](shape which) { return item_costs::of(which, items, nanoseconds{1'000}); };
  const auto half_ratio = [](const item_costs& costs) {
    return costs.of_range(items / 2, items) / costs.of_range(0, items / 2);
  };
  CHECK(made(shape::uniform).longest().count() == Approx(1'000.0));
  CHECK(half_ratio(made(shape::rising)) == Approx(3.0));
  CHECK(half_ratio(made(shape::falling)) == Approx(1.0 / 3.0));
  CHECK(half_ratio(made(shape::step_up)) == Approx(10.0));
  CHECK(half_ratio(made(shape::step_down)) == Approx(0.1));
  const item_costs giant = made(shape::giant_at_end);
  CHECK(item(giant, items - 1) / giant.longest() == Approx(1.0));
  CHECK(giant.longest() / item(giant, 0) == Approx(items * 0.1));
  const item_costs dear = made(shape::first_dear);
  CHECK(item(dear, 0) / item(dear, 1) == Approx(1'000.0));
  const item_costs two = made(shape::bimodal);
  CHECK(two.longest().count() > 4'000.0);
  // Its tail is heavy, but no single item dominates.
  const item_costs heavy = made(shape::pareto);
  CHECK(heavy.longest() / heavy.total() < 0.01);
  CHECK(heavy.longest().count() > 2'000.0);
}

TEST_CASE("the random shapes depend on the seed and on nothing else", "[simulation][property]") {
  for (const shape which : {shape::bimodal, shape::pareto}) {
    const auto first = [which](std::uint64_t seed) {
      return item_costs::of(which, 1'000, nanoseconds{100}, seed).of_range(0, 50);
    };
    CHECK(first(3) == first(3));
    CHECK(first(3) != first(4));
  }
}

TEST_CASE("a recorded trace is one number per line and comments", "[simulation][unit]") {
  const temporary_file file("# how it was recorded\n100\n\n 250.5 # the second\r\n0\r\n1e3");
  const item_costs costs = item_costs::from_file(file.path());
  REQUIRE(costs.items() == 4);
  CHECK(item(costs, 0) == nanoseconds{100});
  CHECK(item(costs, 1) == nanoseconds{250.5});
  CHECK(item(costs, 2) == nanoseconds{0});
  CHECK(item(costs, 3) == nanoseconds{1'000});
  CHECK(costs.longest() == nanoseconds{1'000});
}

TEST_CASE("costs can be repeated and scaled", "[simulation][unit]") {
  const item_costs three({nanoseconds{10}, nanoseconds{20}, nanoseconds{30}});
  const item_costs eight = three.repeated(8, nanoseconds{100});
  REQUIRE(eight.items() == 8);
  CHECK(eight.total().count() == Approx(800.0));
  CHECK(item(eight, 1) / item(eight, 0) == Approx(2.0));
  CHECK(item(eight, 6).count() == Approx(item(eight, 0).count()));
}

TEST_CASE("what is wrong in a trace is named with its file and line", "[simulation][negative]") {
  for (const char* wrong : {"abc", "12 13", "-1", "nan", "inf", "1e999", "7,5", "5x"}) {
    CAPTURE(wrong);
    const temporary_file file(std::string("# one\n100\n") + wrong + "\n200\n");
    CHECK_THROWS_WITH(
        item_costs::from_file(file.path()),
        ContainsSubstring(file.path().string()) && ContainsSubstring("line 3: not a number"));
  }
  CHECK_THROWS_WITH(item_costs::from_file("/nowhere/trace.txt"),
                    ContainsSubstring("cannot read the trace /nowhere/trace.txt"));
}

TEST_CASE("the trace in the repository can be read", "[simulation][unit]") {
  const item_costs costs = item_costs::from_file(AMORSIZE_TRACES "/compress_usr_include.txt");
  CHECK(costs.items() >= 1'000);
  CHECK(costs.total() > nanoseconds{10e6});
  CHECK(costs.longest() > costs.total() / static_cast<double>(costs.items()));
}

}  // namespace amorsize_tests
