#include "runtime/insight/number_text.hpp"
#include "runtime/limit_text.hpp"
#include "runtime/probe/cpu_affinity.hpp"
#include "runtime/probe/probe_machine.hpp"

#include <algorithm>
#include <optional>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {

std::string limit_text(std::size_t limit_jobs, const settings& with) {
  using insight::count_text;
  if (with.n_jobs != 0) {
    return "n_jobs was set to " + count_text(with.n_jobs);
  }
  if (with.max_jobs != 0 && (with.max_jobs == limit_jobs || with.max_jobs == 1)) {
    return "max_jobs was set to " + count_text(with.max_jobs);
  }
  const probe::cpu_limits cpus = probe::known_cpu_limits();
  if (limit_jobs == 0 || limit_jobs > cpus.usable_cpus) {
    return {};
  }
  const std::size_t online = probe::online_cpus();
  std::string text = count_text(limit_jobs) + (limit_jobs == 1 ? " worker: " : " workers: ");
  text += cpus.allowed_cpus < online
              ? "the affinity mask leaves " + count_text(cpus.allowed_cpus) + " of "
              : std::string();
  text += count_text(online) + (online == 1 ? " CPU" : " CPUs");
  if (cpus.cpu_quota > 0.0) {
    text += ", a quota of " + insight::ratio_text(cpus.cpu_quota);
  }
  if (const std::optional<std::size_t> cores = probe::known_physical_cores(); cores) {
    text += ", " + count_text(*cores) + (*cores == 1 ? " physical core" : " physical cores");
  }
  if (limit_jobs < cpus.usable_cpus) {
    text += "; other maps or oneTBB's limit took the rest";
  }
  return text;
}

}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
