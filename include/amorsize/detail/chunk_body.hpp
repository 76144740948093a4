// The waist between the templates and the compiled runtime: everything a user's map is, erased to
// "run items [first, last)".
// Thread safety: run() is called by several workers at once, each with a block of its own.
#pragma once

#include <amorsize/version.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <type_traits>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace detail {

/// Consecutive items one worker runs without interruption, and how far it came.
struct item_block {
  std::size_t first;  ///< index of the first item to run
  std::size_t last;   ///< one behind the last
  /// Written by whoever sees a failure or a stop, read here before each item: items from this index
  /// on are not started. Relaxed on both sides: it only saves work, and the data it speaks about is
  /// published by other means. Null: the block is too short to be worth looking.
  const std::atomic<std::size_t>* limit;
  /// Out: the first item that was not completed; the failing one when run() throws.
  std::size_t next;
};

/// Non-owning. `context` lives on the caller's frame; workers use it only while inside the gate.
struct chunk_body {
  void* context = nullptr;
  void (*run)(void* context,
              item_block& block) = nullptr;  ///< may throw what the user's code throws
};

/// Stores where a loop stands when it is left, by whatever way.
class progress_mark {
 public:
  progress_mark(std::size_t& to, const std::size_t& from) noexcept : to_(to), from_(from) {}
  progress_mark(const progress_mark&) = delete;
  progress_mark& operator=(const progress_mark&) = delete;
  ~progress_mark() { to_ = from_; }

 private:
  std::size_t& to_;
  const std::size_t& from_;
};

/// *to = op(*in), and std::invoke's meaning of it for member pointers.
template <class InputIt, class OutputIt, class UnaryOp>
[[gnu::always_inline]] inline void map_one(InputIt& in, OutputIt& to, UnaryOp& op) {
  if constexpr (std::is_member_pointer_v<std::remove_const_t<UnaryOp>>) {
    *to = std::invoke(op, *in);
  } else {
    *to = op(*in);
  }
}

template <class InputIt1, class InputIt2, class OutputIt, class BinaryOp>
[[gnu::always_inline]] inline void map_one(InputIt1& in1,
                                           InputIt2& in2,
                                           OutputIt& to,
                                           BinaryOp& op) {
  if constexpr (std::is_member_pointer_v<std::remove_const_t<BinaryOp>>) {
    *to = std::invoke(op, *in1, *in2);
  } else {
    *to = op(*in1, *in2);
  }
}

/// Callables that a loop copies into its own frame. Behind a reference, what they hold may have
/// changed whenever the loop has stored a result, as far as the compiler knows: nothing stays in a
/// register, and the loop is not vectorised. (1,024 x a * x + b: 434 ns instead of 309.)
template <class F>
inline constexpr bool copied_into_loop =
    std::is_trivially_copyable_v<F>&& std::is_copy_constructible_v<F> && !std::is_empty_v<F> &&
    std::is_class_v<F> && sizeof(F) <= 64;

/// The callable as a loop uses it: a copy, or a reference to `op`. F may be const.
template <class F>
using loop_callable = std::conditional_t<copied_into_loop<F>, F, F&>;

/// The same in a loop that runs once per block: what a callable that may change has changed must be
/// there in the next block.
template <class F>
using block_callable = std::conditional_t<copied_into_loop<F> && std::is_const_v<F>, F, F&>;

/// std::transform's loop over one block, one source. The index moves last: an iterator that throws
/// when it steps away from an item fails at that item, also at the end of a block.
template <class InputIt, class OutputIt, class UnaryOp>
struct unary_loop {
  InputIt first;
  OutputIt out;
  UnaryOp& op;

  static void run(void* context, item_block& block) {
    unary_loop& self = *static_cast<unary_loop*>(context);
    std::size_t index = block.first;
    const progress_mark mark(block.next, index);
    InputIt in = self.first + static_cast<decltype(self.first - self.first)>(index);
    OutputIt to = self.out + static_cast<decltype(self.out - self.out)>(index);
    if (block.limit == nullptr) {
      block_callable<UnaryOp> own_op = self.op;
      for (const std::size_t last = block.last; index != last; ++in, (void)++to, ++index) {
        map_one(in, to, own_op);
      }
      return;
    }
    for (; index < block.last && index < block.limit->load(std::memory_order_relaxed);
         ++in, (void)++to, ++index) {
      map_one(in, to, self.op);
    }
  }
};

/// The same with two sources.
template <class InputIt1, class InputIt2, class OutputIt, class BinaryOp>
struct binary_loop {
  InputIt1 first1;
  InputIt2 first2;
  OutputIt out;
  BinaryOp& op;

  static void run(void* context, item_block& block) {
    binary_loop& self = *static_cast<binary_loop*>(context);
    std::size_t index = block.first;
    const progress_mark mark(block.next, index);
    InputIt1 in1 = self.first1 + static_cast<decltype(self.first1 - self.first1)>(index);
    InputIt2 in2 = self.first2 + static_cast<decltype(self.first2 - self.first2)>(index);
    OutputIt to = self.out + static_cast<decltype(self.out - self.out)>(index);
    if (block.limit == nullptr) {
      block_callable<BinaryOp> own_op = self.op;
      for (const std::size_t last = block.last; index != last;
           ++in1, (void)++in2, (void)++to, ++index) {
        map_one(in1, in2, to, own_op);
      }
      return;
    }
    for (; index < block.last && index < block.limit->load(std::memory_order_relaxed);
         ++in1, (void)++in2, (void)++to, ++index) {
      map_one(in1, in2, to, self.op);
    }
  }
};

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
