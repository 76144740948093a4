// What a view and its iterators keep: the callable, one result, and the engine.
// Thread safety: thread-compatible.
#pragma once

#include <amorsize/detail/engines.hpp>
#include <amorsize/detail/stream_run.hpp>
#include <amorsize/version.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <optional>
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
  void fill_from(Result&& result) {
    ::new (static_cast<void*>(std::addressof(result_))) Result(std::move(result));
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
      fill_from(std::move(other.result_));
      other.clear();
    }
  }

  union {
    mutable Result result_;  ///< alive while is_full_
  };
  bool is_full_ = false;
};

/// Results that own nothing are moved out of their batch into the iterator: it then has one place
/// for a result, and the compiler keeps it in registers. Others stay in their batch: what they own
/// is freed when the batch is used again, not by each step of the iterator (64 KB after 10 us of
/// work took up to 200 us, because the allocator gave the pages back to the system).
template <class Result>
inline constexpr bool is_moved_out = sizeof(Result) <= 64 && std::is_trivially_copyable_v<Result>;

/// The present result of an iterator: in its own room, or in a batch.
template <class Result, bool MovedOut = is_moved_out<Result>>
class present_result : public result_room<Result> {
 public:
  void refer_to(Result* in_batch) noexcept {
    this->clear();
    this->fill_from(std::move(*in_batch));
  }
};
template <class Result>
class present_result<Result, false> {
 public:
  present_result() noexcept = default;
  present_result(present_result&& other)
      : own_(std::move(other.own_)), in_batch_(std::exchange(other.in_batch_, nullptr)) {}
  present_result& operator=(present_result&& other) {
    own_ = std::move(other.own_);
    in_batch_ = std::exchange(other.in_batch_, nullptr);
    return *this;
  }
  ~present_result() = default;

  template <class Op, class It>
  void fill(Op& op, It& item) {
    own_.fill(op, item);
  }
  void refer_to(Result* in_batch) noexcept { in_batch_ = in_batch; }
  void clear() noexcept {
    in_batch_ = nullptr;
    own_.clear();
  }
  [[nodiscard]] bool is_full() const noexcept { return in_batch_ != nullptr || own_.is_full(); }
  [[nodiscard]] Result& get() const noexcept {
    return in_batch_ != nullptr ? *in_batch_ : own_.get();
  }

 private:
  result_room<Result> own_;
  Result* in_batch_ = nullptr;
};

/// What runs one iteration, if anything has to: a stream_run, or, where nothing can be shared, a
/// serial_run. Belongs to the view and to the iterator; whoever goes first ends it.
struct iteration {
  std::unique_ptr<stream_run> stream;
  std::unique_ptr<serial_run> serial;

  /// items: given to the callable since the engine was told last.
  void finish(std::size_t items) {
    try {
      if (stream) {
        stream->finish(items);
      } else {
        serial->finish();
      }
    } catch (...) {  // on_progress
      end(0);
      throw;
    }
    end(0);
  }
  void end(std::size_t items) noexcept {
    if (stream) {
      stream->abandon(items);
    }
    serial.reset();
  }
};

/// The view's share of its iteration. A copy of a view begins one of its own.
class iteration_share {
 public:
  iteration_share() = default;
  iteration_share(const iteration_share&) noexcept {}
  iteration_share(iteration_share&&) noexcept {}
  iteration_share& operator=(const iteration_share&) noexcept {
    end();
    return *this;
  }
  iteration_share& operator=(iteration_share&&) noexcept {
    end();
    return *this;
  }
  ~iteration_share() { end(); }

  void end() noexcept {
    if (now_) {
      now_->end(0);
      now_.reset();
    }
  }
  [[nodiscard]] std::shared_ptr<iteration> begin() {
    end();
    // Not make_shared: its tag is STB_GNU_UNIQUE, and a plugin that holds it can never be unloaded.
    return now_ = std::shared_ptr<iteration>(new iteration);
  }

 private:
  std::shared_ptr<iteration> now_;
};

}  // namespace detail::view
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
