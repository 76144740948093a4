// The command line.
// Thread safety: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace amorsize_bench {

struct options {
  std::filesystem::path programs;  ///< the folder of the benchmark programs
  std::string cell;                ///< regular expressions; empty: all
  std::string variant;
  std::size_t rounds = 8;
  double min_time_s = 0.05;
  double timeout_s = 60;
  std::uint64_t seed = 0;  ///< 0: a new one
  std::filesystem::path json;
  std::filesystem::path svg;
  std::filesystem::path against;
  bool is_quick = false;
  bool is_self_test = false;
  bool only_lists = false;
  bool has_controls = false;
};

/// Nothing if the program is to end with `exit_code`: help was asked for, or the line makes no
/// sense.
[[nodiscard]] std::optional<options> read_options(int argc, char** argv, int& exit_code);

}  // namespace amorsize_bench
