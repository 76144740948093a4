// The AMORSIZE_* variables, for people who cannot rebuild the program.
// Thread safety: environment is a plain value; this_environment() is thread-safe.
#pragma once

#include <amorsize/version.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// Who runs the helpers; automatic = the library decides.
enum class backend_choice { automatic, tbb, threads };

/// What the environment asks for; 0 or empty = "you decide". What is set in code wins over it.
struct environment {
  std::size_t n_jobs = 0;     ///< AMORSIZE_N_JOBS, never above max_jobs when both are set
  std::size_t max_jobs = 0;   ///< AMORSIZE_MAX_JOBS
  std::size_t chunksize = 0;  ///< AMORSIZE_CHUNKSIZE, items
  backend_choice backend = backend_choice::automatic;  ///< AMORSIZE_BACKEND
  bool verbose = false;                                ///< AMORSIZE_VERBOSE
  std::string trace_path = {};                         ///< AMORSIZE_TRACE
  std::string report_path = {};                        ///< AMORSIZE_REPORT
  std::vector<std::string> warnings = {};  ///< one sentence per value that made no sense
};

/// Counts above this make no sense; the same bound as in options.
inline constexpr std::size_t largest_count = std::size_t{1} << 31;

/// Value of a variable by name, or nullptr. The pointer must stay valid for the duration of the
/// parse.
using environment_lookup = std::function<const char*(const char*)>;

/// Reads every variable through `lookup`. A value that makes no sense is named in a warning and
/// ignored; an empty one is the same as none.
[[nodiscard]] environment parse_environment(const environment_lookup& lookup);

/// The environment of this process as it was at the first call; all defaults in a setuid program.
[[nodiscard]] const environment& this_environment() noexcept;

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
