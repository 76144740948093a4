// dispenso's parallel_for over an index range, with its default (static) chunking and global thread
// pool.
// Thread safety: thread-safe.
#pragma once

#include <cstddef>
#include <dispenso/parallel_for.h>

namespace bench {

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
    dispenso::parallel_for(std::size_t{0}, n, [=](std::size_t i) { out[i] = f(first[i]); });
  }
};

}  // namespace bench
