#include "chain/polymarket/resolution.hpp"

#include <gtest/gtest.h>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/chain/polymarket/redeem_logs.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain::polymarket {
namespace {

using headroom::test::fake_node;
using headroom::test::redeem_logs;

const test::json& vectors() { return test::load("polymarket-onchain.json"); }

hash256 condition() { return test::hash_of(vectors().at("inputs").at("conditionId")); }
std::string selector_of(const byte_vector& call) { return to_0x(byte_view{call}.first(4)); }
const uint256 yes = uint256::of(7);
const uint256 no = uint256::of(8);
const std::vector<uint256> both{yes, no};

TEST(Resolution, RedeemsByTheOfficialClientsCall) {
  const contract_settings usual;
  for (const char* name : {"redeem_standard_market", "redeem_neg_risk_market"}) {
    const auto& v = vectors().at("calls").at(name);
    const auto call = redeem_all_call(usual.collateral, condition(), 2);
    EXPECT_EQ(to_0x(call), v.at("data").get<std::string>()) << name;
  }
  const auto& calls = vectors().at("calls");
  EXPECT_EQ(usual.collateral_adapter,
            test::account_of(calls.at("redeem_standard_market").at("to")));
  EXPECT_EQ(usual.neg_risk_collateral_adapter,
            test::account_of(calls.at("redeem_neg_risk_market").at("to")));
}

TEST(Resolution, HasTheRecordedSelectors) {
  const auto& s = vectors().at("selectors");
  const auto recorded = [&](const char* signature) { return s.at(signature).get<std::string>(); };
  EXPECT_EQ(selector_of(payout_denominator_call(condition())),
            recorded("payoutDenominator(bytes32)"));
  EXPECT_EQ(selector_of(payout_numerator_call(condition(), 1)),
            recorded("payoutNumerators(bytes32,uint256)"));
  EXPECT_EQ(selector_of(slot_count_call(condition())), recorded("getOutcomeSlotCount(bytes32)"));
  const std::vector<share_amount> amounts{{5}, {0}};
  const auto older = redeem_amounts_call(condition(), amounts);
  EXPECT_EQ(selector_of(older), "0xdbeccb23");
  EXPECT_EQ(older.size(), 4U + 5 * 32) << "condition, offset, length, two amounts";
  EXPECT_EQ(abi::reader{byte_view{older}.subspan(4)}.number(3), 5U);
}

TEST(Resolution, AsksForSharesOwnerByOwner) {
  const std::vector<address> owners{address{{1}}, address{{2}}};
  const auto call = shares_held_call(owners, both);
  EXPECT_EQ(selector_of(call),
            selector_of(abi::encoder{"balanceOfBatch(address[],uint256[])"}.done()));
  const abi::reader words{byte_view{call}.subspan(4)};
  EXPECT_EQ(words.number(2), 4U);
  EXPECT_EQ(words.account(4), owners[0]);
  EXPECT_EQ(words.account(5), owners[1]);
  EXPECT_EQ(words.number(8), 7U);
  EXPECT_EQ(words.number(9), 8U);
}

TEST(Resolution, ReadsHeldSharesOnlyWhole) {
  abi::encoder list;
  list.number(2).number(11).number(12);
  const auto data = abi::encoder{}.tuple(list).done();
  const auto held = read_shares_held(data, 2);
  ASSERT_TRUE(held);
  EXPECT_EQ((*held)[0].micro, 11);
  EXPECT_EQ((*held)[1].micro, 12);
  EXPECT_FALSE(read_shares_held(data, 3));
  EXPECT_FALSE(read_shares_held(data, 1));
  EXPECT_FALSE(read_shares_held(byte_view{data}.first(96), 2)) << "cut";
  EXPECT_FALSE(read_shares_held({}, 2));
  abi::encoder huge;
  huge.number(1).word(keccak256("more than 63 bits").view());
  EXPECT_FALSE(read_shares_held(abi::encoder{}.tuple(huge).done(), 1));
}

// -- the proof -----------------------------------------------------------------------------------

TEST(Resolution, ProvesWhatCameAndWhatWasBurnedOfEachOutcome) {
  const redeem_logs logs{.yes = 100'000'000, .no = 40'000'000, .paid = 100'000'000};
  const auto proof = read_redemption(logs.all(condition()), {}, logs.account, condition(), both);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->received, 100_usdc);
  EXPECT_EQ(proof->reported, 100_usdc);
  EXPECT_EQ(proof->burned[0].micro, 100'000'000);
  EXPECT_EQ(proof->burned[1].micro, 40'000'000);
}

TEST(Resolution, SharesThatTheAdapterKeepsAreNotBurned) {
  redeem_logs logs{.yes = 100'000'000, .no = 0, .paid = 0};
  logs.burns = false;
  const auto proof = read_redemption(logs.all(condition()), {}, logs.account, condition(), both);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->burned[0].micro, 0);
  EXPECT_EQ(proof->received, 0_usdc);
}

TEST(Resolution, AnotherAccountsRedeemingInTheSameTransactionProvesNothing) {
  const redeem_logs logs{.yes = 100'000'000, .no = 40'000'000, .paid = 100'000'000};
  const auto proof = read_redemption(logs.all(condition()), {}, address{{9}}, condition(), both);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->received, 0_usdc);
  EXPECT_EQ(proof->burned[0].micro, 0);
}

