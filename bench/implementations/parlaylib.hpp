// ParlayLib's parallel_for, whose granularity it finds itself.
// Thread safety: thread-safe; a thread that is not its own gets a scheduler of its own.
#pragma once

#include <cstddef>
#include <parlay/parallel.h>

namespace bench {

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
    parlay::parallel_for(0, n, [=](std::size_t i) { out[i] = f(first[i]); });
  }
};

}  // namespace bench
