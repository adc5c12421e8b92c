#include "tests/chain/evm/wallet_fixture.hpp"

/// The nonce is used and no receipt is shown: nothing is given up that may have been mined.
namespace headroom::test {
namespace {

using chain::rpc_request;
using chain::rpc_result;

struct WalletInDoubt : Wallet {
  void two_nodes() {
    node.nodes = 2;
    restart();
  }
  /// The node at `place` (or every node) shows no receipts.
  void hide_receipts(std::optional<std::uint32_t> place = {}) {
    node.quirk = [place](std::uint32_t at, const rpc_request& x) -> std::optional<rpc_result> {
      if (x.method != "eth_getTransactionReceipt" || at != place.value_or(at)) return std::nullopt;
      return fake_node::ok(nullptr);
    };
  }
  void mine_for_good() {
    node.mine();
    node.add_blocks(3);
  }
  operation_report report_of(int n) { return *ask(actors::get_atom::value, id(n)); }
};

TEST_F(WalletInDoubt, ReceiptsThatTheOnlyNodeForgetsAreNoReasonToGiveUp) {
  ASSERT_TRUE(ask(call(1)));
  hide_receipts();
  mine_for_good();
  pass(30s);
  EXPECT_EQ(state_of(1), operation_state::pending);
  pass(600s);
  const auto doubtful = report_of(1);
  EXPECT_EQ(doubtful.state, operation_state::in_doubt);
  EXPECT_NE(doubtful.detail.find("mined in block 1"), std::string::npos) << doubtful.detail;
  EXPECT_TRUE(alerted("wallet.in_doubt"));
  EXPECT_EQ(ask(call(1))->state, operation_state::in_doubt) << "asked to send it again";
  node.quirk = nullptr;
  pass(61s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_FALSE(alerted("wallet.in_doubt"));
  EXPECT_EQ(books.all().size(), 1U);
}

TEST_F(WalletInDoubt, AnotherNodesReceiptIsFound) {
  two_nodes();
  ASSERT_TRUE(ask(call(1)));
  hide_receipts(0);
  mine_for_good();
  pass(5s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
}

TEST_F(WalletInDoubt, ANodeThatCannotReadReceiptsDoesNotHideAnother) {
  two_nodes();
  ASSERT_TRUE(ask(call(1)));
  node.quirk = [](std::uint32_t at, const rpc_request& x) -> std::optional<rpc_result> {
    if (at != 0 || x.method != "eth_getTransactionReceipt") return std::nullopt;
    return fake_node::error(-32000, "transaction indexing is in progress");
  };
  mine_for_good();
  pass(5s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
}

TEST_F(WalletInDoubt, TheOnlyNodeNamesAForeignTransactionTwice) {
  ASSERT_TRUE(ask(call(1)));
  node.add_blocks(40);
  const auto foreign = node.foreign_transaction();
  pass(5s);
  EXPECT_EQ(state_of(1), operation_state::pending) << "not final";
  node.add_blocks(3);
  pass(5s);
  EXPECT_EQ(state_of(1), operation_state::pending) << "said once";
  pass(20s);
  const auto end = report_of(1);
  EXPECT_EQ(end.state, operation_state::dropped);
  EXPECT_NE(end.detail.find(foreign.hex()), std::string::npos) << end.detail;
  EXPECT_TRUE(alerted("wallet.foreign"));
  EXPECT_EQ(books.find(id(1)).front().status, operation_status::dropped);
  ASSERT_TRUE(ask(call(2)));
  EXPECT_EQ(books.find(id(2)).front().nonce, 1U);
}

TEST_F(WalletInDoubt, WhereOneNodeIsNeverEnoughItsWordLeavesTheDoubt) {
  settings.lone_witness = 0s;
  restart();
  ASSERT_TRUE(ask(call(1)));
  const auto foreign = node.foreign_transaction();
  node.add_blocks(3);
  pass(600s);
  const auto doubtful = report_of(1);
  EXPECT_EQ(doubtful.state, operation_state::in_doubt);
  EXPECT_NE(doubtful.detail.find(foreign.hex()), std::string::npos) << doubtful.detail;
  EXPECT_TRUE(alerted("wallet.in_doubt"));
  EXPECT_EQ(books.all().size(), 1U) << "nothing is sent in its place";
  node.nodes = 2;  // a second one is added
  restart();
  pass(120s);
  EXPECT_EQ(state_of(1), operation_state::dropped);
}

TEST_F(WalletInDoubt, AForeignTransactionThatAReorganisationMovesIsNotNamedTwice) {
  ASSERT_TRUE(ask(call(1)));
  node.foreign_transaction();
  node.add_blocks(2);
  pass(5s);  // named once
  const auto raw = books.find(id(1)).front().raw;
  node.reorg(3);  // deeper than our depth: it never happened
  pass(30s);
  EXPECT_EQ(state_of(1), operation_state::pending);
  mine_for_good();
  pass(5s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
}

TEST_F(WalletInDoubt, TwoNodesMustNameTheForeignTransaction) {
  two_nodes();
  ASSERT_TRUE(ask(call(1)));
  const auto foreign = node.foreign_transaction();
  node.add_blocks(3);
  node.quirk = [](std::uint32_t at, const rpc_request& x) -> std::optional<rpc_result> {
    const bool old_state = x.method == "eth_getTransactionCount" && x.params.at(1) != "latest";
    if (at == 0 || !old_state) return std::nullopt;
    return fake_node::error(-32000, "missing trie node");  // pruned
  };
  pass(300s);
  const auto doubtful = report_of(1);
  EXPECT_EQ(doubtful.state, operation_state::in_doubt);
  EXPECT_NE(doubtful.detail.find(foreign.hex()), std::string::npos) << doubtful.detail;
  node.quirk = nullptr;
  pass(61s);
  EXPECT_EQ(state_of(1), operation_state::dropped);
}

TEST_F(WalletInDoubt, NodesThatNameDifferentTransactionsAreNotBelieved) {
  two_nodes();
  ASSERT_TRUE(ask(call(1)));
  node.foreign_transaction();
  node.add_blocks(3);
  node.quirk = [this](std::uint32_t at, const rpc_request& x) -> std::optional<rpc_result> {
    if (at == 0 || x.method != "eth_getBlockByNumber" || x.params.at(1) != true)
      return std::nullopt;
    auto block = node.truth(x);
    for (auto& tx : block.value["transactions"]) tx["hash"] = chain::keccak256("another").hex();
    return block;
  };
  pass(300s);
  EXPECT_EQ(state_of(1), operation_state::in_doubt);
}

TEST_F(WalletInDoubt, ACountAheadOfEverythingElseIsNoEvidence) {
  ASSERT_TRUE(ask(call(1)));
  node.quirk = [](std::uint32_t, const rpc_request& x) -> std::optional<rpc_result> {
    if (x.method != "eth_getTransactionCount") return std::nullopt;
    return fake_node::ok("0x5");  // whatever block is asked for
  };
  node.add_blocks(5);
  pass(300s);
  EXPECT_EQ(state_of(1), operation_state::in_doubt);
  node.quirk = nullptr;
  mine_for_good();
  pass(61s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_EQ(books.all().size(), 1U);
}

TEST_F(WalletInDoubt, AReceiptInABlockThatTheChainHasReplacedIsNotBelieved) {
  ASSERT_TRUE(ask(call(1)));
  node.mine();
  node.quirk = [this, stale = node.receipts](std::uint32_t,
                                             const rpc_request& x) -> std::optional<rpc_result> {
    if (x.method != "eth_getTransactionReceipt") return std::nullopt;
    auto receipt = fake_node::ok({{"transactionHash", x.params.at(0)},
                                  {"status", "0x1"},
                                  {"blockHash", chain::keccak256("replaced").hex()},
                                  {"blockNumber", "0x1"},
                                  {"gasUsed", "0x5208"},
                                  {"logs", json::array()}});
    return receipt;
  };
  node.add_blocks(5);
  pass(20s);
  EXPECT_EQ(state_of(1), operation_state::pending);
  node.quirk = nullptr;
  pass(20s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
}

TEST_F(WalletInDoubt, TransactionsMadeByHandWhileNothingIsOpenAreStepped) {
  for (int i = 0; i < 7; ++i) node.foreign_transaction();
  ASSERT_TRUE(ask(call(1)));
  EXPECT_EQ(books.find(id(1)).front().nonce, 7U);
  mine_for_good();
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
}

TEST_F(WalletInDoubt, RepeatedBroadcastsGoRoundTheNodes) {
  two_nodes();
  std::set<std::uint32_t> asked;
  node.quirk = [&](std::uint32_t at, const rpc_request& x) -> std::optional<rpc_result> {
    if (x.method != "eth_sendRawTransaction") return std::nullopt;
    asked.insert(at);
    if (at == 0) return fake_node::ok(chain::keccak256("taken, and kept to itself").hex());
    return std::nullopt;
  };
  ASSERT_TRUE(ask(call(1)));
  pass(31s);
  EXPECT_EQ(asked, (std::set<std::uint32_t>{0, 1}));
  mine_for_good();
  EXPECT_EQ(node.count, 1U);
}

}  // namespace
}  // namespace headroom::test
