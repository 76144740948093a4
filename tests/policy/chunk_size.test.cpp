#include "runtime/policy/chunk_size.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <vector>

using namespace amorsize::policy;

namespace {
chunk_request even(std::size_t range, double cost) {
  return {.range_items = range,
          .previous_items = range,
          .cost = nanoseconds{cost},
          .duration = chunk_duration(nanoseconds{0}, nanoseconds{40}),
          .first_item = 0,
          .line_items = 1,
          .line_offset = 0};
}
}  // namespace

TEST_CASE("a chunk is never empty and never more than the range", "[policy][property]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 100'000; ++round) {
    chunk_request request = even(1 + random() % (1ULL << (random() % 40)), 0.0);
    request.cost = nanoseconds{static_cast<double>(random() % 1'000'000)};
    request.previous_items = random() % 3 == 0 ? 0 : random() % 100'000;
    request.line_items = 1U << (random() % 4);
    request.line_offset = random() % request.line_items;
    request.first_item = random() % 1'000'000;
    const std::size_t items = chunk_size(request);
    REQUIRE(items >= 1);
    REQUIRE(items <= request.range_items);
    if (request.previous_items > 0 && request.previous_items < request.range_items / 2 &&
        request.cost.count() > 0.0) {
      const std::size_t floor = items_in(shortest_tail_chunk, request.cost, request.range_items);
      REQUIRE(items <= std::max(4 * request.previous_items, floor));
    }
  }
  CHECK(chunk_size(even(0, 10.0)) == 0);
}

TEST_CASE("far from the tail a chunk lasts as long as it should", "[policy][unit]") {
  CHECK(chunk_size(even(1'000'000, 10.0)) == 2'000);
  CHECK(chunk_size(even(1'000, 1e9)) == 1);
  chunk_request long_chunks = even(1'000'000, 10.0);
  long_chunks.duration = chunk_duration(nanoseconds{1e6}, nanoseconds{40});
  CHECK(chunk_size(long_chunks) == 100'000);
}

TEST_CASE("claiming costs at most one per cent of a chunk", "[policy][unit]") {
  CHECK(chunk_duration(nanoseconds{0}, nanoseconds{1'000}) >= nanoseconds{100e3});
  CHECK(chunk_duration(nanoseconds{0}, nanoseconds{40}) == longest_chunk);
}

TEST_CASE("at the tail a chunk takes half of what is left, down to a floor", "[policy][unit]") {
  CHECK(chunk_size(even(1'000, 10.0)) == 500);  // 10 us left
  CHECK(chunk_size(even(150, 10.0)) == 100);    // 1.5 us left: 1 us is the floor
  CHECK(chunk_size(even(100, 10.0)) == 100);    // and then all
}

TEST_CASE("claims of one worker taper to the end in few steps", "[policy][property]") {
  for (const double cost : {1.0, 17.0, 900.0, 45'000.0}) {
    std::size_t left = 1'000'000;
    std::size_t previous = 0;
    std::size_t claims = 0;
    while (left > 0) {
      chunk_request request = even(left, cost);
      request.previous_items = previous;
      previous = chunk_size(request);
      left -= previous;
      ++claims;
    }
    const double work = 1e6 * cost;
    CHECK(claims <= static_cast<std::size_t>(work / (0.9 * longest_chunk.count())) + 1 +
                        (cost > longest_chunk.count() ? 1'000'000 : 24));
  }
}

TEST_CASE("nothing known: one item first", "[policy][unit]") {
  chunk_request request = even(1'000'000, 0.0);
  request.previous_items = 0;
  CHECK(chunk_size(request) == 1);
}

TEST_CASE("the first chunk of a new range is a 64th, later ones grow fourfold", "[policy][unit]") {
  // What is known about the cost was measured elsewhere: a thousand times dearer items here make a
  // first chunk of 0.3 ms, not of 20.
  chunk_request request = even(1'000'000, 10.0);
  request.previous_items = 0;
  std::vector<std::size_t> chunks;
  for (int i = 0; i < 5; ++i) {
    request.previous_items = chunk_size(request);
    chunks.push_back(request.previous_items);
  }
  CHECK(chunks == std::vector<std::size_t>{31, 124, 496, 1'984, 2'000});
}

TEST_CASE("a chunk of several cache lines ends on one", "[policy][property]") {
  for (std::size_t first = 0; first < 20; ++first) {
    for (std::size_t offset = 0; offset < 8; ++offset) {
      chunk_request request = even(1'000'000, 10.0);
      request.first_item = first;
      request.line_items = 8;
      request.line_offset = offset;
      CHECK((first + chunk_size(request) + offset) % 8 == 0);
    }
  }
}
