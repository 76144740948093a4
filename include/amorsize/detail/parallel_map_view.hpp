// The view behind views::parallel_map, and what its iterators are made of.
// Thread safety: thread-compatible, as the range it maps.
#pragma once

#include <amorsize/detail/engines.hpp>
#include <amorsize/detail/map_concepts.hpp>
#include <amorsize/options.hpp>
#include <amorsize/version.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace detail::view {

/// A value that can be destroyed and made again: views must be assignable, callables need not be.
template <class T>
class replaceable {
 public:
  explicit replaceable(T value) : value_(std::move(value)) {}
  replaceable(const replaceable&) = default;
  replaceable(replaceable&&) = default;
  replaceable& operator=(const replaceable& other) requires std::copy_constructible<T> {
    if constexpr (std::is_copy_assignable_v<T>) {
      value_ = other.value_;
    } else if (this != &other) {
      value_.reset();
      value_.emplace(*other.value_);
    }
    return *this;
  }
  replaceable& operator=(replaceable&& other) {
    if constexpr (std::is_move_assignable_v<T>) {
      value_ = std::move(other.value_);
    } else if (this != &other) {
      value_.reset();
      value_.emplace(std::move(*other.value_));
    }
    return *this;
  }
  ~replaceable() = default;

  [[nodiscard]] T& get() noexcept { return *value_; }
  [[nodiscard]] const T& get() const noexcept { return *value_; }

 private:
  std::optional<T> value_;
};

/// Room for one result. Results need be neither default-constructible nor assignable.
template <class Result>
class result_room {
 public:
  result_room() noexcept {}  // NOLINT(modernize-use-equals-default): leaves the room empty
  result_room(result_room&& other) { take(other); }
  result_room& operator=(result_room&& other) {
    if (this != &other) {
      clear();
      take(other);
    }
    return *this;
  }
  ~result_room() { clear(); }

  /// Builds op(*item) in place, without a move where the callable returns a value.
  template <class Op, class It>
  void fill(Op& op, It& item) {
    ::new (static_cast<void*>(std::addressof(result_))) Result(std::invoke(op, *item));
    is_full_ = true;
  }
// g++ 12 does not see that is_full_ guards result_, and warns in the user's program.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
  void clear() noexcept {
    if (is_full_) {
      is_full_ = false;
      std::destroy_at(std::addressof(result_));
    }
  }
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
  [[nodiscard]] bool is_full() const noexcept {
    return is_full_;
  }
  [[nodiscard]] Result& get() const noexcept {
    return result_;
  }

 private:
  void take(result_room& other) {
    if (other.is_full_) {
      ::new (static_cast<void*>(std::addressof(result_))) Result(std::move(other.result_));
      is_full_ = true;
      other.clear();
    }
  }

  union {
    mutable Result result_;  ///< alive while is_full_
  };
  bool is_full_ = false;
};

/// The account of one iteration. A copy of a view begins an account of its own.
class account {
 public:
  account() = default;
  account(const account&) noexcept {}
  account(account&&) noexcept = default;
  account& operator=(const account&) noexcept {
    run_.reset();
    return *this;
  }
  account& operator=(account&&) noexcept = default;
  ~account() = default;

  void open(const options* how) {
    run_.reset();
    if (serial_run::wanted(how)) {
      run_ = std::make_unique<serial_run>(
          how, 0, serial_cause::not_random_access, serial_run::pace::of_consumer);
    }
  }
  void close() noexcept { run_.reset(); }
  [[nodiscard]] serial_run* get() const noexcept { return run_.get(); }

 private:
  std::unique_ptr<serial_run> run_;
};

/// What views::parallel_map needs: op(*it), with a result that can be stored and moved.
template <class Range, class Op>
concept stream_mappable =
    std::ranges::input_range<Range> && accepts_items_of<std::ranges::iterator_t<Range>, Op> &&
    std::move_constructible<std::decay_t<decltype(std::invoke(
        std::declval<Op&>(), *std::declval<std::ranges::iterator_t<Range>&>()))>>;

/// The results of op over the items of Source: an input_range, also where Source is more.
///
/// `*it` is an rvalue reference to the result; reading it twice gives the same object and does not
/// call op again. It is valid until the iterator is incremented, moved or destroyed. What op, the
/// source or on_progress throw, and `cancelled`, leaves begin() or ++; the iterator is then at its
/// end. The report is filled when the iteration ends or throws, or the view is destroyed. As with
/// other views, iterators do not survive a move of the view.
///
/// Overhead: per item one result stored in the iterator, no allocation.
template <std::ranges::view Source, class Op>
requires stream_mappable<Source, Op>
class parallel_map_view : public std::ranges::view_interface<parallel_map_view<Source, Op>> {
  using source_iterator = std::ranges::iterator_t<Source>;
  using source_sentinel = std::ranges::sentinel_t<Source>;
  using result =
      std::decay_t<decltype(std::invoke(std::declval<Op&>(), *std::declval<source_iterator&>()))>;

 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = result;
    using difference_type = std::ranges::range_difference_t<Source>;

    [[nodiscard]] result&& operator*() const noexcept { return std::move(room_.get()); }
    iterator& operator++() {
      room_.clear();
      in_account([this] {
        ++current_;
        pull();
      });
      return *this;
    }
    void operator++(int) { ++*this; }
    [[nodiscard]] friend bool operator==(const iterator& it, std::default_sentinel_t) noexcept {
      return !it.room_.is_full();
    }

   private:
    friend class parallel_map_view;

    iterator(parallel_map_view& parent, source_iterator first, source_sentinel last)
        : parent_(&parent), current_(std::move(first)), last_(std::move(last)) {
      in_account([this] { pull(); });
    }

    /// Whatever leaves by an exception has ended the iteration.
    template <class Step>
    void in_account(Step step) {
      if (parent_->account_.get() == nullptr) {
        step();
        return;
      }
      try {
        step();
      } catch (...) {
        parent_->account_.close();
        throw;
      }
    }

    void pull() {
      serial_run* const run = parent_->account_.get();
      if (current_ != last_) {
        if (run != nullptr) {
          run->next_item();
        }
        room_.fill(parent_->op_.get(), current_);
      } else if (run != nullptr) {
        run->finish();
        parent_->account_.close();
      }
    }

    parallel_map_view* parent_;
    source_iterator current_;
    [[no_unique_address]] source_sentinel last_;
    result_room<result> room_;
  };

  /// how: null when there are none; shared by the copies of the view.
  parallel_map_view(Source source, Op op, std::shared_ptr<const options> how)
      : source_(std::move(source)), op_(std::move(op)), how_(std::move(how)) {}

  /// Pulls the first item and maps it.
  ///
  /// Throws: bad_option before any item is pulled, cancelled; what op or the source throws.
  [[nodiscard]] iterator begin() {
    account_.open(how_.get());
    return first_of();
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return std::default_sentinel; }

  [[nodiscard]] auto size() requires std::ranges::sized_range<Source> {
    return std::ranges::size(source_);
  }
  [[nodiscard]] auto size() const requires std::ranges::sized_range<const Source> {
    return std::ranges::size(source_);
  }

 private:
  iterator first_of() {
    try {
      auto first = std::ranges::begin(source_);
      return iterator(*this, std::move(first), std::ranges::end(source_));
    } catch (...) {
      account_.close();
      throw;
    }
  }

  Source source_;
  replaceable<Op> op_;
  std::shared_ptr<const options> how_;
  account account_;
};

}  // namespace detail::view
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
