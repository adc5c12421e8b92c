#include "actors/deposit_actor.hpp"

#include "actors/alerts.hpp"
#include "actors/guardian_actor.hpp"
#include "tests/actors/core.hpp"

/// What can go wrong between a payment's row and its credit: who owns the deposit, what the payer
/// hears and when it ends.
namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;
using std::chrono::seconds;
using chain_says = payment_state;

constexpr auto unresolved = "deposit.unresolved";
constexpr auto refused = "deposit.refused_by_books";

struct DepositSettlement : Core {
  DepositSettlement() {
    payment.payment.chain_id = 9745;
    payment.payment.from = user(1);
    payment.payment.value = 25_usdc;
    payment.payment.nonce = hash_at(7);
    start_journal();
    start_query();
    start_payment();
    start_wallet();
    start_conversion();
    payment.otherwise = finds(chain_says::unused);
  }

  reply_ptr<paid_deposit> pay() {
    return ask<paid_deposit>(dir.users.open_deposit(), pay_deposit{25_usdc, 2, "x", ""});
  }
  static payment_finding finds(chain_says s, std::string code = {}) {
    return {s, hash_at(99), std::move(code), 5};
  }
  static operation_report ended(operation_state s) { return {s, hash_at(50), 1, {}, {}}; }
  const deposit& only_row() {
    EXPECT_EQ(books.deposits.size(), 1U);
    return books.deposits.begin()->second;
  }
  usdc credited() { return books.balances[user(1)].balance; }
  void expect_credited_once() {
    EXPECT_EQ(only_row().status, deposit_status::converting);
    EXPECT_EQ(credited(), 25_usdc);
    EXPECT_TRUE(dir.users.all_deposits().empty());
  }
};

// -- the chain says no ---------------------------------------------------------------------------

TEST_F(DepositSettlement, AReversalIsTriedAgainAFewTimesAndThenOnlyLookedAt) {
  wallet.report = ended(operation_state::reverted);
  const auto r = pay();
  advance(seconds{100});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.status, deposit_status::settling) << "202 in time";
  const auto id = only_row().id;
  EXPECT_EQ(wallet.sent,
            (std::vector{settlement_of(id, 0), settlement_of(id, 1), settlement_of(id, 2)}));
  EXPECT_EQ(wallet.asked, 3U);
  EXPECT_LT(payment.looked, 60U) << "more and more rarely";
  EXPECT_EQ(only_row().status, deposit_status::settling) << "it may still be paid by anyone";

  payment.otherwise = finds(chain_says::void_, "expired");
  advance(seconds{20});
  EXPECT_EQ(only_row().status, deposit_status::failed);
  EXPECT_EQ(only_row().failure, "expired");
  EXPECT_EQ(credited(), 0_usdc);
  EXPECT_TRUE(dir.users.all_deposits().empty());
}

TEST_F(DepositSettlement, ADroppedTransactionIsFollowedByAnotherOne) {
  wallet.reports = {ended(operation_state::dropped)};
  const auto r = pay();
  advance(seconds{1});
  const auto id = only_row().id;
  ASSERT_GE(wallet.sent.size(), 2U);
  EXPECT_EQ(wallet.sent[0], settlement_of(id, 0));
  for (std::size_t i = 1; i < wallet.sent.size(); ++i)
    EXPECT_EQ(wallet.sent[i], settlement_of(id, 1)) << "and no third while that one is under way";
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{2});
  expect_credited_once();
  EXPECT_EQ(r->value->row.tx_hash, hash_at(99));
}

TEST_F(DepositSettlement, AResumedDepositGoesOnCountingItsTries) {
  wallet.report = ended(operation_state::reverted);
  pay();
  const auto row = only_row();
  kill(dir.users.all_deposits().front());  // no guardian here: as at a restart
  tell(dir.users.resume_deposit(), resume_atom::value, row);
  advance(seconds{100});
  for (const auto& id : wallet.sent)
    EXPECT_TRUE(id == settlement_of(row.id, 0) || id == settlement_of(row.id, 1) ||
                id == settlement_of(row.id, 2));
}

TEST_F(DepositSettlement, ManyUnpayableDepositsLookRarely) {
  wallet.down = true;  // for example: the call would revert
  for (int n = 0; n < 50; ++n) {
    payment.payment.nonce = hash_at(100 + n);
    pay();
  }
  EXPECT_EQ(dir.users.all_deposits().size(), 50U);
  advance(seconds{60});
  const auto before = payment.looked;
  advance(seconds{60});
  EXPECT_LE(payment.looked - before, 50U * 7U);
}

