// How good the estimates were, as a sentence.
// Thread safety: thread-safe; pure functions.
#pragma once

#include "runtime/policy/decision_audit.hpp"

#include <string>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// "predicted 1.02 ms, took 1.10 ms (+8 %); an item 98 ns, was 104 ns (+6 %)". Empty when nothing
/// was predicted. Total.
[[nodiscard]] std::string audit_text(const policy::decision_audit& of);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
