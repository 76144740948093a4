// Who may touch a map's state: helpers enter unless the gate is closed; the caller closes it and
// then waits only for those inside. A helper that comes late, or never, costs nothing.
//
// One 32-bit word: bit 31 open, bit 30 the caller sleeps, bits 15..29 helpers still wanted,
// bits 0..14 helpers inside. Entering is one CAS on that word, so "not closed", "still wanted" and
// "counted" are decided together. The word may hold an old value again when its place is used by a
// later map; then that map is open and wants helpers, which is all an entering helper needs to
// know. Thread safety: thread-safe. open, close and wait belong to the caller of the map.
#pragma once

#include "runtime/executor/atomic_policy.hpp"

#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

template <class Atomics>
class basic_gate {
  template <class T>
  using atomic = typename Atomics::template atomic<T>;
  using word = std::uint32_t;

 public:
  static constexpr word most_helpers = 0x7fff;

  /// Publishes everything written before to whoever enters (release). The gate must be closed.
  void open(word wanted) noexcept {
    Atomics::store(word_, open_bit | (wanted << wanted_shift), Atomics::seq_cst);
  }

  /// Asks for `more` helpers beyond those wanted and inside, up to `most` altogether. Returns how
  /// many that added. Any worker inside may call it. seq_cst: see crew.hpp, falling asleep.
  word want(word more, word most) noexcept {
    word seen = Atomics::load(word_, Atomics::relaxed);
    for (;;) {
      const word present = wanted_in(seen) + inside_in(seen);
      if ((seen & open_bit) == 0 || present >= most) {
        return 0;
      }
      const word added = more < most - present ? more : most - present;
      if (Atomics::cas(word_, seen, seen + (added << wanted_shift), Atomics::seq_cst)) {
        return added;
      }
    }
  }

  /// Nobody new comes in unless want() is called again. Any worker inside may call it.
  void want_none() noexcept { Atomics::fetch_and(word_, ~wanted_mask, Atomics::relaxed); }

  [[nodiscard]] bool wants_helpers() const noexcept {
    const word seen = Atomics::load(word_, Atomics::seq_cst);
    return (seen & open_bit) != 0 && wanted_in(seen) > 0;
  }
  [[nodiscard]] word inside() const noexcept {
    return inside_in(Atomics::load(word_, Atomics::relaxed));
  }
  [[nodiscard]] word wanted() const noexcept {
    return wanted_in(Atomics::load(word_, Atomics::relaxed));
  }

  /// Acquires what open() published.
  [[nodiscard]] bool try_enter() noexcept {
    word seen = Atomics::load(word_, Atomics::relaxed);
    backoff<Atomics> wait;
    while ((seen & open_bit) != 0 && wanted_in(seen) > 0) {
      if (Atomics::cas(word_, seen, seen - wanted_one + 1, Atomics::acquire)) {
        return true;
      }
      wait.once();
      seen = Atomics::load(word_, Atomics::relaxed);
    }
    return false;
  }

  /// Releases what the helper wrote. Nothing of the map may be touched afterwards.
  void leave() noexcept {
    const word before = Atomics::fetch_sub(word_, word{1}, Atomics::acq_rel);
    if ((before & sleeper_bit) != 0) {
      Atomics::notify_all(word_);  // the word is static: it outlives every map
    }
  }

  /// No helper enters from here on. Returns how many are inside.
  word close() noexcept {
    return inside_in(Atomics::fetch_and(word_, ~(open_bit | wanted_mask), Atomics::acq_rel));
  }

  /// True when nobody is inside; acquires what they wrote.
  [[nodiscard]] bool is_empty() const noexcept {
    return inside_in(Atomics::load(word_, Atomics::acquire)) == 0;
  }

  // A helper that leaves may leave work behind, so every departure wakes a sleeping caller:
  //   seen = prepare_sleep(); look for work; if there is none, sleep(seen)

  /// Says that the caller is about to sleep, and what the gate looks like now. Acquires what those
  /// who have left wrote.
  [[nodiscard]] word prepare_sleep() noexcept {
    word seen = Atomics::load(word_, Atomics::acquire);
    while (inside_in(seen) > 0 && (seen & sleeper_bit) == 0) {
      if (Atomics::cas(word_, seen, seen | sleeper_bit, Atomics::acq_rel)) {
        return seen | sleeper_bit;
      }
      seen = Atomics::load(word_, Atomics::acquire);  // a failed CAS acquires nothing
    }
    return seen;
  }
  [[nodiscard]] static constexpr bool is_empty(word seen) noexcept { return inside_in(seen) == 0; }
  /// Blocks until somebody leaves after `seen` was read; may return early.
  void sleep(word seen) noexcept { Atomics::wait(word_, seen); }

  /// Blocks until nobody is inside. The gate must be closed.
  void wait_until_empty() noexcept {
    for (word seen = prepare_sleep(); !is_empty(seen); seen = prepare_sleep()) {
      sleep(seen);
    }
  }

  /// In the child of a fork: nobody is inside, since nobody else exists.
  void abandon() noexcept { Atomics::store(word_, word{0}, Atomics::relaxed); }

 private:
  static constexpr word open_bit = 1U << 31U;
  static constexpr word sleeper_bit = 1U << 30U;
  static constexpr unsigned wanted_shift = 15;
  static constexpr word wanted_one = 1U << wanted_shift;
  static constexpr word inside_mask = wanted_one - 1;
  static constexpr word wanted_mask = inside_mask << wanted_shift;

  [[nodiscard]] static constexpr word inside_in(word value) noexcept { return value & inside_mask; }
  [[nodiscard]] static constexpr word wanted_in(word value) noexcept {
    return (value & wanted_mask) >> wanted_shift;
  }

  atomic<word> word_{0};
};

using gate = basic_gate<atomics>;

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
