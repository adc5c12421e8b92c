#include "persistence/detail/ledger_sql.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "persistence/detail/bet_statements.hpp"

namespace headroom::test {
namespace {

using namespace persistence;

TEST(LedgerSql, NamesBecomeTheLedgersNumbers) {
  EXPECT_EQ(numbered("WHERE account = {account:reserve} AND kind IN ({kind:bet}, {kind:refill})"),
            "WHERE account = 1 AND kind IN (0, 6)");
  EXPECT_EQ(numbered("SELECT {posting:bet_refund}, amount"), "SELECT 1, 0, 3, amount");
  EXPECT_EQ(numbered("{added:conversion_loss}"),
            "(CASE WHEN (kind, debit, credit) IN ((4, 5, 2), (19, 5, 2), (18, 5, 2)) THEN amount"
            " WHEN (kind, debit, credit) IN ((4, 2, 5), (18, 2, 5)) THEN -amount ELSE 0 END)");
  EXPECT_EQ(numbered("SELECT 1"), "SELECT 1");
}

TEST(LedgerSql, ANameThatTheLedgerDoesNotKnowIsNoStatement) {
  for (const auto* wrong : {"{account:petty_cash}", "{kind:gift}", "{posting:gift}", "{sum:user}",
                            "{account}", "{account:user", "{}"})
    EXPECT_THROW(static_cast<void>(numbered(wrong)), std::logic_error) << wrong;
}

/// What bets move, as it stands in the hot statements.
TEST(LedgerSql, TheHotStatementsMoveUserAndBufferAlike) {
  const auto holds = [](const std::string& text, const char* part) {
    return text.find(part) != text.npos;
  };
  const auto one = accept_bet_sql();
  EXPECT_TRUE(holds(one, "SELECT 0, 3, 0, amount, user_address"));
  EXPECT_TRUE(holds(one, "balance = b.balance + (-i.amount)"));
  EXPECT_TRUE(holds(one, "users = users + (-i.amount)"));
  EXPECT_TRUE(holds(one, "usdc_balance = usdc_balance + (-i.amount)"));
  EXPECT_TRUE(holds(one, "total_withdrawn = total_withdrawn - (-i.amount)"));
  const auto many = write_bets_sql();
  EXPECT_TRUE(holds(many, "SELECT 1, 0, 3, refunded, refunded, user_address"));
  EXPECT_TRUE(holds(many, "SELECT 0, 3, 0, amount, -amount, user_address"));
  EXPECT_TRUE(holds(many, "usdc_balance = usdc_balance + t.owed"));
  EXPECT_TRUE(holds(many, "total_withdrawn = total_withdrawn - t.owed"));
  for (const auto& text : {one, many}) {
    EXPECT_FALSE(holds(text, "total_deposited ="));
    EXPECT_FALSE(holds(text, "{"));
  }
}

}  // namespace
}  // namespace headroom::test
