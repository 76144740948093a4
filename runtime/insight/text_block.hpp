// A title and aligned "name  text" rows for a terminal of 100 columns.
// Thread safety: thread-compatible.
#pragma once

#include <amorsize/version.hpp>

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// Columns no line exceeds.
inline constexpr std::size_t text_block_columns = 100;

/// Builds the text. Whatever it is given is made printable first: one row can neither forge
/// another one nor send commands to the terminal.
class text_block {
 public:
  explicit text_block(std::string_view title);

  /// One row, wrapped at spaces below where the text began. An empty name continues the last row.
  /// `hanging_columns` is how far wrapped lines are indented beyond the start of the text.
  void row(std::string_view name, std::string_view text, std::size_t hanging_columns = 0);

  /// What was built, ending in a newline; the block is empty afterwards.
  [[nodiscard]] std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

/// The text, with spaces in front of it up to so many columns.
[[nodiscard]] std::string right_aligned(std::string_view text, std::size_t columns);

/// The text, with spaces behind it up to so many columns.
[[nodiscard]] std::string left_aligned(std::string_view text, std::size_t columns);

/// Writes a finished text. Of the stream's formatting state nothing applies; its width is used up,
/// as by every other <<.
void write_text(std::ostream& out, std::string_view text);

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
