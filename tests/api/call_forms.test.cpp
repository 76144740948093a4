#include "tests/api/awkward_iterators.hpp"
#include "tests/api/awkward_values.hpp"
#include "tests/support/catch.hpp"

#include <amorsize/amorsize.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using amorsize::options;
using amorsize::parallel_map;
using amorsize_test::derived_options;

const std::vector<int> numbers{1, 2, 3, 4, 5};
const std::vector<int> squares{1, 4, 9, 16, 25};
int square(int x) {
  return x * x;
}
int plus(int a, int b) {
  return a + b;
}

using results = std::vector<int>;

TEST_CASE("the iterator form takes options in every way they can be written", "[api][unit]") {
  const options chosen{.n_jobs = 2};
  options changeable;
  derived_options derived;
  derived.n_jobs = 2;
  results out(numbers.size());
  const auto first = numbers.begin();
  const auto last = numbers.end();
  const auto call = [&](auto... how) {
    out.assign(numbers.size(), 0);
    CHECK((parallel_map(first, last, out.begin(), square, how...) == out.end()));
    CHECK(out == squares);
  };
  call();
  call(options{});
  call(chosen);
  call(std::ref(changeable));
  call(std::cref(chosen));
  call(derived);

  out.assign(numbers.size(), 0);
  CHECK((parallel_map(first, last, out.begin(), square, {.n_jobs = 2}) == out.end()));
  CHECK(out == squares);
  out.assign(numbers.size(), 0);
  CHECK((parallel_map(first, last, out.begin(), square, {}) == out.end()));
  CHECK(out == squares);
}

TEST_CASE("the two-source form takes options in every way they can be written", "[api][unit]") {
  options changeable{.n_jobs = 2};
  derived_options derived;
  results out(numbers.size());
  const results expected{2, 6, 12, 20, 30};
  const auto call = [&](auto... how) {
    out.assign(numbers.size(), 0);
    CHECK(
        (parallel_map(numbers.begin(), numbers.end(), squares.begin(), out.begin(), plus, how...) ==
         out.end()));
    CHECK(out == expected);
  };
  call();
  call(options{});
  call(std::ref(changeable));
  call(derived);

  out.assign(numbers.size(), 0);
  parallel_map(numbers.begin(), numbers.end(), squares.begin(), out.begin(), plus, {.n_jobs = 2});
  CHECK(out == expected);
  out.assign(numbers.size(), 0);
  parallel_map(numbers.begin(), numbers.end(), squares.begin(), out.begin(), plus, {});
  CHECK(out == expected);
}

TEST_CASE("the range form takes options in every way they can be written", "[api][unit]") {
  options changeable{.n_jobs = 2};
  const derived_options derived;
  CHECK(parallel_map(numbers, square) == squares);
  CHECK(parallel_map(numbers, square, {}) == squares);
  CHECK(parallel_map(numbers, square, {.n_jobs = 2}) == squares);
  CHECK(parallel_map(numbers, square, options{.chunksize = 2}) == squares);
  CHECK(parallel_map(numbers, square, changeable) == squares);
  CHECK(parallel_map(numbers, square, std::ref(changeable)) == squares);
  CHECK(parallel_map(numbers, square, derived) == squares);
  CHECK(parallel_map(std::vector<int>(numbers), square) == squares);
}

TEST_CASE("the range form with an output takes options in every way they can be written",
          "[api][unit]") {
  options changeable{.n_jobs = 2};
  const derived_options derived;
  results out(numbers.size());
  const auto call = [&](auto... how) {
    out.assign(numbers.size(), 0);
    CHECK((parallel_map(numbers, out.begin(), square, how...) == out.end()));
    CHECK(out == squares);
  };
  call();
  call(options{.n_jobs = 2});
  call(std::ref(changeable));
  call(derived);

  out.assign(numbers.size(), 0);
  parallel_map(numbers, out.begin(), square, {.n_jobs = 2});
  CHECK(out == squares);
  out.assign(numbers.size(), 0);
  parallel_map(numbers, out.begin(), square, {});
  CHECK(out == squares);
}

