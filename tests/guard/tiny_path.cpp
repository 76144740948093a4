// What one warm call costs beyond std::transform of the same, in instructions. Run under callgrind
// by check.cmake, which subtracts; natively it only tells how often each call reads the clock.
//
// The clock is scripted (scripted_clock.hpp): valgrind slows real time down by some fifty, and
// calls would look dear and take another path. The readings that are printed prove which path was
// taken. Thread safety: one thread.
#include "tests/guard/scripted_clock.hpp"

#include <amorsize/amorsize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <valgrind/callgrind.h>
#include <vector>

namespace {

using amorsize::options;
using amorsize::parallel_map;

using loop_function = void (*)(const double* first, const double* last, double* out);

/// Costs nothing but its loop. Each length has a site of its own, so that none disturbs another.
template <std::size_t>
struct cheap {
  double operator()(double x) const noexcept { return x * 1.5 + 0.25; }
};

/// Far above the plain loop, far below sharing.
struct of_50_ns {
  double operator()(double x) const noexcept {
    amorsize_tests::pass_ns(50);
    return x * 1.5 + 0.25;
  }
};

[[gnu::noipa]] double plain_function(double x) noexcept {
  return x * 1.5 + 0.25;
}

// Opaque to the optimiser: each is called as from another file, with the length not known.
template <class Op>
[[gnu::noipa]] void transform(const double* first, const double* last, double* out) {
  std::transform(first, last, out, Op{});
}
template <class Op>
[[gnu::noipa]] void map(const double* first, const double* last, double* out) {
  parallel_map(first, last, out, Op{});
}
template <class Op>
[[gnu::noipa]] void map_with_options(const double* first, const double* last, double* out) {
  parallel_map(first, last, out, Op{}, options{});
}
template <class Op>
[[gnu::noipa]] void map_one_job(const double* first, const double* last, double* out) {
  parallel_map(first, last, out, Op{}, {.max_jobs = 1});
}
[[gnu::noipa]] void transform_function(const double* first, const double* last, double* out) {
  std::transform(first, last, out, &plain_function);
}
[[gnu::noipa]] void map_function(const double* first, const double* last, double* out) {
  parallel_map(first, last, out, &plain_function);
}

/// Untimed calls that the thread has left: with none the next one is timed, whatever its site
/// knows.
enum class credit : std::uint32_t { none, one };

/// Enough calls that lazy binding, the first measurement and what a site remembers are over.
constexpr int warming_calls = 200;

class bench {
 public:
  explicit bench(std::size_t longest) : in_(longest, 2.0), out_(longest) {}

  void measure(const std::string& name,
               std::size_t items,
               loop_function loop,
               loop_function map,
               credit left = credit::one) {
    for (int i = 0; i < warming_calls; ++i) {
      call(loop, items);
      set_credit(left);
      call(map, items);
    }
    collect(name + " loop", loop, items);
    set_credit(left);
    const std::uint64_t before = amorsize_tests::clock_readings();
    collect(name + " map", map, items);
    const std::uint64_t readings = amorsize_tests::clock_readings() - before;
    std::printf("tiny_path/%s/clock_readings %llu\n",
                name.c_str(),
                static_cast<unsigned long long>(readings));
  }

 private:
  static void set_credit(credit left) noexcept {
    amorsize::detail::untimed_calls_left = static_cast<std::uint32_t>(left);
  }
  void call(loop_function what, std::size_t items) {
    what(in_.data(), in_.data() + items, out_.data());
  }
  void collect(const std::string& name, loop_function what, std::size_t items) {
    const double* const first = in_.data();
    const double* const last = first + items;
    double* const out = out_.data();
    CALLGRIND_ZERO_STATS;
    CALLGRIND_TOGGLE_COLLECT;
    what(first, last, out);
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS_AT(name.c_str());
  }

  std::vector<double> in_;
  std::vector<double> out_;
};

template <std::size_t Items>
void measure_tiny(bench& on) {
  // A site for each: what one call teaches must not decide about another.
  const std::string length = std::to_string(Items);
  on.measure("known_" + length, Items, &transform<cheap<Items>>, &map<cheap<Items>>);
  on.measure("timed_" + length,
             Items,
             &transform<cheap<Items + 1000>>,
             &map<cheap<Items + 1000>>,
             credit::none);
}

}  // namespace

int main() {
  bench on(256);
  measure_tiny<1>(on);
  measure_tiny<16>(on);
  measure_tiny<256>(on);
  on.measure("function_16", 16, &transform_function, &map_function);
  on.measure("short_100", 100, &transform<of_50_ns>, &map<of_50_ns>);
  on.measure("options_16", 16, &transform<cheap<2>>, &map_with_options<cheap<2>>);
  on.measure("one_job_16", 16, &transform<cheap<3>>, &map_one_job<cheap<3>>);
}
