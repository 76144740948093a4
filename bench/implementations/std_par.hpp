// The standard library's parallel std::transform, in libstdc++ made of oneTBB.
// Thread safety: thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <execution>

namespace bench {

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
    std::transform(std::execution::par, first, first + n, out, f);
  }
};

}  // namespace bench
