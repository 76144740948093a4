#include "bench/driver/number_text.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace amorsize_bench {
namespace {

std::string with_decimals(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

std::string blanks_for(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ');
}

}  // namespace

std::string time_text(double ns) {
  if (!std::isfinite(ns)) {
    return "-";
  }
  constexpr std::array<const char*, 4> units{" ns", " us", " ms", " s"};
  std::size_t unit = 0;
  for (; ns >= 999.5 && unit + 1 < units.size(); ++unit) {
    ns /= 1000;
  }
  return with_decimals(ns, ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0) + units[unit];
}

std::string ratio_text(double ratio) {
  if (!std::isfinite(ratio)) {
    return "-";
  }
  return with_decimals(ratio, ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0);
}

std::string interval_text(const interval& range) {
  return ratio_text(range.low) + " to " + ratio_text(range.high);
}

std::string percent_text(double fraction) {
  return std::isfinite(fraction) ? with_decimals(fraction * 100, 0) + " %" : "-";
}

std::string minutes_text(double seconds) {
  const auto whole = static_cast<long>(std::lround(seconds));
  return whole < 60 ? std::to_string(whole) + " s"
                    : std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

std::string left_in(const std::string& text, std::size_t width) {
  return text + blanks_for(text, width);
}

std::string right_in(const std::string& text, std::size_t width) {
  return blanks_for(text, width) + text;
}

}  // namespace amorsize_bench
