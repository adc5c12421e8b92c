#include "chain/evm/cancelling.hpp"
#include "tests/chain/evm/wallet_fixture.hpp"

/// Reorganisations, shallow and deeper than the depth that counts as final.
namespace headroom::test {
namespace {

struct WalletUndone : Wallet {
  WalletUndone() {
    settings.finality = {2, final_by::either};
    node.finalized = 0;  // it stands still
    node.add_blocks(3);
    restart();
  }
  /// Mined and booked by depth, while `finalized` has not moved past genesis.
  void book(int n) {
    ASSERT_TRUE(ask(call(n)));
    node.mine();
    node.add_blocks(2);
    pass(3s);
    ASSERT_EQ(state_of(n), operation_state::confirmed);
  }
  /// A nonce of ours that nothing holds any more.
  void open_a_gap() {
    ASSERT_TRUE(ask(call(1)));
    node.foreign_transaction();
    finalize();
    pass(60s);
    ASSERT_EQ(state_of(1), operation_state::dropped);
    node.reorg(4);
    node.pool.clear();
    pass(3s);
  }
  /// As the terminal does it beside the wallet: an operation of its own, in the books.
  chain::signed_transaction store_fill(int n) {
    auto row = books.find(id(1)).back();
    const auto old = chain::decode_transaction(row.raw).value();
    const auto fees = chain::bumped(old.body.fees, old.body.fees);
    auto out = chain::sign(chain::cancel_of(old.body, key->address_of(), fees), *key);
    row.id = id(n);
    row.attempt = 0;
    row.tx_hash = out.hash;
    row.raw = out.raw;
    row.purpose = "fill_nonce";
    row.status = operation_status::stored;
    row.block_number = 0;
    books.put(row);
    return out;
  }
  void finalize() {
    node.add_blocks(3);
    node.finalized = node.blocks.size() - 1;
  }
  std::string watched() {
    caf::scoped_actor self{sys};
    auto pending = self->request(wallet, caf::infinite, actors::status_atom::value);
    sched.run();
    std::string out;
    pending.receive([&](actors::status_report& r) { out = r.facts["not_finalized"]; },
                    [](const caf::error&) {});
    return out;
  }
};

TEST_F(WalletUndone, ReorganisedTransactionIsSentAgainAndConfirmedOnce) {
  ASSERT_TRUE(ask(call(1)));
  node.mine();
  pass(2s);
  node.reorg();
  pass(40s);
  EXPECT_EQ(state_of(1), operation_state::pending);
  node.mine();
  node.add_blocks(2);
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_EQ(books.all().size(), 1U);
}

TEST_F(WalletUndone, WhatWasBookedIsWatchedUntilTheTagPassesIt) {
  book(1);
  EXPECT_EQ(watched(), "1");
  pass(120s);
  EXPECT_EQ(watched(), "1");
  finalize();
  pass(10s);
  EXPECT_EQ(watched(), "0");
}

TEST_F(WalletUndone, WhatAReorganisationTakesBackIsSentAgain) {
  book(1);
  book(2);
  node.reorg(6);
  ASSERT_EQ(node.count, 0U);
  node.pool.clear();  // and nobody remembers them
  pass(10s);
  node.mine();
  EXPECT_EQ(node.count, 2U) << "both, in their order";
  EXPECT_EQ(books.all().size(), 2U) << "the same bytes";
  finalize();
  pass(10s);
  EXPECT_EQ(watched(), "0");
  EXPECT_FALSE(alerted("wallet.undone"));
}

TEST_F(WalletUndone, AfterARestartTooAndWithWorkBehindIt) {
  book(1);
  crash();
  node.reorg(3);
  ASSERT_EQ(node.count, 0U);
  node.pool.clear();
  start();
  ASSERT_TRUE(ask(call(2)));
  EXPECT_EQ(books.find(id(2)).front().nonce, 1U);
  pass(10s);
  node.mine();
  EXPECT_EQ(node.count, 2U);
  finalize();
  pass(10s);
  EXPECT_EQ(state_of(2), operation_state::confirmed);
}

TEST_F(WalletUndone, ADifferentEndTheSecondTimeIsSaid) {
  book(1);
  node.reorg(3);
  node.pool.clear();
  pass(10s);
  node.next_tx_reverts = true;
  node.mine();
  finalize();
  pass(10s);
  EXPECT_TRUE(alerted("wallet.undone"));
  EXPECT_EQ(state_of(1), operation_state::reverted) << "the chain is right, not the books";
  restart();
  pass(2s);
  EXPECT_EQ(state_of(1), operation_state::reverted);
}

TEST_F(WalletUndone, AReportSaysWhetherItMayBeUndoneYet) {
  book(1);
  EXPECT_TRUE(ask(actors::get_atom::value, id(1))->by_depth);
  EXPECT_TRUE(ask(call(1))->by_depth);
  restart();
  pass(2s);
  EXPECT_TRUE(ask(actors::get_atom::value, id(1))->by_depth);
  finalize();
  pass(10s);
  EXPECT_FALSE(ask(actors::get_atom::value, id(1))->by_depth);
}

/// What is dropped is made anew: who took its nonce must stay where it is.
TEST_F(WalletUndone, WhoTookTheNonceMustBeFinalizedBeforeAnythingIsDropped) {
  ASSERT_TRUE(ask(call(1)));
  node.foreign_transaction();
  node.add_blocks(50);
  pass(300s);
  EXPECT_EQ(state_of(1), operation_state::in_doubt) << "deep, and the tag stands still";
  EXPECT_TRUE(alerted("wallet.in_doubt"));
  finalize();
  pass(120s);
  EXPECT_EQ(state_of(1), operation_state::dropped);
}

TEST_F(WalletUndone, ADroppedOperationIsNeverSentAgain) {
  ASSERT_TRUE(ask(call(1)));
  node.foreign_transaction();
  finalize();
  pass(60s);
  ASSERT_EQ(state_of(1), operation_state::dropped);
  const auto sent = node.sent.size();
  node.reorg(4);  // the foreign transaction never happened: its nonce is free
  node.pool.clear();
  pass(120s);
  EXPECT_EQ(node.sent.size(), sent) << "another operation may have done its work";
  EXPECT_TRUE(alerted("wallet.gap"));
  node.foreign_transaction();  // somebody uses it
  pass(61s);
  EXPECT_FALSE(alerted("wallet.gap"));
}

TEST_F(WalletUndone, WhatAnOperatorStoresToFillAGapIsTakenOver) {
  open_a_gap();
  const auto fill = store_fill(9);
  pass(20s);
  EXPECT_TRUE(node.seen.contains(fill.hash));
  node.mine();
  node.add_blocks(3);
  pass(10s);
  EXPECT_EQ(state_of(9), operation_state::confirmed) << "nothing else was meant by it";
  EXPECT_FALSE(alerted("wallet.gap"));
  ASSERT_TRUE(ask(call(2)));
  EXPECT_EQ(books.find(id(2)).front().nonce, 1U);
}

/// Sent by the terminal too, it may be mined before the wallet has looked into the books.
TEST_F(WalletUndone, AFillThatIsMinedBeforeItIsReadIsStillEnded) {
  open_a_gap();
  pass(5s);
  const auto fill = store_fill(9);
  (void)node.truth(chain::eth::send_raw_transaction(fill.raw));
  node.mine();
  node.add_blocks(3);
  pass(20s);
  EXPECT_EQ(state_of(9), operation_state::confirmed);
}

TEST_F(WalletUndone, ANodeWithoutTheTagLeavesTheDepth) {
  node.finalized.reset();
  restart();
  book(1);
  EXPECT_EQ(watched(), "0");
}

TEST_F(WalletUndone, AfterARestartTheReceiptOfTheBookedBlockIsToldWhoeverShowsIt) {
  book(1);
  node.nodes = 2;
  for (const std::uint32_t stale : {0U, 1U}) {  // shows it on a branch that is gone
    node.quirk = [this, stale](std::uint32_t at,
                               const chain::rpc_request& x) -> std::optional<chain::rpc_result> {
      if (x.method != "eth_getTransactionReceipt") return std::nullopt;
      auto shown = node.truth(x);
      auto& receipt = shown.value;
      if (at == stale) {
        receipt["blockNumber"] = fake_node::number(99);
        receipt["blockHash"] = chain::keccak256("a branch that is gone").hex();
      }
      receipt["logs"].push_back({{"address", address{}.hex()},
                                 {"topics", json::array()},
                                 {"data", at == stale ? "0x02" : "0x01"},
                                 {"transactionHash", x.params.at(0)},
                                 {"blockNumber", receipt["blockNumber"]},
                                 {"logIndex", "0x0"}});
      return shown;
    };
    restart();
    const auto told = ask(actors::get_atom::value, id(1));
    ASSERT_TRUE(told);
    EXPECT_EQ(told->state, operation_state::confirmed);
    ASSERT_EQ(told->logs.size(), 1U);
    EXPECT_EQ(told->logs.front().data, byte_vector{1}) << "node " << stale << " is stale";
  }
}

}  // namespace
}  // namespace headroom::test
