// The decisions about streams, in virtual time: a source of g per item, a callable of c, a consumer
// of e, and k workers that hand over at a price.
#include "runtime/policy/cost_estimate.hpp"
#include "runtime/policy/stream_controller.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace {

using namespace amorsize::policy;  // NOLINT(google-build-using-namespace)

/// What a stream costs per item, and per batch.
struct stream_model {
  nanoseconds callable{1000};
  nanoseconds source{10};
  nanoseconds handing_over{3};       ///< per item, the calling thread's
  nanoseconds batch_overhead{1000};  ///< per batch, the calling thread's
  double hindrance = 1.0;            ///< the callable takes so many times longer with helpers
};

constexpr overheads costs{nanoseconds{10e3}, nanoseconds{30e3}, nanoseconds{40}, nanoseconds{0}};

/// Runs the controller against the model until `until`. Returns the items done.
class simulated_stream {
 public:
  explicit simulated_stream(const stream_model& model,
                            std::size_t cores = 2,
                            const stream_limits& bounds = {})
      : model_(model), cores_(cores), controller_(bounds) {}

  void run_until(nanoseconds until) {
    while (now_ < until) {
      if (controller_.is_shared()) {
        beat();
      } else {
        block();
      }
    }
  }
  void change(const stream_model& model) { model_ = model; }
  [[nodiscard]] double items() const { return items_; }
  [[nodiscard]] nanoseconds now() const { return now_; }
  [[nodiscard]] const stream_controller& controller() const { return controller_; }
  [[nodiscard]] nanoseconds alone() const { return model_.callable + model_.source; }

 private:
  void block() {
    const std::size_t items = controller_.inline_items();
    const nanoseconds took = alone() * static_cast<double>(items);
    now_ += took;
    items_ += static_cast<double>(items);
    controller_.observe_inline(items, took, preemption::possible);
    if (controller_.worth_trying(costs)) {
      now_ += costs.wake;
      static_cast<void>(controller_.start(
          costs, {.workers = cores_, .limited_by = reason_code::one_cpu_allowed}, now_));
    }
  }
  void beat() {
    const auto workers = static_cast<double>(controller_.next().n_jobs);
    const auto batch = static_cast<double>(controller_.batch_items(0, 0));
    const nanoseconds own = model_.source + model_.handing_over + model_.batch_overhead / batch;
    const nanoseconds work = model_.callable * model_.hindrance;
    // The calling thread does its own part, and what is left of it works.
    const nanoseconds per_item = std::max(own, (own + work) / workers);
    const nanoseconds wall = std::max(controller_.beat_length(), per_item * batch);
    const double items = std::max(1.0, wall / per_item);
    now_ += wall;
    items_ += items;
    for (int i = 0; i < 4; ++i) {
      controller_.observe_batch(static_cast<std::size_t>(batch), work * batch, 0);
      controller_.observe_filling(static_cast<std::size_t>(batch), model_.source * batch);
    }
    static_cast<void>(controller_.observe({.items = static_cast<std::size_t>(items),
                                           .wall = wall,
                                           .caller_own = own * items,
                                           .finished = now_,
                                           .helped = true}));
  }

  stream_model model_;
  std::size_t cores_;
  stream_controller controller_;
  nanoseconds now_{0};
  double items_ = 0.0;
};

TEST_CASE("a stream that helpers make faster is shared within twice the overhead",
          "[policy][simulation]") {
  for (const double cost : {100.0, 1e3, 1e4, 1e5, 1e6}) {
    simulated_stream stream({.callable = nanoseconds{cost}});
    stream.run_until(nanoseconds{std::max(1.5e6, 12.0 * cost)});
    CAPTURE(cost);
    CHECK(stream.controller().next().n_jobs == 2);
    CHECK(stream.controller().next().reason == reason_code::stream_shared);
  }
}

