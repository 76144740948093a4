#include "runtime/policy/throughput_climb.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <limits>

using namespace amorsize::policy;

namespace {

/// A machine on which `workers` reach rate(workers) items per nanosecond.
template <class Rate>
class playground {
 public:
  /// most: more are there, of whom nobody knows whether they help; 0 = no more.
  playground(Rate rate, std::size_t n_jobs, std::size_t most = 0) : rate_(rate), n_jobs_(n_jobs) {
    climb_.start(n_jobs, rate_(1), nanoseconds{0}, nanoseconds{0}, most);
  }

  /// One beat; follows the advice. Returns the reason, none when nothing changed.
  reason_code beat() {
    const nanoseconds length = beat_length(now_);
    now_ += length;
    in_force_[n_jobs_ > 1 ? 1 : 0] += length;
    const double rate = rate_(n_jobs_);
    const auto items = static_cast<std::size_t>(rate * length.count()) + 1;
    const auto advice = climb_.observe({.items = items,
                                        .busy = length * static_cast<double>(n_jobs_),
                                        .wall = length,
                                        .rate = rate,
                                        .workers = n_jobs_,
                                        .items_left = 1'000'000,
                                        .finished = now_});
    if (advice.reason != reason_code::none) {
      n_jobs_ = advice.n_jobs;
    }
    return advice.reason;
  }

  std::size_t n_jobs() const { return n_jobs_; }
  nanoseconds now() const { return now_; }
  nanoseconds alone() const { return in_force_[0]; }
  nanoseconds together() const { return in_force_[1]; }
  throughput_climb& climb() { return climb_; }

 private:
  Rate rate_;
  std::size_t n_jobs_;
  throughput_climb climb_;
  nanoseconds now_{0};
  nanoseconds in_force_[2]{};
};

}  // namespace

TEST_CASE("workers that help stay", "[policy][unit]") {
  playground machine([](std::size_t k) { return 0.001 * static_cast<double>(k); }, 8);
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(machine.beat() == reason_code::none);
  }
  CHECK(machine.climb().measured_ratio() == Approx(8.0));
}

TEST_CASE("workers that hinder each other are shed after a comparison and tried ever more rarely",
          "[policy][unit]") {
  playground machine([](std::size_t k) { return k == 1 ? 0.001 : 0.0004; }, 2);
  CHECK(machine.beat() == reason_code::trying_alone);
  CHECK(machine.n_jobs() == 1);
  CHECK(machine.beat() == reason_code::none);  // once is chance
  CHECK(machine.beat() == reason_code::no_speedup);
  int retries = 0;
  while (machine.now() < nanoseconds{1e9}) {
    retries += machine.beat() == reason_code::trying_again ? 1 : 0;
  }
  CHECK(retries >= 2);
  CHECK(retries <= 9);
  CHECK(machine.together() < machine.now() * 0.06);
}

TEST_CASE("a beat in the middle of which the helpers came is no proof that they help",
          "[policy][unit]") {
  // 5 % up: the caller was alone for most of it. From the next beat on the lock shows.
  std::size_t beats = 0;
  playground machine(
      [&](std::size_t k) { return k == 1 ? 0.001 : (beats++ == 0 ? 0.00105 : 0.0004); }, 2);
  CHECK(machine.beat() == reason_code::none);
  CHECK(machine.beat() == reason_code::trying_alone);
}

TEST_CASE("a risen cost is not taken for contention", "[policy][unit]") {
  double cost = 1.0;
  playground machine([&](std::size_t k) { return 0.001 * static_cast<double>(k) / cost; }, 2);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(machine.beat() == reason_code::none);
  }
  cost = 10.0;
  CHECK(machine.beat() == reason_code::trying_alone);
  CHECK(machine.beat() == reason_code::costs_changed);
  CHECK(machine.n_jobs() == 2);
}

