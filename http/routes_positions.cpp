#include <list>
#include <map>
#include <set>

#include "http/asking.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/own_data.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

using bids = std::map<uint256, usdc>;

position_filter read_filter(const exchange& x, const principal& reader, const query_fields& query) {
  std::optional<address> user;
  if (const auto text = query.text("user_address"))
    user = read_address(x.services().ethereum, "user_address", *text);
  user = listed_for(reader, user);
  if (!user) throw bad_field("user_address", "is required");
  position_filter out{*user};
  if (const auto text = query.text("status")) {
    if (*text != "open" && *text != "all") throw bad_field("status", "must be open or all");
    out.open_only = *text == "open";
  }
  if (const auto text = query.text("cursor")) out.cursor = read_cursor("cursor", *text);
  out.limit = read_count("limit", query.text("limit").value_or("50"), 1, 200);
  return out;
}

constexpr std::size_t most_markets_asked = 20;  // of one page
constexpr std::chrono::milliseconds longest_look{1'000};

/// What a share of each open position could be sold for now, as far as the market's books are at
/// hand: by token.
task<bids> bids_of(exchange& x, const std::vector<position>& positions) {
  std::set<hash256> conditions;
  for (const auto& p : positions)
    if (p.result == settlement_result::none && !p.condition.is_zero() &&
        conditions.size() < most_markets_asked)
      conditions.insert(p.condition);
  x.hurry(longest_look);
  std::list<asking<actors::market_view>> asked;  // at once
  for (const auto& condition : conditions)
    asked.emplace_back(x, x.services().dir.handles.get<actors::market_actor>(),
                       actors::get_market{condition});
  bids out;
  for (auto& one : asked)
    if (const auto market = co_await one)
      for (const auto& o : market->outcomes)
        if (o.bid.is_positive()) out.emplace(o.token, o.bid);
  co_return out;
}

task<> list_positions(exchange& x, position_filter filter) {
  const auto page = or_refuse(
      co_await ask<position_page>(x, x.services().dir.handles.public_query(), std::move(filter)),
      "cursor");
  const auto prices = co_await bids_of(x, page.positions);
  const auto& ethereum = x.services().ethereum;
  auto list = list_of(page.positions, [&](const position& p) {
    const auto price = prices.find(p.token);
    return position_document(p, ethereum, price == prices.end() ? usdc{} : price->second);
  });
  x.reply_json(to_text(page_document("positions", std::move(list), page.next_cursor)));
}

}  // namespace

task<> get_positions(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields query{x.asked().query, {"user_address", "status", "cursor", "limit"}};
  return list_positions(x, read_filter(x, reader, query));
}

}  // namespace headroom::http
