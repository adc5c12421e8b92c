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

  reply_ptr<deposit> pay() {
    return ask<deposit>(dir.open_deposit(), pay_deposit{25_usdc, 2, "x"});
  }
  static payment_finding finds(chain_says s, std::string code = {}) {
    return {s, hash_at(99), std::move(code)};
  }
  void time_and_chain_refuse(std::string code) {
    payment.verify_error = errc::invalid_payment;
    payment.verify_detail = std::move(code);
  }
  deposit pay_and_settle() {
    payment.findings = {finds(chain_says::unused), finds(chain_says::paid)};
    const auto r = pay();
    advance(seconds{1});
    EXPECT_TRUE(r->value) << to_string(r->code);
    return r->value ? *r->value : deposit{};
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
  payment.findings = {finds(chain_says::unused), finds(chain_says::paid)};
  const auto r = pay();
  EXPECT_EQ(r->answers, 0) << "stored and sent, not proven";
  EXPECT_EQ(only_row().status, deposit_status::settling);
  ASSERT_EQ(wallet.sent.size(), 1U);
  EXPECT_EQ(wallet.sent[0].bytes, only_row().id.bytes) << "the operation is named by the deposit";
  advance(seconds{1});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, deposit_status::converting);
  EXPECT_EQ(r->value->user, user(1));
  EXPECT_EQ(r->value->tx_hash, hash_at(99));
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
  EXPECT_TRUE(dir.all_deposits().empty());
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
  payment.findings = {finds(chain_says::unused), finds(chain_says::paid)};
  const auto first = pay();
  advance(seconds{1});
  const auto again = pay();
  ASSERT_TRUE(first->value && again->value);
  EXPECT_EQ(again->value->id, first->value->id);
  EXPECT_EQ(wallet.sent.size(), 1U);
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
}

TEST_F(DepositActor, AReplayIsAnsweredFromTheBooksWhateverTimeAndChainSay) {
  const auto first = pay_and_settle();
  time_and_chain_refuse("invalid_exact_evm_payload_authorization_valid_before");
  const auto again = pay();
  ASSERT_TRUE(again->value) << again->detail;
  EXPECT_EQ(again->value->id, first.id);
  EXPECT_EQ(again->value->status, deposit_status::converting);
  EXPECT_EQ(again->value->tx_hash, first.tx_hash);
  EXPECT_EQ(payment.verified, 1U) << "the first time only";
}

TEST_F(DepositActor, AFailedDepositRepeatedFailsTheSameWay) {
  payment.findings = {finds(chain_says::unused), finds(chain_says::void_, "expired")};
  const auto first = pay();
  advance(seconds{1});
  ASSERT_TRUE(first->value);
  time_and_chain_refuse("invalid_exact_evm_payload_authorization_valid_before");
  const auto again = pay();
  ASSERT_TRUE(again->value) << again->detail;
  EXPECT_EQ(again->value->id, first->value->id);
  EXPECT_EQ(again->value->status, deposit_status::failed);
  EXPECT_EQ(again->value->failure, "expired");
}

TEST_F(DepositActor, AReplayOfASettlingPaymentIsStillSettlingAfterItsWindow) {
  payment.findings = {finds(chain_says::unused)};
  const auto first = pay();
  advance(settings.deposit_answer + seconds{3});
  ASSERT_TRUE(first->value);
  time_and_chain_refuse("invalid_exact_evm_payload_authorization_valid_before");
  const auto again = pay();
  advance(seconds{30});
  ASSERT_TRUE(again->value) << again->detail;
  EXPECT_EQ(again->value->id, first->value->id);
  EXPECT_EQ(again->value->status, deposit_status::settling) << "202, as the first";
}

TEST_F(DepositActor, AnUnprovenSignatureReadsNothingOutOfTheBooks) {
  const auto first = pay_and_settle();
  payment.proven = false;  // forged, or a contract's
  payment.payment.signature = {9, 9, 9};
  time_and_chain_refuse("invalid_exact_evm_signature");
  const auto forged = pay();
  EXPECT_FALSE(forged->value);
  EXPECT_EQ(forged->code, errc::invalid_payment);
  EXPECT_EQ(forged->detail, "invalid_exact_evm_signature");
  payment.verify_error = errc::unavailable;  // a chain that cannot tell proves nothing either
  EXPECT_EQ(pay()->code, errc::unavailable);
  payment.verify_error = errc::none;  // the contract says that this one is its signature, too
  const auto other = pay();
  ASSERT_TRUE(other->value) << other->detail;
  EXPECT_EQ(other->value->id, first.id);
}

TEST_F(DepositActor, TheStoredSignatureOfAContractNeedsNoProofAgain) {
  payment.proven = false;
  const auto first = pay_and_settle();
  time_and_chain_refuse("invalid_exact_evm_signature");  // its owner has changed
  const auto again = pay();
  ASSERT_TRUE(again->value) << again->detail;
  EXPECT_EQ(again->value->id, first.id);
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
  EXPECT_EQ(r->value->id, row.id);
}

TEST_F(DepositActor, AReplayBesideTheFirstWaitsForItsResult) {
  payment.findings = {finds(chain_says::unused), finds(chain_says::paid)};
  const auto first = ask_later<deposit>(dir.open_deposit(), pay_deposit{25_usdc, 2, "x"});
  const auto beside = ask_later<deposit>(dir.open_deposit(), pay_deposit{25_usdc, 2, "x"});
  payment.otherwise = finds(chain_says::paid);
  run();
  advance(seconds{2});
  ASSERT_TRUE(first->value && beside->value) << to_string(beside->code);
  EXPECT_EQ(beside->value->id, first->value->id);
  EXPECT_EQ(beside->value->status, deposit_status::converting);
  EXPECT_EQ(books.deposits.size(), 1U);
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
}

