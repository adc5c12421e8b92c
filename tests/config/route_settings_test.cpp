#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "config/settings.hpp"
#include "tests/support/source_tree.hpp"

namespace headroom::config {
namespace {

using nlohmann::json;

/// The example with some sections' fields changed: what is said of it.
std::string error_with(const json& changes) {
  std::ifstream in{test::source_tree() / "config" / "production.example.json"};
  auto document = json::parse(in);
  document.merge_patch(changes);
  return parse(document.dump()).error;
}

TEST(RouteSettings, BaseIsAbsentOrWhole) {
  EXPECT_EQ(error_with(json::object()), "");
  const json whole{{"base",
                    {{"chain_id", 8'453},
                     {"rpc", json::array({"https://mainnet.base.org"})},
                     {"usdc", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"}}}};
  EXPECT_EQ(error_with(whole), "");
  struct row {
    const char* field;
    json value;
    const char* error;
  };
  const row table[] = {
      {"chain_id", nullptr, "base.chain_id must be set"},
      {"chain_id", 137, "base.chain_id must not be another chain's"},
      {"chain_id", 9'745, "base.chain_id must not be another chain's"},
      {"rpc", nullptr, "base.rpc must list at least one URL"},
      {"rpc", json::array({"mainnet.base.org"}), "base.rpc[0] must be an http(s) URL"},
      {"usdc", nullptr, "base.usdc must be set"},
      {"usdt0", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "base.usdt0 is not a setting"},
  };
  for (const auto& r : table) {
    auto document = whole;
    document["base"][r.field] = r.value;
    if (r.value.is_null()) document["base"].erase(r.field);
    const auto error = error_with(document);
    EXPECT_TRUE(error.starts_with(r.error)) << r.field << ": " << error;
  }
}

TEST(RouteSettings, WhatABridgeCouldNotUseIsRefusedByName) {
  struct row {
    const char* section;
    const char* field;
    json value;
    const char* error;
  };
  const row table[] = {
      {"conversion", "bridge_seconds", 29, "conversion.bridge_seconds must be from 30 to "},
      {"across", "api_url", "app.across.to/api", "across.api_url must be an http(s) URL"},
      {"across", "api_url", "https://app.across.to/api/", "across.api_url must be an http(s) URL"},
      {"across", "integrator_id", "00d1", "across.integrator_id must be two bytes"},
      {"across", "integrator_id", "0x00d1ff", "across.integrator_id must be two bytes"},
      {"across", "integrator_id", "0x00xy", "across.integrator_id must be two bytes"},
      {"across", "output_tokens", json::array({"USDC"}),
       "across.output_tokens must list addresses"},
      {"across", "fill_least_seconds", 901, "across.fill_window_seconds must be from fill_least"},
      {"across", "fill_most_seconds", 899, "across.fill_window_seconds must be from fill_least"},
      {"across", "fill_window_seconds", 1'201, "across.fill_window_seconds must be from 600 to "},
      {"oneinch", "api_url", "https://api.1inch.com/", "oneinch.api_url must be an http(s) URL"},
      {"oneinch", "requests_per_second", 0.05, "oneinch.requests_per_second must be from "},
      {"stargate", "least_bps", 9'499, "stargate.least_bps must be from "},
      {"conversion", "wrap", true, "conversion.wrap needs conversion.usdc to be"},
      {"venue", "supply_low", "1", "venue.supply_target must not be below supply_low"},
      {"cctp", "iris_url", "https://iris/", "cctp.iris_url must be an http(s) URL"},
      {"cctp", "plasma_usdc", "0xB8CE59FC3717ada4C02eaDF9682A9e934F625ebb",
       "cctp.plasma_usdc must not be plasma.usdt0"},
  };
  for (const auto& r : table) {
    const auto error = error_with({{r.section, {{r.field, r.value}}}});
    EXPECT_TRUE(error.starts_with(r.error)) << r.section << "." << r.field << ": " << error;
  }
  EXPECT_EQ(error_with({{"across", {{"integrator_id", "0x00d1"}}}}), "");
}

TEST(RouteSettings, ACapOnSlippageIsTheLeastThatALegMustBring) {
  settings s;
  s.core.conversion.routes = {{"tight", 0, 25}, {"loose", 0, 300}, {"free"}, {"any", 0, 10'000}};
  EXPECT_EQ(s.least_of("tight", 9'960), 9'975U);
  EXPECT_EQ(s.least_of("tight", 9'985), 9'985U) << "the leg's own is tighter";
  EXPECT_EQ(s.least_of("loose", 9'960), 9'960U);
  EXPECT_EQ(s.least_of("free", 9'960), 9'960U) << "zero is no cap";
  EXPECT_EQ(s.least_of("any", 9'960), 9'960U);
  EXPECT_EQ(s.least_of("nobody", 9'960), 9'960U);
}

TEST(RouteSettings, OkxIsOffOrHasAllThatItNeeds) {
  EXPECT_EQ(error_with({{"okx", {{"enabled", false}}}}), "");
  const json named{{"env", "A_SECRET"}};
  const json whole{
      {"okx",
       {{"enabled", true}, {"deposit_address", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"}}},
      {"okx_key", named},
      {"okx_secret_key", named},
      {"okx_passphrase_key", named}};
  EXPECT_EQ(error_with(whole), "");
  struct row {
    const char* section;
    const char* field;
    json value;
    const char* error;
  };
  const row table[] = {
      {"okx", "deposit_address", nullptr, "okx.deposit_address must be set"},
      {"okx", "deposit_chain", "", "okx.deposit_chain must be set"},
      {"okx", "withdrawal_chain", "", "okx.withdrawal_chain must be set"},
      {"okx", "url", "www.okx.com", "okx.url must be an http(s) URL"},
      {"okx", "receiver", "me", "okx.receiver must be \"private\""},
      {"okx", "least_bps", 8'999, "okx.least_bps must be from "},
      {"okx", "not_found_seconds", 59, "okx.not_found_seconds must be from 60 to "},
      {"okx_key", "env", "", "okx_key must name a file or an environment variable"},
      {"okx_secret_key", "env", "", "okx_secret_key must name a file or an environment variable"},
      {"okx_passphrase_key", "env", "",
       "okx_passphrase_key must name a file or an environment variable"},
      {"conversion", "usdc", "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174",
       "okx.enabled must not stand beside a conversion.usdc of USDC.e"},
  };
  for (const auto& r : table) {
    auto document = whole;
    document[r.section][r.field] = r.value;
    if (r.value.is_null()) document[r.section].erase(r.field);
    const auto error = error_with(document);
    EXPECT_TRUE(error.starts_with(r.error)) << r.section << "." << r.field << ": " << error;
  }
}

TEST(RouteSettings, RelayIsOffOrHasASite) {
  EXPECT_EQ(error_with({{"relay", {{"enabled", true}}}}), "");
  EXPECT_EQ(error_with({{"relay", {{"api_url", "https://api.relay.link/"}}}}),
            "relay.api_url must be an http(s) URL without a slash at its end");
}

}  // namespace
}  // namespace headroom::config
