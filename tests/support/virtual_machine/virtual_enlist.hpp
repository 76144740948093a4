// Helpers on a virtual machine: the fourth back end behind the seam `enlist`. Charges tau to
// whoever calls, starts helpers lambda later, and lets them be late or never come. Thread safety:
// belongs to its machine.
#pragma once

#include "runtime/executor/enlist.hpp"
#include "tests/support/virtual_machine/virtual_machine.hpp"

#include <cstddef>
#include <vector>

namespace amorsize_tests {

class virtual_enlist final : public amorsize::executor::enlist {
 public:
  explicit virtual_enlist(virtual_machine& on) : on_(on) {}

  /// Makes the first so many at once, asleep, as if they had been called long ago.
  void make_helpers(std::size_t count);
  bool start(amorsize::executor::ticket_index ticket,
             amorsize::executor::serve_function serve,
             void* crew) noexcept override;
  std::size_t ticket_limit(std::size_t) noexcept override { return most_threads; }
  nanoseconds linger(nanoseconds) const noexcept override { return on_.model().linger; }
  nanoseconds stays_awake() const noexcept override { return on_.model().stays_awake; }
  std::size_t workers_allowed_here() const noexcept override { return most_threads; }
  const char* name() const noexcept override { return "virtual"; }

 private:
  struct helper {
    virtual_machine::thread_id thread = 0;  ///< 0: none yet
    bool is_lost = false;
    nanoseconds idle_since{0};
    amorsize::executor::serve_function serve = nullptr;
    void* crew = nullptr;
  };

  void make_helper(amorsize::executor::ticket_index ticket);
  [[nodiscard]] const wake_model& costs_of(const helper& one) const noexcept;

  virtual_machine& on_;
  std::vector<helper> helpers_;
};

}  // namespace amorsize_tests
