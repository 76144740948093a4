// parallel_map: the stand-in for std::transform.
//
//   std::transform(v.begin(), v.end(), out.begin(), f);
//   amorsize::parallel_map(v.begin(), v.end(), out.begin(), f);
//
// Thread safety: calls from several threads share the machine; nested calls add no threads.
#pragma once

#include <amorsize/detail/call_site.hpp>
#include <amorsize/detail/chunk_body.hpp>
#include <amorsize/detail/engines.hpp>
#include <amorsize/detail/export.hpp>
#include <amorsize/detail/map_concepts.hpp>
#include <amorsize/detail/map_stream.hpp>
#include <amorsize/options.hpp>
#include <amorsize/version.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace detail {

/// std::transform's own loop. By value: iterators whose address is taken elsewhere would be kept in
/// memory and the loop not be vectorised. O(n).
template <class InputIt, class Sentinel, class OutputIt, class UnaryOp>
OutputIt plain_loop(InputIt first, Sentinel last, OutputIt out, UnaryOp& op) {
  loop_callable<UnaryOp> own_op = op;
  for (; first != last; ++first, (void)++out) {
    map_one(first, out, own_op);
  }
  return out;
}

template <class InputIt1, class Sentinel, class InputIt2, class OutputIt, class BinaryOp>
OutputIt plain_loop(InputIt1 first1, Sentinel last1, InputIt2 first2, OutputIt out, BinaryOp& op) {
  loop_callable<BinaryOp> own_op = op;
  for (; first1 != last1; ++first1, (void)++first2, (void)++out) {
    map_one(first1, first2, out, own_op);
  }
  return out;
}

/// The number of items. Throws std::invalid_argument when the end lies before the begin.
template <class InputIt, class Sentinel>
[[nodiscard]] std::size_t distance_between(const InputIt& first, const Sentinel& last) {
  const auto distance = last - first;
  if (distance < 0) [[unlikely]] {
    throw_end_before_begin();
  }
  return static_cast<std::size_t>(distance);
}

template <class It>
[[nodiscard]] It advanced(const It& it, std::size_t items) {
  return it + static_cast<decltype(it - it)>(items);
}

/// What is known about a map from its types and addresses alone.
template <bool Shareable, class OutputIt>
[[nodiscard]] map_request describe(const OutputIt& out, std::size_t items) {
  map_request request;
  request.items = items;
  if constexpr (!Shareable) {
    request.cause = serial_cause::callable_not_shareable;
  } else if constexpr (!separate_outputs<OutputIt>) {
    request.cause = serial_cause::output_not_shareable;
  }
  if constexpr (contiguous<OutputIt>) {
    request.output = std::to_address(out);
    request.output_bytes = sizeof(std::iter_value_t<OutputIt>);
  }
  return request;
}

/// Out of line, so that a tiny call's code is the plain loop and one branch.
template <bool Shareable, class InputIt, class OutputIt, class UnaryOp>
[[gnu::noinline]] void run_erased(const InputIt& first,
                                  std::size_t items,
                                  const OutputIt& out,
                                  UnaryOp& op,
                                  call_site* site,
                                  const options* how,
                                  double prepared_ns = 0.0) {
  using loop = unary_loop<InputIt, OutputIt, UnaryOp>;
  map_request request = describe<Shareable>(out, items);
  if (overlap(first, out, items)) {
    request.cause = serial_cause::ranges_overlap;
  }
  loop body{std::move(first), std::move(out), op};
  request.body = {&body, &loop::run};
  request.site = site;
  request.how = how;
  request.prepared_ns = prepared_ns;
  untimed_calls_left = run_map(request);
}

template <bool Shareable, class InputIt1, class InputIt2, class OutputIt, class BinaryOp>
[[gnu::noinline]] void run_erased_pairs(const InputIt1& first1,
                                        const InputIt2& first2,
                                        std::size_t items,
                                        const OutputIt& out,
                                        BinaryOp& op,
                                        call_site* site,
                                        const options* how) {
  using loop = binary_loop<InputIt1, InputIt2, OutputIt, BinaryOp>;
  map_request request = describe<Shareable>(out, items);
  if (overlap(first1, out, items) || overlap(first2, out, items)) {
    request.cause = serial_cause::ranges_overlap;
  }
  loop body{std::move(first1), std::move(first2), std::move(out), op};
  request.body = {&body, &loop::run};
  request.site = site;
  request.how = how;
  untimed_calls_left = run_map(request);
}

