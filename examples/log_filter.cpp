// How do I parse lines as they come and write what remains, in order?
//   generate | example_log_filter > out          a line of progress where stderr is a terminal
//   yes "2026-01-01,warn,disk full" | example_log_filter | head -5
//
// Input lines are "time,level,message". Those of level info are dropped, the others reformatted.
#include <amorsize/amorsize.hpp>

#include <iostream>
#include <iterator>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>

struct line : std::string {
  friend std::istream& operator>>(std::istream& from, line& to) {
    return std::getline(from, static_cast<std::string&>(to));
  }
};

/// Nothing for lines that are dropped. Owns its text: the line is gone when it is written.
std::optional<std::string> parsed(const line& text) {
  const std::string_view all = text;
  const std::size_t first = all.find(',');
  const std::size_t second = first == all.npos ? all.npos : all.find(',', first + 1);
  if (second == all.npos) {
    return "malformed: " + text;
  }
  const std::string_view level = all.substr(first + 1, second - first - 1);
  if (level == "info") {
    return std::nullopt;
  }
  std::string result = "[" + std::string(level) + "] ";
  result += all.substr(second + 1);
  result += " (" + std::string(all.substr(0, first)) + ")";
  return result;
}

int main() {
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  const auto is_kept = [](const std::optional<std::string>& result) { return result.has_value(); };
  for (auto&& result :
       std::ranges::istream_view<line>(std::cin) |
           amorsize::views::parallel_map(
               parsed, {.on_progress = amorsize::progress_bar("lines"), .label = "log_filter"}) |
           std::views::filter(is_kept)) {
    std::cout << *result << '\n';
    if (!std::cout) {
      return 1;  // whoever read has gone: leaving the loop ends the stream
    }
  }
}
