#include "domain/operation_purpose.hpp"

#include <gtest/gtest.h>

namespace headroom::test {
namespace {

TEST(OperationPurpose, TravelsWithItsConversionAndComesApartAgain) {
  conversion_id of;
  of.bytes.fill(0xab);
  const auto both = to_string({"withdraw USDC", of});
  EXPECT_EQ(both, "withdraw USDC/abababab-abab-abab-abab-abababababab");
  EXPECT_EQ(parse_purpose(both).word, "withdraw USDC");
  EXPECT_EQ(parse_purpose(both).of, of);
}

TEST(OperationPurpose, OfNoConversionIsTheWordAlone) {
  EXPECT_EQ(to_string({"supply"}), "supply");
  for (const char* text :
       {"supply", "", "approve/router", "/abababab-abab-abab-abab-abababababab",
        "a-abababab-abab-abab-abab-abababababab", "a/abababab-abab-abab-abab-ababababababx"}) {
    EXPECT_EQ(parse_purpose(text).word, text);
    EXPECT_FALSE(parse_purpose(text).of) << text;
  }
}

}  // namespace
}  // namespace headroom::test
