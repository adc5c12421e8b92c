#include "chain/polymarket/decimal.hpp"

#include <algorithm>

namespace headroom::chain::polymarket {
namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::int64_t> read_micro(std::string_view text, excess rule) {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  const auto fraction =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || whole.size() > 12 || fraction.size() > 18 || !all_digits(whole) ||
      !all_digits(fraction) || (point != std::string_view::npos && fraction.empty()))
    return std::nullopt;
  std::int64_t micro = 0;
  for (const char c : whole) micro = micro * 10 + (c - '0');
  for (std::size_t i = 0; i < 6; ++i)
    micro = micro * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  const auto rest = fraction.size() > 6 ? fraction.substr(6) : std::string_view{};
  if (std::all_of(rest.begin(), rest.end(), [](char c) { return c == '0'; })) return micro;
  if (rule == excess::refuse) return std::nullopt;
  return micro + 1;
}

}  // namespace headroom::chain::polymarket
