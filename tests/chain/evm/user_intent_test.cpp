#include "chain/evm/user_intent.hpp"

#include <gtest/gtest.h>

#include "chain/evm/ethereum_port.hpp"
#include "chain/x402/x402_port.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain {
namespace {

using test::json;

struct BetIntent : testing::Test {
  const json document = test::load("bet-intent.json");
  const actors::signing_domain ours = domain_of(document);

  static actors::signing_domain domain_of(const json& document) {
    actors::signing_domain out;
    for (const auto& d : document.at("domains")) {
      out.verifying_contract = test::account_of(d.at("verifyingContract"));
      out.chain_ids.push_back(d.at("chainId").get<std::uint64_t>());
    }
    return out;
  }
  static actors::bet_intent intent_of(const json& v) {
    const auto& m = v.at("message");
    return {test::account_of(m.at("user")),    test::id_of(m.at("tokenId")),
            {test::number_of(m.at("amount"))}, {test::number_of(m.at("maxPrice"))},
            v.at("idempotency_key"),           test::number_of(m.at("deadline"))};
  }
};

TEST_F(BetIntent, IsSignedAsEthersSignsUnderEachOfTheDomains) {
  const auto port = make_ethereum_port(ours);
  for (const auto& v : document.at("vectors")) {
    const auto intent = intent_of(v);
    std::vector<hash256> digests;
    for (const auto& s : v.at("signed")) {
      digests.push_back(test::hash_of(s.at("digest")));
      const auto signature = s.at("signature").get<std::string>();
      EXPECT_TRUE(signed_by_user(intent, ours, signature)) << s.at("chain_id");
      EXPECT_TRUE(port->signed_by_user(intent, signature));
    }
    ASSERT_EQ(digests.size(), 2U);
    EXPECT_EQ(digests_of(intent, ours), digests);
    EXPECT_EQ(port->digests_of(intent), digests);
  }
}

struct SellIntent : BetIntent {
  const json sales = test::load("sell-intent.json");

  static actors::sell_intent sale_of(const json& v) {
    const auto& m = v.at("message");
    return {test::account_of(m.at("user")),    test::id_of(m.at("tokenId")),
            {test::number_of(m.at("shares"))}, {test::number_of(m.at("minPrice"))},
            v.at("idempotency_key"),           test::number_of(m.at("deadline"))};
  }
};

TEST_F(SellIntent, IsSignedAsEthersSignsUnderEachOfTheDomains) {
  const auto port = make_ethereum_port(ours);
  for (const auto& v : sales.at("vectors")) {
    const auto intent = sale_of(v);
    std::vector<hash256> digests;
    for (const auto& s : v.at("signed")) {
      digests.push_back(test::hash_of(s.at("digest")));
      const auto signature = s.at("signature").get<std::string>();
      EXPECT_TRUE(signed_by_user(intent, ours, signature)) << s.at("chain_id");
      EXPECT_TRUE(port->signed_by_user(intent, signature));
    }
    EXPECT_EQ(digests_of(intent, ours), digests);
    EXPECT_EQ(port->digests_of(intent), digests);
  }
}

TEST_F(SellIntent, EveryFieldIsUnderTheSignatureAndABetsSignatureSellsNothing) {
  const auto& v = sales.at("vectors")[0];
  const auto good = sale_of(v);
  const auto signature = v.at("signed")[0].at("signature").get<std::string>();
  const auto good_with = [&](auto change) {
    auto intent = good;
    change(intent);
    return signed_by_user(intent, ours, signature);
  };
  EXPECT_TRUE(good_with([](auto&) {}));
  EXPECT_FALSE(good_with([](auto& i) { i.user.bytes[0] ^= 1; }));
  EXPECT_FALSE(good_with([](auto& i) { i.token.bytes[31] ^= 1; }));
  EXPECT_FALSE(good_with([](auto& i) { ++i.shares.micro; }));
  EXPECT_FALSE(good_with([](auto& i) { --i.min_price.micro; }));
  EXPECT_FALSE(good_with([](auto& i) { i.idempotency_key += "x"; }));
  EXPECT_FALSE(good_with([](auto& i) { ++i.deadline; }));
  auto negative = good;
  negative.shares = {-1};
  EXPECT_TRUE(digests_of(negative, ours).empty());

  const actors::bet_intent same_numbers{good.user,      good.token,           {good.shares.micro},
                                        good.min_price, good.idempotency_key, good.deadline};
  EXPECT_FALSE(signed_by_user(same_numbers, ours, signature));
}

struct WithdrawIntent : BetIntent {
  const json withdrawals = test::load("withdraw-intent.json");

