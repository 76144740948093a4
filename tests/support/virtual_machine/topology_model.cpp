#include "tests/support/virtual_machine/topology_model.hpp"

#include <hwloc.h>

#include <memory>
#include <stdexcept>
#include <type_traits>

namespace amorsize_tests {
namespace {

using topology =
    std::unique_ptr<std::remove_pointer_t<hwloc_topology_t>, decltype(&hwloc_topology_destroy)>;

topology load(const std::string& synthetic) {
  hwloc_topology_t made = nullptr;
  if (hwloc_topology_init(&made) != 0) {
    throw std::runtime_error("hwloc cannot be used");
  }
  topology owned(made, &hwloc_topology_destroy);
  if (hwloc_topology_set_synthetic(made, synthetic.c_str()) != 0 ||
      hwloc_topology_load(made) != 0) {
    throw std::runtime_error("hwloc does not understand " + synthetic);
  }
  return owned;
}

std::size_t node_of(hwloc_obj_t core) {
  const int first = hwloc_bitmap_first(core->nodeset);
  return first < 0 ? 0 : static_cast<std::size_t>(first);
}

}  // namespace

machine_model machine_from(const std::string& synthetic) {
  const topology found = load(synthetic);
  machine_model model;
  const int cores = hwloc_get_nbobjs_by_type(found.get(), HWLOC_OBJ_CORE);
  const int cpus = hwloc_get_nbobjs_by_type(found.get(), HWLOC_OBJ_PU);
  if (cores < 1 || cpus < cores) {
    throw std::runtime_error("no cores in " + synthetic);
  }
  model.workers = static_cast<std::size_t>(cpus);
  model.cores = cpus > cores ? static_cast<std::size_t>(cores) : 0;
  for (int cpu = 0; cpu < cpus; ++cpu) {
    const auto core = static_cast<unsigned>(cpu % cores);
    model.nodes.push_back(node_of(hwloc_get_obj_by_type(found.get(), HWLOC_OBJ_CORE, core)));
  }
  return model;
}

}  // namespace amorsize_tests
