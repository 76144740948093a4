// What this process may use now, as policy sees it. Thread safety: a value.
#pragma once

#include "runtime/policy/decision.hpp"

#include <amorsize/version.hpp>

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// What this process may use for this map or stream now.
struct capacity {
  std::size_t workers = 1;                                ///< the caller included
  reason_code limited_by = reason_code::one_cpu_allowed;  ///< why, when workers is 1
  /// What there could be if the items waited and max_jobs said so; 0 = no more than workers.
  std::size_t waiting_workers = 0;
  std::size_t cpus = 0;  ///< that the calling thread may use, whoever else does; 0 = not told
  /// Physical cores among them: the others are siblings of these, which may help or not. 0 = not
  /// known, or a core for each.
  std::size_t cores = 0;
};

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
