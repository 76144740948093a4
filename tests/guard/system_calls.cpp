// System calls of fixed maps once they are warm. Serial ones make none; of shared ones the fewest
// over many repetitions count, because a preempted thread makes more, never fewer.
//
// Time is scripted, threads are real: with AMORSIZE_BACKEND=threads each call is the library's own.
// Thread safety: main and one helper.
#include "tests/guard/scripted_clock.hpp"
#include "tests/guard/trapped_calls.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <sched.h>
#include <string>
#include <thread>
#include <vector>

namespace {

using amorsize::parallel_map;
using amorsize_tests::call_counts;
using amorsize_tests::calls_made;

constexpr int skipped = 77;
/// Repetitions of a serial map: one call in 64 is timed, and must be among them.
constexpr int serial_rounds = 200;
constexpr int shared_rounds = 64;

void print(const char* name, std::uint64_t calls) {
  std::printf("system_calls/%s %llu\n", name, static_cast<unsigned long long>(calls));
}

/// Calls of main over `rounds` warm maps.
template <class Map>
void measure_serial(const char* name, int rounds, Map map) {
  for (int i = 0; i < serial_rounds; ++i) {
    map();
  }
  const std::uint64_t before = calls_made().by_main;
  for (int i = 0; i < rounds; ++i) {
    map();
  }
  const std::uint64_t made = calls_made().by_main - before;
  if (made > 0) {
    std::fprintf(
        stderr, "%s: the last one was number %d\n", name, amorsize_tests::last_call_of_main());
  }
  print(name, made);
}

template <std::int64_t Ns>
struct lasting {
  double operator()(double x) const noexcept {
    amorsize_tests::pass_ns(Ns);
    return x + 1.0;
  }
};

void measure_serial_maps() {
  const std::vector<double> in(10'000, 1.0);
  std::vector<double> out(in.size());
  const auto tiny_end = in.begin() + 16;
  measure_serial("tiny", serial_rounds, [&] {
    parallel_map(in.begin(), tiny_end, out.begin(), [](double x) { return x * 2.0; });
  });
  const auto short_end = in.begin() + 100;
  measure_serial("short", serial_rounds, [&] {
    parallel_map(in.begin(), short_end, out.begin(), lasting<50>{});
  });
  measure_serial("options", serial_rounds, [&] {
    parallel_map(in.begin(), tiny_end, out.begin(), lasting<1>{}, {.label = "a"});
  });
  measure_serial("one_job", serial_rounds, [&] {
    parallel_map(in, out.begin(), lasting<1000>{}, {.max_jobs = 1});
  });
  const std::list<double> stream(100, 1.0);
  measure_serial(
      "stream", serial_rounds, [&] { parallel_map(stream, out.begin(), lasting<1000>{}); });
}

/// A map of 10 ms that may use one CPU only: it looks again and again whether that has changed.
void measure_pinned_map() {
  cpu_set_t before;
  sched_getaffinity(0, sizeof before, &before);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  sched_setaffinity(0, sizeof one, &one);
  const std::vector<double> in(10'000, 1.0);
  std::vector<double> out(in.size());
  measure_serial("one_cpu", 1, [&] { parallel_map(in, out.begin(), lasting<1000>{}); });
  sched_setaffinity(0, sizeof before, &before);
}

void pause_core() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// A shared map of two items, one for each of two workers: main's waits until the helper has ended
/// its own, so that both take part in every map. (Items may not wait for each other; here it is
/// known that a helper comes.)
class pair_of_items {
 public:
  void run() {
    helper_has_run_.store(false);
    parallel_map(in_, out_.begin(), meeting{*this}, {.n_jobs = 2, .chunksize = 1});
  }
  /// The same from a parked helper to a parked helper.
  void run_parked() {
    const std::uint64_t before = calls_made().others_waiting;
    run();
    while (calls_made().others_waiting == before) {
      pause_core();
    }
  }

 private:
  struct meeting {
    pair_of_items& pair;
    int operator()(int x) const {
      if (std::this_thread::get_id() != pair.main_) {
        pair.helper_has_run_.store(true);
      }
      while (!pair.helper_has_run_.load()) {
        pause_core();
      }
      return x;
    }
  };

  std::thread::id main_ = std::this_thread::get_id();
  std::vector<int> in_ = std::vector<int>(2, 1);
  std::vector<int> out_ = std::vector<int>(2);
  std::atomic<bool> helper_has_run_{false};
};

void measure_shared_maps() {
  pair_of_items pair;
  call_counts fewest{~0ULL, ~0ULL, ~0ULL};
  for (int i = 0; i < shared_rounds; ++i) {
    const call_counts before = calls_made();
    pair.run_parked();
    const call_counts after = calls_made();
    if (i > 0) {  // the first one starts the thread
      fewest.by_main = std::min(fewest.by_main, after.by_main - before.by_main);
      fewest.by_others = std::min(fewest.by_others, after.by_others - before.by_others);
    }
  }
  print("shared_by_caller", fewest.by_main);
  print("shared_by_helper", fewest.by_others);

  const call_counts before = calls_made();
  for (int i = 0; i < shared_rounds; ++i) {
    pair.run();
  }
  const call_counts after = calls_made();
  print("shared_in_a_row", after.by_main - before.by_main + after.by_others - before.by_others);
}

}  // namespace

int main() {
  setenv("AMORSIZE_BACKEND", "threads", 1);
  if (const std::string why = amorsize_tests::start_trapping(); !why.empty()) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return skipped;
  }
  sched_yield();
  if (calls_made().by_main != 1) {
    std::fputs("a system call was made, but not counted once\n", stderr);
    return EXIT_FAILURE;
  }
  measure_serial_maps();
  measure_shared_maps();
  measure_pinned_map();
}
