#include "actors/bet_actor.hpp"

#include "actors/alerts.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using end = scripted_store::commit_end;
using std::chrono::milliseconds;
using std::chrono::seconds;
using verdict = venue_verdict;

struct BetActor : Core {
  address alice = user(1);

  BetActor() {
    settings.journal.retry = milliseconds{20};
    start_journal();
    give(alice, 100_usdc);
    start_buffer(1000_usdc);
    start_venue();
  }

  place_bet request(usdc amount, int body = 1) {
    return {bet_at(1), alice, {}, amount, {500'000}, now().plus(seconds{30}), hash_at(body)};
  }
  reply_ptr<bet> place(const place_bet& x) { return ask<bet>(dir.users.open_bet(x.id), x); }

  usdc user_available() {
    const auto r = ask<balance_view>(dir.users.balance_of(alice), get_atom::value);
    return r->value ? r->value->available : usdc{-1};
  }
  /// Nothing was taken anywhere, and nothing is in the books.
  void expect_untouched() {
    EXPECT_EQ(user_available(), 100_usdc);
    EXPECT_EQ(dir.gauges.buffer_available(), 1000_usdc);
    EXPECT_TRUE(books.bets.empty());
    EXPECT_EQ(dir.users.live_bets(), 0U);
    EXPECT_TRUE(venue.posted.empty());
  }
  /// Everybody shows what the books have.
  void expect_settled(usdc user_has, usdc buffer_has) {
    EXPECT_EQ(books.balances[alice].balance, user_has);
    EXPECT_EQ(books.buffer.balance, buffer_has);
    EXPECT_EQ(user_available(), user_has);
    EXPECT_EQ(dir.gauges.buffer_available(), buffer_has);
    EXPECT_EQ(dir.users.live_bets(), 0U);
  }
};

// -- the happy way -------------------------------------------------------------------------------

TEST_F(BetActor, AFilledBetIsPaidByTheUserAndTheBufferAndTheRestComesBack) {
  venue.post_otherwise = filled(38_usdc, 1_usdc);
  const auto r = place(request(40_usdc));
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, bet_status::filled);
  EXPECT_EQ(r->value->spent, 38_usdc);
  EXPECT_EQ(r->value->fee, 1_usdc);
  EXPECT_EQ(r->value->refunded, 1_usdc);
  EXPECT_EQ(r->value->shares.micro, 76'000'000);
  expect_settled(61_usdc, 961_usdc);
  EXPECT_EQ(venue.posted.size(), 1U);
}

TEST_F(BetActor, WhoCannotPayNeverReachesTheVenue) {
  venue.quote_error = errc::unknown_market;
  const auto poor = place(request(101_usdc));
  EXPECT_EQ(poor->code, errc::insufficient_balance) << "and not what the venue would say";
  EXPECT_TRUE(venue.quoted_for.empty());
  auto stranger = request(1_usdc);
  stranger.user = user(7);
  EXPECT_EQ(place(stranger)->code, errc::insufficient_balance);
  EXPECT_TRUE(venue.quoted_for.empty());
  expect_untouched();
}

TEST_F(BetActor, WhatTheVenueRefusesToQuoteGivesTheDeductionBack) {
  venue.quote_error = errc::unknown_market;
  auto asked = request(40_usdc);
  asked.by = "user:0x01";
  EXPECT_EQ(place(asked)->code, errc::unknown_market);
  EXPECT_EQ(venue.quoted_for, std::vector<std::string>{"user:0x01"}) << "on whose budget";
  expect_untouched();
}

TEST_F(BetActor, TheIntentIsInTheBooksBeforeTheVenueSeesTheOrder) {
  venue.mute = true;
  const auto r = place(request(40_usdc));
  EXPECT_EQ(r->answers, 0);
  ASSERT_EQ(venue.posted.size(), 1U);
  const auto& row = books.bets.at(bet_at(1));
  EXPECT_EQ(row.status, bet_status::placing);
  EXPECT_EQ(row.order_hash, venue.posted[0]);
  EXPECT_EQ(row.signed_order, (byte_vector{1, 2, 3}));
  EXPECT_EQ(books.balances[alice].balance, 60_usdc);
  EXPECT_EQ(books.buffer.balance, 960_usdc);
}

// -- refusals: nothing may stay behind ------------------------------------------------------------

TEST_F(BetActor, EveryRefusalBeforeTheBooksReleasesBoth) {
  venue.quote_error = errc::unknown_market;
  EXPECT_EQ(place(request(40_usdc))->code, errc::unknown_market);
  expect_untouched();
  venue.quote_error = errc::none;

  EXPECT_EQ(place(request(101_usdc))->code, errc::insufficient_balance);
  expect_untouched();

  give(alice, 5000_usdc);
  tell(dir.users.balance_of(alice), balance_committed{{}, 5100_usdc, 2});
  const auto too_much = place(request(1001_usdc));
  EXPECT_EQ(too_much->code, errc::exceeds_max_bet);
  EXPECT_EQ(too_much->detail,
            "Bet amount exceeds global maximum: $1001.00 USDC. Maximum bet is $1000.00 USDC "
            "(buffer balance: $1000.00 USDC)");
  EXPECT_EQ(user_available(), 5100_usdc);
  EXPECT_EQ(dir.gauges.buffer_available(), 1000_usdc);

  venue.sign_error = errc::unavailable;
  EXPECT_EQ(place(request(40_usdc))->code, errc::unavailable);
  EXPECT_EQ(user_available(), 5100_usdc);
  EXPECT_EQ(dir.gauges.buffer_available(), 1000_usdc);
  EXPECT_TRUE(books.bets.empty());
}

TEST_F(BetActor, ARepeatIsAnsweredThoughThereIsNoTurnForANewOrder) {
  venue.post_otherwise = filled(38_usdc, 1_usdc);
  ASSERT_TRUE(place(request(40_usdc))->value);
  venue.quote_error = errc::overloaded;
  venue.quote_wait = seconds{2};
  const auto again = place(request(40_usdc));
  ASSERT_TRUE(again->value) << to_string(again->code);
  EXPECT_EQ(again->value->status, bet_status::filled);
  expect_settled(61_usdc, 961_usdc);
  auto other = request(40_usdc);
  other.id = bet_at(2);
  EXPECT_EQ(place(other)->code, errc::overloaded);
  expect_settled(61_usdc, 961_usdc);
}

TEST_F(BetActor, ADeadlineThatIsOverIsRefused) {
  auto x = request(40_usdc);
  x.deadline = now();
  EXPECT_EQ(place(x)->code, errc::deadline_passed);
  expect_untouched();
}

TEST_F(BetActor, AMissingNeighbourIsUnavailableAndReleasesBoth) {
  dir.handles.set(venue_actor{});
  EXPECT_EQ(place(request(40_usdc))->code, errc::unavailable);
  expect_untouched();
  start_venue();
  const auto buffer = dir.handles.get<buffer_actor>();
  dir.handles.set(buffer_actor{});
  EXPECT_EQ(place(request(40_usdc))->code, errc::unavailable);
  dir.handles.set(buffer);
  expect_untouched();
}

TEST_F(BetActor, WhatTheBooksRefuseIsRefusedAndReleased) {
  user_available();                         // loaded
  books.balances[alice].balance = 10_usdc;  // another node spent it
  EXPECT_EQ(place(request(40_usdc))->code, errc::insufficient_balance);
  EXPECT_EQ(dir.gauges.buffer_available(), 1000_usdc);
  EXPECT_EQ(fact(dir.users.balance_of(alice), "tentative"), "0");
  EXPECT_TRUE(venue.posted.empty());
}

TEST_F(BetActor, TheVenuesNoRefundsBothAndKeepsItsWords) {
  venue.posts = {says(verdict::refused, "not enough liquidity")};
  const auto r = place(request(40_usdc));
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->status, bet_status::failed);
  EXPECT_EQ(r->value->failure, "not enough liquidity");
  EXPECT_EQ(r->value->refunded, 40_usdc);
  expect_settled(100_usdc, 1000_usdc);
}

