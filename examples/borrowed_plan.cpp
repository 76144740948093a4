// I have oneTBB or OpenMP already: can they run what amorsize plans?
#include <amorsize/amorsize.hpp>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <iostream>
#include <limits>
#include <vector>

namespace {

double work(double item) {
  for (int i = 0; i < 200; ++i) {
    item = std::sqrt(item + i);
  }
  return item;
}

/// What came out, and the most items that were run in one go.
struct outcome {
  std::vector<double> results;
  std::size_t longest_chunk = 0;
  std::chrono::nanoseconds elapsed{0};
};

outcome run_tbb(const amorsize::plan& plan, const std::vector<double>& items) {
  outcome made{.results = std::vector<double>(items.size())};
  std::atomic<std::size_t> longest{0};
  const auto began = std::chrono::steady_clock::now();
  tbb::task_arena arena(static_cast<int>(plan.n_jobs));
  arena.execute([&] {
    // A simple_partitioner halves ranges until they are no longer than the grain.
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, items.size(), plan.chunksize),
        [&](const tbb::blocked_range<std::size_t>& chunk) {
          for (std::size_t i = chunk.begin(); i != chunk.end(); ++i) {
            made.results[i] = work(items[i]);
          }
          std::size_t seen = longest.load();
          while (seen < chunk.size() && !longest.compare_exchange_weak(seen, chunk.size())) {
          }
        },
        tbb::simple_partitioner());
  });
  made.elapsed = std::chrono::steady_clock::now() - began;
  made.longest_chunk = longest.load();
  return made;
}

#ifdef _OPENMP
outcome run_openmp(const amorsize::plan& plan, const std::vector<double>& items) {
  outcome made{.results = std::vector<double>(items.size()), .longest_chunk = plan.chunksize};
  const auto threads = static_cast<int>(plan.n_jobs);
  const auto length = static_cast<std::ptrdiff_t>(items.size());
  const auto chunk =
      static_cast<int>(std::min<std::size_t>(plan.chunksize, std::numeric_limits<int>::max()));
  const auto began = std::chrono::steady_clock::now();
#pragma omp parallel for num_threads(threads) schedule(dynamic, chunk)
  for (std::ptrdiff_t i = 0; i < length; ++i) {
    const auto at = static_cast<std::size_t>(i);
    made.results[at] = work(items[at]);
  }
  made.elapsed = std::chrono::steady_clock::now() - began;
  return made;
}
#endif

}  // namespace

int main() {
  std::vector<double> items(50'000);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i] = static_cast<double>(i);
  }
  const amorsize::plan plan = amorsize::optimize(items, work);
  std::cout << plan << "\n";

  const std::vector<double> expected = amorsize::parallel_map(items, work, plan.as_options());
  bool is_same = true;
  const auto show = [&](const char* name, const outcome& made) {
    is_same = is_same && made.results == expected && made.longest_chunk <= plan.chunksize;
    std::cout << name << std::chrono::duration<double, std::milli>(made.elapsed).count()
              << " ms, chunks of at most " << made.longest_chunk << " items\n";
  };
  show("oneTBB  ", run_tbb(plan, items));
#ifdef _OPENMP
  show("OpenMP  ", run_openmp(plan, items));
#else
  std::cout << "OpenMP  not built\n";
#endif
  return is_same ? 0 : 1;
}
