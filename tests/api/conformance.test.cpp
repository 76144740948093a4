// Whatever std::transform accepts gives what std::transform gives.
#include "tests/api/awkward_iterators.hpp"
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <forward_list>
#include <functional>
#include <iterator>
#include <list>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using amorsize::options;
using amorsize::parallel_map;

/// Short ones, and one that is worth sharing.
constexpr std::size_t lengths[] = {0, 1, 2, 3, 7, 64, 1000, 20'000};

std::uint64_t mix(int x) {
  auto h = static_cast<std::uint64_t>(x) * 0x9E3779B97F4A7C15U;
  for (int i = 0; i < 50; ++i) {
    h = (h ^ (h >> 29U)) * 0xBF58476D1CE4E5B9U;
  }
  return h;
}
std::uint64_t mix_pair(int a, int b) {
  return mix(a) - mix(b);
}

std::vector<int> numbers(std::size_t length) {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 1);
  return items;
}

/// Every kind of plan that the options can force.
const std::vector<options>& plans() {
  static const std::vector<options> all{{},
                                        {.n_jobs = 1},
                                        {.n_jobs = 2},
                                        {.n_jobs = 3, .chunksize = 1},
                                        {.chunksize = 7},
                                        {.max_jobs = 1},
                                        {.target_chunk_duration = std::chrono::nanoseconds(1)}};
  return all;
}

/// All forms of one call, against std::transform. make_out(results) gives the output iterator, and
/// results.size() is meant to be the input's afterwards.
template <class Source, class Results, class MakeOut>
void check_forms(const Source& source, const Results& blank, MakeOut make_out) {
  using std::begin;
  using std::end;
  Results expected = blank;
  std::transform(begin(source), end(source), make_out(expected), mix);
  Results results = blank;
  parallel_map(begin(source), end(source), make_out(results), mix);
  CHECK(results == expected);
  results = blank;
  parallel_map(source, make_out(results), mix);
  CHECK(results == expected);
  for (const options& how : plans()) {
    results = blank;
    parallel_map(begin(source), end(source), make_out(results), mix, how);
    CHECK(results == expected);
    results = blank;
    parallel_map(source, make_out(results), mix, how);
    CHECK(results == expected);
  }
}

template <class Source>
void check_source(const Source& source, std::size_t length) {
  using results = std::vector<std::uint64_t>;
  check_forms(source, results(length), [](results& to) { return to.begin(); });
  check_forms(source, results{}, [](results& to) { return std::back_inserter(to); });
  results expected;
  std::transform(std::begin(source), std::end(source), std::back_inserter(expected), mix);
  CHECK(parallel_map(source, mix) == expected);
  for (const options& how : plans()) {
    CHECK(parallel_map(source, mix, how) == expected);
  }
}

TEST_CASE("every container is mapped as by std::transform", "[api][unit]") {
  for (const std::size_t length : lengths) {
    CAPTURE(length);
    const std::vector<int> items = numbers(length);
    check_source(items, length);
    check_source(std::deque<int>(items.begin(), items.end()), length);
    check_source(std::list<int>(items.begin(), items.end()), length);
    check_source(std::forward_list<int>(items.begin(), items.end()), length);
    check_source(std::set<int>(items.begin(), items.end()), length);
    check_source(std::span<const int>(items), length);
  }
}

TEST_CASE("every kind of output receives what std::transform would send it", "[api][unit]") {
  using results = std::vector<std::uint64_t>;
  for (const std::size_t length : lengths) {
    CAPTURE(length);
    const std::vector<int> items = numbers(length);
    check_forms(items, std::deque<std::uint64_t>(length), [](auto& to) { return to.begin(); });
    check_forms(items, std::list<std::uint64_t>(length), [](auto& to) { return to.begin(); });
    check_forms(
        items, std::forward_list<std::uint64_t>(length), [](auto& to) { return to.begin(); });
    check_forms(
        items, std::deque<std::uint64_t>{}, [](auto& to) { return std::front_inserter(to); });
    check_forms(
        items, std::set<std::uint64_t>{}, [](auto& to) { return std::inserter(to, to.end()); });
    check_forms(items, results(length), [](results& to) { return to.rbegin(); });
    check_forms(items, results{}, [](results& to) { return amorsize_test::void_output(to); });
  }
}

TEST_CASE("the output iterator comes back behind the last result", "[api][unit]") {
  const std::vector<int> items = numbers(1000);
  const std::list<int> linked(items.begin(), items.end());
  std::vector<std::uint64_t> results(1003);
  const auto end = results.begin() + 1000;
  CHECK((parallel_map(items.begin(), items.end(), results.begin(), mix) == end));
  CHECK((parallel_map(items.begin(), items.end(), results.begin(), mix, {.n_jobs = 2}) == end));
  CHECK((parallel_map(linked.begin(), linked.end(), results.begin(), mix) == end));
  CHECK((parallel_map(linked.begin(), linked.end(), results.begin(), mix, {}) == end));
  CHECK(
      (parallel_map(items.begin(), items.end(), items.begin(), results.begin(), mix_pair) == end));
  std::list<std::uint64_t> linked_results(1003);
  CHECK(parallel_map(items, linked_results.begin(), mix, {}) ==
        std::next(linked_results.begin(), 1000));
}