// -- the same key again ---------------------------------------------------------------------------

TEST_F(BetActor, TheSameKeyAndBodyGetTheFirstAnswerAndAnotherBodyAConflict) {
  venue.post_otherwise = filled(40_usdc, {});
  const auto first = place(request(40_usdc));
  const auto again = place(request(40_usdc));
  ASSERT_TRUE(first->value && again->value);
  EXPECT_EQ(again->value->status, bet_status::filled);
  EXPECT_EQ(again->value->order_hash, first->value->order_hash);
  EXPECT_EQ(place(request(41_usdc, 2))->code, errc::key_reused);
  EXPECT_EQ(venue.posted.size(), 1U);
  expect_settled(60_usdc, 960_usdc);
}

TEST_F(BetActor, ARepeatWhileTheFirstIsOnItsWayGetsTheSameAnswer) {
  venue.mute = true;
  const auto first = place(request(40_usdc));
  const auto again = place(request(40_usdc));
  const auto other = place(request(41_usdc, 2));
  EXPECT_EQ(other->code, errc::key_reused);
  EXPECT_EQ(first->answers + again->answers, 0);
  venue.post_otherwise = filled(40_usdc, {});
  tell(dir.handles.get<venue_actor>(), wake_atom::value);
  run();
  EXPECT_EQ(first->value->status, bet_status::filled);
  EXPECT_EQ(again->value->status, bet_status::filled);
  EXPECT_EQ(venue.posted.size(), 1U);
}

