// Items that wait: for a timer, a server, a lock; the whole library in virtual time.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"
#include "tests/support/virtual_machine/simulate_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace amorsize_tests {
namespace {

constexpr nanoseconds ms{1e6};

machine_model waiting(std::size_t workers, double fraction, std::size_t at_once = 0) {
  machine_model model{.workers = workers};
  model.waiting = {.fraction = fraction, .at_once = at_once};
  return model;
}

item_costs items_of_1_ms(std::size_t items) {
  return item_costs::of(shape::uniform, items, ms);
}

bool says(const amorsize::report& seen, const std::string& words) {
  return std::any_of(seen.revisions.begin(), seen.revisions.end(), [&](const auto& one) {
    return one.reason.find(words) != std::string::npos;
  });
}

simulated_stream run_stream(const machine_model& model,
                            std::size_t items,
                            const amorsize::options& how = {},
                            nanoseconds source = nanoseconds{100},
                            std::uint64_t seed = 1) {
  virtual_process process(model, seed);
  const simulated_stream seen = simulate_stream(process, {items_of_1_ms(items), source}, how);
  CHECK(seen.in_order);
  CHECK(seen.delivered == items);
  return seen;
}

double speedup(const simulated_stream& of) {
  return of.serial / of.makespan;
}

}  // namespace

TEST_CASE("400 items that sleep 1 ms are done in a twelfth of the time on 2 CPUs and on 1",
          "[simulation][property]") {
  for (const std::size_t workers : {1U, 2U, 8U}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      const simulated_map seen = simulate(waiting(workers, 0.98), items_of_1_ms(400), {}, seed);
      CAPTURE(workers, seed, seen.speedup(), seen.report.workers);
      CHECK(seen.speedup() >= 12.0);
      CHECK(seen.report.workers > workers);
      CHECK(says(seen.report, "wait"));
    }
  }
}

TEST_CASE("items that sleep as long as they compute get nearly twice what the CPUs alone bring",
          "[simulation][property]") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const item_costs costs = item_costs::of(shape::uniform, 400, 2.0 * ms);
    const simulated_map seen = simulate(waiting(2, 0.5), costs, {}, seed);
    CAPTURE(seed, seen.speedup(), seen.report.workers);
    CHECK(seen.speedup() >= 3.2);
    CHECK(seen.report.workers <= 16);
  }
}

TEST_CASE("a lock around everything costs no more than the plain loop", "[simulation][property]") {
  for (const double fraction : {0.0, 0.5, 0.98}) {
    for (const std::size_t workers : {2U, 8U}) {
      const simulated_map seen = simulate(waiting(workers, fraction, 1), items_of_1_ms(400));
      CAPTURE(fraction, workers, seen.speedup(), seen.report.reason);
      CHECK(seen.makespan <= 1.05 * seen.serial);
    }
  }
}

