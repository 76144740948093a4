// The list of cells, compiled once per implementation, which AMORSIZE_BENCH_IMPLEMENTATION names.
// Sizes are such that a serial map takes at most about 30 ms (the gigabyte excepted).
#include "support/cells.hpp"

#include AMORSIZE_BENCH_IMPLEMENTATION

#include "support/cell_name.hpp"
#include "support/timing.hpp"
#include "workloads/arrays.hpp"
#include "workloads/black_scholes.hpp"
#include "workloads/busy_neighbour.hpp"
#include "workloads/contention.hpp"
#include "workloads/exp.hpp"
#include "workloads/hash_files.hpp"
#include "workloads/hash_items.hpp"
#include "workloads/image_filter.hpp"
#include "workloads/mandelbrot.hpp"
#include "workloads/maps_at_once.hpp"
#include "workloads/n_body.hpp"
#include "workloads/nested_maps.hpp"
#include "workloads/shapes.hpp"
#include "workloads/sleeping.hpp"
#include "workloads/strings.hpp"
#include "workloads/tiny.hpp"
#ifdef AMORSIZE_BENCH_ZLIB
#include "workloads/compress.hpp"
#endif
#ifdef AMORSIZE_BENCH_JSON
#include "workloads/parse_json.hpp"
#endif

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <string>

namespace bench {
namespace {

using sizes = std::initializer_list<std::size_t>;

/// A cell of this executable.
template <class Timing = back_to_back, class Make>
void add(const std::string& name, const Make& make) {
  add_cell<implementation, Timing>(name, make);
}

void add_short_maps() {
  for (const std::size_t items : sizes{1, 16, 64, 256, 1024, 4096}) {
    add(cell_name("tiny", {{"items", items}}), [=] { return tiny(items); });
  }
  for (const std::size_t items : sizes{1000, 20'000}) {
    add(cell_name("exp", {{"items", items}}), [=] { return exponentials(items); });
  }
  constexpr std::size_t items_per_us = 10;
  constexpr double item_ns = 1000.0 / items_per_us;
  for (const std::size_t us : sizes{5, 20, 50, 100, 200}) {
    add(cell_name("hot", {{"us", us}}), [=] { return hash_items(us * items_per_us, item_ns); });
  }
  for (const std::size_t us : sizes{20, 100, 200, 500}) {
    add<with_pauses>(cell_name("cold", {{"us", us}}),
                     [=] { return hash_items(us * items_per_us, item_ns); });
  }
}

void add_shapes() {
  struct few {
    std::size_t items;
    std::size_t us;
  };
  for (const few& size : {few{2, 5000}, few{3, 3000}, few{7, 1000}, few{16, 500}}) {
    add(cell_name("few_long", {{"items", size.items}, {"us", size.us}}),
        [=] { return hash_items(size.items, static_cast<double>(size.us) * 1000.0); });
  }
  for (const named_shape& each : all_shapes) {
    add(cell_name("shapes_" + std::string(each.name), {{"items", shape_items}}),
        [which = each.value] { return hash_items(steps_of(which)); });
  }
}

/// Bound by memory, by a lock, by a cache line or by waiting.
void add_bottlenecks() {
  // L1, L2, 64 MB, 1 GB; input and output together.
  for (const std::size_t doubles : sizes{1 << 10, 32 << 10, 4 << 20, 64 << 20}) {
    add(cell_name("arrays", {{"doubles", doubles}}), [=] { return arrays(doubles); });
  }
  add(cell_name("strings", {{"items", 20'000}}), [] { return strings(20'000); });
  add(cell_name("mutex", {{"items", 100'000}}), [] { return locked(100'000, 10.0); });
  add(cell_name("mutex_long", {{"items", 5'000}}), [] { return locked(5'000, 1000.0); });
  add(cell_name("atomic", {{"items", 500'000}}), [] { return one_atomic(500'000); });
  add(cell_name("false_sharing", {{"items", 500'000}}), [] { return false_sharing(500'000); });
  add(cell_name("sleeping", {{"items", 64}, {"us", 500}}),
      [] { return sleeping(64, std::chrono::microseconds(500)); });
}

/// What else goes on in the program or on the machine.
void add_surroundings() {
  add(cell_name("nested", {{"outer", 16}, {"inner", 4096}}),
      [] { return nested_maps<implementation>(16, 4096, 20.0); });
  add(cell_name("at_once", {{"threads", 2}, {"items", 20'000}}),
      [] { return maps_at_once<implementation>(2, 20'000, 100.0); });
  add(cell_name("at_once", {{"threads", 8}, {"items", 10'000}}),
      [] { return maps_at_once<implementation>(8, 10'000, 100.0); });
  add(cell_name("busy_neighbour", {{"items", 8192}}), [] { return busy_neighbour(8192, 1000.0); });
}

void add_real_ones() {
  add(cell_name("mandelbrot", {{"rows", 256}}), [] { return mandelbrot(256); });
#ifdef AMORSIZE_BENCH_ZLIB
  add(cell_name("compress", {{"blocks", 64}}), [] { return compress(64); });
#endif
  add(cell_name("hash_files", {{"files", 256}}), [] { return hash_files(256); });
#ifdef AMORSIZE_BENCH_JSON
  add(cell_name("parse_json", {{"lines", 2000}}), [] { return parse_json(2000); });
#endif
  add(cell_name("image_filter", {{"rows", 1024}}), [] { return image_filter(1024); });
  add(cell_name("n_body", {{"bodies", 1024}}), [] { return n_body(1024); });
  add(cell_name("black_scholes", {{"options", 100'000}}), [] { return black_scholes(100'000); });
}

}  // namespace

void add_cells() {
  add_short_maps();
  add_shapes();
  add_bottlenecks();
  add_surroundings();
  add_real_ones();
}

}  // namespace bench
