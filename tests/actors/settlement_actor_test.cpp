#include "actors/settlement_actor.hpp"

#include "actors/alerts.hpp"
#include "chain/evm/keccak.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using end = scripted_store::commit_end;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// The venue and the chain of one condition: accounts that hold shares, and what redeeming brings.
/// What was done once stays done, whoever dies.
struct resolution_script {
  record_market market;
  bool market_known = true;
  condition_state condition;
  std::vector<address> accounts;
  std::map<uint256, share_amount> held;  // by the first account

  bool down = false;
  bool waits_first = false;  // a redeeming is under way at its first look
  std::string refuses;       // "" does not
  bool pays = true;          // false: it burns, and pays nothing
  usdc more;                 // that comes than the books' shares are worth; may be negative
  share_amount burns_less;   // of the first slot
  std::size_t looks = 0;     // at the condition
  std::size_t at_chain = 0;  // of them
  std::size_t searched = 0;  // for what others did
  std::optional<redeem_progress> others{};
  std::set<operation_id> sent;
  std::map<operation_id, redeem_progress> done;

  redeem_progress redeem(const redeem_condition& x) {
    if (const auto i = done.find(x.id); i != done.end()) return i->second;
    usdc worth;
    std::vector<share_amount> burned;
    for (std::size_t slot = 0; slot < market.tokens.size(); ++slot) {
      const auto shares =
          x.account == accounts.front() ? held[market.tokens[slot]] : share_amount{};
      burned.push_back(shares);
      worth = add_saturating(worth, payout_of(shares, slot, condition.payouts).value());
    }
    if (worth.is_zero() && x.missing) {
      ++searched;
      const auto& b = x.booked;
      if (others && std::find(b.begin(), b.end(), others->tx_hash) == b.end()) return *others;
    }
    if (worth.is_zero()) return {redeem_state::nothing, {}, {}, {}, {}};
    if (!refuses.empty()) return {redeem_state::refused, {}, {}, {}, refuses};
    if (sent.insert(x.id).second && waits_first)
      return {redeem_state::under_way, tx_of(x.id), {}, {}, "sent"};
    held.clear();
    if (more.is_positive()) burned.front().micro += more.micro;  // shares that nobody owns here
    burned.front().micro -= burns_less.micro;
    const auto received = pays ? add_saturating(worth, more) : usdc{};
    return done[x.id] = {redeem_state::done, tx_of(x.id), received, burned, {}};
  }
  static hash256 tx_of(const operation_id& id) { return chain::keccak256(id.view()); }
};

struct resolution_tag {
  static constexpr const char* name = "scripted-resolution";
};

resolution_actor::behavior_type scripted_resolution(
    self_pointer<resolution_actor, scripted_state<resolution_tag>>, resolution_script* s) {
  return {
      [s](const find_market&) -> caf::result<record_market> {
        if (s->down) return make_error(errc::unavailable);
        if (!s->market_known) return make_error(errc::not_found);
        return s->market;
      },
      [s](const look_at_condition& x) -> caf::result<condition_state> {
        ++s->looks;
        s->at_chain += x.at_chain ? 1 : 0;
        if (s->down) return make_error(errc::unavailable);
        return s->condition;
      },
      [s](const redeem_condition& x) -> caf::result<redeem_progress> {
        if (s->down) return make_error(errc::unavailable);
        return s->redeem(x);
      },
      [s](get_atom) { return s->accounts; },
      [](const held_on_chain& x) {
        return token_holdings{std::vector<share_amount>(x.tokens.size())};
      },
      [](status_atom) {
        return status_report{resolution_tag::name, {}};
      },
  };
}

/// It rained. Alice holds a hundred shares of Yes, Bob forty of No; each has a dollar.
struct SettlementActor : Core {
  hash256 rain = hash_at(0xc0);
  uint256 yes = uint256::of(7);
  uint256 no = uint256::of(8);
  address account = user(200);
  address alice = user(1);
  address bob = user(2);
  resolution_script there;
  settlement_actor settler;

  SettlementActor() {
    settings.journal.retry = milliseconds{20};
    give(alice, 1_usdc);
    give(bob, 1_usdc);
    start_journal();
    start_query();
    there.market = {rain, false, "Rain?", {yes, no}, {"Yes", "No"}, {}};
    there.accounts = {account};
    there.condition = {true, {{1, 0}, 1}, "resolved"};
    hold(alice, yes, 100'000'000);
    hold(bob, no, 40'000'000);
    auto h = keep(system.spawn(scripted_resolution, &there));
    dir.handles.set(h);
  }

