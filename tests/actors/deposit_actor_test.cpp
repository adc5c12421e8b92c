#include "actors/deposit_actor.hpp"

#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;
using std::chrono::seconds;
using chain_says = payment_state;

struct DepositActor : Core {
  DepositActor() {
    payment.payment.chain_id = 9745;
    payment.payment.from = user(1);
    payment.payment.value = 25_usdc;
    payment.payment.nonce = hash_at(7);
    payment.payment.valid_before = 1'800'000'120;
    payment.payment.signature = {1, 2, 3};
    start_journal();
    start_query();
    start_payment();
    start_wallet();
    start_conversion();
  }

  reply_ptr<paid_deposit> pay() {
    return ask<paid_deposit>(dir.users.open_deposit(), pay_deposit{25_usdc, 2, "x", ""});
  }
  static payment_finding finds(chain_says s, std::string code = {}) {
    return {s, hash_at(99), std::move(code)};
  }
  void time_and_chain_refuse(std::string code) {
    payment.verify_error = errc::invalid_payment;
    payment.verify_detail = std::move(code);
  }
  void its_contract_refuses() {
    payment.prove_error = errc::invalid_payment;
    payment.prove_detail = "invalid_exact_evm_signature";
  }
  deposit pay_and_settle() {
    payment.findings = {finds(chain_says::paid)};
    const auto r = pay();
    advance(seconds{1});
    EXPECT_TRUE(r->value) << to_string(r->code);
    return r->value ? r->value->row : deposit{};
  }
  /// A settling deposit of an earlier life.
  deposit stored() {
    deposit row;
    row.id.bytes[0] = 9;
    row.user = user(1);
    row.amount = 25_usdc;
    row.payment = payment.payment;
    row.created_at = now();
    books.deposits.emplace(row.id, row);
    return row;
  }
  const deposit& only_row() {
    EXPECT_EQ(books.deposits.size(), 1U);
    return books.deposits.begin()->second;
  }
};

TEST_F(DepositActor, APaymentIsStoredSentProvenAndCreditedAtOnce) {
  payment.findings = {finds(chain_says::paid)};
  const auto r = pay();
  EXPECT_EQ(r->answers, 0) << "stored and sent, not proven";
  EXPECT_EQ(only_row().status, deposit_status::settling);
  ASSERT_EQ(wallet.sent.size(), 1U);
  EXPECT_EQ(wallet.sent[0].bytes, only_row().id.bytes) << "the operation is named by the deposit";
  advance(seconds{1});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.status, deposit_status::converting);
  EXPECT_EQ(r->value->row.user, user(1));
  EXPECT_EQ(r->value->row.tx_hash, hash_at(99));
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
  EXPECT_TRUE(dir.users.all_deposits().empty());
}

TEST_F(DepositActor, AnInvalidPaymentIsRefusedWithItsCodeAndStoresNothing) {
  payment.read_error = errc::invalid_payment;
  payment.read_detail = "invalid_exact_evm_payload_signature";
  auto r = pay();
  EXPECT_EQ(r->code, errc::invalid_payment);
  EXPECT_EQ(r->detail, "invalid_exact_evm_payload_signature");
  EXPECT_EQ(payment.verified, 0U) << "nothing that costs a look at the chain";
  payment.read_error = errc::none;
  time_and_chain_refuse("insufficient_funds");
  r = pay();
  EXPECT_EQ(r->code, errc::invalid_payment);
  EXPECT_EQ(r->detail, "insufficient_funds");
  EXPECT_TRUE(books.deposits.empty());
}

TEST_F(DepositActor, AReplayIsTheSameDeposit) {
  payment.findings = {finds(chain_says::paid)};
  const auto first = pay();
  advance(seconds{1});
  const auto again = pay();
  ASSERT_TRUE(first->value && again->value);
  EXPECT_EQ(again->value->row.id, first->value->row.id);
  EXPECT_EQ(wallet.sent.size(), 1U);
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
}

TEST_F(DepositActor, AReplayIsAnsweredFromTheBooksWhateverTimeAndChainSay) {
  const auto first = pay_and_settle();
  time_and_chain_refuse("invalid_exact_evm_payload_authorization_valid_before");
  const auto again = pay();
  ASSERT_TRUE(again->value) << again->detail;
  EXPECT_EQ(again->value->row.id, first.id);
  EXPECT_EQ(again->value->row.status, deposit_status::converting);
  EXPECT_EQ(again->value->row.tx_hash, first.tx_hash);
  EXPECT_EQ(payment.verified, 1U) << "the first time only";
}

