// The memory of one call site, and the check that keeps tiny calls at the plain loop.
//
// A call far below sharing must cost no more than std::transform: a map of 16 doubles takes 4 ns,
// so even one clock reading would triple it. What a site remembers lets most such calls run without
// the clock; one in some tens is timed, so that a cost that jumps is noticed that many calls later.
// Thread safety: thread-safe; all members are relaxed atomics, any mix of old and new is harmless.
#pragma once

#include <amorsize/detail/export.hpp>
#include <amorsize/version.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace detail {

/// What one call site has learnt. Written by the engine after a timed call that moved the estimate
/// by more than a tenth, read by every call. Nothing else is published through it: relaxed.
struct call_site {
  std::atomic<std::uint32_t> untimed_items{0};  ///< calls up to this length run without the clock
  std::atomic<float> cost_ns{0.0F};             ///< per item; 0 = never measured
  std::atomic<std::uint32_t> calls_alone{0};    ///< after helpers were of no use: left, and given
  std::atomic<std::uintptr_t> key{0};  ///< function pointers share a type: whose memory this is
};

/// Calls this thread may still run untimed, over all sites (a counter shared between threads would
/// cost 6 ns). Owned by its thread.
AMORSIZE_HIDDEN inline constinit thread_local std::uint32_t untimed_calls_left = 0;

/// May this call go straight to the plain loop?
[[nodiscard]] inline bool far_below_sharing(const call_site& site, std::size_t items) noexcept {
  if (items > site.untimed_items.load(std::memory_order_relaxed) || untimed_calls_left == 0) {
    return false;
  }
  --untimed_calls_left;
  return true;
}

/// Every lambda is its own type, so its memory is a static of the template. Hidden: else the symbol
/// is STB_GNU_UNIQUE and a plugin that holds it can never be unloaded.
template <class Loop>
struct site_of_type {
  AMORSIZE_HIDDEN static inline constinit call_site memory{};
};

/// Function pointers of one type share a small table, keyed by value.
template <class Loop>
struct sites_of_functions {
  static constexpr std::size_t size = 16;
  AMORSIZE_HIDDEN static inline constinit call_site memory[size]{};
};

/// Types that name no place in the program: what they did last says nothing about what they do now.
template <class F>
struct names_a_place : std::bool_constant<!std::is_member_pointer_v<F>> {};
template <class Signature>
struct names_a_place<std::function<Signature>> : std::false_type {};
template <class F>
struct names_a_place<std::reference_wrapper<F>>
    : std::bool_constant<!std::is_function_v<F> && names_a_place<std::remove_cv_t<F>>::value> {};

/// The memory for calls of `op` through `Loop`; null when there can be none. O(1).
template <class Loop, class F>
[[nodiscard]] inline call_site* find_call_site(const F& op) noexcept {
  if constexpr (std::is_pointer_v<F>) {
    const auto key = reinterpret_cast<std::uintptr_t>(op);
    call_site& site =
        sites_of_functions<Loop>::memory[(key >> 4U) % sites_of_functions<Loop>::size];
    if (site.key.load(std::memory_order_relaxed) != key) {
      site.untimed_items.store(0, std::memory_order_relaxed);
      site.cost_ns.store(0.0F, std::memory_order_relaxed);
      site.calls_alone.store(0, std::memory_order_relaxed);
      site.key.store(key, std::memory_order_relaxed);
    }
    return &site;
  } else if constexpr (names_a_place<F>::value) {
    return &site_of_type<Loop>::memory;
  } else {
    return nullptr;
  }
}

}  // namespace detail
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
