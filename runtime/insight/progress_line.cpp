#include "runtime/insight/number_text.hpp"
#include "runtime/insight/progress_line.hpp"
#include "runtime/insight/utf8.hpp"

#include <algorithm>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

constexpr std::size_t widest_bar = 40;
constexpr std::size_t narrowest_bar = 10;
constexpr std::string_view gap = "  ";

bool is_done(const progress& now) {
  return now.items_total > 0 && now.items_done >= now.items_total;
}

double fraction_done(const progress& now) {
  if (now.items_total == 0) {
    return 0.0;
  }
  const double share = static_cast<double>(now.items_done) / static_cast<double>(now.items_total);
  return std::min(share, 1.0);
}

/// "  7 %", or "42,000 items" when the total is unknown. 100 % only when all is done.
std::string amount_text(const progress& now) {
  if (now.items_total == 0) {
    return count_text(now.items_done) + (now.items_done == 1 ? " item" : " items");
  }
  const auto percent = static_cast<std::size_t>(fraction_done(now) * 100.0);
  const std::size_t shown = is_done(now) ? 100 : std::min<std::size_t>(percent, 99);
  std::string text = std::to_string(shown) + " %";
  constexpr std::size_t widest = 5;
  return std::string(widest - text.size(), ' ') + text;
}

std::string speed_text(const progress& now) {
  const double seconds = std::chrono::duration<double>(now.elapsed).count();
  if (!(seconds > 0.0) || now.items_done == 0) {
    return {};
  }
  return std::string(gap) + rate_text(static_cast<double>(now.items_done) / seconds);
}

std::string time_text(const progress& now) {
  if (is_done(now)) {
    return std::string(gap) + "in " + duration_text(now.elapsed);
  }
  if (now.eta.count() > 0) {
    return std::string(gap) + "ETA " + duration_text(now.eta);
  }
  return {};
}

std::string bar_text(double fraction, std::size_t cells) {
  const auto full =
      std::min(cells, static_cast<std::size_t>(fraction * static_cast<double>(cells)));
  return "[" + std::string(full, '#') + std::string(cells - full, '-') + "]" + std::string(gap);
}

}  // namespace

std::string progress_line(std::string_view label, const progress& now, std::size_t columns) {
  std::string name = printable_text(label);
  if (!name.empty()) {
    name += gap;
  }
  const std::string amount = amount_text(now);
  std::string tail = speed_text(now) + time_text(now);
  if (column_count(name + amount + tail) > columns) {
    tail = time_text(now);
  }
  if (column_count(name + amount + tail) > columns) {
    tail.clear();
  }
  const std::size_t used = column_count(name + amount + tail);
  if (used > columns) {
    // Also the name is too long; the amount is what matters most.
    const std::string_view shown_amount = first_columns(amount, columns);
    const std::size_t left = columns - column_count(shown_amount);
    return std::string(first_columns(name, left)).append(shown_amount);
  }
  constexpr std::size_t frame = 2 + gap.size();
  const std::size_t free = columns - used;
  if (now.items_total == 0 || free < narrowest_bar + frame) {
    return name + amount + tail;
  }
  return name + bar_text(fraction_done(now), std::min(free - frame, widest_bar)) + amount + tail;
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
