// The machine as text.
#include "runtime/insight/number_text.hpp"
#include "runtime/insight/report_text.hpp"
#include "runtime/insight/text_block.hpp"

#include <amorsize/machine.hpp>

#include <array>
#include <ostream>
#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

std::string known_count(std::size_t count) {
  return count == 0 ? std::string("unknown") : count_text(count);
}

/// "32 KiB", "7.70 GiB"; 0 gives the text for it.
std::string bytes_text(std::uint64_t bytes, const char* text_for_zero) {
  if (bytes == 0) {
    return text_for_zero;
  }
  constexpr std::array<const char*, 6> units{" B", " KiB", " MiB", " GiB", " TiB", " PiB"};
  constexpr double per_next = 1024.0;
  constexpr double first_with_four_digits = 999.5;
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= first_with_four_digits && unit + 1 < units.size()) {
    value /= per_next;
    ++unit;
  }
  return (unit == 0 ? count_text(bytes) : ratio_text(value)) + units[unit];
}

std::string learnt(std::chrono::nanoseconds cost) {
  return cost.count() == 0 ? std::string("unknown") : duration_text(cost);
}

}  // namespace

std::string machine_text(const machine& value) {
  text_block block("amorsize machine");
  block.row("cores",
            known_count(value.physical_cores) + " usable, kinds " + known_count(value.core_kinds));
  block.row("cpus",
            known_count(value.allowed_cpus) + " allowed of " + known_count(value.logical_cores));
  block.row("numa nodes", known_count(value.numa_nodes));
  block.row("cpu quota", value.cpu_quota > 0.0 ? ratio_text(value.cpu_quota) + " CPUs" : "none");
  block.row("memory",
            bytes_text(value.memory_available, "unknown") + " available, limit " +
                bytes_text(value.memory_limit, "none"));
  block.row("caches",
            "L1 " + bytes_text(value.cache_l1_bytes, "unknown") + ", L2 " +
                bytes_text(value.cache_l2_bytes, "unknown") + ", L3 " +
                bytes_text(value.cache_l3_bytes, "unknown"));
  block.row("overheads",
            "wake-up " + learnt(value.measured_wake_cost) + ", first helper after " +
                learnt(value.measured_start_delay) + ", claim " +
                learnt(value.measured_claim_cost));
  for (const std::string& note : value.notes) {
    block.row("note", note);
  }
  return block.take();
}

}  // namespace insight

std::ostream& operator<<(std::ostream& out, const machine& value) {
  insight::write_text(out, insight::machine_text(value));
  return out;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
