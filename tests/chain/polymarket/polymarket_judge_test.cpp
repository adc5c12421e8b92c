#include <gtest/gtest.h>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/polymarket/order_judge.hpp"

namespace headroom::chain::polymarket {
namespace {

const auto hash = hash256::parse("0x" + std::string(64, 'a')).value();
const auto exchange = address::parse("0x" + std::string(40, 'e')).value();
constexpr auto final_time = timestamp::of_seconds(1'000);

/// $25 at a cap of 0.52: at least 48.0769 shares.
order_facts facts() { return {hash, 25_usdc, {48'076'900}, fee_schedule{50'000, 1}, false}; }

trade_set trades(std::initializer_list<trade_state> states, std::int64_t size = 50'000'000) {
  trade_set out;
  int n = 0;
  for (const auto s : states)
    out.add({"t" + std::to_string(n++), hash, {size}, {500'000}, s, true});
  return out;
}

exchange_word untouched() {
  exchange_word x;
  x.events_known = x.status_known = true;
  x.final_time = final_time;
  return x;
}

exchange_word says(const charged& c, bool final = true) {
  auto x = untouched();
  x.filled = c;
  if (final) x.final = c;
  x.touched = true;
  return x;
}

order_evidence venue_shows(order_state state, bool matched = false) {
  order_evidence e;
  e.object = {read_verdict::found, {hash, state, matched, {}}};
  e.trades_read = true;
  return e;
}

order_evidence with(trade_set set, exchange_word x) {
  auto e = venue_shows(order_state::matched, true);
  e.trades = std::move(set);
  e.exchange = std::move(x);
  return e;
}

using enum trade_state;

TEST(Judge, WhatTheExchangeChargedIsBookedNotWhatAFormulaSays) {
  const charged on_chain{{50'123'457}, {24'999'998}, {777'770}};
  for (const bool final : {true, false}) {
    const auto a = judge(facts(), with(trades({confirmed}), says(on_chain, final)));
    ASSERT_EQ(a.verdict, venue_verdict::filled);
    EXPECT_EQ(a.shares, on_chain.shares);
    EXPECT_EQ(a.spent, on_chain.spent);
    EXPECT_EQ(a.fee, on_chain.fee);
  }
}

TEST(Judge, WithoutAnEventTheTradeCountsWithTheScheduleStoredWithTheOrder) {
  const auto a = judge(facts(), with(trades({confirmed}), untouched()));
  ASSERT_EQ(a.verdict, venue_verdict::filled);
  EXPECT_EQ(a.spent, 25_usdc);
  EXPECT_EQ(a.fee, usdc{625'000});  // 50 x 0.05 x 0.25
}

TEST(Judge, ASilentChainIsWaitedForButNotForEver) {
  const auto e = with(trades({confirmed}), {});
  EXPECT_EQ(judge(facts(), e).verdict, venue_verdict::matched);
  auto later = facts();
  later.settled_down = true;
  EXPECT_EQ(judge(later, e).verdict, venue_verdict::filled);
  later.fees.reset();
  EXPECT_EQ(judge(later, e).verdict, venue_verdict::matched) << "only the exchange knows its fee";
}

TEST(Judge, HalfAFillIsNeverBookedAsAWholeOne) {
  auto o = facts();
  for (const bool settled : {false, true}) {
    o.settled_down = settled;
    EXPECT_EQ(judge(o, with(trades({confirmed}, 25'000'000), untouched())).verdict,
              venue_verdict::matched);
    EXPECT_EQ(judge(o, with(trades({confirmed, mined}, 25'000'000), untouched())).verdict,
              venue_verdict::matched);
  }
  // More shares than asked for, at a better price, and money that is still missing.
  o.settled_down = false;
  auto cheap = trade_set{};
  cheap.add({"t", hash, {60'000'000}, {400'000}, confirmed, true});
  EXPECT_EQ(judge(o, with(cheap, untouched())).verdict, venue_verdict::matched);
}

/// $25 at 0.25 instead of 0.52: the first of two trades has more shares than were asked for.
TEST(Judge, SharesEnoughAreNotAllWhileAnyOfItIsOpen) {
  auto o = facts();
  o.settled_down = true;
  const charged first{{60'000'000}, 15_usdc, {}};
  const charged both{{100'000'000}, 25_usdc, {}};
  auto set = trade_set{};
  set.add({"t1", hash, {60'000'000}, {250'000}, confirmed, true});
  auto open = set;
  open.add({"t2", hash, {40'000'000}, {250'000}, retrying, true});
  EXPECT_EQ(judge(o, with(open, says(first))).verdict, venue_verdict::matched) << "a trade is open";
  auto one_of_two = says(both, false);
  one_of_two.final = first;
  EXPECT_EQ(judge(o, with(set, one_of_two)).verdict, venue_verdict::matched)
      << "an event is not final";
  const auto whole = judge(o, with(set, says(both)));
  EXPECT_EQ(whole.verdict, venue_verdict::filled);
  EXPECT_EQ(whole.spent, 25_usdc);
  EXPECT_EQ(judge(o, with(set, says(first))).verdict, venue_verdict::filled) << "nothing is left";
}

TEST(Judge, AFinalEventEndsWhatTheVenueNeverCallsFinal) {
  const charged whole{{50'000'000}, 25_usdc, {625'000}};
  EXPECT_EQ(judge(facts(), with(trades({matched}), says(whole))).verdict, venue_verdict::filled);
  EXPECT_EQ(judge(facts(), with(trades({matched}), says(whole, false))).verdict,
            venue_verdict::matched);
  auto gone = venue_shows(order_state::canceled);
  gone.object = {read_verdict::unreadable, {}};
  gone.trades_read = false;
  gone.exchange = says(whole);
  EXPECT_EQ(judge(facts(), gone).verdict, venue_verdict::filled) << "whatever the venue shows";
}

TEST(Judge, FailedTradesAreNoReasonToRefundWhatTheExchangeTouched) {
  const auto over = judge(facts(), with(trades({failed}), untouched()));
  EXPECT_EQ(over.verdict, venue_verdict::over);
  EXPECT_EQ(over.untouched_until, final_time);
  auto touched = untouched();
  touched.touched = true;
  EXPECT_EQ(judge(facts(), with(trades({failed}), touched)).verdict, venue_verdict::matched);
  EXPECT_EQ(judge(facts(), with(trades({failed}), {})).verdict, venue_verdict::unknown);
  const charged whole{{50'000'000}, 25_usdc, {625'000}};
  EXPECT_EQ(judge(facts(), with(trades({failed}), says(whole))).verdict, venue_verdict::filled);
}

TEST(Judge, PartOfItFailedIsBookedAsTheExchangeHasIt) {
  const charged half{{25'000'000}, {12'500'000}, {312'500}};
  auto o = facts();
  const auto e = with(trades({confirmed, failed}, 25'000'000), says(half));
  EXPECT_EQ(judge(o, e).verdict, venue_verdict::matched) << "the rest may be on its way";
  o.settled_down = true;
  const auto a = judge(o, e);
  EXPECT_EQ(a.verdict, venue_verdict::filled);
  EXPECT_EQ(a.spent, half.spent);
}

TEST(Judge, WithoutTradesTheVenuesWordCountsAsFarAsTheExchangeAgrees) {
  struct row {
    order_state state;
    bool matched;
    venue_verdict untouched, touched, silent;
  };
  using v = venue_verdict;
  const row table[] = {{order_state::live, false, v::live, v::matched, v::live},
                       {order_state::other, false, v::live, v::matched, v::live},
                       {order_state::delayed, false, v::live, v::matched, v::live},
                       {order_state::matched, false, v::matched, v::matched, v::matched},
                       {order_state::canceled, true, v::matched, v::matched, v::matched},
                       {order_state::canceled, false, v::over, v::matched, v::unknown},
                       {order_state::unmatched, false, v::over, v::matched, v::unknown},
                       {order_state::invalid, false, v::over, v::matched, v::unknown}};
  auto touched = untouched();
  touched.touched = true;
  for (const auto& r : table) {
    auto e = venue_shows(r.state, r.matched);
    EXPECT_EQ(judge(facts(), e).verdict, r.silent) << int(r.state);
    e.exchange = touched;
    EXPECT_EQ(judge(facts(), e).verdict, r.touched) << int(r.state);
    EXPECT_FALSE(judge(facts(), e).untouched_until.is_set());
    e.exchange = untouched();
    EXPECT_EQ(judge(facts(), e).verdict, r.untouched) << int(r.state);
  }
}

TEST(Judge, AbsenceNeedsBothAReadableVenueAndAReadableExchange) {
  order_evidence e;
  e.object.verdict = read_verdict::absent;
  e.trades_read = true;
  EXPECT_EQ(judge(facts(), e).verdict, venue_verdict::unknown);
  e.exchange = untouched();
  EXPECT_EQ(judge(facts(), e).verdict, venue_verdict::absent);
  EXPECT_EQ(judge(facts(), e).untouched_until, final_time);
  e.trades_read = false;
  EXPECT_EQ(judge(facts(), e).verdict, venue_verdict::unknown);
  EXPECT_EQ(judge(facts(), e).untouched_until, final_time) << "its word stands all the same";
}

// -- events --------------------------------------------------------------------------------------

log_entry event(std::uint64_t block, std::int64_t spent, std::int64_t shares, std::int64_t fee,
                std::uint64_t index = 0) {
  log_entry out;
  out.emitter = exchange;
  out.topics = {order_filled_topic(), hash, hash256{}, hash256{}};
  abi::encoder data;
  data.number(0).number(77);
  for (const auto x : {spent, shares, fee}) data.number(static_cast<std::uint64_t>(x));
  out.data = data.number(0).number(0).done();
  out.block_number = block;
  out.index = index;
  return out;
}

TEST(ExchangeEvents, TheTopicIsThatOfTheEvent) {
  EXPECT_EQ(order_filled_topic(),
            keccak256("OrderFilled(bytes32,address,address,uint8,uint256,uint256,uint256,uint256,"
                      "bytes32,bytes32)"));
}

TEST(ExchangeEvents, AreSummedOnceAndUpToABlock) {
  const std::vector logs{event(5, 10, 20, 1), event(5, 10, 20, 1), event(6, 3, 4, 5, 1)};
  EXPECT_EQ(*charged_in(logs, exchange, hash, order_side::buy, 6), (charged{{24}, {13}, {6}}));
  EXPECT_EQ(*charged_in(logs, exchange, hash, order_side::buy, 5), (charged{{20}, {10}, {1}}));
  EXPECT_EQ(*charged_in(logs, exchange, hash, order_side::buy, 4), std::nullopt);
}

TEST(ExchangeEvents, OfOthersCountForNothing) {
  auto foreign = event(5, 1, 1, 1);
  foreign.emitter.bytes[0] ^= 1;
  auto other_order = event(5, 1, 1, 1);
  other_order.topics[1].bytes[0] ^= 1;
  auto other_event = event(5, 1, 1, 1);
  other_event.topics[0].bytes[0] ^= 1;
  const std::vector logs{foreign, other_order, other_event};
  EXPECT_EQ(*charged_in(logs, exchange, hash, order_side::buy, 9), std::nullopt);
}

TEST(ExchangeEvents, WhatCannotBeReadIsNotAnAmount) {
  auto cut = event(5, 1, 1, 1);
  cut.data.resize(64);
  EXPECT_FALSE(charged_in(std::vector{cut}, exchange, hash, order_side::buy, 9));
  const auto most = event(5, INT64_MAX, 1, 1);
  EXPECT_FALSE(
      charged_in(std::vector{most, event(6, 1, 1, 1)}, exchange, hash, order_side::buy, 9));
}

/// The maker's amount is what our order gives: money of a BUY, shares of a SELL.
TEST(ExchangeEvents, OfASaleTheMakersAmountIsShares) {
  auto sold = event(5, 20, 9, 1);
  sold.data[31] = 1;  // its side
  const std::vector logs{sold};
  EXPECT_EQ(*charged_in(logs, exchange, hash, order_side::sell, 9), (charged{{20}, {9}, {1}}));
  EXPECT_FALSE(charged_in(logs, exchange, hash, order_side::buy, 9)) << "of the other side";
  EXPECT_FALSE(charged_in(std::vector{event(5, 9, 20, 1)}, exchange, hash, order_side::sell, 9));
}

TEST(ExchangeEvents, OneQuestionAsksForManyOrders) {
  const std::vector orders{hash, hash256{}};
  const auto q = order_fills(exchange, orders, 26);
  EXPECT_EQ(q.method, "eth_getLogs");
  const auto& filter = q.params.at(0);
  EXPECT_EQ(filter.at("fromBlock"), "0x1a");
  EXPECT_EQ(filter.at("topics").at(0), order_filled_topic().hex());
  EXPECT_EQ(filter.at("topics").at(1).size(), 2U);
}

}  // namespace
}  // namespace headroom::chain::polymarket
