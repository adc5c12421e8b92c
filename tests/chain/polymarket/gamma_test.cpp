#include "chain/polymarket/gamma.hpp"

#include <gtest/gtest.h>

#include "chain/polymarket/market_views.hpp"
#include "tests/chain/polymarket/gamma_rows.hpp"

namespace headroom::chain::polymarket {
namespace {

using actors::market_status;
using nlohmann::json;

const auto condition = "0x" + std::string(64, 'a');

json row() { return headroom::test::gamma_row(condition, "Will it rain?"); }
json with(const char* name, const json& value) {
  auto out = row();
  out[name] = value;
  return out;
}
json without(const char* name) {
  auto out = row();
  out.erase(name);
  return out;
}

TEST(GammaMarket, IsReadWithItsArraysInsideStrings) {
  const auto m = read_gamma_market(row());
  ASSERT_TRUE(m);
  EXPECT_EQ(m->condition.hex(), condition);
  EXPECT_EQ(m->question, "Will it rain?");
  EXPECT_EQ(m->closes_at, parse_rfc3339("2027-01-15T08:00:00Z"));
  EXPECT_FALSE(m->protocol_v2) << "positionIds stand in v1 markets too";
  EXPECT_FALSE(m->closed);
  EXPECT_TRUE(m->accepting);
  EXPECT_EQ(m->uma, uma_status::none);
  EXPECT_TRUE(m->neg_risk);
  EXPECT_EQ(m->tick, 1'000_micro);
  EXPECT_EQ(m->min_order, share_amount{5'000'000});
  EXPECT_EQ(m->fees, (fee_schedule{50'000, 1}));
  EXPECT_EQ(m->delay_seconds, 3U);
  EXPECT_EQ(m->best_ask, 510'000_micro);
  EXPECT_EQ(m->best_bid, 490'000_micro) << "a text is a number too";
  ASSERT_EQ(m->outcomes.size(), 2U);
  EXPECT_EQ(m->outcomes[0].token, uint256::of(11));
  EXPECT_EQ(m->outcomes[0].name, "Yes");
  EXPECT_EQ(m->outcomes[1].token, uint256::of(12));
  EXPECT_EQ(m->outcomes[1].name, "No");
  EXPECT_EQ(m->outcomes[1].price, 500'000_micro);
}

TEST(GammaMarket, MayHaveRealArraysAndLackWhatNoOrderNeeds) {
  auto bare = with("clobTokenIds", json::array({"11", "12"}));
  for (const auto* name : {"endDate", "version", "active", "closed", "acceptingOrders",
                           "umaResolutionStatus", "negRisk", "orderMinSize", "feesEnabled",
                           "feeSchedule", "secondsDelay", "bestAsk", "bestBid", "outcomePrices"})
    bare.erase(name);
  const auto m = read_gamma_market(bare);
  ASSERT_TRUE(m);
  EXPECT_FALSE(m->closes_at.is_set());
  EXPECT_TRUE(m->accepting);
  EXPECT_FALSE(m->neg_risk);
  EXPECT_EQ(m->fees, fee_schedule{});
  EXPECT_EQ(m->best_ask, usdc{});
  EXPECT_EQ(m->outcomes[0].price, std::nullopt);
}

TEST(GammaMarket, OfWhichAnOrderCouldNotBeMadeIsNone) {
  const json broken[] = {
      without("conditionId"),
      with("conditionId", "0x12"),
      with("conditionId", 7),
      without("question"),
      with("question", nullptr),
      without("clobTokenIds"),
      with("clobTokenIds", "[\"11\"]"),
      with("clobTokenIds", "[\"11\", 12]"),
      with("clobTokenIds", "[\"11\", \"0\"]"),
      with("clobTokenIds", "[\"11\", \"-1\"]"),
      with("clobTokenIds", "no json"),
      with("clobTokenIds", ""),
      with("outcomes", "[\"Yes\"]"),
      with("outcomes", "{\"Yes\":1}"),
      without("outcomes"),
      without("orderPriceMinTickSize"),
      with("orderPriceMinTickSize", 0),
      with("orderPriceMinTickSize", 1),
      with("orderPriceMinTickSize", "much"),
      with("enableOrderBook", false),
      json::array(),
      json(nullptr),
      json("text"),
  };
  for (const auto& x : broken) EXPECT_FALSE(read_gamma_market(x)) << x.dump();
}

TEST(GammaMarket, WithAFeeThatWeCannotCalculateWithIsShownWithoutOne) {
  for (const auto& schedule :
       {json(nullptr), json{{"rate", 0.05}}, json{{"rate", 2}, {"exponent", 1}},
        json{{"rate", 0.05}, {"exponent", 1.5}}}) {
    const auto m = read_gamma_market(with("feeSchedule", schedule));
    ASSERT_TRUE(m) << schedule.dump();
    EXPECT_FALSE(m->fees) << schedule.dump();
    EXPECT_FALSE(view_of(*m, {}).fee_known);
  }
  EXPECT_EQ(read_gamma_market(with("feesEnabled", false))->fees, fee_schedule{});
}

TEST(GammaMarket, HasOneStatus) {
  struct row_of {
    const char* name;
    json value;
    bool closed;
    market_status status;
  };
  const row_of table[] = {
      {"id", "1", false, market_status::open},
      {"acceptingOrders", false, false, market_status::paused},
      {"active", false, false, market_status::paused},
      {"umaResolutionStatus", "proposed", false, market_status::open},  // not final
      {"umaResolutionStatus", "resolved", false, market_status::open},  // it trades until closed
      {"id", "1", true, market_status::closed},
      {"umaResolutionStatus", "disputed", true, market_status::closed},
      {"umaResolutionStatus", "some new word", true, market_status::closed},
      {"umaResolutionStatus", "resolved", true, market_status::resolved},
      {"umaResolutionStatus", "Settled", true, market_status::resolved},
      {"version", "v2", false, market_status::unsupported},
      {"version", "V2", true, market_status::unsupported},
  };
  for (const auto& [name, value, closed, status] : table) {
    auto x = with(name, value);
    x["closed"] = closed;
    const auto m = read_gamma_market(x);
    ASSERT_TRUE(m);
    EXPECT_EQ(status_of(*m), status) << name << " " << value.dump() << " closed " << closed;
  }
}

TEST(GammaMarket, ShowsTheSecondOutcomesPricesAsTheMirrorOfTheFirsts) {
  const auto at = timestamp::of_seconds(1'800'000'000);
  const auto v = view_of(*read_gamma_market(with("bestBid", 0.4)), at);
  ASSERT_EQ(v.outcomes.size(), 2U);
  EXPECT_EQ(v.outcomes[0].ask, 510'000_micro);
  EXPECT_EQ(v.outcomes[0].bid, 400'000_micro);
  EXPECT_EQ(v.outcomes[1].ask, 600'000_micro);
  EXPECT_EQ(v.outcomes[1].bid, 490'000_micro);
  EXPECT_EQ(v.as_of, at);
  const auto nobody_buys = view_of(*read_gamma_market(without("bestBid")), at);
  EXPECT_EQ(nobody_buys.outcomes[0].bid, usdc{});
  EXPECT_EQ(nobody_buys.outcomes[1].ask, usdc{}) << "and not 1";
  const auto over = view_of(*read_gamma_market(with("closed", true)), at);
  EXPECT_EQ(over.outcomes[0].ask, usdc{}) << "a closed market has no prices";
}

TEST(GammaPage, ABrokenRowSinksNobodyElse) {
  const json rows = json::array({row(), without("clobTokenIds"), 7, row()});
  for (const auto& body : {json{{"markets", rows}, {"next_cursor", "abc"}}.dump(), rows.dump()}) {
    const auto page = read_gamma_page(body);
    ASSERT_TRUE(page) << body;
    EXPECT_EQ(page->markets.size(), 2U);
    EXPECT_EQ(page->left_out, 2U);
  }
  EXPECT_EQ(read_gamma_page(json{{"markets", rows}, {"next_cursor", "abc"}}.dump())->next_cursor,
            "abc");
  EXPECT_EQ(read_gamma_page(json{{"markets", rows}}.dump())->next_cursor, "") << "the last page";
  for (const auto* body : {"", "<html>", "{}", "7", R"({"markets":{}})"})
    EXPECT_FALSE(read_gamma_page(body)) << body;
}

TEST(GammaSearch, IsTheMarketsOfItsEventsInTheirOrder) {
  json body;
  body["events"] = json::array();
  for (const auto& rows : {json::array({row(), without("question")}), json(nullptr),
                           json::array({with("question", "Snow?")})})
    body["events"].push_back({{"title", "an event"}, {"markets", rows}});
  body["pagination"] = {{"hasMore", true}, {"totalResults", 9}};
  const auto found = read_gamma_search(body.dump());
  ASSERT_TRUE(found);
  ASSERT_EQ(found->markets.size(), 2U);
  EXPECT_EQ(found->markets[1].question, "Snow?");
  EXPECT_TRUE(found->more);
  EXPECT_EQ(found->left_out, 1U);
  const auto nothing = read_gamma_search(R"({"events":null,"pagination":{"hasMore":false}})");
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->markets.empty());
  EXPECT_FALSE(read_gamma_search("[]"));
  EXPECT_FALSE(read_gamma_search("<html>"));
}

}  // namespace
}  // namespace headroom::chain::polymarket
