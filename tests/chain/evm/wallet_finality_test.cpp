#include "tests/chain/evm/wallet_fixture.hpp"

/// Whose word makes a transaction final for the wallet.
namespace headroom::test {
namespace {

struct WalletFinality : Wallet {
  /// Mined, five blocks deep, and the nodes' `finalized` stands at genesis.
  void deep_and_not_tagged(final_by word) {
    settings.finality = {2, word};
    node.finalized = 0;
    restart();
    ASSERT_TRUE(ask(call(1)));
    node.mine();
    node.add_blocks(5);
    pass(5s);
  }
};

TEST_F(WalletFinality, TheTagThatIsDemandedIsWaitedForHoweverDeepItIs) {
  deep_and_not_tagged(final_by::both);
  EXPECT_EQ(state_of(1), operation_state::pending);
  node.finalized = node.blocks.size() - 1;
  pass(2s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
}

TEST_F(WalletFinality, WithoutATagNothingIsFinalWhereItIsDemanded) {
  deep_and_not_tagged(final_by::tag);
  node.finalized.reset();
  pass(60s);
  EXPECT_EQ(state_of(1), operation_state::pending);
}

TEST_F(WalletFinality, DepthIsEnoughWhereEitherWordIs) {
  deep_and_not_tagged(final_by::either);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
}

/// The tag alone: earlier than any depth.
TEST_F(WalletFinality, TheTagIsEnoughForItselfAtOnce) {
  settings.finality = {1'000, final_by::tag};
  node.finalized = 0;
  restart();
  ASSERT_TRUE(ask(call(1)));
  node.mine();
  node.finalized = node.blocks.size() - 1;
  pass(2s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
}

}  // namespace
}  // namespace headroom::test