  static actors::withdraw_intent withdrawal_of(const json& v) {
    const auto& m = v.at("message");
    return {test::account_of(m.at("user")),
            test::account_of(m.at("to")),
            {test::number_of(m.at("amount"))},
            v.at("idempotency_key"),
            test::number_of(m.at("deadline"))};
  }
};

TEST_F(WithdrawIntent, IsSignedAsEthersSignsUnderEachOfTheDomains) {
  const auto port = make_ethereum_port(ours);
  for (const auto& v : withdrawals.at("vectors")) {
    const auto intent = withdrawal_of(v);
    std::vector<hash256> digests;
    for (const auto& s : v.at("signed")) {
      digests.push_back(test::hash_of(s.at("digest")));
      const auto signature = s.at("signature").get<std::string>();
      EXPECT_TRUE(signed_by_user(intent, ours, signature)) << s.at("chain_id");
      EXPECT_TRUE(port->signed_by_user(intent, signature));
    }
    EXPECT_EQ(digests_of(intent, ours), digests);
    EXPECT_EQ(port->digests_of(intent), digests);
  }
}

TEST_F(WithdrawIntent, EveryFieldIsUnderTheSignature) {
  const auto& v = withdrawals.at("vectors")[0];
  const auto good = withdrawal_of(v);
  const auto signature = v.at("signed")[0].at("signature").get<std::string>();
  const auto good_with = [&](auto change) {
    auto intent = good;
    change(intent);
    return signed_by_user(intent, ours, signature);
  };
  EXPECT_TRUE(good_with([](auto&) {}));
  EXPECT_FALSE(good_with([](auto& i) { i.user.bytes[0] ^= 1; }));
  EXPECT_FALSE(good_with([](auto& i) { i.to.bytes[19] ^= 1; }));
  EXPECT_FALSE(good_with([](auto& i) { ++i.amount.micro; }));
  EXPECT_FALSE(good_with([](auto& i) { i.idempotency_key += "x"; }));
  EXPECT_FALSE(good_with([](auto& i) { ++i.deadline; }));
  auto negative = good;
  negative.amount = {-1};
  EXPECT_TRUE(digests_of(negative, ours).empty());
}

TEST_F(BetIntent, ASignatureForAnotherDeploymentOrChainIsNone) {
  const auto& v = document.at("vectors")[0];
  const auto intent = intent_of(v);
  const auto first = v.at("signed")[0].at("signature").get<std::string>();
  auto elsewhere = ours;
  elsewhere.verifying_contract.bytes[0] ^= 1;
  EXPECT_FALSE(signed_by_user(intent, elsewhere, first));
  auto other_chain = ours;
  other_chain.chain_ids = {v.at("signed")[1].at("chain_id").get<std::uint64_t>()};
  EXPECT_FALSE(signed_by_user(intent, other_chain, first));
  EXPECT_FALSE(signed_by_user(intent, {ours.verifying_contract, {}}, first));
}

TEST_F(BetIntent, EveryFieldIsUnderTheSignature) {
  const auto& v = document.at("vectors")[0];
  const auto good = intent_of(v);
  for (const auto& s : v.at("signed")) {
    const auto signature = s.at("signature").get<std::string>();
    const auto good_with = [&](auto change) {
      auto intent = good;
      change(intent);
      return signed_by_user(intent, ours, signature);
    };
    EXPECT_TRUE(good_with([](auto&) {}));
    EXPECT_FALSE(good_with([](auto& i) { i.user.bytes[0] ^= 1; }));
    EXPECT_FALSE(good_with([](auto& i) { i.token.bytes[31] ^= 1; }));
    EXPECT_FALSE(good_with([](auto& i) { ++i.amount.micro; }));
    EXPECT_FALSE(good_with([](auto& i) { ++i.max_price.micro; }));
    EXPECT_FALSE(good_with([](auto& i) { i.idempotency_key += "x"; }));
    EXPECT_FALSE(good_with([](auto& i) { ++i.deadline; }));
  }
}

TEST_F(BetIntent, NegativeNumbersAndMalformedSignaturesAreNobodys) {
  const auto& v = document.at("vectors")[0];
  auto intent = intent_of(v);
  const auto signature = v.at("signed")[0].at("signature").get<std::string>();
  for (const auto& bad : {std::string{}, std::string{"0x"}, signature.substr(0, 130),
                          signature + "00", "0x" + std::string(130, 'z'), std::string(132, '0')})
    EXPECT_FALSE(signed_by_user(intent, ours, bad)) << bad;
  intent.amount.micro = -1;
  EXPECT_FALSE(signed_by_user(intent, ours, signature));
  EXPECT_TRUE(digests_of(intent, ours).empty());
}

TEST(BetDelegation, IsSignedAsEthersSignsIt) {
  const auto account = *address::parse("0x5FbDB2315678afecb367f032d93F642f64180aa3");
  const auto port = make_ethereum_port({account, {137, 9745}});
  actors::bet_delegation terms;
  terms.user = *address::parse("0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A");
  terms.public_key = from_hex(
                         "048c311e4b4195f2fa74fc4f1cecdcd5c21637a3674248ebbfbd96dc52b247881b79"
                         "04251a40ea0c7e7fd8b910e25aa1916944c1deadbedee24eadfe04a4cbb543")
                         .value();
  terms.per_bet = 5_usdc;
  terms.total = 20_usdc;
  terms.expires = 1'800'086'400;
  terms.salt.bytes.fill(0x22);
  const auto digests = port->digests_of(terms);
  ASSERT_EQ(digests.size(), 2U);
  EXPECT_EQ(digests[0].hex(), "0xafa99b690dadae6ea2f92829b8cbef3c1d3ca82e1b049b7200e46135487f590a");
  EXPECT_EQ(digests[1].hex(), "0x8d3f791ee21d88a9596e48654f5f3d7283d4d0b063c2b6712f044fdb07b482ef");
  const std::string on_plasma =
      "0x3a430d0de61ac6dc0501084aad7f1821971cdb2aa3fa0f6f8080f594cc8c768f"
      "50068d91c8dbd8862f0c6f2855992edb555acd077775cab512b060cc115c2e151b";
  EXPECT_TRUE(port->signed_by_user(terms, on_plasma));
  auto more = terms;
  more.total = 21_usdc;
  EXPECT_FALSE(port->signed_by_user(more, on_plasma));
  auto another_key = terms;
  another_key.public_key[1] ^= 1;
  EXPECT_FALSE(port->signed_by_user(another_key, on_plasma));
}

TEST(SignedText, IsSignedAsEthersSignsMessages) {
  const std::string text =
      "127.0.0.1:8080 wants you to sign in with your Ethereum account:\n"
      "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A\n\nSign in to Headroom.\n\n"
      "URI: http://127.0.0.1:8080\nVersion: 1\nChain ID: 9745\nNonce: 0123456789abcdef\n"
      "Issued At: 2027-01-15T08:00:00.000Z\nExpiration Time: 2027-01-15T20:00:00.000Z";
  const std::string signature =
      "0x8d00997e098fea0b2298e1def2f841aab1dd3d71a4b1795fdccbcaa198bb6919"
      "629df23e0b3baeb89ad17f6b6d6766cc3bcbc0e0f65d17a41b0455c31ec179e71b";
  const auto user = *address::parse("0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A");
  const auto port = make_ethereum_port({});
  EXPECT_EQ(port->digest_of_text(text).hex(),
            "0x7fd9c159113a51ba6d874d8aceafdd5a07654d27620a918480a92f53dd099502");
  EXPECT_TRUE(port->signed_by_user(user, text, signature));
  EXPECT_FALSE(port->signed_by_user(user, text + " ", signature));
  EXPECT_FALSE(port->signed_by_user({}, text, signature));
  // The same point with n - s: whoever sees a signature could make it.
  const std::string twin =
      "0x8d00997e098fea0b2298e1def2f841aab1dd3d71a4b1795fdccbcaa198bb6919"
      "9d620dc1f4c45147652e8094929899327ee31c05b8eb8897a4ce08c9b174c75a1c";
  EXPECT_FALSE(port->signed_by_user(user, text, twin));
  EXPECT_FALSE(port->signed_by_user(user, text, "0x00"));
}

}  // namespace
}  // namespace headroom::chain
