// Streams: how much may be in flight, and whose memory it is.
#include "runtime/probe/memory_available.hpp"
#include "runtime/stream_run_state.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace {

using policy::nanoseconds;

/// Without options::memory_limit a stream takes so much without asking, and this part of what is
/// available beyond.
inline constexpr std::size_t free_bytes = std::size_t{1} << 20U;
inline constexpr std::uint64_t part_of_available = 8;
/// Which is asked again after so long: that takes 30 us and more.
inline constexpr nanoseconds limit_lifetime = 100.0 * policy::millisecond;

}  // namespace

namespace detail {

/// Large results stay until their batch is used again: freed at once, the allocator gives their
/// pages back to the system, and every result pays for new ones. (64 KB after 10 us: up to 200 us.)
/// Not where memory_limit says that memory matters more.
void stream_run::state::put_back(stream_batch* batch,
                                 std::size_t reserved,
                                 std::size_t beyond_slots) noexcept {
  if (beyond_slots >= policy::large_results && !is_limited()) {
    kept.push_back({batch, reserved});
    return;
  }
  body.clear(*batch);
  bytes -= reserved;
  spare.push_back(batch);
}

void stream_run::state::clear_kept() noexcept {
  for (const kept_batch& one : kept) {
    body.clear(*one.batch);
    bytes -= one.reserved;
    spare.push_back(one.batch);
  }
  kept.clear();
}

bool stream_run::state::may_pull() {
  if (has_ended || source_error || !controller.is_shared() || out_of_memory ||
      lane->failed() != executor::stream_lane::nothing ||
      in_flight() >= std::min(controller.window(), lane->window())) {
    return false;
  }
  if (in_flight() > 0 && !is_measured) {
    return false;  // the first results tell how large the others will be
  }
  return fits(controller.batch_items(item_bytes, bytes_limit)) || in_flight() == 0;
}

bool stream_run::state::fits(std::size_t items) {
  const std::size_t more = items * item_bytes;
  if (!is_limited()) {
    if (bytes + more <= free_bytes) {
      return true;
    }
    if (bytes_limit == 0 || last - limit_read >= limit_lifetime) {
      read_limit();
    }
  }
  if (bytes + more <= bytes_limit) {
    return true;
  }
  if (kept.empty()) {
    return false;
  }
  clear_kept();
  return fits(items);
}

/// Others take memory and give it back while a stream runs: what is in flight follows.
void stream_run::state::read_limit() {
  const std::uint64_t available = probe::current_memory_available().value_or(0) + bytes;
  bytes_limit =
      std::max<std::size_t>(free_bytes, static_cast<std::size_t>(available / part_of_available));
  limit_read = last;
}

stream_batch* stream_run::state::room_for(std::size_t items) noexcept {
  stream_batch* batch = nullptr;
  if (!kept.empty()) {
    batch = kept.back().batch;
    bytes -= kept.back().reserved;
    kept.pop_back();
    body.retire != nullptr ? body.retire(*batch) : body.clear(*batch);
  } else if (!spare.empty()) {
    batch = spare.back();
    spare.pop_back();
  } else {
    batch = body.make();
  }
  if (batch != nullptr && !body.reserve(*batch, items) && !body.reserve(*batch, 1)) {
    body.destroy(batch);
    batch = nullptr;
  }
  return batch;
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
