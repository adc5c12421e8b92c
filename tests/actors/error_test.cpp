#include "actors/error.hpp"

#include <gtest/gtest.h>

#include <caf/sec.hpp>

namespace headroom::test {
namespace {

using namespace actors;

TEST(Refusal, ForGoodIsOnlyTheWordOfTheOneAsked) {
  for (const auto e :
       {errc::insufficient_balance, errc::duplicate, errc::invariant_violated, errc::internal})
    EXPECT_TRUE(is_final(make_error(e, "why"))) << to_string(e);
  for (const auto e : {errc::unavailable, errc::overloaded, errc::timed_out, errc::in_doubt})
    EXPECT_FALSE(is_final(make_error(e))) << to_string(e);
  EXPECT_FALSE(is_final(caf::error{}));
}

/// CAF's own errors have codes of ours, `internal` among them, and say nothing of what was done.
TEST(Refusal, ALostOrLateAnswerIsNone) {
  for (const auto e : {caf::sec::request_timeout, caf::sec::request_receiver_down,
                       caf::sec::runtime_error, caf::sec::unexpected_message})
    EXPECT_FALSE(is_final(caf::error{e})) << to_string(e);
  EXPECT_EQ(code_of(caf::sec::unexpected_message), errc::internal);
}

}  // namespace
}  // namespace headroom::test
