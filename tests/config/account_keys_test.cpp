#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "config/settings.hpp"
#include "config/showing.hpp"
#include "tests/support/source_tree.hpp"

namespace headroom::config {
namespace {

using nlohmann::json;

constexpr const char* account = "0xbc0ff067b7740eff76c1ca93c875ba6b890d6b50";

struct AccountKeys : testing::Test {
  json document = [] {
    std::ifstream in{headroom::test::source_tree() / "config" / "production.example.json"};
    return json::parse(in);
  }();
  json signer{{"url", "https://signer.example/{chain_id}"}, {"account", account}};

  settings good() {
    const auto out = parse(document.dump());
    EXPECT_EQ(out.error, "");
    return out.value;
  }
  std::string error_of(const json& settlement) {
    document["keys"] = {{"settlement", settlement}};
    return parse(document.dump()).error;
  }
};

TEST_F(AccountKeys, AreTheWalletsUnlessTheyAreNamed) {
  document["keys"] = {{"withdrawals", {{"file", "/paying.key"}}}};
  const auto s = good();
  EXPECT_EQ(s.with_default(s.keys.settlement).key, s.wallet_key);
  EXPECT_EQ(s.with_default(s.keys.conversion).key, s.wallet_key);
  EXPECT_EQ(s.with_default(s.keys.withdrawals).key.file, "/paying.key");
  EXPECT_FALSE(s.with_default(s.keys.settlement).is_remote());
}

TEST_F(AccountKeys, ASourcesChainMayHaveOneOfItsOwn) {
  document["keys"] = {{"plasma", {{"file", "/plasma.key"}}}, {"base", {{"signer", signer}}}};
  const auto s = good();
  EXPECT_EQ(s.keys.plasma.key.file, "/plasma.key");
  EXPECT_EQ(s.keys.base.signer.account.hex(), account);
  EXPECT_FALSE(s.keys.conversion.named());
  EXPECT_TRUE(s.needs_wallet_key()) << "these stand in for no other";
  document["keys"] = {{"base", {{"file", "/k"}, {"signer", signer}}}};
  EXPECT_EQ(parse(document.dump()).error, "keys.base.signer must not stand beside a file or env");
}

TEST_F(AccountKeys, MayBeWithASignerElsewhere) {
  auto with_more = signer;
  with_more["timeout_ms"] = 700;
  with_more["token"] = {{"env", "SIGNER_TOKEN"}};
  document["keys"] = {{"settlement", {{"signer", with_more}}}};
  const auto s = good();
  const auto x = s.with_default(s.keys.settlement);
  EXPECT_TRUE(x.is_remote());
  EXPECT_EQ(x.signer.url, "https://signer.example/{chain_id}");
  EXPECT_EQ(x.signer.account.hex(), account);
  EXPECT_EQ(x.signer.timeout, std::chrono::milliseconds{700});
  EXPECT_EQ(x.signer.token.env, "SIGNER_TOKEN");
  EXPECT_FALSE(s.with_default(s.keys.conversion).is_remote());
}

TEST_F(AccountKeys, WhatContradictsItselfOrIsHalfSaidIsRefused) {
  EXPECT_EQ(error_of({{"file", "/k"}, {"signer", signer}}),
            "keys.settlement.signer must not stand beside a file or env");
  EXPECT_EQ(error_of({{"signer", {{"url", "https://signer.example"}}}}),
            "keys.settlement.signer.account must be set: what it signs for");
  EXPECT_EQ(error_of({{"signer", {{"account", account}}}}),
            "keys.settlement.signer.url must be set, with its account");
  EXPECT_EQ(error_of({{"signer", {{"token", {{"env", "T"}}}}}}),
            "keys.settlement.signer.url must be set, with its account");
  for (const char* url :
       {"signer.example", "ipc:///signer", "https://user:s3cret@signer.example"}) {
    signer["url"] = url;
    EXPECT_EQ(error_of({{"signer", signer}}),
              "keys.settlement.signer.url must be an http(s) URL without a user")
        << url;
  }
}

TEST_F(AccountKeys, TheWalletsIsNotNeededWhereEveryAccountHasItsOwn) {
  document.erase("wallet_key");
  document["venue_key"] = {{"env", "VENUE"}};
  document["keys"] = {{"settlement", {{"env", "A"}}}, {"conversion", {{"signer", signer}}}};
  EXPECT_EQ(parse(document.dump()).error, "wallet_key must name a file or an environment variable");
  document["keys"]["withdrawals"] = {{"env", "C"}};
  EXPECT_EQ(parse(document.dump()).error, "");
  document.erase("venue_key");
  EXPECT_EQ(parse(document.dump()).error, "wallet_key must name a file or an environment variable");
}

TEST_F(AccountKeys, NoSignersUrlIsShown) {
  document["keys"] = {{"settlement", {{"signer", signer}}}};
  const auto out = parse(document.dump());
  const auto text = show(out.value, out.sources);
  EXPECT_EQ(text.find("signer.example"), std::string::npos);
  EXPECT_NE(text.find(account), std::string::npos);
}

}  // namespace
}  // namespace headroom::config