TEST_CASE("two sources are paired as by std::transform, whatever their categories", "[api][unit]") {
  for (const std::size_t length : lengths) {
    CAPTURE(length);
    const std::vector<int> items = numbers(length);
    const std::list<int> linked(items.begin(), items.end());
    const std::vector<int> longer = numbers(length + 3);
    std::vector<std::uint64_t> expected;
    std::transform(
        items.begin(), items.end(), longer.rbegin(), std::back_inserter(expected), mix_pair);
    const auto check = [&](auto first1, auto last1, auto first2, auto... how) {
      std::vector<std::uint64_t> results(length);
      const auto end = parallel_map(first1, last1, first2, results.begin(), mix_pair, how...);
      CHECK((end == results.end()));
      CHECK(results == expected);
      results.clear();
      parallel_map(first1, last1, first2, std::back_inserter(results), mix_pair, how...);
      CHECK(results == expected);
    };
    check(items.begin(), items.end(), longer.rbegin());
    check(linked.begin(), linked.end(), longer.rbegin());
    const std::list<int> linked_longer(longer.rbegin(), longer.rend());
    check(items.begin(), items.end(), linked_longer.begin());
    for (const options& how : plans()) {
      check(items.begin(), items.end(), longer.rbegin(), how);
      check(linked.begin(), linked.end(), longer.rbegin(), how);
      check(items.begin(), items.end(), linked_longer.begin(), how);
    }
  }
}

TEST_CASE("streams are read to their end and written in order", "[api][unit]") {
  const auto twice = [](int x) { return 2 * x; };
  const auto check = [&](auto... how) {
    std::istringstream in("1 2 3 4 5");
    std::ostringstream out;
    parallel_map(std::istream_iterator<int>(in),
                 std::istream_iterator<int>(),
                 std::ostream_iterator<int>(out, ","),
                 twice,
                 how...);
    CHECK(out.str() == "2,4,6,8,10,");
  };
  check();
  check(options{});
  check(options{.n_jobs = 4});
  std::istringstream in("1 2 3");
  std::vector<int> results(3);
  parallel_map(std::istream_iterator<int>(in), {}, results.begin(), twice);
  CHECK(results == std::vector<int>{2, 4, 6});

  std::istringstream lines("a bc def");
  CHECK(parallel_map(std::ranges::istream_view<std::string>(lines), &std::string::size) ==
        std::vector<std::size_t>{1, 2, 3});
}

TEST_CASE("items are passed to the callable as std::transform passes them", "[api][unit]") {
  std::vector<std::string> words{"a", "bc", "def"};
  const auto append = [](std::string& word) { return word += "!", word.size(); };
  CHECK(parallel_map(words, append) == std::vector<std::size_t>{2, 3, 4});
  CHECK(words == std::vector<std::string>{"a!", "bc!", "def!"});

  const auto steal = [](std::string&& word) { return std::string(std::move(word)); };
  std::vector<std::string> stolen(3);
  parallel_map(std::make_move_iterator(words.begin()),
               std::make_move_iterator(words.end()),
               stolen.begin(),
               steal,
               {.n_jobs = 2});
  CHECK(stolen == std::vector<std::string>{"a!", "bc!", "def!"});
  CHECK(words == std::vector<std::string>(3));

  const std::map<int, int> pairs{{1, 10}, {2, 20}};
  CHECK(parallel_map(pairs, [](const auto& entry) { return entry.first + entry.second; }) ==
        std::vector<int>{11, 22});
}

TEST_CASE("results that are references become values in a vector", "[api][unit]") {
  const std::vector<std::string> words{"a", "bc"};
  const auto itself = [](const std::string& word) -> const std::string& { return word; };
  const auto copies = parallel_map(words, itself);
  STATIC_REQUIRE(std::is_same_v<decltype(copies), const std::vector<std::string>>);
  CHECK(copies == words);
  const char* const texts[] = {"x", "yz"};
  CHECK(parallel_map(texts, [](const char* text) { return std::string_view(text); }) ==
        std::vector<std::string_view>{"x", "yz"});
}

TEST_CASE("each item is passed to the callable exactly once", "[api][unit]") {
  for (const std::size_t length : lengths) {
    for (const options& how : plans()) {
      std::vector<std::atomic<int>> calls(length);
      std::vector<std::size_t> indices(length);
      std::iota(indices.begin(), indices.end(), std::size_t{0});
      const auto count = [&calls](std::size_t i) {
        return calls[i].fetch_add(1, std::memory_order_relaxed);
      };
      parallel_map(indices, count, how);
      CHECK(std::all_of(calls.begin(), calls.end(), [](const auto& n) { return n.load() == 1; }));
    }
  }
}

}  // namespace
