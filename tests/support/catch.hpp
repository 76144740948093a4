// Catch2, version 2 or 3. Tests include this file only.
// Thread safety: CHECK and REQUIRE are for one thread at a time.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>

// The names are those of Catch2, version 3.
namespace amorsize_test {

#if __has_include(<catch2/catch_all.hpp>)
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
#else
using Approx = Catch::Detail::Approx;  // NOLINT(readability-identifier-naming): Catch2's name

// NOLINTNEXTLINE(readability-identifier-naming): Catch2's name
inline auto ContainsSubstring(const std::string& text) {
  return Catch::Matchers::Contains(text);
}
#endif

}  // namespace amorsize_test
