// What was measured, as plain values: who ran, in which cell, in which round, and with what result.
// Thread safety: plain values.
#pragma once

#include "bench/driver/regret.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace amorsize_bench {

/// What one process said about its cell. Times are per call of the map.
struct figure {
  double real_ns = 0;
  double cpu_ns = 0;
  std::map<std::string, double> counters = {};
};

/// One process: a figure, or why there is none.
struct outcome {
  std::optional<figure> measured = {};
  std::string failure = {};  ///< empty if measured
  std::size_t position = 0;  ///< the how-manieth process of its round it was, from 0
  double took_s = 0;         ///< the whole process
};

enum class family {
  amorsize,  ///< is judged
  rival,     ///< the others, the serial loop among them
  control,   ///< checks the driver; no rival
};

/// One column: a program and the environment that it runs in.
struct variant {
  std::string name;
  std::string program;  ///< the name of the file
  std::vector<std::pair<std::string, std::string>> environment = {};
  family kind = family::rival;
  bool is_swept = false;  ///< its grain is looked for in round zero
};

/// One grain in round zero.
struct grain_trial {
  std::size_t grain = 0;
  std::vector<outcome> tries = {};
};

/// What one variant did in one cell. Without rounds: its program does not have the cell.
struct entry {
  std::vector<grain_trial> trials = {};
  std::optional<std::size_t> grain = {};  ///< the best one of the trials
  std::vector<outcome> rounds = {};
};

struct cell_results {
  std::string name;
  std::vector<entry> entries = {};  ///< in the order of results::variants
};

struct results {
  std::vector<variant> variants = {};
  std::vector<cell_results> cells = {};
  std::size_t rounds = 0;
};

/// The times of an entry by round.
[[nodiscard]] series real_times(const entry& of);

/// The counter that only cells with pauses have: CPU time per call, pauses included.
inline constexpr const char* cpu_per_call_counter = "cpu_per_call_ns";

/// All values of a counter; empty where no process gave it.
[[nodiscard]] std::vector<double> counter_values(const entry& of, const std::string& counter);

/// The times that there are.
[[nodiscard]] std::vector<double> measured_times(const entry& of);

/// The first failure of an entry; empty if there is none.
[[nodiscard]] std::string first_failure(const entry& of);

}  // namespace amorsize_bench
