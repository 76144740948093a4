#include "runtime/insight/number_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

/// Longer counts would break the limit of a sentence (reason_text.hpp).
constexpr std::size_t most_in_digits = 999'999'999;

/// From here on, three significant digits would be 1000.
constexpr double first_with_four_digits = 999.5;

std::string to_text(double value, std::chars_format format, int decimals) {
  std::array<char, 32> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, decimals);
  return end.ec == std::errc{} ? std::string(buffer.data(), end.ptr) : std::string("unknown");
}

/// 0 <= value < 999.5 with three significant digits.
std::string three_digits(double value) {
  constexpr double two_decimals_below = 9.995;  // 9.995 would be rounded to 10.00
  constexpr double one_decimal_below = 99.95;
  if (value < two_decimals_below) {
    return to_text(value, std::chars_format::fixed, 2);
  }
  std::string text = to_text(value, std::chars_format::fixed, value < one_decimal_below ? 1 : 0);
  if (text.ends_with(".0")) {
    text.resize(text.size() - 2);
  }
  return text;
}

std::string positive_duration_text(double in_nanoseconds) {
  constexpr double shown_as_zero = 0.005;
  if (in_nanoseconds == 0.0) {
    return "0 ns";
  }
  if (in_nanoseconds < shown_as_zero) {
    return "<0.01 ns";
  }
  struct unit {
    double per_next;
    const char* name;
  };
  constexpr std::array<unit, 7> units{{{1000.0, " ns"},
                                       {1000.0, " us"},
                                       {1000.0, " ms"},
                                       {60.0, " s"},
                                       {60.0, " min"},
                                       {24.0, " h"},
                                       {1000.0, " d"}}};
  double value = in_nanoseconds;
  for (const unit& each : units) {
    if (value < first_with_four_digits) {
      return three_digits(value) + each.name;
    }
    value /= each.per_next;
  }
  return ">1000 d";
}

}  // namespace

std::string duration_text(policy::nanoseconds duration) {
  const double value = duration.count();
  if (std::isnan(value)) {
    return "unknown";
  }
  return value < 0.0 ? "-" + positive_duration_text(-value) : positive_duration_text(value);
}

std::string count_text(std::size_t count) {
  std::string text = std::to_string(count);
  for (std::size_t place = text.size(); place > 3;) {
    place -= 3;
    text.insert(place, 1, ',');
  }
  return text;
}

std::string ratio_text(double ratio) {
  if (std::isnan(ratio)) {
    return "unknown";
  }
  const std::string sign = ratio < 0.0 ? "-" : "";
  const double size = std::abs(ratio);
  if (std::isinf(size)) {
    return sign + "inf";
  }
  return sign + (size < first_with_four_digits ? three_digits(size)
                                               : to_text(size, std::chars_format::scientific, 2));
}

std::string short_count_text(std::size_t count) {
  return count <= most_in_digits
             ? count_text(count)
             : to_text(static_cast<double>(count), std::chars_format::scientific, 2);
}

std::string rate_text(double items_per_second) {
  if (!(items_per_second >= 0.0)) {
    return "unknown";
  }
  constexpr std::array<const char*, 4> thousands{
      " items/s", " k items/s", " M items/s", " G items/s"};
  double value = items_per_second;
  for (const char* each : thousands) {
    if (value < first_with_four_digits) {
      return three_digits(value) + each;
    }
    value /= 1000.0;
  }
  return ratio_text(items_per_second) + " items/s";
}

std::string percent_text(double fraction) {
  const double percent = fraction * 100.0;
  if (!std::isfinite(percent)) {
    return "unknown";
  }
  constexpr double most_in_fixed = 1e6;
  return std::abs(percent) < most_in_fixed ? to_text(percent, std::chars_format::fixed, 0) + " %"
                                           : ratio_text(percent) + " %";
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
