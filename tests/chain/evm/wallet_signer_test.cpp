#include "tests/chain/evm/scripted_signer.hpp"
#include "tests/chain/evm/wallet_fixture.hpp"

/// A signer elsewhere: what it may do to a transaction, and what a wallet does without it.
namespace headroom::test {
namespace {

using chain::unsigned_transaction;

struct WalletSigner : Wallet {
  static constexpr std::string_view wrong = "signer.wrong";
  static constexpr std::string_view unavailable = "signer.unavailable";
  scripted_signer signer;

  WalletSigner() {
    signer.key = key;
    signer.accounts = {key->address_of()};
    elsewhere = chain::transaction_signer{
        key->address_of(),
        {own(signer.spawn(sys)), "http://signer/9745", "s3cret", std::chrono::seconds{5}}};
    restart();
  }
  errc refusal_of(int n) {
    const auto r = ask(call(n));
    return r ? errc::none : actors::code_of(r.error());
  }
  unsigned_transaction stored(int n, std::size_t attempt = 0) {
    const auto rows = books.find(id(n));
    return rows.size() > attempt ? chain::decode_transaction(rows[attempt].raw)->body
                                 : unsigned_transaction{};
  }
};

TEST_F(WalletSigner, IsAskedForEveryFieldAndItsAnswerIsStoredThenSent) {
  auto x = call(1);
  x.call.value = uint256::of(1'000);
  ASSERT_EQ(ask(x)->state, operation_state::pending);
  const auto& request = signer.calls.back().request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://signer/9745");
  EXPECT_EQ(request.headers.back(),
            (std::pair<std::string, std::string>{"authorization", "Bearer s3cret"}));
  const auto asked = json::parse(request.body);
  EXPECT_EQ(asked.at("method"), "eth_signTransaction");
  EXPECT_EQ(asked.at("params").at(0).at("from"), key->address_of().hex());
  EXPECT_EQ(asked.at("params").at(0).at("value"), "0x3e8");
  const auto body = stored(1);
  EXPECT_EQ(body.chain_id, 9745U);
  EXPECT_EQ(body.nonce, 0U);
  EXPECT_EQ(body.value, uint256::of(1'000));
  EXPECT_EQ(body.data, x.call.data);
  node.mine();
  node.add_blocks(2);
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_EQ(signer.signatures_asked, 1U);
}

TEST_F(WalletSigner, MayAnswerAnObjectThatHasTheBytes) {
  signer.answers = [this](const unsigned_transaction& x) {
    return json{{"raw", signer.raw(x)}, {"tx", {{"nonce", "0x7"}}}};
  };
  EXPECT_EQ(ask(call(1))->state, operation_state::pending);
  EXPECT_EQ(stored(1).nonce, 0U);
}

/// Each is a good signature, of something else or by somebody else.
TEST_F(WalletSigner, WhatWasNotAskedForIsNeitherStoredNorSent) {
  const auto stranger = *chain::private_key::parse(std::string(64, '7'));
  using change = std::function<json(unsigned_transaction)>;
  const auto with = [this](std::function<void(unsigned_transaction&)> edit) -> change {
    return [this, edit](unsigned_transaction x) {
      edit(x);
      return signer.raw(x);
    };
  };
  const std::pair<const char*, change> lies[] = {
      {"chain", with([](auto& x) { x.chain_id = 1; })},
      {"nonce", with([](auto& x) { ++x.nonce; })},
      {"receiver", with([](auto& x) { x.to.bytes[0] ^= 1; })},
      {"value", with([](auto& x) { x.value = uint256::of(1); })},
      {"data", with([](auto& x) { x.data.push_back(0); })},
      {"gas", with([](auto& x) { ++x.gas_limit; })},
      {"tip", with([](auto& x) { ++x.fees.max_priority_fee; })},
      {"fee", with([](auto& x) { x.fees.max_fee *= 10; })},
      {"sender",
       [&stranger](const unsigned_transaction& x) {
         return json(to_0x(chain::sign(x, stranger).raw));
       }},
      {"high s",
       [this](const unsigned_transaction& x) {
         return json(to_0x(with_high_s(chain::sign(x, *key))));
       }},
      {"legacy", [](const unsigned_transaction&) { return json("0xf86c"); }},
      {"no bytes", [](const unsigned_transaction&) { return json::object(); }},
      {"nothing", [](const unsigned_transaction&) { return json(nullptr); }},
  };
  for (const auto& [name, lie] : lies) {
    signer.answers = lie;
    EXPECT_EQ(refusal_of(1), errc::unavailable) << name;
    EXPECT_TRUE(alerted(wrong)) << name;
    EXPECT_TRUE(books.all().empty()) << name;
    EXPECT_TRUE(node.sent.empty()) << name;
    EXPECT_EQ(state_of(1), operation_state::unsent) << name;
    signer.answers = {};
    restart();
  }
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  EXPECT_EQ(stored(1).nonce, 0U) << "no nonce was used";
}

TEST_F(WalletSigner, TheAlertOfAWrongOneLastsUntilItSignsWhatItIsAskedFor) {
  signer.answers = [](const unsigned_transaction&) { return json("0x02"); };
  EXPECT_EQ(refusal_of(1), errc::unavailable);
  pass(120s);
  EXPECT_TRUE(alerted(wrong)) << "that it is there says nothing of what it signs";
  signer.answers = {};
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  EXPECT_FALSE(alerted(wrong));
}

TEST_F(WalletSigner, ASilentOneUsesNoNonceAndIsLeftAloneForAWhile) {
  signer.silent = true;
  EXPECT_EQ(refusal_of(1), errc::unavailable);
  EXPECT_EQ(refusal_of(1), errc::unavailable);
  EXPECT_EQ(refusal_of(2), errc::unavailable);
  EXPECT_EQ(signer.signatures_asked, 1U);
  EXPECT_TRUE(alerted(unavailable));
  const auto before = signer.calls.size();
  pass(120s);
  EXPECT_LT(signer.calls.size(), before + 12) << "is it back? seldom";
  EXPECT_TRUE(alerted(unavailable));
  signer.silent = false;
  pass(31s);
  EXPECT_FALSE(alerted(unavailable)) << "though nobody has asked again";
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  EXPECT_EQ(stored(1).nonce, 0U);
}

TEST_F(WalletSigner, OneThatRefusesATransactionSignsTheNext) {
  signer.refuses = [](const unsigned_transaction& x) { return x.data.back() == 1; };
  EXPECT_EQ(refusal_of(1), errc::unavailable);
  EXPECT_TRUE(alerted(unavailable));
  EXPECT_NE(alert().find("Request denied"), std::string::npos);
  ASSERT_EQ(ask(call(2))->state, operation_state::pending);
  EXPECT_EQ(stored(2).nonce, 0U);
  EXPECT_FALSE(alerted(unavailable));
}

TEST_F(WalletSigner, WhatStandsBehindAFailureIsSignedAnewWithoutAGap) {
  signer.refuses = [](const unsigned_transaction& x) { return x.data.back() == 3; };
  caf::scoped_actor self{sys};
  std::map<int, pending_report> pending;
  for (int n = 1; n <= 5; ++n) pending.emplace(n, self->request(wallet, caf::infinite, call(n)));
  sched.run();
  for (auto& [n, handle] : pending)
    handle.receive([n = n](const operation_report&) { EXPECT_NE(n, 3); },
                   [n = n](const caf::error&) { EXPECT_EQ(n, 3); });
  std::set<std::uint64_t> nonces;
  for (const auto& row : books.all()) nonces.insert(row.nonce);
  EXPECT_EQ(nonces, (std::set<std::uint64_t>{0, 1, 2, 3}));
  EXPECT_TRUE(books.find(id(3)).empty());
}

TEST_F(WalletSigner, AHigherFeeIsSignedThereToo) {
  ASSERT_TRUE(ask(call(1)));
  pass_with_blocks(35s);
  ASSERT_EQ(books.find(id(1)).size(), 2U);
  EXPECT_EQ(stored(1, 1).nonce, 0U);
  EXPECT_GT(stored(1, 1).fees.max_fee, stored(1, 0).fees.max_fee);
  EXPECT_EQ(signer.signatures_asked, 2U);
}

TEST_F(WalletSigner, AHigherFeeThatNobodySignsRightlyIsTriedAgain) {
  ASSERT_TRUE(ask(call(1)));
  signer.silent = true;
  pass_with_blocks(40s);
  EXPECT_EQ(books.find(id(1)).size(), 1U);
  EXPECT_TRUE(alerted(unavailable));
  signer.silent = false;
  signer.answers = [this](unsigned_transaction x) {
    x.to.bytes[0] ^= 1;
    return signer.raw(x);
  };
  pass_with_blocks(40s);
  EXPECT_EQ(books.find(id(1)).size(), 1U);
  EXPECT_TRUE(alerted(wrong));
  signer.answers = {};
  pass_with_blocks(40s);
  EXPECT_GE(books.find(id(1)).size(), 2U);
  EXPECT_FALSE(alerted(wrong));
  EXPECT_FALSE(alerted(unavailable));
  node.mine();
  node.add_blocks(2);
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
}

TEST_F(WalletSigner, WhatIsStoredGoesOnWithoutIt) {
  ASSERT_TRUE(ask(call(1)));
  signer.silent = true;
  restart();
  node.mine();
  node.add_blocks(2);
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
}

TEST_F(WalletSigner, OneWithoutTheAccountKeepsTheWalletFromStarting) {
  signer.accounts = {*address::parse(std::string(40, '9'))};
  restart();
  EXPECT_TRUE(alerted("wallet.waits"));
  EXPECT_NE(alert().find("the signer does not have account"), std::string::npos);
  EXPECT_EQ(refusal_of(1), errc::unavailable);
  EXPECT_EQ(signer.signatures_asked, 0U);
  signer.accounts.push_back(key->address_of());
  pass(2s);
  EXPECT_FALSE(alerted("wallet.waits"));
  EXPECT_EQ(ask(call(1))->state, operation_state::pending);
}

}  // namespace
}  // namespace headroom::test
