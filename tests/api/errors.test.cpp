// What std::transform would throw leaves, whatever the threads did, and all below it is complete.
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <list>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

namespace {

using amorsize::options;
using amorsize::parallel_map;

constexpr std::size_t longest = 64;
constexpr int untouched = -1;

struct failure {
  std::size_t index;
};

/// Where something is to go wrong; npos is nowhere.
constexpr std::size_t npos = static_cast<std::size_t>(-1);
struct faults {
  std::size_t in_call = npos;
  std::size_t in_read = npos;
  std::size_t in_write = npos;
  std::size_t in_step = npos;  ///< ++ of the source, away from that index
  std::size_t in_call_too = npos;
};

/// A source over 0, 1, 2, ... whose reads and steps may fail.
class failing_source {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = std::size_t;

  failing_source() = default;
  failing_source(const faults& plan, std::size_t at) : plan_(&plan), at_(at) {}

  std::size_t operator*() const {
    if (at_ == plan_->in_read) {
      throw failure{at_};
    }
    return at_;
  }
  std::size_t operator[](std::ptrdiff_t n) const { return *(*this + n); }
  failing_source& operator++() {
    if (at_ == plan_->in_step) {
      throw failure{at_};
    }
    return ++at_, *this;
  }
  failing_source operator++(int) {
    failing_source old = *this;
    return ++*this, old;
  }
  failing_source& operator--() { return --at_, *this; }
  failing_source operator--(int) { return {*plan_, at_--}; }
  failing_source& operator+=(std::ptrdiff_t n) { return at_ += static_cast<std::size_t>(n), *this; }
  failing_source& operator-=(std::ptrdiff_t n) { return *this += -n; }
  [[maybe_unused]] friend failing_source operator+(failing_source it, std::ptrdiff_t n) {
    return it += n;
  }
  [[maybe_unused]] friend failing_source operator+(std::ptrdiff_t n, failing_source it) {
    return it += n;
  }
  [[maybe_unused]] friend failing_source operator-(failing_source it, std::ptrdiff_t n) {
    return it -= n;
  }
  [[maybe_unused]] friend std::ptrdiff_t operator-(const failing_source& a,
                                                   const failing_source& b) {
    return static_cast<std::ptrdiff_t>(a.at_ - b.at_);
  }
  friend bool operator==(const failing_source& a, const failing_source& b) {
    return a.at_ == b.at_;
  }
  [[maybe_unused]] friend auto operator<=>(const failing_source& a, const failing_source& b) {
    return a.at_ <=> b.at_;
  }

 private:
  const faults* plan_ = nullptr;
  std::size_t at_ = 0;
};

/// The same, as a stream.
class failing_stream {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = std::size_t;

  failing_stream(const faults& plan, std::size_t at) : at_(plan, at) {}
  std::size_t operator*() const { return *at_; }
  failing_stream& operator++() { return ++at_, *this; }
  failing_stream operator++(int) { return ++at_, *this; }
  friend bool operator==(const failing_stream& a, const failing_stream& b) {
    return a.at_ == b.at_;
  }

 private:
  failing_source at_;
};

/// A result whose assignment may fail.
class cell {
 public:
  cell() = default;
  cell(const faults& plan, std::size_t index) : plan_(&plan), value_(static_cast<int>(index)) {}
  cell(const cell&) = default;
  cell& operator=(const cell& other) {
    if (other.plan_ != nullptr && static_cast<std::size_t>(other.value_) == other.plan_->in_write) {
      throw failure{other.plan_->in_write};
    }
    value_ = other.value_;
    return *this;
  }
  [[nodiscard]] int value() const { return value_; }

 private:
  const faults* plan_ = nullptr;
  int value_ = untouched;
};

struct call {
  const faults& plan;
  std::set<std::size_t>* seen = nullptr;  ///< only where one thread calls

