#include <atomic>

#include "chain/evm/abi.hpp"
#include "chain/evm/eip55.hpp"
#include "chain/evm/eth.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/x402/payment_actor.hpp"
#include "net/base64.hpp"
#include "tests/chain/live/house.hpp"

namespace headroom::test {
namespace {

using actors::payment_finding;
using actors::signed_payment;
using actors::verified_payment;
using finding_state = actors::payment_state;
using namespace std::chrono_literals;

/// x402 payments against the deposit chain's token, settled by a real wallet actor.
struct PaymentOnAnvil : House {
  chain::payment_settings settings;
  actors::payment_actor payment;
  actors::wallet_actor wallet;
  chain::private_key payer = fresh_poor_key();
  address from = payer.address_of();

  void SetUp() override {
    House::SetUp();
    if (HasFatalFailure()) return;
    const auto key = fresh_key();
    settings.terms.chain_id = sandbox["plasma"]["chain_id"];
    settings.terms.asset = at(sandbox["plasma"]["usdt0"]);
    settings.terms.pay_to = key->address_of();
    settings.terms.resource = "http://127.0.0.1/deposit";
    settings.relayer = key->address_of();
    settings.finality = {1, final_by::either};
    settings.domain_retry = 100ms;
    mint("plasma", "usdt0", from, 100);
    wallet = start_wallet("plasma", key, wallet_settings_of("plasma"));
    start();
  }
  void start() { start(nodes("plasma")); }
  void start(const chain::rpc_actor& node) {
    payment = own(actors::payment_actor{sys.spawn(chain::payment_behavior, w, settings,
                                                  chain::payment_nodes{nodes("plasma"), node})});
  }
  void wait_for_domain(const std::string& state) {
    EXPECT_TRUE(eventually([&] {
      const auto r = ask<actors::status_report>(payment, actors::status_atom::value);
      return r && r->facts.at("domain") == state;
    }));
  }

