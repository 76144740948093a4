#include "runtime/assert.hpp"
#include "runtime/executor/crew.hpp"
#include "runtime/executor/stream_lane.hpp"
#include "runtime/executor/worker_loop.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cxxabi.h>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {
namespace {

using policy::nanoseconds;

/// From this cost on, looking at the limit before each item is below one per cent.
inline constexpr nanoseconds watched_item{100.0};
/// Cheaper items are run in blocks of about this duration between two looks.
inline constexpr nanoseconds unwatched_block{20e3};
/// Pauses between two looks of a helper without work, or after a failed claim, about 40 ns each.
inline constexpr std::size_t most_pauses = 64;

}  // namespace

stream_lane::stream_lane(const detail::stream_body& of, std::size_t window)
    : body_(of),
      mask_(std::bit_ceil(std::max<std::size_t>(2, window)) - 1),
      slots_(new batch_slot[mask_ + 1]) {}

void stream_lane::publish(detail::stream_batch& batch, std::size_t reserved_bytes) noexcept {
  const std::uint64_t number = published_.load(std::memory_order_relaxed);
  batch_slot& one = slot(number);
  one.batch = &batch;
  one.reserved_bytes = reserved_bytes;
  one.first_item = std::exchange(items_before_, items_before_ + batch.items);
  one.is_taken_back = false;
  one.given = 0;
  one.busy = nanoseconds{0};
  one.result_bytes = 0;
  one.state.store(batch_slot::in_work, std::memory_order_relaxed);
  published_.store(number + 1, std::memory_order_release);
}

std::optional<std::uint64_t> stream_lane::claim() noexcept {
  std::uint64_t seen = claimed_.load(std::memory_order_relaxed);
  for (std::size_t pauses = 1; seen < published_.load(std::memory_order_acquire);
       pauses = std::min(pauses * 2, most_pauses)) {
    if (claimed_.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) {
      return seen;
    }
    // Sixty that fail and try again at once succeed one in sixty times.
    for (std::size_t i = 0; i < pauses; ++i) {
      pause();
    }
    seen = claimed_.load(std::memory_order_relaxed);
  }
  return std::nullopt;
}

void stream_lane::run_items(shared_map& map, batch_slot& one, std::uint64_t number) {
  detail::stream_batch& batch = *one.batch;
  const std::atomic<std::size_t>& limit = map.errors.limit();
  const nanoseconds cost{cost_.load(std::memory_order_relaxed)};
  const bool watched = map.layout.watch_every_item || cost >= watched_item;
  const std::size_t step =
      watched && cost >= unwatched_block
          ? 1
          : std::max<std::size_t>(1, policy::items_in(unwatched_block, cost, batch.items));
  detail::item_block block{batch.done, batch.done, watched ? &limit : nullptr, batch.done};
  while (block.next < batch.items && limit.load(std::memory_order_relaxed) > 0 &&
         number <= failed_.load(std::memory_order_relaxed)) {
    block.first = block.next;
    block.last = std::min(batch.items, block.first + step);
    one.given = block.last;  // in case it throws; corrected below
    body_.run(body_.context, batch, block);
    if (block.next < block.last) {
      break;
    }
  }
}

