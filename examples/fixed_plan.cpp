// I know my items better than any estimate: how do I set n_jobs and chunksize myself?
#include <amorsize/amorsize.hpp>

#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

/// Some microseconds of work. Tells which thread did it.
std::thread::id work(int item) {
  volatile double value = item;
  for (int i = 0; i < 2000; ++i) {
    value = std::sqrt(value + i);
  }
  return std::this_thread::get_id();
}

int main() {
  constexpr std::size_t chunksize = 500;
  std::vector<int> items(10'000);
  std::iota(items.begin(), items.end(), 0);

  // Exactly 2 workers, 500 items at a time: no dry run, and no change of mind.
  amorsize::report report;
  const std::vector<std::thread::id> threads =
      amorsize::parallel_map(items, work, {.n_jobs = 2, .chunksize = chunksize, .report = &report});
  std::printf("n_jobs %zu, chunksize %zu, %zu workers ran items\n%s\n",
              report.n_jobs,
              report.chunksize,
              report.workers,
              report.reason.c_str());
  for (const std::string& warning : report.warnings) {
    std::printf("warning: %s\n", warning.c_str());
  }

  // One worker runs a whole chunk: the thread can change at multiples of the chunksize only.
  std::size_t changes = 0;
  std::size_t changes_within_a_chunk = 0;
  for (std::size_t i = 1; i < threads.size(); ++i) {
    if (threads[i] != threads[i - 1]) {
      ++(i % chunksize == 0 ? changes : changes_within_a_chunk);
    }
  }
  std::printf("between chunks the thread changed %zu times, within them %zu times\n",
              changes,
              changes_within_a_chunk);

  try {  // What cannot be meant is refused before the first item.
    amorsize::parallel_map(items, work, {.n_jobs = 8, .max_jobs = 2});
  } catch (const amorsize::bad_option& refused) {
    std::printf("%s\n", refused.what());
    return changes_within_a_chunk == 0 ? 0 : 1;
  }
  return 1;
}