  chain::eip3009::transfer message(std::int64_t micro, std::int64_t ends_in = 100) {
    chain::eip3009::transfer m;
    m.from = from;
    m.to = settings.terms.pay_to;
    m.value = uint256::of(static_cast<std::uint64_t>(micro));
    m.valid_before = uint256::of(static_cast<std::uint64_t>(w->now().seconds() + ends_in));
    m.nonce = w->random();
    return m;
  }
  actors::pay_deposit signed_by(const chain::private_key& signer, const chain::eip3009::transfer& m,
                                usdc amount, std::uint8_t version = 2) {
    const auto sig = signer.sign(digest(m)).bytes();
    return payment_with(m, amount, sig.hex(), version);
  }
  hash256 digest(const chain::eip3009::transfer& m) const {
    return chain::eip3009::digest(settings.terms.token_domain(), m);
  }
  actors::pay_deposit payment_with(const chain::eip3009::transfer& m, usdc amount,
                                   const std::string& signature, std::uint8_t version = 2) {
    const auto& t = settings.terms;
    const json inner{{"signature", signature},
                     {"authorization",
                      {{"from", m.from.hex()},
                       {"to", m.to.hex()},
                       {"value", m.value.decimal()},
                       {"validAfter", m.valid_after.decimal()},
                       {"validBefore", m.valid_before.decimal()},
                       {"nonce", m.nonce.hex()}}}};
    json all{{"x402Version", version}, {"payload", inner}};
    if (version == 2) {
      all["resource"] = {{"url", t.resource}};
      all["accepted"] = {{"scheme", "exact"},
                         {"network", t.network()},
                         {"amount", std::to_string(amount.micro)},
                         {"asset", chain::checksummed(t.asset)},
                         {"payTo", chain::checksummed(t.pay_to)},
                         {"maxTimeoutSeconds", t.max_timeout_seconds},
                         {"extra", {{"name", t.token_name}, {"version", t.token_version}}}};
    } else {
      all["scheme"] = "exact";
      all["network"] = t.networks_v1.front();
    }
    return {amount, version, net::to_base64(all.dump()), {}};
  }
  actors::pay_deposit good(const chain::eip3009::transfer& m, std::uint8_t version = 2) {
    return signed_by(payer, m, usdc{static_cast<std::int64_t>(*m.value.to_u64())}, version);
  }
  caf::expected<signed_payment> read(const actors::pay_deposit& x) {
    return ask<signed_payment>(payment, x);
  }
  /// What a payment goes through that is not in the books.
  caf::expected<verified_payment> judge(const actors::pay_deposit& x) {
    const auto r = read(x);
    if (!r) return r.error();
    const auto proven = ask<signed_payment>(payment, actors::prove_atom::value, *r);
    return proven ? ask<verified_payment>(payment, *proven) : proven.error();
  }
  caf::expected<verified_payment> verify(const actors::pay_deposit& x) {
    wait_for_domain("matches");
    return judge(x);
  }
  std::string refusal(const actors::pay_deposit& x) {
    const auto r = verify(x);
    if (r) return "accepted";
    EXPECT_EQ(actors::code_of(r.error()), errc::invalid_payment);
    return actors::detail_of(r.error());
  }
  payment_finding find(const authorization& a) {
    const auto r = ask<payment_finding>(payment, actors::get_atom::value, a);
    EXPECT_TRUE(r);
    return r ? *r : payment_finding{};
  }
  payment_finding find_until_known(const authorization& a) {
    payment_finding f;
    EXPECT_TRUE(eventually([&] {
      f = find(a);
      return f.state != finding_state::unknown && f.state != finding_state::unused;
    }));
    return f;
  }
  /// By one of anvil's own accounts, which know nothing of us.
  hash256 stranger_sends(const byte_vector& data) {
    const auto accounts = rpc("plasma", "eth_accounts");
    const auto tx = rpc("plasma", "eth_sendTransaction",
                        {{{"from", accounts[5]},
                          {"to", settings.terms.asset.hex()},
                          {"data", to_0x(data)},
                          {"gas", "0x30d40"}}});
    return *hash256::parse(tx.get<std::string>());
  }
  actors::operation_report settle(const authorization& a, const std::string& name) {
    const auto call = ask<actors::contract_call>(payment, a);
    EXPECT_TRUE(call);
    EXPECT_TRUE(send(wallet, {operation(name), "deposit", *call}));
    return settled(wallet, operation(name));
  }
};

TEST_F(PaymentOnAnvil, VerifiedPaymentSettlesAndIsFoundPaid) {
  for (const std::uint8_t version : {std::uint8_t{2}, std::uint8_t{1}}) {
    const auto x = good(message(2'500'000), version);
    const auto v = verify(x);
    ASSERT_TRUE(v) << actors::detail_of(v.error());
    EXPECT_EQ(find(v->payment).state, finding_state::unused);
    const auto tx = settle(v->payment, "settles" + std::to_string(version) + from.hex());
    EXPECT_EQ(tx.state, operation_state::confirmed);
    const auto f = find_until_known(v->payment);
    EXPECT_EQ(f.state, finding_state::paid);
    EXPECT_EQ(f.tx_hash, tx.tx_hash);
    EXPECT_TRUE(verify(x)) << "a replay is told by the books, not by the verifier";
  }
  EXPECT_EQ(balance("plasma", settings.terms.asset, settings.terms.pay_to), 5'000'000);
}

TEST_F(PaymentOnAnvil, FrontRunAuthorizationIsFoundPaidByTheStranger) {
  const auto v = verify(good(message(1'000'000)));
  ASSERT_TRUE(v);
  const auto theirs = stranger_sends(ask<actors::contract_call>(payment, v->payment)->data);
  const auto f = find_until_known(v->payment);
  EXPECT_EQ(f.state, finding_state::paid);
  EXPECT_EQ(f.tx_hash, theirs);
  const auto ours = send(wallet, {operation("late" + from.hex()), "deposit",
                                  *ask<actors::contract_call>(payment, v->payment)});
  ASSERT_FALSE(ours) << "the estimate sees that it is used";
}

TEST_F(PaymentOnAnvil, EmptyWalletIsRefusedBeforeAndUnusedAfter) {
  EXPECT_EQ(refusal(good(message(100'000'001))), "invalid_exact_evm_insufficient_balance");
  EXPECT_EQ(refusal(good(message(100'000'001), 1)), "insufficient_funds");
  const auto v = verify(good(message(100'000'000)));
  ASSERT_TRUE(v);
  auto drain = message(60'000'000);
  drain.to = fresh_poor_key().address_of();
  stranger_sends(chain::eip3009::transfer_call(
      drain, payer.sign(chain::eip3009::digest(settings.terms.token_domain(), drain))));
  EXPECT_TRUE(
      eventually([&] { return balance("plasma", settings.terms.asset, from) == 40'000'000; }));
  EXPECT_EQ(find(v->payment).state, finding_state::unused) << "it may be funded again";
}

TEST_F(PaymentOnAnvil, CancelledAuthorizationIsVoid) {
  const auto v = verify(good(message(1'000'000)));
  ASSERT_TRUE(v);
  chain::eip712::struct_hash cancel{"CancelAuthorization(address authorizer,bytes32 nonce)"};
  const auto sig =
      payer.sign(chain::eip712::digest(chain::eip712::separator(settings.terms.token_domain()),
                                       cancel.account(from).word(v->payment.nonce.view()).done()));
  stranger_sends(chain::abi::encoder{"cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)"}
                     .account(from)
                     .word(v->payment.nonce.view())
                     .number(sig.v)
                     .word(sig.r.view())
                     .word(sig.s.view())
                     .done());
  const auto f = find_until_known(v->payment);
  EXPECT_EQ(f.state, finding_state::void_);
  EXPECT_EQ(f.code, "invalid_exact_evm_nonce_already_used");
}

TEST_F(PaymentOnAnvil, NonceSpentOnSomethingElseIsVoid) {
  const auto v = verify(good(message(1'000'000)));
  ASSERT_TRUE(v);
  auto other = chain::eip3009::message_of(v->payment);
  other.to = fresh_poor_key().address_of();
  stranger_sends(chain::eip3009::transfer_call(
      other, payer.sign(chain::eip3009::digest(settings.terms.token_domain(), other))));
  const auto f = find_until_known(v->payment);
  EXPECT_EQ(f.state, finding_state::void_);
  EXPECT_EQ(f.code, "invalid_exact_evm_nonce_already_used");
}

TEST_F(PaymentOnAnvil, ExpiredAuthorizationIsVoidOnceABlockAfterItIsFinal) {
  const auto v = verify(good(message(1'000'000, 8)));
  ASSERT_TRUE(v);
  EXPECT_EQ(find(v->payment).state, finding_state::unused);
  const auto f = find_until_known(v->payment);
  EXPECT_EQ(f.state, finding_state::void_);
  EXPECT_EQ(f.code, "invalid_exact_evm_payload_authorization_valid_before");
  EXPECT_GE(w->now().seconds(), v->payment.valid_before);
}

TEST_F(PaymentOnAnvil, WrongPaymentsGetTheirCode) {
  const auto m = message(1'000'000);
  EXPECT_EQ(refusal(signed_by(fresh_poor_key(), m, 1_usdc)), "invalid_exact_evm_signature");
  EXPECT_EQ(refusal(signed_by(fresh_poor_key(), m, 1_usdc, 1)),
            "invalid_exact_evm_payload_signature");
  EXPECT_EQ(refusal(signed_by(payer, m, 2_usdc)),
            "invalid_exact_evm_payload_authorization_value_mismatch");
  auto elsewhere = m;
  elsewhere.to = from;
  EXPECT_EQ(refusal(good(elsewhere)), "invalid_exact_evm_recipient_mismatch");
  EXPECT_EQ(refusal(good(message(1'000'000, 3))),
            "invalid_exact_evm_payload_authorization_valid_before");
  EXPECT_EQ(refusal({1_usdc, 2, "not base64!", {}}), "invalid_payload");
  // With two defects the official order decides: the window stands before the value.
  EXPECT_EQ(refusal(signed_by(payer, message(1'000'000, 3), 2_usdc)),
            "invalid_exact_evm_payload_authorization_valid_before");
  EXPECT_EQ(refusal(signed_by(fresh_poor_key(), elsewhere, 1_usdc)), "invalid_exact_evm_signature");
  EXPECT_EQ(refusal(signed_by(fresh_poor_key(), message(1'000'000, 3), 1_usdc)),
            "invalid_exact_evm_signature");
}

/// So that the books can be asked first: a payment once taken is known again when its window is
/// over, and while the chain is away.
TEST_F(PaymentOnAnvil, WhatNoTimeChangesIsReadWithoutTheChain) {
  wait_for_domain("matches");
  const auto over = message(1'000'000, -60);
  control("/chain/plasma?mode=refuse");
  for (const auto& m : {message(1'000'000), over}) {
    const auto r = read(good(m));
    ASSERT_TRUE(r) << actors::detail_of(r.error());
    EXPECT_TRUE(r->proven);
    EXPECT_TRUE(same_message(
        r->payment, *chain::x402::to_authorization(
                        chain::x402::parse_payment(2, good(m).header).value, settings.terms)));
    const auto forged = read(signed_by(fresh_poor_key(), m, 1_usdc));
    ASSERT_TRUE(forged) << "it might be a contract's signature";
    EXPECT_FALSE(forged->proven);
    const auto more = read(signed_by(payer, m, 2_usdc));
    EXPECT_FALSE(more) << "the signed value is not the amount of the request";
  }
  control("/chain/plasma?mode=up");
  EXPECT_EQ(refusal(good(over)), "invalid_exact_evm_payload_authorization_valid_before");
}

/// The reads of a verification are of no single block. Here the first look at the authorization was
/// made before the payment was mined, all others after it.
TEST_F(PaymentOnAnvil, PaymentMinedBetweenTheReadsIsNotRefused) {
  const auto x = good(message(100'000'000));  // all the payer has
  const auto v = verify(x);
  ASSERT_TRUE(v);
  ASSERT_EQ(settle(v->payment, "torn" + from.hex()).state, operation_state::confirmed);
  const auto first = std::make_shared<std::atomic<bool>>(true);
  const auto torn =
      own(sys.spawn([first, node = nodes("plasma")](
                        chain::rpc_actor::pointer self) -> chain::rpc_actor::behavior_type {
        return {[=](chain::rpc_request& q) -> caf::result<chain::rpc_result> {
          const bool of_state = q.params.dump().find("e94a0102") != std::string::npos;
          if (!of_state || !first->exchange(false)) return self->delegate(node, std::move(q));
          chain::rpc_result unused;
          unused.status = chain::rpc_status::ok;
          unused.value = "0x" + std::string(64, '0');
          return unused;
        }};
      }));
  start(torn);
  wait_for_domain("matches");
  EXPECT_TRUE(verify(x)) << "it was paid: the books and the finding tell";
  EXPECT_FALSE(first->load()) << "the stale answer was given";
}

TEST_F(PaymentOnAnvil, OneBalanceIsPromisedOnce) {
  const auto x = good(message(60'000'000));
  const auto v = verify(x);
  ASSERT_TRUE(v);
  EXPECT_EQ(refusal(good(message(60'000'000))), "invalid_exact_evm_insufficient_balance");
  EXPECT_EQ(refusal(good(message(60'000'000), 1)), "insufficient_funds");
  EXPECT_TRUE(verify(x)) << "not beside itself";
  EXPECT_TRUE(verify(good(message(40'000'000)))) << "it fits beside";
  EXPECT_EQ(refusal(good(message(1))), "invalid_exact_evm_insufficient_balance");
  ASSERT_EQ(settle(v->payment, "once" + from.hex()).state, operation_state::confirmed);
  EXPECT_EQ(refusal(good(message(1))), "invalid_exact_evm_insufficient_balance")
      << "40 are left and promised";
}

/// Nobody has asked for its finding yet: the chain's state at one block tells that it is paid.
TEST_F(PaymentOnAnvil, MinedPaymentIsNotCountedBesideTheBalanceItHasLeft) {
  const auto v = verify(good(message(60'000'000)));
  ASSERT_TRUE(v);
  ASSERT_EQ(settle(v->payment, "mined" + from.hex()).state, operation_state::confirmed);
  EXPECT_EQ(refusal(good(message(40'000'001))), "invalid_exact_evm_insufficient_balance");
  EXPECT_TRUE(verify(good(message(40'000'000))));
}

TEST_F(PaymentOnAnvil, PromiseOfAnUnusedPaymentIsRenewedByLooksAndEndsWithoutThem) {
  settings.hold = 400ms;
  start();
  const auto v = verify(good(message(60'000'000)));
  ASSERT_TRUE(v);
  const auto other = good(message(60'000'000));
  EXPECT_TRUE(eventually([&] { return bool(verify(other)); })) << "nobody owns the first";
  settings.hold = 60s;
  start();  // as after a restart
  wait_for_domain("matches");
  EXPECT_EQ(find(v->payment).state, finding_state::unused);
  EXPECT_EQ(refusal(other), "invalid_exact_evm_insufficient_balance") << "its owner looks at it";
}

TEST_F(PaymentOnAnvil, WrongDomainRefusesDeposits) {
  settings.terms.token_name = "USD Coin";
  start();
  wait_for_domain("differs");
  const auto r = judge(good(message(1'000'000)));
  ASSERT_FALSE(r);
  EXPECT_EQ(actors::code_of(r.error()), errc::unavailable);
}

TEST_F(PaymentOnAnvil, SilentChainIsUnavailableAndThenBack) {
  const auto x = good(message(1'000'000));
  const auto v = verify(x);
  ASSERT_TRUE(v);
  for (const auto* mode : {"hang", "http500", "refuse"}) {
    control(std::string{"/chain/plasma?mode="} + mode);
    const auto r = judge(x);
    EXPECT_FALSE(r) << mode;
    if (!r) {
      EXPECT_EQ(actors::code_of(r.error()), errc::unavailable) << mode;
    }
    EXPECT_EQ(find(v->payment).state, finding_state::unknown) << mode;
    control("/chain/plasma?mode=up");
    EXPECT_TRUE(eventually([&] { return bool(judge(x)); })) << mode;
  }
}

// -- payers with code (ERC-1271) -----------------------------------------------------------------

/// A wallet whose own signature of a digest is the digest itself with anything behind it:
///     return (word at 0x64: the signature's first == word at 0x04: the digest) * magic
constexpr auto wallet_code =
    "0x7f1626ba7e00000000000000000000000000000000000000000000000000000000"
    "60643560043514"
    "02600052"
    "60206000f3";
constexpr auto wallet_that_reverts = "0x60006000fd";
constexpr auto wallet_that_says_nothing = "0x00";
constexpr auto wallet_that_says_true = "0x600160005260206000f3";  // not the magic word

struct ContractPaysOnAnvil : PaymentOnAnvil {
  void SetUp() override {
    PaymentOnAnvil::SetUp();
    if (HasFatalFailure()) return;
    from = new_wallet(wallet_code);
    mint("plasma", "usdt0", from, 100);
    wait_for_domain("matches");
  }
  address new_wallet(const std::string& code) {
    const auto at = fresh_poor_key().address_of();
    rpc("plasma", "anvil_setCode", {at.hex(), code});
    return at;
  }
  /// `tail`: any, for another signature of the same message.
  actors::pay_deposit by_contract(const chain::eip3009::transfer& m, std::uint8_t version = 2,
                                  const std::string& tail = "77") {
    return payment_with(m, usdc{static_cast<std::int64_t>(*m.value.to_u64())},
                        digest(m).hex() + tail, version);
  }
  actors::pay_deposit forged(const chain::eip3009::transfer& m, std::uint8_t version = 2) {
    return payment_with(m, usdc{static_cast<std::int64_t>(*m.value.to_u64())},
                        w->random().hex() + "77", version);
  }
};

TEST_F(ContractPaysOnAnvil, ItsOwnSignatureSettles) {
  for (const std::uint8_t version : {std::uint8_t{2}, std::uint8_t{1}}) {
    const auto m = message(2'500'000);
    const auto x = by_contract(m, version);
    const auto r = read(x);
    ASSERT_TRUE(r) << actors::detail_of(r.error());
    EXPECT_FALSE(r->proven) << "the contract has not been asked";
    const auto v = verify(x);
    ASSERT_TRUE(v) << actors::detail_of(v.error());
    EXPECT_EQ(v->payment.from, from);
    const auto tx = settle(v->payment, "contract" + std::to_string(version) + from.hex());
    EXPECT_EQ(tx.state, operation_state::confirmed);
    EXPECT_EQ(find_until_known(v->payment).state, finding_state::paid);

    // Used now: the token judges no signature of it any more, the contract does.
    EXPECT_TRUE(verify(x));
    EXPECT_TRUE(verify(by_contract(m, version, "78"))) << "another signature of the same message";
    EXPECT_EQ(refusal(forged(m, version)),
              version == 1 ? "invalid_exact_evm_payload_signature" : "invalid_exact_evm_signature");
  }
  EXPECT_EQ(balance("plasma", settings.terms.asset, settings.terms.pay_to), 5'000'000);
}

TEST_F(ContractPaysOnAnvil, AnythingButTheMagicWordIsANo) {
  EXPECT_EQ(refusal(forged(message(1'000'000))), "invalid_exact_evm_signature");
  EXPECT_EQ(refusal(forged(message(1'000'000), 1)), "invalid_exact_evm_payload_signature");
  for (const auto* code : {wallet_that_reverts, wallet_that_says_nothing, wallet_that_says_true}) {
    from = new_wallet(code);
    mint("plasma", "usdt0", from, 100);
    EXPECT_EQ(refusal(by_contract(message(1'000'000))), "invalid_exact_evm_signature") << code;
  }
  from = fresh_poor_key().address_of();  // no code at all
  mint("plasma", "usdt0", from, 100);
  EXPECT_EQ(refusal(by_contract(message(1'000'000))), "invalid_exact_evm_signature");
}

TEST_F(ContractPaysOnAnvil, TheOtherChecksHoldAsForAPlainPayer) {
  EXPECT_EQ(refusal(by_contract(message(1'000'000, 3))),
            "invalid_exact_evm_payload_authorization_valid_before");
  EXPECT_EQ(refusal(forged(message(1'000'000, 3))), "invalid_exact_evm_signature");
  auto elsewhere = message(1'000'000);
  elsewhere.to = from;
  EXPECT_EQ(refusal(by_contract(elsewhere)), "invalid_exact_evm_recipient_mismatch");
  EXPECT_EQ(refusal(by_contract(message(100'000'001))), "invalid_exact_evm_insufficient_balance");
  EXPECT_EQ(refusal(payment_with(message(1'000'000), 1_usdc, "0x")), "invalid_exact_evm_signature");
}

TEST_F(ContractPaysOnAnvil, ASilentChainCannotTell) {
  const auto m = message(1'000'000);
  for (const auto& x : {by_contract(m), forged(m)}) {
    control("/chain/plasma?mode=refuse");
    const auto r = judge(x);
    EXPECT_FALSE(r);
    if (!r) {
      EXPECT_EQ(actors::code_of(r.error()), errc::unavailable);
    }
    control("/chain/plasma?mode=up");
  }
  EXPECT_TRUE(eventually([&] { return bool(judge(by_contract(m))); }));
}

}  // namespace
}  // namespace headroom::test