template <class InputIt, class Sentinel, class OutputIt, class UnaryOp>
OutputIt map_unary(
    InputIt& first, const Sentinel& last, OutputIt& out, UnaryOp& op, const options* how) {
  if constexpr (splittable<InputIt, Sentinel> && random_access<OutputIt>) {
    constexpr bool shareable = shareable_callable<InputIt, OutputIt, UnaryOp>;
    using loop_op = callable_in_loop<shareable, UnaryOp>;
    const std::size_t items = distance_between(first, last);
    loop_op& shared_op = op;
    call_site* site = find_call_site<unary_loop<InputIt, OutputIt, loop_op>>(op);
    if (how == nullptr && (items == 0 || (site != nullptr && far_below_sharing(*site, items)))) {
      return plain_loop(std::move(first), last, std::move(out), shared_op);
    }
    run_erased<shareable>(std::move(first), items, out, shared_op, site, how);
    return advanced(out, items);
  } else if constexpr (streamable_to<OutputIt, UnaryOp, InputIt>) {
    return map_stream<Sentinel, UnaryOp, InputIt, OutputIt>(first, last, out, op, how);
  } else if (!serial_run::wanted(how)) {
    return plain_loop(std::move(first), last, std::move(out), op);
  } else {
    serial_run run(how, 0, stream_cause<shareable_callable<InputIt, OutputIt, UnaryOp>>);
    for (; first != last; ++first, (void)++out) {
      run.next_item();
      map_one(first, out, op);
    }
    run.finish();
    return std::move(out);
  }
}

template <class InputIt1, class Sentinel, class InputIt2, class OutputIt, class BinaryOp>
OutputIt map_binary(InputIt1& first1,
                    const Sentinel& last1,
                    InputIt2& first2,
                    OutputIt& out,
                    BinaryOp& op,
                    const options* how) {
  if constexpr (splittable<InputIt1, Sentinel> && random_access<InputIt2> &&
                random_access<OutputIt>) {
    constexpr bool shareable = shareable_pair_callable<InputIt1, InputIt2, OutputIt, BinaryOp>;
    using loop_op = callable_in_loop<shareable, BinaryOp>;
    const std::size_t items = distance_between(first1, last1);
    loop_op& shared_op = op;
    call_site* site = find_call_site<binary_loop<InputIt1, InputIt2, OutputIt, loop_op>>(op);
    if (how == nullptr && (items == 0 || (site != nullptr && far_below_sharing(*site, items)))) {
      return plain_loop(std::move(first1), last1, std::move(first2), std::move(out), shared_op);
    }
    run_erased_pairs<shareable>(
        std::move(first1), std::move(first2), items, out, shared_op, site, how);
    return advanced(out, items);
  } else if constexpr (streamable_to<OutputIt, BinaryOp, InputIt1, InputIt2>) {
    return map_stream<Sentinel, BinaryOp, InputIt1, OutputIt, InputIt2>(
        first1, last1, out, op, how, first2);
  } else if (!serial_run::wanted(how)) {
    return plain_loop(std::move(first1), last1, std::move(first2), std::move(out), op);
  } else {
    serial_run run(
        how, 0, stream_cause<shareable_pair_callable<InputIt1, InputIt2, OutputIt, BinaryOp>>);
    for (; first1 != last1; ++first1, (void)++first2, (void)++out) {
      run.next_item();
      map_one(first1, first2, out, op);
    }
    run.finish();
    return std::move(out);
  }
}

/// A place for one result of a type that cannot be default-constructed or assigned.
template <class Result>
class result_slot {
 public:
  template <class T>
  result_slot& operator=(T&& result) {
    place_.emplace(std::forward<T>(result));
    return *this;
  }
  [[nodiscard]] Result& get() noexcept { return *place_; }

 private:
  std::optional<Result> place_;
};

/// From so many bytes on, filling the result vector is worth timing.
inline constexpr std::size_t timed_fill_bytes = 16384;

template <class Range, class UnaryOp>
auto map_range(Range& range, UnaryOp& op, const options* how) {
  auto first = range_access::first_of(range);
  const auto last = range_access::last_of(range);
  using input_it = decltype(first);
  using result = decltype(std::invoke(op, *first));
  using value = std::decay_t<result>;
  std::vector<value> results;
  if constexpr (!splittable<input_it, decltype(last)>) {
    auto out = std::back_inserter(results);
    map_unary(first, last, out, op, how);
  } else if constexpr (std::default_initializable<value> && std::assignable_from<value&, result>) {
    const std::size_t items = distance_between(first, last);
    const bool timed = items >= timed_fill_bytes / sizeof(value);
    const double before = timed ? clock_ns() : 0.0;
    results.resize(items);
    auto out = results.begin();
    constexpr bool shareable = shareable_callable<input_it, decltype(out), UnaryOp>;
    using loop_op = callable_in_loop<shareable, UnaryOp>;
    loop_op& shared_op = op;
    call_site* site = find_call_site<unary_loop<input_it, decltype(out), loop_op>>(op);
    if (how == nullptr && (items == 0 || (site != nullptr && far_below_sharing(*site, items)))) {
      plain_loop(first, last, out, shared_op);
    } else {
      run_erased<shareable>(
          first, items, out, shared_op, site, how, timed ? clock_ns() - before : 0.0);
    }
  } else {
    std::vector<result_slot<value>> slots(distance_between(first, last));
    auto out = slots.begin();
    map_unary(first, last, out, op, how);
    results.reserve(slots.size());
    for (result_slot<value>& slot : slots) {
      results.push_back(std::move(slot.get()));
    }
  }
  return results;
}

}  // namespace detail

