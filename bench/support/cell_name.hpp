// The names of cells: `workload/argument:value/…`, the same in every executable.
// Thread safety: thread-safe, no state.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace bench {

struct cell_argument {
  std::string_view name;
  std::size_t value;
};

/// cell_name("few_long", {{"items", 2}, {"us", 5000}}) is "few_long/items:2/us:5000".
[[nodiscard]] inline std::string cell_name(std::string_view workload,
                                           std::initializer_list<cell_argument> arguments = {}) {
  std::string name(workload);
  for (const cell_argument& argument : arguments) {
    name.append("/").append(argument.name).append(":").append(std::to_string(argument.value));
  }
  return name;
}

}  // namespace bench
