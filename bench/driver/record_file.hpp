// A whole measurement as a JSON file: every raw figure, and what has to be known to make sense of
// them. What is judged can be judged again from it, by other rules. Thread safety: for one thread.
#pragma once

#include "bench/driver/campaign.hpp"
#include "bench/driver/machine_facts.hpp"
#include "bench/driver/verdict.hpp"

#include <filesystem>
#include <string>

namespace amorsize_bench {

struct record {
  campaign_record campaign;
  plan what;
  machine_facts machine;
  build_facts build;
  std::string date;
  verdict found;
};

/// Throws std::runtime_error if the file cannot be written.
void write_record(const record& from, const std::filesystem::path& to);

/// What was measured, of a file that write_record wrote. Throws std::runtime_error if it is none.
[[nodiscard]] results read_results(const std::filesystem::path& from);

}  // namespace amorsize_bench
