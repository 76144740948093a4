#include "runtime/policy/remaining_time.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

remaining_time::mark remaining_time::at_half(nanoseconds elapsed) const noexcept {
  mark found;
  for (std::size_t i = 0; i < count_ && marks_[i].elapsed <= elapsed / 2.0; ++i) {
    found = marks_[i];
  }
  return found;
}

void remaining_time::keep(mark now) noexcept {
  if (count_ == marks_.size()) {
    for (std::size_t i = 0; i < count_ / 2; ++i) {
      marks_[i] = marks_[2 * i + 1];
    }
    count_ /= 2;
  }
  marks_[count_++] = now;
}

nanoseconds remaining_time::observe(std::size_t done,
                                    std::size_t total,
                                    nanoseconds elapsed) noexcept {
  const mark now{done, sane(elapsed)};
  if (done > newest_.done) {
    newest_ = now;
  }
  const mark from = at_half(now.elapsed);
  keep(now);
  if (done == 0 || done >= total) {
    return nanoseconds{0};
  }
  const nanoseconds stalled = now.elapsed - newest_.elapsed;
  const bool is_recent = done > from.done;
  const nanoseconds time = is_recent ? now.elapsed - from.elapsed : now.elapsed;
  const double items = static_cast<double>(is_recent ? done - from.done : done);
  const double left = static_cast<double>(total - done);
  return sane(std::max(time * (left / items), stalled));
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
