// The batches of one stream on their way: published by the calling thread in order, claimed by any
// worker, the oldest first, and taken back by the calling thread.
//
//   number:   head ........ claimed ........ published ........ head + slots
//             in work or done      waiting             free
//
// published_ only rises, by the calling thread; claimed_ only rises, by CAS; a slot is used again
// when its batch has been taken back, so it was claimed before: no claim can meet an old slot.
// Thread safety: see each member. The lane is the calling thread's; workers use it inside the gate.
#pragma once

#include "runtime/executor/atomic_policy.hpp"
#include "runtime/executor/shared_map.hpp"
#include "runtime/executor/usage_watch.hpp"
#include "runtime/policy/units.hpp"

#include <amorsize/detail/stream_run.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

struct alignas(2 * cache_line) batch_slot {
  enum : std::uint32_t { in_work, done, awaited };
  /// in_work -> done by the worker (exchange, release: publishes the results and the fields below);
  /// in_work -> awaited by the calling thread before it sleeps; read by it (acquire).
  atomic<std::uint32_t> state{in_work};
  // Written by the calling thread before it publishes.
  detail::stream_batch* batch = nullptr;
  std::size_t reserved_bytes = 0;  ///< what the batch counts for in the window
  std::size_t first_item = 0;      ///< its number in the stream
  bool is_taken_back = false;      ///< calling thread only
  // Written by the worker before the batch is done.
  std::exception_ptr error{};  ///< what item `done` of the batch threw
  std::size_t given = 0;       ///< items given to the callable
  policy::nanoseconds busy{0};
  std::size_t result_bytes = 0;  ///< beyond their slots
};

class stream_lane {
 public:
  static constexpr std::uint64_t nothing = ~std::uint64_t{0};

  /// Allocates the slots: a power of two, at least `window`. Throws std::bad_alloc.
  stream_lane(const detail::stream_body& of, std::size_t window);

  // --- calling thread
  [[nodiscard]] std::size_t window() const noexcept { return mask_ + 1; }
  [[nodiscard]] std::uint64_t published() const noexcept {
    return published_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] batch_slot& slot(std::uint64_t number) noexcept { return slots_[number & mask_]; }
  [[nodiscard]] bool is_done(std::uint64_t number) noexcept {
    return slot(number).state.load(std::memory_order_acquire) == batch_slot::done;
  }
  /// So many items of the stream came before the next batch.
  void count_items_from(std::size_t items) noexcept { items_before_ = items; }
  void publish(detail::stream_batch& batch, std::size_t reserved_bytes) noexcept;
  /// Spins for so long, or until the batch is done (or_later: any from it on that has not been
  /// taken back): true.
  [[nodiscard]] bool spin_for(std::uint64_t number,
                              bool or_later,
                              const clock& time,
                              policy::nanoseconds longest) noexcept;
  /// Sleeps until the batch is done; another worker has it in hand.
  void wait_for(std::uint64_t number) noexcept;
  /// The same until any batch from `number` on is done that has not been taken back.
  void wait_for_any(std::uint64_t number) noexcept;

  // --- any worker
  [[nodiscard]] std::optional<std::uint64_t> claim() noexcept;
  [[nodiscard]] bool has_unclaimed() const noexcept {
    return claimed_.load(std::memory_order_relaxed) < published_.load(std::memory_order_relaxed);
  }
  /// Runs a batch that was claimed. What the callable throws is kept in its slot, and batches from
  /// there on are not run any more; only a forced unwind passes. usage: the worker's own.
  void run(shared_map& map, std::size_t seat, std::uint64_t number, usage_watch& usage);

  /// The lowest batch in which something failed; nothing = none. Lowered by workers, read by all:
  /// relaxed, the failure itself is published by its slot.
  [[nodiscard]] std::uint64_t failed() const noexcept {
    return failed_.load(std::memory_order_relaxed);
  }
  /// How long a helper waits for the next batch before it leaves. Written by the calling thread,
  /// read by helpers: relaxed, an advice.
  void set_patience(policy::nanoseconds patience) noexcept {
    patience_.store(patience.count(), std::memory_order_relaxed);
  }
  [[nodiscard]] policy::nanoseconds patience() const noexcept {
    return policy::nanoseconds{patience_.load(std::memory_order_relaxed)};
  }
  /// Per item inside the callable, of the batch that was done last. Written by workers: relaxed, an
  /// advice about how often to look at the clock.
  void set_cost(policy::nanoseconds cost) noexcept {
    cost_.store(cost.count(), std::memory_order_relaxed);
  }

 private:
  [[nodiscard]] bool is_any_done(std::uint64_t number) noexcept;
  void run_items(shared_map& map, batch_slot& one, std::uint64_t number);

  const detail::stream_body body_;
  const std::size_t mask_;
  const std::unique_ptr<batch_slot[]> slots_;
  std::size_t items_before_ = 0;  ///< the next batch; calling thread only
  /// Batches published. Written by the calling thread (release: publishes slot and batch), read by
  /// workers (acquire).
  alignas(cache_line) atomic<std::uint64_t> published_{0};
  /// Batches claimed. Raised by CAS: relaxed, a slot is published by published_.
  alignas(cache_line) atomic<std::uint64_t> claimed_{0};
  alignas(cache_line) atomic<std::uint64_t> failed_{nothing};
  /// The calling thread waits for any batch. It sets this, then looks at the batches; workers
  /// finish a batch, then look at this: all four seq_cst, so that one of the two sees the other.
  alignas(cache_line) atomic<bool> awaits_any_{false};
  /// Raised by a worker that saw it set; the calling thread sleeps on it.
  atomic<std::uint32_t> finished_{0};
  atomic<double> patience_{0.0};
  atomic<double> cost_{0.0};
};

/// Runs batches until none comes for the lane's patience, or the helper has to go. True when the
/// helper has left the gate already: as run_worker().
bool run_stream_helper(shared_map& map, std::size_t seat) noexcept;

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