/// Counts to five; a default one is the end.
struct to_five {
  using iterator_category = std::input_iterator_tag;
  using value_type = int;
  using difference_type = std::ptrdiff_t;
  using pointer = const int*;
  using reference = int;
  int at = 6;  // default: behind the last
  int operator*() const { return at; }
  to_five& operator++() { return ++at, *this; }
  to_five operator++(int) { return {at++}; }
  bool operator==(const to_five&) const = default;
};

TEST_CASE("{} works as the end of a source that has a default end", "[api][unit]") {
  results out(5);
  CHECK((parallel_map(to_five{1}, {}, out.begin(), square) == out.end()));
  CHECK(out == squares);
  out.assign(5, 0);
  CHECK((parallel_map(to_five{1}, {}, out.begin(), square, {}) == out.end()));
  CHECK(out == squares);
  out.assign(5, 0);
  CHECK((parallel_map(to_five{1}, {}, numbers.begin(), out.begin(), plus) == out.end()));
  CHECK(out == results{2, 4, 6, 8, 10});
  out.assign(5, 0);
  parallel_map(to_five{1}, {}, numbers.begin(), out.begin(), plus, options{});
  CHECK(out == results{2, 4, 6, 8, 10});
}

TEST_CASE("arrays are ranges, and decay to iterators where those are meant", "[api][unit]") {
  int in[] = {1, 2, 3, 4, 5};
  int out[5] = {};
  CHECK(parallel_map(in, square) == squares);
  CHECK(parallel_map(in, out, square) == out + 5);
  CHECK(results(out, out + 5) == squares);
  CHECK(parallel_map(in, in + 5, out, square) == out + 5);
  CHECK(parallel_map(in, out, square, {.n_jobs = 2}) == out + 5);
  CHECK(parallel_map(in, in + 5, in, out, plus) == out + 5);
  CHECK(results(out, out + 5) == results{2, 4, 6, 8, 10});
  std::array<int, 5> fixed{};
  CHECK(parallel_map(numbers, fixed.begin(), square) == fixed.end());
}

/// Both an iterator and a callable.
struct iterator_and_callable {
  using iterator_category = std::output_iterator_tag;
  using value_type = void;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = void;
  iterator_and_callable& operator*() { return *this; }
  iterator_and_callable& operator++() { return *this; }
  iterator_and_callable operator++(int) { return *this; }
  int operator()(int x) const { return x * x; }
};

TEST_CASE("a callable that is an iterator as well is the callable where it stands last",
          "[api][unit]") {
  results out(numbers.size());
  CHECK(parallel_map(numbers, iterator_and_callable{}) == squares);
  parallel_map(numbers, out.begin(), iterator_and_callable{});
  CHECK(out == squares);
  out.assign(numbers.size(), 0);
  parallel_map(numbers.begin(), numbers.end(), out.begin(), iterator_and_callable{}, {});
  CHECK(out == squares);
}

struct person {
  std::string name;
  int age = 0;
  [[nodiscard]] int next_age() const { return age + 1; }
};

TEST_CASE("functions, members, references and std::function are callables", "[api][unit]") {
  const std::vector<person> people{{"Ada", 36}, {"Alan", 41}};
  CHECK(parallel_map(people, &person::age) == results{36, 41});
  CHECK(parallel_map(people, &person::next_age) == results{37, 42});
  CHECK(parallel_map(people, &person::name) == std::vector<std::string>{"Ada", "Alan"});
  CHECK(parallel_map(people, &person::age, {.n_jobs = 2}) == results{36, 41});

  CHECK(parallel_map(numbers, &square) == squares);
  CHECK(parallel_map(numbers, std::function<int(int)>(square)) == squares);
  CHECK(parallel_map(numbers, std::ref(square)) == squares);
  const auto lambda = [](int x) { return x * x; };
  CHECK(parallel_map(numbers, std::ref(lambda)) == squares);
  CHECK(parallel_map(numbers, std::cref(lambda), {.n_jobs = 2}) == squares);
  CHECK(parallel_map(numbers, std::bind(plus, std::placeholders::_1, 0)) == numbers);
}

