#include "actors/journal_actor.hpp"

#include <map>

#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using end = scripted_store::commit_end;
using std::chrono::milliseconds;

struct JournalActor : Core {
  append paid_in(int n, usdc amount) {
    replenish x;
    x.id.bytes[0] = static_cast<std::uint8_t>(n);
    x.id.bytes[1] = static_cast<std::uint8_t>(n >> 8);
    x.to_buffer = amount;
    return {x};
  }
};

TEST_F(JournalActor, WhatWaitsInTheMailboxIsOneTransaction) {
  const auto journal = start_journal();
  std::vector<reply_ptr<committed>> answers;
  for (int n = 0; n < 100; ++n)
    answers.push_back(ask_later<committed>(journal, paid_in(n, 1_usdc)));
  run();
  EXPECT_EQ(store.batches, std::vector<std::size_t>{100});
  for (const auto& a : answers) EXPECT_EQ(a->answers, 1);
  EXPECT_EQ(books.buffer.balance, 100_usdc);
  EXPECT_EQ(fact(journal, "batches"), "1");
  EXPECT_EQ(fact(journal, "committed"), "100");
}

TEST_F(JournalActor, ABatchHasABoundAndTheRestFollows) {
  settings.journal.batch = 40;
  const auto journal = start_journal();
  for (int n = 0; n < 100; ++n) ask_later<committed>(journal, paid_in(n, 1_usdc));
  run();
  EXPECT_EQ(store.batches, (std::vector<std::size_t>{40, 40, 20}));
}

/// Each actor that needs the books asks again and again; the log stays readable.
TEST_F(JournalActor, AnOutageOfTheBooksIsSaidOnceAMinute) {
  settings.patience.load = milliseconds{500};
  const auto journal = start_journal();
  store.away_for = [](const journal_entry&) { return true; };
  store.reads_away = true;
  ask_later<committed>(journal, paid_in(1, 7_usdc));
  const logged log;
  start_buffer(100_usdc);
  for (int second = 0; second < 180; ++second) {
    for (int n = 0; n < 3; ++n)
      ask_later<balance_view>(dir.users.balance_of(user(n)), get_atom::value);
    advance(std::chrono::seconds{1});
  }
  std::map<std::string, int> lines;
  std::istringstream text{log.text()};
  for (std::string line; std::getline(text, line);) {
    const auto from = line.rfind("] ") + 2;
    ++lines[line.substr(from, line.find(' ', from) - from)];
  }
  for (const auto* what : {"journal.store_away", "balance.load_failed", "buffer.load_failed"})
    EXPECT_GE(lines[what], 3) << what;
  for (const auto& [what, count] : lines) EXPECT_LE(count, 4) << what;
}

TEST_F(JournalActor, AReadSeesEveryEntryThatCameBeforeIt) {
  const auto journal = start_journal();
  ask_later<committed>(journal, paid_in(1, 7_usdc));
  const auto row = ask_later<buffer_row>(journal, get_atom::value);
  const auto sync = ask_later<bool>(journal, sync_atom::value);
  run();
  EXPECT_EQ(row->value->balance, 7_usdc);
  EXPECT_EQ(sync->value, true);
}

TEST_F(JournalActor, AReadWaitsForWhatCameBeforeItAndNoMore) {
  settings.journal.batch = 1;
  const auto journal = start_journal();
  for (int n = 0; n < 3; ++n) ask_later<committed>(journal, paid_in(n, 1_usdc));
  const auto row = ask_later<buffer_row>(journal, get_atom::value);
  for (int n = 3; n < 50; ++n) ask_later<committed>(journal, paid_in(n, 1_usdc));
  store.batches_before_read.clear();
  run();
  EXPECT_EQ(store.batches.size(), 50U);
  EXPECT_EQ(store.batches_before_read.front(), 3U);
  EXPECT_EQ(row->value->balance, 3_usdc);
}

