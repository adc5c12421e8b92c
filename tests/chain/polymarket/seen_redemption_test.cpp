#include "chain/polymarket/seen_redemption.hpp"

#include <gtest/gtest.h>

#include "tests/chain/evm/fake_node.hpp"
#include "tests/chain/polymarket/redeem_logs.hpp"
#include "tests/chain/polymarket/shown_receipts.hpp"

namespace headroom::chain::polymarket {
namespace {

using test::fake_node;
using test::json;
using test::redeem_logs;

const hash256 the_tx = keccak256("somebody's");
const hash256 rain = keccak256("rain");
const std::vector<uint256> both{uint256::of(7), uint256::of(8)};
const payout_vector yes_won{{1, 0}, 1};
const contract_settings contracts{};

/// Somebody redeemed a hundred of Yes and forty of No through the adapter.
redeem_logs whole() {
  return {.yes = 100'000'000,
          .no = 40'000'000,
          .paid = 100'000'000,
          .adapter = contracts.collateral_adapter};
}
eth::receipt receipt_of(std::vector<log_entry> logs) {
  eth::receipt out;
  out.tx_hash = the_tx;
  out.succeeded = true;
  out.logs = std::move(logs);
  return out;
}
seen_redemption judged(std::vector<log_entry> logs, const address& account = {{0xac}},
                       const hash256& condition = rain) {
  return judge_seen(receipt_of(std::move(logs)), contracts, account, condition, both, yes_won);
}
std::vector<log_entry> operator+(std::vector<log_entry> a, const std::vector<log_entry>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
/// Collateral from somebody.
log_entry money(std::uint64_t micro, const address& to = {{0xac}}) {
  return {contracts.collateral,
          {transfer_topic(), abi::word_of(address{{0x77}}), abi::word_of(to)},
          abi::encoder{}.number(micro).done(),
          the_tx,
          1,
          90};
}
/// Of Yes.
log_entry sent(std::uint64_t shares, const address& from, const address& to) {
  return {contracts.conditional_tokens,
          {keccak256("TransferSingle(address,address,address,uint256,uint256)"),
           abi::word_of(address{{0x66}}), abi::word_of(from), abi::word_of(to)},
          abi::encoder{}.number(7).number(shares).done(),
          the_tx,
          1,
          91};
}

TEST(SeenRedemption, IsWhatItsReceiptProves) {
  const auto seen = judged(whole().all(rain));
  EXPECT_EQ(seen.refused, "") << seen.detail;
  EXPECT_EQ(seen.received, 100_usdc);
  EXPECT_EQ(seen.burned, (std::vector<share_amount>{{100'000'000}, {40'000'000}}));
}

TEST(SeenRedemption, OfAnotherConditionOrAnotherAccountIsNoneOfOurs) {
  const auto logs = whole().all(rain);
  EXPECT_EQ(judged(logs, address{{9}}).refused, unproven::not_ours);
  EXPECT_EQ(judged({money(5)}).refused, unproven::other_condition);
  auto elsewhere = whole();
  elsewhere.yes = elsewhere.no = 0;
  EXPECT_EQ(judged(elsewhere.all(keccak256("snow"))).refused, unproven::other_condition);
}

TEST(SeenRedemption, MoneyThatCameBesideItIsNotItsOwn) {
  const auto seen = judged(whole().all(rain) + std::vector{money(5'000'000)});
  EXPECT_EQ(seen.refused, "");
  EXPECT_EQ(seen.received, 100_usdc) << "five more came for something else";
}

TEST(SeenRedemption, IsNeverMoreThanWhatCame) {
  auto held_back = whole().all(rain);
  held_back.pop_back();
  held_back.push_back(money(60'000'000));
  EXPECT_EQ(judged(held_back).received, 60_usdc);
  held_back.pop_back();
  EXPECT_EQ(judged(held_back).refused, unproven::paid_nothing)
      << "redeemed without the adapter: another coin came";
}

TEST(SeenRedemption, NorMoreThanTheBurnedSharesAreWorth) {
  auto more = whole();
  more.paid = 100'000'003;
  EXPECT_EQ(judged(more.all(rain)).refused, unproven::too_much);
  more.paid = 100'000'002;
  EXPECT_EQ(judged(more.all(rain)).refused, "") << "a micro for each slot is rounding";
}

/// Or the sale and the redemption would both book what came for the same shares.
TEST(SeenRedemption, SharesThatWereSoldInTheSameTransactionProveNothing) {
  const address account{{0xac}};
  const address buyer{{0xbb}};
  const auto bought_and_redeemed = std::vector{sent(100'000'000, account, buyer),
                                               sent(100'000'000, buyer, {}), money(99'000'000)};
  auto logs = whole();
  logs.yes = logs.no = 0;
  logs.account = buyer;
  EXPECT_EQ(judged(bought_and_redeemed + logs.all(rain)).refused, unproven::elsewhere);
  EXPECT_EQ(judged(whole().all(rain) + std::vector{sent(1, account, buyer)}).refused,
            unproven::elsewhere);
}

TEST(SeenRedemption, OfSeveralConditionsEachHasItsPartWhenAllPartsCame) {
  auto snow = whole();
  snow.yes = snow.no = 0;
  snow.paid = 30'000'000;
  const auto both_came = judged(whole().all(rain) + snow.all(keccak256("snow")));
  EXPECT_EQ(both_came.refused, "") << both_came.detail;
  EXPECT_EQ(both_came.received, 100_usdc);
  auto others = snow.all(keccak256("snow"));
  others.pop_back();  // its money went to somebody else
  EXPECT_EQ(judged(whole().all(rain) + others).refused, unproven::not_apart);
}

TEST(SeenRedemption, WhatCannotBeReadIsNoProof) {
  auto cut = whole().all(rain);
  cut.front().data.resize(32);
  EXPECT_EQ(judged(cut).refused, unproven::unreadable);
}

// -- receipts ------------------------------------------------------------------------------------

rpc_result shown(std::uint32_t node, const json& value) {
  auto out = fake_node::ok(value);
  out.node = node;
  out.nodes = 2;
  return out;
}
std::string_view word(const std::vector<rpc_result>& words) {
  return judge_receipts(words, the_tx).refused;
}

TEST(SeenRedemption, TwoNodesHaveToShowTheSameReceiptWhereThereAreTwo) {
  const auto good = test::receipt_json(the_tx, 80, true, whole().all(rain));
  EXPECT_EQ(word({shown(0, good), shown(1, good)}), "");
  EXPECT_EQ(word({shown(0, good)}), "") << "the only node there is";
  EXPECT_EQ(word({shown(0, good), shown(1, nullptr)}), unproven::witnesses);
  EXPECT_EQ(word({shown(0, good), fake_node::silent(rpc_status::unreachable)}),
            unproven::witnesses);
  const auto other = test::receipt_json(the_tx, 80, true, {});
  EXPECT_EQ(word({shown(0, good), shown(1, other)}), unproven::disagreed);
  const auto another = test::receipt_json(rain, 80, true, whole().all(rain));
  EXPECT_EQ(word({shown(0, another), shown(1, another)}), unproven::disagreed);
  const auto reverted = test::receipt_json(the_tx, 80, false, {});
  EXPECT_EQ(word({shown(0, reverted), shown(1, reverted)}), unproven::failed);
  EXPECT_EQ(word({shown(0, nullptr), shown(1, nullptr)}), unproven::unknown);
  EXPECT_EQ(word({shown(0, nullptr), fake_node::silent(rpc_status::unreachable)}),
            unproven::unreadable);
  const auto logs = judge_receipts(std::vector{shown(0, good), shown(1, good)}, the_tx);
  EXPECT_EQ(judge_seen(logs.receipt, contracts, {{0xac}}, rain, both, yes_won).received, 100_usdc);
}

}  // namespace
}  // namespace headroom::chain::polymarket
