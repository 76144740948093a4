#include "bench/driver/campaign.hpp"
#include "bench/driver/cell_names.hpp"
#include "bench/driver/google_benchmark.hpp"
#include "bench/driver/process.hpp"
#include "bench/driver/progress.hpp"
#include "bench/driver/schedule.hpp"
#include "bench/driver/sweep.hpp"
#include "bench/driver/variants.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <sstream>
#include <unistd.h>

namespace amorsize_bench {
namespace {

namespace fs = std::filesystem;

inline constexpr std::chrono::seconds list_timeout{30};

struct interrupted {};

std::vector<std::string> our_environment() {
  std::vector<std::string> lines;
  for (char** line = environ; *line != nullptr; ++line) {
    lines.emplace_back(*line);
  }
  return lines;
}

bool is_program(const fs::directory_entry& file) {
  const std::string name = file.path().filename().string();
  return name.starts_with(program_prefix) && file.is_regular_file() &&
         ::access(file.path().c_str(), X_OK) == 0;
}

class campaign {
 public:
  campaign(const stock& of, const plan& what)
      : stock_(of), plan_(what), environment_(our_environment()) {
    record_.measured.variants = what.variants;
    record_.measured.rounds = what.rounds;
    for (const std::string& name : what.cells) {
      cell_results& cell = record_.measured.cells.emplace_back();
      cell.name = name;
      cell.entries.resize(what.variants.size());
      for (std::size_t v = 0; v < what.variants.size(); ++v) {
        if (full_name(what.variants[v], name) != nullptr) {
          jobs_.push_back({.cell = record_.measured.cells.size() - 1, .variant = v});
        }
      }
    }
  }

  campaign_record run() {
    const cpu_times before = read_cpu_times();
    progress progress(jobs_.size() * plan_.rounds);
    std::size_t completed = 0;
    try {
      find_grains(progress);
      for (; completed < plan_.rounds; ++completed) {
        run_round(completed, progress);
      }
    } catch (const interrupted&) {
      record_.is_interrupted = true;
    }
    drop_rounds_from(completed);
    record_.took_s = progress.elapsed_s();
    record_.cpus = use_between(before, read_cpu_times());
    return std::move(record_);
  }

 private:
  [[nodiscard]] const std::string* full_name(const variant& one, const std::string& cell) const {
    for (const program& each : stock_.programs) {
      if (each.name == one.program) {
        const auto found = each.full_names.find(cell);
        return found == each.full_names.end() ? nullptr : &found->second;
      }
    }
    return nullptr;
  }

  outcome run_cell(const variant& one, const std::string& cell, std::optional<std::size_t> grain) {
    const std::string& name = *full_name(one, cell);
    std::ostringstream min_time;
    min_time << plan_.min_time_s;
    const process_result ran =
        run_process({.program = (stock_.folder / one.program).string(),
                     .arguments = {"--benchmark_filter=" + exact_filter(name),
                                   "--benchmark_format=json",
                                   "--benchmark_min_time=" + min_time.str()},
                     .environment = environment_for(one, grain, environment_),
                     .timeout = plan_.timeout});
    if (ran.end == process_end::interrupted) {
      throw interrupted{};
    }
    outcome result;
    result.failure = failure_text(ran);
    if (result.failure.empty()) {
      result = read_outcome(ran.output, name);
      if (!record_.contexts.contains(one.program)) {
        record_.contexts[one.program] = read_context(ran.output);
      }
    } else if (ran.end == process_end::timed_out) {
      hanging_.insert(cell + "/" + one.name);
    }
    result.took_s = ran.took_s;
    return result;
  }

  /// Round zero: the best grain of each swept program in each cell, for all its variants.
  void find_grains(progress& progress) {
    for (cell_results& cell : record_.measured.cells) {
      std::map<std::string, std::vector<grain_trial>> by_program;
      for (std::size_t v = 0; v < plan_.variants.size(); ++v) {
        const variant& one = plan_.variants[v];
        if (!one.is_swept || full_name(one, cell.name) == nullptr) {
          continue;
        }
        const auto [found, is_new] = by_program.try_emplace(one.program);
        if (is_new) {
          progress.tell("round 0 (grains): " + cell.name);
          found->second = try_grains(one, cell.name);
        }
        cell.entries[v].trials = found->second;
        cell.entries[v].grain = best_grain(found->second);
      }
    }
  }