  settlement_actor start() {
    settler =
        keep(system.spawn(settlement_behavior, w(),
                          digest_function{[](byte_view data) { return chain::keccak256(data); }}));
    return settler;
  }
  /// A first poll records the market, the second one finds its condition.
  void go(std::chrono::milliseconds by = seconds{40}) {
    if (!settler) start();
    advance(by);
  }
  void hold(const address& who, const uint256& token, std::int64_t micro) {
    auto& p = books.positions[{token, who}];
    p.user = who;
    p.token = token;
    p.shares.micro += micro;
    there.held[token].micro += micro;
  }
  bet placing_bet(int n, const address& who, std::int64_t micro) {
    bet b;
    b.id = bet_at(n);
    b.user = who;
    b.token = yes;
    b.shares = {micro};
    books.bets.emplace(b.id, b);
    return b;
  }
  void fill(const bet& b) {
    auto& row = books.bets.at(b.id);
    row.status = bet_status::filled;
    books.hold(row, now());
    there.held[yes].micro += b.shares.micro;
  }
  [[nodiscard]] const settlement& row() { return books.settlements.at(rain); }
  usdc balance(const address& who) { return books.balances[who].balance; }
  bool lasts(std::string_view kind) { return dir.gauges.alerts().lasts(kind, rain.hex()); }
  std::uint64_t raised(std::string_view kind) {
    return dir.gauges.alerts().raised()[std::string{kind}];
  }
  std::string text_of(std::string_view kind) {
    for (const auto& a : dir.gauges.alerts().list())
      if (a.kind == kind && a.lasts) return a.text;
    return {};
  }
  operation_id seen_in(const hash256& tx) const {
    return redemption_seen_in([](byte_view data) { return chain::keccak256(data); }, rain, account,
                              tx);
  }
  /// As `headroom markets settle --tx --apply`, beside the running service.
  void book_by_hand(const hash256& tx, usdc received, std::vector<share_amount> burned) {
    committed done;
    const book_redemption x{rain, seen_in(tx), account, tx, received, std::move(burned), now()};
    ASSERT_EQ(books.apply(x, done), errc::none);
  }
  void expect_settled(usdc remainder = {}) {
    ASSERT_TRUE(books.settlements.contains(rain));
    EXPECT_EQ(row().status, settlement_status::closed);
    EXPECT_EQ(row().paid, 100_usdc);
    EXPECT_EQ(row().remainder, remainder);
    EXPECT_EQ(balance(alice), 101_usdc);
    EXPECT_EQ(balance(bob), 1_usdc);
    EXPECT_EQ(books.revenue, remainder);
    const auto& lost = books.positions.at({no, bob});
    const auto& won = books.positions.at({yes, alice});
    EXPECT_EQ(lost.result, settlement_result::lost) << "losers hear too";
    EXPECT_EQ(won.result, settlement_result::won);
    EXPECT_EQ(won.payout, 100_usdc);
    for (const auto& a : dir.gauges.alerts().list())
      EXPECT_EQ(a.lasts, a.kind == settlement_alert::surplus)
          << "somebody should see it: " << a.kind;
  }
};

TEST_F(SettlementActor, AResolvedMarketIsRecordedRedeemedPaidAndClosed) {
  go();
  expect_settled();
  EXPECT_EQ(books.markets.at(rain).question, "Rain?");
  ASSERT_EQ(row().redemptions.size(), 1U);
  EXPECT_EQ(row().redemptions[0].received, 100_usdc);
  EXPECT_EQ(row().redemptions[0].burned[1].micro, 40'000'000);
  EXPECT_EQ(there.sent.size(), 1U);
  EXPECT_EQ(there.searched, 0U) << "nobody looks for others where nothing is missed";
  EXPECT_EQ(fact(settler, "closed"), "1");
  EXPECT_EQ(dir.gauges.settlements().open(), 0U);
  EXPECT_GT(dir.gauges.settlements().lag_us(), 0);
  go(minutes{30});
  EXPECT_EQ(there.sent.size(), 1U);
  EXPECT_EQ(balance(alice), 101_usdc);
}

TEST_F(SettlementActor, ASplitMarketPaysEachItsPartRoundedDownAndTheRestIsTheHouses) {
  there.condition.payouts = {{1, 2}, 3};
  books.positions.at({yes, alice}).shares = {100'000'001};
  go();
  EXPECT_EQ(balance(alice), 34'333'333_micro) << "floor of 33.333333666";
  EXPECT_EQ(balance(bob), 27'666'666_micro) << "floor of 26.666666666";
  EXPECT_EQ(books.positions.at({no, bob}).result, settlement_result::split);
  EXPECT_EQ(row().status, settlement_status::closed);
  EXPECT_EQ(books.revenue, sub_saturating(row().received, row().paid));
}

