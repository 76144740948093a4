// optimize: the dry run alone. What would parallel_map do with this input, and what would it gain?
//
//   const amorsize::plan plan = amorsize::optimize(images, compress);
//   std::cout << plan;
//   auto packed = amorsize::parallel_map(images, compress, plan.as_options());
//
// Thread safety: thread-safe; a sampled_range belongs to one thread.
#pragma once

#include <amorsize/detail/dry_run.hpp>
#include <amorsize/detail/map_concepts.hpp>
#include <amorsize/detail/sampled_range.hpp>
#include <amorsize/options.hpp>
#include <amorsize/parallel_map.hpp>
#include <amorsize/plan.hpp>
#include <amorsize/version.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <ranges>
#include <type_traits>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// The plan for a single-pass source, and all of its items: `auto [plan, rest] = optimize(s, f)`.
template <class Rest>
struct planned {
  amorsize::plan plan;
  Rest rest;  ///< an input_range: the sampled items first, then what the source still holds
};

namespace detail {

/// The length as far as it is known in constant time: an endless range must not be counted.
template <class Range>
[[nodiscard]] dry_run_input measure_length(Range& range) {
  using first_t = iterator_of<Range>;
  using last_t = sentinel_of<Range>;
  if constexpr (splittable<first_t, last_t>) {
    return {.items = distance_between(range_access::first_of(range), range_access::last_of(range)),
            .is_sized = true};
  } else if constexpr (std::ranges::sized_range<Range&>) {
    return {.items = static_cast<std::size_t>(std::ranges::size(range)), .is_sized = true};
  } else {
    return {};
  }
}

/// What keeps parallel_map(range, op) from sharing, as far as types tell.
template <class Range, class Op>
[[nodiscard]] constexpr serial_cause serial_cause_of() {
  using first_t = iterator_of<Range>;
  if constexpr (!splittable<first_t, sentinel_of<Range>>) {
    return serial_cause::not_random_access;
  } else if constexpr (!accepts_items_of<first_t, const Op>) {
    return serial_cause::callable_not_shareable;
  } else if constexpr (std::same_as<std::decay_t<decltype(std::invoke(std::declval<const Op&>(),
                                                                      *std::declval<first_t&>()))>,
                                    bool>) {
    return serial_cause::output_not_shareable;  // std::vector<bool>
  } else {
    return serial_cause::none;
  }
}

template <class Range, class Op>
[[nodiscard]] plan plan_multi_pass(Range& range, Op& op, const options* how) {
  constexpr serial_cause cause = serial_cause_of<Range, Op>();
  callable_in_loop<accepts_items_of<iterator_of<Range>, const Op>, Op>& used_op = op;
  dry_run_input input = measure_length(range);
  input.cause = cause;
  dry_run run(how, input);
  const auto first = range_access::first_of(range);
  const auto last = range_access::last_of(range);
  auto it = first;
  while (const std::size_t block = run.next_block()) {
    std::size_t ran = 0;
    std::size_t bytes = 0;
    if constexpr (splittable<iterator_of<Range>, sentinel_of<Range>>) {
      using difference = decltype(last - first);
      it = first + static_cast<difference>(run.block_start());
    }
    run.begin_block();
    for (; ran != block && it != last; ++it, (void)++ran) {
      bytes += call_for_nothing(used_op, *it);
    }
    run.end_block(ran, bytes);
  }
  return run.make_plan();
}

template <class Range, class Op>
[[nodiscard]] auto plan_single_pass(Range&& range, Op& op, const options* how) {
  using rest = sampled_range<Range, item_handling_of<iterator_of<Range>, Op>>;
  dry_run run(how,
              {.is_single_pass = true,
               .is_sampled = rest::is_sampled,
               .cause = serial_cause::not_random_access});
  rest all(std::forward<Range>(range));
  if constexpr (rest::is_sampled) {
    auto& source = all.all();
    while (const std::size_t block = run.next_block()) {
      const std::size_t before = source.samples.size();
      source.take(block);
      std::size_t bytes = 0;
      run.begin_block();
      for (std::size_t i = before; i != source.samples.size(); ++i) {
        bytes += source.try_sample(op, i);
      }
      run.end_block(source.samples.size() - before, bytes);
    }
  }
  return planned<rest>{run.make_plan(), std::move(all)};
}

}  // namespace detail

/// Runs a few items of a range that can be read again, and says what parallel_map(range, op) would
/// do: all items of a short range, at least five of a longer one, more while they are too cheap to
/// time (up to an eighth of them, or 50 us). Of a random-access range they come from all over it,
/// in blocks, of any other from its beginning; the first call is timed apart. Results are thrown
/// away, so op should not mind being called again on the same items (now and then twice here).
/// options::sample_size, n_jobs, max_jobs, chunksize and stop are observed. The estimate is for
/// helpers that sleep, and for maps that are called with plan::as_options().
///
/// Returns:       the plan; parallel_map(range, op, plan.as_options()) carries it out.
/// Throws:        what op or the range throws; bad_option; cancelled.
/// Complexity:    see plan::sampled_items; ranges of unknown length are not counted.
/// Thread safety: thread-safe.
/// Source:        Python Amorsize (dry run).
template <class Range, class UnaryOp>
[[nodiscard]] plan optimize(Range&& range,
                            UnaryOp op) requires detail::plannable_again<Range, UnaryOp> {
  return detail::plan_multi_pass(range, op, nullptr);
}

/// The same, with options.
template <class Range, class UnaryOp>
[[nodiscard]] plan optimize(Range&& range,
                            UnaryOp op,
                            const options& how) requires detail::plannable_again<Range, UnaryOp> {
  return detail::plan_multi_pass(range, op, &how);
}

/// The same for a source that can be read only once. Sampled items (at most 64 unless
/// options::sample_size says more) are stored, and come first in `rest`: nothing is lost. An lvalue
/// source is referred to and must outlive `rest`, an rvalue is owned by it. Items that cannot be
/// taken out of the source, or that op could only consume, are not sampled.
///
/// Returns:       planned{plan, rest}; rest is an input_range to be read once.
/// Throws:        what op or the source throws, and what was sampled is then lost; bad_option;
///                cancelled.
template <class Range, class UnaryOp>
[[nodiscard]] auto optimize(Range&& single_pass,
                            UnaryOp op) requires detail::plannable_once<Range, UnaryOp> {
  return detail::plan_single_pass<Range>(std::forward<Range>(single_pass), op, nullptr);
}

/// The same, with options.
template <class Range, class UnaryOp>
[[nodiscard]] auto optimize(Range&& single_pass,
                            UnaryOp op,
                            const options& how) requires detail::plannable_once<Range, UnaryOp> {
  return detail::plan_single_pass<Range>(std::forward<Range>(single_pass), op, &how);
}

// The sentence must stand on the line the compiler shows.
// clang-format off
template <class Range, class UnaryOp>
  requires detail::range_callable_refuses_items<Range, UnaryOp>
void optimize(Range&&, UnaryOp) = delete;  // amorsize: the callable cannot be called with an element of the range

template <class Range, class UnaryOp>
  requires detail::range_callable_refuses_items<Range, UnaryOp>
void optimize(Range&&, UnaryOp, const options&) = delete;  // amorsize: the callable cannot be called with an element of the range
// clang-format on

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
