// The out-of-line members of plan, and plans as text.
#include "runtime/insight/number_text.hpp"
#include "runtime/insight/report_text.hpp"
#include "runtime/insight/text_block.hpp"

#include <amorsize/options.hpp>
#include <amorsize/plan.hpp>

#include <ostream>
#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

std::string plan_text(const plan& value) {
  const auto time_text = [](double in_nanoseconds) {
    return duration_text(policy::nanoseconds{in_nanoseconds});
  };
  text_block block("amorsize plan");
  block.row("reason", value.reason);
  block.row("n_jobs", count_text(value.n_jobs));
  if (!value.limit.empty()) {
    block.row("at most", value.limit);
  }
  add_alternatives(block, value.alternatives, value.n_jobs, value.limit_jobs, {});
  block.row("chunksize", count_text(value.chunksize));
  block.row("speedup",
            ratio_text(value.estimated_speedup) + " estimated, " +
                ratio_text(value.estimated_speedup_low) + " to " +
                ratio_text(value.estimated_speedup_high));
  block.row("items",
            (value.items == 0 ? std::string("unknown number") : count_text(value.items)) + ", " +
                count_text(value.sampled_items) + " sampled in " + time_text(value.sampled_ns) +
                ", the first call " + time_text(value.first_call_ns));
  block.row(
      "cost",
      time_text(value.estimated_cost_ns) + " per item, spread " +
          percent_text(value.estimated_cost_spread) +
          (value.result_bytes > 0 ? ", result " + count_text(value.result_bytes) + " bytes" : ""));
  block.row("time",
            time_text(value.estimated_serial_ns) + " alone, " +
                time_text(value.estimated_parallel_ns) + " under this plan");
  block.row("overheads",
            "wake-up " + time_text(value.wake_cost_ns) + ", first helper after " +
                time_text(value.start_delay_ns) + ", claim " + time_text(value.claim_cost_ns));
  for (const std::string& warning : value.warnings) {
    block.row("warning", warning);
  }
  return block.take();
}

}  // namespace insight

options plan::as_options() const {
  return options{.n_jobs = n_jobs, .chunksize = chunksize};
}

std::ostream& operator<<(std::ostream& out, const plan& value) {
  insight::write_text(out, insight::plan_text(value));
  return out;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