TEST_F(DepositActor, AFailedDepositRepeatedFailsTheSameWay) {
  payment.findings = {finds(chain_says::void_, "expired")};
  const auto first = pay();
  advance(seconds{1});
  ASSERT_TRUE(first->value);
  time_and_chain_refuse("invalid_exact_evm_payload_authorization_valid_before");
  const auto again = pay();
  ASSERT_TRUE(again->value) << again->detail;
  EXPECT_EQ(again->value->row.id, first->value->row.id);
  EXPECT_EQ(again->value->row.status, deposit_status::failed);
  EXPECT_EQ(again->value->row.failure, "expired");
}

TEST_F(DepositActor, AReplayOfASettlingPaymentIsStillSettlingAfterItsWindow) {
  const auto first = pay();
  advance(settings.deposit.answer + seconds{3});
  ASSERT_TRUE(first->value);
  time_and_chain_refuse("invalid_exact_evm_payload_authorization_valid_before");
  const auto again = pay();
  advance(seconds{30});
  ASSERT_TRUE(again->value) << again->detail;
  EXPECT_EQ(again->value->row.id, first->value->row.id);
  EXPECT_EQ(again->value->row.status, deposit_status::settling) << "202, as the first";
}

TEST_F(DepositActor, AnUnprovenSignatureReadsNothingOutOfTheBooks) {
  const auto first = pay_and_settle();
  payment.proven = false;  // forged, or a contract's
  payment.payment.signature = {9, 9, 9};
  its_contract_refuses();
  const auto forged = pay();
  EXPECT_FALSE(forged->value);
  EXPECT_EQ(forged->code, errc::invalid_payment);
  EXPECT_EQ(forged->detail, "invalid_exact_evm_signature");
  payment.prove_error = errc::unavailable;  // a chain that cannot tell proves nothing either
  EXPECT_EQ(pay()->code, errc::unavailable);
  payment.prove_error = errc::none;  // the contract says that this one is its signature, too
  const auto other = pay();
  ASSERT_TRUE(other->value) << other->detail;
  EXPECT_EQ(other->value->row.id, first.id);
}

TEST_F(DepositActor, TheStoredSignatureOfAContractNeedsNoProofAgain) {
  payment.proven = false;
  const auto first = pay_and_settle();
  its_contract_refuses();  // its owner has changed
  const auto again = pay();
  ASSERT_TRUE(again->value) << again->detail;
  EXPECT_EQ(again->value->row.id, first.id);
  payment.payment.value = 26_usdc;  // the same signature under other words
  const auto edited = pay();
  EXPECT_EQ(edited->code, errc::invalid_payment);
  EXPECT_EQ(edited->detail, "invalid_exact_evm_signature");
}

TEST_F(DepositActor, AnotherMessageUnderAStoredNonceIsRefused) {
  pay_and_settle();
  const auto kept = payment.payment;
  const std::function<void()> changes[] = {
      [&] { payment.payment.value = 24_usdc; },
      [&] { payment.payment.to = user(9); },
      [&] { payment.payment.valid_after = 1; },
      [&] { payment.payment.valid_before += 1; },
  };
  for (const auto& change : changes) {
    payment.payment = kept;
    change();
    const auto r = pay();
    EXPECT_FALSE(r->value);
    EXPECT_EQ(r->code, errc::invalid_payment);
    EXPECT_EQ(r->detail, "invalid_exact_evm_nonce_already_used");
  }
  only_row();
}

TEST_F(DepositActor, ARefusalIsNotGivenForWhatWasStoredMeanwhile) {
  time_and_chain_refuse("invalid_exact_evm_payload_authorization_valid_before");
  deposit row;
  row.id.bytes[0] = 9;
  row.user = user(1);
  row.amount = 25_usdc;
  row.payment = payment.payment;
  row.status = deposit_status::converting;
  payment.at_verify = [&] { books.deposits.emplace(row.id, row); };
  const auto r = pay();
  ASSERT_TRUE(r->value) << r->detail;
  EXPECT_EQ(r->value->row.id, row.id);
}

