// Measures amorsize against other ways to run a loop in parallel; see bench/README.md. Exit code:
// 0, or 1 if amorsize failed in a cell or the self-test did not pass, 2 if there is nothing to do,
// 130 if interrupted.
#include "bench/driver/campaign.hpp"
#include "bench/driver/comparison.hpp"
#include "bench/driver/heat_map.hpp"
#include "bench/driver/machine_facts.hpp"
#include "bench/driver/options.hpp"
#include "bench/driver/process.hpp"
#include "bench/driver/record_file.hpp"
#include "bench/driver/selection.hpp"
#include "bench/driver/self_test.hpp"
#include "bench/driver/text_table.hpp"

#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace amorsize_bench {
namespace {

// One more running process is half of a small machine.
inline constexpr double busy_load = 0.5;

enum exit_code { all_well = 0, not_well = 1, nothing_to_do = 2, was_interrupted = 130 };

void list(const selection& made, std::ostream& out) {
  for (const std::string& cell : made.cells) {
    out << "cell     " << cell << "\n";
  }
  for (const variant& one : made.variants) {
    out << "variant  " << one.name << ": " << one.program;
    for (const auto& [name, value] : one.environment) {
      out << " " << name << "=" << value;
    }
    out << (one.is_swept ? ", grains tried\n" : "\n");
  }
}

void tell_left_out(const selection& made, std::ostream& out) {
  const auto tell = [&out](const char* what, const std::vector<std::string>& names) {
    if (names.empty()) {
      return;
    }
    out << "left out: " << names.size() << " " << what << ":";
    for (const std::string& name : names) {
      out << " " << name;
    }
    out << "\n";
  };
  tell("cells", made.cells_left_out);
  tell("variants", made.variants_left_out);
}

plan make_plan(const selection& made, const options& how) {
  plan what{.variants = made.variants,
            .cells = made.cells,
            .rounds = how.rounds,
            .min_time_s = how.min_time_s,
            .timeout = std::chrono::milliseconds(static_cast<std::int64_t>(how.timeout_s * 1000)),
            .seed = how.seed != 0 ? how.seed : std::random_device()()};
  if (how.is_quick) {
    what.tries_per_grain = 1;
  }
  return what;
}

void write_text(const std::filesystem::path& to, const std::string& text) {
  std::ofstream file(to);
  file << text;
  if (!file.flush()) {
    throw std::runtime_error("cannot write " + to.string());
  }
}

bool amorsize_failed(const verdict& found) {
  return std::any_of(found.cells.begin(), found.cells.end(), [](const cell_verdict& cell) {
    return std::any_of(cell.standings.begin(), cell.standings.end(), [](const standing& how) {
      return !how.failure.empty();
    });
  });
}

int report(const record& of, const options& how, const selection& made) {
  const results& measured = of.campaign.measured;
  if (!how.json.empty()) {
    write_record(of, how.json);
  }
  if (!how.svg.empty()) {
    write_text(how.svg, heat_map_svg(measured, of.found));
  }
  print_circumstances(std::cout, of);
  tell_left_out(made, std::cout);
  if (how.is_self_test) {
    const std::vector<pair_check> checks = check_itself(measured);
    print_self_test(std::cout, measured, checks);
    return std::all_of(checks.begin(), checks.end(), [](const auto& c) { return c.is_passed; })
               ? all_well
               : not_well;
  }
  print_verdict(std::cout, of);
  if (!how.against.empty()) {
    print_comparison(std::cout, compare(read_results(how.against), measured));
  }
  return amorsize_failed(of.found) ? not_well : all_well;
}

int run(const options& how) {
  const stock found = take_stock(how.programs);
  for (const auto& [name, failure] : found.failures) {
    std::cerr << name << " cannot list its cells: " << failure << "\n";
  }
  const selection made = select(found, how);
  if (how.only_lists) {
    list(made, std::cout);
    tell_left_out(made, std::cout);
    return all_well;
  }
  if (made.cells.empty() || made.variants.empty()) {
    std::cerr << "no cell or no variant to measure in " << how.programs.string() << "\n";
    return nothing_to_do;
  }
  if (!how.against.empty()) {
    static_cast<void>(read_results(how.against));  // rather now than after half an hour
  }
  record of;
  of.what = make_plan(made, how);
  of.date = date_text();
  of.machine = read_machine_facts();
  of.build = read_build_facts();
  std::cerr << made.cells.size() << " cells, " << made.variants.size() << " variants, "
            << of.what.rounds << " rounds, seed " << of.what.seed << "\n";
  if (of.machine.load_before > busy_load) {
    std::cerr << "something else keeps this machine busy (load " << of.machine.load_before
              << "): the figures will be worse for it\n";
  }
  heed_interrupts();
  of.campaign = measure(found, of.what);
  if (of.campaign.measured.rounds < 2) {
    std::cerr << "interrupted before two rounds were complete\n";
    return was_interrupted;
  }
  of.found = reach_verdict(of.campaign.measured);
  const int code = report(of, how, made);
  return of.campaign.is_interrupted ? was_interrupted : code;
}

}  // namespace
}  // namespace amorsize_bench

int main(int argc, char** argv) {
  try {
    int exit_code = 0;
    const std::optional<amorsize_bench::options> how =
        amorsize_bench::read_options(argc, argv, exit_code);
    return how ? amorsize_bench::run(*how) : exit_code;
  } catch (const std::exception& error) {
    std::cerr << "amorsize_bench: " << error.what() << "\n";
    return 2;
  }
}
