// amorsize as its README shows it, without any option.
// Thread safety: thread-safe.
#pragma once

#include <amorsize/amorsize.hpp>

#include <cstddef>

namespace bench {

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
    amorsize::parallel_map(first, first + n, out, f);
  }

  struct decision {
    std::size_t n_jobs;
    std::size_t chunksize;
  };

  /// Maps once more, at the same call site, and tells what was decided.
  template <class In, class Out, class F>
  static decision decide(In first, std::size_t n, Out out, F f) {
    amorsize::report report;
    amorsize::parallel_map(first, first + n, out, f, {.report = &report});
    return {.n_jobs = report.n_jobs, .chunksize = report.chunksize};
  }
};

}  // namespace bench
