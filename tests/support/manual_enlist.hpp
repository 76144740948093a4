// A back end whose threads come when the test says so: late, in any order, or never.
// Thread safety: start() from any thread; the rest belongs to the test.
#pragma once

#include "runtime/executor/enlist.hpp"

#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace amorsize_tests {

class manual_enlist final : public amorsize::executor::enlist {
 public:
  bool start(amorsize::executor::ticket_index ticket,
             amorsize::executor::serve_function serve,
             void* crew) noexcept override {
    if (refuses_) {
      return false;
    }
    const std::lock_guard guard(mutex_);
    waiting_.push_back({ticket, serve, crew});
    return true;
  }
  bool has_failed() const noexcept override { return refuses_; }
  std::size_t ticket_limit(std::size_t) noexcept override { return limit_; }
  amorsize::policy::nanoseconds linger(amorsize::policy::nanoseconds) const noexcept override {
    return linger_;
  }
  amorsize::policy::nanoseconds stays_awake() const noexcept override { return stays_awake_; }
  std::size_t workers_allowed_here() const noexcept override { return allowed_here_; }
  const char* name() const noexcept override { return "manual"; }

  /// How many calls are waiting for a thread.
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard guard(mutex_);
    return waiting_.size();
  }
  /// Lets all that wait come now, each on a thread of its own; they are joined by the destructor.
  void let_all_come() {
    const std::lock_guard guard(mutex_);
    for (const call& one : waiting_) {
      threads_.emplace_back([one] { one.serve(one.crew, one.ticket); });
    }
    waiting_.clear();
  }
  void join() {
    for (std::thread& thread : threads_) {
      thread.join();
    }
    threads_.clear();
  }
  /// Before anybody comes.
  void keep_awake(amorsize::policy::nanoseconds lingering,
                  amorsize::policy::nanoseconds afterwards) noexcept {
    linger_ = lingering;
    stays_awake_ = afterwards;
  }
  void refuse(bool yes) noexcept { refuses_ = yes; }
  void allow_here(std::size_t workers) noexcept { allowed_here_ = workers; }
  void limit_tickets(std::size_t tickets) noexcept { limit_ = tickets; }
  ~manual_enlist() { join(); }

 private:
  struct call {
    amorsize::executor::ticket_index ticket;
    amorsize::executor::serve_function serve;
    void* crew;
  };
  mutable std::mutex mutex_;
  std::vector<call> waiting_;
  std::vector<std::thread> threads_;
  bool refuses_ = false;
  std::size_t allowed_here_ = 1'000;
  std::size_t limit_ = 1'000;
  amorsize::policy::nanoseconds linger_{0};
  amorsize::policy::nanoseconds stays_awake_{0};
};

}  // namespace amorsize_tests
