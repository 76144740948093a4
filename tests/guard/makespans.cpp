// Makespans in virtual time, in thousandths of the lower bound: the policy cannot become worse
// without a line of budgets.txt saying so.
//   makespans/<workers>/<shape> <thousandths>
//   makespans/tail/<shape> <thousandths>     chunks of 500 us in 5 ms for each of 8 workers: the
//   taper
// Thread safety: a program of one thread; its virtual machines are fibers.
#include "tests/support/virtual_machine/simulate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace amorsize_tests;  // NOLINT(google-build-using-namespace): a program of the tests

constexpr nanoseconds mean_item{1e3};

std::string name_in_table(shape which) {
  std::string name = name_of(which);
  for (char& letter : name) {
    letter = letter == ' ' || letter == '.' ? '_' : letter;
  }
  return name;
}

void print(const std::string& name, double thousandths) {
  std::cout << "makespans/" << name << ' ' << std::llround(thousandths) << '\n';
}

/// The median of several seeds: one chance event is no regression.
double against_bound(std::size_t workers, const item_costs& costs) {
  std::vector<double> seen;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    seen.push_back(simulate_warm({.workers = workers}, costs, {}, seed).against_bound());
  }
  std::sort(seen.begin(), seen.end());
  return seen[seen.size() / 2];
}

/// Of costs with a giant: when it is begun is a matter of where it lies, so the mean over places.
double against_bound_anywhere(std::size_t workers, const item_costs& costs) {
  constexpr std::size_t places = 19;  // not a multiple of what ranges begin at
  double sum = 0.0;
  for (std::size_t place = 0; place < places; ++place) {
    sum += against_bound(workers, costs.rotated(place * costs.items() / places));
  }
  return sum / places;
}

/// Long chunks in a short map: without a taper somebody ends one when the others have nothing left.
double tail_against_bound(shape which) {
  const item_costs costs = item_costs::of(which, 40'000, mean_item);
  amorsize::options long_chunks;
  long_chunks.target_chunk_duration = std::chrono::microseconds{500};
  return simulate_warm({.workers = 8}, costs, long_chunks, 1).against_bound();
}

/// Short maps, one after another: a helper is woken for all of them together.
double series_against_serial(nanoseconds map_time) {
  constexpr std::size_t items = 500;
  const item_costs costs =
      item_costs::of(shape::uniform, items, map_time / static_cast<double>(items));
  virtual_process process({.workers = 2}, 1);
  site memory;
  constexpr int maps = 1'000;
  const nanoseconds began = process.machine().exact_now();
  for (int map = 0; map < maps; ++map) {
    static_cast<void>(simulate(process, costs, {}, &memory));
  }
  return (process.machine().exact_now() - began) / (costs.total() * double{maps});
}

}  // namespace

int main() {
  for (const std::size_t workers : {2UL, 8UL, 64UL}) {
    const double ideal_items = 20e6 / mean_item.count();
    const auto items = static_cast<std::size_t>(ideal_items * static_cast<double>(workers));
    for (const shape which : all_shapes()) {
      print(std::to_string(workers) + "/" + name_in_table(which),
            1e3 * against_bound(workers, item_costs::of(which, items, mean_item)));
    }
  }
  for (const shape which : {shape::uniform, shape::rising, shape::bimodal}) {
    print("tail/" + name_in_table(which), 1e3 * tail_against_bound(which));
  }
  const item_costs files = item_costs::from_file(AMORSIZE_TRACES "/compress_usr_include.txt");
  print("8/compressed_files", 1e3 * against_bound_anywhere(8, files));
  print("series/of_50_us", 1e3 * series_against_serial(nanoseconds{50e3}));
  print("series/of_6_us", 1e3 * series_against_serial(nanoseconds{6e3}));
}
