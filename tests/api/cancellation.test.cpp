// Stopping: nothing before the first item, a complete prefix after it.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <atomic>
#include <cstddef>
#include <iterator>
#include <list>
#include <numeric>
#include <stop_token>
#include <vector>

namespace {

using amorsize::cancelled;
using amorsize::options;
using amorsize::parallel_map;

constexpr int untouched = -1;
constexpr std::size_t some_jobs[] = {0, 1, 2};

std::vector<int> numbers(std::size_t length) {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 0);
  return items;
}

/// Leading results that are there.
template <class Results>
std::size_t prefix_of(const Results& results) {
  std::size_t length = 0;
  for (const int value : results) {
    if (value != static_cast<int>(length)) {
      break;
    }
    ++length;
  }
  return length;
}

TEST_CASE("a stop requested before the call runs nothing", "[api][unit]") {
  std::stop_source source;
  source.request_stop();
  const auto never = [](int) -> int {
    FAIL("called");
    return 0;
  };
  const std::vector<int> items = numbers(100);
  const std::list<int> linked(items.begin(), items.end());
  std::vector<int> results(100);
  const auto check = [&](auto map) {
    for (const std::size_t n_jobs : some_jobs) {
      amorsize::report report;
      report.items = 99;
      try {
        map(options{.n_jobs = n_jobs, .stop = source.get_token(), .report = &report});
        FAIL("not cancelled");
      } catch (const cancelled& stopped) {
        CHECK(stopped.completed() == 0);
      }
      CHECK(report.items == 0);
    }
  };
  check([&](const options& how) { parallel_map(items, results.begin(), never, how); });
  check([&](const options& how) { parallel_map(items, never, how); });
  check([&](const options& how) { parallel_map(linked, results.begin(), never, how); });
  check([&](const options& how) { parallel_map(items, std::back_inserter(results), never, how); });
  check([&](const options& how) {
    parallel_map(
        items.begin(),
        items.end(),
        items.begin(),
        results.begin(),
        [&](int a, int) { return never(a); },
        how);
  });
}

TEST_CASE("a stop from inside the callable leaves a complete prefix", "[api][unit]") {
  constexpr std::size_t lengths[] = {1, 2, 10, 1000, 20'000};
  for (const std::size_t length : lengths) {
    const std::vector<int> items = numbers(length);
    for (const std::size_t at : {std::size_t{0}, length / 2, length - 1}) {
      for (const options& plan : {options{},
                                  options{.n_jobs = 1},
                                  options{.n_jobs = 2},
                                  options{.n_jobs = 4, .chunksize = 1},
                                  options{.chunksize = 100}}) {
        std::stop_source source;
        options how = plan;
        how.stop = source.get_token();
        std::vector<int> results(length, untouched);
        std::atomic<std::size_t> calls{0};
        bool was_cancelled = false;
        try {
          parallel_map(
              items,
              results.begin(),
              [&](int x) {
                calls.fetch_add(1, std::memory_order_relaxed);
                if (static_cast<std::size_t>(x) == at) {
                  source.request_stop();
                }
                return x;
              },
              how);
        } catch (const cancelled& stopped) {
          was_cancelled = true;
          CHECK(stopped.completed() < length);
          CHECK(stopped.completed() <= prefix_of(results));
          CHECK(stopped.completed() <= calls.load());
        }
        if (!was_cancelled) {
          CHECK(calls.load() == length);
          CHECK(prefix_of(results) == length);
        }
        for (std::size_t i = 0; i < length; ++i) {
          const bool is_whole = results[i] == untouched || results[i] == static_cast<int>(i);
          REQUIRE(is_whole);
        }
        if (how.n_jobs == 1) {
          CHECK(was_cancelled == (at + 1 < length));
          CHECK(prefix_of(results) == at + 1);
        }
      }
    }
  }
}

TEST_CASE("a stop in a stream ends it after the current item", "[api][unit]") {
  const std::vector<int> items = numbers(1000);
  const std::list<int> linked(items.begin(), items.end());
  constexpr std::size_t places[] = {0, 1, 500, 998};
  for (const std::size_t at : places) {
    std::stop_source source;
    amorsize::report report;
    std::vector<int> results;
    std::size_t completed = 0;
    try {
      parallel_map(linked,
                   std::back_inserter(results),
                   [&](int x) {
                     if (static_cast<std::size_t>(x) == at) {
                       source.request_stop();
                     }
                     return x;
                   },
                   {.n_jobs = 1, .stop = source.get_token(), .report = &report});
      FAIL("not cancelled");
    } catch (const cancelled& stopped) {
      completed = stopped.completed();
    }
    CHECK(completed == at + 1);
    CHECK(results.size() == at + 1);
    CHECK(report.items == at + 1);
  }
}

TEST_CASE("a stop after the last item is ignored", "[api][unit]") {
  const std::vector<int> items = numbers(100);
  const std::list<int> linked(items.begin(), items.end());
  std::stop_source source;
  const auto stop_at_the_last = [&source](int x) {
    if (x == 99) {
      source.request_stop();
    }
    return x;
  };
  CHECK(parallel_map(items, stop_at_the_last, {.n_jobs = 1, .stop = source.get_token()}) == items);
  source = std::stop_source{};
  CHECK(parallel_map(linked, stop_at_the_last, {.max_jobs = 1, .stop = source.get_token()}) ==
        items);
}

TEST_CASE("a token that never stops changes nothing", "[api][unit]") {
  std::stop_source source;
  const std::vector<int> items = numbers(5000);
  for (const std::size_t n_jobs : some_jobs) {
    CHECK(parallel_map(items,
                       [](int x) { return x; },
                       {.n_jobs = n_jobs, .stop = source.get_token()}) == items);
  }
}

TEST_CASE("the exception names how many results are valid", "[api][unit]") {
  const cancelled stopped(1);
  CHECK(stopped.completed() == 1);
  CHECK_THAT(stopped.what(), amorsize_test::ContainsSubstring("1 item"));
}

}  // namespace
