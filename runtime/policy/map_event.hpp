// What a worker did and when, as numbers: for timelines and traces, never for decisions.
// Thread safety: immutable values.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

enum class event_kind : std::uint8_t {
  chunk,          ///< items run by one worker without interruption, while the map is shared
  alone,          ///< the same on the calling thread before (or without) sharing: a block
  steal,          ///< instant; items = taken from another worker, first_item = the first of them
  wake,           ///< the caller calls helpers; items = how many it wanted
  arrive,         ///< instant: a helper takes a seat
  leave,          ///< instant: a helper goes before the map is done
  wait,           ///< the caller has found no more work and waits for those inside
  map_done,       ///< a whole map; items = given to the callable
  map_failed,     ///< the same, left by an exception
  map_cancelled,  ///< the same, stopped
};

/// One of them. 32 bytes: a worker writes one per chunk of some ten microseconds.
struct map_event {
  nanoseconds began{0};      ///< on the clock of the process
  float duration_ns = 0.0F;  ///< 0 for instants
  std::uint32_t items = 0;   ///< saturated
  std::uint64_t first_item = 0;
  std::uint32_t map_id = 0;  ///< tells the maps of a process apart
  std::uint16_t worker = 0;  ///< seat in the map; 0 is the caller
  event_kind kind = event_kind::chunk;

  [[nodiscard]] nanoseconds duration() const noexcept {
    return nanoseconds{static_cast<double>(duration_ns)};
  }
  [[nodiscard]] nanoseconds ended() const noexcept { return began + duration(); }
  [[nodiscard]] bool is_work() const noexcept {
    return kind == event_kind::chunk || kind == event_kind::alone;
  }
};
static_assert(sizeof(map_event) == 32);
static_assert(std::is_trivially_copyable_v<map_event>);

[[nodiscard]] constexpr std::uint32_t saturated_items(std::size_t items) noexcept {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(items < most ? items : most);
}

/// Where events go. Called by any worker for itself; must not throw, block or allocate much.
using event_recorder = void (*)(const map_event&) noexcept;

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
