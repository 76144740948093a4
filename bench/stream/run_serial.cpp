#include "stream/items.hpp"

namespace bench_stream {
namespace {

template <class Op>
std::uint64_t run(const cell& of, const Op& op) {
  source from(of);
  escape(from);
  sink to;
  escape(to);
  for (const item one : from) {
    to(op(one));
  }
  return to.sum;
}

}  // namespace

std::uint64_t run_serial(const cell& of) {
  return of.result_bytes > 0 ? run(of, to_bytes{of.result_bytes}) : run(of, to_number{});
}

}  // namespace bench_stream