// -- unknown --------------------------------------------------------------------------------------

TEST_F(BetActor, AnUnknownOutcomeAnswersPlacingAndTheLookUpFindsTheFill) {
  venue.posts = {says(verdict::unknown, "timeout")};
  venue.looks = {says(verdict::absent), filled(40_usdc, {})};
  const auto r = place(request(40_usdc));
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->status, bet_status::placing) << "202";
  const auto meanwhile = place(request(40_usdc));
  EXPECT_EQ(meanwhile->value->status, bet_status::placing);
  advance(seconds{2});
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::filled);
  EXPECT_EQ(venue.posted.size(), 1U);
  expect_settled(60_usdc, 960_usdc);
}

TEST_F(BetActor, WhatIsSentAgainIsTheIdenticalOrder) {
  venue.posts = {says(verdict::unknown), filled(40_usdc, {})};
  place(request(40_usdc));
  advance(seconds{3});
  ASSERT_EQ(venue.posted.size(), 2U);
  EXPECT_EQ(venue.posted[0], venue.posted[1]);
  EXPECT_EQ(venue.orders_signed, 1U);
  expect_settled(60_usdc, 960_usdc);
}

TEST_F(BetActor, WhatTheVenueDidNotTakeIsNotSentAgainAfterTheDeadline) {
  venue.posts = {says(verdict::not_now, "too many requests")};
  auto x = request(40_usdc);
  x.deadline = now().plus(milliseconds{100});  // before the pause of 250 ms is over
  place(x);
  EXPECT_EQ(venue.deadlines, std::vector{x.deadline}) << "the venue knows it too";
  advance(seconds{2});
  EXPECT_EQ(venue.posted.size(), 1U);
  const auto& row = books.bets.at(bet_at(1));
  EXPECT_EQ(row.status, bet_status::failed);
  EXPECT_EQ(row.failure, sent_too_late);
  expect_settled(100_usdc, 1000_usdc);
}

TEST_F(BetActor, AnOrderKeptBackByTheVenueIsRefundedOnlyIfNoneWentBefore) {
  venue.posts = {says(verdict::not_now, std::string{sent_too_late})};
  venue.mute = true;  // it waits there until the deadline is over
  place(request(40_usdc));
  advance(seconds{31});
  tell(dir.handles.get<venue_actor>(), wake_atom::value);
  run();
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::failed);
  expect_settled(100_usdc, 1000_usdc);
}

TEST_F(BetActor, AnOrderKeptBackAfterADoubtfulPostIsCancelledFirst) {
  venue.posts = {says(verdict::unknown)};
  place(request(40_usdc));
  venue.mute = true;
  venue.posts = {says(verdict::not_now, std::string{sent_too_late})};
  advance(seconds{31});  // absent twice: sent again, and kept back
  ASSERT_EQ(venue.posted.size(), 2U);
  tell(dir.handles.get<venue_actor>(), wake_atom::value);
  run();
  advance(seconds{10});
  EXPECT_EQ(venue.cancelled, 1U);
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::placing);
  EXPECT_EQ(user_available(), 60_usdc);
  advance(seconds{130});
  expect_settled(100_usdc, 1000_usdc);
}

TEST_F(BetActor, AnOrderNeverSeenIsCancelledAfterTheDeadlineAndRefundedAfterTheGrace) {
  venue.posts.assign(20, says(verdict::unknown));
  venue.post_otherwise = says(verdict::unknown);
  place(request(40_usdc));
  advance(seconds{60});
  EXPECT_EQ(venue.cancelled, 1U);
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::placing);
  EXPECT_EQ(user_available(), 60_usdc) << "not given back while it may still fill";
  advance(seconds{120});
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::failed);
  expect_settled(100_usdc, 1000_usdc);
}

