// views::parallel_map: order, laziness, each item once, what can be composed with what.
#include "tests/api/awkward_iterators.hpp"
#include "tests/api/awkward_values.hpp"
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <cstddef>
#include <forward_list>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <numeric>
#include <ranges>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace views = amorsize::views;
using amorsize::options;
using amorsize_test::made_once;
using amorsize_test::move_only;
using amorsize_test::once;

int square(int x) {
  return x * x;
}

std::vector<int> numbers(std::size_t length) {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 1);
  return items;
}

template <class Range>
auto collected(Range&& range) {
  std::vector<std::ranges::range_value_t<Range>> results;
  for (auto&& each : range) {
    results.push_back(std::forward<decltype(each)>(each));
  }
  return results;
}

const std::vector<int> items{1, 2, 3, 4, 5};
const std::vector<int> squares{1, 4, 9, 16, 25};

TEST_CASE("the adaptor takes range, callable and options in every order that is meant",
          "[api][unit]") {
  const options chosen{.n_jobs = 2};
  options changeable;
  const amorsize_test::derived_options derived;
  CHECK(collected(items | views::parallel_map(square)) == squares);
  CHECK(collected(items | views::parallel_map(square, {})) == squares);
  CHECK(collected(items | views::parallel_map(square, {.n_jobs = 2})) == squares);
  CHECK(collected(items | views::parallel_map(square, chosen)) == squares);
  CHECK(collected(items | views::parallel_map(square, std::ref(changeable))) == squares);
  CHECK(collected(items | views::parallel_map(square, derived)) == squares);
  CHECK(collected(views::parallel_map(items, square)) == squares);
  CHECK(collected(views::parallel_map(items, square, {})) == squares);
  CHECK(collected(views::parallel_map(items, square, {.n_jobs = 2})) == squares);
  CHECK(collected(views::parallel_map(items, square, chosen)) == squares);
  CHECK(collected(views::parallel_map(items, square, std::ref(changeable))) == squares);
  CHECK(collected(views::parallel_map(square)(items)) == squares);
  const auto closure = views::parallel_map(square);
  CHECK(collected(items | closure) == squares);
  CHECK(collected(numbers(5) | closure) == squares);
}

TEST_CASE("every kind of source is a source", "[api][unit]") {
  const auto closure = views::parallel_map(square);
  CHECK(collected(std::list<int>(items.begin(), items.end()) | closure) == squares);
  CHECK(collected(std::forward_list<int>(items.begin(), items.end()) | closure) == squares);
  CHECK(collected(std::views::iota(1, 6) | closure) == squares);
  CHECK(collected(std::views::iota(1) | closure | std::views::take(5)) == squares);
  CHECK(collected(std::ranges::subrange(items.begin(), items.end()) | closure) == squares);
  CHECK(collected(std::views::empty<int> | closure).empty());
  int array[] = {1, 2, 3, 4, 5};
  CHECK(collected(array | closure) == squares);
  std::istringstream text("1 2 3 4 5");
  CHECK(collected(std::ranges::istream_view<int>(text) | closure) == squares);
  auto filtered = items | std::views::filter([](int x) { return x > 2; });
  CHECK(collected(std::views::all(filtered) | closure) == std::vector<int>{9, 16, 25});
  once<int> owned(items);
  CHECK(collected(owned | closure) == squares);
  CHECK(owned.begins == 1);
  CHECK(collected(once<int>(items) | closure) == squares);
}

TEST_CASE("the view is an input range and a view", "[api][unit]") {
  auto results = items | views::parallel_map(square);
  using view = decltype(results);
  STATIC_REQUIRE(std::ranges::view<view>);
  STATIC_REQUIRE(std::ranges::input_range<view>);
  STATIC_REQUIRE_FALSE(std::ranges::forward_range<view>);
  STATIC_REQUIRE(std::same_as<std::ranges::range_reference_t<view>, int&&>);
  STATIC_REQUIRE(std::same_as<std::ranges::range_value_t<view>, int>);
  STATIC_REQUIRE_FALSE(std::copyable<std::ranges::iterator_t<view>>);
  CHECK(std::ranges::size(results) == 5);
  auto copy = results;
  CHECK(collected(results) == squares);
  CHECK(collected(copy) == squares);
  copy = results;
  auto moved = std::move(copy);
  CHECK(collected(moved) == squares);
}

TEST_CASE("nothing is pulled before begin, and one item at a time after it", "[api][unit]") {
  once<int> source(items);
  int calls = 0;
  auto results = source | views::parallel_map([&calls](int x) { return ++calls, x; });
  CHECK(source.begins == 0);
  CHECK(calls == 0);
  auto it = results.begin();
  CHECK(source.begins == 1);
  CHECK(source.at == 0);
  CHECK(calls == 1);
  ++it;
  CHECK(source.at == 1);
  CHECK(calls == 2);
  it++;
  CHECK(calls == 3);
  CHECK(*it == 3);
}

TEST_CASE("reading twice gives the same object and calls nothing", "[api][unit]") {
  int calls = 0;
  auto results = items | views::parallel_map([&calls](int x) { return ++calls, move_only(x); });
  auto it = results.begin();
  auto&& first = *it;
  auto&& again = *it;
  CHECK(&first == &again);
  CHECK(first.value() == 1);
  CHECK(calls == 1);
  const auto& constant = it;
  CHECK((*constant).value() == 1);
  auto moved = std::move(it);
  REQUIRE(moved != results.end());
  CHECK((*moved).value() == 1);
  ++moved;
  CHECK((*moved).value() == 2);
  CHECK(calls == 2);
}

