#include "runtime/insight/text_block.hpp"
#include "runtime/insight/utf8.hpp"

#include <algorithm>
#include <ostream>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {
namespace {

constexpr std::size_t indent_columns = 2;
constexpr std::size_t name_columns = 11;
constexpr std::size_t text_column = indent_columns + name_columns + 1;

/// The beginning of a printable text that fits, cut after a space where there is one. Leading
/// spaces align columns: they are kept, and no place to cut.
std::string_view first_line(std::string_view text, std::size_t columns) {
  const std::string_view fitting = first_columns(text, columns);
  if (fitting.size() == text.size()) {
    return text;
  }
  const std::size_t begin = text.find_first_not_of(' ');
  const std::size_t space = fitting.rfind(' ');
  if (space != std::string_view::npos && space > begin) {
    return text.substr(0, space + 1);
  }
  if (!fitting.empty()) {
    return fitting;
  }
  return text.substr(0, first_character(text).length);  // wider than the line: still progress
}

std::string_view without_trailing_spaces(std::string_view text) {
  const std::size_t last = text.find_last_not_of(' ');
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

}  // namespace

text_block::text_block(std::string_view title) {
  const std::string printable = printable_text(title);
  text_ = std::string(first_columns(printable, text_block_columns)) + "\n";
}

void text_block::row(std::string_view name, std::string_view text, std::size_t hanging_columns) {
  const std::string printable = printable_text(text);
  std::string_view rest = printable;
  const std::size_t hanging = std::min(hanging_columns, text_block_columns / 2);
  std::size_t column = text_column;
  std::string line = std::string(indent_columns, ' ') + left_aligned(name, name_columns) + " ";
  do {
    const std::string_view piece =
        rest.empty() ? rest : first_line(rest, text_block_columns - column);
    line += piece;
    text_ += without_trailing_spaces(line);
    text_ += '\n';
    rest.remove_prefix(piece.size());
    column = text_column + hanging;
    line.assign(column, ' ');
  } while (!rest.empty());
}

std::string right_aligned(std::string_view text, std::size_t columns) {
  const std::size_t used = std::min(columns, column_count(text));
  return std::string(columns - used, ' ').append(text);
}

std::string left_aligned(std::string_view text, std::size_t columns) {
  const std::size_t used = std::min(columns, column_count(text));
  return std::string(text).append(columns - used, ' ');
}

void write_text(std::ostream& out, std::string_view text) {
  out.width(0);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
