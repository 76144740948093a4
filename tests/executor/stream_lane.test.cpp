// The lane of a stream: batches are claimed in order and once, failures stop what is behind them,
// and helpers find it through the crew's tickets and gate.
#include "runtime/executor/stream_lane.hpp"
#include "tests/support/rig.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

namespace {

using namespace amorsize_tests;  // NOLINT(google-build-using-namespace)

/// Items that count how often they were run.
struct counting_batch : detail::stream_batch {
  std::vector<std::atomic<int>> runs;
  std::size_t fails_at = std::numeric_limits<std::size_t>::max();
  explicit counting_batch(std::size_t length) : runs(length) { items = capacity = length; }
};

void run_batch(void*, detail::stream_batch& batch, detail::item_block& block) {
  counting_batch& self = static_cast<counting_batch&>(batch);
  for (block.next = block.first; block.next < block.last; ++block.next) {
    if (block.limit != nullptr && block.limit->load() <= block.next) {
      return;
    }
    if (block.next == self.fails_at) {
      throw std::runtime_error("the item");
    }
    self.runs[block.next].fetch_add(1);
    self.done = block.next + 1;
  }
}

detail::stream_body body() {
  detail::stream_body made;
  made.run = &run_batch;
  return made;
}

TEST_CASE("batches are claimed in order, each once, and none that is not published",
          "[executor][unit]") {
  rig with(0);
  shared_map& map = with.prepare(1);
  stream_lane lane(body(), 4);
  usage_watch usage;
  CHECK(lane.window() == 4);
  CHECK_FALSE(lane.claim().has_value());
  std::vector<std::unique_ptr<counting_batch>> batches;
  for (std::uint64_t round = 0; round < 3; ++round) {
    for (std::uint64_t i = 0; i < 4; ++i) {
      batches.push_back(std::make_unique<counting_batch>(5));
      lane.publish(*batches.back(), 7);
    }
    for (std::uint64_t i = 0; i < 4; ++i) {
      const std::optional<std::uint64_t> number = lane.claim();
      REQUIRE(number == 4 * round + i);
      CHECK_FALSE(lane.is_done(*number));
      lane.run(map, 0, *number, usage);
      CHECK(lane.is_done(*number));
      CHECK(lane.slot(*number).batch->done == 5);
      CHECK(lane.slot(*number).given == 5);
      CHECK(lane.slot(*number).reserved_bytes == 7);
    }
    CHECK_FALSE(lane.claim().has_value());
  }
  for (const auto& batch : batches) {
    for (const std::atomic<int>& runs : batch->runs) {
      CHECK(runs == 1);
    }
  }
  CHECK(map.seats[0].items == 60);
  with.crew_->return_place(map);
}

TEST_CASE("a failure keeps what was made before it and stops what is behind it",
          "[executor][unit][negative]") {
  rig with(0);
  shared_map& map = with.prepare(1);
  stream_lane lane(body(), 4);
  usage_watch usage;
  std::vector<std::unique_ptr<counting_batch>> batches;
  for (std::size_t i = 0; i < 4; ++i) {
    batches.push_back(std::make_unique<counting_batch>(5));
    lane.publish(*batches.back(), 0);
  }
  batches[2]->fails_at = 3;
  batches[1]->fails_at = 0;
  CHECK(lane.failed() == stream_lane::nothing);
  for (std::uint64_t i = 0; i < 4; ++i) {
    REQUIRE(lane.claim() == i);
  }
  lane.run(map, 0, 2, usage);  // the higher one fails first
  CHECK(lane.failed() == 2);
  CHECK(batches[2]->done == 3);
  CHECK(lane.slot(2).given == 4);
  CHECK(lane.slot(2).error != nullptr);
  lane.run(map, 0, 1, usage);
  CHECK(lane.failed() == 1);
  lane.run(map, 0, 3, usage);
  CHECK(lane.is_done(3));
  CHECK(batches[3]->done == 0);
  lane.run(map, 0, 0, usage);
  CHECK(batches[0]->done == 5);
  with.crew_->return_place(map);
}

TEST_CASE("a stream that is given up runs no further item", "[executor][unit]") {
  rig with(0);
  shared_map& map = with.prepare(1);
  stream_lane lane(body(), 2);
  usage_watch usage;
  counting_batch batch(5);
  lane.publish(batch, 0);
  map.errors.lower_limit(0);
  const std::optional<std::uint64_t> number = lane.claim();
  REQUIRE(number.has_value());
  lane.run(map, 0, *number, usage);
  CHECK(lane.is_done(*number));
  CHECK(batch.done == 0);
  with.crew_->return_place(map);
}

TEST_CASE("helpers that come run every batch once, whatever the calling thread does",
          "[executor][stress]") {
  constexpr std::size_t batches = 400;
  for (const std::size_t window : {2U, 8U, 64U}) {
    rig with(0);
    shared_map& map = with.prepare(4);
    stream_lane lane(body(), window);
    usage_watch usage;
    lane.set_patience(policy::nanoseconds{1e18});  // the clock stands still
    map.lane = &lane;
    const std::size_t asked = with.crew_->open(map, 3).asked;
    CHECK(asked == 3);
    with.main_.let_all_come();
    std::vector<std::unique_ptr<counting_batch>> all;
    std::uint64_t head = 0;
    while (head < batches) {
      if (lane.published() < batches && lane.published() - head < lane.window()) {
        all.push_back(std::make_unique<counting_batch>(1 + all.size() % 7));
        lane.publish(*all.back(), 0);
      } else if (lane.is_done(head)) {
        lane.slot(head++).is_taken_back = true;
      } else if (head % 3 == 0) {
        lane.wait_for(head);
      } else if (head % 3 == 1) {
        lane.wait_for_any(head);
      } else if (const std::optional<std::uint64_t> number = lane.claim()) {
        lane.run(map, 0, *number, usage);
      }
    }
    map.errors.lower_limit(0);
    with.crew_->shut(map);
    map.door.wait_until_empty();
    for (const auto& batch : all) {
      for (const std::atomic<int>& runs : batch->runs) {
        REQUIRE(runs == 1);
      }
    }
    map.lane = nullptr;
    with.crew_->return_place(map);
  }
}

}  // namespace
