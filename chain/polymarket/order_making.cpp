#include "chain/polymarket/order_making.hpp"

#include "actors/error.hpp"

namespace headroom::chain::polymarket {
namespace {

/// Why no order of ours can go to this market at this price.
std::optional<caf::error> unfit(const market& m, usdc price, std::string_view field) {
  if (!m.accepting) return make_error(errc::market_closed);
  switch (check_price(price, m.ticks)) {
    case price_check::ok: return std::nullopt;
    case price_check::off_tick:
      return make_error(errc::price_off_tick, "tick " + to_string(m.ticks.tick));
    case price_check::out_of_bounds: break;
  }
  return make_error(errc::invalid_field, std::string{field} + " is outside [tick, 1 - tick]");
}

actors::order_quote quote_of(const market& m, order_side side, order_fill fill, usdc price,
                             const priced_order& order) {
  const bool buys = side == order_side::buy;
  const auto& a = order.amounts;
  return {m.token,
          m.neg_risk,
          side,
          fill,
          {buys ? a.maker : a.taker},
          {buys ? a.taker : a.maker},
          order.max_fee,
          price,
          m.fees.rate_micro,
          m.fees.exponent};
}

}  // namespace

caf::expected<actors::order_quote> quote_at(const actors::quote_order& x, const market& m) {
  if (auto why = unfit(m, x.max_price, "max_price")) return std::move(*why);
  const auto buy = price_buy(x.amount, x.max_price, m);
  if (!buy) return make_error(errc::amount_too_small, "less than $1 is left after the fee");
  return quote_of(m, order_side::buy, x.fill, x.max_price, *buy);
}

caf::expected<actors::order_quote> quote_at(const actors::quote_sale& x, const market& m) {
  if (auto why = unfit(m, x.min_price, "min_price")) return std::move(*why);
  const auto sale = price_sell(x.shares, x.min_price, m);
  if (!sale)
    return make_error(errc::amount_too_small,
                      "sold are steps of 0.01 shares, and less than one share only at a min_price "
                      "of two decimals");
  return quote_of(m, order_side::sell, x.fill, x.min_price, *sale);
}

order order_of(const actors::order_quote& q, const hash256& noise, timestamp now) {
  order out;
  for (std::size_t i = 0; i < 8; ++i) out.salt = out.salt << 8 | noise.bytes[i];
  out.salt &= max_salt;
  const bool buys = q.side == order_side::buy;
  out.token = q.token;
  out.maker_amount = buys ? q.money.micro : q.shares.micro;
  out.taker_amount = buys ? q.shares.micro : q.money.micro;
  out.side = q.side;
  out.timestamp_ms = static_cast<std::uint64_t>(now.us / 1000);
  return out;
}

}  // namespace headroom::chain::polymarket
