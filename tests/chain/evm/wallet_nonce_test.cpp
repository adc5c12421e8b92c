#include "tests/chain/evm/wallet_fixture.hpp"

/// How far the account's nonce is, when a node says too much.
namespace headroom::test {
namespace {

using chain::rpc_request;
using chain::rpc_result;

struct WalletNonce : Wallet {
  static constexpr std::uint64_t absurd = 1'000'000;

  /// The node at `place` says that so many nonces are used.
  void claims(std::uint64_t count, std::uint32_t place = 0) {
    node.quirk = [=](std::uint32_t at, const rpc_request& x) -> std::optional<rpc_result> {
      if (x.method != "eth_getTransactionCount" || at != place) return std::nullopt;
      return fake_node::ok(fake_node::number(count));
    };
  }
  [[nodiscard]] std::uint64_t nonce_of(int n) const { return books.find(id(n)).front().nonce; }
  void send_and_mine(int n) {
    ASSERT_TRUE(ask(call(n)));
    node.mine();
    node.add_blocks(3);
    pass(3s);
    ASSERT_EQ(state_of(n), operation_state::confirmed);
  }
};

TEST_F(WalletNonce, OneNodeOfTwoMovesNothing) {
  node.nodes = 2;
  restart();
  claims(absurd);
  ASSERT_TRUE(ask(call(1)));
  EXPECT_EQ(nonce_of(1), 0U);
  restart();
  ASSERT_TRUE(ask(call(2)));
  EXPECT_EQ(nonce_of(2), 1U) << "nor at a start";
}

TEST_F(WalletNonce, WhatTwoNodesHaveSeenIsStepped) {
  node.nodes = 3;
  restart();
  for (int i = 0; i < 100; ++i) node.foreign_transaction();
  claims(absurd, 1);
  ASSERT_TRUE(ask(call(1)));
  EXPECT_EQ(nonce_of(1), 100U);
}

TEST_F(WalletNonce, TheOnlyNodeIsNotBelievedAFarJumpAndItIsSaid) {
  send_and_mine(1);
  claims(absurd);
  const auto refused = ask(call(2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(actors::code_of(refused.error()), errc::unavailable);
  EXPECT_TRUE(alerted("wallet.nonce"));
  EXPECT_TRUE(books.find(id(2)).empty());
  node.quirk = nullptr;
  ASSERT_TRUE(ask(call(2)));
  EXPECT_EQ(nonce_of(2), 1U);
  EXPECT_FALSE(alerted("wallet.nonce"));
}

TEST_F(WalletNonce, NorAtAStart) {
  send_and_mine(1);
  crash();
  claims(absurd);
  start();
  EXPECT_FALSE(ask(call(2)));
  EXPECT_TRUE(alerted("wallet.nonce"));
  EXPECT_TRUE(alerted("wallet.waits"));
  node.quirk = nullptr;
  pass(2s);
  ASSERT_TRUE(ask(call(2)));
  EXPECT_EQ(nonce_of(2), 1U);
  EXPECT_FALSE(alerted("wallet.nonce"));
  EXPECT_FALSE(alerted("wallet.waits"));
}

TEST_F(WalletNonce, WhatItRepeatsForMinutesIsSo) {
  send_and_mine(1);
  for (int i = 0; i < 100; ++i) node.foreign_transaction();
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(ask(call(2)));
    pass(61s);
  }
  ASSERT_TRUE(ask(call(2)));
  EXPECT_EQ(nonce_of(2), 101U);
  EXPECT_FALSE(alerted("wallet.nonce"));
}

TEST_F(WalletNonce, AnAccountWithoutBooksBeginsWhereItIs) {
  crash();
  for (int i = 0; i < 100; ++i) node.foreign_transaction();
  start();
  ASSERT_TRUE(ask(call(1)));
  EXPECT_EQ(nonce_of(1), 100U);
}

}  // namespace
}  // namespace headroom::test
