#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text as protocols write it: ASCII without a locale, UTF-8 by its bytes. Pure.
namespace headroom {

[[nodiscard]] constexpr char ascii_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] std::string ascii_lower(std::string_view text);
/// Equal but for the case of ASCII letters.
[[nodiscard]] bool same_but_for_case(std::string_view a, std::string_view b) noexcept;
/// Without the blanks and tabs around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Bytes of the UTF-8 character that `text` begins with, 1 for ASCII; 0 when there is none, or a
/// broken one (RFC 3629: overlong, a surrogate, above U+10FFFF).
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace headroom
