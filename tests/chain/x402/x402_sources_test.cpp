#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "chain/evm/secp256k1.hpp"
#include "chain/x402/x402.hpp"
#include "chain/x402/x402_port.hpp"
#include "net/base64.hpp"

/// Several sources at one URL, without a chain: what is shown, and which one a payment is for.
namespace headroom::chain::x402 {
namespace {

using nlohmann::json;

terms source(std::string name, std::uint64_t chain_id, std::uint8_t token) {
  terms t;
  t.source = name;
  t.chain_id = chain_id;
  t.networks_v1 = {std::move(name), "eip155:" + std::to_string(chain_id)};
  t.asset.bytes.fill(token);
  t.pay_to.bytes.fill(0x70);
  t.resource = "https://pay.example.com/deposit";
  t.token_name = chain_id == 9745 ? "USDT0" : "USD Coin";
  t.token_version = chain_id == 9745 ? "1" : "2";
  return t;
}
std::vector<terms> three() {
  return {source("plasma", 9745, 1), source("polygon", 137, 2), source("base", 8453, 3)};
}

json header_of(const std::string& text) { return json::parse(net::from_base64(text).value()); }
std::string networks_in(const json& demand) {
  std::string out;
  for (const auto& x : demand.at("accepts")) out += x.at("network").get<std::string>() + " ";
  return out;
}

payment paying(const terms& t, std::uint8_t version, usdc amount = 5_usdc) {
  payment p;
  p.version = version;
  p.scheme = "exact";
  p.network = version == 2 ? t.network() : t.networks_v1.front();
  p.accepted = {std::to_string(amount.micro), t.asset.hex(), t.pay_to.hex(),
                t.max_timeout_seconds,        t.token_name,  t.token_version};
  p.message.to = t.pay_to;
  p.message.value = uint256::of(static_cast<std::uint64_t>(amount.micro));
  p.message.valid_before = uint256::of(1'800'000'000);
  const auto key = private_key::parse(std::string(63, '0') + "7").value();
  p.message.from = key.address_of();
  const auto signature = key.sign(eip3009::digest(t.token_domain(), p.message)).bytes();
  p.signature.assign(signature.bytes.begin(), signature.bytes.end());
  return p;
}

TEST(X402Sources, OneDemandOffersAllThatTakeTheAmount) {
  auto all = three();
  all[1].most = 4_usdc;
  const auto port = make_x402_port(all);
  EXPECT_EQ(networks_in(header_of(port->require(3_usdc, "").header_v2)),
            "eip155:9745 eip155:137 eip155:8453 ");
  EXPECT_EQ(networks_in(header_of(port->require(5_usdc, "").header_v2)),
            "eip155:9745 eip155:8453 ");
  all[2].enabled = false;
  EXPECT_EQ(networks_in(header_of(make_x402_port(all)->require(5_usdc, "").header_v2)),
            "eip155:9745 ");
}

TEST(X402Sources, Version1IsShownWhatItsClientsKnow) {
  const auto body = [](const std::vector<terms>& all) {
    return networks_in(json::parse(make_x402_port(all)->require(5_usdc, "").body_v1));
  };
  EXPECT_EQ(body(three()), "polygon base ") << "one unknown name fails the whole list for them";
  EXPECT_EQ(body({three()[0]}), "plasma ") << "other clients know it";
}

TEST(X402Sources, ATokenThatSignsOtherwiseIsNotOffered) {
  const auto gate = std::make_shared<source_gate>();
  const auto port = make_x402_port(three(), gate);
  gate->refuse(three()[0].money(), true);
  EXPECT_EQ(networks_in(header_of(port->require(5_usdc, "").header_v2)), "eip155:137 eip155:8453 ");
  for (const auto& t : three()) gate->refuse(t.money(), true);
  EXPECT_EQ(networks_in(header_of(port->require(5_usdc, "").header_v2)),
            "eip155:9745 eip155:137 eip155:8453 ")
      << "a demand names something; their payments are answered 503";
  gate->refuse(three()[0].money(), false);
  EXPECT_EQ(networks_in(header_of(port->require(5_usdc, "").header_v2)), "eip155:9745 ");
}

TEST(X402Sources, EachOfferSaysWhatItCostsAndWhatIsCredited) {
  auto all = three();
  for (auto& t : all) t.pricing = {30, 10'000_micro, {}};
  const auto demand = header_of(make_x402_port(all)->require(100_usdc, "").header_v2);
  for (const auto& x : demand.at("accepts")) {
    EXPECT_EQ(x.at("amount"), "100000000");
    EXPECT_EQ(x.at("extra").at("rate"), "1");
    EXPECT_EQ(x.at("extra").at("fee"), "300000");
    EXPECT_EQ(x.at("extra").at("credited"), "99700000");
  }
  all[1].pricing.rate_bps = 9'990;
  const auto below = header_of(make_x402_port(all)->require(100_usdc, "").header_v2);
  EXPECT_EQ(below.at("accepts")[0].at("extra").at("rate"), "1");
  EXPECT_EQ(below.at("accepts")[1].at("extra").at("rate"), "0.999");
  EXPECT_EQ(below.at("accepts")[1].at("extra").at("fee"), "400000");
  EXPECT_EQ(below.at("accepts")[1].at("extra").at("credited"), "99600000");
  const auto small = header_of(make_x402_port(three())->require(1_usdc, "").header_v2);
  EXPECT_EQ(small.at("accepts")[2].at("extra").at("fee"), "0");
  EXPECT_EQ(small.at("accepts")[2].at("extra").at("credited"), "1000000");
}

TEST(X402Sources, ARefusalForTheNetworkListsWhatIsTaken) {
  const auto port = make_x402_port(three());
  for (const auto* code : {"invalid_network", "invalid_exact_evm_network_mismatch",
                           "invalid_payment_requirements", "source_not_offered"}) {
    const auto why = json::parse(port->require(5_usdc, code).body_v1);
    EXPECT_EQ(why.at("error"), code);
    EXPECT_NE(why.at("error_description")
                  .get<std::string>()
                  .find("USDT0 on eip155:9745, USD Coin on eip155:137, USD Coin on eip155:8453"),
              std::string::npos)
        << why;
  }
}

TEST(X402Sources, APaymentIsMatchedByNetworkAndToken) {
  const auto all = three();
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const std::uint8_t version : {std::uint8_t{1}, std::uint8_t{2}}) {
      EXPECT_EQ(source_of(paying(all[i], version), all, 5_usdc), i);
      EXPECT_EQ(verify(paying(all[i], version), all[i], 5_usdc, std::nullopt), "");
    }
  EXPECT_EQ(source_of(paying(source("ethereum", 1, 9), 2), all, 5_usdc), std::nullopt);
  const auto other_token = paying(source("polygon", 137, 9), 2);
  EXPECT_EQ(source_of(other_token, all, 5_usdc), 1U) << "whose checks name what is wrong";
  EXPECT_EQ(verify(other_token, all[1], 5_usdc, std::nullopt), "invalid_payment_requirements");
}

TEST(X402Sources, OfTwoTokensOnOneNetworkVersion1MeansTheOneItSigned) {
  auto all = three();
  all.push_back(source("polygon", 137, 4));
  all.back().token_name = "USDT0";
  all.back().token_version = "1";
  EXPECT_EQ(source_of(paying(all[1], 1), all, 5_usdc), 1U);
  EXPECT_EQ(source_of(paying(all[3], 1), all, 5_usdc), 3U);
  EXPECT_EQ(source_of(paying(all[3], 2), all, 5_usdc), 3U);
  auto forged = paying(all[3], 1);
  forged.message.nonce.bytes[0] = 1;
  EXPECT_EQ(source_of(forged, all, 5_usdc), 1U) << "the first, for nobody's signature fits";
}

TEST(X402Sources, AnAnswerNamesTheSourceThatWasPaid) {
  const auto port = make_x402_port(three());
  const auto network = [&](std::uint8_t version, const money_source& s) {
    return header_of(port->respond(version, s, {}, {}, 5_usdc, "")).at("network");
  };
  EXPECT_EQ(network(2, three()[1].money()), "eip155:137");
  EXPECT_EQ(network(1, three()[2].money()), "base");
  EXPECT_EQ(network(1, {42, {}}), "eip155:42") << "one that is configured no more";
}

}  // namespace
}  // namespace headroom::chain::x402
