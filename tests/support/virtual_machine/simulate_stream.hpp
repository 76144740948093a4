// One stream on a virtual machine, from its first item to its last: the production engine, lane and
// controller in virtual time. Thread safety: one simulation at a time.
#pragma once

#include "tests/support/virtual_machine/cost_shape.hpp"
#include "tests/support/virtual_machine/virtual_process.hpp"

#include <amorsize/options.hpp>
#include <amorsize/report.hpp>

#include <cstddef>

namespace amorsize_tests {

/// What passes through a stream: the callable's costs, item by item, and what the calling thread
/// pays for each beside that.
struct stream_workload {
  item_costs callable;
  nanoseconds source{10};
  nanoseconds sink{2};
  /// Storing an item in a batch and taking its result out, on top.
  nanoseconds handing_over{3};
  std::size_t slot_bytes = 16;
};

struct simulated_stream {
  nanoseconds makespan{0};
  nanoseconds serial{0};  ///< the plain loop
  /// The plain loop; or handed over: the calling thread's own part, or all work on all workers.
  nanoseconds lower_bound{0};
  std::size_t delivered = 0;
  bool in_order = true;
  std::size_t most_ahead = 0;  ///< items read and not handed out
  std::size_t wakes = 0;
  amorsize::report report{};  ///< as the user gets it

  [[nodiscard]] double against_bound() const noexcept { return makespan / lower_bound; }
  [[nodiscard]] double against_serial() const noexcept { return makespan / serial; }
};

/// how: as the user's options; its report is not used. leave_after: results, then the consumer has
/// enough.
[[nodiscard]] simulated_stream simulate_stream(virtual_process& in,
                                               const stream_workload& work,
                                               const amorsize::options& how = {},
                                               std::size_t leave_after = ~std::size_t{0});

}  // namespace amorsize_tests
