// Helpers stay awake for a while, so that the next map need not wake them. Does that pay, and does
// the program around us pay for it?
//   bench_residency [ROUNDS]      default: 11
// dispatch  maps of 50 us back to back: from the call to the first item on another thread
// idle      CPU time of the process in the second after its last map
// host      a loop of 83 us with tbb::parallel_for, after 100 us of something else: the plain loop,
//           a map of amorsize, another tbb::parallel_for
// Each run is a process of its own; all kinds by turns, in random order; medians over the rounds.
#include "bench/driver/statistics.hpp"
#include "support/fresh_process.hpp"

#include <amorsize/amorsize.hpp>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

namespace {

using amorsize_bench::median;

using clock_type = std::chrono::steady_clock;

double us_since(clock_type::time_point began) {
  return std::chrono::duration<double, std::micro>(clock_type::now() - began).count();
}

/// About a microsecond per 700 rounds.
constexpr int rounds_per_us = 700;

double work(double us) {
  double value = 1.0;
  for (int left = static_cast<int>(us * rounds_per_us); left > 0; --left) {
    value = value * 0.999'999'9 + 1e-9;
  }
  return value;
}

/// What a loop reads and writes. Each loop has its own: else the lines that one left in the other
/// CPU's cache are fetched back in the time of the next.
struct loop_data {
  explicit loop_data(std::size_t items) : in(items), out(items) {
    std::iota(in.begin(), in.end(), std::size_t{0});
  }
  std::vector<std::size_t> in;
  std::vector<double> out;
};

/// out[i] = f(in[i]), in one of the ways to run a loop.
template <class F>
void run_map(const std::string& way, loop_data& on, const F& f) {
  if (way == "loop") {
    std::transform(on.in.begin(), on.in.end(), on.out.begin(), f);
  } else if (way == "parallel_for") {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, on.in.size()),
                      [&](const tbb::blocked_range<std::size_t>& range) {
                        for (std::size_t i = range.begin(); i != range.end(); ++i) {
                          on.out[i] = f(on.in[i]);
                        }
                      });
  } else {
    amorsize::parallel_map(on.in.begin(), on.in.end(), on.out.begin(), f);
  }
}

constexpr int maps = 3'000;

/// Microseconds from the call to the first item on another thread; the median of those maps in
/// which there was one.
double dispatch(const std::string& way) {
  loop_data on(50);
  std::vector<double> took;
  for (int map = 0; map < maps; ++map) {
    const std::thread::id caller = std::this_thread::get_id();
    std::atomic<double> first{0.0};  // written by the helpers; relaxed: a figure
    const clock_type::time_point began = clock_type::now();
    run_map(way, on, [&](std::size_t) {
      if (std::this_thread::get_id() != caller && first.load(std::memory_order_relaxed) == 0.0) {
        first.store(us_since(began), std::memory_order_relaxed);
      }
      return work(1.0);
    });
    if (const double seen = first.load(std::memory_order_relaxed); seen > 0.0) {
      took.push_back(seen);
    }
  }
  return took.empty() ? 0.0 : median(took);
}

double cpu_seconds() {
  ::rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const ::timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Percent of one CPU, in the second after the last map.
double idle(const std::string& way) {
  loop_data on(200);
  for (int map = 0; map < maps / 10; ++map) {
    run_map(way, on, [](std::size_t) { return work(1.0); });
  }
  const double before = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  return 100.0 * (cpu_seconds() - before);
}

/// Microseconds for the host's own loop.
double host(const std::string& between) {
  loop_data ours(100);
  loop_data hosts(64);
  std::vector<double> took;
  for (int map = 0; map < maps; ++map) {
    run_map(between, ours, [](std::size_t) { return work(1.0); });
    const clock_type::time_point began = clock_type::now();
    run_map("parallel_for", hosts, [](std::size_t) { return work(1.3); });
    took.push_back(us_since(began));
  }
  return median(took);
}

struct question {
  const char* name;
  const char* told;
  const char* unit;
  double (*measure)(const std::string& way);
  std::vector<std::string> ways;
};

const char* const with_threads = "amorsize, threads";

std::vector<question> all_questions() {
  const std::string tbb = "amorsize";
  return {{"dispatch",
           "dispatch, call to first item elsewhere",
           "us",
           dispatch,
           {"parallel_for", tbb, with_threads}},
          {"host",
           "host's tbb::parallel_for after",
           "us",
           host,
           {"loop", tbb, with_threads, "parallel_for"}},
          {"idle",
           "idle, the second after",
           "% of a CPU",
           idle,
           {"loop", tbb, with_threads, "parallel_for"}}};
}

double answer_of_fresh_process(const question& what, const std::string& way) {
  const std::optional<std::string> answer =
      bench::output_of_fresh_process({"--run", what.name, way}, [&] {
        return ::setenv("AMORSIZE_BACKEND", way == with_threads ? "threads" : "tbb", 1) == 0;
      });
  if (!answer) {
    throw std::runtime_error(way + ": no answer");
  }
  return std::strtod(answer->c_str(), nullptr);
}

void ask(const question& what, int rounds, std::mt19937& random) {
  std::vector<std::string> order = what.ways;
  std::map<std::string, std::vector<double>> seen;
  for (int round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const std::string& way : order) {
      seen[way].push_back(answer_of_fresh_process(what, way));
    }
  }
  std::printf("%s, %d rounds\n", what.told, rounds);
  const std::string& reference = what.ways.front();
  for (const std::string& way : what.ways) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < seen[way].size(); ++round) {
      ratios.push_back(seen[way][round] / seen[reference][round]);
    }
    std::printf("  %-18s %8.3f %s", way.c_str(), median(seen[way]), what.unit);
    if (way != reference) {
      std::printf("   %6.3f x %s", median(ratios), reference.c_str());
    }
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<question> questions = all_questions();
  if (argc == 4 && std::string(argv[1]) == "--run") {
    for (const question& what : questions) {
      if (argv[2] == std::string(what.name)) {
        std::printf("%.9g\n", what.measure(argv[3]));
      }
    }
    return 0;
  }
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 11;
  if (rounds < 1) {
    std::cerr << "usage: bench_residency [ROUNDS]\n";
    return 2;
  }
  std::mt19937 random(1);
  for (const question& what : questions) {
    ask(what, rounds, random);
  }
  return 0;
}