TEST_F(DepositSettlement, AProofThatCreditedAnotherDepositFailsThisOne) {
  payment.otherwise = finds(chain_says::paid);
  pay();
  advance(seconds{1});
  payment.payment.nonce = hash_at(8);
  const auto second = pay();
  advance(seconds{1});
  ASSERT_TRUE(second->value) << to_string(second->code);
  EXPECT_EQ(second->value->row.status, deposit_status::failed);
  EXPECT_EQ(second->value->row.failure, "invalid_exact_evm_nonce_already_used");
  EXPECT_EQ(books.deposits.size(), 2U);
  EXPECT_EQ(credited(), 25_usdc);
  EXPECT_TRUE(dir.users.all_deposits().empty());
}

TEST_F(DepositSettlement, TheProofIsBookedWithItsPlace) {
  payment.otherwise = finds(chain_says::paid);
  pay();
  advance(seconds{1});
  EXPECT_EQ(only_row().tx_hash, hash_at(99));
  EXPECT_EQ(only_row().log_index, 5U);
}

TEST_F(DepositSettlement, WhatIsPaidAlreadyIsNotSentAgain) {
  payment.paid = true;
  payment.otherwise = finds(chain_says::paid);
  const auto r = pay();
  ASSERT_TRUE(r->value);
  EXPECT_EQ(wallet.asked, 0U);
  expect_credited_once();
}

TEST_F(DepositSettlement, APaymentWithoutAnEndLongAfterItsWindowIsAnAlertUntilItEnds) {
  payment.otherwise = finds(chain_says::unknown);
  payment.payment.valid_before = now().seconds() + 60;
  pay();
  const auto subject = only_row().id.text();
  advance(seconds{60 + 590});
  EXPECT_FALSE(dir.gauges.alerts().lasts(unresolved, subject));
  advance(seconds{22});
  EXPECT_TRUE(dir.gauges.alerts().lasts(unresolved, subject));
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{11});
  EXPECT_FALSE(dir.gauges.alerts().lasts(unresolved, subject));
  expect_credited_once();
}

TEST_F(DepositSettlement, OneThatIsFoundVoidAtLastEndsItsAlertToo) {
  payment.otherwise = finds(chain_says::unknown);
  payment.payment.valid_before = now().seconds() - 600;
  pay();
  const auto subject = only_row().id.text();
  EXPECT_TRUE(dir.gauges.alerts().lasts(unresolved, subject));
  payment.otherwise = finds(chain_says::void_, "expired");
  advance(seconds{11});
  EXPECT_EQ(only_row().status, deposit_status::failed);
  EXPECT_FALSE(dir.gauges.alerts().lasts(unresolved, subject));
}

TEST_F(DepositSettlement, ARepeatThatGivesUpDoesNotEndTheAlertOfItsPayment) {
  payment.otherwise = finds(chain_says::unknown);
  payment.payment.valid_before = now().seconds() - 600;
  pay();
  const auto again = pay();
  advance(settings.deposit.answer + seconds{12});
  ASSERT_TRUE(again->value) << to_string(again->code);
  EXPECT_EQ(again->value->row.status, deposit_status::settling);
  EXPECT_TRUE(dir.gauges.alerts().lasts(unresolved, only_row().id.text()));
  EXPECT_EQ(dir.gauges.alerts().raised().at(unresolved), 1U) << "nor begin it anew";
}

// -- the payer's patience ------------------------------------------------------------------------

TEST_F(DepositSettlement, AWalletThatHangsDoesNotKeepThePayerWaiting) {
  wallet.mute = true;
  const auto r = pay();
  advance(settings.deposit.answer - milliseconds{20});
  EXPECT_EQ(r->answers, 0);
  advance(milliseconds{40});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.status, deposit_status::settling);
  wallet.mute = false;
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{40});
  expect_credited_once();
  EXPECT_EQ(r->answers, 1);
}

TEST_F(DepositSettlement, BeforeAnythingIsStoredTheWaitEndsWithNothingDone) {
  payment.mute = true;
  settings.patience.load = seconds{60};
  const auto r = pay();
  advance(settings.deposit.answer + milliseconds{20});
  EXPECT_EQ(r->code, errc::timed_out);
  payment.mute = false;
  advance(seconds{90});
  EXPECT_TRUE(books.deposits.empty());
  EXPECT_TRUE(wallet.sent.empty());
  EXPECT_TRUE(dir.users.all_deposits().empty());
}

TEST_F(DepositSettlement, ARepeatWhileItSettlesHears202InTimeToo) {
  const auto first = pay();
  const auto again = pay();
  advance(settings.deposit.answer + milliseconds{20});
  ASSERT_TRUE(first->value && again->value) << to_string(again->code);
  EXPECT_EQ(again->value->row.id, first->value->row.id);
  EXPECT_EQ(again->value->row.status, deposit_status::settling);
  advance(seconds{10});
  EXPECT_EQ(dir.users.all_deposits().size(), 1U) << "only the owner goes on";
}

