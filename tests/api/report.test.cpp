// What a report and on_progress say about maps of every kind.
#include "tests/support/catch.hpp"
#include "tests/support/stderr_replaced.hpp"

#include <amorsize/amorsize.hpp>

#include <chrono>
#include <cstddef>
#include <iterator>
#include <list>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using amorsize::options;
using amorsize::parallel_map;
using amorsize::progress;
using amorsize::report;
using amorsize_test::ContainsSubstring;

std::vector<int> numbers(std::size_t length) {
  std::vector<int> items(length);
  std::iota(items.begin(), items.end(), 0);
  return items;
}

int itself(int x) {
  return x;
}

/// What holds for every report.
void check_sane(const report& filled) {
  CHECK_FALSE(filled.reason.empty());
  CHECK(filled.n_jobs >= 1);
  CHECK(filled.workers <= std::max<std::size_t>(filled.items, filled.n_jobs));
  CHECK(filled.estimated_speedup > 0.0);
  CHECK(filled.measured_speedup >= 0.0);
  CHECK(filled.elapsed.count() >= 0);
  CHECK(filled.worker_busy.size() <= filled.workers + 1);  // the caller is always listed
  REQUIRE_FALSE(filled.revisions.empty());
  for (const amorsize::revision& each : filled.revisions) {
    CHECK_FALSE(each.reason.empty());
    CHECK(each.n_jobs >= 1);
  }
}

TEST_CASE("a serial map says that it was serial, and why", "[api][unit]") {
  const std::vector<int> items = numbers(1000);
  const std::list<int> linked(items.begin(), items.end());
  const auto check = [](const report& filled, std::size_t length, const char* reason) {
    check_sane(filled);
    CHECK(filled.items == length);
    CHECK(filled.n_jobs == 1);
    CHECK(filled.workers == (length == 0 ? 0 : 1));
    CHECK(filled.chunksize == length);
    CHECK(filled.measured_speedup == 1.0);
    CHECK(filled.estimated_speedup == 1.0);
    CHECK_THAT(filled.reason, ContainsSubstring("serial: "));
    CHECK_THAT(filled.reason, ContainsSubstring(reason));
    CHECK(filled.backend == "none");
  };
  report filled;
  parallel_map(items, itself, {.n_jobs = 1, .report = &filled});
  check(filled, 1000, "one job requested");
  parallel_map(items, itself, {.max_jobs = 1, .report = &filled});
  check(filled, 1000, "one job requested");
  parallel_map(items, [n = 0](int x) mutable { return x + n++; }, {.report = &filled});
  check(filled, 1000, "const F&");
  parallel_map(items, [](int x) { return x > 5; }, {.report = &filled});
  check(filled, 1000, "memory location");
  parallel_map(numbers(1), itself, {.report = &filled});
  check(filled, 1, "one item left");
  parallel_map(numbers(0), itself, {.report = &filled});
  check(filled, 0, "no items");
  parallel_map(std::list<int>{}, itself, {.report = &filled});
  check(filled, 0, "no items");
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
  // With a sanitizer a thousand items last long enough for helpers to be tried.
  parallel_map(linked, itself, {.report = &filled});
  check(filled, 1000, "a stream");
  std::vector<int> results;
  parallel_map(items, std::back_inserter(results), itself, {.report = &filled});
  check(filled, 1000, "a stream");
#endif
}

TEST_CASE("a report says what more would have brought where n_jobs was no choice", "[api][unit]") {
  report filled;
  parallel_map(numbers(1000), itself, {.max_jobs = 1, .report = &filled});
  REQUIRE(filled.alternatives.size() >= 2);
  CHECK(filled.alternatives[0].n_jobs == 1);
  CHECK(filled.alternatives[0].estimated_speedup == Approx(1.0));
  CHECK(filled.alternatives[1].n_jobs == 2);
  CHECK(filled.longest_chunk.count() > 0);
  CHECK(filled.longest_chunk_items <= 1000);
}

