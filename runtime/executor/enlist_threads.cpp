// Plain threads behind the seam: created on demand, named, parked on a word of their own.
#include "runtime/executor/crew.hpp"
#include "runtime/executor/enlist.hpp"
#include "runtime/executor/placement.hpp"
#include "runtime/executor/thread_standing.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {
namespace {

using policy::nanoseconds;

/// Where maps follow each other closely a helper waits so long for the next, whatever the gap: one
/// map in 64 is measured anew by the calling thread alone, and a helper that slept by its end cost
/// the next dozen maps (of 20 us: 16.7 us each instead of 13.8).
inline constexpr nanoseconds longest_linger{50e3};
/// Long enough for the helper of one map to be there for the next line of the same program.
inline constexpr nanoseconds shortest_linger{5e3};

struct parked_thread {
  /// Counts the calls for this thread. Raised by whoever starts the ticket (release: publishes the
  /// ticket's state), waited on by the thread (acquire).
  std::atomic<std::uint32_t> calls{0};
  /// Does the thread exist? Changed by the holder of the ticket only; acquire/release hands over.
  std::atomic<bool> exists{false};
  /// What the next call is for. Written before `calls` is raised, read after: published by it.
  serve_function serve = nullptr;
  void* crew = nullptr;
};

class thread_pool final : public enlist {
 public:
  bool start(ticket_index ticket, serve_function serve, void* crew) noexcept override {
    parked_thread& one = threads_[ticket];
    one.serve = serve;
    one.crew = crew;
    one.calls.fetch_add(1, std::memory_order_release);
    if (one.exists.load(std::memory_order_acquire)) {
      one.calls.notify_one();
      return true;
    }
    const int before = errno;
    // Before it runs: it may have served, and its ticket be idle again, when create() returns.
    one.exists.store(true, std::memory_order_release);
    const bool made = create(ticket);
    errno = before;
    if (!made) {
      one.exists.store(false, std::memory_order_release);
    }
    return made;
  }

  std::size_t ticket_limit(std::size_t) noexcept override { return most_helpers; }

  [[gnu::hot]] nanoseconds linger(nanoseconds usual_gap) const noexcept override {
    return usual_gap > longest_linger ? shortest_linger : longest_linger;
  }

  [[gnu::hot]] nanoseconds stays_awake() const noexcept override { return nanoseconds{0}; }
  std::size_t workers_allowed_here() const noexcept override { return most_helpers + 1; }
  const char* name() const noexcept override { return "threads"; }

  void before_call(ticket_index ticket) noexcept override { placement_.before_call(ticket); }
  bool has_come(ticket_index ticket) noexcept override { return placement_.has_come(ticket); }
  void leaves(ticket_index ticket) noexcept override { placement_.leaves(ticket); }

  void forget() noexcept {
    for (parked_thread& one : threads_) {
      one.exists.store(false, std::memory_order_relaxed);
    }
    cpus_held_.clear(std::memory_order_relaxed);
  }

 private:
  struct place {
    thread_pool* pool;
    ticket_index ticket;
  };

  bool create(ticket_index ticket) noexcept {
    places_[ticket] = {this, ticket};
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) {
      return false;
    }
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    const cpu_set_t cpus = cpus_of_callers();
    pthread_attr_setaffinity_np(&attributes, sizeof cpus, &cpus);
    // The host's signals are for the host's threads: the new one starts with all of them blocked.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    // But not those a callable raises itself: the host may have a handler for them.
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPROF}) {
      sigdelset(&all, own);
    }
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t made;
    const int failed = pthread_create(&made, &attributes, &thread_pool::run, &places_[ticket]);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    return failed == 0;
  }

  /// The CPUs of the thread whose map it is. Helpers create threads too, and one that was made by a
  /// pinned thread must not pin those it makes.
  cpu_set_t cpus_of_callers() noexcept {
    while (cpus_held_.test_and_set(std::memory_order_acquire)) {
    }
    if (!standing_of_this_thread().is_helper) {
      CPU_ZERO(&cpus_);
      pthread_getaffinity_np(pthread_self(), sizeof cpus_, &cpus_);
    }
    const cpu_set_t cpus = cpus_;
    cpus_held_.clear(std::memory_order_release);
    return cpus;
  }

  static void* run(void* at) {
    const place where = *static_cast<place*>(at);
    std::array<char, 16> name{};
    std::snprintf(name.data(), name.size(), "amorsize-%u", static_cast<unsigned>(where.ticket + 1));
    pthread_setname_np(pthread_self(), name.data());
    parked_thread& self = where.pool->threads_[where.ticket];
    // A thread that takes over a ticket after a fork starts counting where the old one was.
    std::uint32_t answered = self.calls.load(std::memory_order_acquire) - 1;
    for (;;) {
      self.calls.wait(answered, std::memory_order_acquire);
      answered = self.calls.load(std::memory_order_acquire);
      self.serve(self.crew, where.ticket);
    }
    return nullptr;
  }

  placement placement_;
  cpu_set_t cpus_{};  ///< guarded by cpus_held_: of the latest caller that made a thread
  std::atomic_flag cpus_held_{};  ///< held for a copy and a system call
  std::array<parked_thread, most_helpers> threads_{};
  std::array<place, most_helpers> places_{};
};

std::atomic<thread_pool*> only_pool{nullptr};

}  // namespace

enlist& enlist_threads() {
  static thread_pool& pool = *new thread_pool();
  only_pool.store(&pool, std::memory_order_release);
  return pool;
}

void forget_threads_after_fork() noexcept {
  if (thread_pool* pool = only_pool.load(std::memory_order_relaxed); pool != nullptr) {
    pool->forget();
  }
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
