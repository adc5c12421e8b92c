#include "actors/house_counters.hpp"

#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using end = scripted_store::commit_end;
using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(Latency, EveryTimeFallsIntoTheBucketThatHoldsIt) {
  const auto bound = [](std::int64_t us) { return latency_bucket(microseconds{us}); };
  EXPECT_EQ(bound(-1), 0U) << "a clock that jumps back is no crash";
  EXPECT_EQ(bound(0), 0U);
  EXPECT_EQ(bound(100), 0U) << "bounds belong to their bucket, as Prometheus has it";
  EXPECT_EQ(bound(101), 1U);
  EXPECT_EQ(bound(10'000'000), latency_bounds_us.size() - 1);
  EXPECT_EQ(bound(10'000'001), latency_bounds_us.size());
  for (const std::int64_t ms : {50, 250, 1'000, 5'000})
    EXPECT_NE(std::find(latency_bounds_us.begin(), latency_bounds_us.end(), ms * 1000),
              latency_bounds_us.end())
        << ms;
}

TEST(Latency, AHistogramAddsUp) {
  latency_histogram h;
  for (int i = 1; i <= 100; ++i) h.record(milliseconds{i});
  std::uint64_t all = 0;
  for (std::size_t b = 0; b < latency_histogram::buckets; ++b) all += h.count(b);
  EXPECT_EQ(all, 100U);
  EXPECT_EQ(h.total_us(), 5'050'000U);
}

struct Counters : Core {
  append paid_in(int n, usdc amount) {
    replenish x;
    x.id.bytes[0] = static_cast<std::uint8_t>(n);
    x.to_buffer = amount;
    return {x};
  }
  std::uint64_t commits() {
    std::uint64_t n = 0;
    for (std::size_t b = 0; b < latency_histogram::buckets; ++b)
      n += dir.gauges.counters().commit.count(b);
    return n;
  }
};

TEST_F(Counters, WhatTheJournalCommittedIsCounted) {
  const auto journal = start_journal();
  ask_later<committed>(journal, paid_in(1, 7_usdc));
  ask_later<committed>(journal, paid_in(2, 5_usdc));
  run();
  EXPECT_EQ(dir.gauges.counters().replenished.count.load(), 2U);
  EXPECT_EQ(dir.gauges.counters().replenished.micro.load(), 12'000'000U);
  EXPECT_EQ(commits(), 1U) << "one batch";
}

TEST_F(Counters, WhatTheStoreDidNotTakeIsNotCounted) {
  store.commits = {end::away};
  const auto journal = start_journal();
  ask_later<committed>(journal, paid_in(1, 7_usdc));
  run();
  EXPECT_EQ(dir.gauges.counters().replenished.count.load(), 0U);
  advance(milliseconds{100});
  EXPECT_EQ(dir.gauges.counters().replenished.count.load(), 1U);
}

TEST_F(Counters, WhatIsAskedTwiceIsCountedOnceAlsoWhenItsCommitWasNotHeard) {
  store.commits = {end::lost_after};
  const auto journal = start_journal();
  ask_later<committed>(journal, paid_in(1, 7_usdc));
  advance(milliseconds{100});
  EXPECT_EQ(dir.gauges.counters().replenished.count.load(), 1U);
  ask_later<committed>(journal, paid_in(1, 7_usdc));
  run();
  EXPECT_EQ(dir.gauges.counters().replenished.count.load(), 1U);
}

TEST(HouseCounters, MoneyByOutcome) {
  house_counters c;
  finish_bet filled;
  filled.status = bet_status::filled;
  filled.spent = 20_usdc;
  filled.fee = 1_usdc;
  filled.refunded = 4_usdc;
  finish_bet failed;
  failed.refunded = 25_usdc;
  complete_conversion premium;
  premium.to_buffer = 51_usdc;
  premium.loss = usdc{-1'000'000};
  finish_sale sold;
  sold.status = sale_status::sold;
  sold.proceeds = 10_usdc;
  sold.fee = 1_usdc;
  finish_sale unsold;
  accept_withdrawal asked;
  asked.row.amount = 30_usdc;
  finish_withdrawal arrived;
  arrived.status = withdrawal_status::confirmed;
  arrived.amount = 10_usdc;
  arrived.fee = 1_usdc;
  finish_withdrawal returned;
  returned.status = withdrawal_status::failed;
  returned.amount = 20_usdc;
  returned.fee = 1_usdc;
  settle_position lost;
  settle_position won;
  won.payout = 8_usdc;
  for (const journal_entry& e :
       {journal_entry{filled}, journal_entry{failed}, journal_entry{premium},
        journal_entry{configure_buffer{}}, journal_entry{sold}, journal_entry{unsold},
        journal_entry{lost}, journal_entry{won}, journal_entry{asked}, journal_entry{arrived},
        journal_entry{returned}})
    c.count(e);
  EXPECT_EQ(c.withdrawals_requested.micro.load(), 30'000'000U);
  EXPECT_EQ(c.withdrawals_confirmed.micro.load(), 9'000'000U);
  EXPECT_EQ(c.withdrawal_fees.micro.load(), 1'000'000U);
  EXPECT_EQ(c.withdrawals_failed.micro.load(), 20'000'000U);
  EXPECT_EQ(c.sales_sold.micro.load(), 9'000'000U);
  EXPECT_EQ(c.sale_fees.micro.load(), 1'000'000U);
  EXPECT_EQ(c.sales_failed.count.load(), 1U);
  EXPECT_EQ(c.positions_paid.count.load(), 2U) << "losers are settled too";
  EXPECT_EQ(c.positions_paid.micro.load(), 8'000'000U);
  EXPECT_EQ(c.bets_filled.micro.load(), 20'000'000U);
  EXPECT_EQ(c.bet_fees.micro.load(), 1'000'000U);
  EXPECT_EQ(c.bet_refunds.micro.load(), 4'000'000U);
  EXPECT_EQ(c.bets_failed.micro.load(), 25'000'000U);
  EXPECT_EQ(c.conversions_completed.micro.load(), 51'000'000U);
  EXPECT_EQ(c.conversion_losses.micro.load(), 0U) << "a counter never falls";
}

TEST(HouseCounters, AReferenceToAChainsTimesStaysGood) {
  house_counters c;
  auto& plasma = c.rpc(9745);
  for (std::uint64_t chain = 0; chain < 100; ++chain) c.rpc(chain).record(milliseconds{1});
  plasma.record(milliseconds{1});
  EXPECT_EQ(&plasma, &c.rpc(9745));
  std::size_t seen = 0;
  c.each_rpc([&](std::uint64_t, const latency_histogram&) { ++seen; });
  EXPECT_EQ(seen, 101U);
}

}  // namespace
}  // namespace headroom::test