  std::vector<grain_trial> try_grains(const variant& one, const std::string& cell) {
    std::vector<grain_trial> trials{{.grain = 1, .tries = {run_cell(one, cell, 1)}}};
    std::optional<std::size_t> items;
    if (const std::optional<figure>& first = trials.front().tries.front().measured) {
      const auto rate = first->counters.find("items_per_second");
      if (rate != first->counters.end()) {
        items = static_cast<std::size_t>(std::llround(rate->second * first->real_ns * 1e-9));
      }
    }
    for (const std::size_t grain : grains_for(items)) {
      if (grain != 1) {
        trials.push_back({.grain = grain, .tries = {run_cell(one, cell, grain)}});
      }
    }
    for (std::size_t again = 1; again < plan_.tries_per_grain; ++again) {
      for (grain_trial& trial : trials) {
        if (trial.tries.front().measured) {
          trial.tries.push_back(run_cell(one, cell, trial.grain));
        }
      }
    }
    for (const grain_trial& trial : trials) {
      if (trial.tries.front().measured) {
        hanging_.erase(cell + "/" + one.name);  // some grain works
      }
    }
    return trials;
  }

  void run_round(std::size_t round, progress& progress) {
    std::size_t position = 0;
    for (const job& next : shuffled(jobs_, plan_.seed, round + 1)) {
      const variant& one = plan_.variants[next.variant];
      cell_results& cell = record_.measured.cells[next.cell];
      entry& into = cell.entries[next.variant];
      outcome result;
      // One that has hung in a cell would cost its time-out in every round.
      if (hanging_.contains(cell.name + "/" + one.name)) {
        result.failure = "not tried again after it hung";
      } else {
        result = run_cell(one, cell.name, into.grain);
      }
      result.position = position++;
      if (!result.failure.empty() && first_failure(into).empty()) {
        progress.note(cell.name + " " + one.name + ": " + result.failure);
      }
      progress.done("round " + std::to_string(round + 1) + " of " + std::to_string(plan_.rounds));
      into.rounds.push_back(std::move(result));
    }
  }

  void drop_rounds_from(std::size_t completed) {
    record_.measured.rounds = completed;
    for (cell_results& cell : record_.measured.cells) {
      for (entry& each : cell.entries) {
        each.rounds.resize(std::min(completed, each.rounds.size()));
      }
    }
  }

  const stock& stock_;
  const plan& plan_;
  std::vector<std::string> environment_;
  std::vector<job> jobs_;
  std::set<std::string> hanging_;  ///< "cell/variant"
  campaign_record record_;
};

/// Adds the program's cells, or why it has none.
void list_cells(const std::string& name, stock& to) {
  const variant plain{.name = name, .program = name};
  const process_result listed =
      run_process({.program = (to.folder / name).string(),
                   .arguments = {"--benchmark_list_tests"},
                   .environment = environment_for(plain, std::nullopt, our_environment()),
                   .timeout = list_timeout});
  const std::string failure = failure_text(listed);
  if (!failure.empty()) {
    to.failures[name] = failure;
    return;
  }
  program& added = to.programs.emplace_back();
  added.name = name;
  for (const std::string& full : names_in_list(listed.output)) {
    const std::string cell = cell_of(full);
    added.full_names[cell] = full;
    if (std::find(to.cells.begin(), to.cells.end(), cell) == to.cells.end()) {
      to.cells.push_back(cell);
    }
  }
}

}  // namespace

stock take_stock(const fs::path& folder) {
  stock found;
  found.folder = folder;
  std::vector<std::string> names;
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    if (is_program(file)) {
      names.push_back(file.path().filename().string());
    }
  }
  const std::string first =
      std::string(program_prefix) + "serial";  // its order of cells is the table's
  std::sort(names.begin(), names.end(), [&first](const std::string& a, const std::string& b) {
    return std::pair(a != first, a) < std::pair(b != first, b);
  });
  for (const std::string& name : names) {
    list_cells(name, found);
  }
  return found;
}

campaign_record measure(const stock& of, const plan& what) {
  return campaign(of, what).run();
}

}  // namespace amorsize_bench