TEST_F(SettlementActor, WhereAllHaveLostNothingIsSentAndEverybodyHears) {
  books.positions.erase({yes, alice});
  there.held.erase(yes);
  go();
  EXPECT_TRUE(there.sent.empty());
  EXPECT_EQ(row().status, settlement_status::closed);
  EXPECT_EQ(books.positions.at({no, bob}).result, settlement_result::lost);
  EXPECT_TRUE(dir.gauges.alerts().list().empty());
}

TEST_F(SettlementActor, AnOpenMarketIsLookedAtNoOftenerThanItsIntervalButAtOnceForAnOperator) {
  there.condition = {false, {}, "open"};
  go(minutes{4});
  EXPECT_EQ(there.looks, 1U);
  go(minutes{4});
  EXPECT_EQ(there.looks, 2U);
  EXPECT_EQ(there.at_chain, 0U);
  there.condition = {true, {{1, 0}, 1}, "resolved"};
  const auto r = ask_later<settlement_view>(settler, poll_atom::value, rain);
  advance(seconds{1});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(there.looks, 3U);
  EXPECT_EQ(there.at_chain, 1U);
  EXPECT_EQ(r->value->row.status, settlement_status::closed);
  expect_settled();
}

TEST_F(SettlementActor, AnOperatorWhoAsksForNoMarketOfOursIsTold) {
  start();
  EXPECT_EQ(ask<settlement_view>(settler, poll_atom::value, hash_at(0xdd))->code, errc::not_found);
}

TEST_F(SettlementActor, ARedeemingUnderWayIsWaitedForAndNothingIsPaidBefore) {
  there.waits_first = true;
  start();
  advance(seconds{35});
  ASSERT_TRUE(books.settlements.contains(rain));
  EXPECT_EQ(balance(alice), 1_usdc);
  EXPECT_EQ(dir.gauges.settlements().open(), 1U);
  EXPECT_TRUE(dir.gauges.alerts().list().empty());
  advance(seconds{35});
  expect_settled();
  EXPECT_EQ(there.sent.size(), 1U);
}

// -- dying ---------------------------------------------------------------------------------------

TEST_F(SettlementActor, ADeathAtAnyMomentPaysEverybodyOnce) {
  const memory_books before = books;
  const auto chain = there;
  std::size_t deaths = 0;
  for (bool ended = false; !ended; ++deaths) {
    books = before;
    there = chain;
    const auto first = start();
    advance(seconds{30} - milliseconds{10});  // its market is recorded
    scheduler.advance_time(milliseconds{50});
    std::size_t steps = 0;
    for (int pauses = 0; steps < deaths && pauses < 5;) {
      if (scheduler.try_run_once()) {
        ++steps;
      } else {
        scheduler.advance_time(milliseconds{10});  // between slices
        ++pauses;
      }
    }
    ended = steps < deaths;
    kill(first);
    start();
    advance(seconds{70});
    expect_settled();
    ASSERT_EQ(there.sent.size(), 1U) << "killed after " << deaths;
    ASSERT_EQ(row().redemptions.size(), 1U);
    kill(settler);
  }
  EXPECT_GT(deaths, 15U);
}

TEST_F(SettlementActor, ACommitThatIsLostOrFindsNobodyIsMadeOnce) {
  const memory_books before = books;
  const auto chain = there;
  for (const auto how : {end::away, end::lost_before, end::lost_after})
    for (std::size_t n = 0; n < 6; ++n) {
      books = before;
      there = chain;
      store.commits.assign(n, end::ok);
      store.commits.push_back(how);
      start();
      advance(seconds{70});
      expect_settled();
      ASSERT_EQ(there.sent.size(), 1U);
      kill(settler);
    }
}

TEST_F(SettlementActor, AJournalThatDiesWithASliceIsNoticedAndItsSliceSentAgain) {
  store.away_for = [](const journal_entry& x) {
    return std::holds_alternative<settle_position>(x);
  };
  go(minutes{5});
  EXPECT_EQ(balance(alice), 1_usdc);
  EXPECT_EQ(store.batches.back(), 2U) << "asked once, however long the store is away";
  kill(dir.handles.get<journal_actor>());
  store.away_for = {};
  start_journal();
  advance(seconds{70});
  expect_settled();
}

