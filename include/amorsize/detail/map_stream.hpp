// The iterator forms of parallel_map below random access: source and output are touched by the
// calling thread alone, the callable by all workers.
// Thread safety: as parallel_map.
#pragma once

#include <amorsize/detail/chunk_body.hpp>
#include <amorsize/detail/engines.hpp>
#include <amorsize/detail/stream_items.hpp>
#include <amorsize/detail/stream_run.hpp>
#include <amorsize/version.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace detail {

/// A stream whose results can be kept until they are assigned to *out.
template <class Out, class Op, class... Its>
concept streamable_to = streamable<Op, Its...> &&
    requires(Out& out, handed_out<call_result<const Op, Its...>> result) {
  *out = static_cast<handed_out<call_result<const Op, Its...>>>(result);
};

/// The batches of a stream; of what is none, anything.
template <bool IsStream, class Op, class It>
struct batch_if {
  using type = typed_batch<Op, It>;
};
template <class Op, class It>
struct batch_if<false, Op, It> {
  using type = stream_batch;
};

/// Why a map below random access is not a stream either.
template <bool Shareable>
inline constexpr serial_cause stream_cause =
    Shareable ? serial_cause::items_not_keepable : serial_cause::callable_not_shareable;

/// An iterator in a local variable, so that the compiler keeps it in registers, while a block runs.
/// What is thrown in between ends the stream: nobody looks at the iterator again.
template <class It, bool Movable = std::is_move_assignable_v<It>>
struct localized {
  explicit localized(It& at) : it(std::move(at)), home(at) {}
  void put_back() { home = std::move(it); }
  It it;
  It& home;
};
template <class It>
struct localized<It, false> {
  explicit localized(It& at) : it(at) {}
  void put_back() {}
  It& it;
};

/// Keeps `done` up to date with a counter that runs down, by an exception too: progress_mark's
/// twin.
class countdown_mark {
 public:
  countdown_mark(std::size_t& done, std::size_t from, const std::size_t& left) noexcept
      : done_(done), from_(from), left_(left) {}
  countdown_mark(const countdown_mark&) = delete;
  countdown_mark& operator=(const countdown_mark&) = delete;
  ~countdown_mark() { done_ = from_ - left_; }

 private:
  std::size_t& done_;
  const std::size_t from_;
  const std::size_t& left_;
};

/// One stream on its way from iterators to an output.
template <class Sentinel, class Op, class It, class Out, class... Others>
class stream_to {
  using batch = typed_batch<Op, It, Others...>;
  using source = stream_source<Sentinel, It, Others...>;
  using out_of_batch = handed_out<call_result<const Op, It, Others...>>;

 public:
  stream_to(It& first, const Sentinel& last, Out& out, const Op& op, Others&... others)
      : source_{first, last, {others...}},
        out_(out),
        op_(op),
        body_(stream_body_of<Sentinel, Op, It, Others...>(op)) {}

  void run(const options* how) {
    if (serial_run::wanted(how)) {
      run_.emplace(how, body_, nullptr);
    }
    try {
      for (std::size_t items = first_items(); run_some(items) && !ends_here();
           items = next_items()) {
      }
    } catch (...) {
      if (run_) {
        run_->abandon(begun_);
      }
      throw;
    }
    if (run_) {
      run_->finish(begun_);
    }
  }

 private:
  std::size_t first_items() {
    if (run_) {
      return run_->look_up(0, 0);
    }
    static_cast<void>(look_up(pace_, 0));
    return pace_.block;
  }
  std::size_t next_items() {
    const std::size_t done = std::exchange(begun_, 0);
    if (run_) {
      return run_->look_up(done, bytes_);
    }
    if (look_up(pace_, done)) {
      run_.emplace(nullptr, body_, &pace_);
      return run_->look_up(0, bytes_);
    }
    return pace_.block;
  }

  /// A stop after the last item is ignored: so the end is looked for before the stop.
  [[nodiscard]] bool ends_here() {
    if (!run_ || !run_->watches()) {
      return false;
    }
    source_.step();
    return !(source_.first != source_.last);
  }

