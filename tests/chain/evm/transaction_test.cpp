#include "chain/evm/transaction.hpp"

#include <gtest/gtest.h>

#include "chain/evm/erc20.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain {
namespace {

using test::json;

unsigned_transaction body_of(const json& v) {
  return {v.at("chainId"),
          v.at("nonce"),
          {std::stoull(v.at("maxPriorityFeePerGas").get<std::string>()),
           std::stoull(v.at("maxFeePerGas").get<std::string>())},
          v.at("gasLimit"),
          test::account_of(v.at("to")),
          test::id_of(v.at("value")),
          test::bytes_of(v.at("data"))};
}

TEST(Transaction, IsSignedByteForByteAsEthersDoes) {
  for (const auto& v : test::load("ethereum.json").at("transactions")) {
    const auto body = body_of(v);
    EXPECT_EQ(body.sighash(), test::hash_of(v.at("sighash")));
    const auto tx = sign(body, test::key_of(v.at("key")));
    EXPECT_EQ(to_0x(tx.raw), v.at("raw").get<std::string>());
    EXPECT_EQ(tx.hash, test::hash_of(v.at("hash")));
  }
}

TEST(Transaction, ApproveOnPolygonAgreesWithTheFactSheet) {
  const auto key =
      private_key::parse("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
          .value();
  const auto router = address::parse("0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45").value();
  const auto usdt0 = address::parse("0xc2132D05D31c914a87C6611C10748AEb04B58e8F").value();
  const auto tx = sign({137,
                        7,
                        {30'000'000'000, 60'000'000'000},
                        150'000,
                        usdt0,
                        {},
                        approve_call(router, uint256::of(1'000'000))},
                       key);
  EXPECT_EQ(tx.body.sighash().hex(),
            "0x0b17cf57942d5c7dbe02cd3f44116588f18ef42ac1ca6d1b9e115a223e1138b7");
  EXPECT_EQ(tx.hash.hex(), "0x57139586d0d75506da4174322f9c6186e4beaef0ec56f4b5a4c793d34baa7ce0");
}

TEST(Transaction, ReadsBackWhatItWrote) {
  for (const auto& v : test::load("ethereum.json").at("transactions")) {
    const auto tx = decode_transaction(test::bytes_of(v.at("raw")));
    ASSERT_TRUE(tx);
    EXPECT_EQ(tx->body, body_of(v));
    EXPECT_EQ(tx->hash, test::hash_of(v.at("hash")));
    EXPECT_EQ(tx->sig.r, test::hash_of(v.at("r")));
  }
}

TEST(Transaction, RefusesAnyCutOrChangedShape) {
  const auto raw = test::bytes_of(test::load("ethereum.json").at("transactions")[1].at("raw"));
  for (std::size_t size = 0; size < raw.size(); ++size)
    EXPECT_FALSE(decode_transaction(byte_view{raw}.first(size))) << size;
  auto longer = raw;
  longer.push_back(0);
  EXPECT_FALSE(decode_transaction(longer));
  auto other_type = raw;
  other_type[0] = 1;
  EXPECT_FALSE(decode_transaction(other_type));
}

TEST(GasFees, ABumpPassesEveryNodesTenPercentRule) {
  const gas_fees old{30'000'000'000, 61'000'000'000};
  const auto next = bumped(old, {1, 2});
  EXPECT_GE(next.max_priority_fee, old.max_priority_fee / 100 * 110);
  EXPECT_GE(next.max_fee, old.max_fee / 100 * 110);
  EXPECT_EQ(bumped(old, {90'000'000'000, 200'000'000'000}),
            (gas_fees{90'000'000'000, 200'000'000'000}));
  EXPECT_GT(bumped({0, 0}, {0, 0}).max_fee, 0U);
  EXPECT_LE(bumped({10, 1}, {0, 0}).max_priority_fee, bumped({10, 1}, {0, 0}).max_fee);
  EXPECT_EQ(bumped({UINT64_MAX, UINT64_MAX}, {}).max_fee, UINT64_MAX);
}

}  // namespace
}  // namespace headroom::chain
