// Fork Union's for_n_dynamic, one item at a time. Its pool can neither be used by two threads at a
// time nor nested: the former waits here, the latter runs as the plain loop.
// Thread safety: thread-safe, by a lock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fork_union.hpp>
#include <mutex>
#include <thread>

namespace bench {

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
    if (inside) {
      std::transform(first, first + n, out, f);
      return;
    }
    pool& all = the_pool();
    const std::lock_guard<std::mutex> lock(all.one_at_a_time);
    all.threads.for_n_dynamic(n, [=](std::size_t i) noexcept {
      inside = true;
      out[i] = f(first[i]);
      inside = false;
    });
  }

 private:
  struct pool {
    pool() {
      if (!threads.try_spawn(std::thread::hardware_concurrency())) {
        std::abort();
      }
    }

    ashvardanian::fork_union::basic_pool_t threads;
    std::mutex one_at_a_time;
  };

  static pool& the_pool() {
    static pool only;
    return only;
  }

  static inline thread_local bool inside = false;
};

}  // namespace bench
