// How long do the maps of machine_workloads.hpp take on this machine, and what does waking cost?
//   amorsize_simulation_measure FILE
// Writes what amorsize_simulation_vs_machine compares the simulator with. Reads clocks: to be run
// on a machine that does nothing else.
#include "tests/simulation/machine_workloads.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace amorsize_tests {
namespace {

constexpr std::size_t rounds = 21;
constexpr std::size_t rounds_in_a_row = 15;
constexpr std::size_t rounds_of_calibration = 41;
constexpr std::uint32_t calibration_turns = 2'000'000;

/// Arithmetic only: each turn waits for the one before.
[[gnu::noinline]] double busy(std::uint32_t turns) {
  asm volatile("" : "+r"(turns));  // no call may be left out, or moved away from its clock
  double x = 1.0;
  for (std::uint32_t i = 0; i < turns; ++i) {
    x = x * 0.999'999 + 1e-9;
  }
  return x;
}

/// Nanoseconds.
template <class Work>
double time_of(Work work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - began).count();
}

struct loop {
  std::vector<std::uint32_t> turns;
  std::vector<double> results;

  explicit loop(std::vector<std::uint32_t> of) : turns(std::move(of)), results(turns.size()) {}

  double serial() {
    return time_of([&] { std::transform(turns.begin(), turns.end(), results.begin(), busy); });
  }
  /// Each workload and each calibration is a call site of its own: `Op` is its type.
  template <class Op>
  double mapped(Op op, amorsize::report* told = nullptr) {
    return time_of([&] {
      amorsize::parallel_map(
          turns.begin(), turns.end(), results.begin(), op, {.max_jobs = 2, .report = told});
    });
  }
};

double measure_turn() {
  static_cast<void>(busy(calibration_turns));
  std::vector<double> times;
  for (std::size_t i = 0; i < rounds_of_calibration; ++i) {
    times.push_back(time_of([] { static_cast<void>(busy(calibration_turns)); }));
  }
  return median(times) / calibration_turns;
}

/// The speed of each of two CPUs when both are busy, one alone having 1.
double measure_speed_together(double one_turn) {
  std::vector<double> times;
  for (std::size_t i = 0; i < rounds; ++i) {
    std::atomic<int> ready{0};
    double other = 0.0;
    const auto run = [&] {
      ready.fetch_add(1);
      while (ready.load() < 2) {
      }
      return time_of([] { static_cast<void>(busy(calibration_turns)); });
    };
    std::thread second([&] { other = run(); });
    const double own = run();
    second.join();
    times.push_back((own + other) / 2.0);
  }
  return std::min(1.0, one_turn * calibration_turns / median(times));
}

/// What waking costs after `pause`, from the library's own reports of a map of 2 ms.
template <class Pause>
void measure_wake(const char* state, double one_turn, figures& into, Pause pause) {
  loop of(turns_of({"", shape::uniform, 2'000, nanoseconds{1e3}}, nanoseconds{one_turn}));
  std::vector<double> wakes;
  std::vector<double> starts;
  std::vector<double> claims;
  for (std::size_t i = 0; i < rounds_of_calibration; ++i) {
    pause();
    amorsize::report told;
    static_cast<void>(of.mapped([](std::uint32_t turns) { return busy(turns); }, &told));
    claims.push_back(told.claim_cost_ns);
    if (told.measured_start_delay_ns > 0.0) {
      wakes.push_back(told.measured_wake_cost_ns);
      starts.push_back(told.measured_start_delay_ns - told.measured_wake_cost_ns);
    }
  }
  into[std::string(state) + "_wake"] = median(wakes);
  into[std::string(state) + "_start"] = median(starts);
  into["claim"] = median(claims);
}

void calibrate(double one_turn, figures& into) {
  into["one_turn"] = one_turn;
  into["speed_together"] = measure_speed_together(one_turn);
  measure_wake("long_asleep", one_turn, into, [one_turn] {
    static_cast<void>(busy(static_cast<std::uint32_t>(40e6 / one_turn)));
  });
  measure_wake("asleep", one_turn, into, [] {
    std::this_thread::sleep_for(std::chrono::duration<double, std::nano>(short_pause.count()));
  });
  measure_wake("awake", one_turn, into, [] {});
}

template <class Op>
void measure(const machine_workload& what, double one_turn, Op op, figures& into) {
  loop of(turns_of(what, nanoseconds{one_turn}));
  std::vector<double> serial;
  std::vector<double> mapped;
  static_cast<void>(of.serial());
  static_cast<void>(of.mapped(op));
  static_cast<void>(of.mapped(op));
  if (what.before == pause_before::none) {
    for (std::size_t round = 0; round < rounds_in_a_row; ++round) {
      for (std::size_t i = 0; i < maps_in_a_row; ++i) {
        serial.push_back(of.serial());
      }
      static_cast<void>(of.mapped(op));
      for (std::size_t i = 0; i < maps_in_a_row; ++i) {
        mapped.push_back(of.mapped(op));
      }
    }
  } else {
    for (std::size_t round = 0; round < rounds; ++round) {
      serial.push_back(of.serial());
      if (what.before == pause_before::short_one) {
        std::this_thread::sleep_for(std::chrono::duration<double, std::nano>(short_pause.count()));
      }
      mapped.push_back(of.mapped(op));
    }
  }
  into[what.name + "_serial"] = median(serial);
  into[what.name + "_mapped"] = median(mapped);
}

/// A callable type per workload: each has its own call site.
template <std::size_t at = 0>
void measure_all(double one_turn, figures& into) {
  if (at < machine_workloads().size()) {
    measure(
        machine_workloads()[at], one_turn, [](std::uint32_t turns) { return busy(turns); }, into);
  }
  if constexpr (at < 31) {
    measure_all<at + 1>(one_turn, into);
  }
}

}  // namespace
}  // namespace amorsize_tests

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: amorsize_simulation_measure FILE\n", stderr);
    return 2;
  }
  try {
    amorsize_tests::figures all;
    const double one_turn = amorsize_tests::measure_turn();
    amorsize_tests::calibrate(one_turn, all);
    amorsize_tests::measure_all(one_turn, all);
    amorsize_tests::write_figures(arguments[1], all);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "amorsize_simulation_measure: %s\n", error.what());
    return 1;
  }
  return 0;
}
