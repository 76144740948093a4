// oneTBB behind the seam, at arm's length (runtime/README.md, rules R1 to R10): the caller never
// enters it, nothing of the user's is handed to it, nothing throws across it, its limits are not
// changed. The only file that includes it.
#include "runtime/executor/crew.hpp"
#include "runtime/executor/enlist.hpp"
#include "runtime/executor/placement.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <pthread.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {
namespace {

using policy::nanoseconds;

/// The worker is the host program's too: measured, a host loop of 83 us beside a helper that
/// lingers 50 us takes 70 us instead of 45.
inline constexpr nanoseconds tbb_linger{5e3};
/// oneTBB's own workers spin for so long after a task before they sleep (50 to 200 us measured).
inline constexpr nanoseconds tbb_stays_awake{60e3};
/// What oneTBB gives its workers on 64-bit systems.
inline constexpr std::size_t tbb_stack_bytes = std::size_t{4} << 20U;

void* do_nothing(void*) {
  return nullptr;
}

/// How many of `wanted` threads the system would give. oneTBB 2021.8 ends the process when its
/// second or a later worker cannot be created, so this is asked before it is asked to grow.
std::size_t threads_to_be_had(std::size_t wanted) noexcept {
  std::array<pthread_t, 256> made{};
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) {
    return 0;
  }
  pthread_attr_setstacksize(&attributes, tbb_stack_bytes);
  std::size_t count = 0;
  while (count < std::min(wanted, made.size()) &&
         pthread_create(&made[count], &attributes, &do_nothing, nullptr) == 0) {
    ++count;
  }
  for (std::size_t i = 0; i < count; ++i) {
    pthread_join(made[i], nullptr);
  }
  pthread_attr_destroy(&attributes);
  return count;
}

std::size_t parallelism_allowed() noexcept {
  try {
    return tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
  } catch (...) {
    return 1;  // not swallowed: one worker is the answer that asks nothing of oneTBB
  }
}

class tbb_arena final : public enlist {
 public:
  bool start(ticket_index ticket, serve_function serve, void* crew) noexcept override {
    const int before = errno;
    bool enqueued = false;
    try {
      if (tbb::task_arena* arena = arena_for_helpers(); arena != nullptr) {
        arena->enqueue([=] { serve(crew, ticket); });
        enqueued = true;
      }
    } catch (...) {
      // What threw is kept as a fact: the crew makes the process serial, and the report says so.
      failed_.store(true, std::memory_order_relaxed);
    }
    errno = before;
    return enqueued;
  }

  bool has_failed() const noexcept override { return failed_.load(std::memory_order_relaxed); }

  std::size_t ticket_limit(std::size_t cpus) noexcept override {
    const std::size_t known = size_.load(std::memory_order_acquire);
    if (known > 0) {
      return std::min(known, parallelism_allowed()) - 1;
    }
    return std::min(cpus, parallelism_allowed()) - (cpus > 0 ? 1 : 0);
  }

  [[gnu::hot]] nanoseconds linger(nanoseconds) const noexcept override { return tbb_linger; }
  [[gnu::hot]] nanoseconds stays_awake() const noexcept override { return tbb_stays_awake; }

  std::size_t workers_allowed_here() const noexcept override {
    // Outside an arena the first answer is "not initialised"; inside, the host's own limit counts.
    const int here = tbb::this_task_arena::current_thread_index();
    std::size_t allowed = parallelism_allowed();
    if (here != tbb::task_arena::not_initialized) {
      allowed = std::min(
          allowed, static_cast<std::size_t>(std::max(1, tbb::this_task_arena::max_concurrency())));
    }
    return allowed;
  }

  void before_call(ticket_index ticket) noexcept override { placement_.before_call(ticket); }
  bool has_come(ticket_index ticket) noexcept override { return placement_.has_come(ticket); }
  void leaves(ticket_index ticket) noexcept override { placement_.leaves(ticket); }

  const char* name() const noexcept override { return "tbb"; }

 private:
  /// Made at the first use; null while the system gives no thread or oneTBB may have none.
  tbb::task_arena* arena_for_helpers() {
    const std::lock_guard guard(making_);
    if (arena_ == nullptr) {
      const std::size_t allowed = parallelism_allowed();
      const std::size_t had = allowed > 1 ? threads_to_be_had(allowed - 1) : 0;
      if (had == 0) {
        return nullptr;
      }
      // Never destroyed: a late helper may still be queued when the program ends.
      auto made = std::make_unique<tbb::task_arena>(static_cast<int>(had), 0);
      made->initialize();
      arena_ = made.release();
      size_.store(had + 1, std::memory_order_release);
    }
    return arena_;
  }

  placement placement_;
  std::mutex making_;
  tbb::task_arena* arena_ = nullptr;  ///< guarded by making_
  /// An exception came out of oneTBB. Written once, read before every call: relaxed.
  std::atomic<bool> failed_{false};
  /// Workers plus one once the arena was made; 0 before. Written once, read by ticket_limit.
  std::atomic<std::size_t> size_{0};
};

}  // namespace

enlist& enlist_tbb() {
  static tbb_arena& only = *new tbb_arena();
  return only;
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
