#include "runtime/executor/placement.hpp"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {
namespace {

/// After one misplaced thread so many calls keep theirs away. Then one is let go where it will, to
/// see whether it is still so: that costs a late helper in each 33rd map at the most.
inline constexpr std::uint32_t steered_per_misplaced = 32;

int kernel_number_of_this_thread() noexcept {
  static thread_local const int number = static_cast<int>(::syscall(SYS_gettid));
  return number;
}

bool is_of_this_process(int thread) noexcept {
  return ::syscall(SYS_tgkill, ::getpid(), thread, 0) == 0;
}

}  // namespace

void placement::before_call(ticket_index ticket) noexcept {
  if (ticket >= most_tickets) {
    return;
  }
  seat& one = seats_[ticket];
  const int here = ::sched_getcpu();
  one.caller_cpu.store(here, std::memory_order_relaxed);
  const std::uint32_t left = steered_calls_.load(std::memory_order_relaxed);
  const int thread = one.thread.load(std::memory_order_relaxed);
  if (left == 0 || here < 0 || here >= CPU_SETSIZE || thread == 0 ||
      one.kept_away.load(std::memory_order_relaxed) != 0) {
    return;
  }
  steered_calls_.store(left - 1, std::memory_order_relaxed);
  const int error_before = errno;
  if (!is_of_this_process(thread)) {
    one.thread.store(0, std::memory_order_relaxed);  // has ended; its number may be another's now
    errno = error_before;
    return;
  }
  cpu_set_t others;
  if (::sched_getaffinity(thread, sizeof others, &others) == 0 && CPU_ISSET(here, &others) &&
      CPU_COUNT(&others) > 1) {
    one.mask = others;
    CPU_CLR(here, &others);
    if (::sched_setaffinity(thread, sizeof others, &others) == 0) {
      one.kept_away.store(thread, std::memory_order_release);
    }
  }
  errno = error_before;
}

bool placement::has_come(ticket_index ticket) noexcept {
  if (ticket >= most_tickets) {
    return false;
  }
  seat& one = seats_[ticket];
  const int self = kernel_number_of_this_thread();
  const bool is_known = one.thread.load(std::memory_order_relaxed) == self;
  if (!is_known) {
    one.thread.store(self, std::memory_order_relaxed);
  }
  const int caller = one.caller_cpu.load(std::memory_order_relaxed);
  const bool is_misplaced = caller >= 0 && ::sched_getcpu() == caller;
  // A thread that has just been created begins where its creator is.
  if (is_misplaced && is_known) {
    steered_calls_.store(steered_per_misplaced, std::memory_order_relaxed);
  }
  return is_misplaced;
}

void placement::leaves(ticket_index ticket) noexcept {
  if (ticket >= most_tickets) {
    return;
  }
  seat& one = seats_[ticket];
  if (one.kept_away.load(std::memory_order_relaxed) == 0) {
    return;
  }
  if (const int thread = one.kept_away.exchange(0, std::memory_order_acquire); thread != 0) {
    const int error_before = errno;
    static_cast<void>(::sched_setaffinity(thread, sizeof one.mask, &one.mask));
    errno = error_before;
  }
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
