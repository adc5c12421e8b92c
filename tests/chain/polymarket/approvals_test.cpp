#include "chain/polymarket/approvals.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "chain/evm/abi.hpp"
#include "chain/polymarket/collateral_calls.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain::polymarket {
namespace {

using headroom::test::fake_node;

const test::json& vectors() { return test::load("polymarket-onchain.json"); }
const venue_contracts usual = contracts_of({}, {});

/// What was recorded of the unified client, by the name of ours.
TEST(Approvals, AreGivenByTheOfficialClientsCalls) {
  const std::map<std::string, const char*> recorded{
      {"pUSD to the exchange", "approve_pusd_standard_exchange"},
      {"pUSD to the neg-risk exchange", "approve_pusd_neg_risk_exchange"},
      {"shares to the exchange", "ctf_approval_standard_exchange"},
      {"shares to the collateral adapter", "ctf_approval_standard_adapter"},
      {"shares to the neg-risk collateral adapter", "ctf_approval_neg_risk_adapter"},
  };
  std::size_t compared = 0;
  for (const auto& a : needed_approvals(usual)) {
    const auto i = recorded.find(a.name);
    if (i == recorded.end()) continue;
    const auto& v = vectors().at("calls").at(i->second);
    const auto ours = give_approval(a);
    EXPECT_EQ(ours.to, test::account_of(v.at("to"))) << a.name;
    EXPECT_EQ(to_0x(ours.data), v.at("data").get<std::string>()) << a.name;
    ++compared;
  }
  EXPECT_EQ(compared, recorded.size());
}

TEST(Approvals, AreForBothExchangesBothAdaptersAndTheRetiredOne) {
  const auto& c = vectors().at("contracts_polygon");
  const auto at = [&](const char* name) { return test::account_of(c.at(name)); };
  std::set<std::pair<address, address>> ours;
  for (const auto& a : needed_approvals(usual)) ours.emplace(a.token, a.spender);
  const auto pusd = at("collateralToken");
  const auto ctf = at("conditionalTokens");
  EXPECT_EQ(ours, (std::set<std::pair<address, address>>{
                      {pusd, at("standardExchange")},
                      {pusd, at("negRiskExchange")},
                      {pusd, at("negRiskAdapter")},
                      {ctf, at("standardExchange")},
                      {ctf, at("negRiskExchange")},
                      {ctf, at("collateralAdapter")},
                      {ctf, at("negRiskCollateralAdapter")},
                      {ctf, at("negRiskAdapter")},
                  }));
}

TEST(Approvals, AnAnswerOfNoContractIsNoWord) {
  const auto all = needed_approvals(usual);
  const auto& allowance = all.front();
  const auto& operator_of_all = all.back();
  const auto word = [](const std::string& digits) {
    return fake_node::ok("0x" + std::string(64 - digits.size(), '0') + digits);
  };
  for (const auto& a : {allowance, operator_of_all}) {
    EXPECT_EQ(read_approval(a, fake_node::ok("0x")), std::nullopt);
    EXPECT_EQ(read_approval(a, fake_node::error(3, "execution reverted")), std::nullopt);
    EXPECT_EQ(read_approval(a, word("0")), false);
  }
  EXPECT_EQ(read_approval(operator_of_all, word("1")), true);
  EXPECT_EQ(read_approval(operator_of_all, word("2")), std::nullopt);
  EXPECT_EQ(read_approval(allowance, word(std::string(64, 'f'))), true);
  EXPECT_EQ(read_approval(allowance, word("38d7ea4c68000")), true) << "10^15";
  EXPECT_EQ(read_approval(allowance, word("38d7ea4c67fff")), false) << "one less";
}

// -- collateral ----------------------------------------------------------------------------------

TEST(CollateralCalls, HaveTheOfficialSelectorsAndTheUsualContracts) {
  const auto owner = test::account_of(vectors().at("wallets_of_anvil_key_0").at("eoa"));
  const auto selector = [](const char* of) {
    return vectors().at("selectors").at(of).get<std::string>();
  };
  const auto wrap = through_ramp(usual, owner, {ramp::wrap, 7_usdc});
  EXPECT_EQ(wrap.to, usual.onramp);
  EXPECT_EQ(to_0x(wrap.data),
            selector("wrap(address,address,uint256)") +
                "0000000000000000000000002791bca1f2de4661ed88a30c99a7a9449aa84174"
                "000000000000000000000000f39fd6e51aad88f6f4ce6ab8827279cfffb92266"
                "00000000000000000000000000000000000000000000000000000000006acfc0");
  const auto unwrap = through_ramp(usual, owner, {ramp::unwrap, 7_usdc});
  EXPECT_EQ(unwrap.to, usual.offramp);
  EXPECT_EQ(to_0x(unwrap.data).substr(0, 10), selector("unwrap(address,address,uint256)"));
  EXPECT_EQ(to_0x(unwrap.data).substr(10), to_0x(wrap.data).substr(10));
  EXPECT_EQ(approve_ramp(usual, {ramp::wrap, 7_usdc}).to, usual.usdc_e);
  EXPECT_EQ(approve_ramp(usual, {ramp::wrap, 7_usdc}).data,
            approve_call(usual.onramp, uint256::of(7'000'000)));
  EXPECT_EQ(approve_ramp(usual, {ramp::unwrap, 7_usdc}).to, usual.collateral);
  EXPECT_EQ(approve_ramp(usual, {ramp::unwrap, 7_usdc}).data,
            approve_call(usual.offramp, uint256::of(7'000'000)));
}

TEST(CollateralPlan, MovesBackToTheBufferBeyondTheMarksAndNotWithinThem) {
  struct row {
    usdc held, loose, buffer;
    std::optional<collateral_move> move;
    usdc missing;
  };
  const account_settings marks;  // 90 % to 110 %, at least $10
  const row table[] = {
      {1000_usdc, 500_usdc, 1000_usdc, std::nullopt, {}},
      {900_usdc, 500_usdc, 1000_usdc, std::nullopt, {}},
      {1100_usdc, 500_usdc, 1000_usdc, std::nullopt, {}},
      {899'999'999_micro, 500_usdc, 1000_usdc, collateral_move{ramp::wrap, 100'000'001_micro}, {}},
      {0_usdc, 300_usdc, 1000_usdc, collateral_move{ramp::wrap, 300_usdc}, 600_usdc},
      {0_usdc, 0_usdc, 1000_usdc, std::nullopt, 900_usdc},
      {0_usdc, 9_usdc, 9_usdc, std::nullopt, {}},  // too small to move
      {1'100'000'001_micro,
       0_usdc,
       1000_usdc,
       collateral_move{ramp::unwrap, 100'000'001_micro},
       {}},
      {50_usdc, 0_usdc, 0_usdc, collateral_move{ramp::unwrap, 50_usdc}, {}},
  };
  for (const auto& r : table) {
    const auto plan = plan_collateral({r.held, r.loose, {}, {}}, r.buffer, marks);
    EXPECT_EQ(plan.move, r.move) << to_string(r.held) << " of " << to_string(r.buffer);
    EXPECT_EQ(plan.missing, r.missing) << to_string(r.held) << " of " << to_string(r.buffer);
  }
}

/// An accepted withdrawal has left the buffer, and is paid from the USDC.e beside the pUSD.
TEST(CollateralPlan, LeavesAndMakesWhatWithdrawalsWaitFor) {
  struct row {
    usdc held, loose, buffer, waiting;
    std::optional<collateral_move> move;
  };
  const account_settings marks;
  const row table[] = {
      {1000_usdc, 0_usdc, 950_usdc, 50_usdc, collateral_move{ramp::unwrap, 50_usdc}},
      {1000_usdc, 30_usdc, 950_usdc, 50_usdc, collateral_move{ramp::unwrap, 20_usdc}},
      {1000_usdc, 50_usdc, 950_usdc, 50_usdc, std::nullopt},
      {1000_usdc, 0_usdc, 997_usdc, 3_usdc, collateral_move{ramp::unwrap, 10_usdc}},
      {2_usdc, 0_usdc, 0_usdc, 3_usdc, collateral_move{ramp::unwrap, 2_usdc}},
      {1500_usdc, 0_usdc, 1000_usdc, 50_usdc, collateral_move{ramp::unwrap, 500_usdc}},
      {800_usdc, 250_usdc, 1000_usdc, 100_usdc, collateral_move{ramp::wrap, 150_usdc}},
      {800_usdc, 100_usdc, 1000_usdc, 100_usdc, std::nullopt},
      {0_usdc, 0_usdc, 1000_usdc, 100_usdc, std::nullopt},
  };
  for (const auto& r : table)
    EXPECT_EQ(plan_collateral({r.held, r.loose, {}, {}}, r.buffer, marks, r.waiting).move, r.move)
        << to_string(r.held) << " and " << to_string(r.loose) << " of " << to_string(r.buffer);
}

TEST(CollateralPlan, WhatArrivedIsTheEventsWord) {
  const auto owner = test::account_of(vectors().at("wallets_of_anvil_key_0").at("eoa"));
  const auto transfer = [&](const address& token, const address& to, std::uint64_t value) {
    const auto amount = uint256::of(value);
    return actors::event_log{token,
                             {transfer_topic(), abi::word_of(usual.onramp), abi::word_of(to)},
                             {amount.bytes.begin(), amount.bytes.end()}};
  };
  const std::vector<actors::event_log> logs{transfer(usual.collateral, owner, 5'000'000),
                                            transfer(usual.collateral, usual.exchange, 7),
                                            transfer(usual.usdc_e, owner, 3)};
  EXPECT_EQ(brought(usual, owner, ramp::wrap, logs), 5_usdc);
  EXPECT_EQ(brought(usual, owner, ramp::unwrap, logs), 3_micro);
  EXPECT_EQ(brought(usual, owner, ramp::wrap, {}), usdc{});
}

}  // namespace
}  // namespace headroom::chain::polymarket
