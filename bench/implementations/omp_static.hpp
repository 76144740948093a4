// OpenMP, schedule(static): one equal part for each thread. Runs on libgomp or on LLVM's libomp.
// Thread safety: thread-safe; each calling thread has its own team.
#pragma once

#include <cstddef>

namespace bench {

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = f(first[i]);
    }
  }
};

}  // namespace bench
