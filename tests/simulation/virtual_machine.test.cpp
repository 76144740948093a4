// The virtual machine itself: what costs time on it, what does not, and what goes wrong when asked.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"
#include "tests/support/virtual_machine/simulated_atomics.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace amorsize_tests {
namespace {

using amorsize::executor::atomic;

/// Threads note what they see: Catch2 need not know that it could be called on other stacks.
struct moment_seen {
  nanoseconds when{-1};
};

bool is_same(const simulated_map& a, const simulated_map& b) {
  return a.makespan == b.makespan && a.chunks == b.chunks && a.counts.wakes == b.counts.wakes &&
         a.counts.clock_readings == b.counts.clock_readings &&
         a.counts.modifications == b.counts.modifications && a.counts.sleeps == b.counts.sleeps &&
         a.report.n_jobs == b.report.n_jobs &&
         a.report.revisions.size() == b.report.revisions.size();
}

}  // namespace

TEST_CASE("the same seed gives the same map to the last bit, another seed does not",
          "[simulation][property]") {
  for (const std::size_t workers : {2U, 8U, 64U}) {
    const machine_model model{.workers = workers};
    const item_costs costs = item_costs::of(shape::pareto, 20'000, nanoseconds{2'000});
    const simulated_map first = simulate(model, costs, {}, 7);
    // The heap looks different from now on.
    const std::vector<std::unique_ptr<char[]>> clutter = [] {
      std::vector<std::unique_ptr<char[]>> made;
      for (std::size_t i = 1; i < 300; ++i) {
        made.push_back(std::make_unique<char[]>(i * 24));
      }
      return made;
    }();
    CAPTURE(workers);
    CHECK(is_same(first, simulate(model, costs, {}, 7)));
    CHECK(is_same(simulate_warm(model, costs, {}, 7), simulate_warm(model, costs, {}, 7)));
    CHECK(first.makespan != simulate(model, costs, {}, 8).makespan);
  }
}

