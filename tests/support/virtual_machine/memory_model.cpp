#include "tests/support/virtual_machine/memory_model.hpp"

#include <algorithm>

namespace amorsize_tests {
namespace {

constexpr unsigned line_bits = 6;

}  // namespace

memory_model::line& memory_model::line_of(const void* at) {
  return lines_[reinterpret_cast<std::uintptr_t>(at) >> line_bits];
}

void memory_model::take(line& where, std::size_t thread) noexcept {
  where.held_by.reset();
  where.held_by.set(thread);
  where.written_by = thread;
}

nanoseconds memory_model::load(const void* at, std::size_t thread, nanoseconds now) {
  line& where = line_of(at);
  if (where.held_by.test(thread)) {
    return now;
  }
  // Memory nobody has touched yet is as good as one's own: it was so before the machine began.
  const bool fresh = where.held_by.none();
  where.held_by.set(thread);
  where.written_by = most_threads;
  return fresh ? now : now + costs_.load_miss;
}

nanoseconds memory_model::store(const void* at, std::size_t thread, nanoseconds now) {
  line& where = line_of(at);
  const bool own = where.written_by == thread || where.held_by.none();
  take(where, thread);
  return own ? now : now + costs_.store_miss;
}

nanoseconds memory_model::modify(const void* at, std::size_t thread, nanoseconds now) {
  line& where = line_of(at);
  const bool own = where.written_by == thread || where.held_by.none();
  const nanoseconds begins = std::max(now, where.busy_until);
  where.busy_until = begins + (own ? costs_.rmw_hit : costs_.rmw_miss);
  take(where, thread);
  return where.busy_until;
}

}  // namespace amorsize_tests
