// views::parallel_map when something goes wrong, and what its report says.
#include "tests/api/awkward_iterators.hpp"
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <atomic>
#include <cstddef>
#include <list>
#include <numeric>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <stop_token>
#include <vector>

namespace {

namespace views = amorsize::views;
using amorsize::options;
using amorsize::report;

struct failure {
  int at;
};

std::vector<int> numbers(std::size_t length) {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 0);
  return items;
}

constexpr std::size_t length = 20;

TEST_CASE("a throw at any index comes after all results before it", "[api][unit][negative]") {
  for (std::size_t fatal = 0; fatal < length; ++fatal) {
    for (const bool with_options : {false, true}) {
      report filled;
      std::atomic<std::size_t> calls{0};  // by helpers too, where a sanitizer makes items dear
      const auto fail = [&](int x) {
        ++calls;
        if (x == static_cast<int>(fatal)) {
          throw failure{x};
        }
        return x;
      };
      std::vector<int> delivered;
      const auto run = [&](auto&& results) {
        try {
          for (const int result : results) {
            delivered.push_back(result);
          }
          FAIL("nothing was thrown");
        } catch (const failure& seen) {
          CHECK(seen.at == static_cast<int>(fatal));
        }
        if (with_options) {
          CHECK(filled.items == fatal + 1);  // while the view lives
        }
      };
      if (with_options) {
        run(numbers(length) | views::parallel_map(fail, {.n_jobs = 1, .report = &filled}));
      } else {
        run(numbers(length) | views::parallel_map(fail));
      }
      CHECK(delivered == numbers(fatal));
      CHECK((with_options ? calls == fatal + 1 : calls > fatal));
    }
  }
}

TEST_CASE("what the source throws leaves begin or ++", "[api][unit][negative]") {
  for (int fatal = 0; fatal < static_cast<int>(length); ++fatal) {
    report filled;
    auto source =
        std::views::iota(0, static_cast<int>(length)) |
        std::views::transform([fatal](int x) { return x == fatal ? throw failure{x} : x; });
    auto results = source | views::parallel_map([](int x) { return x; }, {.report = &filled});
    std::vector<int> delivered;
    CHECK_THROWS_AS(
        [&] {
          for (const int result : results) {
            delivered.push_back(result);
          }
        }(),
        failure);
    CHECK(delivered == numbers(static_cast<std::size_t>(fatal)));
    CHECK_FALSE(filled.reason.empty());
  }
}

TEST_CASE("an iterator that threw is at its end", "[api][unit][negative]") {
  auto results =
      numbers(3) | views::parallel_map([](int x) { return x == 1 ? throw failure{x} : x; });
  auto it = results.begin();
  CHECK_THROWS_AS(++it, failure);
  CHECK(it == results.end());
}

TEST_CASE("a stop before the first item calls nothing", "[api][unit]") {
  std::stop_source stop;
  stop.request_stop();
  report filled;
  const auto never = [](int) {
    FAIL("called");
    return 0;
  };
  auto results =
      numbers(3) | views::parallel_map(never, {.stop = stop.get_token(), .report = &filled});
  try {
    static_cast<void>(results.begin());
    FAIL("not cancelled");
  } catch (const amorsize::cancelled& stopped) {
    CHECK(stopped.completed() == 0);
  }
  CHECK_FALSE(filled.reason.empty());
  CHECK(filled.items == 0);
}

TEST_CASE("a stop counts the results that were delivered", "[api][unit]") {
  for (std::size_t at = 0; at + 1 < length; ++at) {
    std::stop_source stop;
    std::size_t delivered = 0;
    std::size_t completed = length;
    auto results =
        numbers(length) | views::parallel_map([](int x) { return x; }, {.stop = stop.get_token()});
    try {
      for (const int result : results) {
        ++delivered;
        if (static_cast<std::size_t>(result) == at) {
          stop.request_stop();
        }
      }
      FAIL("not cancelled");
    } catch (const amorsize::cancelled& stopped) {
      completed = stopped.completed();
    }
    CHECK(completed == at + 1);
    CHECK(delivered == at + 1);
  }
}

TEST_CASE("a stop after the last item of a view is ignored", "[api][unit]") {
  std::stop_source stop;
  std::size_t delivered = 0;
  for (const int result :
       numbers(3) | views::parallel_map([](int x) { return x; }, {.stop = stop.get_token()})) {
    ++delivered;
    if (result == 2) {
      stop.request_stop();
    }
  }
  CHECK(delivered == 3);
}

TEST_CASE("the report is filled at the end, or when the view goes", "[api][unit]") {
  report filled;
  {
    auto results =
        numbers(10) | views::parallel_map([](int x) { return x; },
                                          {.max_jobs = 1, .report = &filled, .label = "view"});
    auto it = results.begin();
    CHECK(filled.items == 0);
    for (int i = 0; i < 9; ++i) {
      ++it;
    }
    CHECK(filled.items == 0);
    ++it;
    CHECK(it == results.end());
    CHECK(filled.items == 10);
    CHECK(filled.n_jobs == 1);
    CHECK(filled.label == "view");
    CHECK(filled.measured_speedup == 1.0);
    REQUIRE(filled.revisions.size() == 1);
    filled = {};
  }
  CHECK(filled.items == 0);  // once is enough
  {
    auto results = numbers(10) | views::parallel_map([](int x) { return x; }, {.report = &filled});
    auto it = results.begin();
    ++it;
  }
  CHECK(filled.items == 2);
  filled = {};
  {
    auto never_begun =
        numbers(10) | views::parallel_map([](int x) { return x; }, {.report = &filled});
  }
  CHECK(filled.reason.empty());
}

TEST_CASE("options are copied into the view", "[api][unit]") {
  report filled;
  const auto make = [&filled](const std::vector<int>& items) {
    const options how{.report = &filled};
    return items | views::parallel_map([](int x) { return x; }, how);
  };
  const std::vector<int> items = numbers(5);
  auto results = make(items);
  for (const int result : results) {
    static_cast<void>(result);
  }
  CHECK(filled.items == 5);
}

TEST_CASE("what on_progress throws leaves the iteration", "[api][unit][negative]") {
  report filled;
  auto results =
      numbers(5) | views::parallel_map([](int x) { return x; },
                                       {.report = &filled,
                                        .on_progress = [](const amorsize::progress&) { throw 7; }});
  int delivered = 0;
  CHECK_THROWS_AS(
      [&] {
        for (const int result : results) {
          static_cast<void>(result);
          ++delivered;
        }
      }(),
      int);
  CHECK(delivered == 5);
  CHECK(filled.items == 5);
}

TEST_CASE("no result outlives its view, and none is destroyed twice", "[api][unit]") {
  static int alive = 0;
  struct counted {
    explicit counted(int x) : value(x) { ++alive; }
    counted(counted&& other) noexcept : value(other.value) { ++alive; }
    ~counted() { --alive; }
    int value;
  };
  for (std::size_t stop = 0; stop <= 4; ++stop) {
    std::size_t seen = 0;
    for (auto&& result : numbers(4) | views::parallel_map([](int x) { return counted(x); })) {
      CHECK(result.value == static_cast<int>(seen));
      CHECK(alive == 1);
      if (seen++ == stop) {
        break;
      }
    }
    CHECK(alive == 0);
  }
}

}  // namespace
