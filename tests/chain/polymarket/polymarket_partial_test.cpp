#include <gtest/gtest.h>

#include "chain/polymarket/order_judge.hpp"

/// Orders that may end with a part of what they asked for (FAK), and orders that sell.
namespace headroom::chain::polymarket {
namespace {

using enum trade_state;
using v = venue_verdict;

const auto hash = hash256::parse("0x" + std::string(64, 'a')).value();
constexpr auto final_time = timestamp::of_seconds(1'000);

/// $25 at a cap of 0.50, whatever is there.
order_facts some_of_a_buy() {
  order_facts o{hash, 25_usdc, {50'000'000}, fee_schedule{50'000, 1}};
  o.fill = order_fill::part;
  return o;
}

/// 50 shares for at least 0.40.
order_facts sale(order_fill fill) {
  order_facts o{hash, 20_usdc, {50'000'000}, fee_schedule{50'000, 1}};
  o.side = order_side::sell;
  o.fill = fill;
  return o;
}

trade part(const std::string& id, trade_state state, std::int64_t size = 10'000'000) {
  return {id, hash, {size}, {500'000}, state, true};
}

/// One trade of ten shares for $5, and the exchange's event of it.
order_evidence ten_shares(order_state object, trade_state state = confirmed) {
  order_evidence e;
  e.object = {read_verdict::found, {hash, object, true, {"t1"}}};
  e.trades.add(part("t1", state));
  e.trades_read = true;
  e.exchange.events_known = e.exchange.touched = true;
  e.exchange.filled = e.exchange.final = charged{{10'000'000}, 5_usdc, {125'000}};
  return e;
}

order_facts later(order_facts o) {
  o.settled_down = true;
  return o;
}
order_facts much_later(order_facts o) {
  o.settled_down = o.long_ago = true;
  return o;
}

TEST(PartOfAnOrder, EndsWhenTheVenueIsDoneAndTheChainIsFinal) {
  for (const auto& o : {some_of_a_buy(), sale(order_fill::part)})
    for (const auto object : {order_state::canceled, order_state::unmatched, order_state::invalid,
                              order_state::matched}) {
      const auto a = judge(o, ten_shares(object));
      ASSERT_EQ(a.verdict, v::filled) << int(object) << a.reason;
      EXPECT_EQ(a.shares.micro, 10'000'000);
      EXPECT_EQ(a.spent, 5_usdc);
      EXPECT_EQ(a.fee, usdc{125'000});
    }
}

TEST(PartOfAnOrder, OfAnOrderThatMustBeWholeIsNoEnd) {
  auto o = much_later(some_of_a_buy());
  o.fill = order_fill::whole;
  EXPECT_EQ(judge(o, ten_shares(order_state::canceled)).verdict, v::matched);
  EXPECT_EQ(judge(much_later(sale(order_fill::whole)), ten_shares(order_state::canceled)).verdict,
            v::matched);
}

TEST(PartOfAnOrder, IsOpenWhileTheVenueMayStillFillTheRest) {
  for (const auto object : {order_state::live, order_state::delayed, order_state::other})
    EXPECT_EQ(judge(much_later(some_of_a_buy()), ten_shares(object)).verdict, v::matched)
        << int(object);
}

TEST(PartOfAnOrder, IsOpenWhileATradeOrAnEventOfItIs) {
  const auto o = much_later(some_of_a_buy());
  for (const auto state : {matched, mined, retrying})
    EXPECT_EQ(judge(o, ten_shares(order_state::canceled, state)).verdict, v::matched);
  auto not_final = ten_shares(order_state::canceled);
  not_final.exchange.filled->shares = {20'000'000};
  EXPECT_EQ(judge(o, not_final).verdict, v::matched);
  auto behind = ten_shares(order_state::canceled);
  behind.trades.add(part("t2", confirmed));  // which the chain does not show yet
  EXPECT_EQ(judge(o, behind).verdict, v::matched);
  auto unread = ten_shares(order_state::canceled);
  unread.trades_read = false;
  EXPECT_EQ(judge(o, unread).verdict, v::matched);
  auto silent = ten_shares(order_state::canceled);
  silent.exchange = {};
  EXPECT_EQ(judge(o, silent).verdict, v::matched) << "the chain alone says how much";
}

/// Views lag: a trade may be hidden that the venue does not name.
TEST(PartOfAnOrder, WaitsForViewsThatDoNotNameItsTrades) {
  auto unnamed = ten_shares(order_state::canceled);
  unnamed.object.value.trades.clear();
  auto gone = ten_shares(order_state::canceled);
  gone.object = {read_verdict::absent, {}};
  for (const auto& e : {unnamed, gone}) {
    EXPECT_EQ(judge(some_of_a_buy(), e).verdict, v::matched);
    EXPECT_EQ(judge(later(some_of_a_buy()), e).verdict, v::filled);
  }
  auto unreadable = gone;
  unreadable.object = {read_verdict::unreadable, {}};
  EXPECT_EQ(judge(much_later(some_of_a_buy()), unreadable).verdict, v::matched);
}

TEST(PartOfAnOrder, ThatTheVenueNeverShowsIsGivenMoreTime) {
  auto hidden = ten_shares(order_state::canceled);
  hidden.trades = {};
  hidden.object.value.trades.clear();
  auto one_of_two = ten_shares(order_state::canceled);
  one_of_two.object.value.trades = {"t1", "t2"};
  for (const auto& e : {hidden, one_of_two}) {
    EXPECT_EQ(judge(later(some_of_a_buy()), e).verdict, v::matched);
    EXPECT_EQ(judge(much_later(some_of_a_buy()), e).verdict, v::filled);
  }
}

TEST(PartOfAnOrder, WithoutAnyTradeEndsAsAWholeOneDoes) {
  order_evidence e;
  e.object = {read_verdict::found, {hash, order_state::canceled, false, {}}};
  e.trades_read = e.exchange.events_known = e.exchange.status_known = true;
  e.exchange.final_time = final_time;
  for (const auto& o : {some_of_a_buy(), sale(order_fill::part), sale(order_fill::whole)}) {
    EXPECT_EQ(judge(o, e).verdict, v::over);
    EXPECT_EQ(judge(o, e).untouched_until, final_time);
  }
}

TEST(PartOfAnOrder, WhereSomeTradesFailedTheRestStandsWhenViewsHaveCaughtUp) {
  auto e = ten_shares(order_state::canceled);
  e.trades.add(part("t2", failed));
  e.object.value.trades = {"t1", "t2"};
  EXPECT_EQ(judge(some_of_a_buy(), e).verdict, v::matched) << "a failed one may be sent again";
  const auto a = judge(later(some_of_a_buy()), e);
  EXPECT_EQ(a.verdict, v::filled);
  EXPECT_EQ(a.shares.micro, 10'000'000);
}

// -- selling -------------------------------------------------------------------------------------

order_evidence sold(std::int64_t shares, usdc proceeds, usdc fee) {
  order_evidence e;
  e.object = {read_verdict::found, {hash, order_state::matched, true, {"t1"}}};
  e.trades.add(part("t1", confirmed, shares));
  e.trades_read = true;
  e.exchange.events_known = e.exchange.touched = true;
  e.exchange.filled = e.exchange.final = charged{{shares}, proceeds, fee};
  return e;
}

TEST(Sale, IsWholeWhenItsSharesAreGoneWhateverTheyBrought) {
  for (const auto fill : {order_fill::whole, order_fill::part}) {
    const auto a = judge(sale(fill), sold(50'000'000, 25_usdc, {625'000}));
    ASSERT_EQ(a.verdict, v::filled) << a.reason;
    EXPECT_EQ(a.shares.micro, 50'000'000);
    EXPECT_EQ(a.spent, 25_usdc) << "before the fee";
    EXPECT_EQ(a.fee, usdc{625'000});
  }
  // At twice the floor half of the shares bring all the money that was asked for.
  EXPECT_EQ(judge(sale(order_fill::whole), sold(25'000'000, 20_usdc, {})).verdict, v::matched);
  EXPECT_EQ(judge(much_later(sale(order_fill::whole)), sold(25'000'000, 20_usdc, {})).verdict,
            v::matched);
}

TEST(Sale, WhatIsMissingIsDustOnlyAfterAWhileAndNeverMoreThanAHundredth) {
  auto o = sale(order_fill::whole);
  EXPECT_EQ(judge(o, sold(49'999'950, 25_usdc, {})).verdict, v::filled) << "sizes are cut";
  EXPECT_EQ(judge(o, sold(49'995'000, 25_usdc, {})).verdict, v::matched);
  EXPECT_EQ(judge(later(o), sold(49'995'000, 25_usdc, {})).verdict, v::filled);
  o.shares = {20'000};  // 0.02 shares: the usual dust would be half of it
  EXPECT_EQ(judge(later(o), sold(10'000, {5'000}, {})).verdict, v::matched);
}

TEST(Sale, WithoutAnEventTheTradeCountsWithTheFeeOfTheOrdersTerms) {
  auto e = sold(50'000'000, 25_usdc, {});
  e.exchange = {};
  const auto a = judge(later(sale(order_fill::whole)), e);
  ASSERT_EQ(a.verdict, v::filled) << a.reason;
  EXPECT_EQ(a.spent, 25_usdc);
  EXPECT_EQ(a.fee, usdc{625'000});
}

}  // namespace
}  // namespace headroom::chain::polymarket
