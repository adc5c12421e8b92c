#include "tests/persistence/market_books.hpp"

namespace headroom::test {
namespace {

/// What the tables may lose behind the service's back, and the start of the line that must name it.
struct lost_track {
  const char* name;
  const char* sql;
  const char* finding;
};

/// A settled market with a remainder, and an open one of which something was sold and something is
/// offered.
struct VerifyPositions : market_books, testing::WithParamInterface<lost_track> {
  void SetUp() override {
    market_books::SetUp();
    buy(1, alice, yes, {5'000'001}, 3_usdc);
    buy(2, alice, yes, {2'000'000}, 1_usdc);
    buy(3, bob, no, {3'000'000}, 1_usdc);
    const auto third = id_of<uint256>(60);
    buy(4, bob, third, {8'000'000}, 4_usdc);
    const auto over = a_sale(1, bob, third, {4'000'000});
    all_taken({over, sold(over, {4'000'000}, 3_usdc, 1_usdc), a_sale(2, bob, third, {1'000'000}),
               the_market(), resolved(1, 0), redeemed(1, 7'000'004_micro),
               payout(alice, yes, 7'000'001_micro), payout(bob, no, {}), closed_with(3_micro)});
    ASSERT_EQ(differences(), "");
  }
  std::string after(const std::string& damage) {
    db.run("ALTER TABLE postings DISABLE TRIGGER postings_append_only;" + damage);
    return differences();
  }
};

TEST_P(VerifyPositions, FindsWhatIsNotAsItWasMade) {
  const auto found = after(GetParam().sql);
  std::string lines = "\n" + found;
  EXPECT_NE(lines.find(GetParam().finding), std::string::npos) << found;
}

const lost_track losses[] = {
    {"EditedShares", "UPDATE positions SET shares = shares + 1 WHERE result = 'none'", " shares: "},
    {"EditedSharesOfASettledOne", "UPDATE positions SET shares = shares + 1 WHERE result = 'won'",
     " shares: 7000002/7000001"},
    {"VanishedPosition", "DELETE FROM positions WHERE result = 'none'", " shares: 0/4000000"},
    {"PositionOutOfNothing",
     "INSERT INTO positions (token, user_address, shares, cost, since, updated_at)"
     " SELECT token, decode(repeat('0c', 20), 'hex'), 5, 0, now(), now() FROM positions LIMIT 1",
     " shares: 5/0"},
    {"EditedBet", "UPDATE bets SET shares = shares + 1 WHERE status = 'filled'",
     " shares: 4000000/4000001"},
    {"EditedSale", "UPDATE sales SET sold = sold - 1 WHERE status = 'sold'",
     " shares: 4000000/4000001"},
    {"EditedSelling", "UPDATE positions SET selling = 0, shares = shares + selling",
     " selling: 0/1000000"},
    {"VanishedSale", "DELETE FROM sales WHERE status = 'placing'", " selling: 1000000/0"},
    {"EditedCost", "UPDATE positions SET cost = cost + 1 WHERE result = 'none'",
     " cost: 2000001/2000000"},
    {"EditedCostOfASale", "UPDATE sales SET cost = cost - 1 WHERE status = 'sold'",
     " cost: 2000000/2000001"},
    {"ABetBeforeTheFirst", "UPDATE positions SET since = now() WHERE result = 'none'", " since: "},
    {"EditedProceeds", "UPDATE sales SET proceeds = proceeds + 1 WHERE status = 'sold'", "\nsale "},
    {"DeletedProceeds", "DELETE FROM postings WHERE kind = 8", " proceeds: 2000000/0"},
    {"ProceedsOfAnother",
     "UPDATE postings SET user_address = (SELECT user_address FROM balances ORDER BY 1 LIMIT 1)"
     " WHERE kind = 8",
     " proceeds: 2000000/2000000"},
    {"ProceedsOfNoSale",
     "INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)"
     " SELECT 8, 0, 3, 7, user_address, gen_random_uuid(), now() FROM positions LIMIT 1",
     " proceeds: 0/7"},
    {"DeletedPayout", "DELETE FROM postings WHERE kind = 9", "\npayout "},
    {"PayoutOfNoPosition",
     "INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)"
     " SELECT 9, 0, 3, 7, user_address, gen_random_uuid(), now() FROM positions LIMIT 1",
     ": 0/7"},
    {"PayoutOfAnother",
     "UPDATE postings SET user_address = (SELECT user_address FROM balances ORDER BY 1 DESC LIMIT "
     "1)"
     " WHERE kind = 9",
     "\npayout "},
    {"EditedPayout", "UPDATE positions SET payout = payout + 1 WHERE result = 'won'",
     " payout: 7000002/7000001"},
    {"PayoutOfAnOpenOne", "UPDATE positions SET payout = 1 WHERE result = 'none'", " payout: 1/0"},
    {"EditedVector", "UPDATE settlements SET numerators = '{0,1}'", " payout: 0/3000000"},
    {"EditedResult", "UPDATE positions SET result = 'split' WHERE result = 'won'", " result: 0/1"},
    {"EditedPartOfABet",
     "UPDATE bets SET payout = payout - 1 WHERE status = 'settled' AND payout = 2000000",
     " parts: 7000001/7000000"},
    {"UnsettledBet", "UPDATE bets SET status = 'filled', result = 'none' WHERE status = 'settled'",
     "\nbet "},
    {"BetSettledBeforeItsPosition",
     "UPDATE bets SET status = 'settled', result = 'won' WHERE status = 'filled'", "\nbet "},
    {"EditedRedemption", "UPDATE redemptions SET received = received - 1",
     " received: 7000004/7000003"},
    {"VanishedRedemption", "DELETE FROM redemptions", " received: 7000004/0"},
    {"EditedPaid", "UPDATE settlements SET paid = paid - 1, remainder = remainder + 1",
     " paid: 7000000/7000001"},
    {"EditedRemainder", "UPDATE settlement_closings SET remainder = remainder + 1",
     " remainder: 3/4"},
    {"DeletedRemainder", "DELETE FROM postings WHERE kind = 10", "\nremainder "},
    {"RemainderOfNoClosing",
     "INSERT INTO postings (kind, debit, credit, amount, reference, created_at)"
     " VALUES (10, 0, 7, 7, gen_random_uuid(), now())",
     "\naccount revenue: 3/10"},
    {"ClosedTooEarly",
     "UPDATE positions SET result = 'none', payout_id = NULL, payout = 0 WHERE result = 'lost'",
     " unpaid: 0/1"},
    {"PaidMoreThanItReceived",
     "ALTER TABLE settlements DROP CONSTRAINT settlement_pays_what_it_received;"
     "UPDATE settlements SET status = 'open', paid = paid + 1",
     " left: 7000004/7000005"},
};

INSTANTIATE_TEST_SUITE_P(Kinds, VerifyPositions, testing::ValuesIn(losses),
                         [](const auto& x) { return std::string{x.param.name}; });

}  // namespace
}  // namespace headroom::test
