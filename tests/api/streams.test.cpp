// Streams that are handed over: n_jobs is set, so that batches and helpers are in play from the
// first item. Results, order, errors, look-ahead and memory must be those the plain loop has, or
// the documents promise.
#include "tests/api/awkward_iterators.hpp"
#include "tests/api/awkward_values.hpp"
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <deque>
#include <forward_list>
#include <functional>
#include <iterator>
#include <latch>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <sstream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

namespace views = amorsize::views;
using amorsize::options;
using amorsize::parallel_map;
using amorsize::report;
using amorsize_test::move_only;
using amorsize_test::once;

std::vector<int> numbers(std::size_t length) {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 0);
  return items;
}

int square(int x) {
  return static_cast<int>(static_cast<unsigned>(x) * static_cast<unsigned>(x));
}

std::vector<int> squares(std::size_t length) {
  std::vector<int> results = numbers(length);
  std::transform(results.begin(), results.end(), results.begin(), square);
  return results;
}

/// Everything a stream may be asked for.
std::vector<options> some_options() {
  std::vector<options> all{{}};
  for (const std::size_t n_jobs : {1U, 2U, 4U}) {
    for (const std::size_t chunksize : {0U, 1U, 3U, 64U, 5000U}) {
      all.push_back({.n_jobs = n_jobs, .chunksize = chunksize});
    }
  }
  return all;
}

template <class Range>
auto collected(Range&& range) {
  std::vector<std::ranges::range_value_t<Range>> results;
  for (auto&& each : range) {
    results.push_back(std::forward<decltype(each)>(each));
  }
  return results;
}