TEST(Resolution, OnlyTheRealContractsEventsCount) {
  const redeem_logs logs{.yes = 100'000'000, .no = 0, .paid = 100'000'000};
  auto forged = logs.all(condition());
  for (auto& log : forged) log.emitter = address{{0x66}};
  const auto proof = read_redemption(forged, {}, logs.account, condition(), both);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->received, 0_usdc);
  EXPECT_EQ(proof->burned[0].micro, 0);
  EXPECT_EQ(proof->reported, 0_usdc);
}

TEST(Resolution, AnEventThatCannotBeReadIsNoProof) {
  const redeem_logs logs{.yes = 100'000'000, .no = 0, .paid = 100'000'000};
  auto cut = logs.all(condition());
  cut.front().data.resize(32);
  EXPECT_FALSE(read_redemption(cut, {}, logs.account, condition(), both));
}

// -- trying it -----------------------------------------------------------------------------------

TEST(Resolution, TriesACallInTheAccountsPlace) {
  const address account{{1}};
  const address adapter{{2}};
  const auto call = redeem_all_call({}, condition(), 2);
  const auto q = ask_gain(account, address{{3}}, adapter, call);
  EXPECT_EQ(q.method, "eth_call");
  ASSERT_EQ(q.params.size(), 3U);
  EXPECT_EQ(q.params[0].at("to"), account.hex());
  const auto data = test::bytes_of(q.params[0].at("data"));
  EXPECT_EQ(abi::reader{data}.account(0), address{{3}});
  EXPECT_EQ(abi::reader{data}.account(1), adapter);
  EXPECT_EQ(to_0x(byte_view{data}.subspan(64)), to_0x(call));
  const auto code = q.params[2].at(account.hex()).at("code").get<std::string>();
  EXPECT_EQ(code.size(), 2 + 2 * 96U);
}

TEST(Resolution, TellsAGainFromARevertAndFromNodesThatCannotTry) {
  using enum gain::word;
  std::string word(64, '0');
  word.replace(58, 6, "0f4240");
  EXPECT_EQ(read_gain(fake_node::ok("0x" + word)).amount, 1_usdc);
  EXPECT_EQ(read_gain(fake_node::ok("0x" + word)).is, known);
  EXPECT_EQ(read_gain(fake_node::ok("0x")).is, unasked)
      << "it asked the account, which has no code";
  EXPECT_EQ(read_gain(fake_node::error(-32602, "too many arguments, want at most 2")).is, unasked);
  EXPECT_EQ(read_gain(fake_node::error(3, "execution reverted")).is, reverts);
  EXPECT_EQ(read_gain(fake_node::silent(rpc_status::unreachable)).is, unreadable);
  EXPECT_EQ(read_gain(fake_node::ok("0x" + std::string(64, 'f'))).is, unreadable)
      << "it would cost the account";
}

// -- the API -------------------------------------------------------------------------------------

TEST(Resolution, ReadsAMarketsOutcomesInTheirOrderOnChain) {
  const auto body = R"({"c":")" + condition().hex() +
                    R"(","t":[{"t":"7","o":"Yes"},{"t":"8","o":"No"}],"nr":true,"mts":0.01})";
  const auto m = read_outcomes(body, no);
  ASSERT_TRUE(m);
  EXPECT_EQ(m->condition, condition());
  EXPECT_TRUE(m->neg_risk);
  EXPECT_EQ(m->tokens, both);
  EXPECT_EQ(m->outcomes, (std::vector<std::string>{"Yes", "No"}));
  EXPECT_FALSE(read_outcomes(body, uint256::of(9))) << "another market's token";
  EXPECT_FALSE(read_outcomes(R"({"c":"0x12","t":[{"t":"7"},{"t":"8"}]})", yes));
  EXPECT_FALSE(read_outcomes("not json", yes));
}

TEST(Resolution, TakesTheApisWordForWhatItIs) {
  const auto gamma = [&](const std::string& more) {
    const auto body = R"([{"conditionId":")" + condition().hex() + R"(",)" + more + "}]";
    const auto found = read_gamma_stage(body, condition());
    return found ? found->stage : "nothing";
  };
  EXPECT_EQ(gamma(R"("closed":false,"umaResolutionStatus":null)"), "open");
  EXPECT_EQ(gamma(R"("closed":false,"umaResolutionStatus":"proposed")"), "proposed");
  EXPECT_EQ(gamma(R"("closed":false,"umaResolutionStatus":"disputed")"), "disputed");
  EXPECT_EQ(gamma(R"("closed":false,"umaResolutionStatus":"Resolved")"), "resolved");
  EXPECT_EQ(gamma(R"("closed":true)"), "resolved");
  EXPECT_EQ(gamma(R"("question":"Rain?")"), "open");
  EXPECT_FALSE(read_gamma_stage("[]", condition()));
  EXPECT_FALSE(read_gamma_stage(R"([{"conditionId":"0x12"}, 7])", condition()));
  EXPECT_EQ(read_clob_stage(R"({"closed":true,"question":"Rain?"})")->stage, "resolved");
  EXPECT_EQ(read_clob_stage(R"({"closed":false,"question":"Rain?"})")->question, "Rain?");
  EXPECT_FALSE(read_clob_stage(R"({"error":"not found"})"));
}

}  // namespace
}  // namespace headroom::chain::polymarket
