#include "tests/support/virtual_machine/simulate_stream.hpp"

#include <amorsize/detail/stream_run.hpp>

#include <algorithm>

namespace amorsize_tests {
namespace {

using amorsize::detail::item_block;
using amorsize::detail::stream_batch;
using amorsize::detail::stream_body;
using amorsize::detail::stream_run;

/// Consecutive items are known by their first.
struct counted_batch : stream_batch {
  std::size_t first = 0;
};

class simulation {
 public:
  simulation(virtual_machine& on, const stream_workload& work, std::size_t leave_after)
      : on_(on), work_(work), leave_after_(leave_after) {}

  simulated_stream run(const amorsize::options& how) {
    amorsize::options own = how;
    own.report = &seen_.report;
    const std::size_t wakes = on_.counts().wakes;
    const nanoseconds began = on_.exact_now();
    {
      stream_run stream(&own, body(), nullptr);
      std::size_t items = stream.look_up(0, 0);
      while (!has_enough() && (items == 0 ? hand_out(stream) : run_inline(stream, items))) {
        items = items == 0 ? stream.look_up(0, 0) : stream.look_up(items, 0);
      }
    }
    seen_.makespan = on_.exact_now() - began;
    seen_.wakes = on_.counts().wakes - wakes;
    const auto items = static_cast<double>(work_.callable.items());
    const nanoseconds own_part = (work_.source + work_.sink) * items;
    seen_.serial = own_part + work_.callable.total();
    const nanoseconds handed_over = seen_.serial + work_.handing_over * items;
    seen_.lower_bound = std::min(seen_.serial,
                                 std::max({own_part + work_.handing_over * items,
                                           handed_over / static_cast<double>(on_.model().workers),
                                           work_.callable.longest()}));
    return seen_;
  }

 private:
  [[nodiscard]] bool has_enough() const { return seen_.delivered >= leave_after_; }

  /// False: the stream is over.
  bool run_inline(stream_run& stream, std::size_t items) {
    const std::size_t last = std::min(
        {pulled_ + items, work_.callable.items(), pulled_ + leave_after_ - seen_.delivered});
    const std::size_t done = last - pulled_;
    on_.advance((work_.source + work_.sink) * static_cast<double>(done));
    run_items(pulled_, last);
    pulled_ = last;
    seen_.delivered += done;
    if (done < items) {
      has_enough() ? stream.abandon(done) : stream.finish(done);
      return false;
    }
    return true;
  }

  bool hand_out(stream_run& stream) {
    while (stream_batch* const batch = stream.next(this)) {
      const std::size_t first = static_cast<counted_batch*>(batch)->first;
      seen_.in_order = seen_.in_order && first == seen_.delivered;
      const std::size_t results = std::min(batch->done, leave_after_ - seen_.delivered);
      on_.advance((work_.sink + work_.handing_over / 2.0) * static_cast<double>(results));
      batch->delivered = results;
      seen_.delivered += results;
      if (has_enough()) {
        stream.abandon(0);
        return false;
      }
    }
    if (stream.has_ended()) {
      stream.finish(0);
      return false;
    }
    return true;
  }

  void run_items(std::size_t first, std::size_t last) {
    if (!on_.model().waiting.is_used()) {
      on_.advance(work_.callable.of_range(first, last));
      return;
    }
    for (; first < last; ++first) {
      on_.run_item(work_.callable.of_range(first, first + 1));
    }
  }

  [[nodiscard]] stream_body body() {
    stream_body made;
    made.context = this;
    made.slot_bytes = work_.slot_bytes;
    made.make = []() noexcept -> stream_batch* { return new counted_batch; };
    made.destroy = [](stream_batch* batch) noexcept { delete static_cast<counted_batch*>(batch); };
    made.reserve = [](stream_batch& batch, std::size_t items) noexcept {
      batch.capacity = std::max(batch.capacity, items);
      return true;
    };
    made.fill = [](void* source, stream_batch& batch, std::size_t most) {
      return static_cast<simulation*>(source)->fill(static_cast<counted_batch&>(batch), most);
    };
    made.run = [](void* context, stream_batch& batch, item_block& block) {
      auto& self = *static_cast<simulation*>(context);
      const std::size_t from = static_cast<counted_batch&>(batch).first;
      self.run_items(from + block.first, from + block.last);
      block.next = batch.done = block.last;
    };
    made.clear = [](stream_batch& batch) noexcept {
      batch.items = batch.done = batch.delivered = 0;
    };
    return made;
  }

  bool fill(counted_batch& batch, std::size_t most) {
    const std::size_t taken = std::min(most, work_.callable.items() - pulled_);
    batch.first = pulled_;
    on_.advance((work_.source + work_.handing_over / 2.0) * static_cast<double>(taken));
    batch.items = taken;
    pulled_ += taken;
    seen_.most_ahead = std::max(seen_.most_ahead, pulled_ - seen_.delivered);
    return taken == most;
  }

  virtual_machine& on_;
  const stream_workload& work_;
  const std::size_t leave_after_;
  std::size_t pulled_ = 0;
  simulated_stream seen_;
};

}  // namespace

simulated_stream simulate_stream(virtual_process& in,
                                 const stream_workload& work,
                                 const amorsize::options& how,
                                 std::size_t leave_after) {
  return simulation(in.machine(), work, leave_after).run(how);
}

}  // namespace amorsize_tests
