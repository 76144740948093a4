// The view behind views::parallel_map, and what its iterators are made of.
// Thread safety: thread-compatible, as the range it maps.
#pragma once

#include <amorsize/detail/engines.hpp>
#include <amorsize/detail/map_concepts.hpp>
#include <amorsize/detail/map_stream.hpp>
#include <amorsize/detail/stream_items.hpp>
#include <amorsize/detail/stream_run.hpp>
#include <amorsize/detail/view_storage.hpp>
#include <amorsize/options.hpp>
#include <amorsize/version.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace detail::view {

/// The results of op over the items of Source: an input_range, also where Source is more.
///
/// `*it` is an rvalue reference to the result; reading it twice gives the same object and does not
/// call op again. It is valid until the iterator is incremented, moved or destroyed. What op, the
/// source or on_progress throw, and `cancelled`, leaves begin() or ++; the iterator is then at its
/// end. The report is filled when the iteration ends or throws, or view or iterator goes. As with
/// other views, iterators do not survive a move of the view.
///
/// Overhead: inline per item a result stored in the iterator, no allocation; a clock in 10 us.
template <std::ranges::view Source, class Op>
requires stream_mappable<Source, Op>
class parallel_map_view : public std::ranges::view_interface<parallel_map_view<Source, Op>> {
  using source_iterator = std::ranges::iterator_t<Source>;
  using source_sentinel = std::ranges::sentinel_t<Source>;
  using result =
      std::decay_t<decltype(std::invoke(std::declval<Op&>(), *std::declval<source_iterator&>()))>;

  static constexpr bool is_stream = streamable_result<result, Op, source_iterator>;
  static constexpr serial_cause why_serial = stream_cause<shareable_for_view<Op, source_iterator>>;
  using loop_op = callable_in_loop<is_stream, Op>;
  using typed = typename batch_if<is_stream, Op, source_iterator>::type;
  using source_of_run = stream_source<source_sentinel, source_iterator>;

 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = result;
    using difference_type = std::ranges::range_difference_t<Source>;

    // Everything a loop over the view does for a cheap item is inlined, and what is not gets a copy
    // (slow(), begin()): an iterator whose address nobody has seen is kept in registers.
    [[gnu::always_inline]] iterator(iterator&& other)
        : parent_(other.parent_),
          current_(std::move(other.current_)),
          last_(std::move(other.last_)),
          room_(std::move(other.room_)),
          inline_left_(std::exchange(other.inline_left_, 0)),
          inline_granted_(std::exchange(other.inline_granted_, 0)),
          batch_(std::exchange(other.batch_, nullptr)),
          batch_at_(other.batch_at_),
          batch_left_(std::exchange(other.batch_left_, 0)),
          watches_(other.watches_),
          must_step_(other.must_step_),
          shared_(other.shared_),
          pace_(other.pace_),
          bytes_(other.bytes_),
          run_(std::move(other.run_)) {
      other.room_.clear();
    }
    [[gnu::always_inline]] iterator& operator=(iterator&& other) {
      if (this != &other) {
        std::destroy_at(this);
        std::construct_at(this, std::move(other));
      }
      return *this;
    }
    [[gnu::always_inline]] ~iterator() { end(); }

    [[nodiscard]] result&& operator*() const noexcept { return std::move(room_.get()); }
    [[gnu::always_inline]] iterator& operator++() {
      if (inline_left_ != 0) [[likely]] {
        try {
          room_.clear();
          ++current_;
          fill_room();
        } catch (...) {
          end();
          throw;
        }
      } else if (batch_left_ != 0) {
        --batch_left_;
        room_.refer_to(++batch_at_);
      } else {
        slow();
      }
      return *this;
    }
    void operator++(int) { ++*this; }
    [[nodiscard]] friend bool operator==(const iterator& it, std::default_sentinel_t) noexcept {
      return !it.room_.is_full();
    }

   private:
    friend class parallel_map_view;

    iterator(parallel_map_view& parent,
             source_iterator first,
             source_sentinel last,
             std::shared_ptr<iteration> run)
        : parent_(&parent),
          current_(std::move(first)),
          last_(std::move(last)),
          run_(std::move(run)) {}

