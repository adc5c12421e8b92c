#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "config/settings.hpp"
#include "config/showing.hpp"
#include "tests/support/source_tree.hpp"

namespace headroom::config {
namespace {

using nlohmann::json;

struct Sources : testing::Test {
  json document = [] {
    std::ifstream in{headroom::test::source_tree() / "config" / "production.example.json"};
    return json::parse(in);
  }();

  void SetUp() override { document.erase("base"); }
  void with_base() {
    document["base"] = {{"chain_id", 8453},
                        {"rpc", json::array({"https://base.example"})},
                        {"usdc", "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"}};
  }
  std::string error_of(const json& sources) {
    document["sources"] = sources;
    return parse(document.dump()).error;
  }
  std::vector<source_setting> sources() const {
    const auto out = parse(document.dump());
    EXPECT_EQ(out.error, "");
    return out.value.paid_sources();
  }
};

TEST_F(Sources, WithoutAListAreTheUsualOnesOfTheChainsThatAreThere) {
  auto all = sources();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "plasma");
  EXPECT_EQ(all[0].token_name, "USDT0");
  EXPECT_EQ(all[0].networks_v1, (std::vector<std::string>{"eip155:9745", "plasma"}));
  EXPECT_EQ(all[0].minimum, 1_usdc);
  EXPECT_EQ(all[1].name, "polygon");
  EXPECT_EQ(all[1].token.hex(), "0x3c499c542cef5e3811e1192ce70d8cc03d5c3359");
  EXPECT_EQ(all[1].token_name, "USD Coin");
  EXPECT_EQ(all[1].token_version, "2");
  EXPECT_EQ(all[1].networks_v1, (std::vector<std::string>{"polygon", "eip155:137"}));
  with_base();
  all = sources();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[2].name, "base");
  EXPECT_EQ(all[2].token.hex(), "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913");
  EXPECT_EQ(all[2].networks_v1.front(), "base");
}

TEST_F(Sources, AListSaysWhichAndInWhichOrder) {
  document["sources"] =
      json::array({{{"network", "polygon"}, {"minimum", "5.00"}, {"large_from", "1000"}},
                   {{"network", "plasma"},
                    {"enabled", false},
                    {"price_feed", "0xdbbb0b5dd13e7ac9c56624834ef193df87b022c3"},
                    {"price_within_bps", 75}}});
  const auto all = sources();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].network, "polygon");
  EXPECT_EQ(all[0].minimum, 5_usdc);
  EXPECT_EQ(all[0].maximum, 50'000_usdc) << "that of `deposits`";
  EXPECT_EQ(all[0].large_from, 1'000_usdc);
  EXPECT_EQ(all[0].large_finality, final_by::tag);
  EXPECT_FALSE(all[1].enabled);
  EXPECT_EQ(all[1].price_within_bps, 75U);
  EXPECT_EQ(all[1].price_network, "plasma");
}

TEST_F(Sources, TwoTokensOfOneChainHaveTwoNames) {
  const std::string token = "0xc2132d05d31c914a87c6611c10748aeb04b58e8f";
  document["sources"] = json::array({{{"network", "polygon"}},
                                     {{"network", "polygon"},
                                      {"token", token},
                                      {"token_name", "USDT0"},
                                      {"token_version", "1"}}});
  const auto all = sources();
  EXPECT_EQ(all[1].name, "polygon-" + token);
  EXPECT_NE(all[0].name, all[1].name);
}

TEST_F(Sources, UsdcOnPlasmaIsOneMoreTokenThere) {
  const std::string usdc = "0x2d661c89d812261039af9764eceaaee884f5f67f";
  document["cctp"]["plasma_usdc"] = usdc;
  EXPECT_EQ(sources().size(), 2U) << "it is asked for where `sources` names it, not before";
  document["sources"] = json::array(
      {{{"network", "plasma"}},
       {{"network", "plasma"}, {"token", usdc}, {"token_name", "USDC"}, {"token_version", "2"}}});
  const auto all = sources();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].token_name, "USDT0");
  EXPECT_EQ(all[1].token.hex(), usdc);
  EXPECT_EQ(all[1].token_name, "USDC");
  EXPECT_EQ(all[1].networks_v1, all[0].networks_v1);
}

