#include "chain/treasury/across.hpp"

#include <gtest/gtest.h>

#include "chain/treasury/across_api.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain {
namespace {

using test::json;

address account(std::uint8_t n) {
  address out;
  out.bytes[19] = n;
  return out;
}
hash256 in_word(std::uint64_t n) {
  hash256 out;
  out.bytes = uint256::of(n).bytes;
  return out;
}

struct Across : testing::Test {
  json v = test::load("bridges.json");
  across::relay_data relay{in_word(5),
                           in_word(6),
                           in_word(9),
                           in_word(1),
                           in_word(2),
                           uint256::of(100'000'000),
                           uint256::of(99'950'000),
                           9745,
                           uint256::of(7),
                           1'800'000'910,
                           1'800'000'040};
};

TEST_F(Across, WritesTheDepositAsEthersDoesAndTheIntegratorBehindIt) {
  across::deposit_call d;
  d.depositor = account(5);
  d.recipient = account(6);
  d.input_token = account(1);
  d.output_token = account(2);
  d.input_amount = 100'000'000;
  d.output_amount = 99'950'000;
  d.destination_chain_id = 137;
  d.exclusive_relayer = account(9);
  d.quote_timestamp = 1'800'000'009;
  d.fill_deadline = 1'800'000'910;
  d.exclusivity = 30;
  EXPECT_EQ(to_0x(across::deposit_data(d, {})), v.at("deposit_call").get<std::string>());
  const byte_vector integrator{0x00, 0xd1};
  EXPECT_EQ(to_0x(across::deposit_data(d, integrator)),
            v.at("deposit_call_with_integrator").get<std::string>());
}

TEST_F(Across, KnowsADepositByTheHashThatTheDestinationKeepsItUnder) {
  EXPECT_EQ(across::relay_hash(relay, 137), test::hash_of(v.at("relay_hash")));
  EXPECT_NE(across::relay_hash(relay, 8453), test::hash_of(v.at("relay_hash")));
  relay.output_amount = uint256::of(1);
  EXPECT_NE(across::relay_hash(relay, 137), test::hash_of(v.at("relay_hash")));
}

TEST_F(Across, ItsTopicsAreTheDeployedOnes) {
  EXPECT_EQ(across::deposited_topic(), test::hash_of(v.at("topics").at("deposited")));
  EXPECT_EQ(across::filled_topic(), test::hash_of(v.at("topics").at("filled")));
}

TEST_F(Across, AStatusThatIsNoneIsUnreadable) {
  byte_vector word(32);
  EXPECT_EQ(across::read_fill_status(word), across::fill_status::unfilled);
  word.back() = 2;
  EXPECT_EQ(across::read_fill_status(word), across::fill_status::filled);
  word.back() = 3;
  EXPECT_FALSE(across::read_fill_status(word));
  EXPECT_FALSE(across::read_fill_status({}));
}

net::http_result answered(unsigned status, const json& body) {
  net::http_result r;
  r.outcome = net::http_outcome::answered;
  r.status = status;
  r.body = body.dump();
  return r;
}

TEST_F(Across, AnAnswerWithAFieldMissingOrNegativeIsUnreadable) {
  const json good{
      {"outputAmount", "99950000"},
      {"timestamp", "1800000009"},
      {"fillDeadline", "1800007210"},
      {"exclusiveRelayer", account(9).hex()},
      {"exclusivityDeadline", 0},
      {"spokePoolAddress", account(10).hex()},
      {"destinationSpokePoolAddress", account(11).hex()},
      {"isAmountTooLow", false},
      {"totalRelayFee", {{"total", "50000"}}},
      {"limits", {{"minDeposit", "1"}, {"maxDeposit", "2"}, {"maxDepositInstant", "3"}}}};
  const auto read = across::read_fees(answered(200, good));
  ASSERT_TRUE(read.offer);
  EXPECT_EQ(read.offer->output_amount, 99'950'000U);
  EXPECT_EQ(read.offer->most_at_once, 3U);
  for (const auto& [key, value] : good.items()) {
    auto bad = good;
    bad.erase(key);
    EXPECT_FALSE(across::read_fees(answered(200, bad)).offer) << key;
    bad[key] = "-1";
    EXPECT_FALSE(across::read_fees(answered(200, bad)).offer) << key;
  }
}

TEST_F(Across, OnlyItsOwnNoIsARefusal) {
  const json no{{"code", "ROUTE_NOT_ENABLED"}};
  EXPECT_TRUE(across::read_fees(answered(400, no)).refused);
  for (const unsigned status : {401U, 403U, 429U, 500U, 502U, 503U})
    EXPECT_FALSE(across::read_fees(answered(status, no)).refused) << status;
  EXPECT_EQ(across::read_fees({}).problem, "Across does not answer");
}

}  // namespace
}  // namespace headroom::chain
