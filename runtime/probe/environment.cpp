#include "runtime/probe/environment.hpp"
#include "runtime/probe/published.hpp"
#include "runtime/probe/text_scan.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

/// A warning quotes at most so much of a value.
constexpr std::size_t most_quoted_characters = 40;

/// In quotation marks, shortened, and safe to print: a value may be anything.
std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : value.substr(0, most_quoted_characters)) {
    const bool printable = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    text += printable ? c : '?';
  }
  text += value.size() > most_quoted_characters ? "...\"" : "\"";
  return text;
}

class reader {
 public:
  reader(const environment_lookup& lookup, std::vector<std::string>& warnings)
      : lookup_(lookup), warnings_(warnings) {}

  /// Empty when the variable is not set.
  [[nodiscard]] std::string_view text(const char* name) const {
    const char* const value = lookup_(name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
  }

  [[nodiscard]] std::size_t count(const char* name) {
    const std::string_view value = text(name);
    if (value.empty()) {
      return 0;
    }
    const std::optional<std::uint64_t> number = parse_whole_number(value);
    if (!number || *number > largest_count) {
      refuse(name, value, "a whole number from 0 (you decide) to 2147483648");
      return 0;
    }
    return static_cast<std::size_t>(*number);
  }

  [[nodiscard]] backend_choice backend(const char* name) {
    const std::string_view value = text(name);
    if (value == "tbb") {
      return backend_choice::tbb;
    }
    if (value == "threads") {
      return backend_choice::threads;
    }
    if (!value.empty()) {
      refuse(name, value, "tbb or threads");
    }
    return backend_choice::automatic;
  }

  [[nodiscard]] bool is_on(const char* name) {
    const std::string_view value = text(name);
    if (!value.empty() && value != "0" && value != "1") {
      refuse(name, value, "0 or 1");
    }
    return value == "1";
  }

 private:
  void refuse(const char* name, std::string_view value, const char* accepted) {
    warnings_.push_back(std::string(name) + "=" + quoted(value) + " is ignored: accepted is " +
                        accepted);
  }

  const environment_lookup& lookup_;
  std::vector<std::string>& warnings_;
};

/// Nothing in a program that runs with more rights than whoever started it.
const char* trusted_variable(const char* name) {
#if defined(__linux__)
  return ::secure_getenv(name);
#else
  return std::getenv(name);
#endif
}

constinit published<environment> process_environment;

}  // namespace

environment parse_environment(const environment_lookup& lookup) {
  environment found;
  reader variables(lookup, found.warnings);
  found.n_jobs = variables.count("AMORSIZE_N_JOBS");
  found.max_jobs = variables.count("AMORSIZE_MAX_JOBS");
  if (found.max_jobs != 0) {
    found.n_jobs = std::min(found.n_jobs, found.max_jobs);
  }
  found.chunksize = variables.count("AMORSIZE_CHUNKSIZE");
  found.backend = variables.backend("AMORSIZE_BACKEND");
  found.verbose = variables.is_on("AMORSIZE_VERBOSE");
  found.trace_path = variables.text("AMORSIZE_TRACE");
  found.report_path = variables.text("AMORSIZE_REPORT");
  return found;
}

const environment& this_environment() noexcept {
  if (const environment* const known = process_environment.get()) {
    return *known;
  }
  try {
    return process_environment.publish(
        std::make_unique<const environment>(parse_environment(trusted_variable)));
  } catch (
      const std::exception&) {  // no memory: as if nothing were set, and the next call tries again
    static const environment nothing;
    return nothing;
  }
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
