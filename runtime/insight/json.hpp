// A tiny JSON writer: what it writes is valid whatever it is given.
// Thread safety: thread-compatible; the free function is thread-safe.
#pragma once

#include <amorsize/version.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace amorsize {
inline namespace AMORSIZE_ABI_NAMESPACE {
namespace insight {

/// A JSON string, quotes included. Ill-formed UTF-8 becomes U+FFFD, control characters and `<` are
/// escaped: the result may stand inside a script element of an HTML page.
[[nodiscard]] std::string json_string(std::string_view text);

/// Writes one JSON value into a string. The calls must nest properly; commas come by themselves.
class json_writer {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  /// The name of the next value in an object.
  void key(std::string_view name);

  void value(std::string_view text);
  void value(double number);  ///< shortest text that reads back the same; not finite: null
  void value(std::integral auto number) {
    if constexpr (std::signed_integral<decltype(number)>) {
      signed_value(number);
    } else {
      unsigned_value(number);
    }
  }
  void value(bool) = delete;
  void value(const char*) = delete;  // would convert to bool first

  /// key(name), value(content)
  template <class T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }

  /// What was written; the writer is empty afterwards.
  [[nodiscard]] std::string take() {
    needs_comma_ = false;
    return std::exchange(text_, {});
  }

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();
  void signed_value(std::int64_t number);
  void unsigned_value(std::uint64_t number);

  std::string text_;
  bool needs_comma_ = false;  ///< a value came last, at this level
};

}  // namespace insight
}  // namespace AMORSIZE_ABI_NAMESPACE
}  // namespace amorsize
