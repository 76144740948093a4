// OpenMP tasks as one writes them: a round of batches is read, run as tasks, and consumed.
#include "stream/items.hpp"

#include <type_traits>

namespace bench_stream {
namespace {

template <class Op>
std::uint64_t run(const cell& of, const Op& op, std::size_t batch) {
  using result = std::invoke_result_t<const Op&, const item&>;
  struct lot {
    std::vector<item> items;
    std::vector<result> results;
  };
  constexpr std::size_t lots = 16;
  source from(of);
  escape(from);
  sink to;
  escape(to);
  std::vector<lot> round(lots);
#pragma omp parallel
#pragma omp single
  {
    auto it = from.begin();
    while (it != from.end()) {
      std::size_t used = 0;
      for (; used < lots && it != from.end(); ++used) {
        lot& one = round[used];
        one.items.clear();
        one.results.clear();
        for (std::size_t i = 0; i < batch && it != from.end(); ++i) {
          one.items.push_back(*it);
          ++it;
        }
#pragma omp task firstprivate(used) shared(round, op)
        for (const item& each : round[used].items) {
          round[used].results.push_back(op(each));
        }
      }
#pragma omp taskwait
      for (std::size_t i = 0; i < used; ++i) {
        for (const result& each : round[i].results) {
          to(each);
        }
      }
    }
  }
  return to.sum;
}

}  // namespace

std::uint64_t run_omp(const cell& of, std::size_t batch) {
  return of.result_bytes > 0 ? run(of, to_bytes{of.result_bytes}, batch)
                             : run(of, to_number{}, batch);
}

}  // namespace bench_stream