TEST_CASE("a cost that rises all the time leaves the helpers at work nearly always",
          "[policy][property]") {
  double cost = 1.0;
  playground machine([&](std::size_t k) { return 0.001 * static_cast<double>(k) / cost; }, 2);
  while (machine.now() < nanoseconds{2e9}) {
    machine.beat();
    cost *= 1.02;
  }
  CHECK(machine.alone() < machine.now() * 0.05);
}

TEST_CASE("a rate alone that was measured far too low is measured again", "[policy][unit]") {
  bool poisoned = true;  // the first blocks ran beside something else
  playground machine(
      [&](std::size_t k) {
        const double alone = poisoned ? 0.0001 : 0.002;
        poisoned = false;
        return k == 1 ? alone : 0.0008;
      },
      2);
  for (int i = 0; i < 4; ++i) {
    machine.beat();
  }
  CHECK(machine.n_jobs() == 1);
  CHECK(machine.climb().compared_rate() == Approx(0.002));
}

TEST_CASE("siblings of busy cores stay when they raise the rate, and go when they do not",
          "[policy][unit]") {
  constexpr std::size_t cores = 8;
  for (const double gain : {0.85, 1.0, 1.15, 1.3, 2.0}) {
    // Workers on cores of their own count one, each pair on a core `gain`.
    playground machine(
        [&](std::size_t k) {
          const double alone = static_cast<double>(std::min(k, cores));
          const double pairs = static_cast<double>(k > cores ? k - cores : 0);
          return 0.001 * (alone + pairs * (gain - 1.0));
        },
        cores,
        2 * cores);
    bool was_tried = false;
    for (int i = 0; i < 400; ++i) {
      was_tried = machine.beat() == reason_code::trying_siblings || was_tried;
    }
    CAPTURE(gain);
    CHECK(was_tried);
    CHECK(machine.n_jobs() == (gain > 1.02 ? 2 * cores : cores));
  }
}

TEST_CASE("a small gain is asked about again", "[policy][unit]") {
  playground machine([](std::size_t k) { return k == 1 ? 0.001 : 0.00101; }, 2);
  int trials = 0;
  for (int i = 0; i < 2'000; ++i) {
    trials += machine.beat() == reason_code::trying_alone ? 1 : 0;
  }
  CHECK(trials >= 2);
  CHECK(machine.together() + machine.alone() == machine.now());
}

TEST_CASE("helpers come back when the lock is gone", "[policy][unit]") {
  bool locked = true;
  playground machine(
      [&](std::size_t k) {
        return locked ? (k == 1 ? 0.001 : 0.0004) : 0.01 * static_cast<double>(k);
      },
      2);
  for (int i = 0; i < 30; ++i) {
    machine.beat();
  }
  CHECK(machine.n_jobs() == 1);
  locked = false;
  const nanoseconds from = machine.now();
  while (machine.n_jobs() == 1 && machine.now() < from * 3.0 + nanoseconds{20e6}) {
    machine.beat();
  }
  CHECK(machine.n_jobs() == 2);
}

