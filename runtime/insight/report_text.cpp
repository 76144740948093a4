#include "runtime/insight/number_text.hpp"
#include "runtime/insight/report_text.hpp"
#include "runtime/insight/text_block.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

/// Above this many workers the busy times of the others become one line.
constexpr std::size_t most_workers_listed = 16;

/// Columns of the widest bar behind a busy time.
constexpr double bar_columns = 40.0;

std::string busy_line(std::size_t worker, std::chrono::nanoseconds busy, double share_of_elapsed) {
  const double shown =
      std::isfinite(share_of_elapsed) ? std::clamp(share_of_elapsed, 0.0, 1.0) : 0.0;
  std::string line = "worker " + left_aligned(count_text(worker), 3) +
                     right_aligned(duration_text(busy), 10) +
                     right_aligned(percent_text(share_of_elapsed), 8);
  if (shown > 0.0) {
    line += "  ";
    line.append(static_cast<std::size_t>(std::lround(shown * bar_columns)), '#');
  }
  return line;
}

void add_busy_rows(text_block& block, const report& value) {
  const auto& busy = value.worker_busy;
  const double elapsed = static_cast<double>(value.elapsed.count());
  const std::size_t listed = std::min(busy.size(), most_workers_listed);
  for (std::size_t worker = 0; worker < listed; ++worker) {
    const double time = static_cast<double>(busy[worker].count());
    block.row(worker == 0 ? "busy" : "",
              busy_line(worker, busy[worker], elapsed > 0.0 ? time / elapsed : 0.0));
  }
  if (listed < busy.size()) {
    const auto [least, most] =
        std::minmax_element(busy.begin() + static_cast<std::ptrdiff_t>(listed), busy.end());
    block.row("",
              count_text(busy.size() - listed) + " more, " + duration_text(*least) + " to " +
                  duration_text(*most) + " each");
  }
}

void add_revision_rows(text_block& block, const report& value) {
  constexpr std::size_t time_columns = 8;
  constexpr std::size_t jobs_columns = 8;
  constexpr std::size_t chunksize_columns = 15;
  constexpr std::size_t gap = 2;
  if (value.revisions.empty()) {
    return;
  }
  block.row("revisions",
            right_aligned("time", time_columns) + right_aligned("n_jobs", jobs_columns) +
                right_aligned("chunksize", chunksize_columns) + std::string(gap, ' ') + "reason");
  for (const revision& each : value.revisions) {
    block.row("",
              right_aligned(duration_text(each.when), time_columns) +
                  right_aligned(short_count_text(each.n_jobs), jobs_columns) +
                  right_aligned(short_count_text(each.chunksize), chunksize_columns) +
                  std::string(gap, ' ') + each.reason,
              time_columns + jobs_columns + chunksize_columns + gap);
  }
}

std::string workers_line(const report& value) {
  const bool none_came = value.n_jobs > 1 && value.workers == 1;
  return count_text(value.workers) + " ran items" +
         (none_came ? ", no helper came before the end" : "");
}

std::string chunks_line(const report& value) {
  std::string line = count_text(value.chunksize);
  if (value.chunks > 0 && value.n_jobs <= 1 && value.workers <= 1) {
    return line + ", the clock read after " + count_text(value.chunks) +
           (value.chunks == 1 ? " block" : " blocks");
  }
  if (value.chunks > 0) {
    line += ", " + count_text(value.chunks) + (value.chunks == 1 ? " chunk run" : " chunks run");
  }
  if (value.steals > 0) {
    line += ", " + count_text(value.steals) + (value.steals == 1 ? " steal" : " steals");
  }
  return line;
}

/// Of the elapsed time; a chunk that takes more decides when the map ends.
constexpr double telling_chunk = 0.5;

/// Empty unless one chunk kept the others waiting.
std::string longest_line(const report& value) {
  const double share = static_cast<double>(value.longest_chunk.count()) /
                       std::max(1.0, static_cast<double>(value.elapsed.count()));
  if (value.workers < 2 || !(share >= telling_chunk)) {
    return {};
  }
  const bool is_item = value.longest_chunk_items == 1;
  return "a chunk of " + count_text(value.longest_chunk_items) + (is_item ? " item" : " items") +
         " took " + duration_text(value.longest_chunk) + ", " + percent_text(share) +
         " of the time: " +
         (is_item ? "more workers would not have helped"
                  : "smaller chunks might help, more workers not");
}

