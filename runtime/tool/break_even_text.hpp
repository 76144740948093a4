// The break-even curve as a table, as members of a JSON object, and as a drawing.
// Thread safety: thread-safe; pure functions. Errors: std::bad_alloc.
#pragma once

#include "runtime/policy/break_even.hpp"

#include <amorsize/version.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// A line per cost, in aligned columns; ends in a newline.
[[nodiscard]] std::string break_even_table(const std::vector<policy::break_even>& curve);

/// A JSON array of objects: cost_ns, items (0: never), n_jobs, serial_ns, parallel_ns,
/// items_all.
[[nodiscard]] std::string break_even_json(const std::vector<policy::break_even>& curve);

/// A complete SVG document, both axes logarithmic: cost of an item, number of items.
[[nodiscard]] std::string break_even_svg(const std::vector<policy::break_even>& curve,
                                         std::size_t workers);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