TEST_F(SettlementActor, AQueryThatIsAwayOnlyCostsTime) {
  start();
  kill(dir.handles.get<query_actor>());
  dir.handles.set(query_actor{});
  advance(minutes{1});
  start_query();
  advance(minutes{2});
  expect_settled();
}

// -- the venue -----------------------------------------------------------------------------------

TEST_F(SettlementActor, ABetThatIsFilledLateIsRedeemedByATransactionOfItsOwn) {
  const auto carol = user(3);
  give(carol, 1_usdc);
  const auto late = placing_bet(1, carol, 10'000'000);
  go();
  EXPECT_EQ(balance(alice), 101_usdc) << "the others do not wait for it";
  EXPECT_EQ(row().status, settlement_status::open);
  fill(late);
  advance(seconds{70});
  EXPECT_EQ(there.sent.size(), 2U);
  EXPECT_EQ(row().redemptions.size(), 2U);
  EXPECT_EQ(balance(carol), 11_usdc);
  EXPECT_EQ(books.bets.at(late.id).status, bet_status::settled);
  EXPECT_EQ(books.bets.at(late.id).result, settlement_result::won);
  EXPECT_EQ(row().status, settlement_status::closed);
  EXPECT_EQ(row().paid, 110_usdc);
}

TEST_F(SettlementActor, APositionThatIsOfferedWaitsForItsSaleAndNobodyWaitsForIt) {
  auto& p = books.positions.at({yes, alice});
  p.selling = {30'000'000};
  p.shares = {70'000'000};
  sale s;
  s.user = alice;
  s.token = yes;
  s.shares = p.selling;
  books.sales.emplace(s.id, s);
  hold(user(3), yes, 5'000'000);
  go();
  EXPECT_EQ(balance(user(3)), 5_usdc);
  EXPECT_EQ(balance(alice), 1_usdc);
  EXPECT_EQ(books.positions.at({yes, alice}).result, settlement_result::none);
  p.shares = {100'000'000};
  p.selling = {};
  books.sales.at(s.id).status = sale_status::failed;
  advance(seconds{35});
  EXPECT_EQ(balance(alice), 101_usdc);
  EXPECT_EQ(row().status, settlement_status::closed);
}

// -- redeemed by others --------------------------------------------------------------------------

TEST_F(SettlementActor, WhatSomebodyElseRedeemedIsBookedOnceItIsProvenAndPaid) {
  there.held.clear();
  const auto tx = hash_at(0xee);
  there.others = redeem_progress{
      redeem_state::seen, tx, 100_usdc, {{100'000'000}, {40'000'000}}, "redeemed by others"};
  go();
  expect_settled();
  EXPECT_TRUE(there.sent.empty());
  ASSERT_EQ(row().redemptions.size(), 1U);
  EXPECT_EQ(row().redemptions[0].id, seen_in(tx));
}

TEST_F(SettlementActor, MoreThanTheSharesAreWorthIsNotBelievedOfOthersEither) {
  there.held.clear();
  there.others =
      redeem_progress{redeem_state::seen, hash_at(0xee), 101_usdc, {{100'000'000}, {}}, ""};
  go();
  EXPECT_TRUE(row().redemptions.empty());
  EXPECT_EQ(balance(alice), 1_usdc);
}

TEST_F(SettlementActor, SharesThatAreGoneAreAnAlertThatNamesTheCommandUntilAHumanBooksWhatCame) {
  there.held.clear();
  go();
  EXPECT_TRUE(lasts(settlement_alert::elsewhere));
  EXPECT_NE(text_of(settlement_alert::elsewhere)
                .find("headroom markets settle " + rain.hex() + " --tx HASH"),
            std::string::npos);
  EXPECT_EQ(balance(alice), 1_usdc);
  book_by_hand(hash_at(0xee), 100_usdc, {{100'000'000}, {40'000'000}});
  advance(minutes{6});
  expect_settled();
  EXPECT_TRUE(there.sent.empty());
}

TEST_F(SettlementActor, ARedeemingOfOursOnItsWayIsBookedBesideWhatOthersRedeemed) {
  there.held[yes] = {60'000'000};
  there.waits_first = true;
  start();
  advance(seconds{35});
  ASSERT_EQ(there.sent.size(), 1U);
  book_by_hand(hash_at(0xee), 40_usdc, {{40'000'000}, {}});
  advance(seconds{70});
  EXPECT_EQ(there.sent.size(), 1U) << "the one that is known is looked at";
  ASSERT_EQ(row().redemptions.size(), 2U);
  expect_settled();
}

