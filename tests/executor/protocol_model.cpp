// The protocol of a shared map under a model checker: every interleaving, and every value a weak
// memory lets a load return, as far as the search goes. It runs the production headers
// claim_ranges.hpp and gate.hpp unchanged, on the atomics of Relacy (Debian: relacy-dev).
//
//   protocol_model bound PREEMPTIONS     all schedules with at most so many preemptions; of two
//                                        workers, which are cheap, with two more
//   protocol_model random SCHEDULES      so many random schedules of each model
//
// Another model is that of a helper which falls asleep while a map opens (crew.hpp).
//
// What must hold: every item runs exactly once; what a helper wrote is seen by the caller, and what
// the caller prepared by the helper, without a data race; nobody touches the caller's frame after
// the caller went on; nobody sleeps for ever. Relacy ends a schedule that breaks one of these with
// its history, and the program with 1.
//
// The worker loop below is the shape of worker_loop.cpp and share.cpp without clock and policy.
// Thread safety: one thread; Relacy's threads are fibers.

#include "runtime/executor/atomic_policy.hpp"
#include "runtime/executor/claim_ranges.hpp"
#include "runtime/executor/gate.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string_view>
#include <system_error>

// Last of all: it defines macros named new, delete, assert and memory_order_relaxed.
#include <relacy/relacy.hpp>  // clang-format: kept apart by this comment

namespace {

using amorsize::executor::basic_gate;
using amorsize::executor::basic_range_word;
using amorsize::executor::steal_for;
using amorsize::executor::unit_range;

/// The atomic the calling thread of the map sleeps on; null while it does not. Written and read
/// between two scheduling points, as the kernel's futex does under its own lock.
const void* caller_sleeps_on = nullptr;
constexpr rl::thread_id_t caller_thread = 0;

/// The production headers' atomics, as Relacy has them. Each operation begins with a scheduling
/// point. Neither wait nor notify orders memory: std::atomic's do not either.
struct relacy_atomics {
  template <class T>
  using atomic = rl::atomic<T>;
  using order = rl::memory_order;
  static constexpr order relaxed = rl::mo_relaxed;
  static constexpr order acquire = rl::mo_acquire;
  static constexpr order release = rl::mo_release;
  static constexpr order acq_rel = rl::mo_acq_rel;
  static constexpr order seq_cst = rl::mo_seq_cst;

  template <class T>
  [[nodiscard]] static T load(const rl::atomic<T>& from, order how) {
    return from.load(how, $);
  }
  template <class T>
  static void store(rl::atomic<T>& to, T value, order how) {
    to.store(value, how, $);
  }
  template <class T>
  [[nodiscard]] static bool cas(rl::atomic<T>& at, T& expected, T desired, order how) {
    return at.compare_exchange(rl::bool_t<false>{}, expected, desired, how, relaxed, $);
  }
  template <class T>
  static T fetch_and(rl::atomic<T>& at, T mask, order how) {
    return at.fetch_and(mask, how, $);
  }
  template <class T>
  static T fetch_sub(rl::atomic<T>& at, T amount, order how) {
    return at.fetch_sub(amount, how, $);
  }
  /// As a futex: looks at the newest value and sleeps in one step. Adding nothing is how Relacy is
  /// made to look at the newest value; a load might return old ones for ever.
  template <class T>
  static void wait(const rl::atomic<T>& at, T old) {
    if (const_cast<rl::atomic<T>&>(at).fetch_add(0, relaxed, $) == old) {
      caller_sleeps_on = &at;
      rl::ctx().park_current_thread(false, false, false, $);  // for ever: Relacy reports a deadlock
    }
  }
  /// Every operation is a scheduling point already.
  static void pause() {}
  template <class T>
  static void notify_all(rl::atomic<T>& at) {
    rl::ctx().sched();
    if (caller_sleeps_on == &at) {
      caller_sleeps_on = nullptr;
      rl::ctx().unpark_thread(caller_thread, false, $);
    }
  }
};

/// How helpers behave, and when they are asked for.
enum class script {
  to_the_end,  ///< helpers stay until nothing is left
  shed,        ///< helper 1 is sent away after its first chunk and leaves its range behind
  visits,      ///< the caller also claims from the range of helper 1, who may be there or not
  asked_late,  ///< the map opens for nobody; the caller asks after its first chunk
  second_map,  ///< the place is used again at once; helpers of the first map may come then
};

template <int workers, int units, script how>
struct shared_map_model : rl::test_suite<shared_map_model<workers, units, how>, workers> {
  static constexpr int maps = how == script::second_map ? 2 : 1;
  static constexpr std::uint32_t helpers = workers - 1;

  basic_gate<relacy_atomics> door;
  std::array<basic_range_word<relacy_atomics>, workers> ranges;
  /// Stands for all that lives on the caller's frame: 1 + the map it belongs to, 0 between maps.
  /// Written by the caller outside the gate, read by workers inside.
  rl::var<int> frame{0};
  std::array<std::array<rl::var<int>, units>, maps> results;
  std::array<std::array<int, units>, maps> times_run{};

  void before() { caller_sleeps_on = nullptr; }

  void thread(unsigned worker) {
    if (worker != caller_thread) {
      for (int visit = 0; visit < maps; ++visit) {
        help(worker);
      }
      return;
    }
    for (int map = 0; map < maps; ++map) {
      call(map);
    }
  }

  void after() {
    for (int map = 0; map < maps; ++map) {
      for (int unit = 0; unit < units; ++unit) {
        RL_ASSERT(times_run[map][unit] == 1);
      }
    }
  }

 private:
  using word = std::uint32_t;

  static unit_range all_units() { return {0, static_cast<word>(units)}; }
  static word half(unit_range left) { return (left.size() + 1) / 2; }

