#include "chain/bet_intent.hpp"

#include <gtest/gtest.h>

#include "chain/ports.hpp"
#include "vectors.hpp"

namespace headroom::chain {
namespace {

using test::json;

actors::bet_intent intent_of(const json& v) {
  const auto& m = v.at("message");
  return {test::account_of(m.at("user")),    test::id_of(m.at("tokenId")),
          {test::number_of(m.at("amount"))}, {test::number_of(m.at("maxPrice"))},
          v.at("idempotency_key"),           test::number_of(m.at("deadline"))};
}

TEST(BetIntent, HashesAndRecoversAsEthersSigned) {
  const auto port = make_ethereum_port();
  for (const auto& v : test::load("bet-intent.json").at("vectors")) {
    const auto intent = intent_of(v);
    EXPECT_EQ(digest_of(intent), test::hash_of(v.at("digest")));
    const auto signature = v.at("signature").get<std::string>();
    EXPECT_EQ(signer_of(intent, signature), test::account_of(v.at("signer")));
    EXPECT_EQ(port->signer_of(intent, signature), intent.user);
  }
}

TEST(BetIntent, EveryFieldIsUnderTheSignature) {
  const auto v = test::load("bet-intent.json").at("vectors")[0];
  const auto good = intent_of(v);
  const auto signature = v.at("signature").get<std::string>();
  const auto signer = [&](auto change) {
    auto intent = good;
    change(intent);
    return signer_of(intent, signature);
  };
  EXPECT_NE(signer([](auto& i) { i.user.bytes[0] ^= 1; }), good.user);
  EXPECT_NE(signer([](auto& i) { i.token.bytes[31] ^= 1; }), good.user);
  EXPECT_NE(signer([](auto& i) { ++i.amount.micro; }), good.user);
  EXPECT_NE(signer([](auto& i) { ++i.max_price.micro; }), good.user);
  EXPECT_NE(signer([](auto& i) { i.idempotency_key += "x"; }), good.user);
  EXPECT_NE(signer([](auto& i) { ++i.deadline; }), good.user);
}

TEST(BetIntent, NegativeNumbersAndMalformedSignaturesHaveNoSigner) {
  const auto v = test::load("bet-intent.json").at("vectors")[0];
  auto intent = intent_of(v);
  const auto signature = v.at("signature").get<std::string>();
  for (const auto& bad : {std::string{}, std::string{"0x"}, signature.substr(0, 130),
                          signature + "00", "0x" + std::string(130, 'z'), std::string(132, '0')})
    EXPECT_FALSE(signer_of(intent, bad)) << bad;
  intent.amount.micro = -1;
  EXPECT_FALSE(signer_of(intent, signature));
}

}  // namespace
}  // namespace headroom::chain
