// What the threads of a map use of the machine, asked now and then where items are long: do they
// wait? Thread safety: each worker has a watch of its own; take_usage belongs to the holder of the
// beat.
#pragma once

#include "runtime/clock.hpp"
#include "runtime/executor/shared_map.hpp"
#include "runtime/policy/waiting_climb.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

struct usage_watch {
  thread_usage last{};  ///< when the system was last asked
  policy::nanoseconds asked{0};
  double nested_then = 0.0;
  std::size_t items = 0;  ///< run since then

  /// What the system says about the items since the last time goes to the map. Every usage_interval
  /// at most. nested: work of nested maps' helpers so far, nanoseconds.
  void ask(shared_map& map, policy::nanoseconds now, double nested) noexcept {
    if (!last.is_known || is_due(now)) {
      tell(map, now, nested);
    }
  }

  // --- for whoever does other things between its items: from begin() to tell()
  [[nodiscard]] bool is_due(policy::nanoseconds now) const noexcept {
    return now - asked >= policy::usage_interval;
  }
  void begin(const shared_map& map, policy::nanoseconds now, double nested) noexcept {
    last = map.time->usage();
    asked = now;
    nested_then = nested;
    items = 0;
  }
  void tell(shared_map& map, policy::nanoseconds now, double nested) noexcept {
    const thread_usage used = map.time->usage();
    if (const thread_usage since = used - last; since.is_known) {
      // Who sleeps until the helpers of a nested map are done does not wait: they do its work.
      const double cpu = since.cpu.count() + (nested - nested_then);
      map.usage_items.fetch_add(items, std::memory_order_relaxed);
      map.usage_wall.fetch_add(policy::sane(now - asked).count(), std::memory_order_relaxed);
      map.usage_cpu.fetch_add(cpu, std::memory_order_relaxed);
      map.usage_waits.fetch_add(static_cast<double>(since.waits), std::memory_order_relaxed);
    }
    last = used;
    asked = now;
    nested_then = nested;
    items = 0;
  }
};

/// What was asked since the last beat.
[[nodiscard]] inline policy::usage_sample take_usage(shared_map& map) noexcept {
  const std::size_t items = map.usage_items.load(std::memory_order_relaxed);
  policy::usage_sample& counted = map.usage_counted;
  if (items == counted.items) [[likely]] {
    return {};
  }
  const policy::usage_sample all{
      items,
      policy::nanoseconds{map.usage_wall.load(std::memory_order_relaxed)},
      policy::nanoseconds{map.usage_cpu.load(std::memory_order_relaxed)},
      map.usage_waits.load(std::memory_order_relaxed)};
  const policy::usage_sample added{all.items - counted.items,
                                   all.wall - counted.wall,
                                   all.cpu - counted.cpu,
                                   all.waits - counted.waits};
  counted = all;
  return added;
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