TEST_CASE("time passes only where something is charged", "[simulation][unit]") {
  virtual_machine machine({.clock_reading = nanoseconds{30}}, 1);
  const nanoseconds began = machine.exact_now();
  atomic<int> own{0};
  for (int i = 0; i < 100; ++i) {
    own.store(i);
    static_cast<void>(own.load());
  }
  CHECK(machine.exact_now() == began);
  CHECK(machine.now() == began + nanoseconds{30});
  CHECK(machine.exact_now() == began + nanoseconds{30});
  machine.advance(nanoseconds{1'000});
  CHECK(machine.exact_now() == began + nanoseconds{1'030});
  machine.sleep_for(nanoseconds{500});
  CHECK(machine.exact_now() == began + nanoseconds{1'530});
  CHECK(machine.counts().clock_readings == 1);
}

TEST_CASE("a line that another wrote costs its reader, the second look does not",
          "[simulation][unit]") {
  const machine_model costs{.load_miss = nanoseconds{100}, .store_miss = nanoseconds{20}};
  memory_model memory(costs);
  alignas(64) const int word = 0;
  const nanoseconds now{1'000};
  CHECK(memory.load(&word, 1, now) == now);  // nobody's
  CHECK(memory.store(&word, 1, now) == now);
  CHECK(memory.load(&word, 1, now) == now);
  CHECK(memory.load(&word, 2, now) == now + nanoseconds{100});
  CHECK(memory.load(&word, 2, now) == now);
  CHECK(memory.load(&word, 1, now) == now);
  CHECK(memory.load(&word, 3, now) == now + nanoseconds{100});
  // Writing takes it from all readers.
  CHECK(memory.store(&word, 1, now) == now + nanoseconds{20});
  CHECK(memory.store(&word, 1, now) == now);
  CHECK(memory.load(&word, 2, now) == now + nanoseconds{100});
  CHECK(memory.load(&word, 3, now) == now + nanoseconds{100});
}

TEST_CASE("two words of one line are one, words of two lines are not", "[simulation][unit]") {
  const machine_model costs{};
  memory_model memory(costs);
  struct alignas(64) line {
    std::uint64_t words[8];
  };
  const line lines[2]{};
  CHECK(memory.store(&lines[0].words[0], 1, nanoseconds{0}) == nanoseconds{0});
  CHECK(memory.load(&lines[0].words[7], 2, nanoseconds{0}) == costs.load_miss);
  CHECK(memory.load(&lines[1].words[0], 2, nanoseconds{0}) == nanoseconds{0});
}

TEST_CASE("modifications of one line happen one after another", "[simulation][unit]") {
  const machine_model costs{.rmw_hit = nanoseconds{5}, .rmw_miss = nanoseconds{100}};
  memory_model memory(costs);
  alignas(64) const int word = 0;
  CHECK(memory.modify(&word, 1, nanoseconds{0}) == nanoseconds{5});
  CHECK(memory.modify(&word, 2, nanoseconds{0}) == nanoseconds{105});
  CHECK(memory.modify(&word, 3, nanoseconds{0}) == nanoseconds{205});
  CHECK(memory.modify(&word, 3, nanoseconds{205}) == nanoseconds{210});
  CHECK(memory.modify(&word, 4, nanoseconds{1'000}) == nanoseconds{1'100});
}

TEST_CASE("threads that modify one word get in each other's way", "[simulation][unit]") {
  constexpr std::size_t threads = 20;
  constexpr int changes = 50;
  const machine_model model{.workers = threads, .rmw_miss = nanoseconds{100}};
  virtual_machine machine(model, 1);
  atomic<int> word{0};
  for (std::size_t i = 0; i < threads; ++i) {
    const auto thread = machine.make_thread(i + 1, [&] {
      for (int change = 0; change < changes; ++change) {
        word.fetch_add(1);
      }
    });
    machine.wake_at(thread, machine.exact_now());
  }
  const nanoseconds began = machine.exact_now();
  machine.drain();
  CHECK(word.load() == static_cast<int>(threads) * changes);
  // Nearly each of them has to fetch the line from another worker.
  const nanoseconds one_after_another = model.rmw_miss * static_cast<double>(threads * changes);
  CHECK(machine.exact_now() - began >= 0.9 * one_after_another);
  CHECK(machine.exact_now() - began <= 1.1 * one_after_another);
}

TEST_CASE("a stalled worker makes no progress and the others do", "[simulation][unit]") {
  machine_model model{.workers = 3};
  const nanoseconds start{1e6};  // when a machine begins
  model.faults.stalls = {{1, start + nanoseconds{2'000}, start + nanoseconds{9'000}}};
  virtual_machine machine(model, 1);
  REQUIRE(machine.exact_now() == start);
  std::vector<moment_seen> ended(3);
  for (std::size_t worker = 1; worker < 3; ++worker) {
    const auto thread = machine.make_thread(worker, [&, worker] {
      machine.advance(nanoseconds{5'000});
      ended[worker].when = machine.exact_now() - start;
    });
    machine.wake_at(thread, start);
  }
  machine.drain();
  CHECK(ended[1].when == nanoseconds{12'000});
  CHECK(ended[2].when == nanoseconds{5'000});
}

TEST_CASE("a worker of half the speed needs twice the time", "[simulation][unit]") {
  virtual_machine machine({.workers = 2, .speeds = {1.0, 0.5}}, 1);
  const nanoseconds began = machine.exact_now();
  moment_seen ended;
  machine.wake_at(machine.make_thread(1,
                                      [&] {
                                        machine.advance(nanoseconds{1'000});
                                        ended.when = machine.exact_now() - began;
                                      }),
                  began);
  machine.drain();
  CHECK(ended.when == nanoseconds{2'000});
}

TEST_CASE("a thread that waits sleeps until it is notified", "[simulation][unit]") {
  machine_model model{.workers = 2};
  model.asleep.start = nanoseconds{40'000};
  model.wake_jitter = 0.0;
  virtual_machine machine(model, 1);
  atomic<int> word{0};
  moment_seen woken;
  machine.wake_at(machine.make_thread(1,
                                      [&] {
                                        word.wait(0);
                                        woken.when = machine.exact_now();
                                      }),
                  machine.exact_now());
  machine.advance(nanoseconds{500'000});
  CHECK(woken.when < nanoseconds{0});
  word.notify_all();  // for nothing: the value is the same, it goes on sleeping
  machine.advance(nanoseconds{500'000});
  CHECK(woken.when < nanoseconds{0});
  word.store(1);
  const nanoseconds stored = machine.exact_now();
  word.notify_all();
  machine.drain();
  CHECK(woken.when >= stored + model.asleep.start);
  CHECK(woken.when <= stored + model.asleep.start + nanoseconds{10'000});
  CHECK(machine.counts().sleeps == 2);
}

TEST_CASE("whoever is due first runs first, and in order at the same moment",
          "[simulation][unit]") {
  virtual_machine machine({.workers = 4}, 1);
  std::vector<int> order;
  const auto at = [&](int name, double when) {
    machine.wake_at(machine.make_thread(1, [&order, name] { order.push_back(name); }),
                    machine.exact_now() + nanoseconds{when});
  };
  at(3, 300.0);
  at(1, 100.0);
  at(4, 300.0);
  at(2, 200.0);
  machine.drain();
  CHECK(order == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("a clock with noise errs either way and may go back", "[simulation][unit]") {
  machine_model model{};
  model.faults.clock_noise = nanoseconds{1'000};
  virtual_machine machine(model, 1);
  bool went_back = false;
  nanoseconds before{0};
  double error = 0.0;
  for (int i = 0; i < 1'000; ++i) {
    const nanoseconds read = machine.now();
    const nanoseconds off = read - machine.exact_now();
    CHECK(off >= nanoseconds{-1'000});
    CHECK(off <= nanoseconds{1'000});
    error += off.count();
    went_back = went_back || read < before;
    before = read;
  }
  CHECK(went_back);
  CHECK(std::abs(error / 1'000) < 100.0);
}

}  // namespace amorsize_tests
