#include "chain/polymarket/listing.hpp"

#include <algorithm>

#include "chain/polymarket/loose_number.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {

std::optional<market> listing::terms_of(const uint256& token) const {
  const bool listed = std::any_of(outcomes.begin(), outcomes.end(),
                                  [&](const outcome& o) { return o.token == token; });
  if (!listed) return std::nullopt;
  auto out = terms;
  out.token = token;
  return out;
}

std::optional<listing> read_listing(std::string_view body) {
  const auto document = net::read_json(body);
  const auto* outcomes = document ? net::array_member(*document, "t") : nullptr;
  if (outcomes == nullptr) return std::nullopt;
  listing out;
  for (const auto& o : *outcomes) {
    const auto* id = net::text_member(o, "t");
    const auto* name = net::text_member(o, "o");
    const auto token = id != nullptr ? uint256::parse_decimal(*id) : std::nullopt;
    if (!token || name == nullptr) return std::nullopt;
    out.outcomes.push_back({*token, *name});
  }
  if (out.outcomes.empty()) return std::nullopt;
  auto terms = read_market(body, out.outcomes.front().token);
  if (!terms) return std::nullopt;
  out.terms = std::move(*terms);
  out.min_order = {read_loose_micro(net::member(*document, "mos")).value_or(0)};
  return out;
}

}  // namespace headroom::chain::polymarket