TEST_CASE("a stream that helpers do not make faster stays within five per cent of the plain loop",
          "[policy][simulation]") {
  for (const stream_model model :
       {stream_model{.callable = nanoseconds{1}, .source = nanoseconds{3}},
        stream_model{
            .callable = nanoseconds{2}, .source = nanoseconds{1}, .handing_over = nanoseconds{4}},
        stream_model{.callable = nanoseconds{1e3}, .hindrance = 2.2},
        stream_model{.callable = nanoseconds{50}, .source = nanoseconds{1e5}}}) {
    simulated_stream stream(model);
    stream.run_until(nanoseconds{100e6});
    CAPTURE(model.callable.count(), model.source.count());
    CHECK(stream.now() / stream.alone() / stream.items() < 1.05);
    CHECK_FALSE(stream.controller().is_shared());
  }
}

TEST_CASE("a source of g per item gets c / g + 1 workers", "[policy][simulation]") {
  for (const double cost : {1e3, 3e3, 7e3, 15e3}) {
    simulated_stream stream({.callable = nanoseconds{cost},
                             .source = nanoseconds{997},
                             .handing_over = nanoseconds{3},
                             .batch_overhead = nanoseconds{0}},
                            64);
    stream.run_until(nanoseconds{20e6});
    CAPTURE(cost);
    CHECK(stream.controller().next().n_jobs >= static_cast<std::size_t>(cost / 1e3) + 1);
    CHECK(stream.controller().next().n_jobs <= static_cast<std::size_t>(cost / 1e3) + 2);
  }
}

TEST_CASE("costs that change in mid-stream are followed both ways", "[policy][simulation]") {
  const stream_model dear{.callable = nanoseconds{10e3}};
  const stream_model cheap{.callable = nanoseconds{2}, .source = nanoseconds{2}};
  simulated_stream stream(dear);
  stream.run_until(nanoseconds{50e6});
  CHECK(stream.controller().is_shared());
  stream.change(cheap);
  stream.run_until(nanoseconds{100e6});
  CHECK_FALSE(stream.controller().is_shared());
  stream.change(dear);
  stream.run_until(nanoseconds{150e6});
  CHECK(stream.controller().is_shared());
}

TEST_CASE("one block in which the thread was preempted does not count", "[policy][unit]") {
  inline_progress done;
  for (int i = 0; i < 20; ++i) {
    done.observe(1, i == 7 ? nanoseconds{10e6} : nanoseconds{50});
  }
  CHECK(done.believed < nanoseconds{2e3});
  inline_progress first;
  first.observe(1, believed_at_once * 0.9);
  CHECK(first.believed == nanoseconds{0});
  inline_progress long_first;
  long_first.observe(1, nanoseconds{10e6});
  CHECK(long_first.believed == nanoseconds{10e6});
}

TEST_CASE("a preempted block and the single item after it do not make a stream look dear",
          "[policy][unit]") {
  stream_controller controller{{}};
  nanoseconds now{0};
  for (int i = 0; i < 400; ++i) {
    const std::size_t items = controller.inline_items();
    // A look at the clock costs 50 ns, and every fortieth block is preempted.
    const nanoseconds took = nanoseconds{3.0} * static_cast<double>(items) + nanoseconds{50} +
                             nanoseconds{i % 40 == 39 ? 3e6 : 0.0};
    now += took;
    controller.observe_inline(items, took, preemption::possible);
    if (i > 80) {
      CHECK(controller.cost_alone() < nanoseconds{4.0});
    }
  }
}

TEST_CASE("laggards count inline unless the thread was preempted", "[policy][unit]") {
  for (const preemption off : {preemption::possible, preemption::excluded}) {
    stream_controller controller{{}};
    for (int i = 0; i < 400; ++i) {
      const std::size_t items = controller.inline_items();
      // Every tenth block holds an item of 100 us, the others cost 100 ns.
      const nanoseconds took =
          nanoseconds{100.0} * static_cast<double>(items) + nanoseconds{i % 10 == 9 ? 100e3 : 0.0};
      const bool asks = controller.is_outlier(items, took);
      if (i > 10) {
        CHECK(asks == (i % 10 == 9));
      }
      controller.observe_inline(items, took, asks ? off : preemption::possible);
    }
    const bool counts = off == preemption::excluded;
    CAPTURE(counts, controller.cost_alone().count());
    CHECK((controller.cost_alone() > nanoseconds{180}) == counts);
    CHECK((controller.cost_alone() < nanoseconds{120}) == !counts);
  }
}