TEST_CASE("a server that answers eight at once gets about so many workers",
          "[simulation][property]") {
  const simulated_map seen = simulate(waiting(2, 0.98, 8), items_of_1_ms(4'000));
  CAPTURE(seen.speedup(), seen.report.n_jobs, seen.report.workers);
  CHECK(seen.speedup() >= 6.0);
  CHECK(seen.report.n_jobs <= 32);
}

TEST_CASE("when the items stop waiting no more workers than CPUs are left",
          "[simulation][property]") {
  machine_model model = waiting(4, 0.98);
  model.waiting.until = 50.0 * ms;
  const simulated_map seen = simulate(model, items_of_1_ms(8'000));
  CAPTURE(seen.report.reason, seen.report.n_jobs);
  CHECK(says(seen.report, "wait"));
  CHECK(says(seen.report, "do not wait any more"));
  CHECK(seen.report.n_jobs == 4);
}

TEST_CASE("max_jobs bounds the workers of items that wait, and raises the ceiling",
          "[simulation][property]") {
  amorsize::options how;
  for (const std::size_t max_jobs : {5U, 200U}) {
    how.max_jobs = max_jobs;
    const simulated_map seen = simulate(waiting(2, 0.999), items_of_1_ms(20'000), how);
    CAPTURE(max_jobs, seen.report.workers);
    CHECK(seen.report.workers <= max_jobs);
    CHECK(seen.report.workers > (max_jobs > 64 ? 64 : 2));
  }
}

TEST_CASE("a stalled worker is not taken for one that waits", "[simulation][property]") {
  machine_model model{.workers = 4};
  for (double at = 2e6; at < 400e6; at += 4e6) {
    model.faults.stalls.push_back({1, nanoseconds{at}, nanoseconds{at + 3e6}});
  }
  const simulated_map seen = simulate(model, items_of_1_ms(1'000));
  CHECK(seen.report.workers <= 4);
  CHECK_FALSE(says(seen.report, "wait"));
}

TEST_CASE("a stream whose items sleep has more workers than CPUs, too", "[simulation][property]") {
  for (const std::size_t workers : {1U, 2U, 8U}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      const simulated_stream seen =
          run_stream(waiting(workers, 0.98), 400, {}, nanoseconds{100}, seed);
      CAPTURE(workers, seed, speedup(seen), seen.report.workers);
      CHECK(speedup(seen) >= 10.0);
      CHECK(seen.report.workers > workers);
      CHECK(says(seen.report, "wait"));
    }
  }
}

TEST_CASE("a stream behind a lock is no slower than the plain loop", "[simulation][property]") {
  for (const double fraction : {0.5, 0.98}) {
    const simulated_stream seen = run_stream(waiting(2, fraction, 1), 2'000);
    CAPTURE(fraction, speedup(seen), seen.report.reason);
    CHECK(seen.makespan <= 1.05 * seen.serial);
  }
}

TEST_CASE("a stream does not call more workers than its source can feed",
          "[simulation][property]") {
  // 0.2 ms per item: five others are busy while the sixth is read.
  const simulated_stream seen = run_stream(waiting(2, 0.98), 2'000, {}, nanoseconds{200e3});
  CAPTURE(speedup(seen), seen.report.n_jobs);
  CHECK(speedup(seen) >= 5.0);
  CHECK(seen.report.n_jobs <= 12);
}

TEST_CASE("when a stream's items stop waiting no more workers than CPUs are left",
          "[simulation][property]") {
  machine_model model = waiting(4, 0.98);
  model.waiting.until = 50.0 * ms;
  const simulated_stream seen = run_stream(model, 4'000);
  CAPTURE(seen.report.reason, seen.report.n_jobs, speedup(seen));
  CHECK(says(seen.report, "do not wait any more"));
  CHECK(seen.report.n_jobs <= 4);
  CHECK(speedup(seen) >= 3.0);
}

TEST_CASE("items of a stream that become cheap have no more workers than CPUs",
          "[simulation][property]") {
  std::vector<nanoseconds> each(500, ms);
  each.insert(each.end(), 100'000, nanoseconds{2e3});
  machine_model model = waiting(2, 0.98);
  model.waiting.until = 40.0 * ms;
  virtual_process process(model, 1);
  const simulated_stream seen =
      simulate_stream(process, {item_costs(each), nanoseconds{100}}, amorsize::options{});
  CAPTURE(seen.report.n_jobs, seen.report.workers, speedup(seen));
  CHECK(seen.report.workers > 2);
  CHECK(seen.report.revisions.back().n_jobs <= 2);
  CHECK(seen.makespan <= 1.25 * (nanoseconds{100'000 * 2.1e3} / 2.0 + 50.0 * ms));
}

TEST_CASE("max_jobs bounds the workers of a stream whose items wait", "[simulation][property]") {
  amorsize::options how;
  for (const std::size_t max_jobs : {1U, 5U, 100U}) {
    how.max_jobs = max_jobs;
    const simulated_stream seen = run_stream(waiting(2, 0.999), 4'000, how);
    CAPTURE(max_jobs, seen.report.workers);
    CHECK(seen.report.workers <= max_jobs);
    CHECK(seen.report.workers >= std::min<std::size_t>(max_jobs, 33));
  }
}

}  // namespace amorsize_tests
