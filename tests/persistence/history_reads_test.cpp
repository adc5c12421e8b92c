#include <algorithm>
#include <set>

#include "tests/persistence/books.hpp"
#include "tests/support/ledger_story.hpp"

namespace headroom::test {
namespace {

struct HistoryReads : books {
  std::vector<history_entry> all_of(const address& user, std::uint32_t limit) {
    std::vector<history_entry> out;
    history_filter filter{user, "", limit};
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = reader.list_history(filter).value();
      EXPECT_LE(page.entries.size(), limit);
      out.insert(out.end(), page.entries.begin(), page.entries.end());
      if (page.next_cursor.empty()) return out;
      filter.cursor = page.next_cursor;
    }
    ADD_FAILURE() << "pages without end";
    return out;
  }
  static std::string lines_of(const std::vector<history_entry>& entries) {
    std::vector<std::string> lines;
    for (const auto& e : entries)
      lines.push_back(std::string{to_string(e.kind)} + " " + e.status + " " +
                      std::to_string(e.amount.micro) + " " + e.outcome);
    std::sort(lines.begin(), lines.end());
    std::string out;
    for (const auto& line : lines) out += line + "\n";
    return out;
  }
};

TEST_F(HistoryReads, TheStoryOfAUserIsAllThere) {
  for (const auto& line : ledger_story()) ASSERT_EQ(one(line.entry), errc::none);
  const auto alice = users_of_the_story().front();
  const auto whole = all_of(alice, 200);
  EXPECT_EQ(lines_of(whole),
            "bet failed 0 Yes\n"
            "bet settled -8000000 Yes\n"
            "deposit completed 50000000 \n"
            "deposit failed 0 \n"
            "deposit failed 4900000 \n"
            "payout settled 3666666 Yes\n"
            "sale filled 950000 Yes\n"
            "withdrawal confirmed -10000000 \n");
}

TEST_F(HistoryReads, IsTheNewestFirstAndOnesOwn) {
  fill_buffer(1000_usdc);
  fund(100, user_of(1), 50_usdc);
  fund(101, user_of(2), 50_usdc);
  auto b = a_bet(1, user_of(1), 10_usdc);
  b.created_at = noon.plus(std::chrono::minutes{1});
  ASSERT_EQ(one(accept_bet{b}), errc::none);
  const auto page = reader.list_history({user_of(1)}).value();
  ASSERT_EQ(page.entries.size(), 2U);
  EXPECT_EQ(page.entries[0].kind, history_kind::bet);
  EXPECT_EQ(page.entries[0].id, b.id.text());
  EXPECT_EQ(page.entries[0].status, "placing");
  EXPECT_EQ(page.entries[0].amount, usdc{-10'000'000});
  EXPECT_EQ(page.entries[0].token, b.token);
  EXPECT_EQ(page.entries[1].kind, history_kind::deposit);
  EXPECT_FALSE(page.entries[1].tx_hash.is_zero());
  EXPECT_TRUE(reader.list_history({user_of(1), "nonsense"}).value().entries.empty());
}

TEST_F(HistoryReads, PagesHaveNoGapAndNoRepeat) {
  fill_buffer(1000_usdc);
  for (std::uint64_t n = 0; n < 6; ++n) fund(100 + n, user_of(1), 5_usdc);
  for (std::uint64_t n = 0; n < 7; ++n)
    ASSERT_EQ(one(accept_bet{a_bet(n, user_of(1), 1_usdc)}), errc::none);
  for (const std::uint32_t limit : {1U, 3U, 13U, 200U}) {
    std::set<std::string> seen;
    for (const auto& e : all_of(user_of(1), limit)) seen.insert(e.id);
    EXPECT_EQ(all_of(user_of(1), limit).size(), 13U) << limit;
    EXPECT_EQ(seen.size(), 13U) << limit;
  }
}

/// What the venue charged above a bet is the house's loss: the user's money did not go.
TEST_F(HistoryReads, ABetTookWhatTheBalanceLost) {
  fill_buffer(1000_usdc);
  fund(100, user_of(1), 50_usdc);
  const auto b = a_bet(1, user_of(1), 10_usdc);
  ASSERT_EQ(one(accept_bet{b}), errc::none);
  auto end = filled(b, 10_usdc, {});
  end.fee = 50'000_micro;
  end.excess = 50'000_micro;
  ASSERT_EQ(one(end), errc::none);
  EXPECT_EQ(balance_of(user_of(1)), 40_usdc);
  EXPECT_EQ(lines_of(all_of(user_of(1), 50)),
            "bet filled -10000000 \ndeposit converting 50000000 \n");
}

TEST_F(HistoryReads, HoldingsAreWhatIsAtTheVenueAndWhatOpenPositionsCost) {
  fill_buffer(1000_usdc);
  fund(100, user_of(1), 50_usdc);
  const auto first = a_bet(1, user_of(1), 10_usdc);
  const auto second = a_bet(2, user_of(1), 5_usdc);
  const auto third = a_bet(3, user_of(1), 1_usdc);
  ASSERT_EQ(verdicts({accept_bet{first}, accept_bet{second}, accept_bet{third}}),
            std::vector<errc>(3, errc::none));
  ASSERT_EQ(verdicts({filled(second, 4_usdc, 500'000_micro), failed(third)}),
            std::vector<errc>(2, errc::none));
  const auto has = reader.find_holdings(user_of(1)).value();
  EXPECT_EQ(has.in_bets, 14'500'000_micro);
  ASSERT_EQ(has.open.size(), 2U);
  EXPECT_EQ(has.positions.size(), 1U);
  ASSERT_EQ(has.deposits.size(), 1U);
  EXPECT_EQ(has.deposits[0].status, deposit_status::converting);
  EXPECT_EQ(reader.find_holdings(user_of(2)).value().in_bets, usdc{});
}

}  // namespace
}  // namespace headroom::test
