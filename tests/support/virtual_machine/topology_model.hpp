// Machines that hwloc can describe and nobody here has: cores, SMT siblings and NUMA nodes from a
// synthetic description. Thread safety: thread-safe.
#pragma once

#include "tests/support/virtual_machine/machine_model.hpp"

#include <string>

namespace amorsize_tests {

/// The machine that hwloc makes of such a description, "numanode:2 core:4 pu:2" for example.
/// Workers are numbered as a scheduler places them: one for each core first, then the siblings.
/// Throws std::runtime_error when hwloc does not understand it.
[[nodiscard]] machine_model machine_from(const std::string& synthetic);

}  // namespace amorsize_tests
