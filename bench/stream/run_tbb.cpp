// oneTBB's pipeline as one writes it by hand: batches in, batches out, both filters in order.
#include "stream/items.hpp"

#include <oneapi/tbb/parallel_pipeline.h>

#include <memory>
#include <type_traits>

namespace bench_stream {
namespace {

template <class Op>
std::uint64_t run(const cell& of, const Op& op, std::size_t tokens, std::size_t batch) {
  using result = std::invoke_result_t<const Op&, const item&>;
  struct lot {
    std::vector<item> items;
    std::vector<result> results;
  };
  source from(of);
  escape(from);
  sink to;
  escape(to);
  auto it = from.begin();
  std::vector<std::unique_ptr<lot>> ring(tokens);  // tokens bounds what is in flight
  for (std::unique_ptr<lot>& one : ring) {
    one = std::make_unique<lot>();
    one->items.reserve(batch);
    one->results.reserve(batch);
  }
  std::size_t next = 0;
  tbb::parallel_pipeline(
      tokens,
      tbb::make_filter<void, lot*>(tbb::filter_mode::serial_in_order,
                                   [&](tbb::flow_control& control) -> lot* {
                                     if (it == from.end()) {
                                       control.stop();
                                       return nullptr;
                                     }
                                     lot* const one = ring[next++ % tokens].get();
                                     one->items.clear();
                                     for (std::size_t i = 0; i < batch && it != from.end(); ++i) {
                                       one->items.push_back(*it);
                                       ++it;
                                     }
                                     return one;
                                   }) &
          tbb::make_filter<lot*, lot*>(tbb::filter_mode::parallel,
                                       [&](lot* one) {
                                         one->results.clear();
                                         for (const item& each : one->items) {
                                           one->results.push_back(op(each));
                                         }
                                         return one;
                                       }) &
          tbb::make_filter<lot*, void>(tbb::filter_mode::serial_in_order, [&](lot* one) {
            for (const result& each : one->results) {
              to(each);
            }
          }));
  return to.sum;
}

}  // namespace

std::uint64_t run_tbb(const cell& of, std::size_t tokens, std::size_t batch) {
  return of.result_bytes > 0 ? run(of, to_bytes{of.result_bytes}, tokens, batch)
                             : run(of, to_number{}, tokens, batch);
}

}  // namespace bench_stream
