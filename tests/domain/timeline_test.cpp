#include "domain/timeline.hpp"

#include <gtest/gtest.h>

namespace headroom::test {
namespace {

constexpr timestamp noon{1'763'726'400'000'000};
using lane = timeline_lane;

timestamp after_ms(std::int64_t ms) { return {noon.us + ms * 1'000}; }

timeline_event event_at(timestamp at, std::string what, lane of = lane::journal) {
  timeline_event out;
  out.place = {at, timeline_rank::told, what};
  out.lane = of;
  out.what = std::move(what);
  return out;
}

// -- places --------------------------------------------------------------------------------------

TEST(TimelinePlace, IsReadAsItWasWritten) {
  const timeline_place places[] = {{noon, 10, ""},
                                   {noon, 255, "posting:1"},
                                   {{1}, 0, "8a4f0000-0000-0000-0000-00000000000a.12"}};
  for (const auto& p : places) EXPECT_EQ(timeline_place::parse(p.text()), p) << p.text();
  EXPECT_EQ(timeline_place::parse(""), timeline_place{});
}

TEST(TimelinePlace, RefusesWhatIsNoneOfOurs) {
  for (const auto* text :
       {"x", "1", "1.2", "0.1.a", "-1.1.a", "1.256.a", "1.1.a'b", "1.1.a b", "1.1.;",
        "253402300800000000.1.a", "99999999999999999999.1.a", "1..a", ".1.a"})
    EXPECT_FALSE(timeline_place::parse(text)) << text;
  EXPECT_FALSE(timeline_place::parse("1.1." + std::string(121, 'a')));
}

TEST(TimelinePlace, TimeComesBeforeRankAndRankBeforeKey) {
  EXPECT_LT((timeline_place{noon, 70, "z"}), (timeline_place{after_ms(1), 10, "a"}));
  EXPECT_LT((timeline_place{noon, 10, "z"}), (timeline_place{noon, 20, "a"}));
  EXPECT_LT((timeline_place{noon, 10, "a"}), (timeline_place{noon, 10, "b"}));
}

// -- order and gaps ------------------------------------------------------------------------------

TEST(Timeline, WhatTwoTellIsToldOnce) {
  auto mine = event_at(noon, "bet.placed");
  mine.detail = "mine";
  const auto out = merged({event_at(after_ms(2), "bet.filled"), mine},
                          {event_at(noon, "bet.placed"), event_at(after_ms(1), "venue.filled")});
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(out[0].detail, "mine");
  EXPECT_EQ(out[1].what, "venue.filled");
  EXPECT_EQ(out[2].what, "bet.filled");
}

TEST(Timeline, EachGapIsNamedByWhatEndedIt) {
  struct {
    const char* from;
    const char* to;
    lane of;
    std::int64_t ms;
    const char* named;
  } const table[] = {
      {"bet.placed", "venue.filled", lane::venue, 61, "waiting for venue 61 ms"},
      {"bet.placed", "venue.not_filled", lane::venue, 16'000, "in doubt, looked up 16.0 s"},
      {"house.started", "venue.not_filled", lane::venue, 5, "in doubt, looked up 5 ms"},
      {"bet.placed", "house.started", lane::house, 2'400, "service was away 2.4 s"},
      {"tx.stored", "tx.confirmed", lane::chain, 185'000, "waiting for finality 3 min 5 s"},
      {"tx.stored", "tx.stored", lane::chain, 30'000,
       "waiting for a block, then the fee was raised 30.0 s"},
      {"bet.filled", "bet.settled", lane::ledger, 7'260'000,
       "waiting for the market's result 2 h 1 min"},
      {"deposit.credited", "conversion.opened", lane::journal, 1'000,
       "waiting to be converted 1.0 s"},
      {"withdrawal.requested", "ordered.approve_withdrawal", lane::operators, 20,
       "until an operator acted 20 ms"},
      {"bet.placed", "something.else", lane::buffer, 3, "waiting for buffer 3 ms"},
  };
  for (const auto& row : table) {
    const std::vector<timeline_event> events{event_at(noon, row.from),
                                             event_at(after_ms(row.ms), row.to, row.of)};
    const auto gaps = gaps_of({}, events);
    ASSERT_EQ(gaps.size(), 1U) << row.to;
    EXPECT_EQ(gaps[0].named, row.named);
    EXPECT_EQ(gaps[0].from, noon);
    EXPECT_EQ(gaps[0].to, after_ms(row.ms));
  }
}

TEST(Timeline, WhatTakesNoTimeIsNoGap) {
  const std::vector<timeline_event> events{event_at(noon, "venue.filled"),
                                           event_at({noon.us + 999}, "bet.filled")};
  EXPECT_TRUE(gaps_of({}, events).empty());
}

TEST(Timeline, TimesAreSaidInWordsRoundedDown) {
  const std::pair<std::int64_t, const char*> table[] = {{0, "0 us"},
                                                        {999, "999 us"},
                                                        {1'000, "1 ms"},
                                                        {999'999, "999 ms"},
                                                        {1'999'999, "1.9 s"},
                                                        {60'000'000, "1 min 0 s"},
                                                        {3'600'000'000, "1 h 0 min"},
                                                        {172'800'000'000, "2 d 0 h"}};
  for (const auto& [us, text] : table) EXPECT_EQ(time_text(us), text);
}

// -- pages ---------------------------------------------------------------------------------------

TEST(Timeline, PagesShowEveryEventOnceAndEveryGapOnce) {
  std::vector<timeline_event> all;
  for (int i = 0; i < 25; ++i) all.push_back(event_at(after_ms(i / 2), "e" + std::to_string(i)));
  for (std::size_t limit = 1; limit < 30; ++limit) {
    std::vector<std::string> seen;
    std::size_t gaps = 0;
    timeline_place from;
    for (int pages = 0; pages < 30; ++pages) {
      timeline_page page;
      for (const auto& e : merged(all, {}))
        if (!(e.place < from) && page.events.size() < limit + 2) page.events.push_back(e);
      cut_page(page, from, limit);
      EXPECT_LE(page.events.size(), limit);
      for (const auto& e : page.events) seen.push_back(e.what);
      gaps += page.gaps.size();
      if (page.next_cursor.empty()) break;
      from = timeline_place::parse(page.next_cursor).value();
    }
    EXPECT_EQ(seen.size(), all.size()) << limit;
    EXPECT_EQ(gaps, 12U) << limit;  // from each millisecond to the next
  }
}

// -- sums ----------------------------------------------------------------------------------------

posting of(posting_kind kind, usdc amount) { return {shape_of(kind), amount}; }

TEST(TimelineSums, ABetsPostingsAreThoseOfItsStatus) {
  bet b;
  b.amount = 10_usdc;
  EXPECT_TRUE(sums_up(b, std::vector{of(posting_kind::bet, 10_usdc)}));
  EXPECT_FALSE(sums_up(b, {}));
  b.status = bet_status::failed;
  b.refunded = 10_usdc;
  EXPECT_FALSE(sums_up(b, std::vector{of(posting_kind::bet, 10_usdc)}));
  const std::vector both{of(posting_kind::bet, 10_usdc), of(posting_kind::bet_refund, 10_usdc)};
  EXPECT_TRUE(sums_up(b, both));
  for (const auto& sum : sums_of(both)) EXPECT_TRUE(sum.change.is_zero()) << to_string(sum.of);
  b.status = bet_status::filled;
  b.spent = 9_usdc;
  b.fee = 2_usdc;  // more than was reserved: the house's loss
  b.refunded = {};
  EXPECT_FALSE(sums_up(b, std::vector{of(posting_kind::bet, 10_usdc)}));
  EXPECT_TRUE(sums_up(
      b, std::vector{of(posting_kind::bet, 10_usdc), of(posting_kind::venue_loss, 1_usdc)}));
}

TEST(TimelineSums, ADepositsCreditAndFeeAreBothThere) {
  deposit d;
  d.amount = 50_usdc;
  d.fee = 1_usdc;
  EXPECT_TRUE(sums_up(d, {}));
  d.credited_at = noon;
  EXPECT_FALSE(sums_up(d, std::vector{of(posting_kind::deposit, 49_usdc)}));
  EXPECT_TRUE(sums_up(
      d, std::vector{of(posting_kind::deposit, 49_usdc), of(posting_kind::deposit_fee, 1_usdc)}));
}

TEST(TimelineSums, AConversionGivesBackWhatWasInTransit) {
  conversion c;
  c.amount = 50_usdc;
  EXPECT_TRUE(sums_up(c, {}));
  c.status = conversion_status::completed;
  c.received = 49_usdc;
  c.loss = 1_usdc;
  const std::vector arrived{of(posting_kind::conversion, 49_usdc),
                            of(posting_kind::conversion_loss, 1_usdc)};
  EXPECT_TRUE(sums_up(c, arrived));
  EXPECT_FALSE(sums_up(c, std::vector{arrived[0]}));
  c.status = conversion_status::running;  // a reorganisation took it back
  c.received = c.loss = {};
  EXPECT_FALSE(sums_up(c, arrived));
  EXPECT_TRUE(
      sums_up(c, std::vector{arrived[0], arrived[1], of(posting_kind::conversion_undone, 49_usdc),
                             of(posting_kind::conversion_loss_undone, 1_usdc)}));
  c.status = conversion_status::failed;
  c.loss = 50_usdc;
  EXPECT_TRUE(sums_up(c, std::vector{of(posting_kind::write_off, 50_usdc)}));
}

TEST(TimelineSums, AWithdrawalThatFailedGivesAllBack) {
  withdrawal w;
  w.amount = 40_usdc;
  w.fee = 1_usdc;
  std::vector all{of(posting_kind::withdrawal, 39_usdc), of(posting_kind::withdrawal_fee, 1_usdc)};
  EXPECT_TRUE(sums_up(w, all));
  w.status = withdrawal_status::failed;
  EXPECT_FALSE(sums_up(w, all));
  all.push_back(of(posting_kind::withdrawal_refund, 39_usdc));
  EXPECT_FALSE(sums_up(w, all));
  all.push_back(of(posting_kind::withdrawal_fee_refund, 1_usdc));
  EXPECT_TRUE(sums_up(w, all));
}

}  // namespace
}  // namespace headroom::test
