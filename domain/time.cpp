#include "domain/time.hpp"

#include <cstdio>

namespace headroom {
namespace {

/// Reads exactly `digits` decimal digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int out = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return out;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string to_rfc3339(timestamp t) {
  using namespace std::chrono;
  const auto point = sys_time<microseconds>{microseconds{t.us}};
  const auto day = floor<days>(point);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(point - day)};
  char out[40];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()},
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return out;
}

std::optional<timestamp> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const auto y = take_digits(text, 4);
  if (!y || !take_char(text, '-')) return std::nullopt;
  const auto mo = take_digits(text, 2);
  if (!mo || !take_char(text, '-')) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d || !(take_char(text, 'T') || take_char(text, 't'))) return std::nullopt;
  const auto h = take_digits(text, 2);
  if (!h || !take_char(text, ':')) return std::nullopt;
  const auto mi = take_digits(text, 2);
  if (!mi || !take_char(text, ':')) return std::nullopt;
  const auto s = take_digits(text, 2);
  if (!s) return std::nullopt;
  std::int64_t fraction_us = 0;
  if (take_char(text, '.')) {
    std::size_t count = 0;
    std::int64_t scale = 100'000;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++count) {
      fraction_us += (text.front() - '0') * scale;
      scale /= 10;
      text.remove_prefix(1);
    }
    if (count == 0 || count > 9) return std::nullopt;
  }
  int offset_minutes = 0;
  if (!take_char(text, 'Z') && !take_char(text, 'z')) {
    const int sign = take_char(text, '+') ? 1 : take_char(text, '-') ? -1 : 0;
    const auto oh = take_digits(text, 2);
    if (sign == 0 || !oh || !take_char(text, ':')) return std::nullopt;
    const auto om = take_digits(text, 2);
    if (!om || *oh > 23 || *om > 59) return std::nullopt;
    offset_minutes = sign * (*oh * 60 + *om);
  }
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)},
                            day{static_cast<unsigned>(*d)}};
  if (!text.empty() || !date.ok() || *y < 1970 || *h > 23 || *mi > 59 || *s > 59)
    return std::nullopt;
  const auto whole =
      sys_days{date}.time_since_epoch() + hours{*h} + minutes{*mi - offset_minutes} + seconds{*s};
  return timestamp{duration_cast<microseconds>(whole).count() + fraction_us};
}

}  // namespace headroom