/// The first of two that came at once has used the nonce; the chain cannot say yet for whom.
TEST_F(DepositActor, AChainThatCannotTellIsNoAnswerForWhatWasStoredMeanwhile) {
  payment.verify_error = errc::unavailable;
  payment.at_verify = [&] { stored(); };
  const auto r = pay();
  EXPECT_EQ(r->answers, 0) << "it waits for the one that settles it";
  books.deposits.begin()->second.status = deposit_status::converting;
  advance(seconds{1});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.status, deposit_status::converting);
  EXPECT_EQ(r->value->row.id, only_row().id);
}

TEST_F(DepositActor, AChainThatCannotTellStoresNothing) {
  payment.verify_error = errc::unavailable;
  EXPECT_EQ(pay()->code, errc::unavailable);
  EXPECT_TRUE(books.deposits.empty());
}

TEST_F(DepositActor, AReplayBesideTheFirstWaitsForItsResult) {
  payment.findings = {finds(chain_says::paid)};
  const auto first =
      ask_later<paid_deposit>(dir.users.open_deposit(), pay_deposit{25_usdc, 2, "x", ""});
  const auto beside =
      ask_later<paid_deposit>(dir.users.open_deposit(), pay_deposit{25_usdc, 2, "x", ""});
  payment.otherwise = finds(chain_says::paid);
  run();
  advance(seconds{2});
  ASSERT_TRUE(first->value && beside->value) << to_string(beside->code);
  EXPECT_EQ(beside->value->row.id, first->value->row.id);
  EXPECT_EQ(beside->value->row.status, deposit_status::converting);
  EXPECT_EQ(books.deposits.size(), 1U);
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
}

TEST_F(DepositActor, AContractsPaymentIsProvenBeforeItIsJudged) {
  payment.proven = false;
  its_contract_refuses();
  EXPECT_EQ(pay()->detail, "invalid_exact_evm_signature");
  EXPECT_EQ(payment.verified, 0U);
  payment.prove_error = errc::none;
  pay_and_settle();
  EXPECT_EQ(payment.asked_to_prove, 2U);
  EXPECT_EQ(payment.verified, 1U);
}

// -- what reached us without us ------------------------------------------------------------------

TEST_F(DepositActor, APaymentThatReachedUsIsCreditedHoweverLateWeHearOfIt) {
  payment.payment.valid_before = now().seconds() - 1'000;
  payment.paid = true;
  payment.findings = {finds(chain_says::paid)};
  const auto r = pay();
  advance(seconds{1});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.status, deposit_status::converting);
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
  EXPECT_TRUE(wallet.sent.empty()) << "there is nothing to send";
}

// -- a clock that is ahead -----------------------------------------------------------------------

TEST_F(DepositActor, OneThatIsNotValidYetIsTakenAndSentWhenItIs) {
  payment.payment.valid_after = now().seconds() + 60;
  payment.otherwise = finds(chain_says::unused);
  const auto r = pay();
  advance(settings.deposit.answer + milliseconds{20});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.status, deposit_status::settling) << "202";
  advance(seconds{50});
  EXPECT_TRUE(wallet.sent.empty()) << "the token would refuse it";
  advance(seconds{20});
  ASSERT_FALSE(wallet.sent.empty());
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{11});
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
}

// -- the payer's own names for a payment ---------------------------------------------------------

struct DepositKeys : DepositActor {
  DepositKeys() {
    payment.idempotency_key = hash_at(70);
    payment.otherwise = finds(chain_says::paid);
  }
  /// The payer's client has lost the answer and signs anew.
  void sign_again() {
    payment.payment.nonce = next_random();
    payment.payment.signature = {static_cast<std::uint8_t>(payment.payment.nonce.bytes[0])};
  }
  reply_ptr<paid_deposit> pay_in_time() {
    const auto r = pay();
    advance(seconds{1});
    return r;
  }
  void expect_one_deposit(const reply_ptr<paid_deposit>& first,
                          const reply_ptr<paid_deposit>& again) {
    ASSERT_TRUE(first->value && again->value) << to_string(again->code);
    EXPECT_EQ(again->value->row.id, first->value->row.id);
    EXPECT_TRUE(again->value->repeated);
    EXPECT_EQ(books.deposits.size(), 1U);
    EXPECT_EQ(wallet.sent.size(), 1U) << "nothing is settled twice";
    EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
  }
};

