// The plain loop that everything else is compared with.
// Thread safety: thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>

namespace bench {

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
    std::transform(first, first + n, out, f);
  }
};

}  // namespace bench
