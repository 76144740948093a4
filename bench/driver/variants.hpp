// The columns of the table: which programs run in which environments. A program bench_X that is
// there and not known is a competitor named X. Thread safety: thread-safe; pure functions.
#pragma once

#include "bench/driver/samples.hpp"

#include <string>
#include <vector>

namespace amorsize_bench {

inline constexpr const char* program_prefix = "bench_";

/// The variable that a program takes its grain from.
inline constexpr const char* grain_variable = "AMORSIZE_BENCH_GRAIN";

/// All variants of these programs, by family: amorsize, serial, the others by name, controls.
[[nodiscard]] std::vector<variant> variants_of(const std::vector<std::string>& programs);

/// The few that --quick measures.
[[nodiscard]] bool is_quick(const variant& one);

/// The environment of a child: ours without what steers any of the libraries measured, and with
/// what the variant asks for. "NAME=value" each.
[[nodiscard]] std::vector<std::string> environment_for(const variant& one,
                                                       std::optional<std::size_t> grain,
                                                       const std::vector<std::string>& ours);

}  // namespace amorsize_bench
