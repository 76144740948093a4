// OpenMP, schedule(dynamic, chunk) with a chunk that the user has found by trying. Runs on libgomp
// or on LLVM's libomp.
// Thread safety: thread-safe; each calling thread has its own team.
#pragma once

#include "support/grain.hpp"

#include <cstddef>

namespace bench {

inline const int chunk = grain_from_environment();

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
#pragma omp parallel for schedule(dynamic, chunk)
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = f(first[i]);
    }
  }
};

}  // namespace bench
