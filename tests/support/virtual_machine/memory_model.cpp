#include "tests/support/virtual_machine/memory_model.hpp"

#include <algorithm>

namespace amorsize_tests {
namespace {

constexpr unsigned line_bits = 6;

}  // namespace

memory_model::line& memory_model::line_of(const void* at) {
  const std::uintptr_t number = reinterpret_cast<std::uintptr_t>(at) >> line_bits;
  known_line& known = found_before_[number % found_before_.size()];
  if (known.at == nullptr || known.number != number) {
    known = {number, &lines_[number]};
  }
  return *known.at;
}

nanoseconds memory_model::load(const void* at, std::size_t thread, nanoseconds now) {
  line& where = line_of(at);
  if (where.owner == thread) {
    return now;
  }
  if (where.owner == nobody) {
    // As good as one's own: it was so before the machine began.
    where.owner = thread;
    return now;
  }
  if (where.owner != several) {
    where.readers.reset();
    where.readers.set(where.owner);
    where.writer = where.owner;
    where.owner = several;
  }
  if (where.readers.test(thread)) {
    return now;
  }
  where.readers.set(thread);
  return now + costs_.load_miss + way(where.writer, thread);
}

nanoseconds memory_model::store(const void* at, std::size_t thread, nanoseconds now) {
  line& where = line_of(at);
  const bool own = where.owner == thread || where.owner == nobody;
  where.owner = thread;
  return own ? now : now + costs_.store_miss;
}

nanoseconds memory_model::modify(const void* at, std::size_t thread, nanoseconds now) {
  line& where = line_of(at);
  const bool own = where.owner == thread || where.owner == nobody;
  const std::size_t from = where.owner == several ? where.writer : where.owner;
  where.owner = thread;
  where.busy_until = std::max(now, where.busy_until) +
                     (own ? costs_.rmw_hit : costs_.rmw_miss + way(from, thread));
  return where.busy_until;
}

}  // namespace amorsize_tests
