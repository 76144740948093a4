#include "runtime/policy/chunk_size.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

namespace {

/// The first chunk of a worker in a new range is so much shorter: what is known about the cost was
/// measured elsewhere, and it may be a thousand times higher here. Three chunks later it is known.
inline constexpr std::size_t first_chunk_divisor = 64;
inline constexpr std::size_t chunk_growth = 4;

}  // namespace

nanoseconds chunk_duration(nanoseconds requested, nanoseconds claim) noexcept {
  if (requested.count() > 0.0) {
    return sane(requested);
  }
  return std::max(longest_chunk, sane(claim) / claim_fraction);
}

std::size_t chunk_size(const chunk_request& request) noexcept {
  const std::size_t left = request.range_items;
  if (left <= 1) {
    return left;
  }
  if (request.previous_items == 0 && !(request.cost.count() > 0.0)) {
    return 1;  // nothing is known yet
  }
  std::size_t items = items_in(request.duration, request.cost, left);
  if (request.previous_items == 0) {
    items = std::max<std::size_t>(1, items / first_chunk_divisor);
  } else if (request.previous_items < left / chunk_growth) {
    items = std::min(items, chunk_growth * request.previous_items);
  }
  const std::size_t floor =
      items_in(std::min(shortest_tail_chunk, request.duration), request.cost, left);
  items = std::max<std::size_t>(1, std::min(items, std::max(left / 2, floor)));
  const std::size_t line = request.line_items;
  if (line > 1 && items >= 4 * line) {
    items -= (request.first_item + items + request.line_offset) % line;
  }
  return items;
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
