// An option that makes no sense is refused before the first item, by every form, with a reason.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <chrono>
#include <cstddef>
#include <iterator>
#include <list>
#include <sstream>
#include <string>
#include <vector>

namespace {

using amorsize::bad_option;
using amorsize::options;
using amorsize::parallel_map;
using amorsize_test::ContainsSubstring;

constexpr std::size_t too_many = (std::size_t{1} << 31U) + 1;

struct refusal {
  options how;
  std::string option;
  std::string value;
  std::string accepted;
};

const std::vector<refusal>& refusals() {
  using std::chrono::nanoseconds;
  static const std::vector<refusal> all{
      {{.n_jobs = too_many}, "n_jobs", "2147483649", "2147483648"},
      {{.max_jobs = too_many}, "max_jobs", "2147483649", "2147483648"},
      {{.chunksize = too_many}, "chunksize", "2147483649", "2147483648"},
      {{.n_jobs = static_cast<std::size_t>(-1)}, "n_jobs", "18446744073709551615", "2147483648"},
      {{.n_jobs = 5, .max_jobs = 4}, "n_jobs", "5", "4, which is options::max_jobs"},
      {{.target_chunk_duration = nanoseconds(-1)}, "target_chunk_duration", "-1 ns", "0"},
      {{.target_chunk_duration = nanoseconds::min()},
       "target_chunk_duration",
       "-9223372036854775808",
       "0"},
  };
  return all;
}

int never(int /*item*/) {
  FAIL("called");
  return 0;
}

/// map(how) must refuse each, and say why.
template <class Map>
void check_refused(Map map) {
  for (const refusal& each : refusals()) {
    try {
      map(each.how);
      FAIL("not refused: " << each.option);
    } catch (const bad_option& refused) {
      const std::string what = refused.what();
      CAPTURE(what);
      CHECK_THAT(what, ContainsSubstring("options::" + each.option + " = " + each.value));
      CHECK_THAT(what, ContainsSubstring(each.accepted));
    }
  }
}

TEST_CASE("options that make no sense are refused before the first item", "[api][unit][negative]") {
  const std::vector<int> items{1, 2, 3};
  const std::list<int> linked(items.begin(), items.end());
  const auto never_pair = [](int a, int) { return never(a); };
  std::vector<int> results(3);
  check_refused([&](const options& how) { parallel_map(items, never, how); });
  check_refused([&](const options& how) { parallel_map(items, results.begin(), never, how); });
  check_refused([&](const options& how) {
    parallel_map(items.begin(), items.end(), results.begin(), never, how);
  });
  check_refused([&](const options& how) {
    parallel_map(items.begin(), items.end(), items.begin(), results.begin(), never_pair, how);
  });
  check_refused([&](const options& how) { parallel_map(linked, never, how); });
  check_refused(
      [&](const options& how) { parallel_map(linked, std::back_inserter(results), never, how); });
  check_refused([&](const options& how) {
    parallel_map(linked.begin(), linked.end(), linked.begin(), results.begin(), never_pair, how);
  });
  check_refused(
      [&](const options& how) { static_cast<void>(amorsize::optimize(items, never, how)); });
  CHECK(results.size() == 3);
}

TEST_CASE("a stream pulls no item when an option makes no sense", "[api][unit][negative]") {
  std::istringstream text("1 2 3");
  check_refused([&](const options& how) {
    auto results = std::ranges::istream_view<int>(text) | amorsize::views::parallel_map(never, how);
    static_cast<void>(results.begin());
  });
  check_refused([&](const options& how) {
    static_cast<void>(amorsize::optimize(std::ranges::istream_view<int>(text), never, how));
  });
  int first = 0;
  text >> first;
  CHECK(first == 1);
}

TEST_CASE("a view is made without looking at its options", "[api][unit][negative]") {
  const std::vector<int> items{1};
  auto results = items | amorsize::views::parallel_map(never, {.n_jobs = too_many});
  CHECK_THROWS_AS(results.begin(), bad_option);
}

TEST_CASE("an empty map refuses them, too", "[api][unit][negative]") {
  check_refused([](const options& how) { parallel_map(std::vector<int>{}, never, how); });
  check_refused([](const options& how) { parallel_map(std::list<int>{}, never, how); });
}

TEST_CASE("values at the edge of sense are accepted", "[api][unit]") {
  const std::vector<int> items{1, 2, 3};
  const auto itself = [](int x) { return x; };
  const options edges[] = {{.max_jobs = too_many - 1},
                           {.chunksize = too_many - 1},
                           {.n_jobs = 2, .max_jobs = 2},
                           {.n_jobs = 3},
                           {.sample_size = static_cast<std::size_t>(-1)},
                           {.target_chunk_duration = std::chrono::nanoseconds::max()},
                           {.memory_limit = 1},
                           {.results = amorsize::order::completion}};
  for (const options& how : edges) {
    CHECK(parallel_map(items, itself, how) == items);
  }
}

TEST_CASE("a bad option is an invalid argument", "[api][unit]") {
  STATIC_REQUIRE(std::is_base_of_v<std::invalid_argument, bad_option>);
  STATIC_REQUIRE(std::is_base_of_v<std::runtime_error, amorsize::cancelled>);
}

}  // namespace
