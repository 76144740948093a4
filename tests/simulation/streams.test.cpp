// Streams in virtual time: how fast the source is, what items cost and how large laggards are go
// in, the production engine, lane and controller run, and throughput, window and look-ahead come
// out.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"
#include "tests/support/virtual_machine/simulate_stream.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace amorsize_tests {
namespace {

/// Long enough that the seen_ trial, which takes about a millisecond, does not matter.
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

simulated_stream run(const machine_model& on,
                     const stream_workload& work,
                     const amorsize::options& how = {},
                     std::uint64_t seed = 1) {
  virtual_process process(on, seed);
  make_helpers(process);
  const simulated_stream seen = simulate_stream(process, work, how);
  CHECK(seen.in_order);
  CHECK(seen.delivered == work.callable.items());
  CHECK(seen.report.items == work.callable.items());
  return seen;
}

nanoseconds best_per_item(double cost, double source, std::size_t workers) {
  const auto shares = static_cast<double>(workers);
  return nanoseconds{std::max((cost + source) / shares, source)};
}

/// Even items: the makespan in multiples of what no stream on that machine can beat.
double even_against_bound(std::size_t workers, double cost, double source) {
  const std::size_t items = items_for(best_per_item(cost, source, workers));
  const simulated_stream seen =
      run({.workers = workers}, {even(nanoseconds{cost}, items), nanoseconds{source}});
  CHECK(seen.against_serial() <= 1.08);
  return seen.against_bound();
}

constexpr double sources[] = {5.0, 50.0, 1e3};

}  // namespace

TEST_CASE("up to 8 workers hand out even items within a quarter of the bound",
          "[simulation][property]") {
  for (const std::size_t workers : {2U, 4U, 8U}) {
    for (const double cost : {5.0, 20.0, 100.0, 1e3, 10e3, 100e3}) {
      for (const double source : sources) {
        CAPTURE(workers, cost, source);
        CHECK(even_against_bound(workers, cost, source) <= 1.25);
      }
    }
  }
}

TEST_CASE("16 workers hand out even items within half of the bound", "[simulation][property]") {
  for (const double cost : {100.0, 1e3, 10e3, 100e3}) {
    for (const double source : sources) {
      CAPTURE(cost, source);
      CHECK(even_against_bound(16, cost, source) <= 1.5);
    }
  }
}

TEST_CASE("32 and 64 workers hand out even items within a tenth of the bound",
          "[simulation][property]") {
  for (const std::size_t workers : {32U, 64U}) {
    for (const double cost : {1e3, 10e3, 100e3}) {
      CAPTURE(workers, cost);
      CHECK(even_against_bound(workers, cost, 5.0) <= 1.1);
    }
  }
}

