// The named constraints of the public forms: exactly the expressions std::transform evaluates,
// never std::input_iterator and its kin, which refuse std::vector<bool> as an output and every
// legacy iterator whose difference_type is void.
// Thread safety: immutable.
#pragma once

#include <amorsize/options.hpp>
#include <amorsize/version.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// Customisation point: specialise to true for an output iterator with proxy references whose
/// assignments to different positions may run at the same time (they touch no common memory).
template <class Out>
inline constexpr bool enable_concurrent_write = false;

/// Customisation point: the bytes one result keeps alive, heap included. Streams bound their window
/// with it. The default sees the object and, for contiguous containers, their capacity.
template <class T>
struct size_in_bytes {
  [[nodiscard]] std::size_t operator()(const T& value) const noexcept {
    if constexpr (requires {
                    { value.capacity() } -> std::convertible_to<std::size_t>;
                    sizeof(typename T::value_type);
                  }) {
      return sizeof(T) +
             static_cast<std::size_t>(value.capacity()) * sizeof(typename T::value_type);
    } else {
      return sizeof(T);
    }
  }
};

namespace detail {

// --- ranges of the range forms

namespace range_access {
using std::begin;
using std::end;
template <class Range>
constexpr auto first_of(Range&& range) -> decltype(begin(range)) {
  return begin(range);
}
template <class Range>
constexpr auto last_of(Range&& range) -> decltype(end(range)) {
  return end(range);
}
}  // namespace range_access

template <class Range>
using iterator_of = decltype(range_access::first_of(std::declval<Range&>()));
template <class Range>
using sentinel_of = decltype(range_access::last_of(std::declval<Range&>()));

/// first can be compared with last, dereferenced and incremented.
template <class First, class Last>
concept iterator_pair = requires(First& first, const Last& last) {
  static_cast<bool>(first != last);
  *first;
  ++first;
};

/// Something with begin() and end().
template <class Range>
concept iterable = requires {
  typename iterator_of<Range>;
  typename sentinel_of<Range>;
}
&&iterator_pair<iterator_of<Range>, sentinel_of<Range>>;

// std::invoke only where it is needed: written out, op(*first) costs a call site a fifth less
// compile time, and a prvalue reaches op without a move.
template <class Op>
inline constexpr bool is_member = std::is_member_pointer_v<std::remove_const_t<Op>>;

/// op(*first) is a call.
template <class First, class Op>
concept accepts_items_of = requires(First& first, Op& op) {
  op(*first);
}
|| (is_member<Op> && requires(First & first, Op& op) { std::invoke(op, *first); });

/// *out = op(*first); ++out.
template <class First, class Out, class Op>
concept writes_results_to = requires(First& first, Out& out, Op& op) {
  *out = op(*first);
  ++out;
}
|| (is_member<Op> && requires(First & first, Out& out, Op& op) {
  *out = std::invoke(op, *first);
  ++out;
});

/// *out = op(*first1, *first2); ++out.
template <class First1, class First2, class Out, class Op>
concept writes_pair_results_to = requires(First1& first1, First2& first2, Out& out, Op& op) {
  *out = op(*first1, *first2);
  ++out;
}
|| (is_member<Op> && requires(First1 & first1, First2& first2, Out& out, Op& op) {
  *out = std::invoke(op, *first1, *first2);
  ++out;
});

/// What std::transform(first, last, out, op) needs.
template <class First, class Last, class Out, class Op>
concept mappable = iterator_pair<First, Last> && writes_results_to<First, Out, Op>;

/// What std::transform(first1, last1, first2, out, op) needs.
template <class First1, class Last1, class First2, class Out, class Op>
concept pairwise_mappable = iterator_pair<First1, Last1> && requires(First2& first2) {
  ++first2;
} && writes_pair_results_to<First1, First2, Out, Op>;

/// What parallel_map(range, op) needs: a result that a vector can hold.
template <class Range, class Op>
concept range_mappable = iterable<Range> && accepts_items_of<iterator_of<Range>, Op> &&
    std::move_constructible<std::decay_t<decltype(std::invoke(
        std::declval<Op&>(), *std::declval<iterator_of<Range>&>()))>>;

/// What parallel_map(range, out, op) needs.
template <class Range, class Out, class Op>
concept range_mappable_to = iterable<Range> && writes_results_to<iterator_of<Range>, Out, Op>;

template <class T>
concept is_options = std::convertible_to<const T&, const options&>;

// --- what can be split and shared

template <class It>
concept legacy_random_access = requires {
  requires std::derived_from<typename std::iterator_traits<It>::iterator_category,
                             std::random_access_iterator_tag>;
};

/// it + n in O(1). C++20's concept first: iota's iterators are no C++17 random-access iterators.
template <class It>
concept random_access = std::random_access_iterator<It> || legacy_random_access<It>;

/// The distance is known in O(1) and every position can be reached in O(1).
template <class First, class Last>
concept splittable = random_access<First> && requires(const First& first, const Last& last) {
  {last - first};
};

/// Neighbouring outputs are separate memory locations.
template <class Out>
concept separate_outputs = random_access<Out> &&
    (std::is_lvalue_reference_v<decltype(*std::declval<Out&>())> || enable_concurrent_write<Out>);

/// One callable serves all workers: op works through const F&.
template <class First, class Out, class Op>
concept shareable_callable = writes_results_to<First, Out, const Op>;

template <class First1, class First2, class Out, class Op>
concept shareable_pair_callable = writes_pair_results_to<First1, First2, Out, const Op>;

/// The callable as the loops use it: const where it can be shared, so that every worker and every
/// path runs the same overload.
template <bool Shareable, class Op>
using callable_in_loop = std::conditional_t<Shareable, const Op, Op>;

/// How an input lies to an output in memory, where both are contiguous.
template <class It>
concept contiguous = std::contiguous_iterator<It>;

/// True when running the items out of order could change the result: the arrays overlap and are not
/// the same elements. O(1).
template <class In, class Out>
[[nodiscard]] bool overlap(const In& in, const Out& out, std::size_t items) noexcept {
  if constexpr (contiguous<In> && contiguous<Out>) {
    const auto* in_first = reinterpret_cast<const volatile std::byte*>(std::to_address(in));
    const auto* out_first = reinterpret_cast<const volatile std::byte*>(std::to_address(out));
    constexpr std::size_t in_size = sizeof(std::iter_value_t<In>);
    constexpr std::size_t out_size = sizeof(std::iter_value_t<Out>);
    if (in_size == out_size && in_first == out_first) {
      return false;
    }
    const std::less<const volatile std::byte*> before;
    return before(in_first, out_first + items * out_size) &&
           before(out_first, in_first + items * in_size);
  } else {
    return false;
  }
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
