#include <gtest/gtest.h>

#include <algorithm>
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/alerts.hpp"
#include "chain/x402/payment_actor.hpp"
#include "chain/x402/source_gate.hpp"
#include "tests/chain/x402/fake_payments.hpp"

/// The payment actor on a chain in memory, under virtual time: what it makes of what nodes say.
namespace headroom::test {
namespace {

using namespace std::chrono_literals;
using actors::payment_finding;
using actors::signed_payment;
using actors::verified_payment;
using finding_state = actors::payment_state;

struct testing_config : caf::actor_system_config {
  testing_config() { set("scheduler.policy", caf::atom("testing")); }
};

template <class Bytes>
Bytes filled_with(std::uint8_t byte) {
  Bytes out;
  out.bytes.fill(byte);
  return out;
}

struct PaymentDecisions : testing::Test {
  testing_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  std::int64_t clock = 1'800'000'000;
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir, [this] { return timestamp::of_seconds(clock); }, {}, {}});
  fake_payments node;       // what everybody's node says
  fake_payments strangers;  // the same chain, asked for strangers
  chain::payment_settings settings;
  std::vector<caf::strong_actor_ptr> alive;
  actors::payment_actor payment;

  PaymentDecisions() {
    settings.terms.asset = filled_with<address>(0xa5);
    settings.terms.pay_to = filled_with<address>(0x70);
    settings.terms.own_accounts = {filled_with<address>(0x71)};
    settings.finality = {2, final_by::confirmations};
    node.domain = strangers.domain = settings.terms.token_domain();
    start();
  }
  ~PaymentDecisions() override {
    for (auto& a : alive) caf::anon_send_exit(a, caf::exit_reason::kill);
    sched.run();
    sched.clock().cancel_all();
    sched.run();
  }
  template <class H>
  H own(H h) {
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  void start() {
    payment = own(actors::payment_actor{
        sys.spawn(chain::payment_behavior, w, settings,
                  chain::payment_nodes{own(spawn_payments_node(sys, &node)),
                                       own(spawn_payments_node(sys, &strangers))})});
    sched.run();
    node.asked.clear();
  }

  signed_payment payment_of(std::uint8_t nonce = 1, std::int64_t ends_in = 300) {
    signed_payment x;
    x.proven = true;
    auto& a = x.payment;
    a.chain_id = 9745;
    a.token = settings.terms.asset;
    a.from = filled_with<address>(0x22);
    a.to = settings.terms.pay_to;
    a.value = 5_usdc;
    a.valid_before = clock + ends_in;
    a.nonce = filled_with<hash256>(nonce);
    a.signature = byte_vector(65, 1);
    return x;
  }
  signed_payment by_contract() {
    auto x = payment_of();
    x.proven = false;
    strangers.code = {0x60};
    return x;
  }
  /// Somebody submitted it, `ago` blocks of a second before the newest.
  void was_paid(const authorization& a, std::uint64_t ago = 10) {
    for (auto* n : {&node, &strangers}) {
      n->used = true;
      n->paid = a;
      n->used_in = n->newest - ago;
    }
  }
  template <class R, class... Ts>
  caf::expected<R> ask(const Ts&... xs) {
    caf::scoped_actor self{sys};
    auto pending = self->request(payment, caf::infinite, xs...);
    sched.run();
    caf::expected<R> out{make_error(errc::internal, "no answer")};
    pending.receive([&](R& r) { out = std::move(r); }, [&](caf::error& e) { out = std::move(e); });
    return out;
  }
  /// Sends without waiting.
  template <class R, class... Ts>
  void ask_later(const Ts&... xs) {
    own(sys.spawn([=, to = payment](caf::event_based_actor* self) {
      self->request(to, caf::infinite, xs...).then([](const R&) {}, [](const caf::error&) {});
    }));
    sched.run();
  }
  std::string refusal(const signed_payment& x) {
    const auto r = ask<verified_payment>(x);
    if (r) return "accepted";
    return actors::code_of(r.error()) == errc::invalid_payment
               ? actors::detail_of(r.error())
               : std::string{to_string(actors::code_of(r.error()))};
  }
  std::string proof(const signed_payment& x) {
    const auto r = ask<signed_payment>(actors::prove_atom::value, x);
    if (r) return r->proven ? "proven" : "unproven";
    return actors::code_of(r.error()) == errc::invalid_payment
               ? actors::detail_of(r.error())
               : std::string{to_string(actors::code_of(r.error()))};
  }
  payment_finding find(const authorization& a) {
    const auto r = ask<payment_finding>(actors::get_atom::value, a);
    EXPECT_TRUE(r);
    return r ? *r : payment_finding{};
  }
};

constexpr auto over = "invalid_exact_evm_payload_authorization_valid_before";

// -- used before the window ----------------------------------------------------------------------

TEST_F(PaymentDecisions, APaymentThatReachedUsIsTakenAfterItsWindow) {
  const auto x = payment_of(1, -20);
  was_paid(x.payment, 30);
  const auto v = ask<verified_payment>(x);
  ASSERT_TRUE(v) << actors::detail_of(v.error());
  EXPECT_TRUE(v->paid);
  EXPECT_EQ(find(x.payment).state, finding_state::paid);
}

TEST_F(PaymentDecisions, OneThatNobodySubmittedIsOverAfterOneQuestion) {
  EXPECT_EQ(refusal(payment_of(1, -20)), over);
  EXPECT_EQ(strangers.asked, std::vector<std::string>{"eth_call"});
}

TEST_F(PaymentDecisions, OneOfLongAgoIsLookedForWhereItsWindowEnded) {
  node.newest = strangers.newest = 5'000'000;  // further back than a search goes
  const auto x = payment_of(1, -2'000'000);
  was_paid(x.payment, 2'000'030);
  const auto v = ask<verified_payment>(x);
  ASSERT_TRUE(v) << actors::detail_of(v.error());
  EXPECT_TRUE(v->paid);
  EXPECT_LT(strangers.asked.size(), 40U) << "by bisection";
}

TEST_F(PaymentDecisions, AUseThatPaidSomebodyElseIsNoPayment) {
  auto x = payment_of();
  was_paid(x.payment);
  strangers.paid.to = filled_with<address>(0x99);
  EXPECT_EQ(refusal(x), "invalid_exact_evm_nonce_already_used");
}

TEST_F(PaymentDecisions, WhatTheFirstNodeHasForgottenAnotherRemembers) {
  const auto x = payment_of();
  was_paid(x.payment);
  for (auto* n : {&node, &strangers}) {
    n->nodes = 2;
    n->forgetful = {0};
  }
  EXPECT_EQ(find(x.payment).state, finding_state::paid);
  EXPECT_EQ(ask<payment_finding>(actors::get_atom::value, x.payment, fake_payments::use())->state,
            finding_state::paid);
  EXPECT_EQ(refusal(x), "accepted");
}

TEST_F(PaymentDecisions, OneOfTwoNodesDoesNotVoidAPaymentUntilLongAfterItsWindow) {
  const auto x = payment_of();
  node.nodes = 2;
  const auto seconds_later = [&](std::int64_t s) {
    clock = x.payment.valid_before + s;
    node.newest_at = clock;
  };
  seconds_later(10);
  EXPECT_EQ(find(x.payment).state, finding_state::void_);
  for (const std::uint32_t silent : {0U, 1U}) {
    node.away = {silent};
    seconds_later(10);
    EXPECT_EQ(find(x.payment).state, finding_state::unused);
    seconds_later(601);
    EXPECT_EQ(find(x.payment).state, finding_state::void_);
  }
}

/// A header whose use nobody can find costs its sender nothing.
TEST_F(PaymentDecisions, ASearchInVainIsNotRepeatedAtOnce) {
  const auto x = payment_of();
  was_paid(x.payment);
  strangers.used_in = strangers.newest + 5;  // used, and no event in any block that is searched
  EXPECT_EQ(refusal(x), "unavailable");
  const auto searches = [&] {
    return std::count(strangers.asked.begin(), strangers.asked.end(), "eth_getLogs");
  };
  const auto first = searches();
  EXPECT_GT(first, 0);
  EXPECT_LE(first, static_cast<std::ptrdiff_t>(settings.strangers_chunks));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(refusal(x), "unavailable");
  EXPECT_EQ(searches(), first);
  EXPECT_EQ(find(x.payment).state, finding_state::paid) << "who has it in the books may ask";
  sched.advance_time(settings.search_again);
  strangers.used_in = node.used_in;
  EXPECT_EQ(refusal(x), "accepted");
}

// -- receipts ------------------------------------------------------------------------------------

TEST_F(PaymentDecisions, AReceiptOfABranchThatIsGoneProvesNothing) {
  const auto x = payment_of();
  was_paid(x.payment);
  node.other_branch = strangers.other_branch = true;
  EXPECT_EQ(find(x.payment).state, finding_state::unknown);
  EXPECT_EQ(refusal(x), "unavailable");
  EXPECT_EQ(ask<payment_finding>(actors::get_atom::value, x.payment, fake_payments::use())->state,
            finding_state::unknown);
  node.other_branch = strangers.other_branch = false;
  EXPECT_EQ(find(x.payment).state, finding_state::paid);
  EXPECT_EQ(refusal(x), "accepted");
  EXPECT_EQ(ask<payment_finding>(actors::get_atom::value, x.payment, fake_payments::use())->state,
            finding_state::paid);
}

TEST_F(PaymentDecisions, AReceiptThatIsNotDeepEnoughProvesNothing) {
  const auto x = payment_of();
  was_paid(x.payment, 1);
  EXPECT_EQ(find(x.payment).state, finding_state::unknown);
  was_paid(x.payment, 2);
  EXPECT_EQ(find(x.payment).state, finding_state::paid);
}

// -- accounts of ours ----------------------------------------------------------------------------

TEST_F(PaymentDecisions, WhatAnAccountOfOursPaidIsVoidHoweverItGotIntoTheBooks) {
  for (const auto& ours : {settings.terms.pay_to, settings.terms.own_accounts[0]}) {
    auto x = payment_of();
    x.payment.from = ours;
    was_paid(x.payment);
    const auto f = find(x.payment);
    EXPECT_EQ(f.state, finding_state::void_);
    EXPECT_EQ(f.code, "payer_is_payee");
  }
}

// -- contracts that break ------------------------------------------------------------------------

TEST_F(PaymentDecisions, AContractThatBreaksHasRefused) {
  const auto x = by_contract();
  EXPECT_EQ(proof(x), "proven");
  for (const auto& e :
       {fake_payments::error(3, "execution reverted"), fake_payments::error(-32000, "out of gas"),
        fake_payments::error(-32603, "EVM error InvalidFEOpcode"),
        fake_payments::error(-32000, "stack underflow (0 <=> 2)"),
        fake_payments::error(-32015, "VM execution error.")}) {
    strangers.contract = e;
    EXPECT_EQ(proof(x), "invalid_exact_evm_signature") << e.error.message;
  }
  strangers.contract = fake_payments::error(-32000, "header not found");
  EXPECT_EQ(proof(x), "unavailable");
}

TEST_F(PaymentDecisions, ASettlementThatWouldBreakIsRefused) {
  for (const auto* words : {"out of gas", "invalid opcode: INVALID", "EVM error StackUnderflow"}) {
    strangers.simulation = fake_payments::error(-32603, words);
    EXPECT_EQ(refusal(payment_of()), "invalid_exact_evm_transaction_simulation_failed") << words;
  }
  strangers.simulation = fake_payments::error(-32000, "execution aborted (timeout = 5s)");
  EXPECT_EQ(refusal(payment_of()), "unavailable");
}

TEST_F(PaymentDecisions, AnUndeployedWalletIsToldSo) {
  auto x = by_contract();
  strangers.code.clear();
  EXPECT_EQ(proof(x), "invalid_exact_evm_signature");
  x.wrapped = true;
  EXPECT_EQ(proof(x), "eip6492_factory_not_allowed");
}

TEST_F(PaymentDecisions, AContractMayBurnWhatTheSettingSaysAndSoMayTheSettlement) {
  auto x = by_contract();
  x.payment.signature = byte_vector(700, 1);  // a passkey's
  EXPECT_EQ(proof(x), "proven");
  ASSERT_EQ(strangers.call_gas.size(), 1U);
  EXPECT_GE(strangers.call_gas[0], 600'000U + 21'000U);
  EXPECT_LE(strangers.call_gas[0], 700'000U);
  const auto call = ask<actors::contract_call>(x.payment);
  ASSERT_TRUE(call);
  EXPECT_GE(call->most_gas, 600'000U + 100'000U + 21'000U);
  EXPECT_LE(call->most_gas, 1'000'000U);
}

// -- a clock that is ahead -----------------------------------------------------------------------

TEST_F(PaymentDecisions, OneThatBeginsNowOrSoonIsTakenThoughTheChainSaysNotYet) {
  strangers.simulation = fake_payments::error(3, "authorization is not yet valid");
  for (const std::int64_t begins_in : {0, 1, 119}) {
    auto x = payment_of(static_cast<std::uint8_t>(begins_in));
    x.payment.valid_after = clock + begins_in;
    EXPECT_EQ(refusal(x), "accepted") << begins_in;
  }
  auto x = payment_of(200);
  x.payment.valid_after = clock + 121;
  EXPECT_EQ(refusal(x), "invalid_exact_evm_payload_authorization_valid_after");
  x.payment.valid_after = clock - 1;
  EXPECT_EQ(refusal(x), "invalid_exact_evm_transaction_simulation_failed") << "that is no reason";
}

// -- the token's domain --------------------------------------------------------------------------

TEST_F(PaymentDecisions, ATokenThatSignsOtherwiseIsAnAlertUntilItSignsAsConfigured) {
  constexpr auto kind = "source.domain";
  settings.gate = std::make_shared<chain::source_gate>();
  const auto source = settings.terms.money();
  EXPECT_FALSE(dir.gauges.alerts().lasts(kind, "plasma"));
  node.domain.name = "USD Coin";
  start();
  EXPECT_TRUE(dir.gauges.alerts().lasts(kind, "plasma"));
  EXPECT_TRUE(settings.gate->refuses(source)) << "nobody is asked to pay with it";
  EXPECT_EQ(refusal(payment_of()), "unavailable");
  node.domain.name = settings.terms.token_name;
  sched.advance_time(settings.domain_retry);
  sched.run();
  EXPECT_FALSE(dir.gauges.alerts().lasts(kind, "plasma"));
  EXPECT_FALSE(settings.gate->refuses(source));
  EXPECT_EQ(refusal(payment_of()), "accepted");
}

// -- what a source takes -------------------------------------------------------------------------

TEST_F(PaymentDecisions, ASourceTakesItsOwnAmountsAndNothingNewWhileItIsOff) {
  settings.terms.least = 2_usdc;
  settings.terms.most = 5_usdc;
  start();
  EXPECT_EQ(refusal(payment_of()), "accepted");
  settings.terms.most = 4_usdc;
  start();
  EXPECT_EQ(refusal(payment_of()), "source_not_offered");
  settings.terms.least = 6_usdc;
  settings.terms.most = {};
  start();
  EXPECT_EQ(refusal(payment_of()), "source_not_offered");
  settings.terms.least = {};
  settings.terms.enabled = false;
  start();
  EXPECT_EQ(refusal(payment_of()), "source_not_offered");
  was_paid(payment_of().payment);
  EXPECT_EQ(refusal(payment_of()), "accepted") << "what has paid us is the payer's";
}

TEST_F(PaymentDecisions, ALargePaymentIsProvenByTheTagAlone) {
  settings.large = 5_usdc;  // these nodes name no finalized block
  start();
  auto x = payment_of();
  was_paid(x.payment);
  EXPECT_EQ(find(x.payment).state, finding_state::unknown) << "deep enough for a small one only";
  settings.large = 6_usdc;
  start();
  EXPECT_EQ(find(x.payment).state, finding_state::paid);
}

// -- strangers' share ----------------------------------------------------------------------------

struct StrangersShare : PaymentDecisions {
  StrangersShare() {
    settings.checks_at_once = 8;
    settings.checks_per_second = 4;
    start();
    strangers.silent = true;
  }
};

TEST_F(StrangersShare, TheyHaveSoManyPlacesAndPaymentsInTheBooksNeedNone) {
  const auto ours = payment_of(99);
  was_paid(ours.payment);
  for (std::uint8_t n = 1; n <= 50; ++n) ask_later<verified_payment>(payment_of(n));
  EXPECT_EQ(strangers.held.size(), 8U * 4U) << "four questions each";
  EXPECT_EQ(refusal(payment_of(60)), "overloaded");
  EXPECT_TRUE(node.asked.empty()) << "a node of their own";
  EXPECT_EQ(find(ours.payment).state, finding_state::paid) << "nothing waits behind them";
  EXPECT_EQ(std::count(strangers.asked.begin(), strangers.asked.end(), "eth_getLogs"), 0);
}

TEST_F(StrangersShare, SignaturesThatOnlyAContractCanJudgeHaveAQuarterOfIt) {
  auto junk = payment_of();
  junk.proven = false;
  for (std::uint8_t n = 1; n <= 50; ++n) {
    junk.payment.nonce = filled_with<hash256>(n);
    ask_later<signed_payment>(actors::prove_atom::value, junk);
  }
  EXPECT_EQ(strangers.held.size(), 2U * 2U);
  EXPECT_EQ(proof(junk), "overloaded");
  strangers.silent = false;
  EXPECT_EQ(refusal(payment_of()), "accepted") << "those who signed themselves are served";
}

TEST_F(StrangersShare, WhatIsAnsweredQuicklyIsLimitedByTheSecond) {
  strangers.silent = false;
  int taken = 0;
  for (std::uint8_t n = 1; n <= 50; ++n) taken += refusal(payment_of(n)) == "accepted" ? 1 : 0;
  EXPECT_EQ(taken, 8) << "two seconds' worth at once";
  sched.advance_time(1s);
  taken = 0;
  for (std::uint8_t n = 51; n <= 60; ++n) taken += refusal(payment_of(n)) == "accepted" ? 1 : 0;
  EXPECT_EQ(taken, 4);
}

TEST_F(StrangersShare, PlacesComeBack) {
  strangers.silent = false;
  settings.checks_per_second = 10'000;
  start();
  strangers.balance = 0;
  auto junk = by_contract();
  junk.payment.signature = {1};
  strangers.contract = fake_payments::error(3, "execution reverted");
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(refusal(payment_of()), "invalid_exact_evm_insufficient_balance");
    EXPECT_EQ(proof(junk), "invalid_exact_evm_signature");
  }
  strangers.balance = 100'000'000;
  EXPECT_EQ(refusal(payment_of()), "accepted");
}

}  // namespace
}  // namespace headroom::test