TEST_F(SettlementActor, WhatAHumanBookedIsPaidThoughARedeemingOfOursIsInDoubt) {
  there.waits_first = true;
  start();
  advance(seconds{35});
  ASSERT_EQ(there.sent.size(), 1U);
  there.done[*there.sent.begin()] = {redeem_state::under_way, {}, {}, {}, "in doubt"};
  book_by_hand(hash_at(0xee), 100_usdc, {{100'000'000}, {40'000'000}});
  advance(minutes{2});
  EXPECT_EQ(balance(alice), 101_usdc);
  EXPECT_EQ(row().status, settlement_status::open) << "ours may still bring something";
  there.done[*there.sent.begin()] = {redeem_state::nothing, {}, {}, {}, {}};
  advance(minutes{2});
  expect_settled();
}

TEST_F(SettlementActor, SharesThatComeAfterOneOfOursThatAHumanHasBookedAreRedeemed) {
  const auto carol = user(3);
  give(carol, 1_usdc);
  const auto late = placing_bet(1, carol, 10'000'000);
  there.waits_first = true;
  start();
  advance(seconds{35});
  ASSERT_EQ(there.sent.size(), 1U);
  book_by_hand(resolution_script::tx_of(*there.sent.begin()), 100_usdc,
               {{100'000'000}, {40'000'000}});
  advance(seconds{70});
  EXPECT_EQ(balance(alice), 101_usdc);
  fill(late);
  advance(minutes{3});
  EXPECT_EQ(there.sent.size(), 2U);
  EXPECT_EQ(row().redemptions.size(), 2U);
  EXPECT_EQ(balance(carol), 11_usdc);
  EXPECT_EQ(row().status, settlement_status::closed);
}

TEST_F(SettlementActor, OneOfOursThatAHumanHasBookedUnderAnotherIdIsNotBookedAgain) {
  there.waits_first = true;
  start();
  advance(seconds{35});
  ASSERT_EQ(there.sent.size(), 1U);
  book_by_hand(resolution_script::tx_of(*there.sent.begin()), 100_usdc,
               {{100'000'000}, {40'000'000}});
  advance(seconds{70});
  EXPECT_EQ(row().redemptions.size(), 1U);
  EXPECT_EQ(raised(settlement_alert::stopped), 0U);
  expect_settled();
}

// -- what a human must hear ----------------------------------------------------------------------

TEST_F(SettlementActor, WhileLessCameThanIsOwedNobodyIsPaid) {
  there.more = usdc{-1};
  go(minutes{12});
  EXPECT_TRUE(lasts(settlement_alert::shortage));
  EXPECT_EQ(balance(alice), 1_usdc);
  EXPECT_EQ(books.positions.at({no, bob}).result, settlement_result::none);
  EXPECT_EQ(row().redemptions.size(), 1U);
  EXPECT_EQ(there.sent.size(), 1U) << "nothing is left to redeem";
  there.more = {};
  there.held[yes] = {1};  // the operator sends what is missing
  advance(minutes{6});
  EXPECT_EQ(row().redemptions.size(), 2U);
  expect_settled();
}

TEST_F(SettlementActor, APayoutOfNothingForSharesThatWonIsAnAlarmAndNoBooking) {
  there.pays = false;
  go(minutes{12});
  EXPECT_TRUE(lasts(settlement_alert::paid_nothing));
  EXPECT_FALSE(lasts(settlement_alert::shortage));
  EXPECT_TRUE(row().redemptions.empty());
  EXPECT_EQ(row().status, settlement_status::open);
  EXPECT_EQ(balance(alice), 1_usdc);
}

TEST_F(SettlementActor, AccountsThatHoldNothingOfWhatIsOwedAreAnAlarmToo) {
  there.held.clear();
  go();
  EXPECT_TRUE(lasts(settlement_alert::paid_nothing));
  there.held[yes] = {100'000'000};
  advance(minutes{6});
  expect_settled();
}

TEST_F(SettlementActor, ARedeemingThatIsRefusedIsSaidUntilItIsNot) {
  there.refuses = "would revert: ERC1155: need operator approval";
  go(minutes{2});
  EXPECT_TRUE(lasts(settlement_alert::refused));
  EXPECT_FALSE(lasts(settlement_alert::shortage)) << "one cause, one alarm";
  EXPECT_EQ(balance(alice), 1_usdc);
  there.refuses.clear();
  advance(minutes{6});
  expect_settled();
}

