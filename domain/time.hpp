#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headroom {

/// Wall-clock time in microseconds since 1970-01-01 UTC; what PostgreSQL's timestamptz holds.
/// 0 means "not set".
struct timestamp {
  std::int64_t us = 0;

  friend constexpr auto operator<=>(const timestamp&, const timestamp&) = default;
  [[nodiscard]] constexpr bool is_set() const noexcept { return us != 0; }
  [[nodiscard]] constexpr std::int64_t seconds() const noexcept { return us / 1'000'000; }
  [[nodiscard]] static constexpr timestamp of_seconds(std::int64_t s) noexcept {
    return {s * 1'000'000};
  }
  [[nodiscard]] constexpr timestamp minus(std::chrono::microseconds d) const noexcept {
    return plus(-d);
  }
  [[nodiscard]] constexpr timestamp plus(std::chrono::microseconds d) const noexcept {
    return {us + d.count()};
  }
};

/// RFC 3339 in UTC with milliseconds: "2026-11-21T04:31:05.250Z".
[[nodiscard]] std::string to_rfc3339(timestamp t);
/// Reads RFC 3339 with "Z" or a numeric offset and up to nine decimals of a second (rounded down to
/// microseconds); years 1970 to 9999.
[[nodiscard]] std::optional<timestamp> parse_rfc3339(std::string_view text);

}  // namespace headroom
