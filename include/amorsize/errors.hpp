// The exceptions amorsize itself throws. Everything else that leaves a map was thrown by the
// caller's callable, iterators or results.
// Thread safety: immutable.
#pragma once

#include <amorsize/detail/export.hpp>
#include <amorsize/version.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// An option makes no sense. Thrown before the first item runs; names the option, its value and
/// what is accepted.
class AMORSIZE_API bad_option : public std::invalid_argument {
 public:
  explicit bad_option(const std::string& what);
  bad_option(const bad_option&) = default;
  bad_option& operator=(const bad_option&) = default;
  ~bad_option() override;
};

/// The map was stopped through options::stop.
class AMORSIZE_API cancelled : public std::runtime_error {
 public:
  /// completed: length in items of the complete prefix.
  explicit cancelled(std::size_t completed);
  cancelled(const cancelled&) = default;
  cancelled& operator=(const cancelled&) = default;
  ~cancelled() override;

  /// How many leading results are valid; for streams, how many were delivered.
  [[nodiscard]] std::size_t completed() const noexcept { return completed_; }

 private:
  std::size_t completed_;
};

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
