#include "runtime/policy/worker_count.hpp"
#include "tests/support/catch.hpp"

#include <cmath>
#include <random>

using namespace amorsize::policy;

namespace {
constexpr overheads asleep{nanoseconds{10e3}, nanoseconds{50e3}, nanoseconds{40}};
}

TEST_CASE("without a second worker or a second item there is one worker", "[policy][unit]") {
  CHECK(best_worker_count({1'000, nanoseconds{1e6}}, 1, asleep).n_jobs == 1);
  CHECK(best_worker_count({1'000, nanoseconds{1e6}}, 0, asleep).n_jobs == 1);
  CHECK(best_worker_count({1, nanoseconds{1e9}}, 64, asleep).n_jobs == 1);
  CHECK(best_worker_count({0, nanoseconds{1e9}}, 64, asleep).n_jobs == 1);
}

TEST_CASE("the choice is within half a per cent of the best of all counts", "[policy][property]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 2'000; ++round) {
    const double log_cost = std::uniform_real_distribution<double>(0.0, 16.0)(random);
    const remaining_work work{2 + random() % 5'000, nanoseconds{std::exp(log_cost)}};
    const std::size_t limit = 2 + random() % 63;
    const worker_choice choice = best_worker_count(work, limit, asleep);
    REQUIRE(choice.n_jobs >= 2);
    REQUIRE(choice.n_jobs <= std::min(limit, work.items));
    nanoseconds best = choice.estimated;
    for (std::size_t workers = 2; workers <= std::min(limit, work.items); ++workers) {
      best = std::min(best, predicted_makespan(work, workers, asleep));
    }
    REQUIRE(choice.estimated <= best * 1.0051);
  }
}

TEST_CASE("on a wide machine a short map takes some of the workers, not all", "[policy][unit]") {
  // 4 ms. One after another at 10 us each 20 would be best; called in a tree, about 80: three
  // levels.
  const remaining_work work{100'000, nanoseconds{40}};
  const std::size_t chosen = best_worker_count(work, 1'024, asleep).n_jobs;
  CHECK(chosen >= 40);
  CHECK(chosen <= 160);
}

TEST_CASE("on a wide machine the choice is within a factor 1.1 of the best", "[policy][property]") {
  for (double cost = 10.0; cost < 1e7; cost *= 3.7) {
    const remaining_work work{20'000, nanoseconds{cost}};
    const worker_choice choice = best_worker_count(work, 1'024, asleep);
    nanoseconds best = choice.estimated;
    for (std::size_t workers = 2; workers <= 1'024; ++workers) {
      best = std::min(best, predicted_makespan(work, workers, asleep));
    }
    CHECK(choice.estimated <= best * 1.1);
  }
}

TEST_CASE("ties go to fewer workers", "[policy][unit]") {
  // Four items of a second: three workers take as long as two.
  CHECK(best_worker_count({4, nanoseconds{1e9}}, 3, asleep).n_jobs == 2);
}

TEST_CASE("workers that run already are not counted down", "[policy][unit]") {
  CHECK(best_worker_count({200, nanoseconds{1e3}, 6}, 64, asleep).n_jobs == 6);
  CHECK(best_worker_count({100'000, nanoseconds{1e3}, 6}, 64, asleep).n_jobs > 6);
  CHECK(best_worker_count({100'000, nanoseconds{1e3}, 100}, 64, asleep).n_jobs == 64);
}
