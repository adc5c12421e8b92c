#pragma once

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

#include "domain/ids.hpp"
#include "domain/time.hpp"

namespace headroom::persistence {

/// Rows of one page, whatever was asked for.
[[nodiscard]] constexpr std::uint32_t page_size(std::uint32_t limit) noexcept {
  return std::clamp<std::uint32_t>(limit, 1, 200);
}

/// Where a page that lists the newest first goes on: after this row. As text
/// "<microseconds>.<uuid>", opaque to clients.
template <class Id>
struct cursor {
  timestamp created_at{std::numeric_limits<std::int64_t>::max()};
  Id id;
  bool first_page = true;

  /// "" is the first page; nothing when the text is not a cursor.
  [[nodiscard]] static std::optional<cursor> parse(std::string_view text) {
    cursor out;
    if (text.empty()) return out;
    const auto dot = text.find('.');
    if (dot == text.npos) return std::nullopt;
    const auto* end = text.data() + dot;
    const auto read = std::from_chars(text.data(), end, out.created_at.us);
    const auto id = Id::parse(text.substr(dot + 1));
    // The bound is the year 9999: beyond, PostgreSQL would refuse what we ask.
    const bool sane = read.ec == std::errc{} && read.ptr == end && out.created_at.us > 0 &&
                      out.created_at.us < 253'402'300'800'000'000;
    if (!sane || !id) return std::nullopt;
    out.id = *id;
    out.first_page = false;
    return out;
  }

  [[nodiscard]] static std::string text(timestamp created_at, const Id& id) {
    return std::to_string(created_at.us) + "." + id.text();
  }
};

}  // namespace headroom::persistence
