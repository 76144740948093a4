// The sentence a user reads when a call of parallel_map cannot be meant as it stands. Each overload
// is deleted and matches only calls that no right form takes, so that such a call is one error
// whose note shows the sentence, and `requires { parallel_map(...) }` stays false. Thread safety:
// immutable.
#pragma once

#include <amorsize/detail/map_concepts.hpp>
#include <amorsize/version.hpp>

#include <type_traits>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace detail {

// Each begins with what the right form asks for: known by then, so that a right call pays nothing.

template <class First, class Last, class Out, class Op>
concept is_misused = (!mappable<First, Last, Out, Op>)&&iterator_pair<First, Last> &&
                     !is_options<Op> && !iterable<First>;

template <class First, class Last, class Out, class Op>
concept callable_refuses_items = is_misused<First, Last, Out, Op> && !accepts_items_of<First, Op>;

template <class First, class Last, class Out, class Op>
concept output_refuses_results = is_misused<First, Last, Out, Op> && accepts_items_of<First, Op>;

template <class Range, class Op>
concept range_is_misused = (!range_mappable<Range, Op>)&&iterable<Range> && !is_options<Op>;

template <class Range, class Op>
concept range_callable_refuses_items =
    range_is_misused<Range, Op> && !accepts_items_of<iterator_of<Range>, Op>;

template <class Range, class Op>
concept result_is_no_value =
    range_is_misused<Range, Op> && accepts_items_of<iterator_of<Range>, Op>;

template <class Range, class Out, class Op>
concept range_to_is_misused = (!range_mappable_to<Range, Out, Op>)&&iterable<Range> &&
                              !is_options<Op> && !iterable<Out>;

template <class Range, class Out, class Op>
concept range_callable_refuses_items_to =
    range_to_is_misused<Range, Out, Op> && !accepts_items_of<iterator_of<Range>, Op> &&
    !accepts_items_of<iterator_of<Range>, Out>;

template <class Range, class Out, class Op>
concept range_output_refuses_results =
    range_to_is_misused<Range, Out, Op> && accepts_items_of<iterator_of<Range>, Op>;

/// A range where an output iterator belongs; an array that decays to a right one is none.
template <class Range, class Other, class Op>
concept is_no_output = iterable<Range> && iterable<Other> && !is_options<Op> &&
                       !range_mappable_to<Range, std::decay_t<Other>, Op>;

/// Two ranges, and no pair of iterators that happen to be ranges themselves (those of directories).
template <class Range, class Other, class Out, class Op>
concept are_two_ranges = iterable<Range> && iterable<Other> && !is_options<Op> &&
                         !mappable<std::decay_t<Range>, std::decay_t<Other>, Out, Op>;

}  // namespace detail

// The sentence must stand on the line the compiler shows.
// clang-format off
template <class First, class Last, class Out, class Op>
  requires detail::callable_refuses_items<First, Last, Out, Op>
void parallel_map(First, Last, Out, Op) = delete;  // amorsize: the callable cannot be called with an element of the input

template <class First, class Last, class Out, class Op>
  requires detail::output_refuses_results<First, Last, Out, Op>
void parallel_map(First, Last, Out, Op) = delete;  // amorsize: the result of the callable cannot be assigned to the output (*out = f(*first); ++out)

template <class First, class Last, class Out, class Op>
  requires detail::callable_refuses_items<First, Last, Out, Op>
void parallel_map(First, Last, Out, Op, const options&) = delete;  // amorsize: the callable cannot be called with an element of the input

template <class First, class Last, class Out, class Op>
  requires detail::output_refuses_results<First, Last, Out, Op>
void parallel_map(First, Last, Out, Op, const options&) = delete;  // amorsize: the result of the callable cannot be assigned to the output (*out = f(*first); ++out)

template <class Range, class Op>
  requires detail::range_callable_refuses_items<Range, Op>
void parallel_map(Range&&, Op) = delete;  // amorsize: the callable cannot be called with an element of the range

template <class Range, class Op>
  requires detail::result_is_no_value<Range, Op>
void parallel_map(Range&&, Op) = delete;  // amorsize: the callable returns nothing a std::vector can hold (void, or a type that cannot be moved)

template <class Range, class Out, class Op>
  requires detail::range_callable_refuses_items_to<Range, Out, Op>
void parallel_map(Range&&, Out, Op) = delete;  // amorsize: the callable cannot be called with an element of the range

template <class Range, class Out, class Op>
  requires detail::range_output_refuses_results<Range, Out, Op>
void parallel_map(Range&&, Out, Op) = delete;  // amorsize: the result of the callable cannot be assigned to the output (*out = f(item); ++out)

template <class Range, class Other, class Op>
  requires detail::is_no_output<Range, Other, Op>
void parallel_map(Range&&, Other&&, Op) = delete;  // amorsize: the output is a range; pass an iterator such as out.begin()

template <class Range, class Other, class Out, class Op>
  requires detail::are_two_ranges<Range, Other, Out, Op>
void parallel_map(Range&&, Other&&, Out, Op) = delete;  // amorsize: there is no form with two ranges; pass (v.begin(), v.end(), w.begin(), out, f)

template <class Range, class Op>
  requires detail::range_callable_refuses_items<Range, Op>
void parallel_map(Range&&, Op, const options&) = delete;  // amorsize: the callable cannot be called with an element of the range

template <class Range, class Op>
  requires detail::result_is_no_value<Range, Op>
void parallel_map(Range&&, Op, const options&) = delete;  // amorsize: the callable returns nothing a std::vector can hold (void, or a type that cannot be moved)

template <class Range, class Out, class Op>
  requires detail::range_callable_refuses_items_to<Range, Out, Op>
void parallel_map(Range&&, Out, Op, const options&) = delete;  // amorsize: the callable cannot be called with an element of the range

template <class Range, class Out, class Op>
  requires detail::range_output_refuses_results<Range, Out, Op>
void parallel_map(Range&&, Out, Op, const options&) = delete;  // amorsize: the result of the callable cannot be assigned to the output (*out = f(item); ++out)

template <class Range, class Other, class Op>
  requires detail::is_no_output<Range, Other, Op>
void parallel_map(Range&&, Other&&, Op, const options&) = delete;  // amorsize: the output is a range; pass an iterator such as out.begin()

template <class Range, class Other, class Out, class Op>
  requires detail::are_two_ranges<Range, Other, Out, Op>
void parallel_map(Range&&, Other&&, Out, Op, const options&) = delete;  // amorsize: there is no form with two ranges; pass (v.begin(), v.end(), w.begin(), out, f)
// clang-format on

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