TEST_F(JournalActor, AReadIsAnsweredAlthoughTheEntryBehindItCannotBeCommitted) {
  store.away_for = [](const journal_entry&) { return true; };
  const auto journal = start_journal();
  const auto row = ask_later<buffer_row>(journal, get_atom::value);
  const auto entry = ask_later<committed>(journal, paid_in(1, 7_usdc));
  const auto behind = ask_later<buffer_row>(journal, get_atom::value);
  run();
  EXPECT_EQ(row->answers, 1);
  EXPECT_EQ(entry->answers, 0);
  EXPECT_EQ(behind->answers, 0);
}

TEST_F(JournalActor, ABatchThatIsTooSlowIsAskedAgainByHalves) {
  store.most_in_time = 10;
  const auto journal = start_journal();
  std::vector<reply_ptr<committed>> answers;
  for (int n = 0; n < 100; ++n)
    answers.push_back(ask_later<committed>(journal, paid_in(n, 1_usdc)));
  run();
  advance(std::chrono::seconds{20});
  ASSERT_GE(store.batches.size(), 5U);
  EXPECT_EQ((std::vector<std::size_t>{store.batches.begin(), store.batches.begin() + 5}),
            (std::vector<std::size_t>{100, 50, 25, 12, 6}));
  for (const auto& a : answers) EXPECT_EQ(a->code, errc::none);
  EXPECT_EQ(books.buffer.balance, 100_usdc);
  EXPECT_EQ(fact(journal, "store_failures"), "0");
}

TEST_F(JournalActor, ReadsThatAreTooSlowAreAskedAgainByHalves) {
  store.most_in_time = 10;
  const auto journal = start_journal();
  std::vector<reply_ptr<balance_row>> answers;
  for (int n = 0; n < 100; ++n)
    answers.push_back(ask_later<balance_row>(journal, get_atom::value, user(n)));
  run();
  advance(std::chrono::seconds{20});
  for (const auto& a : answers) EXPECT_TRUE(a->value) << to_string(a->code);
}

TEST(BatchLimit, HalvesAtOnceAndGrowsBackSlowly) {
  batch_limit limit{64};
  limit.heard(store_status::too_slow, 64);
  EXPECT_EQ(limit.size(), 32U);
  limit.heard(store_status::too_slow, 5);
  EXPECT_EQ(limit.size(), 2U) << "five were too many already";
  for (int n = 0; n < 7; ++n) limit.heard(store_status::ok, 2);
  limit.heard(store_status::unavailable, 2);
  limit.heard(store_status::ok, 1);
  EXPECT_EQ(limit.size(), 2U) << "one says nothing about two";
  limit.heard(store_status::ok, 2);
  EXPECT_EQ(limit.size(), 4U);
  for (int n = 0; n < 100; ++n) limit.heard(store_status::ok, limit.size());
  EXPECT_EQ(limit.size(), 64U);
  for (int n = 0; n < 10; ++n) limit.heard(store_status::too_slow, 1);
  EXPECT_EQ(limit.size(), 1U);
}

