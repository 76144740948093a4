#include "runtime/executor/share.hpp"
#include "runtime/executor/shared_map.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <vector>

using namespace amorsize::executor;

namespace {

/// The items the units of a layout cover, counted with an 8-bit-sized map so that all can be tried.
void check_partition(const work_layout& layout) {
  const unit_range all = layout.units_left();
  std::size_t next = layout.first_item;
  for (std::uint32_t unit = all.begin; unit < all.end; ++unit) {
    const std::size_t first = layout.item_of(unit);
    const std::size_t last = layout.item_of(unit + 1);
    REQUIRE(first == next);
    REQUIRE(last > first);
    REQUIRE(last - first <= layout.unit_items);
    if (layout.fixed_chunks && last < layout.items) {
      REQUIRE(last % layout.unit_items == 0);
    }
    next = last;
  }
  REQUIRE(next == layout.items);
}

}  // namespace

TEST_CASE("units partition what is left, for every size, start and unit", "[executor][property]") {
  for (std::size_t items = 1; items <= 40; ++items) {
    for (std::size_t first = 0; first < items; ++first) {
      for (std::size_t unit = 1; unit <= items + 1; ++unit) {
        work_layout layout;
        layout.items = items;
        layout.first_item = first;
        layout.unit_items = unit;
        layout.fixed_chunks = true;
        check_partition(layout);
      }
    }
  }
}

TEST_CASE("the last share begins at the end of the map, and every item is in one unit",
          "[executor][property]") {
  for (std::size_t items = 1; items <= 24; ++items) {
    for (std::size_t first = 0; first < items; ++first) {
      for (const std::size_t unit : {1U, 2U, 5U, 24U}) {
        work_layout layout;
        layout.items = items;
        layout.first_item = first;
        layout.unit_items = unit;
        const unit_range all = layout.units_left();
        for (std::uint32_t from = all.begin; from < all.end; ++from) {
          layout.begin_at_end(from);
          std::vector<int> times(items);
          for (std::uint32_t at = all.begin; at < all.end; ++at) {
            const auto [begin, end] = layout.items_of({at, at + 1});
            REQUIRE(begin < end);
            for (std::size_t item = begin; item < end; ++item) {
              ++times[item];
            }
          }
          REQUIRE(std::count(times.begin(), times.end(), 1) ==
                  static_cast<std::ptrdiff_t>(items - first));
          // The whole share: its first piece ends with the map, its lowest item is where it begins.
          const unit_range share{from, all.end};
          const std::uint32_t piece = layout.neighbours(share);
          REQUIRE(piece >= 1);
          REQUIRE(layout.items_of({from, from + piece}).last == items);
          REQUIRE(layout.lowest_item_of(share) == layout.item_of(from));
        }
      }
    }
  }
}

TEST_CASE("units that are claimed together are neighbours", "[executor][property]") {
  work_layout layout;
  layout.items = 1'001;
  layout.begin_at_end(501);  // 63 of 500 units
  CHECK(layout.neighbours({0, 501}) == 501);
  CHECK(layout.neighbours({501, 1'001}) == 63);
  CHECK(layout.neighbours({563, 1'001}) == 1);
  CHECK(layout.neighbours({564, 1'001}) == 437);
  CHECK(layout.first_item_of(500) == 500);
  CHECK(layout.first_item_of(501) == 938);
  CHECK(layout.first_item_of(563) == 1'000);
  CHECK(layout.first_item_of(564) == 501);
  CHECK(layout.lowest_item_of({510, 520}) == 947);
  CHECK(layout.lowest_item_of({510, 600}) == 501);
  CHECK(layout.lowest_item_of({600, 700}) == 537);
}

TEST_CASE("maps beyond 2^32 items are cut into tiles that fit a word", "[executor][unit]") {
  for (const std::size_t items : {std::size_t{1},
                                  (std::size_t{1} << 31U) - 1,
                                  std::size_t{1} << 31U,
                                  std::size_t{1} << 32U,
                                  (std::size_t{1} << 32U) + 5,
                                  std::size_t{1} << 62U,
                                  ~std::size_t{0}}) {
    work_layout layout;
    layout.items = items;
    layout.unit_items = tile_for(items);
    const unit_range all = layout.units_left();
    CHECK(all.begin == 0);
    CHECK(all.size() <= (std::size_t{1} << 31U));
    CHECK(layout.item_of(0) == 0);
    CHECK(layout.item_of(all.end) == items);
    CHECK(layout.item_of(all.end - 1) < items);
    CHECK(items - layout.item_of(all.end - 1) <= layout.unit_items);
  }
}

TEST_CASE("dealing gives every seat its share and nothing to two", "[executor][property]") {
  for (std::size_t workers = 1; workers <= 9; ++workers) {
    for (std::size_t items = 1; items <= 50; ++items) {
      shared_map map;
      std::vector<worker_seat> seats(workers);
      map.seats = seats.data();
      map.seats_in_use.store(workers);
      map.layout.items = items;
      deal(map, workers);
      std::size_t next = 0;
      for (std::size_t seat = 0; seat < workers; ++seat) {
        const unit_range range = map.range(seat).peek();
        if (range.size() == 0) {
          continue;
        }
        REQUIRE(range.begin == next);
        next = range.end;
      }
      REQUIRE(next == items);
      if (const unit_range last = map.range(workers - 1).peek(); workers > 1 && last.size() > 0) {
        REQUIRE(map.layout.items_of({last.begin, last.begin + map.layout.neighbours(last)}).last ==
                items);
      }
      map.seats = nullptr;
    }
  }
}
