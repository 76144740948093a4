// Streams that fail, are stopped or left, at every index and from every place: what the plain loop
// would have delivered has been delivered, exactly once, and nothing is left alive.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <list>
#include <optional>
#include <random>
#include <ranges>
#include <stop_token>
#include <utility>
#include <vector>

namespace {

namespace views = amorsize::views;
using amorsize::options;
using amorsize::parallel_map;

struct failure {
  std::size_t at;
};

/// Where a stream ends before its source does.
enum class place { nowhere, source, step, callable, copying, sink, leaving, stop };

struct program {
  std::size_t length = 0;
  place where = place::nowhere;
  std::size_t at = 0;
  place second = place::nowhere;  ///< something else goes wrong, too
  std::size_t second_at = 0;
  std::size_t n_jobs = 1;
  std::size_t chunksize = 0;

  [[nodiscard]] bool hits(place what, std::size_t index) const {
    return (where == what && at == index) || (second == what && second_at == index);
  }
};

/// A value that is counted while it lives.
class counted {
 public:
  explicit counted(std::size_t value, const program* of = nullptr) : value_(value), of_(of) {
    ++alive;
  }
  counted(const counted& other) : value_(other.value_), of_(other.of_) {
    if (of_ != nullptr && of_->hits(place::copying, value_)) {
      throw failure{value_};
    }
    ++alive;
  }
  counted(counted&& other) noexcept : value_(other.value_), of_(other.of_) { ++alive; }
  counted& operator=(const counted&) = default;
  counted& operator=(counted&&) noexcept = default;
  ~counted() { --alive; }
  [[nodiscard]] std::size_t value() const { return value_; }

  static inline std::atomic<int> alive{0};
  static inline std::atomic<std::size_t> calls{0};

 private:
  std::size_t value_;
  const program* of_;
};

/// A single-pass source with accidents.
class accident_source {
 public:
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = counted;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = const counted&;

    explicit iterator(const program& of) : of_(&of), now_(0, &of) {}
    const counted& operator*() const {
      if (of_->hits(place::source, now_.value())) {
        throw failure{now_.value()};
      }
      return now_;
    }
    iterator& operator++() {
      if (of_->hits(place::step, now_.value())) {
        throw failure{now_.value()};
      }
      now_ = counted(now_.value() + 1, of_);
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& it, std::default_sentinel_t) {
      return it.now_.value() >= it.of_->length;
    }

   private:
    const program* of_;
    counted now_;
  };

  explicit accident_source(const program& of) : of_(&of) {}
  [[nodiscard]] iterator begin() const { return iterator(*of_); }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  const program* of_;
};

struct outcome {
  std::vector<std::size_t> delivered;
  std::optional<std::size_t> failed_at;
  std::optional<std::size_t> cancelled_after;

  bool operator==(const outcome&) const = default;
};

/// What the plain loop does: results are consumed one after the other.
outcome expected_of(const program& run) {
  outcome seen;
  for (std::size_t i = 0; i < run.length; ++i) {
    // In the order in which the plain loop meets them; `step` is met behind the item.
    if (run.hits(place::source, i) || run.hits(place::callable, i) || run.hits(place::sink, i)) {
      seen.failed_at = i;
      return seen;
    }
    seen.delivered.push_back(i);
    if (run.hits(place::leaving, i)) {
      return seen;
    }
    if (run.hits(place::step, i)) {
      seen.failed_at = i;
      return seen;
    }
  }
  return seen;
}

auto callable_of(const program& run) {
  return [&run](const counted& item) {
    ++counted::calls;
    if (run.hits(place::callable, item.value())) {
      throw failure{item.value()};
    }
    return counted(item.value());
  };
}

outcome run_view(const program& run) {
  outcome seen;
  std::stop_source stop;
  options how{.n_jobs = run.n_jobs, .chunksize = run.chunksize};
  if (run.where == place::stop) {
    how.stop = stop.get_token();
  }
  try {
    for (auto&& result : accident_source(run) | views::parallel_map(callable_of(run), how)) {
      if (run.hits(place::sink, result.value())) {
        throw failure{result.value()};
      }
      seen.delivered.push_back(result.value());
      if (run.hits(place::leaving, result.value())) {
        break;
      }
      if (run.hits(place::stop, result.value())) {
        stop.request_stop();
      }
    }
  } catch (const failure& what) {
    seen.failed_at = what.at;
  } catch (const amorsize::cancelled& stopped) {
    seen.cancelled_after = stopped.completed();
  }
  return seen;
}

