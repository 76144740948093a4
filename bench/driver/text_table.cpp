#include "bench/driver/number_text.hpp"
#include "bench/driver/text_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <ostream>
#include <set>
#include <string>

namespace amorsize_bench {
namespace {

// A hundredth or two are the kernel's own.
inline constexpr double busy_fraction = 0.05;

std::size_t widest_cell(const results& of) {
  std::size_t width = 4;
  for (const cell_results& cell : of.cells) {
    width = std::max(width, cell.name.size());
  }
  return width;
}

std::string joined(const std::vector<std::string>& names, const char* between = ", ") {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : between) + name;
  }
  return text;
}

std::string rivals_text(const standing& how, const results& of) {
  std::vector<std::string> names;
  for (const std::size_t rival : how.rivals) {
    names.push_back(of.variants[rival].name);
  }
  return joined(names, " / ");
}

std::string remarks(const standing& how) {
  if (!how.failure.empty()) {
    return " FAILED";
  }
  if (how.is_spinning) {
    return " SPINS";
  }
  const char* const lost = !is_lost(how) ? "" : how.likely.low > 1 ? " lost" : " lost?";
  return std::string(lost) + (how.is_beyond_loop_bound ? " SLOW" : "");
}

struct columns {
  std::size_t cell;
  std::size_t variant;
};

void print_standing(std::ostream& out,
                    const columns& widths,
                    const results& of,
                    const cell_results& cell,
                    const standing& how) {
  const std::vector<double> times = measured_times(cell.entries[how.variant]);
  std::vector<double> best;
  if (!how.rivals.empty()) {
    best = measured_times(cell.entries[how.rivals.front()]);
  }
  out << left_in(cell.name, widths.cell) << "  "
      << left_in(of.variants[how.variant].name, widths.variant)
      << right_in(time_text(median(times)), 9) << right_in(percent_text(relative_spread(times)), 7)
      << right_in(time_text(median(best)), 11)
      << right_in(how.regret ? ratio_text(*how.regret) : "-", 8)
      << right_in(how.regret ? interval_text(how.likely) : "", 14)
      << right_in(how.of_loop ? ratio_text(*how.of_loop) : "-", 8) << "  " << rivals_text(how, of)
      << remarks(how) << "\n";
}

void print_summary(std::ostream& out, const results& of, const summary& sum) {
  out << "\n"
      << of.variants[sum.variant].name << ": regret " << ratio_text(sum.mean_regret)
      << " (90 %: " << interval_text(sum.likely) << "), the geometric mean over " << sum.cells
      << " cells; at the most " << ratio_text(sum.mean_pessimistic)
      << "; by medians of even rounds " << ratio_text(sum.mean_regret_of_medians)
      << "; cells lost: " << sum.lost.size();
  if (sum.worst) {
    out << "; worst: " << of.cells[*sum.worst].name;
  }
  out << "\nwithin 1.02 x the plain loop + one wake-up + one trial in "
      << sum.cells_with_loop - sum.beyond_loop_bound.size() << " of " << sum.cells_with_loop
      << " cells";
  for (const std::size_t c : sum.beyond_loop_bound) {
    out << "; not in " << of.cells[c].name;
  }
  out << "\n";
}

void print_lost(std::ostream& out, const results& of, const verdict& found, const summary& sum) {
  const std::size_t width = widest_cell(of);
  for (const std::size_t c : sum.lost) {
    for (const standing& how : found.cells[c].standings) {
      if (how.variant != sum.variant) {
        continue;
      }
      out << "  lost  " << left_in(of.cells[c].name, width) << "  ";
      if (!how.failure.empty()) {
        out << how.failure << "\n";
      } else if (how.is_spinning) {
        out << "uses more than " << cpu_bound_factor << " times the CPU time of the serial loop\n";
      } else {
        out << right_in(ratio_text(*how.regret), 6) << "  to " << rivals_text(how, of) << "\n";
      }
    }
  }
}

/// Failures of all variants, the same text in many cells only once.
void print_failures(std::ostream& out, const results& of) {
  std::map<std::string, std::vector<std::string>> by_text;
  for (const cell_results& cell : of.cells) {
    for (std::size_t v = 0; v < of.variants.size(); ++v) {
      const std::string failure = first_failure(cell.entries[v]);
      if (!failure.empty()) {
        by_text[of.variants[v].name + ": " + failure].push_back(cell.name);
      }
    }
  }
  for (const auto& [text, cells] : by_text) {
    out << "failed  " << text << "\n        in " << joined(cells) << "\n";
  }
}

/// Who does not count where, because it does not sleep.
void print_barred(std::ostream& out, const results& of, const verdict& found) {
  std::map<std::string, std::vector<std::string>> by_variant;
  for (std::size_t c = 0; c < of.cells.size(); ++c) {
    for (std::size_t v = 0; v < of.variants.size(); ++v) {
      if (found.cells[c].is_barred[v]) {
        by_variant[of.variants[v].name].push_back(of.cells[c].name);
      }
    }
    if (found.cells[c].is_cpu_unchecked) {
      out << "note    " << of.cells[c].name << ": no serial loop to compare the CPU time with\n";
    }
  }
  for (const auto& [variant, cells] : by_variant) {
    out << "spins   " << variant << " does not count in " << joined(cells) << "\n";
  }
}

}  // namespace

