// Streams whose items wait: when more workers than CPUs are called, and when not. The whole way,
// with threads and a source, is run in virtual time (tests/simulation/waiting.test.cpp).
#include "runtime/policy/stream_controller.hpp"
#include "tests/support/catch.hpp"

#include <cstddef>

namespace {

using namespace amorsize::policy;  // NOLINT(google-build-using-namespace)

constexpr overheads costs{nanoseconds{10e3}, nanoseconds{30e3}, nanoseconds{40}, nanoseconds{0}};
constexpr nanoseconds ms = millisecond;
constexpr capacity two_cpus{.workers = 2, .waiting_workers = 500};

usage_sample sleeping(std::size_t items) {
  const auto count = static_cast<double>(items);
  return {items, ms * count, 0.02 * ms * count, count};
}

usage_sample computing(std::size_t items) {
  const auto count = static_cast<double>(items);
  return {items, ms * count, ms * count, 0.0};
}

/// Has run ten items of 1 ms inline, which used the CPU like this.
stream_controller after(const usage_sample& used, const stream_limits& bounds = {}) {
  stream_controller made(bounds);
  for (int i = 0; i < 10; ++i) {
    made.observe_inline(1, ms, preemption::excluded);
  }
  made.observe_usage(used);
  return made;
}

/// One beat at so many times the rate of the calling thread alone, with everybody there.
void beat_at(stream_controller& controller,
             nanoseconds& finished,
             double rate,
             const usage_sample& used) {
  constexpr std::size_t items = 200;
  const nanoseconds wall = ms * static_cast<double>(items) / rate;
  finished += wall;
  for (std::size_t i = 0; i < items; ++i) {
    controller.observe_batch(1, ms, 0);
  }
  static_cast<void>(controller.observe({.items = items,
                                        .wall = wall,
                                        .caller_own = nanoseconds{1e3} * static_cast<double>(items),
                                        .finished = finished,
                                        .helped = true,
                                        .present = controller.next().n_jobs,
                                        .usage = used}));
}

}  // namespace

TEST_CASE("items that were seen to wait inline get more workers than CPUs", "[policy][unit]") {
  nanoseconds now = 20.0 * ms;
  stream_controller controller = after(sleeping(10));
  CHECK(controller.start(costs, two_cpus, 20.0 * ms));
  CHECK(controller.next().n_jobs == 16);
  CHECK(controller.next().reason == reason_code::items_wait);
  CHECK(controller.next().is_beyond_cpus());
  CHECK(controller.room() == default_waiting_ceiling(2));
  for (int beat = 0; beat < 40; ++beat) {
    beat_at(controller, now, static_cast<double>(controller.next().n_jobs), sleeping(40));
  }
  CHECK(controller.next().n_jobs == controller.room());
  CHECK(controller.next().reason == reason_code::items_wait);
}

TEST_CASE("with one CPU, too", "[policy][unit]") {
  stream_controller controller = after(sleeping(10));
  CHECK(controller.start(costs, {.workers = 1, .waiting_workers = 500}, 20.0 * ms));
  CHECK(controller.next().n_jobs == 16);
}

TEST_CASE("items that compute, or of which nothing is known, get a worker for each CPU",
          "[policy][unit]") {
  for (const usage_sample& used : {computing(10), usage_sample{}}) {
    stream_controller controller = after(used);
    CHECK(controller.start(costs, two_cpus, 20.0 * ms));
    CHECK(controller.next().n_jobs == 2);
    CHECK(controller.room() == 2);
    CHECK_FALSE(controller.next().is_beyond_cpus());
  }
}

TEST_CASE("where no more threads may be had, there are none", "[policy][unit]") {
  stream_controller controller = after(sleeping(10));
  CHECK(controller.start(costs, {.workers = 2, .waiting_workers = 0}, 20.0 * ms));
  CHECK(controller.next().n_jobs == 2);
  stream_controller bounded = after(sleeping(10), {.max_jobs = 5});
  CHECK(bounded.start(costs, two_cpus, 20.0 * ms));
  CHECK(bounded.next().n_jobs == 5);
  CHECK(bounded.room() == 5);
}

TEST_CASE("workers of a stream that wait for each other are sent away", "[policy][unit]") {
  nanoseconds now = 20.0 * ms;
  stream_controller controller = after(sleeping(10));
  CHECK(controller.start(costs, two_cpus, 20.0 * ms));
  for (int beat = 0; beat < 10 && controller.is_shared(); ++beat) {
    beat_at(controller, now, 0.99, sleeping(40));
  }
  CHECK_FALSE(controller.is_shared());
}

TEST_CASE("no more workers than the calling thread can feed", "[policy][unit]") {
  stream_controller controller = after(sleeping(10));
  CHECK(controller.start(costs, two_cpus, 20.0 * ms));
  for (int beat = 0; beat < 10; ++beat) {
    for (int i = 0; i < 200; ++i) {
      controller.observe_batch(1, ms, 0);
    }
    // A fifth of a millisecond per item is the source's.
    static_cast<void>(controller.observe({.items = 200,
                                          .wall = 200.0 * 0.2 * ms,
                                          .caller_own = 200.0 * 0.2 * ms,
                                          .finished = (20.0 + 40.0 * beat) * ms,
                                          .helped = true,
                                          .present = controller.next().n_jobs,
                                          .usage = sleeping(10)}));
  }
  CHECK(controller.next().n_jobs <= 8);
  CHECK(controller.is_shared());
}

TEST_CASE("items that begin to wait while they are shared are looked at inline, and not often",
          "[policy][unit]") {
  nanoseconds now = 20.0 * ms;
  stream_controller controller = after(computing(10));
  CHECK(controller.start(costs, two_cpus, 20.0 * ms));
  int beats = 0;
  while (controller.is_shared() && beats < 1'000) {
    beat_at(controller, now, 2.0, beats < 5 ? computing(4) : sleeping(4));
    ++beats;
  }
  CHECK(controller.next().reason == reason_code::trying_alone);
  CHECK(beats > 20);
  CHECK(beats < 200);
  // Inline they do not wait: it was for each other.
  for (int i = 0; i < 10; ++i) {
    controller.observe_inline(1, ms, preemption::excluded);
  }
  controller.observe_usage(computing(10));
  CHECK(controller.start(costs, two_cpus, 500.0 * ms));
  CHECK(controller.next().n_jobs == 2);
  int again = 0;
  while (controller.is_shared() && again < 1'000) {
    beat_at(controller, now, 2.0, sleeping(4));
    ++again;
  }
  CHECK(again > beats);
}
