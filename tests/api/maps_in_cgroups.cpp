// Maps in control groups of their own: a CPU quota that is there from the beginning, one that comes
// and goes while a map runs, and items of 100 MB in a group of 512 MB, where more would end the
// process. Exit code 77, and a sentence, where no group can be made.
#include "tests/support/own_cgroup.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using amorsize_test::own_cgroup;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t megabyte = std::size_t{1} << 20U;

/// Computes, by its own CPU time: whoever has to wait for a quota computes as much.
void compute(std::chrono::nanoseconds time) {
  const auto used = [] {
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  };
  for (const auto until = used() + time; used() < until;) {
  }
}

bool expect(bool is_so, const char* what) {
  if (!is_so) {
    std::printf("  FAILED: %s\n", what);
  }
  return is_so;
}

bool warns(const amorsize::report& seen, const char* words) {
  return std::any_of(seen.warnings.begin(), seen.warnings.end(), [&](const std::string& one) {
    return one.find(words) != std::string::npos;
  });
}

bool had_n_jobs(const amorsize::report& seen, std::size_t n_jobs) {
  return std::any_of(seen.revisions.begin(), seen.revisions.end(), [&](const auto& one) {
    return one.n_jobs == n_jobs;
  });
}

/// on_item: called with the item's index.
template <class OnItem>
bool map_exactly(std::size_t items, amorsize::report& seen, amorsize::options how, OnItem on_item) {
  std::vector<std::size_t> in(items);
  std::iota(in.begin(), in.end(), std::size_t{0});
  std::vector<std::size_t> out(items);
  how.report = &seen;
  amorsize::parallel_map(
      in.begin(),
      in.end(),
      out.begin(),
      [&](std::size_t item) {
        on_item(item);
        return 3 * item + 1;
      },
      how);
  for (std::size_t item = 0; item < items; ++item) {
    if (out[item] != 3 * item + 1) {
      return false;
    }
  }
  return true;
}

// --- CPUs

long times_throttled(const own_cgroup& in) {
  const std::string text = in.read("cpu.stat");
  const std::string name = "nr_throttled ";
  const std::size_t at = text.find(name);
  return at == std::string::npos ? 0 : std::strtol(text.c_str() + at + name.size(), nullptr, 10);
}

