#include "bench/driver/cell_names.hpp"
#include "bench/driver/selection.hpp"
#include "bench/driver/self_test.hpp"
#include "bench/driver/variants.hpp"

#include <algorithm>
#include <regex>

namespace amorsize_bench {
namespace {

std::vector<std::string> chosen_cells(const stock& of, const options& how) {
  const std::string pattern = how.cell.empty() && how.is_self_test ? self_test_cells : how.cell;
  const std::regex wanted(pattern);
  std::vector<std::string> cells;
  for (const std::string& cell : of.cells) {
    if (std::regex_search(cell, wanted)) {
      cells.push_back(cell);
    }
  }
  return how.is_quick ? spread_sample(cells, quick_cells) : cells;
}

bool is_chosen(const variant& one, const options& how) {
  if (how.is_self_test) {
    return std::regex_search(one.name, std::regex(self_test_variants));
  }
  if (!how.variant.empty()) {
    return std::regex_search(one.name, std::regex(how.variant)) &&
           (one.kind != family::control || how.has_controls);
  }
  return one.kind == family::control ? how.has_controls : !how.is_quick || is_quick(one);
}

}  // namespace

selection select(const stock& of, const options& how) {
  selection made;
  made.cells = chosen_cells(of, how);
  for (const std::string& cell : of.cells) {
    if (std::find(made.cells.begin(), made.cells.end(), cell) == made.cells.end()) {
      made.cells_left_out.push_back(cell);
    }
  }
  std::vector<std::string> names;
  for (const program& each : of.programs) {
    names.push_back(each.name);
  }
  for (const variant& one : variants_of(names)) {
    if (is_chosen(one, how)) {
      made.variants.push_back(one);
    } else if (one.kind != family::control) {
      made.variants_left_out.push_back(one.name);
    }
  }
  return made;
}

}  // namespace amorsize_bench
