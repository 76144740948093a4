// optimize: what is tried, what is lost (nothing), and what the plan says.
#include "tests/api/awkward_iterators.hpp"
#include "tests/api/awkward_values.hpp"
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <forward_list>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <numeric>
#include <ranges>
#include <sstream>
#include <stop_token>
#include <string>
#include <vector>

namespace {

using amorsize::optimize;
using amorsize::options;
using amorsize::plan;
using amorsize_test::ContainsSubstring;
using amorsize_test::move_only;
using amorsize_test::once;

std::vector<int> numbers(std::size_t length) {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 0);
  return items;
}

int itself(int x) {
  return x;
}

/// Takes a millisecond: far from cheap, so that five items are enough.
int slow(int x) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
  while (std::chrono::steady_clock::now() < until) {
  }
  return x;
}

void check_sane(const plan& made) {
  CHECK(made.n_jobs >= 1);
  CHECK_FALSE(made.reason.empty());
  CHECK(made.estimated_speedup > 0.0);
  CHECK(made.estimated_speedup_low <= made.estimated_speedup);
  CHECK(made.estimated_speedup <= made.estimated_speedup_high);
  if (made.n_jobs == 1) {
    CHECK(made.estimated_speedup == 1.0);
  }
}

TEST_CASE("options are taken in every way they can be written", "[api][unit]") {
  const std::vector<int> items = numbers(10);
  options changeable;
  const amorsize_test::derived_options derived;
  check_sane(optimize(items, itself));
  check_sane(optimize(items, itself, {}));
  check_sane(optimize(items, itself, {.n_jobs = 2}));
  check_sane(optimize(items, itself, std::ref(changeable)));
  check_sane(optimize(items, itself, derived));
  check_sane(optimize(numbers(10), itself));
  check_sane(optimize(std::list<int>{1, 2}, itself));
  int array[] = {1, 2, 3};
  check_sane(optimize(array, itself));
  check_sane(optimize(std::vector<std::string>{"a"}, &std::string::size));
  check_sane(optimize(items, [n = 0](int x) mutable { return x + n++; }));
  check_sane(optimize(items, [](int) {}));
}