TEST_F(DepositKeys, AnotherSignatureUnderTheSameKeyGetsTheFirstAnswer) {
  const auto first = pay_in_time();
  ASSERT_TRUE(first->value);
  EXPECT_FALSE(first->value->repeated);
  sign_again();
  expect_one_deposit(first, pay_in_time());
}

TEST_F(DepositKeys, SoItDoesUnderTheSamePaymentIdentifier) {
  payment.idempotency_key = {};
  payment.payment_identifier = hash_at(71);
  const auto first = pay_in_time();
  sign_again();
  expect_one_deposit(first, pay_in_time());
}

TEST_F(DepositKeys, EitherOfTwoKeysNamesTheDeposit) {
  payment.payment_identifier = hash_at(71);
  const auto first = pay_in_time();
  sign_again();
  payment.idempotency_key = {};
  expect_one_deposit(first, pay_in_time());
  payment.idempotency_key = hash_at(70);
  payment.payment_identifier = hash_at(72);
  expect_one_deposit(first, pay_in_time());
}

TEST_F(DepositKeys, TwoSignaturesAtOnceUnderOneKeyAreOneDeposit) {
  const auto later = [this] {
    return ask_later<paid_deposit>(dir.users.open_deposit(), pay_deposit{25_usdc, 2, "x", "k"});
  };
  payment.at_read = [this] { sign_again(); };  // both ask the books before either is stored
  const auto first = later();
  const auto beside = later();
  run();
  advance(seconds{2});
  ASSERT_TRUE(first->value && beside->value) << to_string(beside->code);
  EXPECT_EQ(first->value->row.id, beside->value->row.id);
  EXPECT_EQ(books.deposits.size(), 1U);
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
}

TEST_F(DepositKeys, AnotherAmountUnderTheSameKeyIsAMistake) {
  pay_in_time();
  sign_again();
  payment.payment.value = 26_usdc;
  const auto r = pay_in_time();
  EXPECT_EQ(r->code, errc::key_reused);
  EXPECT_EQ(books.deposits.size(), 1U);
  EXPECT_EQ(payment.verified, 1U) << "without a look at the chain";
}

TEST_F(DepositKeys, AKeyBelongsToItsPayer) {
  pay_in_time();
  sign_again();
  payment.payment.from = user(2);
  payment.findings = {{chain_says::paid, hash_at(98), {}}};
  const auto r = pay_in_time();
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(books.deposits.size(), 2U);
  EXPECT_EQ(books.balances[user(2)].balance, 25_usdc);
}

TEST_F(DepositKeys, OnlyOneWhoHasSignedIsToldWhatAKeyNames) {
  pay_in_time();
  sign_again();
  payment.proven = false;
  its_contract_refuses();
  EXPECT_EQ(pay_in_time()->detail, "invalid_exact_evm_signature");
  payment.prove_error = errc::none;
  EXPECT_TRUE(pay_in_time()->value);
}

TEST_F(DepositKeys, WithoutAKeyAnotherSignatureIsAnotherPayment) {
  payment.idempotency_key = {};
  pay_in_time();
  sign_again();
  payment.findings = {{chain_says::paid, hash_at(98), {}}};
  EXPECT_FALSE(pay_in_time()->value->repeated);
  EXPECT_EQ(books.deposits.size(), 2U);
  EXPECT_EQ(books.balances[user(1)].balance, 50_usdc);
}

TEST_F(DepositActor, AnAuthorizationThatIsVoidBeforehandIsRefused) {
  time_and_chain_refuse("invalid_transaction_state");
  const auto r = pay();
  EXPECT_EQ(r->code, errc::invalid_payment);
  EXPECT_EQ(r->detail, "invalid_transaction_state");
  EXPECT_TRUE(books.deposits.empty());
  EXPECT_TRUE(wallet.sent.empty());
}

TEST_F(DepositActor, OneThatSomebodyElseSubmittedIsCreditedAllTheSame) {
  payment.findings = {finds(chain_says::paid)};
  wallet.report.state = operation_state::reverted;  // ours found the nonce used
  const auto r = pay();
  advance(seconds{1});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->row.status, deposit_status::converting);
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
}

TEST_F(DepositActor, AChainThatCannotTellBeforehandIsWorthATryLater) {
  payment.verify_error = errc::unavailable;
  const auto r = pay();
  EXPECT_EQ(r->code, errc::unavailable);
  EXPECT_TRUE(books.deposits.empty());
}