TEST_CASE("each item is passed exactly once, in order, wherever the loop breaks", "[api][unit]") {
  const std::vector<int> source = numbers(20);
  for (std::size_t stop = 0; stop <= source.size(); ++stop) {
    std::vector<int> seen;
    std::vector<int> delivered;
    amorsize::report report;
    {
      auto results = source | views::parallel_map([&seen](int x) { return seen.push_back(x), x; },
                                                  {.n_jobs = 1, .report = &report});
      for (const int result : results) {
        if (delivered.size() == stop) {
          break;
        }
        delivered.push_back(result);
      }
    }
    CHECK(delivered == numbers(stop));
    CHECK(seen == numbers(std::min(stop + 1, source.size())));
    CHECK(report.items == seen.size());
  }
}

TEST_CASE("other views compose on both sides", "[api][unit]") {
  const auto odd = [](int x) { return x % 2 != 0; };
  const auto twice = [](int x) { return 2 * x; };
  const std::vector<int> expected{2, 18, 50};
  CHECK(collected(items | views::parallel_map(square) | std::views::filter(odd) |
                  std::views::transform(twice)) == expected);
  CHECK(collected(items | std::views::filter(odd) | views::parallel_map(square) |
                  views::parallel_map(twice)) == expected);
  CHECK(collected(items | views::parallel_map(square) | std::views::take(2)) ==
        std::vector<int>{1, 4});
  CHECK(collected(items | views::parallel_map(square) | std::views::drop(3)) ==
        std::vector<int>{16, 25});
  CHECK(collected(items | views::parallel_map(square) | std::views::take_while([](int x) {
                    return x < 10;
                  })) == std::vector<int>{1, 4, 9});
  auto named = items | views::parallel_map(square);
  CHECK(collected(named | std::views::take(2)) == std::vector<int>{1, 4});
}

TEST_CASE("closures compose with closures", "[api][unit]") {
  const auto odd = [](int x) { return x % 2 != 0; };
  const auto twice = [](int x) { return 2 * x; };
  const std::vector<int> expected{2, 18, 50};
  const auto before = std::views::filter(odd) | views::parallel_map(square);
  const auto after = views::parallel_map(square) | std::views::filter(odd);
  const auto both = before | views::parallel_map(twice);
  const auto around = std::views::filter(odd) | views::parallel_map(square) |
                      std::views::transform(twice) | std::views::take(2);
  CHECK(collected(items | before) == std::vector<int>{1, 9, 25});
  CHECK(collected(items | after) == std::vector<int>{1, 9, 25});
  CHECK(collected(items | both) == expected);
  CHECK(collected(numbers(5) | both) == expected);
  CHECK(collected(items | around) == std::vector<int>{2, 18});
}

TEST_CASE("results that can only be moved arrive whole behind a filter", "[api][unit]") {
  const auto make = [](int x) { return move_only(x); };
  const auto odd = [](const move_only& x) { return x.value() % 2 != 0; };
  const auto results = collected(items | views::parallel_map(make) | std::views::filter(odd));
  REQUIRE(results.size() == 3);
  CHECK(results[0].value() == 1);
  CHECK(results[1].value() == 3);
  CHECK(results[2].value() == 5);
}

TEST_CASE("items that can only be moved are handed to the callable", "[api][unit]") {
  std::vector<move_only> boxes;
  for (const int x : items) {
    boxes.emplace_back(x);
  }
  const auto open = [](move_only&& box) { return move_only(std::move(box)).value(); };
  CHECK(collected(once<move_only>(std::move(boxes)) | views::parallel_map(open)) == items);
}

/// Not movable: it must be built where it is kept.
struct rooted {
  explicit rooted(int x) : value(x) {}
  rooted(rooted&&) = default;
  int value;
};

TEST_CASE("results need no default constructor and no assignment", "[api][unit]") {
  int at = 0;
  for (auto&& result : items | views::parallel_map([](int x) { return made_once(x); })) {
    CHECK(result.value() == items[static_cast<std::size_t>(at++)]);
  }
  for (auto&& result : items | views::parallel_map([](int x) { return rooted(x); })) {
    CHECK(result.value >= 1);
  }
  const std::vector<std::string> words{"a", "bc"};
  const auto itself = [](const std::string& word) -> const std::string& { return word; };
  auto copies = words | views::parallel_map(itself);
  STATIC_REQUIRE(std::same_as<std::ranges::range_reference_t<decltype(copies)>, std::string&&>);
  CHECK(collected(copies) == words);
  CHECK(words[0] == "a");
}

TEST_CASE("callables of every kind work behind a view", "[api][unit]") {
  const std::vector<std::string> words{"a", "bc", "def"};
  CHECK(collected(words | views::parallel_map(&std::string::size)) ==
        std::vector<std::size_t>{1, 2, 3});
  CHECK(collected(items | views::parallel_map([n = 0](int x) mutable { return x + n++; })) ==
        std::vector<int>{1, 3, 5, 7, 9});
  auto factor = std::make_unique<int>(3);
  CHECK(collected(items | views::parallel_map([f = std::move(factor)](int x) { return x * *f; })) ==
        std::vector<int>{3, 6, 9, 12, 15});
  CHECK(collected(items | views::parallel_map(std::function<int(int)>(square))) == squares);
  std::vector<std::string> changed = words;
  CHECK(collected(changed | views::parallel_map([](std::string& w) {
                    return w += "!", w.size();
                  })) == std::vector<std::size_t>{2, 3, 4});
  CHECK(changed[0] == "a!");
}

TEST_CASE("a view can be fed to the map and to the plan", "[api][unit]") {
  CHECK(amorsize::parallel_map(items | views::parallel_map(square), [](int x) { return x + 1; }) ==
        std::vector<int>{2, 5, 10, 17, 26});
  auto results = items | views::parallel_map(square);
  auto [plan, rest] = amorsize::optimize(results, square);
  CHECK(collected(rest) == squares);
}

}  // namespace