// -- the books -----------------------------------------------------------------------------------

TEST_F(DepositSettlement, ARowThatMayBeStoredIsNotLeftAlone) {
  store.commits.assign(1000, scripted_store::commit_end::away);
  const auto r = pay();
  kill(dir.handles.get<journal_actor>());  // with the entry: nobody will ever answer
  store.commits.clear();
  start_journal();
  advance(settings.deposit.answer + milliseconds{20});
  EXPECT_EQ(r->code, errc::in_doubt) << "neither a no nor a 202";
  EXPECT_TRUE(books.deposits.empty());
  advance(settings.patience.append);
  EXPECT_EQ(only_row().status, deposit_status::settling) << "sent again";
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{10});
  expect_credited_once();
  EXPECT_EQ(r->answers, 1);
}

TEST_F(DepositSettlement, ACommitThatWasNotHeardOfIsTheSameDeposit) {
  store.commits.assign(1, scripted_store::commit_end::lost_after);
  store.commits.insert(store.commits.end(), 1000, scripted_store::commit_end::away);
  pay();
  kill(dir.handles.get<journal_actor>());
  ASSERT_EQ(books.deposits.size(), 1U) << "it is in the books";
  store.commits.clear();
  start_journal();
  payment.otherwise = finds(chain_says::paid);
  advance(settings.patience.append + seconds{10});
  expect_credited_once();
}

TEST_F(DepositSettlement, AJournalThatIsFullRefusesAndNothingIsDone) {
  settings.journal.queue = 0;
  const auto r = pay();
  EXPECT_EQ(r->code, errc::overloaded);
  EXPECT_TRUE(dir.users.all_deposits().empty());
  EXPECT_TRUE(wallet.sent.empty());
}

TEST_F(DepositSettlement, ARowInDoubtIsHandedToTheGuardian) {
  const auto guardian = keep(
      system.spawn(guardian_behavior, w(), std::vector<component>{}, [](const std::string&) {}));
  dir.handles.set(guardian);
  run();
  for (const bool committed : {false, true}) {
    payment.payment.nonce = hash_at(committed ? 71 : 70);
    if (committed) store.commits.push_back(scripted_store::commit_end::lost_after);
    store.commits.insert(store.commits.end(), 1000, scripted_store::commit_end::away);
    pay();
    kill(dir.handles.get<journal_actor>());
    const auto workers = dir.users.all_deposits();
    ASSERT_EQ(workers.size(), 1U);
    store.commits.clear();
    start_journal();
    auto paid = finds(chain_says::paid);
    paid.log_index = committed ? 71 : 70;
    payment.otherwise = paid;
    kill(workers.front());
    advance(seconds{1});
    EXPECT_EQ(books.deposits.size(), committed ? 2U : 1U);
    for (const auto& [id, row] : books.deposits) EXPECT_EQ(row.status, deposit_status::converting);
    payment.otherwise = finds(chain_says::unused);
  }
  EXPECT_EQ(credited(), 50_usdc);
  EXPECT_TRUE(dir.users.all_deposits().empty());
}

TEST_F(DepositSettlement, BooksThatContradictStopTheActor) {
  const auto r = pay();
  books.deposits.begin()->second.status = deposit_status::failed;  // by a human, say
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{1});
  EXPECT_EQ(r->code, errc::invariant_violated);
  EXPECT_EQ(r->answers, 1);
  EXPECT_TRUE(dir.users.all_deposits().empty()) << "not over and over";
  EXPECT_EQ(credited(), 0_usdc);
  EXPECT_TRUE(dir.gauges.alerts().lasts(refused, only_row().id.text())) << "a human must look";
}

TEST_F(DepositSettlement, AnEndThatTheBooksContradictIsAHumansBusinessToo) {
  const auto r = pay();
  books.deposits.begin()->second.status = deposit_status::completed;
  payment.otherwise = finds(chain_says::void_, "expired");
  advance(seconds{1});
  EXPECT_EQ(r->code, errc::invariant_violated);
  EXPECT_EQ(only_row().status, deposit_status::completed) << "the row stays";
  EXPECT_TRUE(dir.gauges.alerts().lasts(refused, only_row().id.text()));
}

TEST_F(DepositSettlement, WhatTheBooksTakeAtLastIsNobodysBusinessAnyMore) {
  const auto r = pay();
  auto& stored = books.deposits.begin()->second;
  stored.status = deposit_status::completed;
  payment.otherwise = finds(chain_says::void_, "expired");
  advance(seconds{1});
  ASSERT_TRUE(dir.gauges.alerts().lasts(refused, only_row().id.text())) << to_string(r->code);
  stored.status = deposit_status::settling;  // a human has looked
  tell(dir.users.resume_deposit(), resume_atom::value, deposit{stored});
  advance(seconds{1});
  EXPECT_EQ(only_row().status, deposit_status::failed);
  EXPECT_FALSE(dir.gauges.alerts().lasts(refused, only_row().id.text()));
}

