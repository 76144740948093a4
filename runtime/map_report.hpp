// From what a map decided and did to the report its caller reads.
// Thread safety: pure functions and plain values.
#pragma once

#include "runtime/policy/decision_history.hpp"
#include "runtime/policy/map_event.hpp"
#include "runtime/policy/overhead_model.hpp"
#include "runtime/policy/units.hpp"

#include <amorsize/report.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

/// What happened, as numbers.
struct map_outcome {
  std::size_t items_given = 0;   ///< to the callable
  std::size_t items_shared = 0;  ///< of them, while helpers were allowed
  policy::nanoseconds elapsed{0};
  policy::nanoseconds elapsed_shared{0};              ///< of it, from the opening of the gate on
  std::size_t workers = 0;                            ///< that ran items
  std::vector<policy::nanoseconds> worker_busy = {};  ///< workers that ran items; [0] is the caller
  policy::nanoseconds cost_alone{0};  ///< per item, measured before sharing; 0 = not
  policy::nanoseconds cost{0};        ///< per item, as estimated at the end
  double spread = 0.0;
  policy::nanoseconds wake{0};   ///< what calling the helpers cost
  policy::nanoseconds start{0};  ///< until the first one ran
  policy::nanoseconds claim{0};
  policy::overheads typical{};  ///< of waking helpers that sleep, as assumed at the end
  const char* backend = "none";
  std::vector<std::string> warnings = {};
  policy::event_kind ended = policy::event_kind::map_done;
  std::uint64_t map_id = 0;
  bool predicted = true;            ///< false: what the history says was put together after the end
  policy::nanoseconds deciding{0};  ///< of the calling thread, waking included
};

/// What other numbers of workers were predicted to bring: one, those next to the decision's, twice
/// as many, as many as were to be had. Empty when a decision rests on no estimate of the costs.
/// O(log workers).
[[nodiscard]] std::vector<report::alternative> alternatives_to(const policy::decision& made);

[[nodiscard]] report make_report(const policy::decision_history& history, map_outcome outcome);

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
