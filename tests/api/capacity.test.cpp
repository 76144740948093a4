// What the process may use changes while a map runs.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <numeric>
#include <pthread.h>
#include <sched.h>
#include <string>
#include <vector>

namespace {

/// Half a millisecond or so on a CPU.
unsigned compute(unsigned value) {
  for (unsigned i = 0; i < 200'000U; ++i) {
    value = value * 1'664'525U + 1'013'904'223U;
    asm volatile("" : "+r"(value));
  }
  return value;
}

std::size_t after(const amorsize::report& seen, const std::string& words) {
  for (std::size_t i = 0; i < seen.revisions.size(); ++i) {
    if (seen.revisions[i].reason.find(words) != std::string::npos) {
      return i;
    }
  }
  return seen.revisions.size();
}

}  // namespace

TEST_CASE("n_jobs follows the calling thread's affinity mask in the middle of a map",
          "[api][integration]") {
  const pthread_t caller = pthread_self();
  cpu_set_t all;
  CPU_ZERO(&all);
  if (pthread_getaffinity_np(caller, sizeof all, &all) != 0 || CPU_COUNT(&all) < 2) {
    WARN("skipped: one CPU");
    return;
  }
  int first = 0;
  while (!CPU_ISSET(first, &all)) {
    ++first;
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  std::vector<unsigned> in(1'500);
  std::iota(in.begin(), in.end(), 0U);
  const auto run = [&] {
    std::atomic<int> done{0};
    amorsize::report seen;
    const std::vector<unsigned> out =
        amorsize::parallel_map(in,
                               [&](unsigned value) {
                                 // From whatever thread it runs on: an administrator does not ask
                                 // either.
                                 const int before = done.fetch_add(1);
                                 if (before == 300) {
                                   pthread_setaffinity_np(caller, sizeof one, &one);
                                 } else if (before == 700) {
                                   pthread_setaffinity_np(caller, sizeof all, &all);
                                 }
                                 return compute(value);
                               },
                               {.report = &seen});
    pthread_setaffinity_np(caller, sizeof all, &all);
    for (std::size_t i = 0; i < in.size(); ++i) {
      REQUIRE(out[i] == compute(in[i]));
    }
    return seen;
  };
  amorsize::report seen = run();
  // Beside a busy program the helper may be away for another reason just then: a mask of one CPU is
  // no news to a map that is alone.
  const auto was_alone = [](const amorsize::revision& each) { return each.n_jobs == 1; };
  for (int more = 0; more < 20 && after(seen, "widened") == seen.revisions.size(); ++more) {
    REQUIRE(std::any_of(seen.revisions.begin(), seen.revisions.end(), was_alone));
    seen = run();
  }
  const std::size_t narrowed = after(seen, "narrowed");
  const std::size_t widened = after(seen, "widened");
  std::string all_reasons;
  for (const auto& each : seen.revisions) {
    all_reasons += each.reason + "\n";
  }
  CAPTURE(all_reasons);
  REQUIRE(narrowed < seen.revisions.size());
  CHECK(seen.revisions[narrowed].n_jobs == 1);
  REQUIRE(widened < seen.revisions.size());
  CHECK(widened > narrowed);
  CHECK(seen.revisions[widened].n_jobs >= 2);
}
