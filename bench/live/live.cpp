// How does a map that decides by itself compare with the best fixed n_jobs when the machine is not
// all its own: a quota of 1 or 1.5 CPUs, one CPU in the affinity mask, one core that another
// process occupies? And when the items wait?
//   bench_live [--rounds N] [CELL...]      cells: quota1 quota1_long quota1.5 pinned neighbour
//   mutex sleep sleep_and_compute
// Each run is a process of its own, started in turn; medians of times, and of their ratios to those
// of the same round.
#include "bench/driver/statistics.hpp"
#include "support/fresh_process.hpp"
#include "tests/support/own_cgroup.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <sched.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using amorsize_bench::median;

using amorsize_test::own_cgroup;
using seconds = std::chrono::duration<double>;

// --- one run, in a process of its own

std::uint64_t calculate(std::uint64_t seed, int rounds) {
  std::uint64_t x = seed * 2 + 1;
  for (int i = 0; i < rounds; ++i) {
    x ^= x << 13U;
    x ^= x >> 7U;
    x ^= x << 17U;
  }
  return x;
}

struct workload {
  std::size_t items = 20'000;
  int rounds = 25'000;  ///< about 50 us an item
  bool is_locked = false;
  std::chrono::milliseconds sleep{0};
};

workload workload_of(const std::string& cell) {
  if (cell == "mutex") {
    return {.items = 200, .rounds = 2'500'000, .is_locked = true};
  }
  if (cell == "sleep") {
    return {.items = 400, .rounds = 0, .sleep = std::chrono::milliseconds(1)};
  }
  if (cell == "sleep_and_compute") {
    return {.items = 400, .rounds = 550'000, .sleep = std::chrono::milliseconds(1)};
  }
  return {.items = cell == "quota1_long" ? std::size_t{100'000} : std::size_t{20'000}};
}

/// The fixed n_jobs to compare with.
std::vector<std::string> fixed_of(const std::string& cell) {
  if (cell == "sleep") {
    return {"2", "64"};
  }
  if (cell == "sleep_and_compute") {
    return {"2", "4", "8"};
  }
  return {"1", "2"};
}

/// variant: "loop", "amorsize", or a number of jobs. Prints the seconds it took.
int run_once(const std::string& cell, const std::string& variant) {
  const workload what = workload_of(cell);
  std::vector<std::uint64_t> in(what.items);
  std::iota(in.begin(), in.end(), std::uint64_t{1});
  std::vector<std::uint64_t> out(what.items);
  std::mutex lock;
  const auto op = [&](std::uint64_t seed) {
    std::unique_lock<std::mutex> held(lock, std::defer_lock);
    if (what.is_locked) {
      held.lock();
    }
    if (what.sleep.count() > 0) {
      std::this_thread::sleep_for(what.sleep);
    }
    return calculate(seed, what.rounds);
  };
  const auto began = std::chrono::steady_clock::now();
  if (variant == "loop") {
    std::transform(in.begin(), in.end(), out.begin(), op);
  } else if (variant == "amorsize") {
    amorsize::parallel_map(in.begin(), in.end(), out.begin(), op);
  } else {
    const auto n_jobs = static_cast<std::size_t>(std::strtoul(variant.c_str(), nullptr, 10));
    amorsize::parallel_map(in.begin(), in.end(), out.begin(), op, {.n_jobs = n_jobs});
  }
  const seconds took = std::chrono::steady_clock::now() - began;
  std::printf("%.9f %llx\n", took.count(), static_cast<unsigned long long>(out.back()));
  return 0;
}

// --- surroundings

class surroundings {
 public:
  /// False where they cannot be had.
  bool prepare(const std::string& cell) {
    if (cell.starts_with("quota")) {
      group_ = own_cgroup::make("cpu");
      return group_ && group_->limit_cpus(cell == "quota1.5" ? 1.5 : 1.0);
    }
    pinned_ = cell == "pinned";
    if (cell == "neighbour") {
      neighbour_ = ::fork();
      if (neighbour_ == 0) {
        pin_to(1);
        for (volatile std::uint64_t heat = 1;;) {
          heat = calculate(heat, 1000);
        }
      }
      return neighbour_ > 0 && std::thread::hardware_concurrency() > 1;
    }
    return true;
  }
  surroundings() = default;
  surroundings(const surroundings&) = delete;
  surroundings& operator=(const surroundings&) = delete;
  ~surroundings() {
    if (neighbour_ > 0) {
      ::kill(neighbour_, SIGKILL);
      ::waitpid(neighbour_, nullptr, 0);
    }
  }

  /// In the process that is to run.
  bool enter() const {
    if (pinned_) {
      pin_to(0);
    }
    return !group_ || group_->enter();
  }
  /// A quota that was used up is full again.
  void settle() const { std::this_thread::sleep_for(std::chrono::milliseconds(group_ ? 220 : 20)); }

 private:
  static void pin_to(int cpu) {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    CPU_SET(cpu, &mask);
    ::sched_setaffinity(0, sizeof mask, &mask);
  }

  std::optional<own_cgroup> group_;
  bool pinned_ = false;
  pid_t neighbour_ = 0;
};

// --- the campaign

std::optional<double> time_of(const surroundings& in,
                              const std::string& cell,
                              const std::string& variant) {
  in.settle();
  const std::optional<std::string> answer =
      bench::output_of_fresh_process({"--run", cell, variant}, [&] { return in.enter(); });
  return answer ? std::optional(std::strtod(answer->c_str(), nullptr)) : std::nullopt;
}

bool measure(const std::string& cell, int rounds) {
  surroundings in;
  if (!in.prepare(cell)) {
    std::printf("%s: skipped, cannot be had here\n", cell.c_str());
    return true;
  }
  const std::vector<std::string> fixed = fixed_of(cell);
  std::vector<std::string> variants{"loop", "amorsize"};
  variants.insert(variants.end(), fixed.begin(), fixed.end());
  std::map<std::string, std::vector<double>> times;
  std::mt19937 random(1);
  for (int round = 0; round < rounds; ++round) {
    std::shuffle(variants.begin(), variants.end(), random);
    for (const std::string& variant : variants) {
      const std::optional<double> took = time_of(in, cell, variant);
      if (!took) {
        std::printf("%s: %s failed\n", cell.c_str(), variant.c_str());
        return false;
      }
      times[variant].push_back(*took);
    }
  }
  std::printf("%s, %d rounds\n", cell.c_str(), rounds);
  const std::string best = *std::min_element(
      fixed.begin(), fixed.end(), [&](const std::string& one, const std::string& other) {
        return median(times[one]) < median(times[other]);
      });
  for (const auto& [variant, seen] : times) {
    std::vector<double> to_best;
    std::vector<double> to_loop;
    for (std::size_t round = 0; round < seen.size(); ++round) {
      to_best.push_back(seen[round] / times[best][round]);
      to_loop.push_back(seen[round] / times["loop"][round]);
    }
    const bool is_fixed = variant != "loop" && variant != "amorsize";
    std::printf("  %-8s%-9s %8.1f ms   %6.3f x n_jobs %s   %6.3f x the loop\n",
                is_fixed ? "n_jobs" : "",
                variant.c_str(),
                1e3 * median(seen),
                median(to_best),
                best.c_str(),
                median(to_loop));
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> cells;
  int rounds = 15;
  if (count == 4 && std::string(arguments[1]) == "--run") {
    return run_once(arguments[2], arguments[3]);
  }
  for (int i = 1; i < count; ++i) {
    if (std::string(arguments[i]) == "--rounds" && i + 1 < count) {
      rounds = std::max(1, std::atoi(arguments[++i]));
    } else {
      cells.emplace_back(arguments[i]);
    }
  }
  if (cells.empty()) {
    cells = {"quota1",
             "quota1_long",
             "quota1.5",
             "pinned",
             "neighbour",
             "mutex",
             "sleep",
             "sleep_and_compute"};
  }
  bool fine = true;
  for (const std::string& cell : cells) {
    fine = measure(cell, rounds) && fine;
  }
  return fine ? 0 : 1;
}
