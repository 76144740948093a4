#include "runtime/insight/timeline.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

using policy::event_kind;
using policy::map_event;
using policy::nanoseconds;

std::chrono::nanoseconds whole(nanoseconds value) noexcept {
  return std::chrono::nanoseconds{static_cast<std::int64_t>(policy::sane(value).count())};
}

/// The events of one worker, in order of time, as spans of worker `index`.
void add_spans(report& to,
               const map_event* first,
               const map_event* last,
               std::size_t index,
               std::size_t most,
               nanoseconds began) {
  const std::size_t count = static_cast<std::size_t>(last - first);
  const nanoseconds from = first->began;
  const nanoseconds cell = policy::sane((last - 1)->began - from) / static_cast<double>(most);
  double cell_of_span = -1.0;
  for (const map_event* each = first; each != last; ++each) {
    const double at =
        count <= most || !(cell.count() > 0.0) ? -1.0 : std::floor((each->began - from) / cell);
    const bool joins = at >= 0.0 && at == cell_of_span;
    cell_of_span = at;
    if (!joins) {
      to.timeline.push_back({.worker = index, .when = whole(each->began - began)});
    }
    report::span& span = to.timeline.back();
    span.duration = std::max(span.duration, whole(each->ended() - began) - span.when);
    span.busy += whole(each->duration());
    ++span.chunks;
    span.items += each->items;
  }
}

nanoseconds item_cost(const map_event& chunk) noexcept {
  return chunk.duration() / std::max(1.0, static_cast<double>(chunk.items));
}

void add_costs(report& to, const std::vector<map_event>& work) {
  // Below a tenth of a nanosecond nothing was measured; 0 has no logarithm.
  constexpr nanoseconds least_cost{0.1};
  // Where nearly all costs are the same, bins narrower than a twentieth show noise.
  constexpr double least_ratio = 1.05;
  nanoseconds low{1e18};
  nanoseconds high{0};
  for (const map_event& each : work) {
    low = std::min(low, std::max(item_cost(each), least_cost));
    high = std::max(high, std::max(item_cost(each), least_cost));
  }
  const double bins = static_cast<double>(most_cost_bins);
  const double step = std::max(std::log(high / low) / bins, std::log(least_ratio));
  const auto used =
      static_cast<std::size_t>(std::clamp(std::ceil(std::log(high / low) / step), 1.0, bins));
  to.costs.resize(used);
  for (std::size_t bin = 0; bin < used; ++bin) {
    to.costs[bin].low_ns = low.count() * std::exp(step * static_cast<double>(bin));
    to.costs[bin].high_ns = low.count() * std::exp(step * static_cast<double>(bin + 1));
  }
  for (const map_event& each : work) {
    const double at = std::log(std::max(item_cost(each), least_cost) / low) / step;
    report::cost_bin& bin = to.costs[std::min(static_cast<std::size_t>(at), used - 1)];
    ++bin.chunks;
    bin.items += each.items;
  }
}

}  // namespace

void add_timeline(report& to, std::vector<map_event> events, nanoseconds began) {
  to.steals +=
      static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [](const map_event& e) {
        return e.kind == event_kind::steal;
      }));
  events.erase(
      std::remove_if(
          events.begin(), events.end(), [](const map_event& each) { return !each.is_work(); }),
      events.end());
  to.chunks += events.size();
  if (events.empty()) {
    return;
  }
  std::sort(events.begin(), events.end(), [](const map_event& a, const map_event& b) {
    return a.worker != b.worker ? a.worker < b.worker : a.began < b.began;
  });
  std::size_t workers = 1;
  for (std::size_t i = 1; i < events.size(); ++i) {
    workers += events[i].worker != events[i - 1].worker ? 1 : 0;
  }
  const std::size_t most =
      std::clamp(most_spans / workers, fewest_spans_of_worker, most_spans_of_worker);
  // worker_busy lists the caller and those who ran items: seats in between may have stayed empty.
  std::size_t index = events.front().worker == 0 ? 0 : 1;
  for (const map_event* first = events.data(); first != events.data() + events.size(); ++index) {
    const map_event* last = first;
    while (last != events.data() + events.size() && last->worker == first->worker) {
      ++last;
    }
    add_spans(to, first, last, index, most, began);
    first = last;
  }
  add_costs(to, events);
  const auto longest =
      std::max_element(events.begin(), events.end(), [](const map_event& a, const map_event& b) {
        return a.duration() < b.duration();
      });
  to.longest_chunk = whole(longest->duration());
  to.longest_chunk_items = longest->items;
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