TEST_F(JournalActor, AReadThatIsLateIsRefusedWhateverTheWallClockSays) {
  store.commits.assign(1'000, end::away);
  const auto journal = start_journal();
  ask_later<committed>(journal, paid_in(1, 7_usdc));
  const auto row = ask_later<buffer_row>(journal, get_atom::value);
  run();
  everything->now = [this] { return now().minus(std::chrono::hours{1}); };
  advance(settings.patience.load + std::chrono::seconds{3});
  EXPECT_EQ(row->code, errc::unavailable);
}

TEST_F(JournalActor, AReadWaitsWhileTheStoreIsAway) {
  store.commits = {end::away};
  const auto journal = start_journal();
  ask_later<committed>(journal, paid_in(1, 7_usdc));
  const auto row = ask_later<buffer_row>(journal, get_atom::value);
  run();
  EXPECT_EQ(row->answers, 0);
  advance(milliseconds{100});
  ASSERT_EQ(row->answers, 1);
  EXPECT_EQ(row->value->balance, 7_usdc);
}

TEST_F(JournalActor, AnUnknownCommitIsAskedAgainUntilItIsKnownAndCountsOnce) {
  store.commits = {end::lost_after, end::lost_before, end::away, end::lost_after};
  const auto journal = start_journal();
  const auto one = ask_later<committed>(journal, paid_in(1, 5_usdc));
  const auto two = ask_later<committed>(journal, paid_in(2, 5_usdc));
  run();
  EXPECT_EQ(one->answers, 0) << "unknown is not an answer";
  advance(std::chrono::seconds{10});
  EXPECT_EQ(one->answers, 1);
  EXPECT_EQ(two->answers, 1);
  EXPECT_EQ(one->code, errc::none);
  EXPECT_EQ(books.buffer.balance, 10_usdc);
  EXPECT_EQ(store.batches.size(), 5U);
  EXPECT_EQ(fact(journal, "in_doubt"), "3");
  EXPECT_EQ(fact(journal, "store_failures"), "0");
}

TEST_F(JournalActor, ARetryBacksOffToTwoSeconds) {
  store.commits.assign(12, end::away);
  const auto journal = start_journal();
  const auto one = ask_later<committed>(journal, paid_in(1, 5_usdc));
  advance(milliseconds{50 + 100 + 200 + 400 + 800 + 1'600 + 200});
  EXPECT_EQ(store.batches.size(), 7U);
  advance(std::chrono::seconds{12});
  EXPECT_EQ(one->answers, 1);
}

TEST_F(JournalActor, OneRefusedEntryDoesNotSinkItsBatch) {
  const auto journal = start_journal();
  bet row;
  row.id = bet_at(1);
  row.user = user(1);
  row.amount = 5_usdc;
  const auto good = ask_later<committed>(journal, paid_in(1, 5_usdc));
  const auto bad = ask_later<committed>(journal, append{accept_bet{row}});
  run();
  EXPECT_EQ(good->code, errc::none);
  EXPECT_EQ(bad->code, errc::insufficient_balance);
  EXPECT_EQ(store.batches.size(), 1U);
}

TEST_F(JournalActor, ABoundIsKeptAndSaidAsOverloaded) {
  settings.journal.queue = 3;
  store.commits.assign(2, end::away);
  const auto journal = start_journal();
  std::vector<reply_ptr<committed>> answers;
  for (int n = 0; n < 5; ++n) answers.push_back(ask_later<committed>(journal, paid_in(n, 1_usdc)));
  run();
  EXPECT_EQ(answers[3]->code, errc::overloaded);
  EXPECT_EQ(answers[4]->code, errc::overloaded);
  EXPECT_EQ(answers[0]->answers, 0);
  advance(std::chrono::seconds{1});
  EXPECT_EQ(answers[2]->code, errc::none);
  EXPECT_EQ(books.buffer.balance, 3_usdc);
}

TEST_F(JournalActor, ABetThatIsNotThereIsNotFound) {
  const auto journal = start_journal();
  EXPECT_EQ(ask<bet>(journal, get_atom::value, bet_at(1))->code, errc::not_found);
  bet row;
  row.id = bet_at(1);
  books.bets.emplace(row.id, row);
  EXPECT_EQ(ask<bet>(journal, get_atom::value, bet_at(1))->value->id, bet_at(1));
}

TEST_F(JournalActor, ASaleIsReadBehindWhatCameBeforeIt) {
  const auto journal = start_journal();
  accept_sale x;
  x.row.id.bytes[0] = 1;
  x.row.user = user(1);
  x.row.token = uint256::of(51);
  x.row.shares = {5};
  books.positions[{x.row.token, x.row.user}] = {x.row.user, x.row.token, {7}, {}, 3_usdc};
  const auto before = ask_later<sale>(journal, get_atom::value, x.row.id);
  ask_later<committed>(journal, append{x});
  const auto behind = ask_later<sale>(journal, get_atom::value, x.row.id);
  const auto other = ask_later<sale>(journal, get_atom::value, sale_id{});
  run();
  EXPECT_EQ(before->code, errc::not_found);
  ASSERT_TRUE(behind->value);
  EXPECT_EQ(behind->value->shares, share_amount{5});
  EXPECT_EQ(other->code, errc::not_found);
  store.reads_away = true;
  EXPECT_EQ(ask<sale>(journal, get_atom::value, x.row.id)->answers, 0) << "it waits";
}

TEST_F(JournalActor, ReadsThatWaitTogetherAreOneReadOfEachKind) {
  const auto journal = start_journal();
  for (int n = 1; n <= 50; n += 2) books.bets[bet_at(n)].id = bet_at(n);
  std::vector<reply_ptr<bet>> found;
  for (int n = 1; n <= 50; ++n)
    found.push_back(ask_later<bet>(journal, get_atom::value, bet_at(n)));
  const auto row = ask_later<balance_row>(journal, get_atom::value, user(1));
  const auto sync = ask_later<bool>(journal, sync_atom::value);
  store.reads = 0;
  run();
  EXPECT_EQ(store.reads, 2U);
  for (int n = 1; n <= 50; ++n) {
    const auto& answer = found[static_cast<std::size_t>(n - 1)];
    if (n % 2 == 1) {
      EXPECT_EQ(answer->value->id, bet_at(n));
    } else {
      EXPECT_EQ(answer->code, errc::not_found);
    }
  }
  EXPECT_EQ(row->value->user, user(1));
  EXPECT_EQ(sync->value, true);
}

TEST_F(JournalActor, ReadsHaveTheSameBoundAsABatch) {
  settings.journal.batch = 40;
  const auto journal = start_journal();
  std::vector<reply_ptr<bet>> answers;
  for (int n = 1; n <= 100; ++n)
    answers.push_back(ask_later<bet>(journal, get_atom::value, bet_at(n)));
  store.reads = 0;
  run();
  EXPECT_EQ(store.reads, 3U);
  for (const auto& a : answers) EXPECT_EQ(a->code, errc::not_found);
}

TEST_F(JournalActor, ADeductionEndsAtTheBufferAlthoughTheAnswerToItsCommitWasLost) {
  const auto journal = start_journal();
  const auto buffer = start_buffer(100_usdc);
  give(user(1), 100_usdc);
  ask<usdc>(buffer, deduct{hold_at(1), 40_usdc, 100_usdc});
  bet row;
  row.id = bet_at(1);
  row.user = user(1);
  row.amount = 40_usdc;
  store.commits = {end::lost_after};
  const auto r = ask_later<committed>(journal, append{accept_bet{row}});
  advance(std::chrono::seconds{1});
  EXPECT_EQ(r->code, errc::none);
  EXPECT_EQ(dir.gauges.buffer_available(), 60_usdc);
  EXPECT_EQ(fact(buffer, "tentative"), "0");
}

TEST_F(JournalActor, TheBufferHearsOfMoneyInAlthoughTheAnswerToItsCommitWasLost) {
  const auto journal = start_journal();
  start_buffer(100_usdc);
  store.commits = {end::lost_after};
  ask_later<committed>(journal, paid_in(1, 9_usdc));
  advance(std::chrono::seconds{1});
  EXPECT_EQ(dir.gauges.buffer_available(), 109_usdc);
}

TEST_F(JournalActor, TheBufferHearsOfABatchBeforeTheAskersDo) {
  const auto journal = start_journal();
  const auto buffer = start_buffer(0_usdc);
  const auto paid = ask_later<committed>(journal, paid_in(1, 9_usdc));
  run();
  EXPECT_EQ(paid->answers, 1);
  EXPECT_EQ(dir.gauges.buffer_available(), 9_usdc);
}

// -- what the owners of balances hear
// ---------------------------------------------------------------

/// Alice owns 100 USDC and her balance is awake; a bet of 40 is deducted there, tentatively.
struct JournalAndBalance : JournalActor {
  address alice = user(1);
  journal_actor journal;
  balance_actor owner;

  JournalAndBalance() {
    journal = start_journal();
    start_buffer(1000_usdc);
    give(alice, 100_usdc);
    owner = dir.users.balance_of(alice);
    run();
    ask<usdc>(owner, deduct{hold_at(1), 40_usdc, {}});
  }
  append the_bet(usdc amount = 40_usdc) {
    bet row;
    row.id = bet_at(1);
    row.user = alice;
    row.amount = amount;
    return {accept_bet{row}};
  }
  append its_refund() {
    finish_bet over;
    over.id = bet_at(1);
    over.user = alice;
    over.refunded = 40_usdc;
    return {over};
  }
  append credit_of(usdc amount) {
    deposit d;
    d.id.bytes[0] = 7;
    d.user = alice;
    d.amount = amount;
    d.status = deposit_status::pending;
    books.deposits.emplace(d.id, d);
    return {credit_deposit{d.id, alice, amount, now()}};
  }
  void expect_owner_to_show(usdc amount) {
    EXPECT_EQ(dir.users.look_at_balance(alice), amount);
    EXPECT_EQ(ask<balance_view>(owner, get_atom::value)->value->committed,
              books.balances[alice].balance);
  }
};

TEST_F(JournalAndBalance, ABetInTheBooksEndsItsDeductionAtTheBalance) {
  ask<committed>(journal, the_bet());
  expect_owner_to_show(60_usdc);
  EXPECT_EQ(fact(owner, "tentative"), "0");
}

TEST_F(JournalAndBalance, ARefusedBetChangesNothingThere) {
  EXPECT_EQ(ask<committed>(journal, the_bet(2000_usdc))->code, errc::insufficient_balance);
  expect_owner_to_show(60_usdc);
  EXPECT_EQ(fact(owner, "tentative"), "1") << "its actor gives it back";
}

TEST_F(JournalAndBalance, ARefundAndACreditArriveToo) {
  ask<committed>(journal, the_bet());
  ask<committed>(journal, its_refund());
  expect_owner_to_show(100_usdc);
  ask<committed>(journal, credit_of(25_usdc));
  expect_owner_to_show(125_usdc);
}

TEST_F(JournalAndBalance, ProceedsAndAPayoutArriveToo) {
  const auto token = uint256::of(51);
  ask<committed>(journal, the_bet());
  books.positions[{token, alice}] = {alice, token, {10'000'000}, {}, 3_usdc};
  accept_sale offered;
  offered.row.id.bytes[0] = 1;
  offered.row.user = alice;
  offered.row.token = token;
  offered.row.shares = {4'000'000};
  ask<committed>(journal, append{offered});
  expect_owner_to_show(60_usdc);
  finish_sale over;
  over.id = offered.row.id;
  over.user = alice;
  over.status = sale_status::sold;
  over.sold = {4'000'000};
  over.proceeds = 3_usdc;
  over.fee = 1_usdc;
  ask<committed>(journal, append{over});
  expect_owner_to_show(62_usdc);

  hash256 condition;
  condition.bytes[0] = 9;
  ask<committed>(journal, append{record_market{
                              condition, false, "?", {token, uint256::of(52)}, {"Yes", "No"}, {}}});
  ask<committed>(journal, append{open_settlement{condition, {1, 0}, 1, {}}});
  ask<committed>(journal, append{book_redemption{condition, {}, {}, {}, 6_usdc, {{}, {}}, {}}});
  settle_position paid;
  paid.condition = condition;
  paid.token = token;
  paid.user = alice;
  paid.payout = 6_usdc;
  EXPECT_EQ(ask<committed>(journal, append{paid})->value->balance, 68_usdc);
  expect_owner_to_show(68_usdc);
}

/// Whoever hears the answer and asks the balance next finds it told.
TEST_F(JournalAndBalance, TheOwnerHearsBeforeWhoeverAsked) {
  std::optional<usdc> seen;
  keep(system.spawn([&, to = journal, balance = owner](caf::event_based_actor* me) {
    me->request(to, caf::infinite, credit_of(25_usdc)).then([&, me, balance](const committed&) {
      me->request(balance, caf::infinite, get_atom::value).then([&](const balance_view& v) {
        seen = v.committed;
      });
    });
  }));
  run();
  EXPECT_EQ(seen, 125_usdc);
}

TEST_F(JournalAndBalance, AnUnknownCommitIsToldOnceItIsKnown) {
  store.commits = {end::lost_after, end::away};
  const auto r = ask<committed>(journal, the_bet());
  EXPECT_EQ(dir.users.look_at_balance(alice), 60_usdc);
  EXPECT_EQ(fact(owner, "tentative"), "1") << "nobody knows yet";
  advance(std::chrono::seconds{1});
  EXPECT_EQ(r->code, errc::none);
  expect_owner_to_show(60_usdc);
  EXPECT_EQ(fact(owner, "tentative"), "0");
}

TEST_F(JournalAndBalance, WhatADeadJournalCommittedAndDidNotTellIsToldWhenItIsAskedAgain) {
  store.commits.assign(3, end::lost_after);
  ask<committed>(journal, the_bet());
  kill(journal);
  store.commits.clear();
  ASSERT_EQ(books.balances[alice].balance, 60_usdc);
  EXPECT_EQ(fact(owner, "tentative"), "1");
  ask<committed>(start_journal(), the_bet());
  expect_owner_to_show(60_usdc);
  EXPECT_EQ(fact(owner, "tentative"), "0");
}

/// Its read is answered by the journal too: what was committed before is in the row, what comes
/// later follows as a word of its own, and neither is undone by the other.
TEST_F(JournalAndBalance, AnOwnerThatStillReadsTheBooksMissesNothing) {
  ask<committed>(journal, paid_in(1, 1_usdc));  // the buffer is up to date: nothing else is read
  kill(owner);
  ASSERT_FALSE(dir.users.find_balance(alice));
  store.reads_away = true;
  owner = dir.users.balance_of(alice);
  run();
  ask_later<committed>(journal, credit_of(25_usdc));
  advance(milliseconds{500});
  EXPECT_EQ(books.balances[alice].balance, 125_usdc) << "while the owner cannot read";
  EXPECT_FALSE(dir.users.look_at_balance(alice));
  ask_later<committed>(journal, the_bet());
  store.reads_away = false;
  advance(std::chrono::seconds{2});
  EXPECT_EQ(books.balances[alice].balance, 85_usdc);
  expect_owner_to_show(85_usdc);
}

TEST_F(JournalAndBalance, NobodyIsWokenForIt) {
  tell(owner, release{hold_at(1)});
  kill(owner);
  ask<committed>(journal, credit_of(25_usdc));
  EXPECT_EQ(dir.users.balance_count(), 0U);
}

TEST_F(JournalAndBalance, EveryOwnerOfABatchHearsOfItsOwn) {
  const auto bob = user(2);
  give(bob, 7_usdc);
  const auto other = dir.users.balance_of(bob);
  run();
  deposit d;
  d.id.bytes[0] = 8;
  d.user = bob;
  d.amount = 3_usdc;
  d.status = deposit_status::pending;
  books.deposits.emplace(d.id, d);
  ask_later<committed>(journal, the_bet());
  ask_later<committed>(journal, append{credit_deposit{d.id, bob, 3_usdc, now()}});
  store.batches.clear();
  run();
  EXPECT_EQ(store.batches, std::vector<std::size_t>{2});
  expect_owner_to_show(60_usdc);
  EXPECT_EQ(dir.users.look_at_balance(bob), 10_usdc);
}

}  // namespace
}  // namespace headroom::test