TEST_F(BetActor, WhatWasChargedAboveTheReserveIsTheHousesLoss) {
  venue.post_otherwise = filled(41_usdc, 1_usdc);
  const auto r = place(request(40_usdc));
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->status, bet_status::filled);
  EXPECT_EQ(r->value->spent, 41_usdc);
  EXPECT_EQ(r->value->refunded, usdc{});
  EXPECT_EQ(books.venue_loss, 2_usdc);
  EXPECT_TRUE(dir.gauges.alerts().lasts("bet.charged_above_reserve", ""));
  EXPECT_EQ(books.balances[alice].balance, 60_usdc) << "never the user's";
  EXPECT_EQ(books.buffer.balance, 958_usdc);
}

// -- matched, live, over --------------------------------------------------------------------------

TEST_F(BetActor, AMatchIsFollowedAndTheAskerWaitsForItsEnd) {
  venue.posts = {says(verdict::matched)};
  venue.looks = {filled(40_usdc, {})};
  const auto r = place(request(40_usdc));
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->status, bet_status::filled) << "201, in one answer";
  EXPECT_EQ(venue.followed, std::vector{true});
  expect_settled(60_usdc, 960_usdc);
}

TEST_F(BetActor, AMatchThatIsNotFinalIs202AndNeverRefundedOrSentAgain) {
  venue.posts = {says(verdict::matched)};
  venue.look_otherwise = says(verdict::matched);
  const auto r = place(request(40_usdc));
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->status, bet_status::placing);
  advance(seconds{400});
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::placing);
  EXPECT_EQ(venue.posted.size(), 1U);
  EXPECT_EQ(venue.cancelled, 1U);
  venue.look_otherwise = filled(40_usdc, {});
  advance(seconds{6});
  expect_settled(60_usdc, 960_usdc);
}

TEST_F(BetActor, AnOrderThatStaysLiveIsCancelledAtTheDeadlineAndRefunded) {
  venue.posts = {says(verdict::unknown, "live")};
  venue.look_otherwise = says(verdict::live);
  place(request(40_usdc));
  advance(seconds{29});
  EXPECT_EQ(venue.cancelled, 0U);
  advance(seconds{10});
  EXPECT_GE(venue.cancelled, 1U);
  EXPECT_EQ(user_available(), 60_usdc);
  venue.look_otherwise = says(verdict::over);
  advance(seconds{20});
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::failed);
  expect_settled(100_usdc, 1000_usdc);
}

TEST_F(BetActor, TradesThatTheVenueCallsFailedAreNoRefundUntilTheExchangeSaysSo) {
  venue.chain_time = {};  // silent
  venue.posts = {says(verdict::matched)};
  venue.look_otherwise = says(verdict::over, "every trade failed on chain");
  place(request(40_usdc));
  advance(seconds{300});
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::placing);
  EXPECT_EQ(user_available(), 60_usdc);
  venue.chain_time = [this] { return now(); };
  advance(seconds{6});
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::failed);
  expect_settled(100_usdc, 1000_usdc);
}

TEST_F(BetActor, ABetWithoutAnEndIsAnAlertUntilAHumanEndsIt) {
  const auto kind = "bet.unresolved";
  const auto subject = bet_at(1).text();
  venue.posts = {says(verdict::matched)};
  venue.look_otherwise = says(verdict::matched);
  place(request(40_usdc));
  advance(seconds{30 + 590});
  EXPECT_FALSE(dir.gauges.alerts().lasts(kind, subject));
  advance(seconds{20});
  EXPECT_TRUE(dir.gauges.alerts().lasts(kind, subject));
  auto& stored = books.bets.at(bet_at(1));  // by `headroom bets resolve`
  stored.status = bet_status::failed;
  stored.refunded = 40_usdc;
  books.balances[alice].balance = 100_usdc;
  ++books.balances[alice].version;
  advance(seconds{12});
  EXPECT_FALSE(dir.gauges.alerts().lasts(kind, subject));
  EXPECT_EQ(dir.users.live_bets(), 0U);
  EXPECT_EQ(user_available(), 100_usdc) << "the balance's owner heard of it";
}

// -- the journal is slow, or dies -----------------------------------------------------------------

TEST_F(BetActor, ADeadlineThatPassesWhileTheJournalIsAwaySendsNothing) {
  user_available();
  store.commits.assign(40, end::away);
  const auto r = place(request(40_usdc));
  EXPECT_EQ(r->answers, 0);
  advance(seconds{90});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, bet_status::failed);
  EXPECT_EQ(r->value->failure, "the bet's deadline passed before it could be sent");
  EXPECT_TRUE(venue.posted.empty());
  expect_settled(100_usdc, 1000_usdc);
}

