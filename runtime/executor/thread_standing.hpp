// What the crew knows about the calling thread.
// Thread safety: owned by its thread.
#pragma once

#include <amorsize/version.hpp>

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

struct thread_standing {
  bool is_helper = false;          ///< serves the crew now
  bool is_misplaced = false;       ///< was woken on its caller's CPU
  std::size_t map_depth = 0;       ///< maps it is inside of, as their caller
  bool is_counted = false;         ///< its present map counts against the budget
  bool budget_given_back = false;  ///< has left its present map to make way for other threads
};

[[nodiscard]] thread_standing& standing_of_this_thread() noexcept;

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
