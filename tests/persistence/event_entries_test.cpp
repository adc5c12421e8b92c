#include "persistence/detail/event_entries.hpp"

#include <algorithm>

#include "persistence/detail/pg_session.hpp"
#include "persistence/resolutions.hpp"
#include "tests/persistence/books.hpp"
#include "tests/support/ledger_story.hpp"
#include "tests/support/memory_books.hpp"

namespace headroom::test {
namespace {

std::string text_of(const heard_event& e) {
  return std::string{to_string(e.type)} + " " + e.subject + " of " + e.user.hex() + " " +
         std::to_string(e.amount.micro) + " at " + std::to_string(e.at.us);
}

struct EventEntries : books {
  std::vector<heard_event> heard(std::int64_t after = 0, std::uint32_t limit = 1'000) {
    return reader.events_after(after, limit).value();
  }
  std::string types(std::int64_t after = 0) {
    std::string out;
    for (const auto& e : heard(after)) out += std::string{to_string(e.type)} + " ";
    return out;
  }
};

/// One by one, and all together in one batch.
TEST_F(EventEntries, EveryEntryOfTheStoryIsHeardOfAsTheRuleSays) {
  memory_books memory;
  memory_store memory_side{memory};
  for (const auto& line : ledger_story()) {
    const std::vector<journal_entry> batch{line.entry};
    std::vector<entry_outcome> ignored;
    std::optional<buffer_row> row;
    ASSERT_EQ(memory_side.commit(batch, ignored, row), store_status::ok);
    ASSERT_EQ(one(line.entry), errc::none) << name_of(line.entry);
  }
  std::vector<std::string> stored;
  std::vector<std::string> expected;
  for (const auto& e : heard()) stored.push_back(text_of(e));
  for (const auto& e : memory.events) expected.push_back(text_of(e));
  EXPECT_EQ(stored, expected);
  EXPECT_GT(stored.size(), 20U);
  EXPECT_EQ(reader.newest_event(), heard().back().number);
}

TEST_F(EventEntries, ARepeatedAndARefusedEntryAreNotHeardOf) {
  fill_buffer(1000_usdc);
  fund(100, user_of(1), 50_usdc);
  const auto b = a_bet(1, user_of(1), 10_usdc);
  const auto before = reader.newest_event().value();
  EXPECT_EQ(verdicts({accept_bet{b}, accept_bet{a_bet(2, user_of(1), 900_usdc)}}),
            (std::vector{errc::none, errc::insufficient_balance}));
  EXPECT_EQ(types(before), "bet.placed ");
  EXPECT_EQ(one(accept_bet{b}), errc::none);
  EXPECT_EQ(verdicts({accept_bet{b}, failed(b), failed(b)}), std::vector<errc>(3, errc::none));
  EXPECT_EQ(types(before), "bet.placed bet.failed ");
  EXPECT_EQ(heard(before).at(0).balance, 50_usdc) << "as it is now: newer than the event";
}

TEST_F(EventEntries, BetsAndTheRestOfABatchAreAllHeardOf) {
  fill_buffer(1000_usdc);
  fund(100, user_of(1), 50_usdc);
  const auto before = reader.newest_event().value();
  const auto row = a_deposit(7, user_of(2), 5_usdc);
  EXPECT_EQ(verdicts({accept_bet{a_bet(1, user_of(1), 10_usdc)}, open_deposit{row},
                      accept_bet{a_bet(2, user_of(1), 1_usdc)}}),
            std::vector<errc>(3, errc::none));
  const auto news = heard(before);
  ASSERT_EQ(news.size(), 3U);
  EXPECT_EQ(news[0].user, user_of(1));
  EXPECT_EQ(std::count_if(news.begin(), news.end(),
                          [](const auto& e) { return e.type == event_type::deposit_opened; }),
            1);
}

TEST_F(EventEntries, AreReadInPagesWithoutGapOrRepeat) {
  fill_buffer(1000_usdc);
  fund(100, user_of(1), 50_usdc);
  for (std::uint64_t n = 0; n < 7; ++n)
    ASSERT_EQ(one(accept_bet{a_bet(n, user_of(1), 1_usdc)}), errc::none);
  std::int64_t last = 0;
  std::size_t seen = 0;
  for (auto page = heard(last, 3); !page.empty(); page = heard(last, 3))
    for (const auto& e : page) {
      EXPECT_GT(e.number, last);
      last = e.number;
      ++seen;
    }
  EXPECT_EQ(seen, heard().size());
}

TEST_F(EventEntries, WhatATerminalBooksIsHeardOfToo) {
  fill_buffer(1000_usdc);
  fund(100, user_of(1), 50_usdc);
  const auto b = a_bet(1, user_of(1), 10_usdc);
  ASSERT_EQ(one(accept_bet{b}), errc::none);
  const auto before = reader.newest_event().value();
  persistence::bet_resolution x;
  x.end = failed(b);
  x.decided_by = "cli:ann";
  x.evidence = "ticket 7";
  x.chain_words = "untouched";
  ASSERT_EQ(persistence::resolve_order(db.conninfo(), x), "");
  EXPECT_EQ(types(before), "bet.failed ");
}

TEST_F(EventEntries, WhatIsAMonthOldIsForgotten) {
  fill_buffer(1000_usdc);
  fund(100, user_of(1), 50_usdc);
  const auto month = std::chrono::hours{24 * 30};
  ASSERT_GT(heard().size(), 2U);
  ASSERT_EQ(one(note_buffer{noon.plus(month)}), errc::none);
  EXPECT_GT(heard().size(), 2U);
  ASSERT_EQ(one(note_buffer{noon.plus(month + std::chrono::seconds{1})}), errc::none);
  EXPECT_TRUE(heard().empty());
}

/// A number that was taken by somebody who commits later would be passed over.
TEST_F(EventEntries, ATerminalWaitsForTheJournalsCommit) {
  using namespace persistence;
  session_options options;
  options.lock_timeout = std::chrono::milliseconds{200};
  const auto one_link = open_session(db.conninfo(), options);
  const auto other_link = open_session(db.conninfo(), options);
  {
    pqxx::work journal{*one_link};
    enter_turn(journal, writer_of_events::journal);
    pqxx::work terminal{*other_link};
    EXPECT_THROW(enter_turn(terminal, writer_of_events::terminal), pqxx::sql_error);
  }
  pqxx::work terminal{*other_link};
  enter_turn(terminal, writer_of_events::terminal);
  EXPECT_EQ(terminal.exec1("SHOW idle_in_transaction_session_timeout")[0].as<std::string>(), "5s")
      << "no bet waits longer for one that fell silent";
  pqxx::work journal{*one_link};
  EXPECT_THROW(enter_turn(journal, writer_of_events::journal), pqxx::sql_error);
}

}  // namespace
}  // namespace headroom::test
