#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "config/settings.hpp"
#include "tests/support/source_tree.hpp"

namespace headroom::config {
namespace {

using nlohmann::json;

struct VenueAccounts : testing::Test {
  json document = [] {
    std::ifstream in{headroom::test::source_tree() / "config" / "production.example.json"};
    return json::parse(in);
  }();

  void SetUp() override {
    document.erase("venue_key");
    document["venue"].erase("accounts");
    document["wallet_key"] = {{"env", "WALLET"}};
  }
  std::string error_of(const json& accounts) {
    document["venue"]["accounts"] = accounts;
    return parse(document.dump()).error;
  }
  [[nodiscard]] std::vector<venue_account> accounts() const {
    const auto out = parse(document.dump());
    EXPECT_EQ(out.error, "");
    return out.value.venue_accounts();
  }
};

TEST_F(VenueAccounts, AreReadInTheirOrderTheFirstBets) {
  document["venue"]["accounts"] =
      json::array({{{"name", "main"}, {"env", "MAIN"}}, {{"name", "second-1"}, {"file", "/k"}}});
  const auto all = accounts();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "main");
  EXPECT_EQ(all[0].key.env, "MAIN");
  EXPECT_EQ(all[1].name, "second-1");
  EXPECT_EQ(all[1].key.file, "/k");
}

TEST_F(VenueAccounts, SayForWhomTheirKeySigns) {
  document["relayer_key"] = {{"env", "RELAYER"}};
  const std::string wallet = "0xbc0ff067b7740eff76c1ca93c875ba6b890d6b50";
  document["venue"]["accounts"] =
      json::array({{{"name", "own"}, {"env", "A"}, {"enabled", false}},
                   {{"name", "deposit"}, {"env", "B"}, {"signature_type", 3}, {"wallet", wallet}}});
  const auto all = accounts();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].signature_type, 0);
  EXPECT_TRUE(all[0].wallet.is_zero());
  EXPECT_FALSE(all[0].enabled);
  EXPECT_EQ(all[1].signature_type, 3);
  EXPECT_EQ(all[1].wallet.hex(), wallet);
  EXPECT_TRUE(all[1].enabled);
}

TEST_F(VenueAccounts, ANumberThatIsNoKindOrAWalletThatDoesNotBelongIsRefused) {
  const auto with = [this](const json& more) {
    json one{{"name", "main"}, {"env", "MAIN"}};
    one.update(more);
    return error_of(json::array({one}));
  };
  const std::string wallet = "0xbc0ff067b7740eff76c1ca93c875ba6b890d6b50";
  for (const json& bad : {json(1), json(4), json(-1), json("3"), json(2.5)})
    EXPECT_EQ(with({{"signature_type", bad}, {"wallet", wallet}}),
              "venue.accounts[0].signature_type must be 0, 2 or 3")
        << bad;
  EXPECT_EQ(with({{"signature_type", 3}}),
            "venue.accounts[0].wallet must be set: who holds the money of signature_type 3");
  EXPECT_EQ(
      with({{"wallet", wallet}}),
      "venue.accounts[0].wallet must not stand beside signature_type 0: the key's own account "
      "pays");
  for (const json& bad : {json("0x12"), json(wallet.substr(2))})
    EXPECT_EQ(with({{"signature_type", 2}, {"wallet", bad}}),
              "venue.accounts[0].wallet must be an address: 0x and 40 hex digits");
  EXPECT_EQ(with({{"wallet", 7}}), "venue.accounts[0].wallet must be a string");
  EXPECT_EQ(with({{"enabled", 1}}), "venue.accounts[0].enabled must be true or false");
  EXPECT_EQ(with({{"enabled", false}}), "venue.accounts must have one that is enabled");
}

TEST_F(VenueAccounts, TheSingleKeyOfEarlierSettingsIsAListOfOne) {
  document["venue_key"] = {{"env", "VENUE"}};
  ASSERT_EQ(accounts().size(), 1U);
  EXPECT_EQ(accounts()[0].name, "main");
  EXPECT_EQ(accounts()[0].key.env, "VENUE");
  for (const json& none : {json::object(), json{{"env", ""}}}) {
    document["venue_key"] = none;
    ASSERT_EQ(accounts().size(), 1U);
    EXPECT_EQ(accounts()[0].key.env, "WALLET") << none;
  }
  document.erase("venue_key");
  ASSERT_EQ(accounts().size(), 1U);
  EXPECT_EQ(accounts()[0].key.env, "WALLET") << "the wallet bets";
}

TEST_F(VenueAccounts, AContractsAccountNamesTheContractAndHowItSigns) {
  document["relayer_key"] = {{"env", "RELAYER"}};
  const std::string wallet = "0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50";
  document["venue"]["accounts"] =
      json::array({{{"name", "main"}, {"env", "MAIN"}, {"signature_type", 3}, {"wallet", wallet}},
                   {{"name", "plain"}, {"env", "PLAIN"}}});
  const auto all = accounts();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].signature_type, 3);
  EXPECT_EQ(all[0].wallet, *address::parse(wallet));
  EXPECT_EQ(all[1].signature_type, 0);
  EXPECT_TRUE(all[1].wallet.is_zero());
}

TEST_F(VenueAccounts, ADepositWalletNeedsTheRelayersKey) {
  const std::string wallet = "0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50";
  const auto with = [&](int type) {
    return error_of(json::array(
        {{{"name", "main"}, {"env", "K"}, {"signature_type", type}, {"wallet", wallet}}}));
  };
  EXPECT_EQ(with(2), "");
  EXPECT_EQ(with(3),
            "venue.accounts[0]: with signature_type 3 relayer_key must name a file or an "
            "environment variable");
}

TEST_F(VenueAccounts, WhatCannotBeUsedIsNamed) {
  const json good{{"name", "main"}, {"env", "K"}};
  const auto with = [&](const char* field, const json& value) {
    auto one = good;
    one[field] = value;
    return json::array({one});
  };
  EXPECT_EQ(error_of(json::array()), "venue.accounts must be a list of one object at least");
  EXPECT_EQ(error_of("main"), "venue.accounts must be a list of one object at least");
  EXPECT_EQ(error_of(json::array({1})), "venue.accounts[0]: must be an object");
  EXPECT_EQ(error_of(with("nmae", "x")), "venue.accounts[0].nmae is not a setting");
  EXPECT_EQ(error_of(with("name", 7)), "venue.accounts[0].name must be a string");
  for (const auto* name : {"", "Main", "a b", "a_b", "0123456789012345678901234567890123"})
    EXPECT_EQ(error_of(with("name", name)),
              "venue.accounts[0].name must be 1 to 32 of a-z, 0-9 and -")
        << name;
  EXPECT_EQ(error_of(with("env", "")),
            "venue.accounts[0] must name a file or an environment variable");
  EXPECT_EQ(error_of(json::array({good, good})), "venue.accounts[0].name is taken already");
  document["venue_key"] = {{"env", "VENUE"}};
  EXPECT_EQ(error_of(json::array({good})), "venue.accounts must not stand beside venue_key");
}

}  // namespace
}  // namespace headroom::config
