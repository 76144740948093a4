// Items that take memory while they run, and no more of it than there is.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <cstddef>
#include <cstdint>

namespace amorsize_tests {
namespace {

constexpr nanoseconds ms{1e6};
constexpr double mb = 1e6;

machine_model hungry(std::size_t workers, double fraction_waiting) {
  machine_model model{.workers = workers};
  model.waiting.fraction = fraction_waiting;
  model.memory = {.bytes_per_item = 100 * mb, .available = 512 * mb};
  return model;
}

}  // namespace

TEST_CASE("items of 100 MB each never take more than 512 MB together, wait or not",
          "[simulation][property]") {
  for (const std::size_t workers : {2U, 8U, 64U}) {
    for (const double waiting : {0.0, 0.5, 0.98}) {
      for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const item_costs costs = item_costs::of(shape::uniform, 400, 20.0 * ms);
        const simulated_map seen = simulate(hungry(workers, waiting), costs, {}, seed);
        CAPTURE(workers, waiting, seed, seen.most_bytes / mb, seen.report.workers);
        CHECK(seen.most_bytes <= 512 * mb);
        CHECK(seen.report.workers >= 2);
        CHECK(seen.report.items == 400);
        if (workers > 2 || waiting > 0.9) {
          REQUIRE_FALSE(seen.report.warnings.empty());
        }
      }
    }
  }
}

TEST_CASE("items that take next to nothing are not held back", "[simulation][property]") {
  machine_model model = hungry(8, 0.0);
  model.memory.bytes_per_item = 1e4;
  const simulated_map seen = simulate(model, item_costs::of(shape::uniform, 400, 20.0 * ms));
  CHECK(seen.report.workers == 8);
  CHECK(seen.report.warnings.empty());
}

}  // namespace amorsize_tests