TEST_CASE("every category of source and output gives what the plain loop gives", "[api][unit]") {
  for (const std::size_t length : {0U, 1U, 2U, 7U, 1000U, 20'000U}) {
    const std::vector<int> items = numbers(length);
    const std::vector<int> expected = squares(length);
    const std::list<int> linked(items.begin(), items.end());
    const std::forward_list<int> forward(items.begin(), items.end());
    const std::set<int> ordered(items.begin(), items.end());
    std::string text;
    for (const int x : items) {
      text += std::to_string(x) + ' ';
    }
    for (const options& how : some_options()) {
      CAPTURE(length, how.n_jobs, how.chunksize);
      CHECK(parallel_map(linked, square, how) == expected);
      CHECK(parallel_map(forward, square, how) == expected);
      CHECK(parallel_map(ordered, square, how) == expected);
      std::istringstream stream(text);
      std::vector<int> results;
      parallel_map(
          std::istream_iterator<int>(stream), {}, std::back_inserter(results), square, how);
      CHECK(results == expected);
      std::list<int> inserted;
      parallel_map(items, std::inserter(inserted, inserted.end()), square, how);
      CHECK(std::equal(inserted.begin(), inserted.end(), expected.begin(), expected.end()));
      std::list<int> there(length);
      CHECK(parallel_map(items.begin(), items.end(), there.begin(), square, how) == there.end());
      CHECK(std::equal(there.begin(), there.end(), expected.begin(), expected.end()));
      std::vector<int> sums;
      parallel_map(linked.begin(),
                   linked.end(),
                   items.begin(),
                   std::back_inserter(sums),
                   std::plus<>{},
                   how);
      CHECK(sums.size() == length);
      CHECK((length == 0 || sums.back() == 2 * items.back()));
      CHECK(collected(items | views::parallel_map(square, how)) == expected);
      CHECK(collected(linked | views::parallel_map(square, how)) == expected);
      CHECK(collected(once<int>(items) | views::parallel_map(square, how)) == expected);
      std::istringstream again(text);
      CHECK(collected(std::ranges::istream_view<int>(again) | views::parallel_map(square, how)) ==
            expected);
      std::ostringstream out;
      parallel_map(
          linked, std::ostream_iterator<int>(out, " "), [](int x) { return x; }, how);
      CHECK(out.str() == text);
    }
  }
}

TEST_CASE("awkward items and results go through batches", "[api][unit]") {
  const std::vector<int> items = numbers(500);
  const std::list<int> linked(items.begin(), items.end());
  for (const options& how : some_options()) {
    CAPTURE(how.n_jobs, how.chunksize);
    std::vector<move_only> boxes;
    for (const int x : items) {
      boxes.emplace_back(x);
    }
    const auto open = [](move_only&& box) { return move_only(std::move(box)).value(); };
    CHECK(collected(once<move_only>(std::move(boxes)) | views::parallel_map(open, how)) == items);
    const auto wrap = [](int x) { return std::make_unique<int>(x); };
    int at = 0;
    for (auto&& box : linked | views::parallel_map(wrap, how)) {
      const std::unique_ptr<int> mine = std::forward<decltype(box)>(box);
      CHECK(*mine == at++);
    }
    std::vector<std::unique_ptr<int>> kept;
    parallel_map(linked, std::back_inserter(kept), wrap, how);
    CHECK(kept.size() == 500);
    CHECK(*kept.back() == 499);
    // References to elements of a multi-pass source are the elements.
    std::list<int> changed(items.begin(), items.end());
    std::vector<int*> where;
    parallel_map(
        changed, std::back_inserter(where), [](int& x) { return ++x, &x; }, how);
    CHECK(changed.front() == 1);
    CHECK(changed.back() == 500);
    CHECK(where.front() == &changed.front());
    // Results may refer to items until they are delivered.
    std::istringstream words("one two three four five six seven eight nine ten");
    std::string joined;
    for (const std::string_view word :
         std::ranges::istream_view<std::string>(words) |
             views::parallel_map([](const std::string& w) { return std::string_view(w); }, how)) {
      joined += word;
    }
    CHECK(joined == "onetwothreefourfivesixseveneightnineten");
    // Proxies, single-pass items and callables that accept references only: inline.
    std::vector<bool> bits(100, true);
    std::vector<int> seen;
    parallel_map(
        bits, std::back_inserter(seen), [](bool b) { return b ? 1 : 0; }, how);
    CHECK(seen == std::vector<int>(100, 1));
    parallel_map(
        bits.begin(),
        bits.end(),
        std::back_inserter(seen),
        [](std::vector<bool>::reference b) { return b = false, 2; },
        how);
    CHECK(seen.back() == 2);
    CHECK(std::count(bits.begin(), bits.end(), true) == 0);
  }
}

TEST_CASE("a stream says what cannot be handed over", "[api][unit]") {
  report filled;
  const auto expect = [&](const char* reason) {
    CHECK(filled.n_jobs == 1);
    CHECK(filled.reason.find(reason) != std::string::npos);
    CHECK(filled.items == 100);
    CHECK(filled.warnings.size() == 1);
  };
  const options how{.n_jobs = 2, .report = &filled};
  std::vector<int> seen;
  std::vector<bool> bits(100, true);
  parallel_map(
      bits, std::back_inserter(seen), [](bool b) { return b ? 1 : 0; }, how);
  expect("cannot be stored");
  const std::list<int> linked(100, 1);
  parallel_map(
      linked, [n = 0](int x) mutable { return x + n++; }, how);
  expect("const F&");
  for (const int x : linked | views::parallel_map([n = 0](int i) mutable { return n += i; }, how)) {
    static_cast<void>(x);
  }
  expect("const F&");
}

TEST_CASE("a fixed stream is reported as it was asked for", "[api][unit]") {
  report filled;
  const std::list<int> linked(1000, 1);
  parallel_map(linked, square, {.n_jobs = 3, .chunksize = 10, .report = &filled, .label = "s"});
  CHECK(filled.items == 1000);
  CHECK(filled.n_jobs == 3);
  CHECK(filled.chunksize == 10);
  CHECK(filled.workers >= 1);
  CHECK(filled.workers <= 3);
  CHECK(filled.label == "s");
  CHECK(filled.reason.find("n_jobs was set") != std::string::npos);
  CHECK(filled.backend != "none");
  CHECK_FALSE(filled.revisions.empty());
}

TEST_CASE("the callable runs on helpers, source and output on the calling thread alone",
          "[api][stress]") {
  const std::thread::id caller = std::this_thread::get_id();
  std::latch both(2);
  std::atomic<int> met{0};
  const auto meet = [&](int x) {
    if (met.fetch_add(1) < 2) {
      both.arrive_and_wait();  // two items at the same time, or this test never ends
    }
    return x;
  };
  auto source = std::views::iota(0, 100) | std::views::transform([&](int x) {
                  CHECK(std::this_thread::get_id() == caller);
                  return x;
                });
  std::vector<int> out;
  for (const int x : source | views::parallel_map(meet, {.n_jobs = 2, .chunksize = 1})) {
    out.push_back(x);
  }
  CHECK(out == numbers(100));
}

TEST_CASE("look-ahead is at most n_jobs x 128 x chunksize items", "[api][stress]") {
  // The first item waits until the source has been read as far as it is going to be.
  for (const std::size_t chunksize : {1U, 3U}) {
    constexpr std::size_t n_jobs = 2;
    const std::size_t most = n_jobs * 128 * chunksize;
    std::atomic<std::size_t> pulled{0};
    std::size_t delivered = 0;
    auto source = std::views::iota(0, 5000) | std::views::transform([&](int x) {
                    ++pulled;
                    return x;
                  });
    const std::thread::id caller = std::this_thread::get_id();
    // If the caller takes item 0 itself, nothing is proven in that run but the bound.
    const auto wait_first = [&](int x) {
      while (x == 0 && std::this_thread::get_id() != caller && pulled.load() < most) {
        std::this_thread::yield();
      }
      return x;
    };
    for (const int x :
         source | views::parallel_map(wait_first, {.n_jobs = n_jobs, .chunksize = chunksize})) {
      static_cast<void>(x);
      CHECK(pulled.load() <= delivered + most);
      ++delivered;
    }
    CHECK(delivered == 5000);
    CHECK(pulled.load() == 5000);
  }
}

TEST_CASE("completion order delivers everything once, past a laggard", "[api][stress]") {
  std::atomic<int> done{0};
  const std::thread::id caller = std::this_thread::get_id();
  const auto wait_first = [&](int x) {
    // Item 0 is finished after forty others, if another thread has it.
    while (x == 0 && std::this_thread::get_id() != caller && done.load() < 40) {
      std::this_thread::yield();
    }
    ++done;
    return x;
  };
  const std::list<int> linked = [] {
    const std::vector<int> items = numbers(1000);
    return std::list<int>(items.begin(), items.end());
  }();
  std::vector<int> results;
  parallel_map(linked,
               std::back_inserter(results),
               wait_first,
               {.n_jobs = 2, .chunksize = 1, .results = amorsize::order::completion});
  std::sort(results.begin(), results.end());
  CHECK(results == numbers(1000));
}

TEST_CASE("an endless source ends with the loop", "[api][unit]") {
  for (const options& how : some_options()) {
    std::size_t seen = 0;
    for (const int x : std::views::iota(0) | views::parallel_map(square, how)) {
      CHECK(x == square(static_cast<int>(seen)));
      if (++seen == 1000) {
        break;
      }
    }
    CHECK(collected(std::views::iota(0) | views::parallel_map(square, how) |
                    std::views::take(50)) == squares(50));
  }
}

TEST_CASE("streams nest in streams and in maps", "[api][stress]") {
  const std::vector<int> outer = numbers(20);
  const auto inner = [](int x) {
    const std::list<int> linked(100, x);
    const std::vector<int> results = parallel_map(linked, square, {.n_jobs = 2});
    return std::accumulate(results.begin(), results.end(), 0);
  };
  const std::list<int> linked(outer.begin(), outer.end());
  std::vector<int> expected;
  for (const int x : outer) {
    expected.push_back(100 * x * x);
  }
  CHECK(parallel_map(linked, inner, {.n_jobs = 2}) == expected);
  CHECK(parallel_map(outer, inner, {.n_jobs = 2}) == expected);
  CHECK(collected(outer | views::parallel_map(inner, {.n_jobs = 2})) == expected);
  // One stream feeds the other, both on this thread.
  CHECK(collected(outer | views::parallel_map(square, {.n_jobs = 2}) |
                  views::parallel_map(square, {.n_jobs = 2}))
            .size() == 20);
}

TEST_CASE("iterators and views in mid-stream can be moved, left and outlived", "[api][unit]") {
  for (const options& how : some_options()) {
    const std::vector<int> items = numbers(300);
    auto results = items | views::parallel_map(square, how);
    auto it = results.begin();
    ++it;
    auto moved = std::move(it);
    CHECK(*moved == 1);
    ++moved;
    CHECK(*moved == 4);
    moved = results.begin();  // begins again
    CHECK(*moved == 0);
    auto copy = results;
    CHECK(collected(copy) == squares(300));
    auto elsewhere = std::move(results);
    CHECK(collected(elsewhere) == squares(300));
    std::optional<decltype(elsewhere.begin())> outlives;
    {
      auto shorter = items | views::parallel_map(square, how);
      outlives.emplace(shorter.begin());
      ++*outlives;
    }
  }
}

TEST_CASE("progress of a stream that is handed over ends with all items", "[api][unit]") {
  std::vector<amorsize::progress> seen;
  const std::list<int> linked(1000, 1);
  parallel_map(linked, square, {.n_jobs = 2, .on_progress = [&](const amorsize::progress& p) {
                                  seen.push_back(p);
                                }});
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.back().items_done == 1000);
  CHECK(seen.back().items_total == 0);
}

}  // namespace