    [[gnu::always_inline]] void slow() {
      iterator elsewhere(std::move(*this));
      elsewhere.advance();
      *this = std::move(elsewhere);
    }

    /// The next item inline, if there is one.
    [[gnu::always_inline]] void fill_room() {
      if (current_ != last_) [[likely]] {
        --inline_left_;
        loop_op& op = parent_->op_.get();
        room_.fill(op, current_);
      } else {
        finish();
      }
    }

    /// Items given to the callable since the engine was told last.
    std::size_t take_begun() noexcept {
      return std::exchange(inline_granted_, 0) - std::exchange(inline_left_, 0);
    }

    [[gnu::noinline]] void start() {
      try {
        if constexpr (is_stream) {
          if (run_ == nullptr) {
            static_cast<void>(look_up(pace_, 0));
          }
        }
        go_on();
      } catch (...) {
        end();
        throw;
      }
    }

    /// The result has been delivered, and none is left that costs nothing to get at.
    [[gnu::noinline]] void advance() {
      try {
        room_.clear();
        if (batch_ == nullptr) {
          must_step_ = true;
        } else if (next_of_batch()) {
          return;
        }
        go_on();
      } catch (...) {
        end();
        throw;
      }
    }

    /// False: the batch is used up.
    bool next_of_batch() {
      if (!watches_ || ++batch_->delivered == batch_->done) {
        batch_->delivered = batch_->done;
        batch_ = nullptr;
        return false;
      }
      run_->stream->check_stop();
      room_.refer_to(++batch_at_);
      return true;
    }

    /// Where a stop may be requested, each result is got at by advance().
    void take_batch() {
      if constexpr (is_stream) {
        batch_at_ = typed::of(*batch_).results.at(batch_->delivered);
        watches_ = run_->stream->watches();
        batch_left_ = watches_ ? 0 : batch_->done - batch_->delivered - 1;
        room_.refer_to(batch_at_);
      }
    }

    void step() {
      if (must_step_) {
        must_step_ = false;
        ++current_;
      }
    }

    void go_on() {
      if constexpr (is_stream) {
        for (;;) {
          if (ends_here()) {
            finish();
            return;
          }
          const std::size_t items = ask();
          if (items > 0) {
            inline_granted_ = inline_left_ = items;
            step();
            fill_room();
            if (may_own_memory<result> && room_.is_full()) {
              bytes_ = bytes_beyond(room_.get());
            }
            return;
          }
          source_of_run source{current_, last_, {}, must_step_};
          batch_ = run_->stream->next(&source);
          must_step_ = source.must_step;
          if (batch_ != nullptr) {
            take_batch();
            return;
          }
          shared_ = false;
          if (run_->stream->has_ended()) {
            finish();
            return;
          }
        }
      } else {
        step();
        if (run_ == nullptr) {
          inline_granted_ = inline_left_ = static_cast<std::size_t>(-1);
        } else if (current_ != last_) {
          run_->serial->next_item();
          inline_granted_ = inline_left_ = 1;
        }
        fill_room();
      }
    }

    /// A stop after the last item is ignored: so the end is looked for before the stop.
    [[nodiscard]] bool ends_here() {
      if (run_ == nullptr || shared_ || !run_->stream->watches()) {
        return false;
      }
      step();
      return !(current_ != last_);
    }

    /// Items to process inline; 0 = through batches.
    std::size_t ask() {
      if (shared_) {
        return 0;
      }
      const std::size_t done = take_begun();
      std::size_t items = 0;
      if (run_ != nullptr) {
        items = run_->stream->look_up(done, bytes_);
      } else if (look_up(pace_, done)) {
        run_ = parent_->iteration_.begin();
        run_->stream = std::make_unique<stream_run>(nullptr, parent_->body(), &pace_);
        items = run_->stream->look_up(0, bytes_);
      } else {
        items = pace_.block;
      }
      shared_ = items == 0;
      return items;
    }

