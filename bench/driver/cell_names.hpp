// The names of cells: as Google Benchmark prints them, as people read them, as its filter takes
// them. Thread safety: thread-safe; pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace amorsize_bench {

/// Without what Google Benchmark appends: "hot/us:20/process_time/real_time" is "hot/us:20".
[[nodiscard]] std::string cell_of(std::string_view full_name);

/// What is before the first slash.
[[nodiscard]] std::string workload_of(std::string_view cell);

/// A filter that matches this full name and no other.
[[nodiscard]] std::string exact_filter(std::string_view full_name);

/// The lines of --benchmark_list_tests that are names.
[[nodiscard]] std::vector<std::string> names_in_list(std::string_view output);

/// The middle cell of each workload in their order, and of those at most `most`, evenly spread.
[[nodiscard]] std::vector<std::string> spread_sample(const std::vector<std::string>& cells,
                                                     std::size_t most);

}  // namespace amorsize_bench
