// Streams in virtual time: how fast the source is, what items cost and how large laggards are go
// in, the production engine, lane and controller run, and throughput, window and look-ahead come
// out.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"
#include "tests/support/virtual_machine/simulate_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

namespace amorsize_tests {
namespace {

/// Long enough that the first trial, which takes about a millisecond, does not matter.
constexpr nanoseconds ideal{40e6};

item_costs even(nanoseconds cost, std::size_t items) {
  return item_costs(std::vector<nanoseconds>(items, cost));
}

/// One item in a thousand takes a thousand times as long.
item_costs laggards(nanoseconds cost, std::size_t items) {
  std::vector<nanoseconds> each(items, cost);
  for (std::size_t i = 500; i < items; i += 1000) {
    each[i] = cost * 1000.0;
  }
  return item_costs(each);
}

std::size_t items_for(nanoseconds per_item) {
  return std::max<std::size_t>(20, static_cast<std::size_t>(ideal / per_item));
}

simulated_stream run(std::size_t workers,
                     const stream_workload& work,
                     const amorsize::options& how = {},
                     std::uint64_t seed = 1) {
  virtual_process process({.workers = workers}, seed);
  make_helpers(process);
  const simulated_stream seen = simulate_stream(process, work, how);
  CHECK(seen.in_order);
  CHECK(seen.delivered == work.callable.items());
  CHECK(seen.report.items == work.callable.items());
  return seen;
}

}  // namespace

TEST_CASE("debug one", "[simulation][.table]") {
  const stream_workload work{.callable = even(nanoseconds{10e3}, 100'000), .source = nanoseconds{5}};
  const simulated_stream seen = run(64, work);
  std::printf("bound x %.3f\n", seen.against_bound());
  for (const auto& one : seen.report.revisions) {
    std::printf("%9ld ns: n_jobs %zu chunksize %zu %s\n", static_cast<long>(one.when.count()), one.n_jobs, one.chunksize,
                one.reason.c_str());
  }
}

TEST_CASE("debug table", "[simulation][.table]") {
  for (const std::size_t workers : {2U, 4U, 8U, 16U, 64U}) {
    for (const double cost : {5.0, 20.0, 100.0, 1e3, 10e3, 100e3, 1e6}) {
      for (const double source : {5.0, 50.0, 1e3}) {
        for (int lag = 0; lag < 2; ++lag) {
          const double per = std::max((cost * (1 + lag) + source + 2) / workers, source + 2);
          const std::size_t items = items_for(nanoseconds{per});
          const stream_workload work{
              .callable = lag ? laggards(nanoseconds{cost}, items) : even(nanoseconds{cost}, items),
              .source = nanoseconds{source}};
          const simulated_stream seen = run(workers, work);
          std::printf(
              "%3zu workers cost %9.0f source %6.0f lag %d: bound x %.3f serial x %.3f n_jobs %zu "
              "ahead %zu wakes %zu\n",
              workers,
              cost,
              source,
              lag,
              seen.against_bound(),
              seen.against_serial(),
              seen.report.n_jobs,
              seen.most_ahead,
              seen.wakes);
        }
      }
    }
  }
}

}  // namespace amorsize_tests
