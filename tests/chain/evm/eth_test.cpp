#include "chain/evm/eth.hpp"

#include <gtest/gtest.h>

#include "chain/evm/abi.hpp"

namespace headroom::chain {
namespace {

using eth::send_verdict;
using nlohmann::json;

const auto hash_text = "0x" + std::string(64, 'a');
const auto account_text = "0x" + std::string(40, 'b');

json log_json() {
  return {{"address", account_text}, {"topics", {hash_text}},
          {"data", "0x0102"},        {"transactionHash", hash_text},
          {"blockNumber", "0x10"},   {"logIndex", "0x3"},
          {"removed", false}};
}
json receipt_json() {
  return {{"transactionHash", hash_text}, {"status", "0x1"},     {"blockHash", hash_text},
          {"blockNumber", "0x10"},        {"gasUsed", "0x5208"}, {"logs", {log_json()}}};
}

TEST(EthNumbers, AreHexQuantities) {
  EXPECT_EQ(eth::quantity(0), "0x0");
  EXPECT_EQ(eth::quantity(1024), "0x400");
  EXPECT_EQ(eth::quantity(UINT64_MAX), "0xffffffffffffffff");
  EXPECT_EQ(eth::read_number("0x400"), 1024U);
  EXPECT_EQ(eth::read_number("0x000400"), 1024U);
  for (const auto& bad :
       {json("0x"), json(""), json("400"), json("0xg"), json(4), json(), json::array(),
        json("0x10000000000000000"), json("-0x1"), json("0x-1"), json("0x 1")})
    EXPECT_FALSE(eth::read_number(bad)) << bad;
}

TEST(EthRequests, HaveTheShapesNodesExpect) {
  const address to = address::parse(account_text).value();
  EXPECT_EQ(eth::call({{}, to, {1, 2}, {}}).params,
            (json{{{"to", account_text}, {"data", "0x0102"}}, "latest"}));
  const auto estimate = eth::estimate_gas({to, to, {}, uint256::of(16)});
  EXPECT_EQ(
      estimate.params,
      (json::array(
          {{{"from", account_text}, {"to", account_text}, {"data", "0x"}, {"value", "0x10"}}})));
  EXPECT_EQ(eth::send_raw_transaction(byte_vector{2}).params, (json::array({"0x02"})));
  const auto filter =
      eth::logs({5, "latest", to, {hash256::parse(hash_text), std::nullopt, hash256{}}});
  EXPECT_EQ(filter.params[0].at("fromBlock"), "0x5");
  EXPECT_EQ(filter.params[0].at("topics"), (json{hash_text, nullptr, "0x" + std::string(64, '0')}));
  EXPECT_EQ(eth::block("finalized").params, (json{"finalized", false}));
}

TEST(EthReceipt, IsReadStrictly) {
  const auto good = eth::read_receipt(receipt_json());
  ASSERT_TRUE(good && *good);
  EXPECT_TRUE((*good)->succeeded);
  EXPECT_EQ((*good)->block_number, 16U);
  EXPECT_EQ((*good)->logs.at(0).data, (byte_vector{1, 2}));
  EXPECT_EQ((*good)->logs.at(0).index, 3U);
  auto reverted = receipt_json();
  reverted["status"] = "0x0";
  EXPECT_FALSE((*eth::read_receipt(reverted))->succeeded);

  const auto none = eth::read_receipt(json());
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);

