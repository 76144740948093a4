// Small files of the system as text: /proc, /sys, control groups.
// Thread safety: the functions are thread-safe; a reader belongs to one thread at a time.
#pragma once

#include <amorsize/version.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace probe {

/// Far more than any value file of /proc or /sys holds.
inline constexpr std::size_t largest_text_bytes = std::size_t{64} * 1024;

/// The content of the file at `path` below `root` ("/" in production, a fake tree in tests).
///
/// Returns:  nullopt when path is not absolute or has a ".." component, when it cannot be read, or
///           when it is longer than limit_bytes (half a file would parse as something else).
/// Overhead: about 6 us: open, read, close.
/// errno:    unchanged.
[[nodiscard]] std::optional<std::string> read_text_file(
    std::string_view root,
    std::string_view path,
    std::size_t limit_bytes = largest_text_bytes) noexcept;

/// The same into a buffer of its own: a file of up to `short_bytes` is read without an allocation.
/// Errors, limits and errno: as read_text_file. A text is valid until the next read.
class text_reader {
 public:
  /// Most files of /proc and /sys are shorter.
  static constexpr std::size_t short_bytes = 4096;

  /// The characters of `root` must outlive the reader.
  explicit text_reader(std::string_view root) noexcept : root_(root) {}

  [[nodiscard]] std::optional<std::string_view> read(
      std::string_view path, std::size_t limit_bytes = largest_text_bytes) noexcept {
    return read({}, path, limit_bytes);
  }

  /// The file `name`, which begins with a slash, in `directory`.
  [[nodiscard]] std::optional<std::string_view> read(
      std::string_view directory,
      std::string_view name,
      std::size_t limit_bytes = largest_text_bytes) noexcept;

 private:
  std::string_view root_;
  std::array<char, short_bytes> short_text_;
  std::string long_text_;
};

/// True for absolute paths without a ".." component or a NUL byte: those that stay below a root.
[[nodiscard]] bool is_contained_path(std::string_view path) noexcept;

}  // namespace probe
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
