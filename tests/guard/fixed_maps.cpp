// How many chunks, claims, atomic read-modify-writes, clock readings and wake-ups fixed maps take:
// the production engine, executor and policy in scripted time, one thread at a time. Thread safety:
// one thread at a time.
#include "runtime/map_run.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "tests/guard/counting_atomics.hpp"
#include "tests/guard/lone_process.hpp"
#include "tests/guard/scripted_clock.hpp"

#include <amorsize/options.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

using amorsize_tests::atomic_counts;
using amorsize_tests::clock_readings;
using amorsize_tests::counted_atomics;
using amorsize_tests::lone_process;

struct fixed_map {
  const char* name;
  std::size_t items;
  std::int64_t item_ns;
  std::size_t n_jobs;
  std::size_t chunksize = 0;
  /// A helper comes each time so many items have been run; 0: none ever comes.
  std::size_t helper_after_items = 0;
};

/// The map's body: items take their time, and let helpers come.
struct costly_body {
  const fixed_map& map;
  std::size_t chunks = 0;
  std::size_t items = 0;
  std::size_t next_helper_at = 0;

  static void run(void* context, amorsize::detail::item_block& block) {
    costly_body& self = *static_cast<costly_body*>(context);
    const std::size_t items = block.last - block.first;
    amorsize_tests::pass_ns(self.map.item_ns * static_cast<std::int64_t>(items));
    ++self.chunks;
    self.items += items;
    block.next = block.last;
    if (self.map.helper_after_items > 0 && self.items >= self.next_helper_at) {
      self.next_helper_at += self.map.helper_after_items;
      lone_process::running().helpers().let_one_come();
    }
  }
};

void print(const char* map, const char* what, std::uint64_t count) {
  std::printf("fixed_maps/%s/%s %llu\n", map, what, static_cast<unsigned long long>(count));
}

void measure(lone_process& in, const fixed_map& map) {
  costly_body body{map};
  body.next_helper_at = map.helper_after_items;
  amorsize::detail::map_request request;
  request.items = map.items;
  request.body = {&body, &costly_body::run};
  amorsize::settings with;
  with.n_jobs = map.n_jobs;
  with.chunksize = map.chunksize;
  counted_atomics = {};
  const std::uint64_t readings = clock_readings();
  const std::size_t started = in.helpers().started();
  {
    amorsize::map_run run(request, with, amorsize::probe::real_clock());
    run.run();
  }
  if (body.items != map.items) {
    std::fprintf(stderr, "%s: %zu of %zu items were run\n", map.name, body.items, map.items);
    std::exit(EXIT_FAILURE);
  }
  const atomic_counts counts = counted_atomics;
  print(map.name, "chunks", body.chunks);
  print(map.name, "claims", counts.claims);
  print(map.name, "modifications", counts.modifications);
  print(map.name, "clock_readings", clock_readings() - readings);
  print(map.name, "wake_ups", in.helpers().started() - started);
}

/// The first map of a process with so many CPUs.
void measure_first(std::size_t cpus, const fixed_map& map) {
  lone_process process(cpus);
  measure(process, map);
}

}  // namespace

int main() {
  measure_first(8, {"serial", 100, 50, 0});
  measure_first(8, {"adaptive", 100'000, 1'000, 0});
  measure_first(8, {"cheap_items", 1'000'000, 10, 2});
  measure_first(8, {"fixed_chunks", 10'000, 1'000, 2, 100});
  {
    lone_process process(8);
    measure(process, {"two_jobs", 10'000, 1'000, 2});
    measure(process, {"two_jobs_again", 10'000, 1'000, 2});  // the helper is still on its way
  }
  measure_first(8, {"two_jobs_helped", 10'000, 1'000, 2, 0, 5'000});
  measure_first(8, {"eight_jobs_helped", 10'000, 1'000, 8, 0, 500});
}
