// The grain or chunk of those implementations whose documentation tells the user to find it by
// trying. The driver tries several and sets AMORSIZE_BENCH_GRAIN.
// Thread safety: thread-safe.
#pragma once

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {

inline constexpr int default_grain = 1024;

/// AMORSIZE_BENCH_GRAIN in items, or default_grain. Ends the program when it is not a positive
/// number: a measurement under a false name would be worse than none. Int: that is what OpenMP's
/// clause takes.
[[nodiscard]] inline int grain_from_environment() {
  const char* text = std::getenv("AMORSIZE_BENCH_GRAIN");
  if (text == nullptr || *text == '\0') {
    return default_grain;
  }
  int items = 0;
  const char* const end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, items);
  if (error != std::errc{} || stop != end || items < 1) {
    std::fprintf(stderr, "AMORSIZE_BENCH_GRAIN=%s is not a number of items from 1 on\n", text);
    std::exit(EXIT_FAILURE);
  }
  return items;
}

}  // namespace bench
