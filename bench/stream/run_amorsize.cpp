#include "stream/items.hpp"

#include <amorsize/amorsize.hpp>

#include <functional>

namespace bench_stream {
namespace {

template <class Op>
std::uint64_t run_view(const cell& of, const Op& op) {
  source from(of);
  escape(from);
  sink to;
  escape(to);
  for (auto&& result : from | amorsize::views::parallel_map(op)) {
    to(result);
  }
  return to.sum;
}

/// An output iterator that feeds the sink.
class feeding {
 public:
  using iterator_category = std::output_iterator_tag;
  using value_type = void;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = void;

  explicit feeding(sink& to) : to_(&to) {}
  feeding& operator*() { return *this; }
  feeding& operator++() { return *this; }
  feeding operator++(int) { return *this; }
  template <class T>
  feeding& operator=(T&& result) {
    (*to_)(result);
    return *this;
  }

 private:
  sink* to_;
};

template <class Op>
std::uint64_t run_output(const cell& of, const Op& op) {
  source from(of);
  escape(from);
  sink to;
  escape(to);
  amorsize::parallel_map(from.begin(), from.end(), feeding(to), op);
  return to.sum;
}

}  // namespace

std::uint64_t run_amorsize_view(const cell& of) {
  return of.result_bytes > 0 ? run_view(of, to_bytes{of.result_bytes}) : run_view(of, to_number{});
}

std::uint64_t run_amorsize_output(const cell& of) {
  return of.result_bytes > 0 ? run_output(of, to_bytes{of.result_bytes})
                             : run_output(of, to_number{});
}

}  // namespace bench_stream