TEST_F(Sources, OneWithoutAPriceIsNamedUntilSomebodySaysThatItMayBe) {
  using names = std::vector<std::string>;
  const auto unguarded = [&] { return parse(document.dump()).value.unguarded_sources(); };
  EXPECT_EQ(unguarded(), (names{"plasma", "polygon"}));
  document["sources"] = json::array(
      {{{"network", "plasma"}, {"price_feed", "0xdbbb0b5dd13e7ac9c56624834ef193df87b022c3"}},
       {{"network", "polygon"}}});
  EXPECT_EQ(unguarded(), names{"polygon"});
  document["sources"][1]["price_guard"] = false;
  EXPECT_EQ(unguarded(), names{});
  document["sources"][0]["price_guard"] = false;
  EXPECT_FALSE(sources().front().is_guarded()) << "the feed is kept, and not asked";
  document["sources"] = json::array({{{"network", "plasma"}, {"enabled", false}},
                                     {{"network", "polygon"}, {"price_guard", false}}});
  EXPECT_EQ(unguarded(), names{}) << "what is switched off credits nothing new";
  document.erase("sources");
  document["profile"] = "sandbox";
  EXPECT_EQ(unguarded(), names{});
}

TEST_F(Sources, WhatDoesNotFitIsNamed) {
  const json plasma{{"network", "plasma"}};
  const auto with = [&](const char* key, const json& value) {
    auto one = plasma;
    one[key] = value;
    return error_of(json::array({one}));
  };
  EXPECT_EQ(error_of(json::array({plasma, plasma})), "sources[0].token is listed already");
  EXPECT_EQ(with("network", "ethereum"),
            "sources[0].network must be plasma, polygon, or base where it is configured");
  EXPECT_EQ(with("network", "base"),
            "sources[0].network must be plasma, polygon, or base where it is configured");
  EXPECT_EQ(with("enabled", false), "sources must have one that is enabled");
  EXPECT_EQ(with("maximum", "0.5"), "sources[0].maximum must not be below the minimum");
  EXPECT_EQ(with("rate_bps", 10'001), "sources[0].rate_bps must be from 5000 to 10000");
  EXPECT_EQ(with("price_within_bps", 0), "sources[0].price_within_bps must be from 1 to 5000");
  EXPECT_EQ(with("price_network", "base"),
            "sources[0].price_network must be plasma, polygon, or base where it is configured");
  EXPECT_EQ(with("token", "0xc2132d05d31c914a87c6611c10748aeb04b58e8f"),
            "sources[0].token_name and .token_version must be set for this token");
  EXPECT_EQ(with("networks_v1", json::array({""})),
            "sources[0].networks_v1 must not list an empty name");
  EXPECT_EQ(with("colour", "red"), "sources[0].colour is not a setting");
  EXPECT_EQ(error_of(json::array({7})), "sources[0]: must be an object");
}

TEST_F(Sources, AFeeLeavesSomethingOfTheSmallestDeposit) {
  document["deposits"]["fee_min"] = "1.00";
  EXPECT_EQ(parse(document.dump()).error, "deposits.fee_min leaves nothing of a source's minimum");
  document["deposits"]["fee_min"] = "0.50";
  EXPECT_EQ(parse(document.dump()).error, "");
  document["deposits"]["fee_max"] = "0.40";
  EXPECT_EQ(parse(document.dump()).error, "deposits.fee_max must not be below fee_min");
}

TEST_F(Sources, WhatIsShownCanBeRead) {
  document["sources"] = json::array(
      {{{"network", "polygon"}, {"minimum", "5.00"}}, {{"network", "plasma"}, {"enabled", false}}});
  const auto out = parse(document.dump());
  ASSERT_EQ(out.error, "");
  const auto text = show(out.value, out.sources);
  EXPECT_NE(
      text.find(
          R"("sources": [{"minimum":"5.00","network":"polygon"},{"enabled":false,"network":"plasma"}])"),
      std::string::npos)
      << text;
}

}  // namespace
}  // namespace headroom::config
