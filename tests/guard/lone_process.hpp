// A process whose threads run one at a time: stands where runtime/process.cpp and the back ends
// stand in the library. Helpers come when the program says so, and the one who lets them come waits
// until they have gone. With scripted time everything is then the same in every run. Thread safety:
// one thread at a time.
#pragma once

#include "runtime/executor/crew.hpp"
#include "runtime/executor/enlist.hpp"
#include "runtime/learnt_overheads.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace amorsize_tests {

/// Keeps the calls for helpers until they are let come.
class patient_enlist final : public amorsize::executor::enlist {
 public:
  bool start(amorsize::executor::ticket_index ticket,
             amorsize::executor::serve_function serve,
             void* crew) noexcept override;
  std::size_t ticket_limit(std::size_t) noexcept override {
    return amorsize::executor::most_helpers;
  }
  amorsize::policy::nanoseconds linger(amorsize::policy::nanoseconds) const noexcept override {
    return amorsize::policy::nanoseconds{0};
  }
  amorsize::policy::nanoseconds stays_awake() const noexcept override {
    return amorsize::policy::nanoseconds{0};
  }
  std::size_t workers_allowed_here() const noexcept override {
    return amorsize::executor::most_helpers;
  }
  const char* name() const noexcept override { return "patient"; }

  /// Lets the one come that has waited longest, on a thread of its own, and waits until it has
  /// gone.
  void let_one_come();
  [[nodiscard]] std::size_t started() const noexcept { return started_; }

 private:
  struct call {
    amorsize::executor::ticket_index ticket;
    amorsize::executor::serve_function serve;
    void* crew;
  };
  std::vector<call> waiting_;
  std::size_t started_ = 0;
};

class lone_process {
 public:
  explicit lone_process(std::size_t cpus);
  lone_process(const lone_process&) = delete;
  lone_process& operator=(const lone_process&) = delete;
  ~lone_process();

  [[nodiscard]] static lone_process& running() noexcept;

  [[nodiscard]] std::size_t cpus() const noexcept { return cpus_; }
  [[nodiscard]] patient_enlist& helpers() noexcept { return helpers_; }
  [[nodiscard]] amorsize::executor::crew& crew() noexcept { return *crew_; }
  [[nodiscard]] amorsize::learnt_overheads& overheads() noexcept { return overheads_; }

 private:
  std::size_t cpus_;
  patient_enlist helpers_;
  amorsize::learnt_overheads overheads_;
  std::unique_ptr<amorsize::executor::crew> crew_;
};

}  // namespace amorsize_tests
