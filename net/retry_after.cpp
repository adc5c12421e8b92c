#include "net/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace headroom::net {
namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// All of `text`, digits only.
std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t out = 0;
  const auto* end = text.data() + text.size();
  const auto r = std::from_chars(text.data(), end, out);
  if (text.empty() || r.ec != std::errc{} || r.ptr != end || out < 0) return std::nullopt;
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::int64_t> read_http_date(std::string_view text) {
  // Sun, 06 Nov 1994 08:49:37 GMT
  // 0123456789012345678901234567
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT") ||
      text[19] != ':' || text[22] != ':')
    return std::nullopt;
  const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
  const auto day = whole_number(text.substr(5, 2));
  const auto year = whole_number(text.substr(12, 4));
  const auto hour = whole_number(text.substr(17, 2));
  const auto minute = whole_number(text.substr(20, 2));
  const auto second = whole_number(text.substr(23, 2));
  if (month == months.end() || !day || !year || !hour || !minute || !second || *hour > 23 ||
      *minute > 59 || *second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year{static_cast<int>(*year)},
      std::chrono::month{static_cast<unsigned>(month - months.begin() + 1)},
      std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  return days * std::int64_t{86'400} + *hour * 3'600 + *minute * 60 + *second;
}

std::optional<std::chrono::seconds> read_retry_after(std::string_view text, std::int64_t now) {
  const auto value = trimmed(text);
  if (const auto seconds = whole_number(value)) return std::chrono::seconds{*seconds};
  const auto at = read_http_date(value);
  if (!at) return std::nullopt;
  return std::chrono::seconds{std::max<std::int64_t>(*at - now, 0)};
}

}  // namespace headroom::net
