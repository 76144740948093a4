// optimize() against the truth: for each workload, in a process of its own, is the measured speedup
// of the plan inside the predicted interval, and is there a fixed plan that is much faster?
//   bench_plan_truth            all workloads, then the count
//   bench_plan_truth FIRST LAST those with these numbers (0 ..), for machines shared with others
//   bench_plan_truth one NAME   a single one, in this very process
#include "bench/driver/statistics.hpp"
#include "plans/workloads.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using amorsize_bench::median;

using clock_type = std::chrono::steady_clock;

constexpr std::chrono::milliseconds time_of_workload{1'000};
constexpr std::size_t fewest_rounds = 7;
constexpr std::size_t most_rounds = 101;
/// Plans are for helpers that sleep: so long after a map they do.
constexpr std::chrono::microseconds until_asleep{400};

double nanoseconds_since(clock_type::time_point began) {
  return std::chrono::duration<double, std::nano>(clock_type::now() - began).count();
}

void pass_time(std::chrono::nanoseconds time) {
  for (const auto began = clock_type::now(); clock_type::now() - began < time;) {
  }
}

struct candidate {
  std::size_t n_jobs;
  std::size_t chunksize;
  std::vector<double> times = {};
};

/// Fixed plans: one worker, and two with chunks from one item to half of them.
std::vector<candidate> grid_for(std::size_t items) {
  std::vector<candidate> grid{{1, items}};
  std::vector<std::size_t> sizes{1, 4, 16, 64, 256, 1'024, 4'096};
  for (const std::size_t parts : {64, 16, 8, 4, 2}) {
    sizes.push_back(items / parts);
  }
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  for (const std::size_t size : sizes) {
    if (size >= 1 && size <= (items + 1) / 2) {
      grid.push_back({2, size});
    }
  }
  return grid;
}

template <class F>
std::size_t calls_of_optimize(const std::vector<double>& items, const F& f) {
  std::size_t calls = 0;
  static_cast<void>(amorsize::optimize(items, [&](double x) { return ++calls, f(x); }));
  return calls;
}

template <class F>
void judge(const char* name, const std::vector<double>& items, const F& f) {
  const amorsize::plan fresh = amorsize::optimize(items, f);
  const std::size_t fresh_calls = fresh.sampled_items;
  using result = std::decay_t<std::invoke_result_t<const F&, double>>;
  std::vector<result> out(items.size());
  // Two shared maps: the process has woken a helper before, as one that plans usually has.
  for (int i = 0; i < 2; ++i) {
    std::vector<double> warm(400, 1.0);
    amorsize::parallel_map(warm,
                           warm.begin(),
                           [](double x) { return amorsize_bench::arithmetic(x, 2'000); },
                           {.n_jobs = 2});
    pass_time(until_asleep);
  }
  const amorsize::plan made = amorsize::optimize(items, f);

  std::vector<candidate> grid = grid_for(items.size());
  grid.push_back({made.n_jobs, made.chunksize});
  std::vector<double> loop;
  const auto time_loop = [&] {
    const auto began = clock_type::now();
    std::transform(items.begin(), items.end(), out.begin(), f);
    loop.push_back(nanoseconds_since(began));
  };
  const auto time_map = [&](candidate& which) {
    const amorsize::options how{.n_jobs = which.n_jobs, .chunksize = which.chunksize};
    pass_time(until_asleep);
    const auto began = clock_type::now();
    amorsize::parallel_map(items.begin(), items.end(), out.begin(), f, how);
    which.times.push_back(nanoseconds_since(began));
  };
  const auto began = clock_type::now();
  for (std::size_t round = 0; round < fewest_rounds ||
                              (round < most_rounds && clock_type::now() - began < time_of_workload);
       ++round) {
    for (candidate& each : grid) {
      time_map(each);
      if (&each == &grid.back() || &each == &grid[grid.size() / 2]) {
        time_loop();
      }
    }
    time_map(grid.back());
  }
  const double alone = median(loop);
  const double planned = median(grid.back().times);
  const candidate& plan_itself = grid.back();
  const candidate* best = &plan_itself;
  for (const candidate& each : grid) {
    // The same plan at another place of the round says how noisy the machine is, and no more.
    const bool is_same =
        each.n_jobs == plan_itself.n_jobs && each.chunksize == plan_itself.chunksize;
    if (!is_same && median(each.times) < median(best->times)) {
      best = &each;
    }
  }
  const double speedup = alone / planned;
  const bool inside =
      made.estimated_speedup_low <= speedup && speedup <= made.estimated_speedup_high;
  const double off = made.estimated_speedup / speedup;
  std::printf(
      "%-15s %10.1f us | %5.2f in %5.2f .. %5.2f, was %5.2f %-7s %-6s| %zu x %-7zu %5.2f x the "
      "best, %zu x %zu%s | fresh: %zu jobs, %zu calls, then %zu\n",
      name,
      alone / 1e3,
      made.estimated_speedup,
      made.estimated_speedup_low,
      made.estimated_speedup_high,
      speedup,
      inside ? "inside" : "OUTSIDE",
      off < 1.25 && off > 0.8 ? "near" : "FAR",
      made.n_jobs,
      made.chunksize,
      planned / median(best->times),
      best->n_jobs,
      best->chunksize,
      planned <= 1.1 * median(best->times) ? " good" : " WORSE",
      fresh.n_jobs,
      fresh_calls,
      calls_of_optimize(items, f));
  std::fflush(stdout);
}

void judge_one(std::string_view wanted) {
  amorsize_bench::for_each_plan_workload([&](const char* name, const auto& items, const auto& f) {
    if (name == wanted) {
      judge(name, items, f);
    }
  });
}

/// Each in a process of its own, through a pipe. Returns the lines.
std::vector<std::string> judge_all(const char* self, std::size_t first, std::size_t last) {
  std::vector<std::string> lines;
  std::size_t number = 0;
  amorsize_bench::for_each_plan_workload([&](const char* name, const auto&, const auto&) {
    if (number++ < first || number - 1 > last) {
      return;
    }
    const std::string command = std::string("'") + self + "' one '" + name + "'";
    std::FILE* const child = popen(command.c_str(), "r");
    std::array<char, 400> line{};
    while (child != nullptr && std::fgets(line.data(), line.size(), child) != nullptr) {
      lines.emplace_back(line.data());
      std::fputs(line.data(), stdout);
      std::fflush(stdout);
    }
    if (child != nullptr) {
      pclose(child);
    }
  });
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "one") == 0) {
    judge_one(argv[2]);
    return 0;
  }
  const std::size_t first = argc == 3 ? std::strtoul(argv[1], nullptr, 10) : 0;
  const std::size_t last = argc == 3 ? std::strtoul(argv[2], nullptr, 10) : 1'000;
  const std::vector<std::string> lines = judge_all(argv[0], first, last);
  const auto count = [&](const char* word) {
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(word) != std::string::npos;
    });
  };
  std::printf(
      "%zu workloads: %td inside the interval, %td within 25 %%, %td within 10 %% of the best\n",
      lines.size(),
      count(" inside "),
      count(" near "),
      count(" good "));
  return 0;
}
