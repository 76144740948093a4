// views::parallel_map: a lazy map over a stream.
//
//   for (auto&& result : lines | amorsize::views::parallel_map(parse)) ...
//
// Nothing is pulled before begin(). Each item is passed to the callable exactly once, and results
// come in input order (order::completion: as they are finished). The stream begins inline: no item
// is pulled before the result before it has been delivered. Once it has lasted as long as waking
// helpers costs, it is tried with helpers and stays with what is faster; then the source is read at
// most n_jobs x 128 x chunksize items ahead of what has been delivered, within memory_limit bytes.
// The source is touched by the thread that iterates, and by no other.
// Thread safety: thread-compatible, as the range it maps.
#pragma once

#include <amorsize/detail/map_concepts.hpp>
#include <amorsize/detail/parallel_map_view.hpp>
#include <amorsize/options.hpp>
#include <amorsize/version.hpp>

#include <concepts>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace detail::view {

/// A view of the range: itself if it is one, a reference to an lvalue, the owner of an rvalue.
template <std::ranges::viewable_range Range>
[[nodiscard]] auto as_view(Range&& range) {
  if constexpr (std::ranges::view<std::remove_cvref_t<Range>>) {
    return std::remove_cvref_t<Range>(std::forward<Range>(range));
  } else if constexpr (std::is_lvalue_reference_v<Range>) {
    return std::ranges::ref_view(range);
  } else {
    return std::ranges::owning_view<Range>(std::move(range));
  }
}

template <class Range>
using view_of = decltype(as_view(std::declval<Range>()));

template <class Range, class Op>
concept view_mappable = std::ranges::viewable_range<Range> && stream_mappable<view_of<Range>, Op>;

template <class Range, class Op>
[[nodiscard]] auto make_view(Range&& range, Op op, std::shared_ptr<const options> how) {
  return parallel_map_view<view_of<Range>, Op>(
      as_view(std::forward<Range>(range)), std::move(op), std::move(how));
}

/// Marks what operator| below may take apart.
struct closure_base {};

template <class T>
concept own_closure = std::derived_from<std::remove_cvref_t<T>, closure_base>;

/// Something with a call operator that is no range: a range adaptor closure, ours or another's.
template <class T>
concept other_closure =
    std::is_class_v<std::remove_cvref_t<T>> && !std::ranges::range<std::remove_cvref_t<T>> &&
    std::move_constructible<std::remove_cvref_t<T>>;

/// What parallel_map(f) and parallel_map(f, how) give: waits for a range on its left.
template <class Op>
class closure : public closure_base {
 public:
  closure(Op op, std::shared_ptr<const options> how) : op_(std::move(op)), how_(std::move(how)) {}

  template <class Range>
  requires view_mappable<Range, Op> && std::copy_constructible<Op>
  [[nodiscard]] auto operator()(Range&& range) const& {
    return make_view(std::forward<Range>(range), op_, how_);
  }
  template <class Range>
  requires view_mappable<Range, Op>
  [[nodiscard]] auto operator()(Range&& range) && {
    return make_view(std::forward<Range>(range), std::move(op_), std::move(how_));
  }

 private:
  Op op_;
  std::shared_ptr<const options> how_;
};

/// first, then second.
template <class First, class Second>
class composed : public closure_base {
 public:
  composed(First first, Second second) : first_(std::move(first)), second_(std::move(second)) {}

  template <class Range>
  requires std::invocable<const First&, Range> &&
      std::invocable<const Second&, std::invoke_result_t<const First&, Range>>
  [[nodiscard]] auto operator()(Range&& range) const& {
    return second_(first_(std::forward<Range>(range)));
  }
  template <class Range>
  requires std::invocable<First, Range> &&
      std::invocable<Second, std::invoke_result_t<First, Range>>
  [[nodiscard]] auto operator()(Range&& range) && {
    return std::move(second_)(std::move(first_)(std::forward<Range>(range)));
  }

 private:
  First first_;
  Second second_;
};

template <std::ranges::viewable_range Range, own_closure Closure>
requires std::invocable<Closure, Range>
[[nodiscard]] auto operator|(Range&& range, Closure&& closure) {
  return std::forward<Closure>(closure)(std::forward<Range>(range));
}

template <other_closure First, other_closure Second>
requires own_closure<First> || own_closure<Second>
[[nodiscard]] auto operator|(First&& first, Second&& second) {
  return composed<std::remove_cvref_t<First>, std::remove_cvref_t<Second>>(
      std::forward<First>(first), std::forward<Second>(second));
}

// The sentence must stand on the line the compiler shows.
// clang-format off
template <std::ranges::range Range, class Op>
  requires (!std::ranges::viewable_range<Range>)
void operator|(Range&&, const closure<Op>&) = delete;  // amorsize: the range on the left can be neither referred to nor owned; pass an lvalue or std::move(it)

template <std::ranges::viewable_range Range, class Op>
  requires (!view_mappable<Range, Op>)
void operator|(Range&&, const closure<Op>&) = delete;  // amorsize: the callable cannot be called with an element of the range, or returns nothing that can be stored
// clang-format on

[[nodiscard]] inline std::shared_ptr<const options> copied(const options& how) {
  return std::shared_ptr<const options>(new options(how));
}

struct parallel_map_adaptor {
  template <class Op>
  [[nodiscard]] auto operator()(Op op) const requires(!std::ranges::range<Op>) {
    return closure<Op>(std::move(op), nullptr);
  }
  template <class Op>
  [[nodiscard]] auto operator()(Op op, const options& how) const requires(!std::ranges::range<Op>) {
    return closure<Op>(std::move(op), copied(how));
  }
  template <class Range, class Op>
  requires view_mappable<Range, Op>
  [[nodiscard]] auto operator()(Range&& range, Op op) const {
    return make_view(std::forward<Range>(range), std::move(op), nullptr);
  }
  template <class Range, class Op>
  requires view_mappable<Range, Op>
  [[nodiscard]] auto operator()(Range&& range, Op op, const options& how) const {
    return make_view(std::forward<Range>(range), std::move(op), copied(how));
  }

  // The sentence must stand on the line the compiler shows.
  // clang-format off
  template <std::ranges::viewable_range Range, class Op>
    requires (!view_mappable<Range, Op>) && (!is_options<Op>)
  void operator()(Range&&, Op) const = delete;  // amorsize: the callable cannot be called with an element of the range, or returns nothing that can be stored

  template <std::ranges::viewable_range Range, class Op>
    requires (!view_mappable<Range, Op>)
  void operator()(Range&&, Op, const options&) const = delete;  // amorsize: the callable cannot be called with an element of the range, or returns nothing that can be stored
  // clang-format on
};

}  // namespace detail::view

namespace views {

/// The adaptor: (f), (f, options), (range, f), (range, f, options). Options are copied; what their
/// report, label and on_progress refer to must outlive the view.
///
/// Preconditions: as for parallel_map: op may run concurrently on different items.
AMORSIZE_HIDDEN inline constexpr detail::view::parallel_map_adaptor parallel_map{};

}  // namespace views
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
