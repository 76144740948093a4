// oneTBB with one equal part for each thread: static_partitioner.
// Thread safety: thread-safe.
#pragma once

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>

#include <cstddef>

namespace bench {

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, n),
        [=](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t i = range.begin(); i != range.end(); ++i) {
            out[i] = f(first[i]);
          }
        },
        tbb::static_partitioner());
  }
};

}  // namespace bench
