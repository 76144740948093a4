// Streams that fail, are stopped or left, at every index and from every place: what the plain loop
// would have delivered has been delivered, exactly once, and nothing is left alive.
#include "tests/api/accident_streams.hpp"
#include "tests/support/catch.hpp"

#include <cstddef>

namespace {

using namespace amorsize_test;  // NOLINT(google-build-using-namespace): what this test is about

void check(const program& run) {
  CAPTURE(run.length,
          static_cast<int>(run.where),
          run.at,
          static_cast<int>(run.second),
          run.second_at,
          run.n_jobs,
          run.chunksize);
  const outcome expected = expected_of(run);
  REQUIRE(run_view(run) == expected);
  REQUIRE(counted::alive == 0);
  if (run.where != place::leaving && run.second != place::leaving) {
    REQUIRE(run_iterators(run) == expected);
    REQUIRE(counted::alive == 0);
  }
}

TEST_CASE("a stream that ends early, anywhere and in any way, ends as the plain loop does",
          "[api][stress][negative]") {
  for (const std::size_t n_jobs : {1U, 2U, 3U}) {
    for (const std::size_t chunksize : {0U, 1U, 4U, 100U}) {
      for (const place where : {place::source,
                                place::step,
                                place::callable,
                                place::sink,
                                place::leaving,
                                place::stop}) {
        for (std::size_t at = 0; at < 24; ++at) {
          check({.length = 24, .where = where, .at = at, .n_jobs = n_jobs, .chunksize = chunksize});
        }
      }
    }
  }
}

TEST_CASE("what copying an item into a batch throws comes after the results before it",
          "[api][stress][negative]") {
  for (std::size_t at = 0; at < 24; ++at) {
    for (const std::size_t chunksize : {1U, 5U, 100U}) {
      const program run{
          .length = 24, .where = place::copying, .at = at, .n_jobs = 2, .chunksize = chunksize};
      const outcome seen = run_view(run);
      CHECK(seen.failed_at == at);
      CHECK(seen.delivered.size() == at);
      CHECK(counted::alive == 0);
    }
  }
}

}  // namespace
