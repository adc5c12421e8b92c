#include "chain/polymarket/market.hpp"

#include <algorithm>

#include "chain/polymarket/loose_number.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

constexpr usdc smallest_buy = 1_usdc;  // the venue's rule for a marketable BUY
/// The fee is rounded up per trade: room for this many trades beyond the first.
constexpr std::int64_t rounding_room = 50 * 10;

std::optional<usdc> read_tick(const nlohmann::json* value) {
  const auto micro = read_loose_micro(value);
  if (!micro || *micro <= 0 || *micro > micro_per_usdc) return std::nullopt;
  return usdc{*micro};
}

}  // namespace

std::optional<std::string> read_condition(std::string_view body) {
  const auto document = net::read_json(body);
  const auto* id = document ? net::text_member(*document, "condition_id") : nullptr;
  const auto hash = id ? hash256::parse(*id) : std::nullopt;
  return hash ? std::optional{hash->hex()} : std::nullopt;
}

std::optional<market> read_market(std::string_view body, const uint256& token) {
  const auto document = net::read_json(body);
  if (!document) return std::nullopt;
  const auto* condition = net::text_member(*document, "c");
  const auto* outcomes = net::array_member(*document, "t");
  const auto tick = read_tick(net::member(*document, "mts"));
  const auto ticks = tick ? rounding_of(*tick) : std::nullopt;
  const auto fees = read_fee_schedule(net::member(*document, "fd"));
  if (!condition || !outcomes || !ticks || !fees) return std::nullopt;
  const auto text = token.decimal();
  const bool listed = std::any_of(outcomes->begin(), outcomes->end(), [&](const auto& outcome) {
    const auto* id = net::text_member(outcome, "t");
    return id && *id == text;
  });
  if (!listed) return std::nullopt;
  return market{token,
                *condition,
                *ticks,
                net::flag_member(*document, "nr").value_or(false),
                net::flag_member(*document, "ao").value_or(true),
                *fees};
}

bool is_protocol_v2(const uint256& token) noexcept {
  const auto is_zero = [](std::uint8_t b) { return b == 0; };
  const auto reserved = token.bytes.begin() + 19;  // bits 103 to 40
  return std::all_of(reserved, reserved + 8, is_zero) &&
         !std::all_of(token.bytes.begin(), reserved, is_zero);
}

std::optional<priced_order> price_buy(usdc budget, usdc cap, const market& m) {
  const bool has_fee = m.fees.rate_micro > 0;
  const auto usable = has_fee ? sub_saturating(budget, usdc{rounding_room}) : budget;
  const auto spend = largest_spend(usable, cap, m.ticks.tick, m.fees);
  if (spend < smallest_buy) return std::nullopt;
  const auto amounts = immediate_buy(spend, cap);
  if (!amounts || amounts->maker < smallest_buy.micro) return std::nullopt;
  const auto fee = worst_fee(usdc{amounts->maker}, cap, m.ticks.tick, m.fees);
  if (!fee) return std::nullopt;
  const auto most = has_fee ? add_saturating(*fee, usdc{rounding_room}) : *fee;
  const auto total = add(usdc{amounts->maker}, most);
  if (!total || *total > budget) return std::nullopt;
  return priced_order{*amounts, most};
}

std::optional<priced_order> price_sell(share_amount shares, usdc floor, const market& m) {
  const auto amounts = immediate_sell(shares, floor);
  if (!amounts) return std::nullopt;
  const auto fee = worst_sell_fee({amounts->maker}, floor, m.fees);
  if (!fee) return std::nullopt;
  return priced_order{*amounts, *fee};
}

}  // namespace headroom::chain::polymarket
