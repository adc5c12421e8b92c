#include "domain/final_by.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

TEST(FinalBy, EachWordIsReadAsItIsWritten) {
  for (const auto x : {final_by::confirmations, final_by::tag, final_by::either, final_by::both})
    EXPECT_EQ(parse_final_by(to_string(x)), x);
  for (const auto* text : {"", "depth", "Tag", "finalized", "either "})
    EXPECT_EQ(parse_final_by(text), std::nullopt) << text;
}

}  // namespace
}  // namespace headroom
