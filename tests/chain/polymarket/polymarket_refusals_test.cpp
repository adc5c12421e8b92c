#include <gtest/gtest.h>

#include "net/json.hpp"
#include "tests/chain/polymarket/post_rows.hpp"

namespace headroom::chain::polymarket {
namespace {

constexpr auto now = timestamp::of_seconds(1'000);

placement_step next(const test::post_row& r, bool in_doubt) {
  placement p{{}, now.plus(std::chrono::seconds{60}), in_doubt};
  return p.next(r.verdict, now).step;
}

TEST(PostAnswer, EachDocumentedRowHasItsVerdictAndItsMoney) {
  const auto& all = test::post_rows();
  EXPECT_GT(all.size(), 60U);
  for (const auto& r : all) {
    const auto a = read_post_answer({r.status, r.body, "", 1'800'000'000}, test::row_hash());
    EXPECT_EQ(a.verdict, r.verdict) << r.status << " " << r.body;
    EXPECT_EQ(a.reason, r.reason) << r.status << " " << r.body;
    EXPECT_EQ(a.scope, r.scope) << r.status << " " << r.body;
    EXPECT_EQ(a.retry_after.count(), r.wait) << r.status << " " << r.body;
    EXPECT_EQ(next(r, false), r.first) << r.status << " " << r.body;
    EXPECT_EQ(next(r, true), r.later) << r.status << " " << r.body;
  }
}

/// Change 11: the status of a killed order carries text, and its sizes no certain unit.
TEST(OrderAnswer, AKilledFokIsOverWhateverStandsBehindItsStatus) {
  const auto a = read_order_answer(
      200,
      nlohmann::json{{"id", test::row_hash().hex()},
                     {"status",
                      "CANCELED_order couldn't be fully filled. FOK orders are fully filled or "
                      "killed."},
                     {"original_size", "1.01"},
                     {"size_matched", ""}}
          .dump());
  EXPECT_EQ(a.verdict, read_verdict::found);
  EXPECT_EQ(a.value.state, order_state::canceled);
  EXPECT_FALSE(a.value.something_matched);
}

}  // namespace
}  // namespace headroom::chain::polymarket