  cell operator()(std::size_t index) const {
    if (seen != nullptr) {
      CHECK(seen->insert(index).second);
    }
    if (index == plan.in_call || index == plan.in_call_too) {
      throw failure{index};
    }
    return {plan, index};
  }
};

/// What std::transform does with these faults: the failing index, or npos.
std::size_t expected_failure(const faults& plan, std::size_t length) {
  std::vector<cell> results(length);
  try {
    std::transform(
        failing_source(plan, 0), failing_source(plan, length), results.begin(), call{plan});
  } catch (const failure& thrown) {
    return thrown.index;
  }
  return npos;
}

const std::vector<options>& plans() {
  static const std::vector<options> all{{},
                                        {.n_jobs = 1},
                                        {.n_jobs = 2},
                                        {.n_jobs = 4, .chunksize = 1},
                                        {.n_jobs = 3, .chunksize = 5},
                                        {.chunksize = 3}};
  return all;
}

/// One map with these faults: the right failure, and everything below it written.
template <class Source, class... How>
void check_map(const faults& plan, std::size_t length, const How&... how) {
  const std::size_t expected = expected_failure(plan, length);
  std::vector<cell> results(length);
  std::size_t thrown = npos;
  try {
    parallel_map(Source(plan, 0), Source(plan, length), results.begin(), call{plan}, how...);
  } catch (const failure& seen) {
    thrown = seen.index;
  }
  CHECK(thrown == expected);
  const std::size_t complete = std::min(expected, length);
  for (std::size_t i = 0; i < complete; ++i) {
    REQUIRE(results[i].value() == static_cast<int>(i));
  }
  if (expected < length && plan.in_step == npos) {
    CHECK(results[expected].value() == untouched);
  }
}

template <class Source>
void check_every_plan(const faults& plan, std::size_t length) {
  check_map<Source>(plan, length);
  for (const options& how : plans()) {
    check_map<Source>(plan, length, how);
  }
}

TEST_CASE("a callable that throws at any index fails as in std::transform",
          "[api][unit][negative]") {
  for (std::size_t length = 1; length <= longest; ++length) {
    for (std::size_t index = 0; index < length; ++index) {
      const faults plan{.in_call = index};
      check_every_plan<failing_source>(plan, length);
      check_every_plan<failing_stream>(plan, length);
    }
  }
}

TEST_CASE("reads and assignments that throw fail as in std::transform", "[api][unit][negative]") {
  for (const std::size_t length : {std::size_t{1}, std::size_t{2}, std::size_t{17}, longest}) {
    for (std::size_t index = 0; index < length; ++index) {
      for (const faults& plan : {faults{.in_read = index}, faults{.in_write = index}}) {
        check_every_plan<failing_source>(plan, length);
        check_every_plan<failing_stream>(plan, length);
      }
    }
  }
}

TEST_CASE("a step that throws fails as in std::transform", "[api][unit][negative]") {
  for (std::size_t index = 0; index < longest; ++index) {
    check_every_plan<failing_source>({.in_step = index}, longest);
    check_every_plan<failing_stream>({.in_step = index}, longest);
  }
}

TEST_CASE("of two failures the one of the lower index leaves", "[api][unit][negative]") {
  constexpr std::size_t length = 24;
  for (std::size_t a = 0; a < length; ++a) {
    for (std::size_t b = 0; b < length; ++b) {
      check_every_plan<failing_source>({.in_call = a, .in_call_too = b}, length);
      check_every_plan<failing_source>({.in_call = a, .in_read = b}, length);
      check_every_plan<failing_stream>({.in_call = a, .in_write = b}, length);
    }
  }
}

TEST_CASE("all items may fail at once", "[api][unit][negative]") {
  const auto always = [](std::size_t index) -> cell { throw failure{index}; };
  std::vector<std::size_t> indices(10'000);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  std::vector<cell> results(indices.size());
  for (const options& how : plans()) {
    for (int round = 0; round < 20; ++round) {
      try {
        parallel_map(indices, results.begin(), always, how);
        FAIL("nothing was thrown");
      } catch (const failure& seen) {
        CHECK(seen.index == 0);
      }
    }
  }
}

TEST_CASE("a failure near the end, where a helper begins, leaves all below it complete",
          "[api][unit][negative]") {
  constexpr std::size_t items = 3'000;
  std::vector<std::size_t> in(items);
  std::iota(in.begin(), in.end(), std::size_t{0});
  for (const std::size_t fatal : {items - 1, items - 7, items - 500}) {
    std::vector<std::size_t> out(items, items);
    std::atomic<bool> has_failed{false};
    std::size_t failed = items;
    try {
      parallel_map(
          in.begin(),
          in.end(),
          out.begin(),
          [&](std::size_t item) {
            if (item >= fatal) {
              has_failed = true;
              throw failure{item};
            }
            for (int looks = 0; item == 10 && looks < 1'000 && !has_failed; ++looks) {
              std::this_thread::sleep_for(std::chrono::microseconds(100));  // for the helpers
            }
            return item;
          },
          options{.n_jobs = 3});
    } catch (const failure& seen) {
      failed = seen.index;
    }
    CHECK(failed == fatal);
    CHECK(std::equal(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(fatal), out.begin()));
  }
}

TEST_CASE("a failing stream on one worker calls nothing behind the failure",
          "[api][unit][negative]") {
  for (std::size_t index = 0; index < longest; ++index) {
    const faults plan{.in_call = index};
    std::set<std::size_t> seen;
    std::vector<cell> results;
    CHECK_THROWS_AS(parallel_map(failing_stream(plan, 0),
                                 failing_stream(plan, longest),
                                 std::back_inserter(results),
                                 call{plan, &seen},
                                 options{.n_jobs = 1}),
                    failure);
    CHECK(seen.size() == index + 1);
    CHECK(results.size() == index);
  }
}

TEST_CASE("the range form leaves no result alive when it fails", "[api][unit][negative]") {
  static std::atomic<int> alive{0};
  struct counted {
    counted() { alive.fetch_add(1); }
    counted(const counted&) { alive.fetch_add(1); }
    counted(counted&&) noexcept { alive.fetch_add(1); }
    counted& operator=(const counted&) = delete;
    ~counted() { alive.fetch_sub(1); }
  };
  std::vector<std::size_t> indices(1000);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  for (const options& how : plans()) {
    for (const std::size_t fatal : {std::size_t{0}, std::size_t{17}, std::size_t{999}}) {
      CHECK_THROWS_AS(parallel_map(
                          indices,
                          [fatal](std::size_t i) {
                            if (i == fatal) {
                              throw failure{i};
                            }
                            return counted{};
                          },
                          how),
                      failure);
      CHECK(alive.load() == 0);
    }
  }
}

TEST_CASE("the library stays usable after a failure", "[api][unit][negative]") {
  const faults plan{.in_call = 5};
  for (int round = 0; round < 100; ++round) {
    check_map<failing_source>(plan, longest, options{.n_jobs = 2});
    check_map<failing_source>({}, longest, options{.n_jobs = 2});
  }
}

}  // namespace