  /// False: that was all.
  bool run_some(std::size_t items) {
    if (items == 0) {
      hand_out_batches();
      return !run_->has_ended();
    }
    source_.step();
    return std::apply([&](auto&... others) { return run_inline(items, others...); },
                      source_.others);
  }

  /// A function of its own: inlined into what calls it, it had to share the registers, and items of
  /// 2 ns took 1.16 x the plain loop.
  [[gnu::noinline]] bool run_inline(std::size_t items, Others&... others) {
    localized<It> first(source_.first);
    localized<Out> out(out_);
    if (!(first.it != source_.last)) {
      first.put_back();
      out.put_back();
      return false;
    }
    begun_ = 1;
    measure_one(first.it, out.it, others...);
    ++first.it;
    static_cast<void>(((void)++others, ...));
    ++out.it;
    // Counted down and tested in one: each instruction is two per cent of an item of 2 ns.
    std::size_t left = items - 1;
    bool has_more = true;
    {
      const countdown_mark mark(begun_, items, left);
      while (left-- != 0 && (has_more = more_than(left, first.it))) {
        map_one(first.it, others..., out.it, op_);
        ++first.it;
        static_cast<void>(((void)++others, ...));
        ++out.it;
      }
      ++left;  // the one that was counted and not given to the callable
    }
    first.put_back();
    out.put_back();
    return has_more;
  }

  /// Is there an item? What throws instead gives none to the callable.
  [[gnu::always_inline]] bool more_than(std::size_t& left, It& first) {
    try {
      return first != source_.last;
    } catch (...) {
      ++left;
      throw;
    }
  }

  /// One item, and what its result keeps alive.
  void measure_one(It& first, Out& out, Others&... others) {
    if constexpr (may_own_memory<typename batch::result> &&
                  requires { call_with(op_, *first, *others...); }) {
      auto&& result = call_with(op_, *first, *others...);
      using result_type = decltype(call_with(op_, *first, *others...));
      bytes_ = bytes_beyond(static_cast<const typename batch::result&>(result));
      *out = static_cast<result_type&&>(result);
    } else {
      map_one(first, others..., out, op_);
    }
  }

  void hand_out_batches() {
    const bool watches = run_->watches();
    while (stream_batch* const finished = run_->next(&source_)) {
      batch& from = batch::of(*finished);
      localized<Out> out(out_);
      std::size_t at = from.delivered;
      const progress_mark mark(from.delivered, at);
      while (at < from.done) {
        *out.it = static_cast<out_of_batch>(*from.results.at(at));
        ++at;
        ++out.it;
        if (watches && at < from.done) {
          from.delivered = at;
          run_->check_stop();
        }
      }
      out.put_back();
    }
  }

  source source_;
  Out& out_;
  const Op& op_;
  stream_body body_;
  std::optional<stream_run> run_;
  stream_pace pace_;
  std::size_t begun_ = 0;  ///< items given to the callable inline since the last look-up
  std::size_t bytes_ = 0;  ///< of a result
};

/// A map whose source or output is not random access.
template <class Sentinel, class Op, class It, class Out, class... Others>
Out map_stream(
    It& first, const Sentinel& last, Out& out, Op& op, const options* how, Others&... others) {
  stream_to<Sentinel, Op, It, Out, Others...>(first, last, out, op, others...).run(how);
  return std::move(out);
}

namespace view {

/// A stream whose batches hold what the view hands out.
template <class Result, class Op, class It>
concept streamable_result = streamable<Op, It> && requires {
  requires std::same_as<std::decay_t<call_result<const Op, It>>, Result>;
};

template <class Op, class It>
concept shareable_for_view = std::invocable<const Op&, decltype(*std::declval<It&>())>;

/// What views::parallel_map needs: op(*it), with a result that can be stored and moved.
template <class Range, class Op>
concept stream_mappable =
    std::ranges::input_range<Range> && accepts_items_of<std::ranges::iterator_t<Range>, Op> &&
    std::move_constructible<std::decay_t<decltype(std::invoke(
        std::declval<Op&>(), *std::declval<std::ranges::iterator_t<Range>&>()))>>;

}  // namespace view
}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