TEST_CASE("where three workers reach what eight do, about three stay", "[policy][unit]") {
  playground machine([](std::size_t k) { return 0.001 * std::min(3.0, static_cast<double>(k)); },
                     8);
  int few = 0;
  for (int i = 0; i < 1'000; ++i) {
    machine.beat();
    few += machine.n_jobs() == 3 || machine.n_jobs() == 4 ? 1 : 0;
  }
  CHECK(few > 930);
  CHECK(few < 1'000);  // now and then it looks whether more help by now
}

TEST_CASE("workers that became useful are added again", "[policy][unit]") {
  bool saturated = true;
  playground machine(
      [&](std::size_t k) {
        return 0.001 * (saturated ? std::min(3.0, static_cast<double>(k)) : static_cast<double>(k));
      },
      8);
  for (int i = 0; i < 100; ++i) {
    machine.beat();
  }
  CHECK(machine.n_jobs() <= 4);
  saturated = false;
  const nanoseconds from = machine.now();
  while (machine.n_jobs() < 8 && machine.now() < from * 3.0 + nanoseconds{20e6}) {
    machine.beat();
  }
  for (int i = 0; i < 10; ++i) {
    machine.beat();
  }
  CHECK(machine.n_jobs() == 8);
}

namespace {

/// Two workers of which each is slowed down by the other; items cost `mine` where the caller works
/// and `theirs` where the helper does.
beat_sample two_places(double mine, double theirs, double slowed, bool together, nanoseconds at) {
  const nanoseconds length{100e3};
  const auto items = [&](double cost, double share) {
    return static_cast<std::size_t>(length.count() * share / cost);
  };
  beat_sample seen;
  seen.wall = length;
  seen.finished = at;
  seen.items_left = 1'000'000;
  seen.workers = together ? 2 : 1;
  const double share = together ? 1.0 : 0.5;  // alone, the caller works at both places by turns
  seen.caller = {items(mine * slowed, share), length * share};
  seen.peer = {items(theirs * slowed, share), length * share};
  seen.items = seen.caller.items + seen.peer.items;
  seen.busy = length * (together ? 2.0 : 1.0);
  seen.rate = together ? static_cast<double>(seen.items) / length.count()
                       : static_cast<double>(seen.items) / seen.busy.count();
  return seen;
}

/// What is in force after the helper came, the rate was in doubt, and the places were compared.
std::size_t jobs_after_comparison(double mine, double theirs, double slowed) {
  throughput_climb climb;
  climb.start(2, 1.0 / mine, nanoseconds{0});
  std::size_t n_jobs = 2;
  for (int beat = 1; beat <= 6; ++beat) {
    const nanoseconds at{1e6 + 100e3 * beat};
    const bool together = n_jobs == 2;
    const auto advice =
        climb.observe(two_places(mine, theirs, together ? slowed : 1.0, together, at));
    n_jobs = advice.reason == reason_code::none ? n_jobs : advice.n_jobs;
  }
  return n_jobs;
}

}  // namespace

TEST_CASE("dear items at the helper's place are not taken for contention", "[policy][unit]") {
  // The caller's items became cheap just before: together they do half of what it did alone.
  CHECK(jobs_after_comparison(100.0, 10'000.0, 1.0) == 2);
  CHECK(jobs_after_comparison(10'000.0, 100.0, 1.0) == 2);
}

namespace {

/// One beat of eight workers that reach half the rate of one alone, while the caller's own items
/// cost `slowed` times what they did alone. Is anything done about it?
bool doubts_eight_workers(double slowed) {
  throughput_climb climb;
  climb.start(8, 0.01, nanoseconds{0});
  const nanoseconds length{100e3};
  bool doubted = false;
  for (int beat = 1; beat <= 4; ++beat) {
    const auto items = static_cast<std::size_t>(length.count() / (100.0 * slowed));
    const auto advice =
        climb.observe({.items = std::max<std::size_t>(500, items),
                       .busy = length * 8.0,
                       .wall = length,
                       .rate = 0.005,
                       .workers = 8,
                       .items_left = 1'000'000,
                       .finished = nanoseconds{1e6 + length.count() * static_cast<double>(beat)},
                       .caller = {items, length}});
    doubted = doubted || advice.reason != reason_code::none;
  }
  return doubted;
}

}  // namespace

TEST_CASE("of many workers, a caller that is hardly slower shows that others have dear items",
          "[policy][unit]") {
  CHECK_FALSE(doubts_eight_workers(1.0));
  CHECK(doubts_eight_workers(8.0));
}

TEST_CASE("contention shows through items of different cost", "[policy][unit]") {
  CHECK(jobs_after_comparison(100.0, 10'000.0, 2.5) == 1);
  CHECK(jobs_after_comparison(100.0, 100.0, 2.5) == 1);
}

TEST_CASE("samples too small to judge by change nothing", "[policy][unit]") {
  throughput_climb climb;
  climb.start(2, 1.0, nanoseconds{0});
  const auto advice = climb.observe({.items = 1,
                                     .busy = nanoseconds{1e6},
                                     .wall = nanoseconds{1e6},
                                     .rate = 1e-6,
                                     .workers = 1,
                                     .items_left = 100,
                                     .finished = nanoseconds{1e6}});
  CHECK(advice.reason == reason_code::none);
}

TEST_CASE("samples without sense change nothing", "[policy][property]") {
  throughput_climb climb;
  climb.start(2, 1.0, nanoseconds{0});
  for (const double rate : {0.0,
                            -1.0,
                            std::numeric_limits<double>::quiet_NaN(),
                            std::numeric_limits<double>::infinity()}) {
    const auto advice = climb.observe({.items = 100,
                                       .busy = nanoseconds{1e6},
                                       .wall = nanoseconds{1e6},
                                       .rate = rate,
                                       .workers = 2,
                                       .items_left = 100,
                                       .finished = nanoseconds{1e6}});
    CHECK(advice.reason == reason_code::none);
  }
}

TEST_CASE("a beat in which only the caller ended a chunk does not tell the rate alone",
          "[policy][regression]") {
  // A helper that waits for a lock ends none, and hinders all the same.
  throughput_climb climb;
  climb.start(2, 0.001, nanoseconds{0});
  for (int beat = 1; beat <= 20; ++beat) {
    static_cast<void>(climb.observe({.items = 50,
                                     .busy = nanoseconds{100e3},
                                     .wall = nanoseconds{100e3},
                                     .rate = 0.000'5,
                                     .workers = 1,
                                     .items_left = 10'000,
                                     .finished = nanoseconds{100e3 * beat},
                                     .caller = {50, nanoseconds{100e3}}}));
    REQUIRE(climb.rate_alone() == 0.001);
  }
}

TEST_CASE("the rate alone counts from when the helpers have left", "[policy][regression]") {
  // One waits for a lock in the middle of its last chunk: no beat tells of it, and the caller's
  // rate beside it is not the rate alone.
  throughput_climb climb;
  climb.start(2, 0.01, nanoseconds{0});
  nanoseconds now{0};
  const auto beat = [&](double rate, std::size_t workers, std::size_t present) {
    const nanoseconds length{100e3};
    now += length;
    return climb.observe({.items = static_cast<std::size_t>(rate * length.count()),
                          .busy = length * static_cast<double>(workers),
                          .wall = length,
                          .rate = rate,
                          .workers = workers,
                          .items_left = 1'000'000,
                          .finished = now,
                          .present = present});
  };
  reason_code seen = reason_code::none;
  for (int i = 0; i < 5 && seen != reason_code::trying_alone; ++i) {
    seen = beat(0.006, 2, 2).reason;
  }
  REQUIRE(seen == reason_code::trying_alone);
  CHECK(beat(0.003, 1, 2).reason == reason_code::none);
  CHECK(beat(0.003, 1, 2).reason == reason_code::none);
  CHECK(beat(0.01, 1, 1).reason == reason_code::none);  // confirmed by a second one
  CHECK(beat(0.01, 1, 1).reason == reason_code::no_speedup);
  CHECK(climb.is_shed());
}

TEST_CASE("a helper that never leaves is not waited for without end", "[policy][negative]") {
  throughput_climb climb;
  climb.start(2, 0.01, nanoseconds{0});
  reason_code seen = reason_code::none;
  int beats = 0;
  while (seen != reason_code::no_speedup && beats < 100) {
    ++beats;
    const bool alone = seen == reason_code::trying_alone;
    const auto advice = climb.observe({.items = alone ? 1'000U : 600U,
                                       .busy = nanoseconds{100e3},
                                       .wall = nanoseconds{100e3},
                                       .rate = alone ? 0.01 : 0.006,
                                       .workers = alone ? 1U : 2U,
                                       .items_left = 1'000'000,
                                       .finished = nanoseconds{100e3 * beats},
                                       .present = 2});
    seen = advice.reason != reason_code::none ? advice.reason : seen;
  }
  CHECK(seen == reason_code::no_speedup);
}
