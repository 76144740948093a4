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
  [[nodiscard, gnu::hot]] policy::overheads get(policy::crew_state state,
                                                policy::nanoseconds now) const noexcept;

  /// One wake: wake per helper; start from then on, 0 = nothing was seen of it.
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
  /// Nanoseconds. Written after a shared map, read before the next decision. Relaxed: numbers that
  /// stand for themselves.
  struct estimate {
    std::atomic<double> value{0.0};     ///< 0 = not observed
    std::atomic<double> observed{0.0};  ///< when, on the clock
  };
  struct learnt {
    estimate wake;
    estimate start;
    std::atomic<unsigned> disappointments{0};  ///< in a row; written and read as the estimates are
  };
  [[nodiscard, gnu::hot]] static policy::nanoseconds faded(const estimate& held,
                                                           policy::nanoseconds assumed,
                                                           policy::nanoseconds now,
                                                           policy::nanoseconds half_life) noexcept;
  static void update(estimate& held,
                     policy::nanoseconds first,
                     policy::nanoseconds sample,
                     double most,
                     policy::nanoseconds now) noexcept;

  std::array<learnt, policy::crew_states> of_{};
  std::atomic<double> claim_{0.0};
};

/// The process's own: process.cpp.
[[nodiscard, gnu::hot]] learnt_overheads& overheads_of_process() noexcept;

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
