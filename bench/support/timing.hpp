// How a cell is timed: one map after the other, or with pauses between them. Before anything is
// timed, the result of one map is checked against the serial loop's.
// Thread safety: for the main thread only.
//
// A workload has vectors `in` and `out` of one size, `op()`, a copy of which maps in[i] to out[i]
// through a const call, and `take_checksum()`, which sums up what the last map did and forgets it.
// Where op() itself maps, `serial_op()` is the same without that. Where a round is more than one
// map, the workload has `map_all()`.
#pragma once

#include "support/kept_workload.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <type_traits>
#include <vector>

namespace bench {

/// CPU time of all threads of this process so far, in nanoseconds.
[[nodiscard]] inline double process_cpu_ns() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto in_ns = [](const timeval& t) {
    return (static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec)) * 1e3;
  };
  return in_ns(usage.ru_utime) + in_ns(usage.ru_stime);
}

template <class Workload>
concept maps_itself = requires(Workload& work) {
  work.map_all();
};

/// One map of the workload by the implementation.
template <class Implementation, class Workload>
void map_once(Workload& work) {
  if constexpr (maps_itself<Workload>) {
    work.map_all();
  } else {
    Implementation::map(work.in.data(), work.in.size(), work.out.data(), work.op());
  }
}

/// Whether the implementation computes what the serial loop computes.
template <class Implementation, class Workload>
[[nodiscard]] bool result_is_right(Workload& work) {
  if constexpr (requires { work.serial_op(); }) {
    std::transform(work.in.begin(), work.in.end(), work.out.begin(), work.serial_op());
  } else {
    std::transform(work.in.begin(), work.in.end(), work.out.begin(), work.op());
  }
  const std::uint64_t expected = work.take_checksum();
  using result = typename std::remove_reference_t<decltype(work.out)>::value_type;
  std::fill(work.out.begin(), work.out.end(), result{});
  map_once<Implementation>(work);
  return work.take_checksum() == expected;
}

/// The counters that every cell has.
template <class Workload>
void add_counters(benchmark::State& state, const Workload& work) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(work.in.size()));
}

/// What the implementation can tell about its decision, by one more map which is not timed.
template <class Implementation, class Workload>
void add_decision(benchmark::State& state, Workload& work) {
  if constexpr (!maps_itself<Workload> && requires { typename Implementation::decision; }) {
    const auto made =
        Implementation::decide(work.in.data(), work.in.size(), work.out.data(), work.op());
    state.counters["n_jobs"] = static_cast<double>(made.n_jobs);
    state.counters["chunksize"] = static_cast<double>(made.chunksize);
  }
}

/// One map after the other, as fast as they come.
struct back_to_back {
  template <class Implementation, class Workload>
  static void time(benchmark::State& state, Workload& work) {
    benchmark::DoNotOptimize(work.out.data());
    for ([[maybe_unused]] auto _ : state) {
      map_once<Implementation>(work);
      benchmark::ClobberMemory();  // every map has to read its input and to write its results
    }
    add_counters(state, work);
    add_decision<Implementation>(state, work);
  }
};

/// A pause before each map, so that workers and caches have gone to sleep. Only the map is timed;
/// the CPU time is that of the pauses, too: it shows the workers that do not sleep.
struct with_pauses {
  static constexpr std::chrono::milliseconds pause{5};
  static constexpr std::int64_t calls = 40;  // with their pauses 0.2 s

  template <class Implementation, class Workload>
  static void time(benchmark::State& state, Workload& work) {
    using clock = std::chrono::steady_clock;
    std::vector<double> seconds;
    seconds.reserve(static_cast<std::size_t>(calls));
    const double cpu_before = process_cpu_ns();
    for ([[maybe_unused]] auto _ : state) {
      std::this_thread::sleep_for(pause);
      const clock::time_point begin = clock::now();
      map_once<Implementation>(work);
      benchmark::ClobberMemory();
      seconds.push_back(std::chrono::duration<double>(clock::now() - begin).count());
      state.SetIterationTime(seconds.back());
    }
    const double cpu = process_cpu_ns() - cpu_before;
    state.counters["cpu_per_call_ns"] = cpu / static_cast<double>(seconds.size());
    const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
    std::nth_element(seconds.begin(), middle, seconds.end());
    state.counters["median_call_ns"] = *middle * 1e9;
    add_counters(state, work);
    std::this_thread::sleep_for(pause);
    add_decision<Implementation>(state, work);
  }
};

/// Adds the cell `name`. The workload is what `make()` returns; it is made when the cell runs.
template <class Implementation, class Timing = back_to_back, class Make>
void add_cell(const std::string& name, const Make& make) {
  const auto run = [name, make](benchmark::State& state) {
    bool first = false;
    auto& work = the_workload().of(name, make, first);
    if (first && !result_is_right<Implementation>(work)) {
      the_workload().drop();
      state.SkipWithError("the result is not that of the serial loop");
      return;
    }
    Timing::template time<Implementation>(state, work);
  };
  benchmark::internal::Benchmark* cell = benchmark::RegisterBenchmark(name.c_str(), run);
  cell->Unit(benchmark::kNanosecond)->MeasureProcessCPUTime();
  if constexpr (requires { Timing::calls; }) {
    cell->Iterations(Timing::calls)->UseManualTime();
  } else {
    cell->UseRealTime();
  }
}

}  // namespace bench
