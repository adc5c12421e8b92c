#include "domain/repairs.hpp"

#include <gtest/gtest.h>

#include <set>

namespace headroom {
namespace {

TEST(Repairs, EveryWordIsReadAsItIsWritten) {
  for (const auto w : {order_word::look, order_word::retry, order_word::hold, order_word::release,
                       order_word::settle, order_word::write_off})
    EXPECT_EQ(parse_order_word(to_string(w)), w);
  for (const auto* text : {"", "none", "unknown", "HOLD", "hold "})
    EXPECT_FALSE(parse_order_word(text)) << text;
}

TEST(Repairs, OnlySettlingAndWritingOffEndAConversion) {
  for (const auto w : {order_word::none, order_word::look, order_word::retry, order_word::hold,
                       order_word::release})
    EXPECT_FALSE(is_end(w)) << to_string(w);
  EXPECT_TRUE(is_end(order_word::settle));
  EXPECT_TRUE(is_end(order_word::write_off));
}

TEST(Repairs, EachPlaceOfATransferHasANameOfItsOwn) {
  hash256 tx;
  tx.bytes.fill(7);
  auto other = tx;
  other.bytes[15] = 9;
  std::set<adoption_id> names;
  for (const auto& hash : {tx, other})
    for (const std::uint64_t chain : {137U, 9745U})
      for (const std::uint64_t log : {0U, 1U, 256U}) names.insert(adoption_of({chain, hash, log}));
  EXPECT_EQ(names.size(), 12U);
  EXPECT_EQ(adoption_of({137, tx, 1}), adoption_of({137, tx, 1}));
}

}  // namespace
}  // namespace headroom