  /// run_shared()
  void call(int map) {
    frame($) = 1 + map;
    ranges[0].put(all_units());
    door.open(how == script::asked_late ? 0 : helpers);
    if (how == script::asked_late) {
      run_units(ranges[0].claim(half));
      door.want(helpers, helpers);
    }
    work(0);
    door.close();
    door.wait_until_empty();
    work(0);
    frame($) = 0;
    for (int unit = 0; unit < units; ++unit) {
      RL_ASSERT(results[map][unit]($) == unit);
    }
  }

  /// run_helper(): reads the clock and the seats before it claims anything.
  void help(unsigned worker) {
    if (!door.try_enter()) {
      return;
    }
    RL_ASSERT(frame($) > 0);
    if (!work(worker)) {
      door.leave();
    }
  }

  /// run_worker(): true when the helper has already left.
  bool work(unsigned worker) {
    for (;;) {
      const unit_range claimed = ranges[worker].claim(half);
      if (claimed.size() > 0) {
        run_units(claimed);
        if (how == script::shed && worker == 1) {
          door.leave();
          return true;
        }
        if (how == script::visits && worker == caller_thread) {
          run_units(ranges[1].claim(half));  // empty, or the helper's next
        }
        continue;
      }
      const unit_range stolen = steal_for(
          worker, workers, 0, [this](std::size_t i) -> auto& { return ranges[i]; });
      if (stolen.size() == 0) {
        return false;
      }
      ranges[worker].put(stolen);
    }
  }

  void run_units(unit_range claimed) {
    const int map = frame($) - 1;
    RL_ASSERT(map >= 0);
    for (word unit = claimed.begin; unit < claimed.end; ++unit) {
      ++times_run[map][unit];
      results[map][unit]($) = static_cast<int>(unit);
    }
  }
};

/// A caller opens a map in a place that was never used; a helper watches, finds nothing and falls
/// asleep. One of them must see the other. The shape of crew::take_place(), open(), call() and
/// serve().
struct falling_asleep_model : rl::test_suite<falling_asleep_model, 2> {
  enum ticket_state : std::uint32_t { idle, called, awake };

  basic_gate<relacy_atomics> door;
  rl::atomic<std::uint32_t> places_used{0};
  rl::atomic<std::uint32_t> lingering{1};
  rl::atomic<std::uint32_t> ticket{awake};
  bool has_joined = false;
  bool was_called = false;

  void thread(unsigned worker) {
    if (worker == caller_thread) {
      open();
    } else {
      serve();
    }
  }

  void after() { RL_ASSERT(has_joined != was_called); }

 private:
  using order = relacy_atomics;

  void open() {
    std::uint32_t none = 0;
    RL_ASSERT(order::cas(places_used, none, 1U, order::seq_cst));
    door.open(1);
    if (order::load(lingering, order::seq_cst) > 0) {
      return;  // who lingers sees the open gate by itself
    }
    std::uint32_t seen = order::load(ticket, order::seq_cst);
    was_called = seen == idle && order::cas(ticket, seen, std::uint32_t{called}, order::seq_cst);
  }

  [[nodiscard]] bool somebody_wants() const {
    return order::load(places_used, order::seq_cst) > 0 && door.wants_helpers();
  }

  void serve() {
    if (somebody_wants()) {
      join();
      return;
    }
    order::fetch_sub(lingering, std::uint32_t{1}, order::seq_cst);
    order::store(ticket, std::uint32_t{idle}, order::seq_cst);
    std::uint32_t seen = idle;
    if (somebody_wants() && order::cas(ticket, seen, std::uint32_t{awake}, order::seq_cst)) {
      join();
    }
  }

  void join() {
    has_joined = door.try_enter();
    RL_ASSERT(has_joined);
  }
};

/// Two workers have so few schedules that the search may go so much deeper.
constexpr unsigned more_preemptions_of_two = 2;

/// True when no schedule searched breaks the model.
template <int workers, int units, script how>
bool holds(rl::test_params params, std::string_view name) {
  if (workers == 2) {
    params.context_bound += more_preemptions_of_two;
  }
  std::cout << name << ": " << workers << " workers, " << units << " units\n";
  return rl::simulate<shared_map_model<workers, units, how>>(params);
}

bool nobody_sleeps_on(rl::test_params params) {
  params.context_bound += more_preemptions_of_two;
  std::cout << "a helper falls asleep: 2 workers\n";
  return rl::simulate<falling_asleep_model>(params);
}

bool all_hold(const rl::test_params& params) {
  return holds<2, 4, script::to_the_end>(params, "to the end") &&
         holds<2, 4, script::shed>(params, "one is sent away") &&
         holds<2, 4, script::visits>(params, "the caller visits") &&
         holds<2, 3, script::asked_late>(params, "asked late") &&
         holds<2, 2, script::second_map>(params, "a second map in the same place") &&
         nobody_sleeps_on(params) && holds<3, 4, script::to_the_end>(params, "to the end") &&
         holds<3, 4, script::shed>(params, "one is sent away") &&
         holds<3, 4, script::visits>(params, "the caller visits");
}

/// The number in `text`; false when it is anything else.
template <class Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

int main(int argc, char** argv) {
  rl::test_params params;
  params.execution_depth_limit = 5000;
  const std::string_view search = argc == 3 ? argv[1] : "";
  if (search == "bound" && read(argv[2], params.context_bound)) {
    params.search_type = rl::sched_bound;
  } else if (search == "random" && read(argv[2], params.iteration_count)) {
    params.search_type = rl::sched_random;
  } else {
    std::cerr << "usage: protocol_model bound PREEMPTIONS | random SCHEDULES\n";
    return 2;
  }
  return all_hold(params) ? 0 : 1;
}