TEST_CASE("a callable need not be copyable", "[api][unit]") {
  auto factor = std::make_unique<int>(1);
  CHECK(parallel_map(numbers, [factor = std::move(factor)](int x) { return x * x * *factor; }) ==
        squares);
}

TEST_CASE("a mutable callable runs in order, and the caller's object is not touched",
          "[api][unit]") {
  int calls = 0;
  auto numbering = [next = 0, &calls](int x) mutable {
    ++calls;
    return x * 10 + next++;
  };
  const results expected{10, 21, 32, 43, 54};
  CHECK(parallel_map(numbers, numbering) == expected);
  CHECK(parallel_map(numbers, numbering, {.n_jobs = 2}) == expected);
  results out(numbers.size());
  parallel_map(numbers.begin(), numbers.end(), out.begin(), numbering);
  CHECK(out == expected);
  CHECK(calls == 15);
  parallel_map(numbers, std::ref(numbering));
  CHECK(parallel_map(std::vector<int>{1}, std::ref(numbering)) == results{15});
}

TEST_CASE("an empty map calls nothing and returns the output it was given", "[api][unit]") {
  const auto never = [](int) -> int {
    FAIL("called");
    return 0;
  };
  const std::vector<int> none;
  results out(1);
  CHECK(parallel_map(none.begin(), none.end(), out.begin(), never) == out.begin());
  CHECK(parallel_map(none.begin(), none.end(), out.begin(), never, {}) == out.begin());
  CHECK(parallel_map(none, out.begin(), never) == out.begin());
  CHECK(parallel_map(none, never).empty());
  CHECK(parallel_map(none, never, {.n_jobs = 4}).empty());
  CHECK(parallel_map(std::list<int>{}, never, {}).empty());
}

template <class... Arguments>
concept is_a_map = requires(Arguments... arguments) {
  parallel_map(arguments...);
};

TEST_CASE("calls that cannot be meant are no calls, so that concepts can ask", "[api][unit]") {
  using ints = std::vector<int>;
  using at = ints::iterator;
  using on_ints = int (*)(int);
  using on_strings = int (*)(const std::string&);
  STATIC_REQUIRE(is_a_map<ints, on_ints>);
  STATIC_REQUIRE(is_a_map<ints, at, on_ints>);
  STATIC_REQUIRE(is_a_map<ints, at, on_ints, options>);
  STATIC_REQUIRE_FALSE(is_a_map<ints, on_strings>);
  STATIC_REQUIRE_FALSE(is_a_map<ints, on_strings, options>);
  STATIC_REQUIRE_FALSE(is_a_map<ints, at, on_strings>);
  STATIC_REQUIRE_FALSE(is_a_map<ints, at, on_strings, options>);
  STATIC_REQUIRE_FALSE(is_a_map<at, at, at, on_strings>);
  STATIC_REQUIRE_FALSE(is_a_map<ints, on_ints, at>);
  STATIC_REQUIRE_FALSE(is_a_map<ints, ints, on_ints>);
  STATIC_REQUIRE_FALSE(is_a_map<ints, ints, on_ints, options>);
  STATIC_REQUIRE_FALSE(is_a_map<ints, ints, at, int (*)(int, int)>);
  STATIC_REQUIRE_FALSE(is_a_map<ints, void (*)(int)>);
  STATIC_REQUIRE_FALSE(is_a_map<at, at, std::vector<ints>::iterator, on_ints>);
}

TEST_CASE("a callable that counts its calls sees them all, however it is copied", "[api][unit]") {
  const std::vector<int> items(10'000, 1);
  std::vector<int> sums(items.size());
  for (int call = 0; call < 300; ++call) {  // timed, untimed, and in blocks
    const std::size_t length = call % 3 == 0 ? items.size() : 20;
    parallel_map(items.begin(),
                 items.begin() + static_cast<std::ptrdiff_t>(length),
                 sums.begin(),
                 [n = 0](int x) mutable { return x + n++; });
    CHECK(sums[0] == 1);
    CHECK(sums[length - 1] == static_cast<int>(length));
  }
}

}  // namespace