TEST_CASE("a source that feeds no helper keeps the plain loop", "[simulation][property]") {
  for (const std::size_t workers : {2U, 16U, 64U}) {
    const simulated_stream seen =
        run({.workers = workers}, {even(nanoseconds{20}, 40'000), nanoseconds{1e3}});
    CAPTURE(workers, seen.report.n_jobs);
    CHECK(seen.against_serial() <= 1.03);
  }
}

TEST_CASE("laggards a thousand times as long do not hold the others up", "[simulation][property]") {
  for (const std::size_t workers : {2U, 4U, 8U}) {
    for (const double cost : {100.0, 1e3}) {
      for (const double source : sources) {
        const std::size_t items = items_for(best_per_item(2.0 * cost, source, workers));
        const simulated_stream seen =
            run({.workers = workers}, {laggards(nanoseconds{cost}, items), nanoseconds{source}});
        CAPTURE(workers, cost, source);
        CHECK(seen.against_bound() <= 1.35);
        CHECK(seen.against_serial() <= 1.08);
      }
    }
  }
}

TEST_CASE(
    "look-ahead behind a laggard is n_jobs x 128 x chunksize items exactly, else n_jobs x 4 x "
    "chunksize",
    "[simulation][property]") {
  for (const std::size_t n_jobs : {2U, 3U, 8U}) {
    for (const std::size_t chunksize : {1U, 3U, 10U}) {
      std::vector<nanoseconds> each(150'000, nanoseconds{100});
      const amorsize::options how{.n_jobs = n_jobs, .chunksize = chunksize};
      CAPTURE(n_jobs, chunksize);
      // A source so fast that it always waits for the window.
      const stream_workload evenly{even(nanoseconds{100e3}, 400), nanoseconds{1}};
      CHECK(run({.workers = n_jobs}, evenly, how).most_ahead == n_jobs * 4 * chunksize);
      // Those that the calling thread takes itself keep it from reading on; a helper takes some.
      for (std::size_t i = 0; i < each.size(); i += 15'000) {
        each[i] = nanoseconds{1e9};
      }
      const simulated_stream seen =
          run({.workers = n_jobs}, {item_costs(each), nanoseconds{1}}, how);
      CHECK(seen.most_ahead == n_jobs * 128 * chunksize);
    }
  }
}

TEST_CASE("a consumer that has enough ends an endless stream at once", "[simulation][property]") {
  for (const double cost : {5.0, 1e3, 100e3}) {
    virtual_process process({.workers = 8}, 1);
    make_helpers(process);
    const stream_workload work{even(nanoseconds{cost}, 2'000'000), nanoseconds{10}};
    const simulated_stream seen = simulate_stream(process, work, {}, 1'000);
    CAPTURE(cost, seen.most_ahead);
    CHECK(seen.delivered == 1'000);
    // What was read ahead is at most being run: one batch per worker.
    CHECK(seen.makespan <= nanoseconds{1'000.0 * (cost + 15.0) * 1.1 + 3e5});
  }
}

TEST_CASE("costs that change by a hundred in mid-stream are followed both ways",
          "[simulation][property]") {
  std::vector<nanoseconds> each;
  for (int phase = 0; phase < 6; ++phase) {
    const bool is_dear = phase % 2 == 1;
    each.insert(each.end(), is_dear ? 20'000 : 400'000, nanoseconds{is_dear ? 2e3 : 20.0});
  }
  for (const std::size_t workers : {2U, 4U, 8U}) {
    const simulated_stream seen = run({.workers = workers}, {item_costs(each), nanoseconds{5}});
    CAPTURE(workers, seen.report.n_jobs);
    // Each cheap phase is 8 ms, each dear one 5 ms with 8 workers: not much longer than a
    // comparison.
    CHECK(seen.against_bound() <= (workers < 8 ? 1.5 : 2.1));
    CHECK(seen.against_serial() <= (workers < 4 ? 0.75 : 0.5));
  }
}

TEST_CASE("helpers that never come cost a stream a tenth at most", "[simulation][property]") {
  machine_model on{.workers = 4};
  on.faults.lost_fraction = 1.0;
  for (const double cost : {20.0, 1e3, 100e3}) {
    virtual_process process(on, 1);
    const std::size_t items = items_for(nanoseconds{cost});
    const simulated_stream seen =
        simulate_stream(process, {even(nanoseconds{cost}, items), nanoseconds{5}});
    CAPTURE(cost);
    CHECK(seen.delivered == items);
    CHECK(seen.against_serial() <= 1.1);
  }
}

TEST_CASE("random streams end in order, within the window, and hardly later than the plain loop",
          "[simulation][property]") {
  constexpr std::uint64_t seed = 20261128;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto between = [&](double low, double high) {
    return low * std::pow(high / low, std::uniform_real_distribution<>(0.0, 1.0)(random));
  };
  for (int round = 0; round < 40; ++round) {
    const auto workers = static_cast<std::size_t>(between(2.0, 65.0));
    const nanoseconds cost{between(2.0, 100e3)};
    const nanoseconds source{between(2.0, 5e3)};
    const std::size_t items = items_for((cost + source) / 2.0);
    const bool lags = random() % 2 == 0;
    const stream_workload work{lags ? laggards(cost, items) : even(cost, items), source};
    const simulated_stream seen = run({.workers = workers}, work, {}, seed);
    CAPTURE(round, workers, cost.count(), source.count(), lags);
    CHECK(seen.most_ahead <= workers * 128 * 16'384);
    CHECK(seen.against_serial() <= 1.15);
  }
}

}  // namespace amorsize_tests