/// A controller whose items cost 100 ns inline, in a trial with one helper.
stream_controller on_trial() {
  stream_controller controller{{}};
  for (int i = 0; i < 100; ++i) {
    const std::size_t items = controller.inline_items();
    controller.observe_inline(
        items, nanoseconds{100.0} * static_cast<double>(items), preemption::possible);
  }
  CHECK(controller.start(
      costs, {.workers = 2, .limited_by = reason_code::one_cpu_allowed}, nanoseconds{1e6}));
  return controller;
}

/// One beat with so many times the rate of the calling thread alone.
void beat_at(stream_controller& controller, double rate, nanoseconds cost = nanoseconds{95}) {
  constexpr std::size_t items = 10'000;
  for (int i = 0; i < 10; ++i) {
    controller.observe_batch(items / 10, cost * (items / 10.0), 0);
  }
  static_cast<void>(controller.observe({.items = items,
                                        .wall = nanoseconds{100.0 * items / rate},
                                        .caller_own = nanoseconds{1.0 * items},
                                        .finished = nanoseconds{10e6},
                                        .helped = true}));
}

TEST_CASE("a trial with cold pages is not given up at its second beat", "[policy][unit]") {
  stream_controller controller = on_trial();
  beat_at(controller, 0.5);  // helpers were still coming
  beat_at(controller, 0.85);
  CHECK(controller.is_shared());
  beat_at(controller, 1.3);
  beat_at(controller, 1.3);
  CHECK(controller.next().reason == reason_code::stream_shared);
}

TEST_CASE("a trial ends after five beats, without hope after three", "[policy][unit]") {
  for (const auto& [rate, beats] : {std::pair{0.5, 3}, std::pair{1.0, 5}}) {
    stream_controller controller = on_trial();
    int taken = 0;
    while (controller.is_shared() && taken < 100) {
      beat_at(controller, rate);
      ++taken;
    }
    CAPTURE(rate);
    CHECK(taken == beats);
    CHECK(controller.next().reason == reason_code::stream_inline);
  }
}

TEST_CASE("sharing is compared early when items got cheaper, not when they got dearer",
          "[policy][unit]") {
  for (const double factor : {0.1, 1.0, 20.0}) {
    stream_controller controller = on_trial();
    for (int i = 0; i < 10; ++i) {
      beat_at(controller, 1.8);
    }
    CHECK(controller.next().reason == reason_code::stream_shared);
    for (int i = 0; i < 20; ++i) {
      beat_at(controller, 1.8, nanoseconds{95.0 * factor});
    }
    CAPTURE(factor);
    CHECK(controller.is_shared() == (factor >= 1.0));
  }
}

TEST_CASE("helpers that did not come are not called again soon", "[policy][unit]") {
  stream_controller controller = on_trial();
  controller.give_up(nanoseconds{10e6});
  CHECK_FALSE(controller.is_shared());
  CHECK_FALSE(controller.worth_trying(costs));
}

TEST_CASE("blocks inline grow eightfold at most, up to 10 us", "[policy][property]") {
  for (const double cost : {0.0, 1.0, 20.0, 1e3, 1e7}) {
    inline_progress done;
    for (int i = 0; i < 30; ++i) {
      const std::size_t before = done.block;
      done.observe(before, nanoseconds{cost} * static_cast<double>(before));
      CHECK(done.block >= 1);
      CHECK(done.block <= std::max(before, most_batch_items) * inline_growth);
      CHECK(
          (done.block == 1 || nanoseconds{cost} * static_cast<double>(done.block) <= inline_block));
    }
  }
}

