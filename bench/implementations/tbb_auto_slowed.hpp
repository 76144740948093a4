// No competitor but a test of the bench: tbb_auto, and after each map a fifth of its time is
// wasted. A comparison of the two that does not show the 20 % cannot be trusted with anything
// smaller.
// Thread safety: thread-safe.
#pragma once

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <chrono>
#include <cstddef>

namespace bench {

inline constexpr double wasted_fraction = 0.2;

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
    using clock = std::chrono::steady_clock;
    const clock::time_point begin = clock::now();
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, n),
                      [=](const tbb::blocked_range<std::size_t>& range) {
                        for (std::size_t i = range.begin(); i != range.end(); ++i) {
                          out[i] = f(first[i]);
                        }
                      });
    const clock::time_point end = clock::now();
    const auto wasted = std::chrono::duration<double>(end - begin) * wasted_fraction;
    while (clock::now() - end < wasted) {
    }
  }
};

}  // namespace bench