TEST_F(DepositSettlement, ACreditThatTheBooksRefuseIsTheConversionsAlertAndNoRefusalToThePayer) {
  kill(dir.handles.get<conversion_actor>());
  dir.handles.set(keep(system.spawn([]() -> conversion_actor::behavior_type {
    return {[](const credit_deposit&) -> caf::result<committed> {
              return make_error(errc::invariant_violated);
            },
            [](get_atom) { return route_listing{}; }, [](poll_atom) {},
            [](status_atom) { return status_report{}; }};
  })));
  payment.otherwise = finds(chain_says::paid);
  const auto r = pay();
  advance(seconds{1});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.status, deposit_status::pending);
  EXPECT_TRUE(dir.users.all_deposits().empty());
  EXPECT_FALSE(dir.gauges.alerts().lasts(refused, only_row().id.text()))
      << "the conversion says it";
}

TEST_F(DepositSettlement, WhileItsSourceIsHeldADepositIsProvenAndWaitsForItsCredit) {
  const money_source source{payment.payment.chain_id, payment.payment.token};
  dir.gauges.credit_holds().hold(source, "no price");
  payment.otherwise = finds(chain_says::paid);
  const auto r = pay();
  advance(seconds{10});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.status, deposit_status::pending) << "the payer hears that it is paid";
  EXPECT_EQ(books.balances[user(1)].balance, 0_usdc);
  EXPECT_EQ(only_row().status, deposit_status::pending);
  dir.gauges.credit_holds().release(source);
  advance(seconds{2});
  expect_credited_once();
}

TEST_F(DepositSettlement, TheFeeIsDecidedWithThePaymentAndNeverAfterwards) {
  settings.deposit.pricing = {100, {}, {}};
  const auto r = pay();
  EXPECT_EQ(only_row().fee, 250'000_micro);
  settings.deposit.pricing = {900, {}, {}};
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{2});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.amount, 25_usdc);
  EXPECT_EQ(r->value->row.credited(), 24'750'000_micro);
  EXPECT_EQ(books.balances[user(1)].balance, 24'750'000_micro);
  EXPECT_EQ(books.revenue, 250'000_micro);
  EXPECT_EQ(books.in_transit, 25_usdc);
}

TEST_F(DepositSettlement, ASourceIsCreditedAtItsOwnRate) {
  settings.deposit.pricing = {100, {}, {}};
  settings.deposit.rates[{9745, address{{77}}}] = 9'000;  // another one's
  pay();
  EXPECT_EQ(only_row().fee, 250'000_micro);
  const auto& paid = only_row().payment;
  settings.deposit.rates[{paid.chain_id, paid.token}] = 9'990;
  EXPECT_EQ(fee_of(settings.deposit.pricing_of({paid.chain_id, paid.token}), 25_usdc),
            275'000_micro);
}

TEST_F(DepositSettlement, BooksThatAreFullContradictNothing) {
  const auto r = pay();
  settings.journal.queue = 0;
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{5});
  EXPECT_EQ(r->answers, 0);
  EXPECT_EQ(only_row().status, deposit_status::settling);
  EXPECT_FALSE(dir.gauges.alerts().lasts(refused, only_row().id.text()));
  settings.journal.queue = 100;
  advance(seconds{5});
  expect_credited_once();
}

TEST_F(DepositSettlement, BooksThatAreAwayAreAskedAgain) {
  pay();
  payment.otherwise = finds(chain_says::paid);
  dir.handles.set(journal_actor{});
  advance(seconds{5});
  EXPECT_EQ(only_row().status, deposit_status::settling);
  start_journal();
  advance(seconds{5});
  expect_credited_once();
}

// -- bounds --------------------------------------------------------------------------------------

TEST_F(DepositSettlement, OnlySoManyAreInProgressAndResumedOnesAreLetInAllTheSame) {
  std::size_t opened = 0;
  while (dir.users.open_deposit()) ++opened;
  EXPECT_EQ(opened, settings.deposit.max_live);
  EXPECT_TRUE(dir.users.resume_deposit());
  EXPECT_FALSE(dir.users.open_deposit());
  for (int i = 0; i < 2; ++i) kill(dir.users.all_deposits().front());
  EXPECT_TRUE(dir.users.open_deposit());
  EXPECT_FALSE(dir.users.open_deposit());
}

}  // namespace
}  // namespace headroom::test
