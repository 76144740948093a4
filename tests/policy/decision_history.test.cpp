#include "runtime/policy/decision_history.hpp"
#include "tests/support/catch.hpp"

using namespace amorsize::policy;

TEST_CASE("a history keeps the first and the newest decisions in order", "[policy][property]") {
  for (std::size_t total = 1; total < 3 * decision_history::capacity; ++total) {
    decision_history history;
    for (std::size_t i = 0; i < total; ++i) {
      decision made;
      made.n_jobs = i + 1;
      history.record(nanoseconds{static_cast<double>(i)}, made);
    }
    REQUIRE(history.size() == std::min(total, decision_history::capacity));
    REQUIRE(history.dropped() == total - history.size());
    REQUIRE(history.at(0).what.n_jobs == 1);
    REQUIRE(history.newest().what.n_jobs == total);
    for (std::size_t i = 1; i < history.size(); ++i) {
      REQUIRE(history.at(i).what.n_jobs == total - history.size() + i + 1);
    }
  }
}