void print_circumstances(std::ostream& out, const record& of) {
  const machine_facts& machine = of.machine;
  out << "machine   " << machine.cpu_model << (machine.is_virtual ? " (virtual)" : "") << ", "
      << machine.allowed_cpus << " of " << machine.logical_cpus << " CPUs, quota "
      << (machine.cpu_quota > 0 ? ratio_text(machine.cpu_quota) : "none") << ", governor "
      << (machine.governor.empty() ? "unknown" : machine.governor) << ", " << machine.kernel
      << "\n";
  out << "build     " << of.build.compiler << " " << of.build.flags;
  for (const auto& [name, version] : of.build.libraries) {
    out << ", " << name << " " << version;
  }
  out << "\ncommit    " << (of.build.commit.empty() ? "unknown" : of.build.commit)
      << (of.build.is_dirty ? " with changes that are not committed" : "") << "\n";
  out << "measured  " << of.date << ", seed " << of.what.seed << ", " << of.campaign.measured.rounds
      << " rounds of at least " << of.what.min_time_s << " s per process, "
      << minutes_text(of.campaign.took_s) << " in all\n"
      << "CPU time  taken by other processes " << percent_text(of.campaign.cpus.others)
      << ", by the host " << percent_text(of.campaign.cpus.stolen) << "\n";
  if (of.campaign.cpus.others + of.campaign.cpus.stolen > busy_fraction) {
    out << "BUSY: a machine with so much else to do gives no figures to rely on\n";
  }
  if (of.campaign.is_interrupted) {
    out << "INTERRUPTED after " << of.campaign.measured.rounds << " of " << of.what.rounds
        << " rounds\n";
  }
  out << "\n";
}

void print_verdict(std::ostream& out, const record& of) {
  const results& measured = of.campaign.measured;
  const columns widths{.cell = widest_cell(measured), .variant = 16};
  out << left_in("cell", widths.cell) << "  " << left_in("variant", widths.variant)
      << right_in("time", 9) << right_in("spread", 7) << right_in("best other", 11)
      << right_in("regret", 8) << right_in("90 %", 14) << right_in("/ loop", 8) << "  best other\n";
  for (std::size_t c = 0; c < measured.cells.size(); ++c) {
    for (const standing& how : of.found.cells[c].standings) {
      print_standing(out, widths, measured, measured.cells[c], how);
    }
  }
  for (const summary& sum : of.found.summaries) {
    print_summary(out, measured, sum);
    print_lost(out, measured, of.found, sum);
  }
  out << "\n";
  print_barred(out, measured, of.found);
  print_failures(out, measured);
}

void print_comparison(std::ostream& out, const comparison& found) {
  for (const variant_changes& each : found.variants) {
    std::size_t width = 4;
    for (const change& one : each.cells) {
      width = std::max(width, one.cell.size());
    }
    out << "\n"
        << each.variant << " against the earlier result\n"
        << left_in("cell", width) << right_in("before", 9) << right_in("now", 9)
        << right_in("ratio 90 %", 16) << right_in("own time", 10) << "\n";
    for (const change& one : each.cells) {
      out << left_in(one.cell, width) << right_in(ratio_text(one.before), 9)
          << right_in(ratio_text(one.after), 9) << right_in(interval_text(one.likely), 16)
          << right_in(ratio_text(one.time_ratio), 10)
          << (!one.is_beyond_noise     ? ""
              : one.after < one.before ? "  BETTER"
                                       : "  WORSE")
          << "\n";
    }
    out << "geometric mean " << ratio_text(each.before) << " -> " << ratio_text(each.after)
        << ", ratio " << interval_text(each.likely) << "\n";
  }
  out << "the others take " << ratio_text(found.rivals_time_ratio)
      << " times as long as then: the machine, not a change of ours\n";
  if (!found.only_before.empty()) {
    out << "only in the earlier result: " << joined(found.only_before) << "\n";
  }
  if (!found.only_after.empty()) {
    out << "only now: " << joined(found.only_after) << "\n";
  }
}

void print_self_test(std::ostream& out, const results& of, const std::vector<pair_check>& checks) {
  const std::size_t width = widest_cell(of);
  for (const pair_check& check : checks) {
    out << check.ours << " / " << check.theirs << "\n";
    for (std::size_t c = 0; c < of.cells.size(); ++c) {
      out << "  " << left_in(of.cells[c].name, width) << right_in(ratio_text(check.ratios[c]), 8)
          << "\n";
    }
    out << "  " << left_in("geometric mean", width) << right_in(ratio_text(check.mean), 8)
        << ", expected " << ratio_text(check.expected) << " +- " << ratio_text(check.tolerance)
        << ": " << (check.is_passed ? "passed" : "FAILED") << "\n";
  }
  print_failures(out, of);
}

}  // namespace amorsize_bench
