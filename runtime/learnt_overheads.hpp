// What waking workers has cost in this process: the memory of the overhead model, shared by all
// maps. Thread safety: thread-safe. Two maps that learn at once may lose one observation of many.
#pragma once

#include "runtime/policy/overhead_model.hpp"

#include <amorsize/version.hpp>

#include <array>
#include <atomic>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

class learnt_overheads {
 public:
  constexpr learnt_overheads() noexcept = default;

  /// As last observed for helpers in that state, faded with the time since; the assumption while
  /// nothing was observed.
  [[nodiscard]] policy::overheads get(policy::crew_state state,
                                      policy::nanoseconds now) const noexcept;

  /// One wake: wake per helper; start 0 = no helper came in time, which says nothing about start.
  void observe(policy::crew_state state,
               policy::nanoseconds wake,
               policy::nanoseconds start,
               policy::nanoseconds now) noexcept;

  /// Claiming one chunk, as measured at the start of the crew.
  [[nodiscard]] policy::nanoseconds claim() const noexcept;
  void set_claim(policy::nanoseconds claim) noexcept {
    claim_.store(claim.count(), std::memory_order_relaxed);
  }

  /// Has any wake in that state been observed?
  [[nodiscard]] bool is_measured(policy::crew_state state) const noexcept;

 private:
  // Nanoseconds; 0 = not observed. Written after a shared map, read before the next decision.
  // Relaxed: numbers that stand for themselves.
  std::array<std::atomic<double>, policy::crew_states> wake_{};
  std::array<std::atomic<double>, policy::crew_states> start_{};
  std::array<std::atomic<double>, policy::crew_states> observed_{};  ///< when, on the clock
  std::atomic<double> claim_{0.0};
};

/// The process's own: process.cpp.
[[nodiscard]] learnt_overheads& overheads_of_process() noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