TEST_CASE("a report says that the callable waits", "[api][unit]") {
  const auto wait = [](int x) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return x;
  };
  report filled;
  parallel_map(numbers(30), wait, {.n_jobs = 1, .report = &filled});
  REQUIRE(filled.warnings.size() == 1);
  CHECK_THAT(filled.warnings[0], ContainsSubstring("the callable waits"));
}

TEST_CASE("n_jobs that cannot be had is answered with a warning", "[api][unit]") {
  const std::vector<int> items = numbers(100);
  const std::list<int> linked(items.begin(), items.end());
  report filled;
  parallel_map(
      linked, [n = 0](int x) mutable { return x + n++; }, {.n_jobs = 4, .report = &filled});
  CHECK(filled.n_jobs == 1);
  REQUIRE(filled.warnings.size() == 1);
  CHECK_THAT(filled.warnings[0], ContainsSubstring("n_jobs"));
  parallel_map(items, [n = 0](int x) mutable { return x + n++; }, {.n_jobs = 4, .report = &filled});
  CHECK(filled.n_jobs == 1);
  CHECK_FALSE(filled.warnings.empty());
}

TEST_CASE("a fixed plan is reported as it was asked for", "[api][unit]") {
  report filled;
  parallel_map(numbers(10'000), itself, {.n_jobs = 2, .chunksize = 100, .report = &filled});
  check_sane(filled);
  CHECK(filled.n_jobs == 2);
  CHECK(filled.chunksize == 100);
  CHECK(filled.items == 10'000);
  CHECK_THAT(filled.reason, ContainsSubstring("n_jobs was set"));
}

TEST_CASE("a report is filled also when the map fails", "[api][unit][negative]") {
  const std::vector<int> items = numbers(1000);
  const std::list<int> linked(items.begin(), items.end());
  const auto fail_at_17 = [](int x) -> int {
    if (x == 17) {
      throw std::runtime_error("seventeen");
    }
    return x;
  };
  report filled;
  CHECK_THROWS(parallel_map(items, fail_at_17, {.n_jobs = 1, .report = &filled}));
  check_sane(filled);
  CHECK(filled.items == 18);
  filled = {};
  CHECK_THROWS(parallel_map(items, fail_at_17, {.n_jobs = 2, .report = &filled}));
  check_sane(filled);
  CHECK(filled.items >= 18);
  filled = {};
  CHECK_THROWS(parallel_map(linked, fail_at_17, {.report = &filled}));
  check_sane(filled);
  CHECK(filled.items == 18);
}

TEST_CASE("a report forgets the map before", "[api][unit]") {
  report filled;
  const std::list<int> linked{1, 2, 3};
  parallel_map(linked, itself, {.n_jobs = 4, .report = &filled, .label = "first"});
  CHECK(filled.label == "first");
  parallel_map(numbers(5), itself, {.report = &filled});
  CHECK(filled.label.empty());
  CHECK(filled.warnings.empty());
  CHECK(filled.items == 5);
}

TEST_CASE("a report prints, and is valid JSON in outline", "[api][unit]") {
  report filled;
  parallel_map(numbers(5), itself, {.report = &filled, .label = "five numbers"});
  std::ostringstream text;
  text << filled;
  CHECK_THAT(text.str(), ContainsSubstring("five numbers"));
  CHECK_THAT(text.str(), ContainsSubstring(filled.reason));
  const std::string json = amorsize::to_json(filled);
  CHECK(json.front() == '{');
  CHECK_THAT(json, ContainsSubstring("\"label\":"));
  std::ostringstream page;
  amorsize::write_page(page, filled);
  CHECK_THAT(page.str(), ContainsSubstring("five numbers"));
}

TEST_CASE("progress is told once at the end of a short map", "[api][unit]") {
  const std::vector<int> items = numbers(1000);
  const std::list<int> linked(items.begin(), items.end());
  std::vector<progress> seen;
  const std::thread::id caller = std::this_thread::get_id();
  const options how{.on_progress = [&](const progress& now) {
    CHECK(std::this_thread::get_id() == caller);
    seen.push_back(now);
  }};
  const auto check = [&](std::size_t total) {
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].items_done == 1000);
    CHECK(seen[0].items_total == total);
    CHECK(seen[0].eta.count() == 0);
    CHECK(seen[0].n_jobs >= 1);
    seen.clear();
  };
  parallel_map(items, itself, how);
  check(1000);
  parallel_map(linked, itself, how);
  check(0);
  for (const int x : linked | amorsize::views::parallel_map(itself, how)) {
    static_cast<void>(x);
  }
  check(0);
}

TEST_CASE("progress of a long stream is told now and then, and grows", "[api][unit]") {
  // Twelve items of at least a quarter of the interval: at least one call before the last.
  std::vector<progress> seen;
  const std::list<int> linked(12, 1);
  parallel_map(linked,
               [](int x) {
                 const auto until =
                     std::chrono::steady_clock::now() + std::chrono::milliseconds(25);
                 while (std::chrono::steady_clock::now() < until) {
                 }
                 return x;
               },
               {.on_progress = [&](const progress& now) { seen.push_back(now); }});
  REQUIRE(seen.size() >= 2);
  const auto intervals = seen.back().elapsed / std::chrono::milliseconds(100);
  CHECK(static_cast<long>(seen.size()) <= static_cast<long>(intervals) + 1);
  for (std::size_t i = 1; i < seen.size(); ++i) {
    CHECK(seen[i - 1].items_done < seen[i].items_done);
    CHECK(seen[i - 1].elapsed <= seen[i].elapsed);
  }
  CHECK(seen.back().items_done == 12);
}

TEST_CASE("a map that fails, is stopped or has no known end leaves no half bar behind",
          "[api][unit]") {
  static constexpr std::chrono::milliseconds each_item{40};
  const auto slow_until = [](int last) {
    return [last](int x) {
      std::this_thread::sleep_for(each_item);
      if (x == last) {
        throw std::runtime_error("no");
      }
      return x;
    };
  };
  const amorsize_tests::stderr_replaced terminal(60);
  REQUIRE(terminal.usable());
  const std::string cleared = "\r" + std::string(59, ' ') + "\r";
  // Six items take longer than the interval: the bar has been drawn when the last one fails.
  CHECK_THROWS(parallel_map(
      numbers(8), slow_until(5), {.n_jobs = 1, .on_progress = amorsize::progress_bar("failing")}));
  const std::string failed = terminal.written();
  CHECK_THAT(failed, ContainsSubstring("failing"));
  CHECK_THAT(failed, ContainsSubstring(" %"));
  CHECK(failed.ends_with(cleared));
  // A list has a length that nobody counts: no percentage.
  const std::list<int> linked{1, 2, 3, 4};
  parallel_map(linked, slow_until(-1), {.on_progress = amorsize::progress_bar("listing")});
  const std::string listed = terminal.written();
  CHECK_THAT(listed, ContainsSubstring("listing  4 items"));
  CHECK(listed.find('%') == std::string::npos);
}

TEST_CASE("what on_progress throws leaves the map, and the report is filled",
          "[api][unit][negative]") {
  const std::vector<int> items = numbers(100);
  const std::list<int> linked(items.begin(), items.end());
  report filled;
  const options how{.report = &filled, .on_progress = [](const progress&) { throw 7; }};
  CHECK_THROWS_AS(parallel_map(items, itself, how), int);
  CHECK(filled.items == 100);
  filled = {};
  CHECK_THROWS_AS(parallel_map(linked, itself, how), int);
  CHECK(filled.items == 100);
}

TEST_CASE("members of all values are zero until they are filled", "[api][unit]") {
  CHECK(report{}.items == 0);
  CHECK(report{}.estimated_speedup == 0.0);
  CHECK(amorsize::plan{}.n_jobs == 0);
  CHECK(progress{}.items_done == 0);
  CHECK(amorsize::revision{}.when.count() == 0);
}

}  // namespace
