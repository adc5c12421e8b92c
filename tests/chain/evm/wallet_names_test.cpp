#include "actors/house_counters.hpp"
#include "tests/chain/evm/wallet_fixture.hpp"

/// How alerts and metrics call a wallet: by its chain, unless two accounts share it.
namespace headroom::test {
namespace {

constexpr auto no_gas = "wallet.no_gas";

TEST_F(Wallet, AloneOnItsChainItIsCalledByTheChain) {
  node.balance = 1;
  EXPECT_FALSE(ask(call(1)));
  EXPECT_TRUE(dir.gauges.alerts().lasts(no_gas, "9745"));
  EXPECT_EQ(dir.gauges.counters().coins().size(), 1U);
  EXPECT_TRUE(dir.gauges.counters().coins().contains("9745"));
}

TEST_F(Wallet, TwoAccountsOnAChainNeverClearEachOthersAlerts) {
  settings.alone_on_chain = false;
  restart();
  const auto first = "9745/" + key->address_of().hex();
  node.balance = 1;
  EXPECT_FALSE(ask(call(1)));
  EXPECT_TRUE(dir.gauges.alerts().lasts(no_gas, first));
  EXPECT_FALSE(dir.gauges.alerts().lasts(no_gas, "9745"));

  key = std::make_shared<chain::private_key>(*chain::private_key::parse(
      "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"));
  node.balance = 1'000'000'000'000'000'000;
  start();  // the other account's, beside it
  const auto second = "9745/" + key->address_of().hex();
  EXPECT_TRUE(ask(call(2)));
  EXPECT_TRUE(dir.gauges.alerts().lasts(no_gas, first)) << "it is another's";
  EXPECT_FALSE(dir.gauges.alerts().lasts(no_gas, second));
  EXPECT_EQ(dir.gauges.counters().coins().size(), 2U);
}

}  // namespace
}  // namespace headroom::test
