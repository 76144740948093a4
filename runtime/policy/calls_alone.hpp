// A site whose workers hindered each other begins its next calls alone, and one whose helpers were
// of use does not doubt them at once.
//
// What workers do to each other (a lock, an atomic, the memory) is found out by a trial in each
// map. That costs a tenth and more of one that lasts a millisecond, each time anew. Thread safety:
// pure functions and values.
#pragma once

#include <amorsize/version.hpp>

#include <algorithm>
#include <cstdint>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace policy {

/// What a call has shown about helpers.
enum class helpers_were : std::uint8_t { not_judged, of_use, in_doubt, of_no_use };

/// One verdict is a suspicion: in a map of 200 us a helper that was late or lost its CPU looks
/// useless. After the second so many calls begin alone, after each later one twice as many.
inline constexpr std::uint16_t suspicion = 1;
inline constexpr std::uint16_t first_calls_alone = 15;
inline constexpr std::uint16_t most_calls_alone = 255;
/// `given` of a site whose helpers were of use when that was judged last. The first tenth of a
/// millisecond of a map may be slow for all workers (they free what the others allocated in the
/// call before, at the end of the input), and sending helpers away to compare makes it so again.
inline constexpr std::uint16_t proven = 256;

/// What a site remembers of it.
struct calls_alone {
  std::uint16_t left = 0;   ///< calls that will begin alone
  std::uint16_t given = 0;  ///< by the newest verdict; or `suspicion`, or `proven`

  friend constexpr bool operator==(const calls_alone&, const calls_alone&) = default;
};

[[nodiscard]] constexpr calls_alone after_call(calls_alone before, helpers_were seen) noexcept {
  switch (seen) {
    case helpers_were::of_use:
      return {0, proven};
    case helpers_were::in_doubt:
      if (before.given == proven) {
        return {};
      }
      break;
    case helpers_were::of_no_use: {
      if (before.given < suspicion || before.given == proven) {
        return {0, suspicion};
      }
      const int next = before.given > suspicion ? 2 * before.given + 1 : first_calls_alone;
      const auto given = static_cast<std::uint16_t>(std::min<int>(next, most_calls_alone));
      return {given, given};
    }
    case helpers_were::not_judged:
      break;
  }
  return {static_cast<std::uint16_t>(before.left > 0 ? before.left - 1 : 0), before.given};
}

}  // namespace policy
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