TEST_CASE("batches last about 30 us, grow fourfold at most, and shrink at once", "[policy][unit]") {
  stream_controller controller{{}};
  controller.start_fixed(2);
  CHECK(controller.batch_items(0, 0) == 1);
  std::size_t before = 1;
  for (int i = 0; i < 10; ++i) {
    controller.observe_batch(before, nanoseconds{100.0} * static_cast<double>(before), 0);
    CHECK(controller.batch_items(0, 0) <= before * batch_growth);
    before = controller.batch_items(0, 0);
  }
  CHECK(before == 300);
  controller.observe_batch(before, nanoseconds{1e6} * static_cast<double>(before), 0);
  CHECK(controller.batch_items(0, 0) == 1);
}

TEST_CASE("a slow source does not wait for a batch to fill", "[policy][unit]") {
  stream_controller controller{{}};
  controller.start_fixed(2);
  for (int i = 0; i < 10; ++i) {
    controller.observe_batch(1000, nanoseconds{1000}, 0);
  }
  CHECK(controller.batch_items(0, 0) > 1000);
  controller.observe_filling(1, nanoseconds{1e6});
  CHECK(controller.batch_items(0, 0) == 1);
}

TEST_CASE("batches and window stay within the bytes that are allowed", "[policy][property]") {
  for (const std::size_t jobs : {2U, 3U, 64U}) {
    stream_controller controller{{}};
    controller.start_fixed(jobs);
    for (int i = 0; i < 10; ++i) {
      controller.observe_batch(10000, nanoseconds{1000}, 0);
    }
    for (const std::size_t bytes : {1U, 100U, 100'000U}) {
      const std::size_t items = controller.batch_items(bytes, 1'000'000);
      CHECK((items == 1 || items * bytes * jobs * 2 <= 1'000'000));
    }
    for (int i = 0; i < 100; ++i) {
      controller.note_laggard();
    }
    CHECK(controller.window() == jobs * most_window);
  }
}

TEST_CASE("what is fixed is not changed", "[policy][unit]") {
  stream_controller controller{{.n_jobs = 3, .batch_items = 7}};
  controller.start_fixed(3);
  controller.observe_batch(7, nanoseconds{1e9}, 0);
  CHECK_FALSE(controller.observe({.items = 100, .wall = nanoseconds{1e9}, .helped = true}));
  CHECK(controller.next().n_jobs == 3);
  CHECK(controller.batch_items(0, 0) == 7);
  CHECK_FALSE(controller.worth_trying(costs));
}

TEST_CASE("every input of the stream controller gives a defined result", "[policy][property]") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double time : {0.0, -1.0, 1e300, inf, nan}) {
    stream_controller controller{{}};
    controller.observe_inline(0, nanoseconds{time}, preemption::possible);
    controller.observe_inline(5, nanoseconds{time}, preemption::possible);
    controller.observe_inline(5, nanoseconds{time}, preemption::possible);
    CHECK(controller.inline_items() >= 1);
    static_cast<void>(controller.worth_trying(costs));
    static_cast<void>(controller.start(
        costs, {.workers = 8, .limited_by = reason_code::workers_busy}, nanoseconds{time}));
    controller.observe_batch(3, nanoseconds{time}, 0);
    controller.observe_filling(0, nanoseconds{time});
    controller.observe_filling(3, nanoseconds{time});
    for (int i = 0; i < 5; ++i) {
      static_cast<void>(controller.observe({.items = 3,
                                            .wall = nanoseconds{time},
                                            .caller_own = nanoseconds{time},
                                            .finished = nanoseconds{time},
                                            .helped = true}));
    }
    CHECK(controller.batch_items(0, 0) >= 1);
    CHECK(controller.batch_items(std::numeric_limits<std::size_t>::max(), 1) == 1);
    CHECK(controller.next().n_jobs >= 1);
    CHECK(controller.next().n_jobs <= 8);
  }
}

}  // namespace
