// The n_jobs that minimises the predicted makespan.
// Thread safety: pure function.
#pragma once

#include "runtime/policy/makespan.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

struct worker_choice {
  std::size_t n_jobs = 1;
  nanoseconds estimated{0};  ///< predicted makespan with n_jobs workers
};

/// The best n_jobs in [2, limit], not below those that are running, or 1 when limit < 2 or there
/// are fewer than two items. With a wake cost b per helper that is about sqrt(W / b) for even work.
/// Ties go to fewer. O(log limit) predictions: every count up to 64, then steps of an eighth.
[[nodiscard]] worker_choice best_worker_count(const remaining_work& work,
                                              std::size_t limit,
                                              const overheads& costs) noexcept;

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
