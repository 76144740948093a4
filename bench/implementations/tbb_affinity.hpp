// oneTBB with an affinity_partitioner that remembers, from one call to the next, which thread had
// what.
// Thread safety: thread-safe; each thread has its own partitioners, as one may not serve two loops
// at the same time.
#pragma once

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>

#include <cstddef>

namespace bench {

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
    thread_local tbb::affinity_partitioner lasting;
    thread_local bool in_use = false;
    if (in_use) {  // a thread that waits for this map has begun another one like it
      tbb::affinity_partitioner once;
      run(first, n, out, f, once);
      return;
    }
    in_use = true;
    run(first, n, out, f, lasting);
    in_use = false;
  }

 private:
  template <class In, class Out, class F>
  static void run(In first, std::size_t n, Out out, F f, tbb::affinity_partitioner& partitioner) {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, n),
        [=](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t i = range.begin(); i != range.end(); ++i) {
            out[i] = f(first[i]);
          }
        },
        partitioner);
  }
};

}  // namespace bench
