// A process on a virtual machine: stands where runtime/process.cpp, the clock and the two back ends
// stand in a real one, so that the engine itself, from the dry run to the last item, runs in
// virtual time. Thread safety: one at a time.
#pragma once

#include "runtime/executor/crew.hpp"
#include "runtime/learnt_overheads.hpp"
#include "runtime/recent_maps.hpp"
#include "tests/support/virtual_machine/virtual_enlist.hpp"
#include "tests/support/virtual_machine/virtual_machine.hpp"

#include <cstdint>
#include <memory>

namespace amorsize_tests {

class virtual_process {
 public:
  virtual_process(const machine_model& model, std::uint64_t seed);
  virtual_process(const virtual_process&) = delete;
  virtual_process& operator=(const virtual_process&) = delete;
  ~virtual_process();

  [[nodiscard]] static virtual_process& running();

  [[nodiscard]] virtual_machine& machine() noexcept { return machine_; }
  [[nodiscard]] virtual_enlist& enlist() noexcept { return enlist_; }
  [[nodiscard]] amorsize::executor::crew& crew() noexcept { return *crew_; }
  [[nodiscard]] amorsize::learnt_overheads& overheads() noexcept { return overheads_; }
  [[nodiscard]] amorsize::recent_maps& recent() noexcept { return recent_; }

 private:
  virtual_machine machine_;
  virtual_enlist enlist_;
  amorsize::learnt_overheads overheads_;
  amorsize::recent_maps recent_;
  std::unique_ptr<amorsize::executor::crew> crew_;
};

}  // namespace amorsize_tests