TEST_F(BetActor, AJournalKilledWhileStoringIsAskedAgainByItsSuccessor) {
  user_available();
  venue.post_otherwise = filled(40_usdc, {});
  for (const auto how : {end::lost_after, end::away}) {
    store.commits.assign(3, how);
    const auto r = place(request(40_usdc));
    EXPECT_EQ(r->answers, 0);
    kill(dir.handles.get<journal_actor>());
    store.commits.clear();
    start_journal();
    for (const auto& b : dir.users.all_bets())
      tell(b, restarted_atom::value);  // as the guardian does
    advance(seconds{1});
    ASSERT_TRUE(r->value) << to_string(r->code);
    EXPECT_EQ(r->value->status, bet_status::filled);
    expect_settled(60_usdc, 960_usdc);
  }
  EXPECT_EQ(venue.posted.size(), 1U) << "the second request found the first one's bet";
}

TEST_F(BetActor, AJournalsRestartLeavesAnOrderAtALivingVenueInPeace) {
  venue.mute = true;
  const auto r = place(request(40_usdc));
  kill(dir.handles.get<journal_actor>());
  start_journal();
  tell(dir.users.find_bet(bet_at(1)), restarted_atom::value);
  EXPECT_EQ(fact(dir.users.find_bet(bet_at(1)), "in_doubt"), "no");
  EXPECT_EQ(fact(dir.users.find_bet(bet_at(1)), "state"), "placing");
  EXPECT_TRUE(venue.looked_up.empty());
  venue.post_otherwise = filled(40_usdc, {});
  tell(dir.handles.get<venue_actor>(), wake_atom::value);
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, bet_status::filled);
}

/// Looking while the POST is open would forget its answer: a filled order was refunded so.
TEST_F(BetActor, ATimerFromBeforeTheBooksTookItDoesNotWakeItWhileItsOrderIsOut) {
  user_available();
  venue.mute = true;
  store.commits = {end::away, end::away};
  const auto r = place(request(40_usdc));
  const auto actor = dir.users.find_bet(bet_at(1));
  kill(dir.handles.get<journal_actor>());
  tell(actor, restarted_atom::value);  // the dead one is asked: the bet waits for the next
  store.commits.clear();
  start_journal();
  tell(actor, restarted_atom::value);  // and is called before its timer
  ASSERT_EQ(venue.posted.size(), 1U);
  advance(milliseconds{200});
  EXPECT_TRUE(venue.looked_up.empty()) << "the timer woke it";
  venue.post_otherwise = filled(40_usdc, {});
  tell(dir.handles.get<venue_actor>(), wake_atom::value);
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, bet_status::filled);
  expect_settled(60_usdc, 960_usdc);
}

TEST_F(BetActor, AFullQueueSaysNothingOfWhatAnEarlierJournalTook) {
  store.commits = {end::lost_after};
  const auto r = place(request(40_usdc));  // in the books, and nobody was told
  kill(dir.handles.get<journal_actor>());
  settings.journal.queue = 0;
  start_journal();
  tell(dir.users.find_bet(bet_at(1)), restarted_atom::value);
  EXPECT_EQ(r->answers, 0);
  EXPECT_EQ(fact(dir.users.balance_of(alice), "tentative"), "1") << "it is still taken";
  settings.journal.queue = 100;
  venue.post_otherwise = filled(40_usdc, {});
  advance(seconds{1});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, bet_status::filled);
  expect_settled(60_usdc, 960_usdc);
}

TEST_F(BetActor, ABetKilledBeforeTheBooksLeavesNoDeductionBehind) {
  user_available();
  store.commits.assign(2, end::away);
  place(request(40_usdc));
  const auto actor = dir.users.find_bet(bet_at(1));
  ASSERT_TRUE(actor);
  kill(actor);
  advance(seconds{2});
  // Its entry was in the journal's hands: the bet is in the books, and both owners know it.
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::placing);
  EXPECT_EQ(user_available(), 60_usdc);
  EXPECT_EQ(dir.gauges.buffer_available(), 960_usdc);
  EXPECT_EQ(fact(dir.users.balance_of(alice), "tentative"), "0");
  EXPECT_EQ(fact(dir.handles.get<buffer_actor>(), "tentative"), "0");
}