void stream_lane::run(shared_map& map, std::size_t seat, std::uint64_t number, usage_watch& usage) {
  batch_slot& one = slot(number);
  AMORSIZE_ASSERT(one.batch != nullptr && !one.is_taken_back);
  const double nested = nested_work();
  const nanoseconds before = map.time->now();
  const bool asks = cost_.load(std::memory_order_relaxed) >= policy::waiting_item.count() &&
                    seat < policy::asking_workers && usage.is_due(before);
  if (asks) [[unlikely]] {
    usage.begin(map, before, nested);
  }
  bool has_failed = false;
  try {
    run_items(map, one, number);
  } catch (abi::__forced_unwind&) {
    map.errors.lower_limit(0);
    throw;  // only the calling thread may be cancelled; it takes the batch back itself
  } catch (...) {
    has_failed = true;
    one.error = std::current_exception();
    std::uint64_t lowest = failed_.load(std::memory_order_relaxed);
    while (number < lowest &&
           !failed_.compare_exchange_weak(lowest, number, std::memory_order_relaxed)) {
    }
  }
  const nanoseconds after = map.time->now();
  const nanoseconds busy = policy::sane(after - before + nanoseconds{nested_work() - nested});
  const std::size_t made = one.batch->done;
  if (asks && made > 0) [[unlikely]] {
    usage.items = made;
    usage.tell(map, after, nested_work());
  }
  one.given = made + (has_failed ? 1 : 0);
  one.busy = busy;
  if (map.record != nullptr) [[unlikely]] {
    map.note(policy::event_kind::chunk, seat, before, after - before, one.first_item, one.given);
  }
  one.result_bytes = body_.result_bytes != nullptr ? body_.result_bytes(*one.batch) : 0;
  if (made > 0) {
    set_cost(busy / static_cast<double>(made));
    worker_seat& own = map.seats[seat];
    own.items.store(own.items.load(std::memory_order_relaxed) + made, std::memory_order_relaxed);
    own.busy.store(own.busy.load(std::memory_order_relaxed) + busy.count(),
                   std::memory_order_relaxed);
  }
  // What is notified lives until the helper has left the gate.
  if (one.state.exchange(batch_slot::done, std::memory_order_seq_cst) == batch_slot::awaited) {
    one.state.notify_all();
  }
  if (awaits_any_.load(std::memory_order_seq_cst)) {
    finished_.fetch_add(1, std::memory_order_release);
    finished_.notify_all();
  }
}

bool stream_lane::spin_for(std::uint64_t number,
                           bool or_later,
                           const clock& time,
                           nanoseconds longest) noexcept {
  const nanoseconds until = time.now() + longest;
  while (!(or_later ? is_any_done(number) : is_done(number))) {
    if (time.now() >= until) {
      return false;
    }
    pause();
  }
  return true;
}

void stream_lane::wait_for(std::uint64_t number) noexcept {
  batch_slot& one = slot(number);
  std::uint32_t seen = batch_slot::in_work;
  one.state.compare_exchange_strong(
      seen, batch_slot::awaited, std::memory_order_relaxed, std::memory_order_relaxed);
  const int error_before = errno;
  while (one.state.load(std::memory_order_acquire) != batch_slot::done) {
    one.state.wait(batch_slot::awaited, std::memory_order_relaxed);
  }
  errno = error_before;
}

bool stream_lane::is_any_done(std::uint64_t number) noexcept {
  for (const std::uint64_t end = published(); number < end; ++number) {
    batch_slot& one = slot(number);
    if (!one.is_taken_back && one.state.load(std::memory_order_seq_cst) == batch_slot::done) {
      return true;
    }
  }
  return false;
}

void stream_lane::wait_for_any(std::uint64_t number) noexcept {
  const std::uint32_t seen = finished_.load(std::memory_order_acquire);
  awaits_any_.store(true, std::memory_order_seq_cst);
  if (!is_any_done(number)) {
    const int error_before = errno;
    finished_.wait(seen, std::memory_order_relaxed);
    errno = error_before;
  }
  awaits_any_.store(false, std::memory_order_relaxed);
}

bool run_stream_helper(shared_map& map, std::size_t seat) noexcept {
  stream_lane& lane = *map.lane;
  // Many that look all the time would all try to claim the same batch, one after the other: they
  // look the less often the more they are.
  const std::size_t rarest = std::min<std::size_t>(map.width(), most_pauses);
  std::size_t pauses = 1;
  nanoseconds until = map.time->now() + lane.patience();
  usage_watch usage;
  for (;;) {
    if (map.errors.limit().load(std::memory_order_relaxed) == 0) {
      return false;
    }
    if (const std::optional<std::uint64_t> number = lane.claim()) {
      lane.run(map, seat, *number, usage);
      pauses = 1;
      until = map.time->now() + lane.patience();
    } else if (map.time->now() < until) {
      for (std::size_t i = 0; i < pauses; ++i) {
        pause();
      }
      pauses = std::min(pauses * 2, rarest);
    } else {
      return false;
    }
    if (seat >= map.allowed.load(std::memory_order_relaxed)) {
      return false;
    }
    if (map.owner->gives_way(map)) {
      return false;
    }
  }
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
