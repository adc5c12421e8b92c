#include "chain/polymarket/deposit_wallet.hpp"

#include <gtest/gtest.h>

#include "tests/chain/vectors.hpp"

namespace headroom::chain::polymarket {
namespace {

constexpr const char* anvil_key =
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

struct DepositWallet : testing::Test {
  const test::json& v = test::load("polymarket-onchain.json").at("deposit_wallet_batch");
  const test::json& request = v.at("request");
  const test::json& params = request.at("depositWalletParams");
  address factory = test::account_of(request.at("to"));
  wallet_batch batch = [this] {
    wallet_batch out;
    out.wallet = test::account_of(params.at("depositWallet"));
    out.nonce = static_cast<std::uint64_t>(test::number_of(request.at("nonce")));
    out.deadline = static_cast<std::uint64_t>(test::number_of(params.at("deadline")));
    for (const auto& c : params.at("calls")) {
      actors::contract_call call;
      call.to = test::account_of(c.at("target"));
      call.value = test::id_of(c.at("value"));
      call.data = test::bytes_of(c.at("data"));
      out.calls.push_back(std::move(call));
    }
    return out;
  }();
  private_key key = private_key::parse(anvil_key).value();
};

TEST_F(DepositWallet, ABatchIsHashedSignedAndPostedAsTheOfficialClientDoes) {
  const std::uint64_t chain = v.at("domain").at("chainId");
  EXPECT_EQ(digest_of(batch, chain), test::hash_of(v.at("digest")));
  const auto done = sign(batch, chain, key);
  EXPECT_EQ(done.owner, test::account_of(request.at("from")));
  EXPECT_EQ(done.signature.hex(), request.at("signature").get<std::string>());
  const auto ours = nlohmann::ordered_json::parse(submit_body(done, factory, ""));
  EXPECT_EQ(test::json::parse(ours.dump()), request);
  std::vector<std::string> names;
  for (const auto& [name, value] : ours.items()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"type", "from", "to", "nonce", "signature",
                                             "depositWalletParams"}));
}

TEST_F(DepositWallet, EveryPartOfABatchIsSigned) {
  const auto before = digest_of(batch, 137);
  const auto differs = [&](auto change) {
    auto other = batch;
    change(other);
    return digest_of(other, 137) != before;
  };
  EXPECT_NE(digest_of(batch, 80002), before);
  EXPECT_TRUE(differs([](auto& b) { b.nonce += 1; }));
  EXPECT_TRUE(differs([](auto& b) { b.deadline += 1; }));
  EXPECT_TRUE(differs([](auto& b) { b.wallet.bytes[0] ^= 1; }));
  EXPECT_TRUE(differs([](auto& b) { b.calls.front().to.bytes[0] ^= 1; }));
  EXPECT_TRUE(differs([](auto& b) { b.calls.front().data.back() ^= 1; }));
  EXPECT_TRUE(differs([](auto& b) { b.calls.front().value.bytes[31] ^= 1; }));
  EXPECT_TRUE(differs([](auto& b) { b.calls.push_back(b.calls.front()); }));
  EXPECT_TRUE(differs([](auto& b) { b.calls.clear(); }));
}

TEST_F(DepositWallet, ANewOneIsAskedForAsTheOfficialClientDoes) {
  EXPECT_EQ(test::json::parse(creation_body(key.address_of(), factory)), v.at("create_request"));
}

TEST_F(DepositWallet, StandsWhereTheOfficialClientDerivesIt) {
  const auto& all = test::load("polymarket-onchain.json");
  const auto& config = all.at("wallet_derivation_config");
  EXPECT_EQ(beacon_wallet_of(key.address_of(), test::account_of(config.at("depositWalletFactory")),
                             test::account_of(config.at("depositWalletBeacon"))),
            test::account_of(all.at("wallets_of_anvil_key_0").at("deposit_wallet_beacon_current")));
}

TEST_F(DepositWallet, ANoteIsCutToWhatTheRelayerTakes) {
  const auto done = sign(batch, 137, key);
  const auto body = test::json::parse(submit_body(done, factory, std::string(600, 'x')));
  EXPECT_EQ(body.at("metadata").get<std::string>(), std::string(500, 'x'));
}

}  // namespace
}  // namespace headroom::chain::polymarket
