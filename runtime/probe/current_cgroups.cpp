#include "runtime/probe/cgroup_limits.hpp"
#include "runtime/probe/current_cgroups.hpp"
#include "runtime/probe/steady_clock.hpp"
#include "runtime/probe/text_file.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <unistd.h>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {
namespace {

/// Where the limits were found last.
struct known_place {
  std::string membership;  ///< the /proc/self/cgroup from which chain was found
  cgroup_chain chain;
};

/// The process whose thread is reading; 0 = nobody. Acquire and release hand `place` over. A number
/// that is not ours was inherited from a parent that was forked while reading.
constinit std::atomic<pid_t> reader{0};
/// Touched only by the thread that holds `reader`. Never freed: it outlives static destructors.
constinit known_place* place = nullptr;

/// Numbers that stand for themselves: written by whoever holds `reader`, read by all, relaxed.
constexpr double never_read = -1.0;
constexpr double no_limit = std::numeric_limits<double>::infinity();
constinit std::atomic<double> cpu_quota{never_read};
constinit std::atomic<double> cpu_quota_read_ns{0.0};  ///< by the real clock
constinit std::atomic<double> memory_left{never_read};

/// The right to use `place`, for the length of a scope, or not.
class reading_turn {
 public:
  reading_turn() noexcept {
    const pid_t self = ::getpid();
    pid_t holder = 0;
    if (reader.compare_exchange_strong(holder, self, std::memory_order_acquire)) {
      mine_ = true;
    } else if (holder != self &&
               reader.compare_exchange_strong(holder, self, std::memory_order_acquire)) {
      place = nullptr;  // in the middle of a change when the process was forked: left as it is
      mine_ = true;
    }
  }
  reading_turn(const reading_turn&) = delete;
  reading_turn& operator=(const reading_turn&) = delete;
  ~reading_turn() {
    if (mine_) {
      reader.store(0, std::memory_order_release);
    }
  }

  [[nodiscard]] bool mine() const noexcept { return mine_; }

 private:
  bool mine_ = false;
};

double read_quota(text_reader& files, const cgroup_chain& chain) noexcept {
  return read_cpu_quota(files, chain).value_or(0.0);
}

double read_left(text_reader& files, const cgroup_chain& chain) noexcept {
  const std::optional<std::uint64_t> left = read_memory_limits(files, chain).memory_left;
  return left ? static_cast<double>(*left) : no_limit;
}

template <class Read>
double read_at(known_place& where, Read read) {
  text_reader files("/");
  const std::string_view membership = files.read("/proc/self/cgroup").value_or(std::string_view{});
  if (membership != where.membership) {  // also when nothing was read so far
    std::string kept(membership);
    where.chain = find_cgroup_chain("/", kept);
    where.membership = std::move(kept);
  }
  return read(files, where.chain);
}

/// Reads anew and keeps the result in `last`. While another thread is reading that one's last
/// result is as good.
template <class Read>
double reread(std::atomic<double>& last, Read read) noexcept {
  double found = last.load(std::memory_order_relaxed);
  try {
    const reading_turn turn;
    if (turn.mine()) {
      if (place == nullptr) {
        place = std::make_unique<known_place>().release();
      }
      found = read_at(*place, read);
      last.store(found, std::memory_order_relaxed);
    } else if (found == never_read) {
      known_place own;  // the very first reading is under way
      found = read_at(own, read);
    }
  } catch (const std::exception&) {
    // no memory: as it was
  }
  return found;
}

}  // namespace

double current_cpu_quota(policy::nanoseconds max_age) noexcept {
  const double known = cpu_quota.load(std::memory_order_relaxed);
  const double now_ns = real_clock().now().count();
  // The absolute value: a machine that was suspended may come back with an earlier time.
  const double age_ns = std::abs(now_ns - cpu_quota_read_ns.load(std::memory_order_relaxed));
  if (known != never_read && age_ns < max_age.count()) {
    return known;
  }
  const double found = reread(cpu_quota, read_quota);
  cpu_quota_read_ns.store(now_ns, std::memory_order_relaxed);
  return std::max(found, 0.0);
}

double last_cpu_quota() noexcept {
  return std::max(cpu_quota.load(std::memory_order_relaxed), 0.0);
}

std::optional<throttling> current_throttling() noexcept {
  std::optional<throttling> found;
  if (last_cpu_quota() > 0.0) {
    try {
      if (const reading_turn turn; turn.mine() && place != nullptr) {
        read_at(*place, [&](text_reader& files, const cgroup_chain& chain) {
          found = read_throttling(files, chain);
          return 0.0;
        });
      }
    } catch (const std::exception&) {
      found.reset();  // no memory: nobody knows
    }
  }
  return found;
}

std::optional<std::uint64_t> current_memory_left() noexcept {
  const double left = reread(memory_left, read_left);
  if (left == never_read || left == no_limit) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(left);
}

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