std::string speedup_line(const report& value) {
  std::string line = ratio_text(value.estimated_speedup) + " estimated, ";
  if (!(value.measured_speedup > 0.0)) {
    return line + "not measured";
  }
  line += ratio_text(value.measured_speedup) + " measured";
  return compares_other_items(value) ? line + " (on items of other costs)" : line;
}

std::string overheads_line(const report& value) {
  std::string line = "claim " + duration_text(policy::nanoseconds{value.claim_cost_ns});
  if (value.measured_wake_cost_ns > 0.0) {
    line += ", wake-up " + duration_text(policy::nanoseconds{value.measured_wake_cost_ns});
  }
  if (value.measured_start_delay_ns > 0.0) {
    line +=
        ", first helper after " + duration_text(policy::nanoseconds{value.measured_start_delay_ns});
  }
  return line;
}

}  // namespace

void add_alternatives(text_block& block,
                      const std::vector<report::alternative>& alternatives,
                      std::size_t chosen,
                      std::size_t limit,
                      const std::string& hindsight) {
  std::string within;
  std::string beyond;
  for (const report::alternative& each : alternatives) {
    if (each.n_jobs != chosen) {
      std::string& line = limit > 0 && each.n_jobs > limit ? beyond : within;
      line += (line.empty() ? "" : "; ") + count_text(each.n_jobs) +
              (each.n_jobs == 1 ? " worker " : " workers ") +
              duration_text(policy::nanoseconds{each.estimated_ns}) + " (" +
              ratio_text(each.estimated_speedup) + " x)";
    }
  }
  if (!within.empty()) {
    block.row("instead", within);
  }
  if (!hindsight.empty()) {
    block.row("with more", hindsight);
  } else if (!beyond.empty()) {
    block.row("with more", beyond + ", had each a CPU");
  }
}

bool compares_other_items(const report& value) noexcept {
  constexpr double uneven_spread = 0.5;
  constexpr double credible_gain = 1.25;
  return value.workers > 1 && value.measured_speedup > 0.0 &&
         (value.estimated_cost_spread > uneven_spread ||
          value.measured_speedup > credible_gain * static_cast<double>(value.workers));
}

std::string report_text(const report& value) {
  text_block block(value.label.empty() ? "amorsize report" : "amorsize report: " + value.label);
  block.row("reason", value.reason);
  if (!value.outcome.empty() && value.outcome != "done") {
    block.row("outcome", value.outcome);
  }
  block.row("items", count_text(value.items));
  block.row("n_jobs",
            count_text(value.n_jobs) + (value.backend.empty() ? "" : ", backend " + value.backend));
  if (!value.limit.empty()) {
    block.row("at most", value.limit);
  }
  add_alternatives(block, value.alternatives, value.n_jobs, value.limit_jobs, longest_line(value));
  block.row("workers", workers_line(value));
  block.row("chunksize", chunks_line(value));
  block.row("speedup", speedup_line(value));
  block.row("elapsed",
            duration_text(value.elapsed) +
                (value.deciding.count() > 0
                     ? ", of it deciding and waking " + duration_text(value.deciding)
                     : ""));
  if (!value.audit.empty()) {
    block.row("audit", value.audit);
  }
  block.row("cost",
            duration_text(policy::nanoseconds{value.estimated_cost_ns}) + " per item, spread " +
                percent_text(value.estimated_cost_spread));
  block.row("overheads", overheads_line(value));
  add_busy_rows(block, value);
  for (const std::string& warning : value.warnings) {
    block.row("warning", warning);
  }
  add_revision_rows(block, value);
  return block.take();
}

}  // namespace insight

std::ostream& operator<<(std::ostream& out, const report& value) {
  insight::write_text(out, insight::report_text(value));
  return out;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
