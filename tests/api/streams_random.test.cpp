// Random stream programs: sources, forms, options and accidents as they come, and each time the
// plain loop's outcome. For a long run, under AddressSanitizer say, the environment tells how long:
//   AMORSIZE_STREAM_POSITIONS  runs that fail, are stopped or left somewhere; default 6,000
//   AMORSIZE_STREAM_SEED       another seed: other programs
#include "tests/api/accident_streams.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <numeric>
#include <random>
#include <ranges>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace amorsize_test;  // NOLINT(google-build-using-namespace): what this test is about

/// How the stream is written down.
enum class form {
  view,
  taken,    ///< a view behind it ends the stream, not a break
  chained,  ///< one stream feeds the next
  nested,   ///< the callable runs a stream of its own
  iterators,
  list_view,  ///< over a source that is not copied
  list_iterators
};
constexpr form all_forms[] = {form::view,
                              form::taken,
                              form::chained,
                              form::nested,
                              form::iterators,
                              form::list_view,
                              form::list_iterators};

struct random_run {
  program of;
  form how = form::view;
};

std::string text_of(const random_run& run) {
  std::ostringstream text;
  text << "form " << static_cast<int>(run.how) << ", length " << run.of.length << ", place "
       << static_cast<int>(run.of.where) << " at " << run.of.at << ", place "
       << static_cast<int>(run.of.second) << " at " << run.of.second_at << ", n_jobs "
       << run.of.n_jobs << ", chunksize " << run.of.chunksize << ", order "
       << static_cast<int>(run.of.results) << ", memory_limit " << run.of.memory_limit;
  return text.str();
}

random_run drawn(std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  constexpr place places[] = {place::nowhere,
                              place::source,
                              place::step,
                              place::callable,
                              place::sink,
                              place::leaving,
                              place::stop};
  random_run run;
  program& of = run.of;
  run.how = all_forms[below(std::size(all_forms))];
  if (run.how == form::nested && below(4) != 0) {
    run.how = form::view;  // it takes ten times as long
  }
  of.length = 1 + below(below(8) == 0 ? 300 : 30);
  of.where = places[below(std::size(places))];
  of.at = below(of.length + 2);
  if (of.where != place::stop && below(2) == 0) {
    of.second = places[below(std::size(places) - 1)];
    of.second_at = below(of.length + 2);
  } else if (run.how != form::chained && below(3) == 0) {
    of.results = amorsize::order::completion;
  }
  of.n_jobs = below(5);
  of.chunksize = below(2) == 0 ? 0 : 1 + below(50);
  of.memory_limit = below(4) == 0 ? 1 + below(4096) : 0;
  return run;
}

/// What makes no sense for a form is left out.
void make_possible(random_run& run) {
  program& of = run.of;
  const bool is_list = run.how == form::list_view || run.how == form::list_iterators;
  const bool has_loop = run.how != form::iterators && run.how != form::list_iterators;
  const auto keep = [&](place& one) {
    if ((is_list && (one == place::source || one == place::step)) ||
        (!has_loop && one == place::leaving)) {
      one = place::callable;
    }
  };
  keep(of.where);
  keep(of.second);
  if (run.how == form::taken && (of.where == place::leaving || of.second == place::leaving)) {
    // It steps behind its last item, where the next accident may wait.
    of.where == place::leaving ? of.second = place::nowhere : of.where = place::nowhere;
  }
  if (run.how == form::nested) {
    of.length = 1 + of.length % 20;
    of.at %= of.length + 2;
    of.second_at %= of.length + 2;
  }
}

outcome run_taken(const program& of) {
  // Left where the program says so, by a view that asks for no more.
  program rest = of;
  std::size_t most = of.length + 1;
  for (const auto& [what, at] : {std::pair{of.where, of.at}, std::pair{of.second, of.second_at}}) {
    most = what == place::leaving ? std::min(most, at + 1) : most;
  }
  rest.where = of.where == place::leaving ? place::nowhere : of.where;
  rest.second = of.second == place::leaving ? place::nowhere : of.second;
  if (of.results == amorsize::order::completion) {
    return run_view(of);  // so many are not those up to there
  }
  return consumed(rest, [&](const std::stop_source& stop) {
    return accident_source(rest) | views::parallel_map(callable_of(rest), options_of(rest, stop)) |
           std::views::take(static_cast<std::ptrdiff_t>(most));
  });
}