TEST_F(DepositActor, AnUnknownSettlementAnswersSettlingAndIsFollowedToItsEnd) {
  const auto r = pay();
  advance(settings.deposit.answer + seconds{3});
  ASSERT_TRUE(r->value) << "202";
  EXPECT_EQ(r->value->row.status, deposit_status::settling);
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{20});
  EXPECT_EQ(only_row().status, deposit_status::converting);
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
}

TEST_F(DepositActor, APaymentThatDiesOnTheWayFailsAndCreditsNobody) {
  payment.findings = {finds(chain_says::void_, "expired")};
  const auto r = pay();
  advance(seconds{1});
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->row.status, deposit_status::failed);
  EXPECT_EQ(r->value->row.failure, "expired");
  EXPECT_EQ(books.balances[user(1)].balance, 0_usdc);
}

TEST_F(DepositActor, AWalletThatIsDownIsAskedAgainOverTheSameOperation) {
  wallet.down = true;
  payment.otherwise = finds(chain_says::unused);
  const auto r = pay();
  advance(seconds{1});
  EXPECT_EQ(r->answers, 0);
  wallet.down = false;
  advance(seconds{1});
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{5});
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->row.status, deposit_status::converting);
  ASSERT_FALSE(wallet.sent.empty());
  for (const auto& id : wallet.sent) EXPECT_EQ(id, wallet.sent[0]);
}

TEST_F(DepositActor, AStoredDepositIsResumedByLooking) {
  const auto row = stored();
  payment.findings = {finds(chain_says::paid)};
  tell(dir.users.resume_deposit(), resume_atom::value, row);
  EXPECT_EQ(only_row().status, deposit_status::converting);
  EXPECT_TRUE(wallet.sent.empty()) << "it was paid already";
}

TEST_F(DepositActor, OneThatIsTooOldForASearchIsProvenByTheWalletsTransaction) {
  const auto row = stored();
  wallet.report = {operation_state::confirmed, hash_at(5), 1, {}, {}};
  payment.findings_at = {finds(chain_says::paid)};
  tell(dir.users.resume_deposit(), resume_atom::value, row);
  EXPECT_EQ(payment.looked_at, std::vector<hash256>{hash_at(5)});
  EXPECT_EQ(only_row().status, deposit_status::converting);
}

TEST_F(DepositActor, ASearchThatTakesTooLongIsNotTheOnlyWay) {
  const auto row = stored();
  payment.mute = true;
  wallet.report = {operation_state::confirmed, hash_at(5), 1, {}, {}};
  payment.findings_at = {finds(chain_says::paid)};
  tell(dir.users.resume_deposit(), resume_atom::value, row);
  advance(seconds{6});
  EXPECT_EQ(only_row().status, deposit_status::converting);
}

TEST_F(DepositActor, TheWalletsWordAloneProvesNothing) {
  const auto row = stored();
  wallet.report = {operation_state::confirmed, hash_at(5), 1, {}, {}};
  payment.otherwise_at = {chain_says::void_, {}, "nonce"};
  tell(dir.users.resume_deposit(), resume_atom::value, row);
  advance(seconds{60});
  EXPECT_GT(payment.looked_at.size(), 1U) << "it is looked for again";
  EXPECT_EQ(only_row().status, deposit_status::settling);
}

TEST_F(DepositActor, AResumedOneWaitsForAJournal) {
  const auto row = stored();
  payment.findings = {finds(chain_says::paid)};
  const auto journal = dir.handles.get<journal_actor>();
  dir.handles.set(journal_actor{});
  tell(dir.users.resume_deposit(), resume_atom::value, row);
  EXPECT_EQ(dir.users.all_deposits().size(), 1U) << "it has an owner";
  dir.handles.set(journal);
  advance(seconds{1});
  EXPECT_EQ(only_row().status, deposit_status::converting);
}

TEST_F(DepositActor, WithoutItsNeighboursItIsUnavailable) {
  dir.handles.set(query_actor{});
  EXPECT_EQ(pay()->code, errc::unavailable);
  start_query();
  dir.handles.set(payment_actor{});
  EXPECT_EQ(pay()->code, errc::unavailable);
  EXPECT_TRUE(books.deposits.empty());
}

}  // namespace
}  // namespace headroom::test
