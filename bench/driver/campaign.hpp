// Runs the benchmark programs, round by round, one process at a time, and keeps what they say.
// Thread safety: for one thread.
#pragma once

#include "bench/driver/cpu_use.hpp"
#include "bench/driver/samples.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace amorsize_bench {

/// A benchmark program and the cells that it has.
struct program {
  std::string name;
  std::map<std::string, std::string> full_names = {};  ///< by cell; see cell_names.hpp
};

/// What is in a folder of benchmark programs.
struct stock {
  std::filesystem::path folder;
  std::vector<program> programs = {};  ///< by name
  std::vector<std::string> cells =
      {};  ///< as the serial loop lists them, then those of others only
  std::map<std::string, std::string> failures = {};  ///< programs that cannot list their cells
};

/// Lists all bench_* in the folder.
[[nodiscard]] stock take_stock(const std::filesystem::path& folder);

struct plan {
  std::vector<variant> variants = {};
  std::vector<std::string> cells = {};
  std::size_t rounds = 8;
  std::size_t tries_per_grain = 2;
  double min_time_s = 0.05;
  std::chrono::milliseconds timeout{60'000};
  std::uint64_t seed = 1;
};

struct campaign_record {
  results measured = {};
  std::map<std::string, std::map<std::string, std::string>> contexts = {};  ///< by program
  double took_s = 0;
  cpu_use cpus = {};
  bool is_interrupted = false;  ///< results hold the rounds that were completed
};

/// Measures everything in the plan; tells on stderr how far it is.
[[nodiscard]] campaign_record measure(const stock& of, const plan& what);

}  // namespace amorsize_bench
