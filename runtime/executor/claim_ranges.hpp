// Who runs which items: one packed (begin, end) word per worker. Owners claim from the front,
// thieves take the upper half; a word changes only by CAS.
//
// Why it is right (runtime/README.md has the long form): an index is in at most one word at a time.
// claim() and steal() remove exactly the indices they return, atomically, from the one word that
// held them. A value cannot come back: the word would have to hold the same indices again, and
// those have been handed out. So a successful CAS means that nothing has changed since the word was
// read, and there is no ABA. Thread safety: thread-safe, except as stated.
#pragma once

#include "runtime/executor/atomic_policy.hpp"

#include <cstddef>
#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace executor {

/// Consecutive units of work, [begin, end). A unit is one item, or a tile of items where the map is
/// too long for 32 bits or the caller fixed the chunksize.
struct unit_range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] constexpr std::uint32_t size() const noexcept {
    return end > begin ? end - begin : 0;
  }
};

[[nodiscard]] constexpr std::uint64_t pack(unit_range range) noexcept {
  return (static_cast<std::uint64_t>(range.begin) << 32U) | range.end;
}
[[nodiscard]] constexpr unit_range unpack(std::uint64_t word) noexcept {
  return {static_cast<std::uint32_t>(word >> 32U), static_cast<std::uint32_t>(word)};
}

/// One worker's range. Written by its owner (claim, put) and by thieves (steal); read by everybody
/// who looks for a victim. The ordering publishes nothing but the word itself: the items' inputs
/// were published by the gate, and their results are published by leaving it. acq_rel on the CAS
/// keeps a stolen range's history ordered for whoever steals from the thief.
template <class Atomics>
class basic_range_word {
  template <class T>
  using atomic = typename Atomics::template atomic<T>;

 public:
  [[nodiscard]] unit_range peek() const noexcept {
    return unpack(Atomics::load(word_, Atomics::relaxed));
  }

  /// Sets the range. Only while the word is empty and by its owner, or before the map is open.
  void put(unit_range range) noexcept { Atomics::store(word_, pack(range), Atomics::release); }

  /// Takes `units(range)` units (at least 1, at most all) from the front; empty when nothing is
  /// left. The owner, and on a visit (worker_loop.cpp) another.
  template <class Units>
  [[nodiscard]] unit_range claim(Units&& units) noexcept {
    std::uint64_t seen = Atomics::load(word_, Atomics::acquire);
    for (;;) {
      const unit_range range = unpack(seen);
      if (range.size() == 0) {
        return {};
      }
      const std::uint32_t wanted = units(range);
      const std::uint32_t taken = wanted < 1 ? 1 : (wanted > range.size() ? range.size() : wanted);
      const unit_range rest{range.begin + taken, range.end};
      if (Atomics::cas(word_, seen, pack(rest), Atomics::acq_rel)) {
        return {range.begin, rest.begin};
      }
    }
  }

  /// Takes the upper half (all of a single unit) if the word still holds `seen`; else empty.
  [[nodiscard]] unit_range steal(unit_range seen) noexcept {
    if (seen.size() == 0) {
      return {};
    }
    const std::uint32_t middle = seen.begin + seen.size() / 2;
    std::uint64_t expected = pack(seen);
    if (!Atomics::cas(word_, expected, pack({seen.begin, middle}), Atomics::acq_rel)) {
      return {};
    }
    return {middle, seen.end};
  }

  /// Takes all there is. For the caller when nobody else is inside, or when the map is given up.
  [[nodiscard]] unit_range take_all() noexcept {
    return claim([](unit_range left) { return left.size(); });
  }

 private:
  atomic<std::uint64_t> word_{0};
};

using range_word = basic_range_word<atomics>;

/// The words looked at before a thief settles for the largest it has seen. A full scan of 1,000
/// remote cache lines would take 100 us.
inline constexpr std::size_t victims_compared = 8;

/// Where a thief's search begins: all over the workers, and elsewhere each time. Neighbours have
/// ranges of like cost and are done at the same time; looking only there, 1,000 workers need many
/// steals until work has come from one end to the other. Source: xorshift-multiply of splitmix64.
[[nodiscard]] constexpr std::size_t search_start(std::size_t thief,
                                                 std::size_t turn,
                                                 std::size_t workers) noexcept {
  std::uint64_t mixed = (static_cast<std::uint64_t>(thief) << 32U) + turn + 1;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return static_cast<std::size_t>((mixed ^ (mixed >> 31U)) % workers);
}

/// Steals for `thief` from the largest of some ranges spread over all workers, or from the first
/// that is not empty. `word(i)` is worker i's range, i < workers; turn: differs from search to
/// search. Empty when every range was seen empty once. O(workers), usually O(1).
template <class WordOf>
[[nodiscard]] unit_range steal_for(std::size_t thief,
                                   std::size_t workers,
                                   std::size_t turn,
                                   WordOf&& word) noexcept {
  const std::size_t start =
      workers > victims_compared + 1 ? search_start(thief, turn, workers) : thief + 1;
  for (;;) {
    std::size_t victim = workers;
    unit_range largest{};
    const auto look = [&](std::size_t at) {
      const unit_range seen = at == thief ? unit_range{} : word(at).peek();
      if (seen.size() > largest.size()) {
        largest = seen;
        victim = at;
      }
    };
    const std::size_t compared = workers < victims_compared ? workers : victims_compared;
    for (std::size_t sample = 0; sample < compared; ++sample) {
      look((start + sample * workers / compared) % workers);
    }
    for (std::size_t step = 0; step < workers && victim == workers; ++step) {
      look((start + step) % workers);
    }
    if (victim == workers) {
      return {};
    }
    const unit_range stolen = word(victim).steal(largest);
    if (stolen.size() > 0) {
      return stolen;
    }
  }
}

}  // namespace executor
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
