#include <gtest/gtest.h>

#include "chain/treasury/oft.hpp"
#include "chain/treasury/uniswap_v3.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain {
namespace {

using test::json;

struct Oft : testing::Test {
  json v = test::load("oft.json");
  address messenger = test::account_of(v.at("messenger"));
  oft::send_parameters parameters{v.at("destination_eid"), test::account_of(v.at("to")),
                                  500'000'000, 500'000'000};
  std::vector<log_entry> sent() {
    std::vector<log_entry> out;
    for (const auto& log : v.at("sent_logs")) out.push_back(test::log_of(log));
    return out;
  }
};

TEST_F(Oft, WritesTheCallsAsEthersDoes) {
  EXPECT_EQ(to_0x(oft::quote_send_call(parameters)), v.at("quote_send_call").get<std::string>());
  const auto fee = oft::read_quote(test::bytes_of(v.at("quote_return")));
  ASSERT_TRUE(fee);
  EXPECT_EQ(fee->native.decimal(), v.at("native_fee").get<std::string>());
  EXPECT_EQ(to_0x(oft::send_call(parameters, *fee, test::account_of(v.at("refund_to")))),
            v.at("send_call").get<std::string>());
  EXPECT_EQ(to_0x(oft::peers_call(30109)), v.at("peers_call").get<std::string>());
  EXPECT_FALSE(oft::read_quote(byte_vector(63)));
}

TEST_F(Oft, FindsTheGuidAndAmountsInTheReceipt) {
  const auto found = oft::find_sent(sent(), messenger);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->guid, test::hash_of(v.at("guid")));
  EXPECT_EQ(found->destination_eid, 30109U);
  EXPECT_EQ(found->from, parameters.to);
  EXPECT_EQ(found->amount_sent.to_u64(), 500'000'000U);
  EXPECT_EQ(found->amount_received.to_u64(), 499'999'999U);
}

TEST_F(Oft, TakesNoOtherContractsWordNorTwoEventsForOne) {
  auto logs = sent();
  logs[1].emitter.bytes[0] ^= 1;
  EXPECT_FALSE(oft::find_sent(logs, messenger));
  logs = sent();
  logs.push_back(logs[1]);
  EXPECT_FALSE(oft::find_sent(logs, messenger));
  logs = sent();
  logs[1].data.pop_back();
  EXPECT_FALSE(oft::find_sent(logs, messenger));
  logs = sent();
  logs[1].topics.pop_back();
  EXPECT_FALSE(oft::find_sent(logs, messenger));
}

TEST_F(Oft, MatchesTheDeliveryByGuid) {
  const std::vector logs{test::log_of(v.at("received_log"))};
  const auto guid = test::hash_of(v.at("guid"));
  const auto found = oft::find_received(logs, messenger, guid);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->source_eid, 30383U);
  EXPECT_EQ(found->to, parameters.to);
  EXPECT_EQ(found->amount.to_u64(), 499'999'999U);
  EXPECT_FALSE(oft::find_received(logs, messenger, hash256{}));
  EXPECT_FALSE(oft::find_received(logs, parameters.to, guid));
}

struct Uniswap : testing::Test {
  json v = test::load("uniswap.json");
  address us = test::account_of(v.at("recipient"));
  uniswap_v3::swap swap{test::account_of(v.at("token_in")),
                        test::account_of(v.at("token_out")),
                        v.at("fee"),
                        us,
                        v.at("deadline"),
                        v.at("amount_in"),
                        v.at("min_out")};
};

TEST_F(Uniswap, WritesTheCallsAsEthersDoes) {
  EXPECT_EQ(to_0x(uniswap_v3::quote_call(swap)), v.at("quote_call").get<std::string>());
  EXPECT_EQ(to_0x(uniswap_v3::swap_call(swap)), v.at("swap_call").get<std::string>());
  EXPECT_EQ(to_hex(byte_view{uniswap_v3::swap_call(swap)}.first(4)), "414bf389");
  EXPECT_EQ(uniswap_v3::read_quote(test::bytes_of(v.at("quote_return"))), 499'950'000U);
  EXPECT_FALSE(uniswap_v3::read_quote({}));
  const auto spender = test::account_of(v.at("spender"));
  EXPECT_EQ(to_0x(approve_call(spender, uint256::of(500'000'000))),
            v.at("approve_call").get<std::string>());
  EXPECT_EQ(to_0x(allowance_call(us, spender)), v.at("allowance_call").get<std::string>());
  EXPECT_EQ(to_0x(balance_of_call(us)), v.at("balance_of_call").get<std::string>());
}

TEST_F(Uniswap, WhatArrivedIsTheSumOfTransfersToUs) {
  std::vector<log_entry> logs;
  for (const auto& log : v.at("receipt_logs")) logs.push_back(test::log_of(log));
  EXPECT_EQ(received(logs, swap.token_out, us), v.at("received").get<std::int64_t>());
  EXPECT_EQ(received(logs, swap.token_out, swap.token_out), 0);
  logs[0].data[0] = 1;  // an amount beyond 64 bits
  EXPECT_FALSE(received(logs, swap.token_out, us));
}

TEST_F(Uniswap, TheFloorRoundsUp) {
  EXPECT_EQ(uniswap_v3::min_out_of(1'000'000, 50), 995'000U);
  EXPECT_EQ(uniswap_v3::min_out_of(3, 1), 3U);
  EXPECT_EQ(uniswap_v3::min_out_of(0, 50), 0U);
  EXPECT_FALSE(uniswap_v3::min_out_of(1, 10'001));
  EXPECT_FALSE(uniswap_v3::min_out_of(UINT64_MAX, 1));
}

}  // namespace
}  // namespace headroom::chain
