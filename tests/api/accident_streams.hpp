// Streams with accidents: programs that fail, are stopped or left at a chosen place, and what the
// plain loop would have delivered until then. Thread safety: a program is run by one thread at a
// time; the counters are the process's.
#pragma once

#include <amorsize/amorsize.hpp>

#include <atomic>
#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <stop_token>
#include <utility>
#include <vector>

namespace amorsize_test {

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
  amorsize::order results = amorsize::order::input;
  std::size_t memory_limit = 0;

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

/// What the plain loop does: results are consumed one after the other. A stop after the last item
/// is ignored.
inline outcome expected_of(const program& run) {
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
    if (run.hits(place::stop, i) && i + 1 < run.length) {
      seen.cancelled_after = i + 1;
      return seen;
    }
    if (run.hits(place::step, i)) {
      seen.failed_at = i;
      return seen;
    }
  }
  return seen;
}

inline auto callable_of(const program& run) {
  return [&run](const counted& item) {
    ++counted::calls;
    if (run.hits(place::callable, item.value())) {
      throw failure{item.value()};
    }
    return counted(item.value());
  };
}

inline options options_of(const program& run, const std::stop_source& stop) {
  options how{.n_jobs = run.n_jobs,
              .chunksize = run.chunksize,
              .memory_limit = run.memory_limit,
              .results = run.results};
  if (run.where == place::stop) {
    how.stop = stop.get_token();
  }
  return how;
}

/// Consumes what `results_of(stop)` makes, as the program says.
template <class ResultsOf>
outcome consumed(const program& run, const ResultsOf& results_of) {
  outcome seen;
  std::stop_source stop;
  try {
    for (auto&& result : results_of(stop)) {
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

inline outcome run_view(const program& run) {
  return consumed(run, [&](const std::stop_source& stop) {
    return accident_source(run) | views::parallel_map(callable_of(run), options_of(run, stop));
  });
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

/// first, last: the source.
template <class It, class Sentinel>
outcome run_iterators(const program& run, It first, Sentinel last) {
  outcome seen;
  std::stop_source stop;
  try {
    parallel_map(std::move(first),
                 last,
                 accident_output(run, seen, stop),
                 callable_of(run),
                 options_of(run, stop));
  } catch (const failure& what) {
    seen.failed_at = what.at;
  } catch (const amorsize::cancelled& stopped) {
    seen.cancelled_after = stopped.completed();
  }
  return seen;
}

inline outcome run_iterators(const program& run) {
  return run_iterators(run, accident_source(run).begin(), std::default_sentinel);
}

}  // namespace amorsize_test
