#include "chain/evm/cancelling.hpp"
#include "tests/chain/evm/wallet_fixture.hpp"

namespace headroom::test {
namespace {

/// An operator takes the nonce of a transaction away that nobody mines.
struct WalletCancel : Wallet {
  /// As the terminal does it beside the wallet: one more attempt, in the books.
  chain::signed_transaction store_cancel(int n) {
    auto row = books.find(id(n)).back();
    const auto newest = chain::decode_transaction(row.raw).value();
    const auto fees = chain::bumped(newest.body.fees, newest.body.fees);
    auto out = chain::sign(chain::cancel_of(newest.body, key->address_of(), fees), *key);
    row.attempt += 1;
    row.tx_hash = out.hash;
    row.raw = out.raw;
    books.put(row);
    return out;
  }
};

TEST_F(WalletCancel, ACancelIsKnownByItsFormAlone) {
  const auto account = key->address_of();
  chain::unsigned_transaction bridge;
  bridge.chain_id = 9745;
  bridge.nonce = 7;
  bridge.to = account;
  bridge.data = {1};
  EXPECT_FALSE(chain::is_cancel(bridge, account));
  const auto cancel = chain::cancel_of(bridge, account, {2, 3});
  EXPECT_TRUE(chain::is_cancel(cancel, account));
  EXPECT_EQ(cancel.nonce, 7U);
  EXPECT_EQ(cancel.chain_id, 9745U);
  EXPECT_FALSE(chain::is_cancel(cancel, address{}));
  auto pays = cancel;
  pays.value = uint256::of(1);
  EXPECT_FALSE(chain::is_cancel(pays, account));
}

TEST_F(WalletCancel, AMinedCancelDropsTheOperationAndTheNextOneGoesOn) {
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  const auto cancel = store_cancel(1);
  restart();
  pass(2s);
  EXPECT_TRUE(node.seen.contains(cancel.hash)) << "the newest attempt is what is sent";
  EXPECT_EQ(state_of(1), operation_state::pending) << "until a block says so";
  node.mine();
  node.add_blocks(2);
  pass(2s);
  EXPECT_EQ(state_of(1), operation_state::dropped);
  for (const auto& row : books.find(id(1))) EXPECT_EQ(row.status, operation_status::dropped);
  EXPECT_FALSE(alerted("wallet.foreign")) << "it was ours";
  ASSERT_EQ(ask(call(2))->state, operation_state::pending);
  EXPECT_EQ(books.find(id(2)).front().nonce, 1U);
}

TEST_F(WalletCancel, WhenTheOtherOneIsMinedTheOperationIsDone) {
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  const auto first = books.find(id(1)).front().tx_hash;
  node.mine();
  store_cancel(1);  // too late
  restart();
  node.add_blocks(2);
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_EQ(ask(actors::get_atom::value, id(1))->tx_hash, first);
}

TEST_F(WalletCancel, ACancelCountsOnlyOnceTheNodesCallItsBlockFinal) {
  settings.finality = {2, final_by::either};
  node.finalized = 0;
  restart();
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  store_cancel(1);
  restart();
  pass(2s);
  node.mine();
  node.add_blocks(5);
  pass(5s);
  EXPECT_EQ(state_of(1), operation_state::pending) << "a new attempt must not meet the old one";
  node.finalized = node.blocks.size() - 1;
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::dropped);
}

TEST_F(WalletCancel, NorBeforeThatWhenOnlyAnotherNodeShowsIt) {
  settings.finality = {2, final_by::either};
  node.nodes = 2;
  node.finalized = 0;
  restart();
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  store_cancel(1);
  restart();
  pass(2s);
  node.quirk = [](std::uint32_t at, const chain::rpc_request& x) {
    const bool hidden = at == 0 && x.method == "eth_getTransactionReceipt";
    return hidden ? std::optional{fake_node::ok(nullptr)} : std::nullopt;
  };
  node.mine();
  node.add_blocks(5);
  pass(120s);
  EXPECT_EQ(state_of(1), operation_state::pending) << "by depth it is final, by the tag it is not";
  node.finalized = node.blocks.size() - 1;
  pass(120s);
  EXPECT_EQ(state_of(1), operation_state::dropped);
}

/// The running wallet never heard of it: once a nonce is used by nothing it knows, it reads.
TEST_F(WalletCancel, ARunningWalletTakesTheEndFromTheChain) {
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  const auto cancel = store_cancel(1);
  node.seen.emplace(cancel.hash, cancel);
  node.pool[0].insert(cancel.hash);
  node.mine();
  ASSERT_TRUE(node.receipts.contains(cancel.hash));
  node.add_blocks(3);
  pass_with_blocks(60s);
  EXPECT_EQ(state_of(1), operation_state::dropped);
  EXPECT_FALSE(alerted("wallet.foreign")) << "the books say whose it was";
}

/// Its own next attempt has the number that the cancelling one took.
TEST_F(WalletCancel, ARunningWalletThatRaisesAFeeGoesOnWithTheCancel) {
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  const auto cancel = store_cancel(1);
  pass_with_blocks(40s);
  EXPECT_TRUE(node.seen.contains(cancel.hash)) << "the terminal's broadcast was lost";
  pass_with_blocks(40s);
  const auto rows = books.find(id(1));
  ASSERT_GE(rows.size(), 3U) << "raised again, behind it";
  const auto newest = chain::decode_transaction(rows.back().raw).value();
  EXPECT_TRUE(chain::is_cancel(newest.body, key->address_of()));
  node.mine();
  node.add_blocks(3);
  pass(5s);
  EXPECT_EQ(state_of(1), operation_state::dropped);
  EXPECT_FALSE(alerted("wallet.foreign"));
}

}  // namespace
}  // namespace headroom::test
