// Maps of a program that pauses in between: the helpers sleep by the time the next one comes.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_machine/simulate.hpp"

#include <cstddef>

namespace amorsize_tests {
namespace {

constexpr nanoseconds pause{5e6};

struct paused_maps {
  double against_serial = 0.0;  ///< time of all maps / the plain loop's, pauses left out
  std::size_t shared = 0;       ///< maps of them
};

paused_maps run_paused(const machine_model& on, nanoseconds map_time, int maps) {
  constexpr std::size_t items = 1'000;
  const item_costs costs =
      item_costs::of(shape::uniform, items, map_time / static_cast<double>(items));
  virtual_process process(on, 1);
  make_helpers(process);
  site memory;
  paused_maps seen;
  nanoseconds spent{0};
  for (int map = 0; map < maps; ++map) {
    process.machine().sleep_for(pause);
    const simulated_map one = simulate(process, costs, {}, &memory);
    spent += one.makespan;
    seen.shared += one.counts.wakes > 0 ? 1 : 0;
  }
  seen.against_serial = spent / (costs.total() * static_cast<double>(maps));
  return seen;
}

}  // namespace

TEST_CASE("where a wake-up takes longer than it should, few maps try one",
          "[simulation][property]") {
  // As seen on a host whose CPUs sleep deeply: 60 us to call, and 150 until somebody comes.
  const machine_model model{.asleep = {nanoseconds{60e3}, nanoseconds{150e3}}};
  constexpr int maps = 400;
  for (const double us : {100.0, 150.0, 200.0, 240.0}) {
    const paused_maps seen = run_paused(model, nanoseconds{us * 1e3}, maps);
    CAPTURE(us, seen.shared, seen.against_serial);
    CHECK(seen.shared <= maps / 50);
    CHECK(seen.against_serial <= 1.03);
  }
}

TEST_CASE("helpers that never come in time are not called for ever", "[simulation][property]") {
  // Calling is cheap, and whoever comes finds the map over: no arrival is ever seen.
  const machine_model model{.asleep = {nanoseconds{5e3}, nanoseconds{400e3}}};
  constexpr int maps = 400;
  const paused_maps seen = run_paused(model, nanoseconds{150e3}, maps);
  CAPTURE(seen.shared, seen.against_serial);
  CHECK(seen.shared <= maps / 50);
  CHECK(seen.against_serial <= 1.02);
}

TEST_CASE("a map of a series that nobody reached does not make a wake-up look short",
          "[simulation][unit]") {
  using amorsize::policy::crew_state;
  const machine_model model{.asleep = {nanoseconds{5e3}, nanoseconds{400e3}}};
  virtual_process process(model, 1);
  make_helpers(process);
  process.machine().sleep_for(pause);
  process.overheads().observe(
      crew_state::asleep, nanoseconds{5e3}, nanoseconds{190e3}, process.machine().now());
  const item_costs costs = item_costs::of(shape::uniform, 500, nanoseconds{20});
  site memory;
  std::size_t wakes = 0;
  nanoseconds before{0};
  for (int map = 0; map < 100 && wakes == 0; ++map) {
    before = process.overheads().get(crew_state::asleep, process.machine().now()).start;
    wakes = simulate(process, costs, {}, &memory).counts.wakes;
  }
  REQUIRE(wakes > 0);
  const nanoseconds after =
      process.overheads().get(crew_state::asleep, process.machine().now()).start;
  CAPTURE(before.count(), after.count());
  CHECK(after > before * 0.99);
}

TEST_CASE("where a wake-up is quick, maps after pauses are shared all the same",
          "[simulation][property]") {
  const machine_model model{.asleep = {nanoseconds{5e3}, nanoseconds{20e3}}};
  constexpr int maps = 100;
  const paused_maps seen = run_paused(model, nanoseconds{200e3}, maps);
  CAPTURE(seen.shared, seen.against_serial);
  CHECK(seen.shared >= maps * 9 / 10);
  CHECK(seen.against_serial <= 0.65);
}

}  // namespace amorsize_tests