/// Under a quota from the beginning. most: workers that make sense.
int run_under_quota(const own_cgroup& in, std::size_t most) {
  amorsize::report seen;
  const long before = times_throttled(in);
  bool fine = expect(map_exactly(4'000, seen, {}, [](std::size_t) { compute(microseconds(100)); }),
                     "the results are exact");
  fine = expect(seen.n_jobs >= 1 && seen.n_jobs <= most, "no more workers than the quota feeds") &&
         fine;
  std::printf("  n_jobs %zu: %s\n", seen.n_jobs, seen.reason.c_str());
  for (const std::string& one : seen.warnings) {
    std::printf("  %s\n", one.c_str());
  }
  // On a busy machine nobody may ever use a quota up. One period may lie before the map's first
  // look.
  const long times = times_throttled(in) - before;
  std::printf("  throttled %ld times\n", times);
  if (seen.n_jobs > 1 && (times == 0 || times > 2)) {
    fine = expect(warns(seen, "quota was used up") == (times > 2),
                  "the report says that the quota was used up, if it was") &&
           fine;
  }
  return fine ? 0 : 1;
}

/// The quota is narrowed to one CPU and taken away again by the items themselves.
int run_while_it_changes(const own_cgroup& in) {
  constexpr std::size_t items = 12'000;
  std::atomic<std::size_t> done{0};
  amorsize::report seen;
  bool fine = expect(map_exactly(items,
                                 seen,
                                 {},
                                 [&](std::size_t) {
                                   compute(microseconds(100));
                                   const std::size_t now = ++done;
                                   if (now == items / 4) {
                                     static_cast<void>(in.limit_cpus(1.0));
                                   } else if (now == items * 3 / 4) {
                                     static_cast<void>(in.limit_cpus(0.0));
                                   }
                                 }),
                     "the results are exact");
  if (amorsize::this_machine().allowed_cpus > 1) {
    bool narrowed = false;
    bool widened = false;
    for (const amorsize::revision& one : seen.revisions) {
      std::printf("  %.1f ms: %zu, %s\n",
                  static_cast<double>(one.when.count()) / 1e6,
                  one.n_jobs,
                  one.reason.c_str());
      widened = widened || (narrowed && one.n_jobs > 1);
      narrowed = narrowed || one.reason.find("fewer CPUs") != std::string::npos ||
                 one.reason.find("narrowed") != std::string::npos ||
                 (one.n_jobs == 1 && one.reason.find("quota") != std::string::npos);
    }
    fine = expect(had_n_jobs(seen, 2), "it was shared") && fine;
    fine = expect(narrowed, "one worker while the quota was one CPU") && fine;
    fine = expect(widened, "more again when it was gone") && fine;
  }
  return fine ? 0 : 1;
}

bool test_cpus() {
  const std::optional<own_cgroup> in = own_cgroup::make("cpu");
  if (!in || !in->limit_cpus(1.0)) {
    std::puts("skipped: no group with a CPU quota can be made here");
    return true;
  }
  bool fine = true;
  std::puts("a quota of 1 CPU");
  fine = expect(in->run_inside([&] { return run_under_quota(*in, 1); }) == 0, "quota of 1") && fine;
  std::puts("a quota of 1.5 CPUs");
  fine = expect(in->limit_cpus(1.5) && in->run_inside([&] { return run_under_quota(*in, 2); }) == 0,
                "quota of 1.5") &&
         fine;
  std::puts("a quota that comes and goes");
  fine =
      expect(in->limit_cpus(0.0) && in->run_inside([&] { return run_while_it_changes(*in); }) == 0,
             "a quota that changes") &&
      fine;
  return fine;
}

// --- memory

/// Items that hold 100 MB for a while: filled, kept, given back.
int run_hungry(std::size_t memory_limit, bool is_bound) {
  constexpr std::size_t bytes = 100 * megabyte;
  std::atomic<std::size_t> held{0};
  std::atomic<std::size_t> most{0};
  amorsize::report seen;
  const bool exact =
      map_exactly(16, seen, {.max_jobs = 32, .memory_limit = memory_limit}, [&](std::size_t) {
        const auto memory = std::make_unique_for_overwrite<char[]>(bytes);
        const std::size_t now = held.fetch_add(bytes) + bytes;
        std::size_t before = most.load();
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        std::memset(memory.get(), 1, bytes);
        // Mostly waits, so that without a ceiling as many as max_jobs would hold it at once.
        std::this_thread::sleep_for(milliseconds(400));
        held.fetch_sub(bytes);
      });
  std::printf("  at most %zu MB at once, %zu workers: %s\n",
              most.load() / megabyte,
              seen.workers,
              seen.reason.c_str());
  bool fine = expect(exact, "the results are exact");
  const std::size_t limit = memory_limit > 0 ? memory_limit : 512 * megabyte;
  fine = expect(most.load() <= limit, "the limit is never exceeded") && fine;
  // With room for three it depends on the time that items wait whether a third one is ever wanted.
  fine = expect(!is_bound || warns(seen, "memory"), "the report warns") && fine;
  return fine ? 0 : 1;
}

bool test_memory() {
  const std::optional<own_cgroup> in = own_cgroup::make("memory");
  if (!in || !in->limit_memory(512 * megabyte)) {
    std::puts("skipped: no group with a memory limit can be made here");
    return true;
  }
  std::puts("items of 100 MB in a group of 512 MB");
  const std::string before = in->memory_failures();
  bool fine =
      expect(in->run_inside([] { return run_hungry(0, false); }) == 0, "it ends, below the limit");
  std::printf("  the group held at most %s", in->most_memory().c_str());
  fine = expect(in->memory_failures() == before, "the limit was never reached") && fine;
  std::puts("items of 100 MB with memory_limit 512 MB");
  fine = expect(run_hungry(512 * megabyte, false) == 0, "it ends, below the limit") && fine;
  std::puts("items of 100 MB with memory_limit 250 MB: room for one, and half of it in reserve");
  const bool several = amorsize::this_machine().allowed_cpus > 1;
  fine =
      expect(run_hungry(250 * megabyte, several) == 0, "it ends, below the limit, and says why") &&
      fine;
  return fine;
}

// --- threads

/// A group that has room for so few threads; the results are exact, and stderr stays empty.
int run_without_threads(const char* backend, std::size_t n_jobs) {
  ::setenv("AMORSIZE_BACKEND", backend, 1);
  std::FILE* const errors = std::tmpfile();
  if (errors == nullptr || ::dup2(::fileno(errors), STDERR_FILENO) < 0) {
    return 2;
  }
  bool fine = true;
  for (int round = 0; round < 3; ++round) {
    amorsize::report seen;
    fine =
        expect(map_exactly(
                   400, seen, {.n_jobs = n_jobs}, [](std::size_t) { compute(microseconds(100)); }),
               "the results are exact") &&
        fine;
    if (round == 0) {
      std::printf("  %s, n_jobs %zu: %zu workers: %s\n",
                  backend,
                  n_jobs,
                  seen.workers,
                  seen.reason.c_str());
    }
  }
  ::fseek(errors, 0, SEEK_END);
  fine = expect(::ftell(errors) == 0, "nothing is printed") && fine;
  return fine ? 0 : 1;
}

bool test_threads() {
  const std::optional<own_cgroup> in = own_cgroup::make("pids");
  if (!in || !in->limit_threads(1)) {
    std::puts("skipped: no group with a limit of threads can be made here");
    return true;
  }
  bool fine = true;
  for (const std::size_t limit : {1U, 2U, 3U, 5U}) {
    std::printf("a group of at most %zu threads\n", limit);
    for (const char* const backend : {"tbb", "threads"}) {
      for (const std::size_t n_jobs : {0U, 2U, 8U}) {
        fine = expect(in->limit_threads(limit) &&
                          in->run_inside([&] { return run_without_threads(backend, n_jobs); }) == 0,
                      "exact and silent") &&
               fine;
      }
    }
  }
  return fine;
}

}  // namespace

int main() {
  if (!own_cgroup::make("cpu") && !own_cgroup::make("memory")) {
    std::puts("skipped: no control group can be made here");
    return amorsize_test::skipped_without_cgroup;
  }
  const bool cpus = test_cpus();
  const bool threads = test_threads();
  const bool memory = test_memory();
  return cpus && threads && memory ? 0 : 1;
}
