#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

const auto alice = user_of(1);

/// Books with something of each kind in them.
struct Verify : books {
  void SetUp() override {
    ASSERT_EQ(one(replenish{id_of<replenish_id>(1), 900_usdc, 100_usdc, "opening", noon}),
              errc::none);
    ASSERT_EQ(one(refill{id_of<replenish_id>(2), 10_usdc, noon}), errc::none);
    fund(11, alice, 20_usdc);
    fund(12, user_of(2), 30_usdc);
    const auto half = a_conversion(1, 20_usdc, {id_of<deposit_id>(11)});
    const auto won = a_bet(1, alice, 4_usdc);
    const auto lost = a_bet(2, alice, 5_usdc);
    const std::vector<journal_entry> rest{
        open_conversion{half},
        complete_conversion{half.id, {}, 18_usdc, 1_usdc, 1_usdc, noon},
        accept_bet{won},
        accept_bet{lost},
        accept_bet{a_bet(3, user_of(2), 6_usdc)},
        filled(won, 2_usdc, 1_usdc),
        failed(lost)};
    ASSERT_EQ(verdicts(rest), std::vector<errc>(rest.size(), errc::none));
    ASSERT_EQ(differences(), "");
  }

  /// Damages the tables behind the service's back and answers what verify says.
  std::string after(const std::string& damage) {
    db.run("ALTER TABLE postings DISABLE TRIGGER postings_append_only;" + damage);
    return differences();
  }
};

/// One kind of damage and the start of a line that must name it.
struct damage {
  const char* name;
  const char* sql;
  const char* finding;
};

struct VerifyFinds : Verify, testing::WithParamInterface<damage> {};

TEST_P(VerifyFinds, Damage) {
  const auto found = after(GetParam().sql);
  EXPECT_NE(("\n" + found).find(std::string{"\n"} + GetParam().finding), std::string::npos)
      << found;
}

const damage damages[] = {
    {"EditedBalance",
     "UPDATE balances SET balance = balance + 1"
     " WHERE user_address = (SELECT user_address FROM balances ORDER BY 1 LIMIT 1)",
     "balance 0xab"},
    {"VanishedBalance", "DELETE FROM balances", "balance 0xab"},
    {"EditedBuffer",
     "UPDATE liquidity_buffer SET usdc_balance = usdc_balance + 1,"
     " total_deposited = total_deposited + 1",
     "liquidity_buffer.total_deposited: 928000001/928000000"},
    {"EditedTotal",
     "UPDATE liquidity_buffer SET total_deposited = total_deposited + 1,"
     " total_withdrawn = total_withdrawn + 1",
     "liquidity_buffer.total_withdrawn"},
    {"VanishedBuffer", "DELETE FROM liquidity_buffer", "liquidity_buffer rows: 0/1"},
    {"EditedSumOfUsers", "UPDATE ledger_totals SET users = users - 1", "ledger_totals.users"},
    {"EditedUserCount", "UPDATE ledger_totals SET user_count = 7", "ledger_totals.user_count: 7/"},
    {"VanishedTotals", "DELETE FROM ledger_totals", "ledger_totals rows: 0/1"},
    {"EditedReserve", "UPDATE ledger_accounts SET balance = balance + 1 WHERE account = 1",
     "account reserve"},
    {"EditedInTransit", "UPDATE ledger_accounts SET balance = balance + 1 WHERE account = 2",
     "account in_transit"},
    {"EditedCapital", "UPDATE ledger_accounts SET balance = balance - 1 WHERE account = 4",
     "account capital"},
    {"EditedLoss", "UPDATE ledger_accounts SET balance = balance - 1 WHERE account = 5",
     "account conversion_loss"},
    {"DeletedBetPosting", "DELETE FROM postings WHERE kind = 0", "bet "},
    {"DeletedDepositPosting", "DELETE FROM postings WHERE kind = 2", "deposit "},
    {"DeletedReplenishPosting", "DELETE FROM postings WHERE kind = 5 AND debit = 1",
     "replenishment "},
    {"DoubledBet",
     "INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)"
     " SELECT kind, debit, credit, amount, user_address, reference, created_at FROM postings"
     " WHERE kind = 0 LIMIT 1",
     "bet "},
    {"DoubledRefund",
     "INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)"
     " SELECT kind, debit, credit, amount, user_address, reference, created_at FROM postings"
     " WHERE kind = 1 LIMIT 1",
     "bet "},
    {"RefundOfAPlacingBet",
     "INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)"
     " SELECT 1, 0, 3, amount, user_address, bet_id, created_at FROM bets WHERE status = 'placing'",
     "bet "},
    {"PostingOfAnotherUser",
     "UPDATE postings SET user_address = (SELECT user_address FROM bets WHERE status = 'placing')"
     " WHERE kind = 1",
     "bet "},
    {"UnevenBet",
     "ALTER TABLE bets DROP CONSTRAINT bet_parts_sum_up;"
     "UPDATE bets SET spent = spent + 1 WHERE status = 'filled'",
     "bet "},
    {"FailedBetNotRefunded",
     "ALTER TABLE bets DROP CONSTRAINT bet_parts_sum_up;"
     "UPDATE bets SET refunded = 0 WHERE status = 'failed'",
     "bet "},
    {"BetWithoutPosting", "UPDATE bets SET bet_id = gen_random_uuid() WHERE status = 'placing'",
     "bet "},
    {"EditedVolume", "UPDATE bet_volume SET amount = amount + 1", "bet_volume 2025-11-21"},
    {"UncreditedDeposit",
     "UPDATE deposits SET status = 'pending', credited_at = NULL WHERE status = 'converting'",
     "deposit "},
    {"EditedConversion", "UPDATE conversions SET loss = loss + 1, amount = amount + 1",
     "conversion "},
    {"StrayConversionPosting",
     "INSERT INTO postings (kind, debit, credit, amount, reference, created_at)"
     " VALUES (3, 0, 2, 1, gen_random_uuid(), now())",
     "conversion "},
    {"DepositLeftBehind", "UPDATE deposits SET status = 'converting' WHERE status = 'completed'",
     "conversion "},
    {"CompletedWithoutConversion",
     "UPDATE deposits SET status = 'completed' WHERE status = 'converting'", "deposit "},
    {"VanishedDeposit", "DELETE FROM deposits WHERE status = 'converting'", "deposit "},
    {"EditedReplenishment", "UPDATE replenishments SET to_buffer = to_buffer + 1 WHERE kind = 6",
     "replenishment "},
    {"ImpossiblePosting",
     "INSERT INTO postings (kind, debit, credit, amount, reference, created_at)"
     " VALUES (9, 4, 5, 9223372036854775807, gen_random_uuid(), now())",
     "posting shape"},
};

INSTANTIATE_TEST_SUITE_P(Kinds, VerifyFinds, testing::ValuesIn(damages),
                         [](const auto& x) { return std::string{x.param.name}; });

TEST_F(Verify, ReportsAreBoundedPerCheck) {
  after(
      "INSERT INTO balances SELECT substring(sha256(i::text::bytea) FOR 20), 1, 1, now()"
      " FROM generate_series(1, 500) i");
  EXPECT_EQ(persistence::verify(db.conninfo(), 5).size(), 5U);
}

TEST_F(Verify, SaysWhenTheBooksCannotBeRead) {
  EXPECT_THROW(static_cast<void>(persistence::verify("host=127.0.0.1 port=1 dbname=none")),
               std::runtime_error);
}

}  // namespace
}  // namespace headroom::test
