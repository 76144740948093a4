// The seam to whatever has threads: oneTBB, plain threads, a simulator. A back end makes some
// thread call serve() for a ticket; everything else is the same for all. Thread safety: start() may
// be called from any thread; serve() runs on the back end's threads.
#pragma once

#include "runtime/policy/units.hpp"

#include <cstddef>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

/// What a queued helper holds: an index into a static slab. It belongs to no map: when the helper
/// starts it joins any map that wants one, else it leaves.
using ticket_index = std::size_t;

/// Called once per successful start(), on a thread of the back end.
using serve_function = void (*)(void* crew, ticket_index ticket);

class enlist {
 public:
  enlist() = default;
  enlist(const enlist&) = delete;
  enlist& operator=(const enlist&) = delete;

  /// Makes a thread call serve(crew, ticket) soon. False: there is none to be had, now or ever;
  /// nothing was started. Never throws, whatever the library behind it does.
  [[nodiscard]] virtual bool start(ticket_index ticket,
                                   serve_function serve,
                                   void* crew) noexcept = 0;

  /// Has the library behind it failed for good, so that it must not be asked again? Otherwise
  /// start() may succeed later.
  [[nodiscard]] virtual bool has_failed() const noexcept { return false; }

  /// Tickets this back end may ever hold, for a process that may use `cpus`.
  [[nodiscard]] virtual std::size_t ticket_limit(std::size_t cpus) noexcept = 0;

  /// How long a helper without work may stay in serve(), given how long the gaps between this
  /// process's maps have lately been.
  [[nodiscard]] virtual policy::nanoseconds linger(
      policy::nanoseconds usual_gap) const noexcept = 0;

  /// How long after serve() a thread can still be had without waking it in the kernel.
  [[nodiscard]] virtual policy::nanoseconds stays_awake() const noexcept = 0;

  /// Workers, the caller included, that the library this thread is running under allows here; a
  /// large number when it does not say.
  [[nodiscard]] virtual std::size_t workers_allowed_here() const noexcept = 0;

  // --- where the kernel puts the thread, if there is a kernel: placement.hpp
  /// Whoever calls a ticket, before start().
  virtual void before_call(ticket_index) noexcept {}
  /// The ticket's thread, at the beginning of serve(). True when it began on the CPU of its caller,
  /// and so says nothing about how long a wake takes.
  virtual bool has_come(ticket_index) noexcept { return false; }
  /// The ticket's thread, at the end of serve().
  virtual void leaves(ticket_index) noexcept {}

  [[nodiscard]] virtual const char* name() const noexcept = 0;

 protected:
  ~enlist() = default;  // back ends live as long as the process
};

/// Plain threads, created on demand, parked in between. For callables that wait, for n_jobs beyond
/// the CPUs, and wherever oneTBB is not wanted.
[[nodiscard]] enlist& enlist_threads();
/// In the child of a fork: its threads did not come along.
void forget_threads_after_fork() noexcept;

/// oneTBB's workers through a workers-only arena.
[[nodiscard]] enlist& enlist_tbb();

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
