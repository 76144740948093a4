// What a stream's controller does when items, or what is known about them, change: costs that rise
// and fall, a first item that says nothing, results that are large.
#include "runtime/policy/cost_estimate.hpp"
#include "runtime/policy/stream_controller.hpp"
#include "tests/support/catch.hpp"

#include <cstddef>

using namespace amorsize::policy;

namespace {

constexpr overheads costs{.wake = nanoseconds{10e3}, .start = nanoseconds{50e3}};
constexpr capacity two_cpus{.workers = 2, .limited_by = reason_code::one_cpu_allowed};

/// So many blocks inline, as long as the controller wants them.
void run_inline(stream_controller& controller, int blocks, nanoseconds cost) {
  for (int i = 0; i < blocks; ++i) {
    const std::size_t items = controller.inline_items();
    controller.observe_inline(items, cost * static_cast<double>(items), preemption::possible);
  }
}

/// One beat in which everything took what it costs, shared evenly between two.
void run_shared(stream_controller& controller, nanoseconds cost, double gain = 1.9) {
  std::size_t items = 0;
  for (int i = 0; i < 10; ++i) {
    const std::size_t batch = controller.batch_items(0, 0);
    controller.observe_batch(batch, cost * static_cast<double>(batch), 0);
    items += batch;
  }
  static_cast<void>(controller.observe({.items = items,
                                        .wall = cost * static_cast<double>(items) / gain,
                                        .caller_own = nanoseconds{static_cast<double>(items)},
                                        .finished = nanoseconds{10e6},
                                        .helped = true}));
}

/// Found useful for items of such cost.
stream_controller shared_at(nanoseconds cost) {
  stream_controller controller{{}};
  run_inline(controller, 200, cost);
  CHECK(controller.start(costs, two_cpus, nanoseconds{1e6}));
  for (int beat = 0; beat < 10; ++beat) {
    run_shared(controller, cost);
  }
  CHECK(controller.next().reason == reason_code::stream_shared);
  return controller;
}

}  // namespace

TEST_CASE("costs that rise hundredfold are known after a few blocks inline", "[policy][unit]") {
  stream_controller controller{{}};
  run_inline(controller, 200, nanoseconds{20});
  CHECK(controller.cost_alone() < nanoseconds{25});
  // An average over the last 4 ms, 200,000 items of 20 ns, would still be at 40 ns.
  run_inline(controller, 6, nanoseconds{2e3});
  CHECK(controller.cost_alone() > nanoseconds{1.5e3});
}

TEST_CASE("single dear items do not make one forget what the others cost", "[policy][unit]") {
  stream_controller controller{{}};
  run_inline(controller, 200, nanoseconds{20});
  for (int i = 0; i < 20; ++i) {
    run_inline(controller, 3, nanoseconds{2e3});
    run_inline(controller, 20, nanoseconds{20});
  }
  CHECK(controller.cost_alone() < nanoseconds{50});
}