outcome run_nested(const program& of) {
  const auto inner = [&of, outer = callable_of(of)](const counted& item) {
    const std::list<std::size_t> some(3, item.value());
    const std::vector<std::size_t> back =
        parallel_map(some, [](std::size_t x) { return x; }, {.n_jobs = 2});
    return outer(counted(std::accumulate(back.begin(), back.end(), std::size_t{0}) / 3));
  };
  return consumed(of, [&](const std::stop_source& stop) {
    return accident_source(of) | views::parallel_map(inner, options_of(of, stop));
  });
}

outcome run_once(const random_run& run) {
  const program& of = run.of;
  switch (run.how) {
    case form::view:
      return run_view(of);
    case form::taken:
      return run_taken(of);
    case form::nested:
      return run_nested(of);
    case form::iterators:
      return run_iterators(of);
    case form::chained:
      return consumed(of, [&](const std::stop_source& stop) {
        return accident_source(of) | views::parallel_map(callable_of(of), {.n_jobs = of.n_jobs}) |
               views::parallel_map([](counted&& one) { return counted(one.value()); },
                                   options_of(of, stop));
      });
    case form::list_view:
    case form::list_iterators:
      break;
  }
  std::list<counted> items;
  for (std::size_t i = 0; i < of.length; ++i) {
    items.emplace_back(i);
  }
  if (run.how == form::list_iterators) {
    return run_iterators(of, items.begin(), items.end());
  }
  return consumed(of, [&](const std::stop_source& stop) {
    return items | views::parallel_map(callable_of(of), options_of(of, stop));
  });
}

bool is_right_by_completion(const program& of, const outcome& expected, const outcome& seen) {
  std::vector<std::size_t> sorted = seen.delivered;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end() ||
      (!sorted.empty() && sorted.back() >= of.length)) {
    return false;
  }
  const bool has_leading = std::includes(
      sorted.begin(), sorted.end(), expected.delivered.begin(), expected.delivered.end());
  switch (of.where) {
    case place::sink:
      return seen.failed_at == expected.failed_at &&
             (expected.failed_at ? !std::binary_search(sorted.begin(), sorted.end(), of.at)
                                 : has_leading);
    case place::leaving:
      return seen.delivered.size() == of.length ||
             (!seen.delivered.empty() && seen.delivered.back() == of.at);
    case place::stop:
      return seen.cancelled_after ? *seen.cancelled_after == seen.delivered.size()
                                  : seen.delivered.size() == of.length;
    default:
      return seen.failed_at == expected.failed_at && has_leading;
  }
}

TEST_CASE("random stream programs end as the plain loop does", "[api][stress][property]") {
  const char* const positions_wanted = std::getenv("AMORSIZE_STREAM_POSITIONS");
  const std::uint64_t positions =
      positions_wanted != nullptr ? std::strtoull(positions_wanted, nullptr, 10) : 6000;
  const char* const seed_wanted = std::getenv("AMORSIZE_STREAM_SEED");
  const std::uint64_t seed =
      seed_wanted != nullptr ? std::strtoull(seed_wanted, nullptr, 10) : 20261125;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::uint64_t runs = 0;
  for (std::uint64_t met = 0; met < positions; ++runs) {
    random_run run = drawn(random);
    make_possible(run);
    const outcome expected = expected_of(run.of);
    const std::size_t calls = counted::calls;
    const outcome seen = run_once(run);
    const std::size_t called = counted::calls - calls;
    const bool is_right = run.of.results == amorsize::order::completion
                              ? is_right_by_completion(run.of, expected, seen)
                              : seen == expected;
    // Macros of the test framework would take longer than the stream.
    if (!is_right || counted::alive != 0 || called > run.of.length ||
        called < seen.delivered.size()) {
      INFO("run " << runs << ": " << text_of(run));
      CHECK(seen.delivered == expected.delivered);
      CHECK(seen.failed_at == expected.failed_at);
      CHECK(seen.cancelled_after == expected.cancelled_after);
      CHECK(called <= run.of.length);
      FAIL("alive: " << counted::alive << ", called " << called);
    }
    met += expected.failed_at || expected.delivered.size() < run.of.length ? 1 : 0;
  }
  CHECK(runs >= positions);
  if (positions_wanted != nullptr) {
    std::printf("seed %llu: %llu positions in %llu runs\n",
                static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(positions),
                static_cast<unsigned long long>(runs));
  }
}

}  // namespace
