#include "chain/evm/eth.hpp"
#include "chain/evm/keccak.hpp"
#include "tests/chain/live/house.hpp"

namespace headroom::test {
namespace {

using namespace std::chrono_literals;

/// The wallet against anvil: blocks at once and one every second.
struct WalletOnAnvil : House {
  std::shared_ptr<const chain::private_key> key;

  void SetUp() override {
    House::SetUp();
    if (!HasFatalFailure()) key = fresh_key();
  }
  address usdt0() const { return at(sandbox["plasma"]["usdt0"]); }
  actors::send_transaction transfer(const std::string& name, std::uint64_t value) {
    actors::send_transaction x;
    x.id = operation(name);
    x.purpose = "test";
    x.call.to = operation_target;
    x.call.value = uint256::of(value);
    return x;
  }
  address operation_target = fresh_poor_key().address_of();
};

TEST_F(WalletOnAnvil, ManySendsAtOnceAreAllConfirmedInNonceOrder) {
  const auto wallet = start_wallet("plasma", key, wallet_settings_of("plasma"));
  caf::scoped_actor self{sys};
  for (int i = 0; i < 40; ++i) self->send(wallet, transfer("many " + std::to_string(i), 1));
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(settled(wallet, operation("many " + std::to_string(i))).state,
              operation_state::confirmed);
  std::set<std::uint64_t> nonces;
  for (const auto& row : books.all()) nonces.insert(row.nonce);
  EXPECT_EQ(nonces.size(), 40U);
  EXPECT_EQ(*nonces.rbegin(), 39U);
}

/// No blocks while it lives; afterwards one every second (anvil has no way back to "at once, too").
struct no_blocks {
  explicit no_blocks(const std::function<void(const char*, json)>& r) : rpc{r} {
    rpc("evm_setAutomine", {false});
    rpc("evm_setIntervalMining", {0});
  }
  ~no_blocks() { rpc("evm_setIntervalMining", {1}); }
  std::function<void(const char*, json)> rpc;
};

TEST_F(WalletOnAnvil, NewWalletOnTheSameRowsSendsTheSameBytes) {
  const auto first = start_wallet("plasma", key, wallet_settings_of("plasma"));
  chain_operation stored;
  {
    const no_blocks pause{[&](const char* method, json params) { rpc("plasma", method, params); }};
    ASSERT_TRUE(send(first, transfer("same bytes", 5)));
    stored = books.find(operation("same bytes")).front();
    const auto hash = stored.tx_hash.hex();
    EXPECT_TRUE(eventually([&] {  // the pool has it
      return rpc("plasma", "eth_getTransactionByHash", {hash}).is_object();
    }));
    caf::anon_send_exit(first, caf::exit_reason::kill);
    rpc("plasma", "anvil_dropTransaction", {hash});
  }
  const auto second = start_wallet("plasma", key, wallet_settings_of("plasma"));
  const auto end = settled(second, stored.id);
  EXPECT_EQ(end.state, operation_state::confirmed);
  EXPECT_EQ(end.tx_hash, stored.tx_hash);
  EXPECT_EQ(books.find(stored.id).size(), 1U);
}

TEST_F(WalletOnAnvil, SilentChainIsWaitedFor) {
  const auto wallet = start_wallet("plasma", key, wallet_settings_of("plasma"));
  for (const auto* mode : {"hang", "http500", "refuse"}) {
    const auto name = std::string{"through "} + mode;
    ASSERT_TRUE(send(wallet, transfer(name, 1)));
    control(std::string{"/chain/plasma?mode="} + mode);
    const auto refused = send(wallet, transfer(name + " refused", 1));
    EXPECT_FALSE(refused);
    if (!refused) {
      EXPECT_EQ(actors::code_of(refused.error()), errc::unavailable);
    }
    control("/chain/plasma?mode=up");
    EXPECT_EQ(settled(wallet, operation(name)).state, operation_state::confirmed) << mode;
  }
}

TEST_F(WalletOnAnvil, FeeBumpIsMinedOnce) {
  auto settings = wallet_settings_of("plasma");
  settings.bump_after = 500ms;
  const auto wallet = start_wallet("plasma", key, settings);
  {
    const no_blocks pause{[&](const char* method, json params) { rpc("plasma", method, params); }};
    ASSERT_TRUE(send(wallet, transfer("bumped", 7)));
    EXPECT_TRUE(eventually([&] {  // blocks that it is too cheap for
      rpc("plasma", "anvil_setNextBlockBaseFeePerGas", {"0x174876e800"});
      rpc("plasma", "evm_mine");
      return books.find(operation("bumped")).size() >= 2;
    }));
    rpc("plasma", "anvil_setNextBlockBaseFeePerGas", {"0x3b9aca00"});
  }
  EXPECT_EQ(settled(wallet, operation("bumped")).state, operation_state::confirmed);
  EXPECT_EQ(rpc("plasma", "eth_getTransactionCount", {key->address_of().hex(), "latest"}), "0x1");
  EXPECT_EQ(rpc("plasma", "eth_getBalance", {operation_target.hex(), "latest"}), "0x7");
  int mined = 0;
  for (const auto& row : books.find(operation("bumped")))
    mined += row.status == operation_status::confirmed ? 1 : 0;
  EXPECT_EQ(mined, 1);
}

TEST_F(WalletOnAnvil, RevertIsReportedAndSpendsTheNonce) {
  const auto wallet = start_wallet("plasma", key, wallet_settings_of("plasma"));
  actors::send_transaction x;
  x.id = operation("reverts");
  x.purpose = "test";
  x.call.to = usdt0();
  x.call.data = {0xde, 0xad, 0xbe, 0xef};
  const auto refused = send(wallet, x);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(actors::detail_of(refused.error()).starts_with(chain::would_revert));
  x.call.gas_limit = 100'000;  // no estimate: it goes out
  ASSERT_TRUE(send(wallet, x));
  EXPECT_EQ(settled(wallet, x.id).state, operation_state::reverted);
  ASSERT_TRUE(send(wallet, transfer("after the revert", 1)));
  EXPECT_EQ(settled(wallet, operation("after the revert")).state, operation_state::confirmed);
}

TEST_F(WalletOnAnvil, LogsOfAnEarlierLifeAreReadAgain) {
  mint("plasma", "usdt0", key->address_of(), 5);
  auto wallet = start_wallet("plasma", key, wallet_settings_of("plasma"));
  actors::send_transaction x;
  x.id = operation("approve once");
  x.purpose = "approve";
  x.call.to = usdt0();
  x.call.data = chain::approve_call(operation_target, uint256::of(1));
  ASSERT_TRUE(send(wallet, x));
  EXPECT_EQ(settled(wallet, x.id).logs.size(), 1U);
  caf::anon_send_exit(wallet, caf::exit_reason::kill);
  wallet = start_wallet("plasma", key, wallet_settings_of("plasma"));
  const auto again = report(wallet, x.id);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state, operation_state::confirmed);
  EXPECT_EQ(again->logs.size(), 1U);
}

}  // namespace
}  // namespace headroom::test
