#include "runtime/policy/worker_count.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {
namespace {

/// Up to here every count is tried: whole items make the makespan bumpy.
inline constexpr std::size_t tried_one_by_one = 64;
/// Two counts closer than this are a tie; the smaller one leaves more of the machine to others.
inline constexpr double tie = 0.995;
/// Beyond, the next count is larger by one part in so many.
inline constexpr std::size_t step = 8;

}  // namespace

worker_choice best_worker_count(const remaining_work& work,
                                std::size_t limit,
                                const overheads& costs) noexcept {
  worker_choice best{1, serial_time(work)};
  const std::size_t most = std::min(limit, work.items);
  if (most < 2) {
    return best;
  }
  const std::size_t fewest = std::clamp<std::size_t>(work.running, 2, most);
  best = {fewest, predicted_makespan(work, fewest, costs)};
  const auto consider = [&](std::size_t workers) noexcept {
    const nanoseconds estimated = predicted_makespan(work, workers, costs);
    if (estimated < best.estimated * tie) {
      best = {workers, estimated};
    }
  };
  for (std::size_t workers = fewest + 1; workers <= std::min(most, tried_one_by_one); ++workers) {
    consider(workers);
  }
  if (most <= tried_one_by_one) {
    return best;
  }
  for (std::size_t workers = std::max(fewest, tried_one_by_one) + step; workers < most;
       workers += workers / step) {
    consider(workers);
  }
  consider(most);
  return best;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