/// An output that fails or stops.
class accident_output {
 public:
  using iterator_category = std::output_iterator_tag;
  using value_type = void;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = void;

  accident_output(const program& of, outcome& seen, std::stop_source& stop)
      : of_(&of), seen_(&seen), stop_(&stop) {}
  accident_output& operator*() { return *this; }
  accident_output& operator++() { return *this; }
  accident_output operator++(int) { return *this; }
  accident_output& operator=(const counted& result) {
    if (of_->hits(place::sink, result.value())) {
      throw failure{result.value()};
    }
    seen_->delivered.push_back(result.value());
    if (of_->hits(place::stop, result.value())) {
      stop_->request_stop();
    }
    return *this;
  }

 private:
  const program* of_;
  outcome* seen_;
  std::stop_source* stop_;
};

outcome run_iterators(const program& run) {
  outcome seen;
  std::stop_source stop;
  options how{.n_jobs = run.n_jobs, .chunksize = run.chunksize};
  if (run.where == place::stop) {
    how.stop = stop.get_token();
  }
  try {
    parallel_map(accident_source(run).begin(),
                 std::default_sentinel,
                 accident_output(run, seen, stop),
                 callable_of(run),
                 how);
  } catch (const failure& what) {
    seen.failed_at = what.at;
  } catch (const amorsize::cancelled& stopped) {
    seen.cancelled_after = stopped.completed();
  }
  return seen;
}

void check(const program& run) {
  CAPTURE(run.length,
          static_cast<int>(run.where),
          run.at,
          static_cast<int>(run.second),
          run.second_at,
          run.n_jobs,
          run.chunksize);
  outcome expected = expected_of(run);
  if (run.where == place::stop && run.at + 1 < run.length) {
    expected.delivered.resize(run.at + 1);
    expected.cancelled_after = run.at + 1;
  }
  REQUIRE(run_view(run) == expected);
  REQUIRE(counted::alive == 0);
  if (run.where != place::leaving && run.second != place::leaving) {
    REQUIRE(run_iterators(run) == expected);
    REQUIRE(counted::alive == 0);
  }
}

TEST_CASE("a stream that ends early, anywhere and in any way, ends as the plain loop does",
          "[api][stress][negative]") {
  for (const std::size_t n_jobs : {1U, 2U, 3U}) {
    for (const std::size_t chunksize : {0U, 1U, 4U, 100U}) {
      for (const place where : {place::source,
                                place::step,
                                place::callable,
                                place::sink,
                                place::leaving,
                                place::stop}) {
        for (std::size_t at = 0; at < 24; ++at) {
          check({.length = 24, .where = where, .at = at, .n_jobs = n_jobs, .chunksize = chunksize});
        }
      }
    }
  }
}

TEST_CASE("what copying an item into a batch throws comes after the results before it",
          "[api][stress][negative]") {
  for (std::size_t at = 0; at < 24; ++at) {
    for (const std::size_t chunksize : {1U, 5U, 100U}) {
      const program run{
          .length = 24, .where = place::copying, .at = at, .n_jobs = 2, .chunksize = chunksize};
      const outcome seen = run_view(run);
      CHECK(seen.failed_at == at);
      CHECK(seen.delivered.size() == at);
      CHECK(counted::alive == 0);
    }
  }
}

/// Random programs; the number of rounds for a long run: AMORSIZE_STREAM_ROUNDS.
TEST_CASE("random stream programs end as the plain loop does", "[api][stress][property]") {
  const char* const wanted = std::getenv("AMORSIZE_STREAM_ROUNDS");
  const std::size_t rounds = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 3000;
  const char* const seed_wanted = std::getenv("AMORSIZE_STREAM_SEED");
  const std::uint64_t seed =
      seed_wanted != nullptr ? std::strtoull(seed_wanted, nullptr, 10) : 20261125;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  constexpr place places[] = {place::nowhere,
                              place::source,
                              place::step,
                              place::callable,
                              place::sink,
                              place::leaving,
                              place::stop};
  for (std::size_t round = 0; round < rounds; ++round) {
    program run;
    run.length = 1 + below(below(4) == 0 ? 400 : 40);
    run.where = places[below(7)];
    run.at = below(run.length + 2);
    if (run.where != place::stop && below(2) == 0) {
      run.second = places[below(6)];
      run.second_at = below(run.length + 2);
    }
    run.n_jobs = 1 + below(4);
    run.chunksize = below(2) == 0 ? 0 : 1 + below(50);
    check(run);
  }
}

}  // namespace
