// What is asked of maps on machines that are not what they seem, or do not stay as they were.
// The whole table, to 1,024 workers, is drawn by tests/simulate.sh --scenarios.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/scenario.hpp"

#include <cstddef>
#include <cstdint>

namespace amorsize_tests {
namespace {

void expect_as_asked(std::size_t workers, std::uint64_t seeds) {
  for (const scenario_kind& kind : all_scenarios()) {
    const scenario what = kind.make(workers);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const scenario_outcome outcome = run(what, seed);
      CAPTURE(kind.name, workers, seed, outcome.seen.report.reason);
      CHECK(outcome.ratio() <= (kind.is_faulty ? most_with_faults : most_without_faults));
      CHECK(outcome.seen.report.items == what.costs.items());
    }
  }
}

}  // namespace

TEST_CASE("2 workers stay near the lower bound in every scenario", "[simulation][property]") {
  expect_as_asked(2, 5);
}

TEST_CASE("8 workers stay near the lower bound in every scenario", "[simulation][property]") {
  expect_as_asked(8, 3);
}

TEST_CASE("64 workers stay near the lower bound in every scenario", "[simulation][property]") {
  expect_as_asked(64, 1);
}

TEST_CASE("1,024 workers stay near the lower bound in every scenario",
          "[.slow][simulation][property]") {
  expect_as_asked(1'024, 1);
}

TEST_CASE("the earliest end follows the supply", "[simulation][unit]") {
  const nanoseconds one{1.0};
  CHECK(earliest_end(8.0 * one, {{0.0 * one, 4.0}}) == 2.0 * one);
  CHECK(earliest_end(8.0 * one, {{0.0 * one, 4.0}, {1.0 * one, 1.0}}) == 5.0 * one);
  CHECK(earliest_end(8.0 * one, {{0.0 * one, 0.0}, {1.0 * one, 2.0}, {3.0 * one, 4.0}}) ==
        4.0 * one);
}

}  // namespace amorsize_tests