TEST_F(DepositActor, AnAuthorizationThatIsVoidBeforehandIsRefused) {
  payment.findings = {finds(chain_says::void_, "invalid_transaction_state")};
  const auto r = pay();
  EXPECT_EQ(r->code, errc::invalid_payment);
  EXPECT_EQ(r->detail, "invalid_transaction_state");
  EXPECT_TRUE(books.deposits.empty());
  EXPECT_TRUE(wallet.sent.empty());
}

TEST_F(DepositActor, OneThatSomebodyElseSubmittedIsCreditedAllTheSame) {
  payment.findings = {finds(chain_says::paid), finds(chain_says::paid)};
  wallet.report.state = operation_state::reverted;  // ours found the nonce used
  const auto r = pay();
  advance(seconds{1});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, deposit_status::converting);
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
}

TEST_F(DepositActor, AChainThatCannotTellBeforehandIsWorthATryLater) {
  const auto r = pay();
  EXPECT_EQ(r->code, errc::unavailable);
  EXPECT_TRUE(books.deposits.empty());
}

TEST_F(DepositActor, AnUnknownSettlementAnswersSettlingAndIsFollowedToItsEnd) {
  payment.findings = {finds(chain_says::unused)};
  const auto r = pay();
  advance(settings.deposit_answer + seconds{3});
  ASSERT_TRUE(r->value) << "202";
  EXPECT_EQ(r->value->status, deposit_status::settling);
  payment.otherwise = finds(chain_says::paid);
  advance(seconds{20});
  EXPECT_EQ(only_row().status, deposit_status::converting);
  EXPECT_EQ(books.balances[user(1)].balance, 25_usdc);
}

TEST_F(DepositActor, APaymentThatDiesOnTheWayFailsAndCreditsNobody) {
  payment.findings = {finds(chain_says::unused), finds(chain_says::void_, "expired")};
  const auto r = pay();
  advance(seconds{1});
  ASSERT_TRUE(r->value);
  EXPECT_EQ(r->value->status, deposit_status::failed);
  EXPECT_EQ(r->value->failure, "expired");
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
  EXPECT_EQ(r->value->status, deposit_status::converting);
  ASSERT_FALSE(wallet.sent.empty());
  for (const auto& id : wallet.sent) EXPECT_EQ(id, wallet.sent[0]);
}

TEST_F(DepositActor, AStoredDepositIsResumedByLooking) {
  const auto row = stored();
  payment.findings = {finds(chain_says::paid)};
  tell(dir.resume_deposit(), resume_atom::value, row);
  EXPECT_EQ(only_row().status, deposit_status::converting);
  EXPECT_TRUE(wallet.sent.empty()) << "it was paid already";
}

TEST_F(DepositActor, OneThatIsTooOldForASearchIsProvenByTheWalletsTransaction) {
  const auto row = stored();
  wallet.report = {operation_state::confirmed, hash_at(5), 1, {}};
  payment.findings_at = {finds(chain_says::paid)};
  tell(dir.resume_deposit(), resume_atom::value, row);
  EXPECT_EQ(payment.looked_at, std::vector<hash256>{hash_at(5)});
  EXPECT_EQ(only_row().status, deposit_status::converting);
}

TEST_F(DepositActor, ASearchThatTakesTooLongIsNotTheOnlyWay) {
  const auto row = stored();
  payment.mute = true;
  wallet.report = {operation_state::confirmed, hash_at(5), 1, {}};
  payment.findings_at = {finds(chain_says::paid)};
  tell(dir.resume_deposit(), resume_atom::value, row);
  advance(seconds{6});
  EXPECT_EQ(only_row().status, deposit_status::converting);
}

TEST_F(DepositActor, TheWalletsWordAloneProvesNothing) {
  const auto row = stored();
  wallet.report = {operation_state::confirmed, hash_at(5), 1, {}};
  payment.otherwise_at = {chain_says::void_, {}, "nonce"};
  tell(dir.resume_deposit(), resume_atom::value, row);
  advance(seconds{60});
  EXPECT_GT(payment.looked_at.size(), 1U) << "it is looked for again";
  EXPECT_EQ(only_row().status, deposit_status::settling);
}

TEST_F(DepositActor, AResumedOneWaitsForAJournal) {
  const auto row = stored();
  payment.findings = {finds(chain_says::paid)};
  const auto journal = dir.get<journal_actor>();
  dir.set(journal_actor{});
  tell(dir.resume_deposit(), resume_atom::value, row);
  EXPECT_EQ(dir.all_deposits().size(), 1U) << "it has an owner";
  dir.set(journal);
  advance(seconds{1});
  EXPECT_EQ(only_row().status, deposit_status::converting);
}

TEST_F(DepositActor, WithoutItsNeighboursItIsUnavailable) {
  dir.set(query_actor{});
  EXPECT_EQ(pay()->code, errc::unavailable);
  start_query();
  dir.set(payment_actor{});
  EXPECT_EQ(pay()->code, errc::unavailable);
  EXPECT_TRUE(books.deposits.empty());
}

}  // namespace
}  // namespace headroom::test
