#include "runtime/executor/claim_ranges.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <thread>
#include <vector>

using namespace amorsize::executor;

namespace {

/// Every action two workers can take, in every order, on words over a few units: exhaustive.
struct world {
  std::array<unit_range, 2> words{};
  std::uint32_t handed_out = 0;  ///< bit i: unit i was handed out
};

std::uint32_t bits(unit_range range) {
  std::uint32_t mask = 0;
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    mask |= 1U << i;
  }
  return mask;
}

}  // namespace

TEST_CASE("claims and steals partition the range, whatever their order", "[executor][property]") {
  constexpr std::uint32_t units = 6;
  std::size_t worlds = 0;
  // A state is what both words hold; the units in neither must be those handed out.
  std::set<std::array<std::uint64_t, 2>> seen;
  std::function<void(world)> explore = [&](const world& now) {
    const std::array<std::uint64_t, 2> key{pack(now.words[0]), pack(now.words[1])};
    if (!seen.insert(key).second) {
      return;
    }
    ++worlds;
    REQUIRE((bits(now.words[0]) & bits(now.words[1])) == 0);
    REQUIRE((bits(now.words[0]) | bits(now.words[1]) | now.handed_out) == (1U << units) - 1);
    for (std::size_t worker = 0; worker < 2; ++worker) {
      for (std::uint32_t wanted = 0; wanted <= units; ++wanted) {
        range_word word;
        word.put(now.words[worker]);
        const unit_range claimed = word.claim([&](unit_range) { return wanted; });
        if (claimed.size() == 0) {
          REQUIRE(now.words[worker].size() == 0);
          continue;
        }
        REQUIRE(claimed.begin == now.words[worker].begin);
        REQUIRE((now.handed_out & bits(claimed)) == 0);
        world next = now;
        next.words[worker] = word.peek();
        next.handed_out |= bits(claimed);
        explore(next);
      }
      if (now.words[worker].size() == 0) {
        range_word victim;
        victim.put(now.words[1 - worker]);
        const unit_range stolen = victim.steal(victim.peek());
        REQUIRE((stolen.size() == 0) == (now.words[1 - worker].size() == 0));
        world next = now;
        next.words[1 - worker] = victim.peek();
        next.words[worker] = stolen;
        explore(next);
      }
    }
  };
  explore({.words = {unit_range{0, units}, unit_range{}}, .handed_out = 0});
  CHECK(worlds > 50);
}

TEST_CASE("a steal fails when the word has changed since it was read", "[executor][unit]") {
  range_word word;
  word.put({10, 20});
  const unit_range seen = word.peek();
  static_cast<void>(word.claim([](unit_range) { return 1U; }));
  CHECK(word.steal(seen).size() == 0);
  CHECK(word.peek().begin == 11);
}

TEST_CASE("the last unit of a range can be stolen", "[executor][unit]") {
  range_word word;
  word.put({7, 8});
  const unit_range stolen = word.steal(word.peek());
  CHECK(stolen.begin == 7);
  CHECK(stolen.end == 8);
  CHECK(word.peek().size() == 0);
}

TEST_CASE("words hold the whole range of 32 bits", "[executor][unit]") {
  const unit_range widest{0, 0xffffffffU};
  CHECK(unpack(pack(widest)).size() == 0xffffffffU);
  range_word word;
  word.put({0xfffffffeU, 0xffffffffU});
  CHECK(word.claim([](unit_range) { return 0xffffffffU; }).size() == 1);
}

TEST_CASE("a thief takes from the largest range it has looked at", "[executor][unit]") {
  std::vector<range_word> words(5);
  words[1].put({0, 4});
  words[2].put({100, 200});
  words[4].put({10, 20});
  const unit_range stolen =
      steal_for(0, words.size(), 0, [&](std::size_t i) -> range_word& { return words[i]; });
  CHECK(stolen.begin == 150);
  CHECK(stolen.end == 200);
  std::vector<range_word> empty(3);
  CHECK(steal_for(0, empty.size(), 0, [&](std::size_t i) -> range_word& {
          return empty[i];
        }).size() == 0);
  std::vector<range_word> alone(1);
  CHECK(steal_for(0, alone.size(), 0, [&](std::size_t i) -> range_word& {
          return alone[i];
        }).size() == 0);
}

TEST_CASE("a search finds the only range there is, wherever it is and wherever it begins",
          "[executor][unit]") {
  for (const std::size_t workers : {2, 5, 9, 10, 64, 1'000}) {
    for (std::size_t owner = 1; owner < workers; owner += 1 + workers / 16) {
      std::vector<range_word> words(workers);
      words[owner].put({6, 7});
      const unit_range stolen =
          steal_for(0, workers, owner * 3, [&](std::size_t i) -> range_word& { return words[i]; });
      REQUIRE(stolen.begin == 6);
      REQUIRE(stolen.size() == 1);
    }
  }
}

TEST_CASE("searches of many workers begin all over the place", "[executor][unit]") {
  constexpr std::size_t workers = 1'000;
  std::vector<int> begun(10, 0);
  for (std::size_t thief = 0; thief < workers; ++thief) {
    ++begun[search_start(thief, 0, workers) / (workers / begun.size())];
  }
  for (const int in_this_tenth : begun) {
    CHECK(in_this_tenth > 60);
    CHECK(in_this_tenth < 140);
  }
  CHECK(search_start(7, 0, workers) != search_start(7, 1, workers));
}

TEST_CASE("threads that claim and steal run every unit exactly once", "[executor][stress]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  for (int round = 0; round < 200; ++round) {
    constexpr std::size_t workers = 4;
    const std::uint32_t units = 1 + (seed + static_cast<unsigned>(round) * 7919U) % 5'000;
    std::vector<range_word> words(workers);
    words[0].put({0, units});
    std::vector<int> runs(units, 0);  // not atomic: a unit run twice is also a data race
    std::vector<std::thread> threads;
    for (std::size_t worker = 0; worker < workers; ++worker) {
      threads.emplace_back([&, worker] {
        for (std::size_t turn = 0;; ++turn) {
          const unit_range claimed =
              words[worker].claim([&](unit_range left) { return 1 + left.size() / 3; });
          for (std::uint32_t i = claimed.begin; i < claimed.end; ++i) {
            ++runs[i];
          }
          if (claimed.size() > 0) {
            continue;
          }
          const unit_range stolen = steal_for(
              worker, workers, turn, [&](std::size_t i) -> range_word& { return words[i]; });
          if (stolen.size() == 0) {
            return;
          }
          words[worker].put(stolen);
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    for (std::uint32_t i = 0; i < units; ++i) {
      REQUIRE(runs[i] == 1);
    }
  }
}
