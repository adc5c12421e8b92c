#include "persistence/operator_orders.hpp"
#include "persistence/seen_redemptions.hpp"
#include "tests/persistence/market_books.hpp"

namespace headroom::test {
namespace {

constexpr auto ok = errc::none;
constexpr auto refused = errc::invariant_violated;

struct SettlementEntries : market_books {
  /// The market is recorded; alice holds 5.000001 and bob 7 of yes, bob 3 of no.
  void SetUp() override {
    market_books::SetUp();
    buy(1, alice, yes, {5'000'001}, 3_usdc);
    buy(2, bob, yes, {7'000'000}, 4_usdc);
    buy(3, bob, no, {3'000'000}, 1_usdc);
    all_taken({the_market()});
  }
  void open_with(usdc received, std::uint64_t yes_pays = 1, std::uint64_t no_pays = 0) {
    all_taken({resolved(yes_pays, no_pays), redeemed(1, received)});
  }
};

TEST_F(SettlementEntries, IsOpenedOnceForARecordedMarketByAVectorOfItsOutcomes) {
  auto x = resolved(1, 0);
  x.condition = id_of<hash256>(999);
  EXPECT_EQ(one(x), refused) << "no market of ours";
  x = resolved(1, 0);
  x.numerators = {1, 0, 0};
  EXPECT_EQ(one(x), refused) << "another market";
  x = resolved(1, 0);
  x.denominator = 2;
  EXPECT_EQ(one(x), refused) << "does not sum up";
  x.numerators = {0, 0};
  x.denominator = 0;
  EXPECT_EQ(one(x), refused) << "not resolved";
  EXPECT_EQ(one(resolved(1, 0)), ok);
  EXPECT_FALSE(outcomes[0].result.replayed);
  EXPECT_EQ(one(resolved(1, 0)), ok);
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(one(resolved(0, 1)), errc::duplicate);
  EXPECT_EQ(view().row.payouts, (payout_vector{{1, 0}, 1}));
  EXPECT_EQ(differences(), "");
}

/// Between a redemption and the payouts its money is on the chain and in no account of the books.
TEST_F(SettlementEntries, WhatIsNotPostedYetIsSeenFromTheResolutionToTheLastPayout) {
  const auto payouts = [&] { return persistence::find_unposted(db.conninfo(), {}).payouts; };
  EXPECT_EQ(payouts(), 0_usdc);
  all_taken({resolved(1, 0)});
  EXPECT_EQ(payouts(), 12'000'001_micro) << "a redemption may be mined and not booked";
  all_taken({redeemed(1, 13_usdc)});
  EXPECT_EQ(payouts(), 13_usdc);
  all_taken({payout(bob, yes, 7_usdc), payout(bob, no, {})});
  EXPECT_EQ(payouts(), 6_usdc);
  all_taken({payout(alice, yes, 5'000'001_micro)});
  EXPECT_EQ(payouts(), 999'999_micro) << "what is left over is not posted either";
  all_taken({closed_with(999'999_micro)});
  EXPECT_EQ(payouts(), 0_usdc);
}

TEST_F(SettlementEntries, AnOpenSaleMayHaveBroughtADollarAShare) {
  const auto sales = [&] { return persistence::find_unposted(db.conninfo(), {}).sales; };
  const auto offered = a_sale(40, bob, yes, {4'000'000});
  all_taken({offered});
  EXPECT_EQ(sales(), 4_usdc);
  all_taken({sold(offered, {4'000'000}, 2_usdc)});
  EXPECT_EQ(sales(), 0_usdc);
}

TEST_F(SettlementEntries, NoNewBetIsOnAMarketThatIsPaidOut) {
  const auto before = a_bet_on(yes, 20, alice, 5_usdc);
  all_taken({accept_bet{before}, resolved(1, 0)});
  EXPECT_EQ(one(accept_bet{before}), ok) << "a repeat is answered as ever";
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(one(accept_bet{a_bet_on(yes, 21, alice, 5_usdc)}), errc::market_closed);
  const auto elsewhere = a_bet_on(id_of<uint256>(60), 22, alice, 5_usdc);
  const auto no_more = a_bet_on(no, 23, bob, 5_usdc);
  commit({accept_bet{elsewhere}, accept_bet{no_more}});
  EXPECT_EQ(outcomes.at(0).verdict, ok) << "it does not sink with the other";
  EXPECT_EQ(outcomes.at(1).verdict, errc::market_closed);
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, NumeratorsAreAsLargeAsTheChainHasThem) {
  ASSERT_EQ(one(resolved(UINT64_MAX - 1, 1)), ok);
  EXPECT_EQ(view().row.payouts, (payout_vector{{UINT64_MAX - 1, 1}, UINT64_MAX}));
  ASSERT_EQ(one(redeemed(1, 20_usdc)), ok);
  EXPECT_EQ(one(payout(alice, yes, {5'000'001})), refused) << "a part of a micro is no micro";
  EXPECT_EQ(one(payout(alice, yes, {5'000'000})), ok);
  EXPECT_EQ(one(payout(bob, no, {0})), ok);
  EXPECT_EQ(held(bob, no), "3000000+0 1000000: split 0");
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, ARedemptionIsBookedOncePerReceipt) {
  ASSERT_EQ(one(redeemed(1, 12_usdc)), refused) << "nothing is open";
  all_taken({resolved(1, 0), redeemed(1, 12_usdc)});
  EXPECT_EQ(one(redeemed(1, 12_usdc)), ok);
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(one(redeemed(1, 13_usdc)), errc::duplicate);
  auto again = redeemed(2, 12_usdc);
  again.tx_hash = redeemed(1, 12_usdc).tx_hash;
  EXPECT_EQ(one(again), errc::duplicate) << "this receipt, under another id";
  again = redeemed(3, {-1});
  EXPECT_EQ(one(again), refused);
  again = redeemed(3, 1_usdc);
  again.burned = {{1}};
  EXPECT_EQ(one(again), refused) << "of another market";
  again.burned = {share_amount{-1}, share_amount{}};
  EXPECT_EQ(one(again), refused);
  EXPECT_EQ(one(redeemed(4, 1_usdc)), ok) << "another account's";
  const auto row = view().row;
  EXPECT_EQ(row.received, 13_usdc);
  ASSERT_EQ(row.redemptions.size(), 2U);
  EXPECT_EQ(row.redemptions[0].burned, (std::vector<share_amount>{{12'000'000}, {0}}));
  EXPECT_EQ(row.redemptions[0].account, user_of(9));
  EXPECT_EQ(the_buffer().balance, 992_usdc) << "users are paid by their payouts";
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, WhatOthersRedeemedIsBookedOnceWithWhoSaysSo) {
  const auto x = redeemed(1, 12_usdc);
  const auto seen = [&](const book_redemption& what, bool apply) {
    return persistence::book_seen(db.conninfo(), what, "cli:ann", apply);
  };
  const auto actions = [&] {
    return db.number(
        "SELECT count(*) FROM operator_actions WHERE action = 'book_redemption'"
        " AND done_by = 'cli:ann' AND detail ->> 'received' = '12.00'");
  };
  EXPECT_EQ(seen(x, true), persistence::unbooked::refused) << "nothing is open";
  all_taken({resolved(1, 0)});
  EXPECT_EQ(seen(x, false), "");
  EXPECT_EQ(view().row.received, 0_usdc) << "a dry run";
  EXPECT_EQ(actions(), 0);
  EXPECT_EQ(seen(x, true), "");
  EXPECT_EQ(view().row.received, 12_usdc);
  EXPECT_EQ(seen(x, true), persistence::unbooked::already);
  auto renamed = x;
  renamed.id = redeemed(2, 12_usdc).id;
  EXPECT_EQ(seen(renamed, true), persistence::unbooked::already) << "this receipt";
  EXPECT_EQ(seen(renamed, false), persistence::unbooked::already);
  EXPECT_EQ(view().row.received, 12_usdc);
  EXPECT_EQ(actions(), 1);
  EXPECT_EQ(one(x), ok) << "the journal finds it in the books";
  EXPECT_TRUE(outcomes[0].result.replayed);
  all_taken({payout(bob, yes, 7_usdc)});
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, WhatWeSentOurselvesIsNotBookedAsOthers) {
  all_taken({resolved(1, 0)});
  const auto x = redeemed(1, 12_usdc);
  chain_operation sent;
  sent.id = id_of<operation_id>(77);
  sent.chain_id = 137;
  sent.tx_hash = x.tx_hash;
  sent.purpose = "redeem";
  sent.raw = {1};
  sent.created_at = x.at;
  all_taken({record_operations{std::vector{sent}}});
  EXPECT_EQ(persistence::book_seen(db.conninfo(), x, "cli:ann", true),
            persistence::unbooked::our_own);
  EXPECT_EQ(view().row.received, 0_usdc);
  EXPECT_EQ(db.number("SELECT count(*) FROM operator_actions WHERE action = 'book_redemption'"), 0);
}

TEST_F(SettlementEntries, WhatOthersRedeemedOpensAClosedSettlementAgain) {
  open_with(12'000'001_micro);
  all_taken({payout(alice, yes, 5'000'001_micro), payout(bob, yes, 7_usdc), payout(bob, no, {}),
             closed_with({})});
  EXPECT_EQ(persistence::book_seen(db.conninfo(), redeemed(2, 1_usdc), "cli:ann", true), "");
  EXPECT_EQ(view().row.status, settlement_status::open);
  auto later = closed_with(1_usdc);
  later.at = later.at.plus(std::chrono::hours{1});  // each closing has a time of its own
  EXPECT_EQ(one(later), ok) << "the house's";
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, WinnersArePaidLosersAreToldAndBothBetsAreSettled) {
  open_with(12'000'001_micro);
  const auto before = the_buffer();
  all_taken({payout(alice, yes, 5'000'001_micro), payout(bob, yes, 7_usdc), payout(bob, no, {})});
  EXPECT_EQ(outcomes[0].result.balance, usdc{102'000'001});
  EXPECT_EQ(outcomes[1].result.balance, 102_usdc);
  ASSERT_TRUE(buffer.has_value());
  EXPECT_EQ(buffer->balance.micro, before.balance.micro + 12'000'001);
  EXPECT_EQ(buffer->total_deposited.micro, before.total_deposited.micro + 12'000'001);
  EXPECT_EQ(buffer->last_replenished_at, before.last_replenished_at) << "nobody put money in";
  EXPECT_EQ(held(alice, yes), "5000001+0 3000000: won 5000001");
  EXPECT_EQ(held(bob, yes), "7000000+0 4000000: won 7000000");
  EXPECT_EQ(held(bob, no), "3000000+0 1000000: lost 0");
  const auto won = the_bet(id_of<bet_id>(1));
  EXPECT_EQ(won.status, bet_status::settled);
  EXPECT_EQ(won.result, settlement_result::won);
  EXPECT_EQ(won.payout, 5'000'001_micro);
  EXPECT_EQ(won.spent, 3_usdc);
  const auto lost = the_bet(id_of<bet_id>(3));
  EXPECT_EQ(lost.status, bet_status::settled);
  EXPECT_EQ(lost.result, settlement_result::lost);
  EXPECT_EQ(lost.payout, 0_usdc);
  EXPECT_EQ(view().row.paid, 12'000'001_micro);
  EXPECT_EQ(reader.trial()->users, usdc{204'000'001});
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, ALoserAloneMovesNoMoney) {
  open_with({});
  ASSERT_EQ(one(payout(bob, no, {})), ok);
  EXPECT_FALSE(buffer.has_value());
  EXPECT_EQ(outcomes[0].result.balance_version, 0);
  EXPECT_EQ(held(bob, no), "3000000+0 1000000: lost 0");
  EXPECT_EQ(differences(), "");
}

/// What was sold is gone from the payout and stays in the bets: each gets its part by its shares.
TEST_F(SettlementEntries, ASplitPaysEachBetItsPartToTheMicro) {
  for (std::uint64_t n = 10; n < 17; ++n) buy(n, alice, yes, {1'000'000}, 1_usdc);
  const auto x = a_sale(1, alice, yes, {2'000'000});
  all_taken({x, sold(x, {1'999'999}, 1_usdc)});
  open_with(20_usdc, 1, 2);
  const share_amount left{12'000'001 - 1'999'999};
  const auto due = payout_of(left, 0, {{1, 2}, 3}).value();
  EXPECT_EQ(due, 3'333'334_micro);
  ASSERT_EQ(one(payout(alice, yes, due)), ok);
  std::int64_t sum = 0;
  std::int64_t least = INT64_MAX;
  for (const std::uint64_t n : {1, 10, 11, 12, 13, 14, 15, 16}) {
    const auto b = the_bet(id_of<bet_id>(n));
    EXPECT_EQ(b.status, bet_status::settled) << n;
    EXPECT_EQ(b.result, settlement_result::split) << n;
    sum += b.payout.micro;
    least = std::min(least, b.payout.micro);
  }
  EXPECT_EQ(sum, due.micro);
  EXPECT_EQ(the_bet(id_of<bet_id>(1)).payout, 1'388'889_micro);
  EXPECT_EQ(least, 277'777);
  EXPECT_EQ(the_bet(id_of<bet_id>(2)).status, bet_status::filled) << "bob's";
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, ABetThatIsOlderThanThePositionIsSettledToo) {
  const auto early = a_bet_on(no, 5, alice, 2_usdc);
  auto late = a_bet_on(no, 6, alice, 2_usdc);
  late.created_at = early.created_at.plus(std::chrono::hours{1});
  all_taken({accept_bet{early}, accept_bet{late}, filled_with(late, {4'000'000}, 2_usdc, {})});
  all_taken({filled_with(early, {4'000'000}, 2_usdc, {})});
  open_with(20_usdc, 0, 1);
  ASSERT_EQ(one(payout(alice, no, 8_usdc)), ok);
  for (const std::uint64_t n : {5, 6}) EXPECT_EQ(the_bet(id_of<bet_id>(n)).payout, 4_usdc) << n;
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, NothingButTheDuePayoutIsTaken) {
  const auto due = payout(alice, yes, 5'000'001_micro);
  EXPECT_EQ(one(due), refused) << "not open";
  open_with(20_usdc);
  auto x = due;
  x.payout = 5'000'000_micro;
  EXPECT_EQ(one(x), refused);
  x.payout = 5'000'002_micro;
  EXPECT_EQ(one(x), refused);
  x.payout = {-1};
  EXPECT_EQ(one(x), refused);
  x = due;
  x.condition = id_of<hash256>(999);
  EXPECT_EQ(one(x), refused) << "the token is of another market";
  EXPECT_EQ(one(payout(alice, no, {})), refused) << "nothing is held";
  EXPECT_EQ(one(payout(user_of(3), yes, {})), refused);
  EXPECT_EQ(held(alice, yes), "5000001+0 3000000");
  EXPECT_EQ(balance_of(alice), 97_usdc);
  EXPECT_EQ(one(due), ok);
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, NoMoreIsPaidThanWasReceived) {
  open_with(7_usdc);
  EXPECT_EQ(verdicts({payout(alice, yes, 5'000'001_micro), payout(bob, yes, 7_usdc),
                      payout(bob, no, {})}),
            (std::vector{ok, refused, ok}))
      << "first come, first served";
  EXPECT_EQ(balance_of(alice), usdc{102'000'001});
  EXPECT_EQ(balance_of(bob), 95_usdc);
  all_taken({redeemed(2, 5'000'001_micro), payout(bob, yes, 7_usdc)});
  EXPECT_EQ(balance_of(bob), 102_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, WhatIsAtTheVenueIsWaitedFor) {
  const auto x = a_sale(1, alice, yes, {1});
  const auto bet = a_bet_on(yes, 9, bob, 2_usdc);
  all_taken({x, accept_bet{bet}});
  open_with(30_usdc);
  EXPECT_EQ(one(payout(alice, yes, 5'000'001_micro)), refused) << "something is offered";
  EXPECT_EQ(one(payout(bob, yes, 7_usdc)), refused) << "it may grow";
  EXPECT_EQ(view().at_venue, 2);
  EXPECT_EQ(view().unpaid, 3);
  EXPECT_EQ(view().owed, 12'000'001_micro);
  const auto to_pay = [this] {
    std::string out;
    const auto rows = reader.positions_to_pay(condition, 10).value();
    for (const auto& p : rows) out += (p.user == alice ? "alice " : "bob ") + p.outcome + ", ";
    return out;
  };
  EXPECT_EQ(to_pay(), "bob No, ");
  all_taken({unsold(x), filled_with(bet, {2'000'000}, 2_usdc, {})});
  EXPECT_EQ(to_pay(), "alice Yes, bob Yes, bob No, ");
  EXPECT_EQ(one(payout(bob, yes, 7_usdc)), refused);
  all_taken({payout(alice, yes, 5'000'001_micro), payout(bob, yes, 9_usdc), payout(bob, no, {})});
  EXPECT_EQ(to_pay(), "");
  EXPECT_EQ(view().unpaid, 0);
  EXPECT_EQ(view().owed, 0_usdc);
  EXPECT_EQ(one(a_sale(2, alice, yes, {1})), errc::insufficient_shares) << "it is over";
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, APositionIsPaidOnce) {
  open_with(30_usdc);
  const auto x = payout(alice, yes, 5'000'001_micro);
  EXPECT_EQ(verdicts({x, payout(bob, no, {}), x}), (std::vector{ok, ok, ok}));
  EXPECT_FALSE(outcomes[0].result.replayed);
  EXPECT_FALSE(outcomes[1].result.replayed);
  EXPECT_TRUE(outcomes[2].result.replayed);
  ASSERT_EQ(one(x), ok);
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(outcomes[0].result.balance, usdc{102'000'001});
  EXPECT_GT(outcomes[0].result.balance_version, 0);
  EXPECT_TRUE(buffer.has_value());
  auto other = x;
  other.id = id_of<payout_id>(77);
  EXPECT_EQ(one(other), refused) << "under another id too";
  EXPECT_EQ(balance_of(alice), usdc{102'000'001});
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, ASettledBetKeepsItsStory) {
  open_with(30_usdc);
  all_taken({payout(alice, yes, 5'000'001_micro)});
  const auto row = a_bet_on(yes, 1, alice, 3_usdc);
  EXPECT_EQ(one(accept_bet{row}), ok);
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(one(filled_with(row, {5'000'001}, 3_usdc, {})), ok);
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(one(failed(row)), refused);
  EXPECT_EQ(held(alice, yes), "5000001+0 3000000: won 5000001");
  EXPECT_EQ(differences(), "");
}

/// The slices of a settlement stand in the journal beside bets: one statement for all of them, and
/// the bad ones alone are refused.
TEST_F(SettlementEntries, ManyPayoutsAreOneStatementBesideBets) {
  constexpr std::uint64_t users = 300;
  std::vector<journal_entry> accepts, ends, payouts;
  std::vector<errc> expected;
  for (std::uint64_t n = 0; n < users; ++n) {
    fund(1000 + n, user_of(1000 + n), 5_usdc);
    const auto row = a_bet_on(yes, 1000 + n, user_of(1000 + n), 1_usdc);
    accepts.push_back(accept_bet{row});
    ends.push_back(filled_with(row, {2'000'000}, 1_usdc, {}));
    const bool bad = n % 100 == 50;
    payouts.push_back(payout(row.user, yes, bad ? 3_usdc : 2_usdc));
    expected.push_back(bad ? refused : ok);
    if (n % 50 == 0) {
      payouts.push_back(accept_bet{a_bet_on(id_of<uint256>(60), 5000 + n, bob, 1_usdc)});
      expected.push_back(ok);
    }
  }
  all_taken(accepts);
  all_taken(ends);
  open_with(700_usdc);
  const auto before = the_buffer();
  EXPECT_EQ(verdicts(payouts), expected);
  EXPECT_EQ(the_buffer().version, before.version + 2) << "payouts once, bets once";
  EXPECT_EQ(db.number("SELECT count(DISTINCT xmin::text) FROM positions WHERE result = 'won'"), 1);
  EXPECT_EQ(db.number("SELECT count(*) FROM positions WHERE result = 'won'"), 297);
  EXPECT_EQ(db.number("SELECT count(DISTINCT cmin::text) FROM positions WHERE result = 'won'"), 1);
  EXPECT_EQ(balance_of(user_of(1000)), 6_usdc);
  EXPECT_EQ(balance_of(user_of(1050)), 4_usdc);
  EXPECT_EQ(view().row.paid, 594_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, IsClosedWhenAllArePaidAndWhatIsLeftIsTheHouses) {
  EXPECT_EQ(one(closed_with({})), refused) << "not open";
  const auto bet = a_bet_on(no, 9, alice, 1_usdc);
  all_taken({accept_bet{bet}});
  open_with(12'000'004_micro);
  const auto before = the_buffer();
  EXPECT_EQ(one(closed_with(12'000'004_micro)), refused) << "nobody is paid";
  all_taken({payout(alice, yes, 5'000'001_micro), payout(bob, yes, 7_usdc)});
  EXPECT_EQ(one(closed_with(3_micro)), refused) << "a loser has not heard";
  all_taken({payout(bob, no, {})});
  EXPECT_EQ(one(closed_with(3_micro)), refused) << "a bet is at the venue";
  all_taken({failed(bet)});
  EXPECT_EQ(one(closed_with(2_micro)), refused);
  EXPECT_EQ(one(closed_with(4_micro)), refused);
  ASSERT_EQ(one(closed_with(3_micro)), ok);
  EXPECT_EQ(reader.trial()->revenue, 3_micro);
  EXPECT_EQ(the_buffer().balance.micro, before.balance.micro + 1'000'000 + 12'000'004);
  EXPECT_EQ(the_buffer().last_replenished_at, before.last_replenished_at);
  EXPECT_EQ(view().row.status, settlement_status::closed);
  EXPECT_EQ(view().row.remainder, 3_micro);
  EXPECT_EQ(one(closed_with(3_micro)), ok);
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(one(closed_with(2_micro)), refused);
  EXPECT_EQ(reader.trial()->revenue, 3_micro);
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, ALateRedemptionOpensItAgain) {
  open_with(12'000'001_micro);
  all_taken({payout(alice, yes, 5'000'001_micro), payout(bob, yes, 7_usdc), payout(bob, no, {}),
             closed_with({})});
  EXPECT_EQ(db.number("SELECT count(*) FROM postings WHERE kind = 10"), 0) << "nothing was left";
  all_taken({redeemed(1, 12'000'001_micro)});
  EXPECT_EQ(view().row.status, settlement_status::closed) << "a repeat opens nothing";
  for (std::uint64_t n = 2; n < 4; ++n) {
    auto late = closed_with(1_usdc);
    late.at = late.at.plus(std::chrono::hours{n});
    all_taken({redeemed(n, 1_usdc)});
    EXPECT_EQ(view().row.status, settlement_status::open);
    all_taken({late});
    EXPECT_EQ(view().row.status, settlement_status::closed);
    EXPECT_EQ(reader.trial()->revenue, usdc{static_cast<std::int64_t>(n - 1) * 1'000'000});
  }
  EXPECT_EQ(view().row.remainder, 2_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, AWholeMarketGoesThroughOneBatchInItsOrder) {
  const auto row = a_bet_on(yes, 9, alice, 4_usdc);
  all_taken({accept_bet{row}, filled_with(row, {6'000'000}, 4_usdc, {}), resolved(1, 0),
             redeemed(1, 18'000'005_micro), payout(alice, yes, 11'000'001_micro),
             payout(bob, yes, 7_usdc), payout(bob, no, {}), closed_with(4_micro)});
  EXPECT_EQ(balance_of(alice), usdc{100'000'000 - 3'000'000 - 4'000'000 + 11'000'001});
  EXPECT_EQ(reader.trial()->revenue, 4_micro);
  EXPECT_EQ(differences(), "");
}

TEST_F(SettlementEntries, TheReaderKnowsWhatIsToBeDone) {
  buy(9, alice, id_of<uint256>(60), {1'000'000}, 1_usdc);
  const auto all = [this] { return reader.work_of_settlements({}, 100).value(); };
  EXPECT_EQ(all().unrecorded, std::vector{id_of<uint256>(60)});
  EXPECT_EQ(all().conditions, std::vector{condition});
  EXPECT_TRUE(reader.work_of_settlements(condition, 100).value().conditions.empty());
  EXPECT_FALSE(reader.find_settlement(id_of<hash256>(60)).value());
  EXPECT_EQ(view().market.outcomes, (std::vector<std::string>{"Yes", "No"}));
  EXPECT_EQ(view().market.tokens, (std::vector{yes, no}));
  EXPECT_TRUE(view().row.payouts.numerators.empty());
  EXPECT_EQ(view().owed, 0_usdc);
  EXPECT_EQ(view().unpaid, 3);
  const auto found = reader.find_position(bob, no).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->condition, condition);
  EXPECT_EQ(found->outcome, "No");
  EXPECT_FALSE(reader.find_position(alice, no).value());
  EXPECT_TRUE(reader.find_position(alice, id_of<uint256>(60)).value()->condition.is_zero());

  const auto shares = [this](const uint256& after, std::uint32_t limit) {
    std::string out;
    const auto rows = reader.shares_held(after, limit).value();
    for (const auto& x : rows)
      out += std::to_string(x.token.bytes.back()) + ":" + std::to_string(x.shares.micro) + " ";
    return out;
  };
  EXPECT_EQ(shares({}, 100), "51:12000001 52:3000000 60:1000000 ");
  EXPECT_EQ(shares({}, 2), "51:12000001 52:3000000 ");
  EXPECT_EQ(shares(no, 2), "60:1000000 ");

  open_with(12'000'001_micro);
  EXPECT_EQ(reader.positions_to_pay(condition, 2).value().size(), 2U);
  all_taken({payout(alice, yes, 5'000'001_micro), payout(bob, yes, 7_usdc), payout(bob, no, {})});
  EXPECT_EQ(all().conditions, std::vector{condition}) << "it is still open";
  EXPECT_EQ(shares({}, 100), "60:1000000 ");
  all_taken({closed_with({})});
  EXPECT_TRUE(all().conditions.empty());
  const auto x = a_sale(1, alice, id_of<uint256>(60), {1'000'000});
  all_taken({x});
  EXPECT_EQ(shares({}, 100), "60:1000000 ") << "what is offered is still held";
  all_taken({sold(x, {1'000'000}, 1_usdc)});
  EXPECT_EQ(all().unrecorded, std::vector{id_of<uint256>(60)}) << "its end is still to be told";
  EXPECT_EQ(shares({}, 100), "");
}

}  // namespace
}  // namespace headroom::test
