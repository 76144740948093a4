// Where the kernel puts a helper that is woken. After the caller itself slept, some kernels place
// the thread it wakes on the caller's own CPU, which is busy, although another is idle: it then
// starts milliseconds later. Once that has been seen, the caller's CPU is taken out of the sleeping
// thread's affinity mask before the wake, and the thread gets its mask back when it leaves.
// Thread safety: see each member; tickets are those of crew.hpp.
#pragma once

#include "runtime/executor/enlist.hpp"

#include <amorsize/version.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <sched.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

class placement {
 public:
  /// Whoever calls a ticket that is idle, before its thread is started. Four system calls while
  /// threads are being misplaced, else one reading of the CPU's number.
  void before_call(ticket_index ticket) noexcept;
  /// The thread, when it has come. True when it began on the CPU that called it.
  bool has_come(ticket_index ticket) noexcept;
  /// The thread, when it leaves: gives back its mask, and that of another thread which was kept
  /// away for this ticket in vain.
  void leaves(ticket_index ticket) noexcept;

  /// Are threads kept away from their caller's CPU at present? For tests.
  [[nodiscard]] bool is_active() const noexcept {
    return steered_calls_.load(std::memory_order_relaxed) > 0;
  }

  /// Of the first tickets only: with more helpers than that no CPU is idle.
  static constexpr std::size_t most_tickets = 64;

 private:
  struct seat {
    /// Kernel's number of the thread that served the ticket last; 0 = none yet. Written by that
    /// thread, read by callers: relaxed, a wrong one has its mask given back later.
    std::atomic<int> thread{0};
    /// The CPU that called. Written by the caller, read by the thread: relaxed, an advice.
    std::atomic<int> caller_cpu{-1};
    /// The thread whose mask was changed; 0 = none. Stored by the caller (release: publishes
    /// `mask`), taken by a helper of the ticket (exchange, acquire). A ticket is called by one
    /// caller at a time, and not before its last helper has left.
    std::atomic<int> kept_away{0};
    cpu_set_t mask{};
  };

  std::array<seat, most_tickets> seats_{};
  /// Calls that still keep the thread away. Raised by a thread that was misplaced, lowered by
  /// callers: relaxed, an advice.
  std::atomic<std::uint32_t> steered_calls_{0};
};

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
