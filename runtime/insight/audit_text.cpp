#include "runtime/insight/audit_text.hpp"
#include "runtime/insight/number_text.hpp"

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

/// " (+8 %)", or " (12.3 x)" where a percentage says nothing.
std::string error_text(double ratio) {
  if (ratio >= 2.0 || ratio < 0.5) {
    return " (" + ratio_text(ratio) + " x)";
  }
  const std::string percent = percent_text(ratio - 1.0);
  const bool negative = percent.starts_with('-');
  return negative ? " (" + percent + ")" : " (+" + percent + ")";
}

}  // namespace

std::string audit_text(const policy::decision_audit& of) {
  if (!(of.elapsed_ratio > 0.0)) {
    return {};
  }
  std::string text = "predicted " + duration_text(of.estimated_elapsed) + ", took " +
                     duration_text(of.measured_elapsed) + error_text(of.elapsed_ratio);
  if (of.cost_ratio > 0.0) {
    text += "; an item " + duration_text(of.estimated_cost) + ", was " +
            duration_text(of.measured_cost) + error_text(of.cost_ratio);
  }
  if (of.start_ratio > 0.0) {
    text += "; first helper after " + duration_text(of.estimated_start) + ", was " +
            duration_text(of.measured_start) + error_text(of.start_ratio);
  }
  return text;
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