TEST_F(SettlementActor, MoreThanIsOwedIsSaidPaidAndTheRestIsTheHouses) {
  there.more = 3_usdc;
  go();
  expect_settled(3_usdc);
  EXPECT_EQ(raised(settlement_alert::surplus), 1U);
}

TEST_F(SettlementActor, ALittleMoreIsRoundingAndNobodysBusiness) {
  there.more = 1_usdc;
  go();
  expect_settled(1_usdc);
  EXPECT_EQ(raised(settlement_alert::surplus), 0U);
}

TEST_F(SettlementActor, MoreThanTheBurnedSharesAreWorthIsNotBelieved) {
  there.burns_less = {1'000'000};
  go();
  EXPECT_TRUE(lasts(settlement_alert::refused));
  EXPECT_TRUE(row().redemptions.empty()) << "one node's receipt is behind it";
  EXPECT_EQ(balance(alice), 1_usdc);
}

TEST_F(SettlementActor, ATokenOfNoMarketIsSaidUntilItsMarketIsKnown) {
  there.market_known = false;
  go(minutes{1});
  auto& alerts = dir.gauges.alerts();
  EXPECT_TRUE(alerts.lasts(settlement_alert::unknown_market, "7"));
  there.market_known = true;
  advance(minutes{6});
  EXPECT_FALSE(alerts.lasts(settlement_alert::unknown_market, "7"));
  expect_settled();
}

TEST_F(SettlementActor, ASilenceIsSaidOnceItLasts) {
  committed recorded;
  ASSERT_EQ(books.apply(there.market, recorded), errc::none);
  there.down = true;
  go(minutes{10});
  EXPECT_TRUE(dir.gauges.alerts().list().empty());
  advance(minutes{15});
  EXPECT_TRUE(lasts(settlement_alert::unreadable));
  there.down = false;
  advance(minutes{6});
  expect_settled();
}

TEST_F(SettlementActor, APayoutVectorThatDoesNotFitTheMarketStopsIt) {
  there.condition.payouts = {{1, 0, 0}, 1};
  go();
  EXPECT_TRUE(lasts(settlement_alert::stopped));
  EXPECT_TRUE(books.settlements.empty());
  there.condition.payouts = {{1, 0}, 1};
  advance(minutes{6});
  expect_settled();
}

// -- many ----------------------------------------------------------------------------------------

TEST_F(SettlementActor, ManyPositionsArePaidInSlicesThatLeaveTheJournalToBets) {
  settings.settlement.slice = 500;
  std::vector<address> winners;
  for (int i = 0; i < 1'200; ++i) {
    address who;
    who.bytes[0] = 0xaa;
    who.bytes[18] = static_cast<std::uint8_t>(i >> 8);
    who.bytes[19] = static_cast<std::uint8_t>(i);
    winners.push_back(who);
    hold(who, yes, 1'000'000);
  }
  go();
  EXPECT_EQ(row().status, settlement_status::closed);
  EXPECT_EQ(row().paid, 1'300_usdc);
  for (const auto& who : winners) ASSERT_EQ(balance(who), 1_usdc);
  EXPECT_EQ(*std::max_element(store.batches.begin(), store.batches.end()), 500U);
  const auto slices = std::count_if(store.batches.begin(), store.batches.end(),
                                    [](std::size_t n) { return n > 100; });
  EXPECT_EQ(slices, 3) << "500, 500 and 202";
  EXPECT_EQ(fact(settler, "positions_paid"), "1202");
}

TEST_F(SettlementActor, ManyMarketsAreLookedAtInTurnHoweverManyPagesTheyFill) {
  settings.settlement.page = 3;
  settings.settlement.at_once = 2;
  there.condition = {false, {}, "open"};
  there.market_known = false;  // that of Alice and Bob
  for (int n = 1; n <= 10; ++n) {
    record_market m;
    m.condition = hash_at(n);
    m.tokens = {uint256::of(static_cast<std::uint64_t>(1000 + n)),
                uint256::of(static_cast<std::uint64_t>(2000 + n))};
    m.outcomes = {"Yes", "No"};
    books.markets.emplace(m.condition, m);
    books.positions[{m.tokens[0], alice}] = {alice, m.tokens[0], {1'000'000}, {}, 1_usdc};
  }
  start();
  run();
  EXPECT_EQ(there.looks, 10U) << "each once, at the first poll";
}

}  // namespace
}  // namespace headroom::test
