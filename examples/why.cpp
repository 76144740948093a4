// Why did it do that? Six maps, and what their reports say about them.
//   example_why [cheap | paused | pinned | lock | skewed | waiting]      all of them if none is
//   named
#include <amorsize/amorsize.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <numeric>
#include <sched.h>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using amorsize::options;
using amorsize::report;

std::vector<int> numbers(int length) {
  std::vector<int> items(static_cast<std::size_t>(length));
  std::iota(items.begin(), items.end(), 0);
  return items;
}

/// About 9 ns a step.
double work(int steps) {
  volatile double value = steps;
  for (int i = 0; i < steps; ++i) {
    value = std::sqrt(value + i);
  }
  return value;
}

/// Why serial?
report cheap() {
  report seen;
  amorsize::parallel_map(numbers(1'000), [](int x) { return 0.5 * x; }, {.report = &seen});
  return seen;
}

/// Is a loop of a tenth of a millisecond worth a thread that sleeps?
report paused() {
  std::this_thread::sleep_for(300ms);
  report seen;
  amorsize::parallel_map(numbers(1'000), [](int) { return work(12); }, {.report = &seen});
  return seen;
}

/// Why only one worker, and what would a second one have brought?
report pinned() {
  cpu_set_t all{};
  cpu_set_t one{};
  ::sched_getaffinity(0, sizeof all, &all);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &all)) {
      CPU_SET(cpu, &one);
    }
  }
  ::sched_setaffinity(0, sizeof one, &one);  // as under `taskset -c 0`
  report seen;
  amorsize::parallel_map(numbers(5'000), [](int) { return work(2'000); }, {.report = &seen});
  ::sched_setaffinity(0, sizeof all, &all);
  return seen;
}

/// All items want the same lock: why did the helpers leave?
report lock() {
  std::mutex mutex;
  double sum = 0.0;
  report seen;
  amorsize::parallel_map(numbers(50'000),
                         [&](int x) {
                           const std::lock_guard hold(mutex);
                           sum += work(100);
                           return x;
                         },
                         {.report = &seen});
  return seen;
}

/// One item takes longer than all others together: would more workers have helped?
report skewed() {
  report seen;
  amorsize::parallel_map(
      numbers(1'000), [](int x) { return work(x == 700 ? 8'000'000 : 4'000); }, {.report = &seen});
  return seen;
}

/// The callable waits, as for a disk or a server.
report waiting() {
  const auto wait = [](int x) {
    std::this_thread::sleep_for(500us);
    return x;
  };
  report seen;
  amorsize::parallel_map(numbers(400), wait, {.report = &seen});
  return seen;
}

struct situation {
  std::string_view name;
  report (*run)();
};

constexpr situation situations[] = {{"cheap", cheap},
                                    {"paused", paused},
                                    {"pinned", pinned},
                                    {"lock", lock},
                                    {"skewed", skewed},
                                    {"waiting", waiting}};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view wanted = argc > 1 ? argv[1] : "";
  bool found = false;
  // The first shared map of a process starts the helpers; that is another story.
  amorsize::parallel_map(numbers(2'000), [](int) { return work(1'000); });
  for (const situation& each : situations) {
    if (wanted.empty() || wanted == each.name) {
      found = true;
      report seen = each.run();
      seen.label = each.name;
      std::cout << seen << "\n";
    }
  }
  if (!found) {
    std::cerr << "usage: example_why [cheap | paused | pinned | lock | skewed | waiting]\n";
  }
  return found ? 0 : 2;
}