    /// By value: see slow().
    [[gnu::noinline]] static void finish_run(std::shared_ptr<iteration> run, std::size_t begun) {
      run->finish(begun);
    }
    [[gnu::noinline]] static void end_run(std::shared_ptr<iteration> run,
                                          std::size_t begun) noexcept {
      run->end(begun);
    }
    [[gnu::always_inline]] void finish() {
      const std::size_t begun = take_begun();
      if (run_ != nullptr) {
        finish_run(std::shared_ptr<iteration>(std::move(run_)), begun);
      }
    }
    [[gnu::always_inline]] void end() noexcept {
      room_.clear();
      if (batch_ != nullptr && !watches_) {
        batch_->delivered = batch_->done - batch_left_ - 1;
      }
      batch_ = nullptr;  // its results go with it
      batch_left_ = 0;
      const std::size_t begun = take_begun();
      if (run_ != nullptr) {
        end_run(std::shared_ptr<iteration>(std::move(run_)), begun);
      }
    }

    parallel_map_view* parent_;
    source_iterator current_;
    [[no_unique_address]] source_sentinel last_;
    present_result<result> room_;  ///< empty at the end
    std::size_t inline_left_ = 0;
    std::size_t inline_granted_ = 0;
    stream_batch* batch_ = nullptr;  ///< being delivered
    result* batch_at_ = nullptr;     ///< its present result
    std::size_t batch_left_ = 0;     ///< results behind the present one
    bool watches_ = false;           ///< a stop may be requested
    bool must_step_ = false;         ///< current_ has been taken
    bool shared_ = false;
    stream_pace pace_{};
    std::size_t bytes_ = 0;
    std::shared_ptr<iteration> run_;  ///< null while nothing but the clock is needed
  };

  /// how: null when there are none; shared by the copies of the view.
  parallel_map_view(Source source, Op op, std::shared_ptr<const options> how)
      : source_(std::move(source)), op_(std::move(op)), how_(std::move(how)) {}

  parallel_map_view(const parallel_map_view&) = default;
  parallel_map_view& operator=(const parallel_map_view&) = default;
  /// Ends the iteration of the other view first: its helpers use the callable.
  parallel_map_view(parallel_map_view&& other)
      : source_(std::move(ended(other).source_)),
        op_(std::move(other.op_)),
        how_(std::move(other.how_)) {}
  parallel_map_view& operator=(parallel_map_view&& other) {
    iteration_.end();
    other.iteration_.end();
    source_ = std::move(other.source_);
    op_ = std::move(other.op_);
    how_ = std::move(other.how_);
    return *this;
  }
  ~parallel_map_view() { iteration_.end(); }

  /// Pulls the first item and maps it.
  ///
  /// Throws: bad_option before any item is pulled, cancelled; what op or the source throws.
  [[nodiscard, gnu::always_inline]] iterator begin() {
    std::shared_ptr<iteration> run = open();
    try {
      iterator first{*this, std::ranges::begin(source_), std::ranges::end(source_), std::move(run)};
      first.start();
      return iterator(std::move(first));
    } catch (...) {
      iteration_.end();
      throw;
    }
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return std::default_sentinel; }

  [[nodiscard]] auto size() requires std::ranges::sized_range<Source> {
    return std::ranges::size(source_);
  }
  [[nodiscard]] auto size() const requires std::ranges::sized_range<const Source> {
    return std::ranges::size(source_);
  }

 private:
  /// Checks the options, and stops, before the source is touched.
  [[nodiscard]] std::shared_ptr<iteration> open() {
    iteration_.end();
    if (!serial_run::wanted(how_.get())) {
      return nullptr;
    }
    std::shared_ptr<iteration> run = iteration_.begin();
    if constexpr (is_stream) {
      run->stream = std::make_unique<stream_run>(how_.get(), body(), nullptr);
    } else {
      run->serial =
          std::make_unique<serial_run>(how_.get(), 0, why_serial, serial_run::pace::of_consumer);
    }
    return run;
  }

  static parallel_map_view& ended(parallel_map_view& view) noexcept {
    view.iteration_.end();
    return view;
  }
  [[nodiscard]] stream_body body() const noexcept {
    return stream_body_of<source_sentinel, Op, source_iterator>(op_.get());
  }

  iteration_share iteration_;  ///< assigned, and by the destructor ended, before what it uses
  Source source_;
  replaceable<Op> op_;
  std::shared_ptr<const options> how_;
};

}  // namespace detail::view
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
