#include "chain/evm/erc1271.hpp"

#include <gtest/gtest.h>

namespace headroom::chain {
namespace {

TEST(Erc1271, TheCallCarriesDigestAndSignature) {
  hash256 digest;
  digest.bytes.fill(0xaa);
  const byte_vector signature{1, 2, 3};
  EXPECT_EQ(to_0x(erc1271::valid_call(digest, signature)),
            "0x1626ba7e" + std::string(64, 'a') +                                // the digest
                std::string(62, '0') + "40" +                                    // where
                std::string(62, '0') + "03" + "010203" + std::string(58, '0'));  // what
}

TEST(Erc1271, OnlyTheMagicWordIsAYes) {
  const auto says = [](const std::string& hex) {
    return erc1271::says_valid(from_hex(hex).value());
  };
  const std::string magic = "0x1626ba7e";
  EXPECT_TRUE(says(magic + std::string(56, '0')));
  EXPECT_TRUE(says(magic + std::string(56, '0') + "00")) << "more than a word: its first counts";
  EXPECT_FALSE(says("0x")) << "an account without code";
  EXPECT_FALSE(says(magic)) << "four bytes are no word";
  EXPECT_FALSE(says(magic + std::string(54, '0') + "01"));
  EXPECT_FALSE(says("0x" + std::string(56, '0') + "1626ba7e")) << "aligned to the wrong side";
  EXPECT_FALSE(says("0xffffffff" + std::string(56, '0'))) << "what wallets say to say no";
  EXPECT_FALSE(says("0x" + std::string(63, '0') + "1")) << "true";
}

}  // namespace
}  // namespace headroom::chain