TEST_F(BetActor, AStoredBetIsResumedByLookingFirst) {
  venue.mute = true;
  place(request(40_usdc));
  kill(dir.users.find_bet(bet_at(1)));
  venue.mute = false;
  venue.looks = {filled(40_usdc, {})};
  tell(dir.users.open_bet(bet_at(1)), resume_atom::value, books.bets.at(bet_at(1)));
  EXPECT_EQ(venue.posted.size(), 1U);
  EXPECT_EQ(venue.looked_up.size(), 1U);
  expect_settled(60_usdc, 960_usdc);
}

TEST_F(BetActor, AnOldViewOfABetThatEndedSinceSendsNothing) {
  venue.mute = true;
  place(request(40_usdc));
  const auto seen = books.bets.at(bet_at(1));  // as recovery reads it
  ASSERT_EQ(seen.status, bet_status::placing);
  venue.post_otherwise = says(verdict::refused, "no");
  tell(dir.handles.get<venue_actor>(), wake_atom::value);  // refused and refunded meanwhile
  ASSERT_EQ(books.bets.at(bet_at(1)).status, bet_status::failed);
  venue.post_otherwise = venue.look_otherwise = filled(40_usdc, {});
  tell(dir.users.open_bet(bet_at(1)), resume_atom::value, seen);
  advance(seconds{30});
  EXPECT_EQ(venue.posted.size(), 1U);
  EXPECT_TRUE(venue.looked_up.empty());
  expect_settled(100_usdc, 1000_usdc);
}

TEST_F(BetActor, AnEndingThatTheBooksRefuseIsSettledByTheOneTheyHave) {
  venue.mute = true;
  const auto r = place(request(40_usdc));
  auto& stored = books.bets.at(bet_at(1));
  stored.status = bet_status::failed;  // by whatever hand
  stored.refunded = 40_usdc;
  venue.post_otherwise = filled(40_usdc, {});
  tell(dir.handles.get<venue_actor>(), wake_atom::value);
  advance(seconds{1});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, bet_status::failed);
  EXPECT_EQ(dir.users.live_bets(), 0U);
}

TEST_F(BetActor, AnAnswerThatIsOverdueIsFoundOut) {
  venue.mute = true;  // takes the order and forgets to answer
  const auto r = place(request(40_usdc));
  const auto actor = dir.users.find_bet(bet_at(1));
  tell(actor, sweep_atom::value);
  EXPECT_TRUE(venue.looked_up.empty()) << "not late yet";
  venue.mute = false;
  venue.look_otherwise = filled(40_usdc, {});
  advance(settings.bet.overdue);
  tell(actor, sweep_atom::value);
  advance(seconds{2});
  EXPECT_EQ(venue.posted.size(), 1U);
  EXPECT_FALSE(venue.looked_up.empty());
  EXPECT_EQ(r->value->status, bet_status::placing) << "202, when it turned out to be unknown";
  expect_settled(60_usdc, 960_usdc);
}

TEST_F(BetActor, AClockThatIsSetMakesNoAnswerOverdue) {
  venue.mute = true;
  place(request(40_usdc));
  clock_set_by = std::chrono::hours{1};
  tell(dir.users.find_bet(bet_at(1)), sweep_atom::value);
  EXPECT_EQ(fact(dir.users.find_bet(bet_at(1)), "in_doubt"), "no");
  EXPECT_TRUE(venue.looked_up.empty());
  clock_set_by = -std::chrono::hours{1};
  advance(settings.bet.overdue + seconds{1});
  tell(dir.users.find_bet(bet_at(1)), sweep_atom::value);
  EXPECT_EQ(fact(dir.users.find_bet(bet_at(1)), "in_doubt"), "yes");
}

TEST_F(BetActor, AKilledBetAnswersWhoeverWaits) {
  venue.mute = true;
  const auto r = place(request(40_usdc));
  EXPECT_EQ(r->answers, 0);
  kill(dir.users.find_bet(bet_at(1)));
  EXPECT_EQ(r->code, errc::in_doubt);
}

TEST_F(BetActor, OnlySoManyBetsAreInProgressAtATime) {
  venue.mute = true;
  give(alice, 900_usdc);
  for (int n = 1; n <= 64; ++n) {
    auto x = request(1_usdc, n);
    x.id = bet_at(n);
    place(x);
  }
  EXPECT_EQ(dir.users.live_bets(), 64U);
  EXPECT_FALSE(dir.users.open_bet(bet_at(65)));
  EXPECT_TRUE(dir.users.open_bet(bet_at(64))) << "a bet in progress is always found";
}

}  // namespace
}  // namespace headroom::test
