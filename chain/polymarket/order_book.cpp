#include "chain/polymarket/order_book.hpp"

#include <algorithm>

#include "chain/polymarket/loose_number.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

/// Levels of one side, as they come. Sorted afterwards: that the best is last is the venue's habit,
/// not a promise.
std::vector<book_level> read_side(const nlohmann::json& levels) {
  std::vector<book_level> out;
  for (const auto& level : levels) {
    const auto price = read_loose_micro(net::member(level, "price"));
    const auto size = read_loose_micro(net::member(level, "size"));
    if (price && size && *price > 0 && *price<micro_per_usdc&& * size> 0)
      out.push_back({usdc{*price}, share_amount{*size}});
  }
  return out;
}

/// What taking all of it costs, rounded down as the exchange does (facts/polymarket.md, change 3).
usdc cost_of(const book_level& l) {
  return {mul_div_floor(l.size.micro, l.price.micro, micro_per_usdc).value_or(INT64_MAX)};
}

/// The cap that reaches this level: prices off the tick are older than the tick.
usdc cap_for(const book_level& l, usdc tick) {
  return {mul_div_ceil(l.price.micro, 1, tick.micro).value_or(0) * tick.micro};
}

/// An ask that an order may reach, and all that is offered up to it.
struct step {
  usdc cap;
  usdc offered;
};

std::vector<step> steps_of(const book& b) {
  std::vector<step> out;
  usdc offered;
  for (const auto& level : b.asks) {
    const auto cap = cap_for(level, b.ticks.tick);
    if (check_price(cap, b.ticks) != price_check::ok) break;
    offered = add_saturating(offered, cost_of(level));
    out.push_back({cap, offered});
  }
  return out;
}

/// Spends `money` from the best ask on, at no more than `out.worst_price`.
void take(const book& b, usdc money, const fee_schedule& fees, buy_walk& out) {
  auto left = money;
  for (const auto& level : b.asks) {
    if (level.price > out.worst_price || !left.is_positive()) break;
    const auto cost = cost_of(level);
    const bool whole = left >= cost;
    const auto paid = whole ? cost : left;
    const auto shares =
        whole ? level.size.micro
              : mul_div_floor(left.micro, micro_per_usdc, level.price.micro).value_or(0);
    left = sub_saturating(left, paid);
    out.spend = add_saturating(out.spend, paid);
    out.shares.micro = add_saturating(usdc{out.shares.micro}, usdc{shares}).micro;
    out.fee = add_saturating(out.fee, fee_for({shares}, level.price, fees).value_or(usdc{}));
  }
  if (out.shares.micro > 0)
    out.average_price = {
        mul_div_floor(out.spend.micro, micro_per_usdc, out.shares.micro).value_or(0)};
}

}  // namespace

std::optional<book> read_book(std::string_view body, const uint256& token) {
  const auto document = net::read_json(body);
  if (!document) return std::nullopt;
  const auto* id = net::text_member(*document, "asset_id");
  const auto* condition = net::text_member(*document, "market");
  const auto* asks = net::array_member(*document, "asks");
  const auto* bids = net::array_member(*document, "bids");
  const auto tick = read_loose_micro(net::member(*document, "tick_size"));
  const auto ticks = tick ? rounding_of(usdc{*tick}) : std::nullopt;
  const auto hash = condition != nullptr ? hash256::parse(*condition) : std::nullopt;
  if (id == nullptr || *id != token.decimal() || !hash || asks == nullptr || bids == nullptr ||
      !ticks)
    return std::nullopt;
  book out{*hash, *ticks, read_side(*asks), read_side(*bids)};
  const auto cheaper = [](const book_level& a, const book_level& b) { return a.price < b.price; };
  std::stable_sort(out.asks.begin(), out.asks.end(), cheaper);
  std::stable_sort(out.bids.begin(), out.bids.end(),
                   [](const book_level& a, const book_level& b) { return a.price > b.price; });
  return out;
}

std::optional<buy_walk> walk_asks(const book& b, usdc budget, const market& m) {
  auto now = m;
  now.ticks = b.ticks;
  const auto steps = steps_of(b);
  if (steps.empty()) return buy_walk{};
  const auto order_at = [&](const step& s) { return price_buy(budget, s.cap, now); };
  // A higher cap reserves as much fee or more, so the order shrinks while what is offered grows.
  const auto enough = std::partition_point(steps.begin(), steps.end(), [&](const step& s) {
    const auto order = order_at(s);
    return order && order->amounts.maker > s.offered.micro;
  });
  const auto& last = enough == steps.end() ? steps.back() : *enough;
  const auto order = order_at(last);
  if (!order) return std::nullopt;
  buy_walk out;
  out.worst_price = last.cap;
  out.fills_whole = enough != steps.end();
  take(b, usdc{order->amounts.maker}, now.fees, out);
  return out;
}

}  // namespace headroom::chain::polymarket