/// Writes op(*i) to out for each i in [first, last), in input order. The first chunk is real work,
/// timed on the calling thread; its cost decides whether the rest is shared, and later chunks
/// revise that. Where input or output is not random access the map is a stream: the calling thread
/// alone touches both, reading at most n_jobs x 128 x chunksize items ahead. A callable that does
/// not work through const UnaryOp&, outputs that share memory, and stream items that cannot be
/// stored run in order on the calling thread.
///
/// Preconditions: room for last - first results; out == first or no overlap (between contiguous
///                ranges any overlap is found and run in forward order); op may run concurrently
///                on different items through const UnaryOp&. `{}` serves as the end.
/// Returns:       out advanced by the number of items, as std::transform.
/// Throws:        what op, the iterators or the assignment throw at the lowest failing index,
///                whatever the threads did; items below it are complete, items above it are
///                skipped as far as they have not started. std::invalid_argument: last < first.
///                bad_option, cancelled: with options only.
/// Complexity:    exactly last - first calls of op.
/// Overhead:      per chunk one clock reading and one claim, nothing per item. A
///                call known to last under a microsecond runs the plain loop: one call in 33 to 64
///                is timed, so a cost that jumps is noticed that many calls later.
/// Thread safety: concurrent calls share one set of workers; nested calls do not add threads.
/// Source:        Python Amorsize (dry run); Graham 1969 (makespan bound).
template <class InputIt, class Sentinel = InputIt, class OutputIt, class UnaryOp>
OutputIt parallel_map(InputIt first,
                      Sentinel last,
                      OutputIt out,
                      UnaryOp op) requires detail::mappable<InputIt, Sentinel, OutputIt, UnaryOp> {
  return detail::map_unary(first, last, out, op, nullptr);
}

/// The same, with options.
template <class InputIt, class Sentinel = InputIt, class OutputIt, class UnaryOp>
OutputIt parallel_map(
    InputIt first,
    Sentinel last,
    OutputIt out,
    UnaryOp op,
    const options& how) requires detail::mappable<InputIt, Sentinel, OutputIt, UnaryOp> {
  return detail::map_unary(first, last, out, op, &how);
}

/// Writes op(*i1, *i2) to out for each pair, as std::transform with two inputs.
template <class InputIt1, class Sentinel = InputIt1, class InputIt2, class OutputIt, class BinaryOp>
OutputIt parallel_map(
    InputIt1 first1, Sentinel last1, InputIt2 first2, OutputIt out, BinaryOp op) requires
    detail::pairwise_mappable<InputIt1, Sentinel, InputIt2, OutputIt, BinaryOp> {
  return detail::map_binary(first1, last1, first2, out, op, nullptr);
}

/// The same, with options.
template <class InputIt1, class Sentinel = InputIt1, class InputIt2, class OutputIt, class BinaryOp>
OutputIt parallel_map(InputIt1 first1,
                      Sentinel last1,
                      InputIt2 first2,
                      OutputIt out,
                      BinaryOp op,
                      const options& how) requires
    detail::pairwise_mappable<InputIt1, Sentinel, InputIt2, OutputIt, BinaryOp> {
  return detail::map_binary(first1, last1, first2, out, op, &how);
}

/// Maps a whole range into a vector of the decayed results, in input order. Results that cannot be
/// default-constructed and assigned go through a second buffer; for large cheap results the form
/// with an output is faster, because nothing has to be filled first.
///
/// Returns:       std::vector<std::decay_t<result>> of as many elements as the range.
/// Throws, Complexity, Thread safety: as above; std::bad_alloc before the first item.
template <class Range, class UnaryOp>
auto parallel_map(Range&& range, UnaryOp op) requires detail::range_mappable<Range, UnaryOp> {
  return detail::map_range(range, op, nullptr);
}

/// The same, with options.
template <class Range, class UnaryOp>
auto parallel_map(Range&& range,
                  UnaryOp op,
                  const options& how) requires detail::range_mappable<Range, UnaryOp> {
  return detail::map_range(range, op, &how);
}

/// Maps a whole range to `out`, as the first form.
template <class Range, class OutputIt, class UnaryOp>
OutputIt parallel_map(Range&& range,
                      OutputIt out,
                      UnaryOp op) requires detail::range_mappable_to<Range, OutputIt, UnaryOp> {
  auto first = detail::range_access::first_of(range);
  return detail::map_unary(first, detail::range_access::last_of(range), out, op, nullptr);
}

/// The same, with options.
template <class Range, class OutputIt, class UnaryOp>
OutputIt parallel_map(Range&& range, OutputIt out, UnaryOp op, const options& how) requires
    detail::range_mappable_to<Range, OutputIt, UnaryOp> {
  auto first = detail::range_access::first_of(range);
  return detail::map_unary(first, detail::range_access::last_of(range), out, op, &how);
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize

#include <amorsize/detail/map_misuse.hpp>
