// The results as text for a terminal.
// Thread safety: for one thread.
#pragma once

#include "bench/driver/comparison.hpp"
#include "bench/driver/record_file.hpp"
#include "bench/driver/self_test.hpp"

#include <iosfwd>
#include <vector>

namespace amorsize_bench {

/// Machine, build and settings: what has to be known about the figures below.
void print_circumstances(std::ostream& out, const record& of);

/// One line per cell and variant of amorsize, then the summaries, what was lost, and what failed.
void print_verdict(std::ostream& out, const record& of);

void print_comparison(std::ostream& out, const comparison& found);

void print_self_test(std::ostream& out, const results& of, const std::vector<pair_check>& checks);

}  // namespace amorsize_bench
