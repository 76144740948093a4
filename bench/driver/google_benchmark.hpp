// What a benchmark program prints, turned into figures. Anything unexpected is a failure with a
// text, never a figure. Thread safety: thread-safe; pure functions.
#pragma once

#include "bench/driver/samples.hpp"

#include <map>
#include <string>

namespace amorsize_bench {

/// The outcome of one process that was asked for exactly one cell. Position and duration are the
/// caller's.
[[nodiscard]] outcome read_outcome(const std::string& json_output, const std::string& full_name);

/// The facts in the "context" of the output that describe how the program was built: compiler,
/// library versions. Nothing that changes from run to run or names this machine.
[[nodiscard]] std::map<std::string, std::string> read_context(const std::string& json_output);

}  // namespace amorsize_bench
