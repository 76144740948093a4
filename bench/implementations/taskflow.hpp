// Taskflow's parallel transform: a graph of one algorithm, run by one executor for the whole
// process.
// Thread safety: thread-safe.
#pragma once

#include <cstddef>
#include <taskflow/algorithm/transform.hpp>
#include <taskflow/taskflow.hpp>

namespace bench {

struct implementation {
  template <class In, class Out, class F>
  static void map(In first, std::size_t n, Out out, F f) {
    tf::Taskflow graph;
    graph.transform(first, first + n, out, f);
    if (executor().this_worker_id() >= 0) {
      executor().corun(graph);  // a worker that waited for its own executor would wait for itself
    } else {
      executor().run(graph).wait();
    }
  }

 private:
  static tf::Executor& executor() {
    static tf::Executor only;
    return only;
  }
};

}  // namespace bench