TEST_CASE("as many items are tried as documented", "[api][unit]") {
  std::size_t calls = 0;
  const auto count_slow = [&calls](int x) { return ++calls, slow(x); };
  const auto sampled = [&](std::size_t length, const options& how) {
    calls = 0;
    const plan made = optimize(numbers(length), count_slow, how);
    CHECK(made.sampled_items == calls);
    CHECK(made.items == length);
    check_sane(made);
    return calls;
  };
  CHECK(sampled(0, {}) == 0);
  CHECK(sampled(1, {}) == 1);
  CHECK(sampled(4, {}) == 4);
  CHECK(sampled(5, {}) == 5);
  CHECK(sampled(1000, {}) == 5);
  CHECK(sampled(1000, {.sample_size = 1}) == 1);
  CHECK(sampled(1000, {.sample_size = 12}) == 12);
  CHECK(sampled(3, {.sample_size = 12}) == 3);

  std::size_t cheap_calls = 0;
  const auto count = [&cheap_calls](int x) { return ++cheap_calls, x; };
  CHECK(optimize(numbers(100), count).sampled_items == cheap_calls);
  CHECK(cheap_calls >= 5);
  CHECK(cheap_calls <= 12);  // an eighth of them
  cheap_calls = 0;
  const plan made = optimize(numbers(1'000'000), count);
  CHECK(made.sampled_items == cheap_calls);
  CHECK(cheap_calls >= 5);
  CHECK(cheap_calls <= 125'000);
}

TEST_CASE("an endless range is not counted", "[api][unit]") {
  const plan made = optimize(std::views::iota(0), slow);
  CHECK(made.items == 0);
  CHECK(made.sampled_items == 5);
  CHECK(made.n_jobs == 1);
  std::forward_list<int> few{1, 2, 3};
  CHECK(optimize(few, itself).items == 3);  // its end was seen
}

TEST_CASE("what cannot be shared is planned to be serial, with the reason", "[api][unit]") {
  const auto check = [](const plan& made, const char* reason, std::size_t chunksize) {
    check_sane(made);
    CHECK(made.n_jobs == 1);
    CHECK(made.chunksize == chunksize);
    CHECK_THAT(made.reason, ContainsSubstring(reason));
  };
  const std::vector<int> items = numbers(20);
  check(optimize(std::list<int>(items.begin(), items.end()), itself), "not random access", 20);
  check(optimize(items, [n = 0](int x) mutable { return x + n++; }), "const F&", 20);
  check(optimize(items, [](int x) { return x > 3; }), "memory location", 20);
  check(optimize(numbers(0), itself), "no items", 0);
  check(optimize(numbers(1), itself), "one item left", 1);
  check(optimize(items, itself, {.max_jobs = 1}), "one job", 20);
  check(optimize(items, itself, {.n_jobs = 1}), "one job", 20);
  const plan refused = optimize(std::list<int>{1, 2, 3}, itself, {.n_jobs = 4});
  CHECK(refused.n_jobs == 1);
  CHECK_FALSE(refused.warnings.empty());
}

TEST_CASE("what is fixed in the options is kept in the plan", "[api][unit]") {
  const plan made = optimize(numbers(1000), slow, {.n_jobs = 3, .chunksize = 17});
  CHECK(made.n_jobs == 3);
  CHECK(made.chunksize == 17);
  check_sane(made);
  const options how = made.as_options();
  CHECK(how.n_jobs == 3);
  CHECK(how.chunksize == 17);
}

TEST_CASE("a plan carried out gives exactly its n_jobs and chunksize", "[api][unit]") {
  const std::vector<int> items = numbers(1000);
  for (const options& asked : {options{}, options{.n_jobs = 2, .chunksize = 10}}) {
    const plan made = optimize(items, itself, asked);
    amorsize::report report;
    options how = made.as_options();
    how.report = &report;
    CHECK(amorsize::parallel_map(items, itself, how) == items);
    CHECK(report.n_jobs == made.n_jobs);
    CHECK(report.chunksize == made.chunksize);
  }
}

TEST_CASE("a thousand items of a millisecond are worth sharing where there are two CPUs",
          "[api][unit]") {
  const plan made = optimize(numbers(1000), slow);
  check_sane(made);
  if (amorsize::this_machine().allowed_cpus >= 2 && made.n_jobs > 1) {
    CHECK(made.estimated_speedup > 1.5);
    CHECK(made.chunksize >= 1);
    CHECK(made.chunksize < 1000);
  }
  CHECK(made.estimated_cost_ns > 0.9e6);
  CHECK(made.estimated_serial_ns > 0.9e9);
}

TEST_CASE("a single-pass source loses nothing", "[api][unit]") {
  constexpr std::size_t lengths[] = {0, 1, 4, 5, 6, 63, 64, 65, 200};
  for (const std::size_t length : lengths) {
    for (const options& how : {options{}, options{.sample_size = 1}, options{.sample_size = 100}}) {
      once<int> source(numbers(length));
      std::size_t calls = 0;
      auto [made, rest] = optimize(
          source, [&calls](int x) { return ++calls, x; }, how);
      STATIC_REQUIRE(std::same_as<decltype(made), plan>);
      STATIC_REQUIRE(std::ranges::input_range<decltype(rest)>);
      check_sane(made);
      CHECK(made.sampled_items == calls);
      CHECK(calls <= (how.sample_size == 0 ? 64 : how.sample_size));
      CHECK(calls >= std::min(length, how.sample_size == 1 ? std::size_t{1} : std::size_t{5}));
      CHECK(source.begins == 1);
      std::vector<int> all;
      for (auto&& each : rest) {
        all.push_back(each);
      }
      CHECK(all == numbers(length));
      CHECK(source.begins == 1);
    }
  }
}

TEST_CASE("the rest can be moved, mapped, and read in a view", "[api][unit]") {
  const auto plus_one = [](int x) { return x + 1; };
  std::vector<int> expected = numbers(101);
  expected.erase(expected.begin());
  {
    auto [made, rest] = optimize(once<int>(numbers(100)), plus_one);
    auto moved = std::move(rest);
    std::vector<int> results;
    amorsize::parallel_map(moved, std::back_inserter(results), plus_one, made.as_options());
    CHECK(results == expected);
  }
  {
    auto [made, rest] = optimize(once<int>(numbers(100)), plus_one);
    CHECK(amorsize::parallel_map(rest, plus_one) == expected);
  }
  {
    auto [made, rest] = optimize(once<int>(numbers(100)), plus_one);
    std::vector<int> results;
    for (const int result : rest | amorsize::views::parallel_map(plus_one)) {
      results.push_back(result);
    }
    CHECK(results == expected);
  }
}

TEST_CASE("streams are sampled without waiting for an item nobody wants", "[api][unit]") {
  std::istringstream text("1 2 3 4 5 6 7");
  auto [made, rest] = optimize(std::ranges::istream_view<int>(text), itself, {.sample_size = 2});
  CHECK(made.sampled_items == 2);
  int third = 0;
  text >> third;
  CHECK(third == 3);  // still in the stream
  std::vector<int> all;
  for (const int x : rest) {
    all.push_back(x);
  }
  CHECK(all == std::vector<int>{1, 2, 4, 5, 6, 7});
}

TEST_CASE("items that can only be moved are sampled and come back whole", "[api][unit]") {
  const auto boxes = [](int length) {
    std::vector<move_only> made;
    for (int i = 0; i < length; ++i) {
      made.emplace_back(i);
    }
    return once<move_only>(std::move(made));
  };
  const auto check_all = [](auto& rest, int length) {
    int next = 0;
    for (auto&& each : rest) {
      const move_only taken = std::move(each);
      CHECK(taken.value() == next++);
    }
    CHECK(next == length);
  };
  auto [looked_at, all] = optimize(boxes(20), [](const move_only& box) { return box.value(); });
  CHECK(looked_at.sampled_items >= 5);
  check_all(all, 20);
  // It would take the items away: they are left alone.
  auto [untried, untouched] =
      optimize(boxes(20), [](move_only box) { return box.value(); });  // NOLINT
  CHECK(untried.sampled_items == 0);
  CHECK_FALSE(untried.warnings.empty());
  check_all(untouched, 20);
}

TEST_CASE("a move_iterator counts as a source that is read once", "[api][unit]") {
  std::vector<std::string> words{"a", "bc", "def"};
  auto [made, rest] =
      optimize(std::ranges::subrange(std::make_move_iterator(words.begin()),
                                     std::make_move_iterator(words.end())),
               [](std::string&& word) { return std::string(std::move(word)).size(); });
  CHECK(made.sampled_items == 3);
  std::vector<std::string> all;
  for (auto&& each : rest) {
    all.push_back(std::forward<decltype(each)>(each));
  }
  CHECK(all == std::vector<std::string>{"a", "bc", "def"});
}

TEST_CASE("what the callable throws leaves optimize", "[api][unit][negative]") {
  const auto fail = [](int x) -> int { throw x; };
  CHECK_THROWS_AS(optimize(numbers(3), fail), int);
  CHECK_THROWS_AS(optimize(once<int>(numbers(3)), fail), int);
}

TEST_CASE("a stop ends the dry run", "[api][unit]") {
  std::stop_source stop;
  stop.request_stop();
  const options how{.stop = stop.get_token()};
  CHECK_THROWS_AS(optimize(numbers(3), itself, how), amorsize::cancelled);
  CHECK_THROWS_AS(optimize(once<int>(numbers(3)), itself, how), amorsize::cancelled);
}

TEST_CASE("a plan prints, and its JSON names its numbers", "[api][unit]") {
  const plan made = optimize(numbers(100), itself);
  std::ostringstream text;
  text << made;
  CHECK_THAT(text.str(), ContainsSubstring(made.reason));
  CHECK_THAT(amorsize::to_json(made), ContainsSubstring("\"n_jobs\":"));
}

}  // namespace