TEST_CASE("items that became cheap may be dear again within 200 us, as long as it is new",
          "[policy][unit]") {
  const nanoseconds dear{2e3};
  const nanoseconds cheap{10};
  stream_controller controller = shared_at(dear);
  while (controller.is_shared()) {
    CHECK(dear * static_cast<double>(controller.batch_items(0, 0)) <= nanoseconds{1e6});
    run_shared(controller, cheap);
  }
  CHECK(dear * static_cast<double>(controller.inline_items()) <= nanoseconds{200e3});
  run_inline(controller, 1, cheap);
  CHECK(dear * static_cast<double>(controller.inline_items()) <= nanoseconds{200e3});
  run_inline(controller, 2'000, cheap);
  CHECK(controller.inline_items() == 1'000);  // 10 us: it seems to be for good
}

TEST_CASE("a stream whose first item takes a millisecond is tried at once", "[policy][unit]") {
  stream_controller controller{{}};
  run_inline(controller, 1, nanoseconds{1e6});
  CHECK(controller.worth_trying(costs));
  stream_controller shorter{{}};
  run_inline(shorter, 1, believed_at_once * 0.9);
  CHECK_FALSE(shorter.worth_trying(costs));
}

TEST_CASE("a gain that no two workers can have sends one back to look at the items inline",
          "[policy][unit]") {
  stream_controller controller{{}};
  run_inline(controller, 1, nanoseconds{1e6});  // the first of the process; the others take 100 ns
  CHECK(controller.start(costs, two_cpus, nanoseconds{1e6}));
  int beats = 0;
  for (; controller.is_shared() && beats < 10; ++beats) {
    run_shared(controller, nanoseconds{100}, 0.7);
  }
  CHECK(beats == 2);
  CHECK(controller.next().reason == reason_code::trying_alone);
  // What is found out inline is believed.
  run_inline(controller, 50, nanoseconds{100});
  CHECK(controller.cost_alone() < nanoseconds{120});
  CHECK(controller.worth_trying(costs));
  CHECK(controller.start(costs, two_cpus, nanoseconds{2e6}));
  for (beats = 0; controller.is_shared() && beats < 10; ++beats) {
    run_shared(controller, nanoseconds{100}, 0.7);
  }
  CHECK(controller.next().reason == reason_code::stream_inline);
}

TEST_CASE("a trial that becomes better at each beat is not given up", "[policy][unit]") {
  stream_controller controller{{}};
  const nanoseconds cost{10e3};
  run_inline(controller, 50, cost);
  CHECK(controller.start(costs, two_cpus, nanoseconds{1e6}));
  for (const double gain : {0.1, 0.2, 0.3, 0.5, 0.8, 1.3, 1.9}) {
    run_shared(controller, cost, gain);
    CHECK(controller.is_shared());
  }
  run_shared(controller, cost, 1.9);
  CHECK(controller.next().reason == reason_code::stream_shared);
  // Nor is it endless.
  stream_controller hopeless{{}};
  run_inline(hopeless, 50, cost);
  CHECK(hopeless.start(costs, two_cpus, nanoseconds{1e6}));
  double gain = 0.01;
  int beats = 0;
  for (; hopeless.is_shared() && beats < 20; ++beats) {
    run_shared(hopeless, cost, gain *= 1.3);
  }
  CHECK(beats == 8);
}

TEST_CASE("cheap items are tried in few batches, and shared in long ones", "[policy][unit]") {
  stream_controller controller{{}};
  run_inline(controller, 2'000, nanoseconds{8});
  CHECK(controller.start(costs, two_cpus, nanoseconds{1e6}));
  while (controller.next().reason != reason_code::stream_shared && controller.is_shared()) {
    CHECK(controller.window() == 4);
    CHECK(controller.batch_items(0, 0) <= 1024);
    run_shared(controller, nanoseconds{8}, 1.4);
  }
  CHECK(controller.next().reason == reason_code::stream_shared);
  CHECK(controller.window() == 8);
  CHECK(controller.batch_items(0, 0) > 1024);
}

TEST_CASE("large results: three batches for two workers, more only behind a laggard",
          "[policy][unit]") {
  stream_controller controller{{}};
  controller.start_fixed(2);
  CHECK(controller.window() == 8);
  CHECK(controller.laggard_after() == nanoseconds{0});
  controller.observe_batch(1, nanoseconds{10e3}, 65536);
  controller.note_batch_items(1);
  CHECK(controller.window() == 3);
  CHECK(controller.laggard_after() == nanoseconds{40e3});
  controller.note_laggard();
  CHECK(controller.window() == 6);
  for (int beat = 0; beat < 2; ++beat) {
    static_cast<void>(
        controller.observe({.items = 30, .wall = nanoseconds{300e3}, .helped = true}));
  }
  CHECK(controller.window() == 3);
  // Where a batch takes long its memory does not matter, nor where the results own little.
  controller.observe_batch(1, nanoseconds{200e3}, 65536);
  CHECK(controller.window() == 8);
  controller.observe_batch(100, nanoseconds{10e3}, 10'000);
  CHECK(controller.window() == 8);
  stream_controller wide{{}};
  wide.start_fixed(64);
  wide.observe_batch(1, nanoseconds{10e3}, 65536);
  CHECK(wide.window() == 96);
}

TEST_CASE("in a trial a laggard does not make room for more large results", "[policy][unit]") {
  stream_controller controller{{}};
  run_inline(controller, 50, nanoseconds{10e3});
  CHECK(controller.start(costs, two_cpus, nanoseconds{1e6}));
  controller.observe_batch(1, nanoseconds{10e3}, 65536);
  controller.note_laggard();
  CHECK(controller.window() == 3);
}
