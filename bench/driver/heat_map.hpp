// The whole table as one picture (SVG): cells down, variants across, the colour says how many times
// the best time of the row it took. Readable on light and on dark paper; every field has its
// number. Thread safety: thread-safe; a pure function.
#pragma once

#include "bench/driver/samples.hpp"
#include "bench/driver/verdict.hpp"

#include <string>

namespace amorsize_bench {

/// Columns: the regret of each variant of amorsize, then the time / best of every variant. The best
/// of a row is the shortest median of those that count; a field with a stroke through it does not
/// count.
[[nodiscard]] std::string heat_map_svg(const results& of, const verdict& found);

}  // namespace amorsize_bench