  for (const auto* key :
       {"transactionHash", "status", "blockHash", "blockNumber", "gasUsed", "logs"})
    for (const json& wrong : {json(), json(1), json("0xzz"), json::object()}) {
      auto bad = receipt_json();
      bad[key] = wrong;
      EXPECT_FALSE(eth::read_receipt(bad)) << key << wrong;
    }
  auto odd = receipt_json();
  odd["status"] = "0x2";
  EXPECT_FALSE(eth::read_receipt(odd));
  EXPECT_FALSE(eth::read_receipt("0x"));
}

TEST(EthLogs, LeaveRemovedOnesOutAndRefuseBrokenOnes) {
  auto removed = log_json();
  removed["removed"] = true;
  EXPECT_EQ(eth::read_logs({log_json(), removed})->size(), 1U);
  EXPECT_TRUE(eth::read_logs(json::array())->empty());
  EXPECT_FALSE(eth::read_logs(json()));
  for (const auto* key :
       {"address", "topics", "data", "transactionHash", "blockNumber", "logIndex"}) {
    auto bad = log_json();
    bad.erase(key);
    EXPECT_FALSE(eth::read_logs({bad, log_json()})) << key;
  }
  auto many = log_json();
  many["topics"] = json::array({hash_text, hash_text, hash_text, hash_text, hash_text});
  EXPECT_FALSE(eth::read_logs({many, log_json()}));
}

TEST(EthBlock, IsReadAndMayBeMissing) {
  const json good{{"number", "0x10"},
                  {"hash", hash_text},
                  {"timestamp", "0x6b49d200"},
                  {"baseFeePerGas", "0x7"}};
  EXPECT_EQ((*eth::read_block(good))->base_fee, 7U);
  EXPECT_FALSE(*eth::read_block(json()));
  auto pending = good;
  pending["hash"] = nullptr;
  EXPECT_FALSE(eth::read_block(pending));
}

TEST(EthFees, AreTwiceTheBasePlusTheTip) {
  EXPECT_EQ(eth::read_next_base_fee({{"baseFeePerGas", {"0x1", "0x5"}}}), 5U);
  EXPECT_FALSE(eth::read_next_base_fee({{"baseFeePerGas", json::array()}}));
  EXPECT_FALSE(eth::read_next_base_fee(json()));
  EXPECT_EQ(eth::suggest_fees(100, 3, 0), (gas_fees{3, 203}));
  EXPECT_EQ(eth::suggest_fees(100, 3, 30), (gas_fees{30, 230}));
  EXPECT_EQ(eth::suggest_fees(UINT64_MAX, 3, 0).max_fee, UINT64_MAX);
  EXPECT_EQ(eth::padded_gas(100'000), 150'000U);
  EXPECT_EQ(eth::padded_gas(UINT64_MAX), 1U << 24);
}

TEST(JudgeSend, KnowsTheWordsOfEveryNode) {
  const auto judge = [](const std::string& message, bool repeated = false) {
    rpc_result r;
    r.status = rpc_status::error;
    r.error = {-32000, message, {}};
    r.repeated = repeated;
    return eth::judge_send(r);
  };
  const std::pair<const char*, send_verdict> cases[]{
      {"already known", send_verdict::already_known},
      {"transaction already imported", send_verdict::already_known},
      {"nonce too low: next nonce 5, tx nonce 4", send_verdict::nonce_used},
      {"replacement transaction underpriced", send_verdict::underpriced},
      {"insufficient gas price to replace existing transaction", send_verdict::underpriced},
      {"transaction underpriced: gas tip cap 1, minimum needed 25000000000",
       send_verdict::fee_too_low},
      {"transaction gas price below minimum: gas tip cap 1", send_verdict::fee_too_low},
      {"transaction priority fee below minimum required priority fee 5", send_verdict::fee_too_low},
      {"max fee per gas less than block base fee", send_verdict::fee_too_low},
      {"Insufficient funds for gas * price + value", send_verdict::insufficient_funds},
      {"intrinsic gas too low", send_verdict::rejected_bug},
      {"intrinsic gas too high -- CallGasCostMoreThanGasLimit", send_verdict::rejected_bug},
      {"exceeds block gas limit", send_verdict::rejected_bug},
      {"invalid sender", send_verdict::rejected_bug},
      {"invalid chain id for signer", send_verdict::rejected_bug},
      {"internal error", send_verdict::maybe_sent},
      {"", send_verdict::maybe_sent}};
  for (const auto& [message, verdict] : cases) {
    EXPECT_EQ(judge(message), verdict) << message;
    const bool certain =
        verdict == send_verdict::already_known || verdict == send_verdict::nonce_used;
    EXPECT_EQ(judge(message, true), certain ? verdict : send_verdict::maybe_sent) << message;
  }
  rpc_result r;
  EXPECT_EQ(eth::judge_send(r), send_verdict::not_sent);
  r.status = rpc_status::maybe_sent;
  EXPECT_EQ(eth::judge_send(r), send_verdict::maybe_sent);
  r.status = rpc_status::ok;
  EXPECT_EQ(eth::judge_send(r), send_verdict::accepted);
}

TEST(JudgeSend, ReadsTheNumbersOfARefusal) {
  EXPECT_EQ(eth::tip_needed({-32000,
                             "transaction gas price below minimum: gas tip cap 1500000000, minimum "
                             "needed 25000000000",
                             {}}),
            25'000'000'000U);
  EXPECT_EQ(eth::tip_needed(
                {-32000, "transaction priority fee below minimum required priority fee 7", {}}),
            7U);
  EXPECT_FALSE(eth::tip_needed({-32000, "transaction underpriced", {}}));
  EXPECT_FALSE(eth::tip_needed({-32000, "minimum needed 99999999999999999999999", {}}));
  const rpc_error cap{-32000, "tx fee (1.50 ether) exceeds the configured cap (1.00 ether)", {}};
  EXPECT_EQ(eth::fee_cap(cap), 1'000'000'000'000'000'000U);
  EXPECT_FALSE(eth::fee_cap({-32000, "configured cap (x ether)", {}}));
  rpc_result r;
  r.status = rpc_status::error;
  r.error = cap;
  EXPECT_EQ(eth::judge_send(r), send_verdict::above_cap);
}

TEST(EthBlock, TheTransactionOfANonceIsFound) {
  const address who = address::parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8").value();
  const json block{{"transactions",
                    {{{"hash", hash_text}, {"from", address{}.hex()}, {"nonce", "0x5"}},
                     {{"hash", hash_text}, {"from", who.hex()}, {"nonce", "0x5"}}}}};
  EXPECT_EQ(eth::find_transaction(block, who, 5), hash256::parse(hash_text));
  EXPECT_FALSE(eth::find_transaction(block, who, 6));
  EXPECT_FALSE(eth::find_transaction(json(), who, 5));
  EXPECT_FALSE(eth::find_transaction(json{{"transactions", {hash_text}}}, who, 5)) << "hashes only";
}

TEST(Revert, ReadsTheReasonAndNothingElse) {
  const std::string text = "Too little received";
  const byte_view words{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  const auto data = abi::encoder{"Error(string)"}.bytes(words).done();
  EXPECT_EQ(eth::revert_reason({3, "execution reverted", data}), text);
  EXPECT_EQ(eth::revert_reason({3, "", from_hex("71c4efed").value()}), "0x71c4efed");
  EXPECT_EQ(eth::revert_reason({3, "", {}}), "");
  EXPECT_EQ(eth::revert_reason({3, "", byte_vector(data.begin(), data.begin() + 40)}), "");
  EXPECT_TRUE(eth::is_revert({3, "", {}}));
  EXPECT_TRUE(eth::is_revert({-32000, "execution reverted", {}}));
  EXPECT_FALSE(eth::is_revert({-32000, "header not found", {}}));
}

}  // namespace
}  // namespace headroom::chain
