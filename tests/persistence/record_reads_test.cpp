#include "persistence/pg_records.hpp"
#include "tests/persistence/market_books.hpp"

namespace headroom::test {
namespace {

/// The buffer's history row by row, and what operators read of it.
struct RecordReads : market_books {
  persistence::pg_records records{{db.conninfo()}};
  const timestamp start{noon.us - noon.us % 3'600'000'000};

  [[nodiscard]] timestamp at_minute(std::int64_t n) const {
    return start.plus(std::chrono::minutes{n});
  }
  void note(std::int64_t minute) { all_taken({note_buffer{at_minute(minute)}}); }
  /// A bet that is placed in this minute, and stays open.
  accept_bet bet_in(std::int64_t minute, std::uint64_t n, usdc amount) {
    auto b = a_bet_on(yes, n, alice, amount);
    b.created_at = at_minute(minute).minus(std::chrono::seconds{30});
    return {b};
  }
  buffer_course course(std::int64_t minutes, std::uint32_t step_minutes = 1,
                       std::int64_t until = 60) {
    const course_filter wanted{at_minute(until), static_cast<std::uint32_t>(minutes * 60),
                               step_minutes * 60};
    return records.course_of_buffer(wanted).value();
  }
};

TEST_F(RecordReads, AMinuteHasItsCloseItsLowestWhatCameWhatWentAndItsBets) {
  note(1);
  all_taken({bet_in(2, 1, 30_usdc)});
  all_taken({bet_in(2, 2, 20_usdc)});
  all_taken({bet_in(2, 2, 20_usdc)});
  all_taken({failed(bet_in(2, 1, 30_usdc).row)});
  all_taken({replenish{id_of<replenish_id>(9), 5_usdc, {}, "more", at_minute(2)}});
  note(2);
  note(3);
  const auto points = course(60).points;
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[0].at, at_minute(1));
  EXPECT_EQ(points[0].balance, 1'000_usdc);
  EXPECT_FALSE(points[0].has_flows) << "nothing before it is on record";
  EXPECT_EQ(points[1].balance, 985_usdc);
  EXPECT_EQ(points[1].lowest, 950_usdc);
  EXPECT_EQ(points[1].came, 5_usdc);
  EXPECT_EQ(points[1].went, 20_usdc) << "less what came back";
  EXPECT_EQ(points[1].bets, 2) << "a repeat is no bet";
  EXPECT_EQ(points[2].lowest, 985_usdc) << "of its own minute";
  EXPECT_EQ(points[2].came, 0_usdc);
  EXPECT_EQ(points[2].bets, 0);
  EXPECT_EQ(differences(), "");
}

/// What the writer remembered of the minute dies with it; the row is whole all the same.
TEST_F(RecordReads, ARestartInTheMiddleOfAMinuteLosesNothingOfIt) {
  note(1);
  all_taken({bet_in(2, 1, 30_usdc)});
  const auto restarted = [&](const std::vector<journal_entry>& batch, persistence::pg_store& next) {
    EXPECT_EQ(next.commit(batch, outcomes, buffer), store_status::ok);
    for (const auto& x : outcomes) EXPECT_EQ(x.verdict, errc::none);
  };
  const auto end_of = [&](const persistence::pg_store& x) {
    db.run("SELECT pg_terminate_backend(" + std::to_string(x.backend_pid()) + ")");
  };
  end_of(store);
  persistence::pg_store second{{db.conninfo()}};
  restarted({bet_in(2, 2, 20_usdc)}, second);
  restarted({note_buffer{at_minute(2)}}, second);
  auto points = course(60).points;
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[1].went, 50_usdc);
  EXPECT_EQ(points[1].bets, 2);
  end_of(second);
  persistence::pg_store third{{db.conninfo()}};
  restarted({note_buffer{at_minute(9)}}, third);
  points = course(60).points;
  EXPECT_EQ(points.back().bets, 0);
  EXPECT_EQ(points.back().went, 0_usdc);
  EXPECT_EQ(points.back().lowest, 950_usdc);
}

TEST_F(RecordReads, AStretchOfSeveralRowsIsTheirSum) {
  for (std::int64_t minute = 1; minute <= 30; ++minute) {
    if (minute % 5 == 0)
      all_taken({bet_in(minute, 100 + static_cast<std::uint64_t>(minute), 2_usdc)});
    note(minute);
  }
  const auto points = course(60, 10).points;
  ASSERT_EQ(points.size(), 4U) << "0 to 9, 10 to 19, 20 to 29, 30";
  EXPECT_EQ(points[1].at, at_minute(19));
  EXPECT_EQ(points[1].balance, 994_usdc);
  EXPECT_EQ(points[1].went, 4_usdc);
  EXPECT_EQ(points[1].bets, 2);
  EXPECT_EQ(points[2].lowest, 990_usdc);
  const auto last = course(10, 10, 25).points;  // from 15 on: its first row has one before it
  ASSERT_EQ(last.size(), 2U);
  EXPECT_TRUE(last[0].has_flows);
  EXPECT_EQ(last[0].went, 0_usdc) << "16 to 19";
  EXPECT_EQ(last[1].went, 4_usdc) << "20 to 25";
}

TEST_F(RecordReads, RowsFromBeforeHaveTheirLevelAlone) {
  db.run("INSERT INTO buffer_history (at, usdc_balance, reserve) VALUES (time_of(" +
         std::to_string(at_minute(1).us) + "), 2000000000, 0)");
  note(2);
  note(3);
  const auto points = course(60).points;
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[0].lowest, 2'000_usdc);
  EXPECT_FALSE(points[0].has_flows);
  EXPECT_FALSE(points[1].has_flows);
  EXPECT_TRUE(points[2].has_flows);
}

TEST_F(RecordReads, ThirtyDaysOfMinutesAreReadInAFewHundredPoints) {
  db.run(
      "INSERT INTO buffer_history (at, usdc_balance, reserve, lowest, deposited, withdrawn, bets)"
      " SELECT time_of(" +
      std::to_string(start.us) +
      ") - n * interval '1 minute', 1000, 0, 900, 2000 + 43200 - n, 1000 + 43200 - n, 1"
      " FROM generate_series(0, 43200) n");
  const auto points = course(43'200, 120, 0).points;
  ASSERT_GE(points.size(), 360U);
  ASSERT_LE(points.size(), 361U);
  std::int64_t bets = 0;
  usdc went;
  for (const auto& p : points) {
    EXPECT_TRUE(p.has_flows);
    bets += p.bets;
    went = add_saturating(went, p.went);
  }
  EXPECT_EQ(bets, 43'200) << "each row once";
  EXPECT_EQ(went, 43'200_micro);
}

TEST_F(RecordReads, ArrivalsAreThoseOfRunningConversions) {
  fund(3001, alice, 50_usdc);
  auto row = a_conversion(1, 50_usdc, {id_of<deposit_id>(3001)});
  row.expected_out = 49_usdc;
  row.expected_seconds = 600;
  all_taken({open_conversion{row}});
  const auto arrivals = course(60).arrivals;
  ASSERT_EQ(arrivals.size(), 1U);
  EXPECT_EQ(arrivals[0].id, row.id);
  EXPECT_EQ(arrivals[0].amount, 49_usdc);
  EXPECT_EQ(arrivals[0].at, row.created_at.plus(std::chrono::seconds{600}));
}

TEST_F(RecordReads, WhoDidWhatIsListedTheNewestFirst) {
  const std::string hostile = "<b>\"it's\"</b> \xe2\x80\xae";
  for (std::int64_t n = 1; n <= 5; ++n)
    all_taken({switch_work{pausable::bets, n % 2 == 1, "key:" + std::to_string(n),
                           n == 5 ? hostile : "ticket " + std::to_string(n), at_minute(n)}});
  all_taken({configure_buffer{500_usdc, false, {}, at_minute(6), "cli:ann"}});
  auto page = records.list_deeds({0, 2}).value();
  ASSERT_EQ(page.deeds.size(), 2U);
  EXPECT_EQ(page.deeds[0].action, "configure_buffer");
  EXPECT_EQ(page.deeds[0].by, "cli:ann");
  EXPECT_EQ(page.deeds[0].target, "buffer");
  EXPECT_EQ(page.deeds[0].at, at_minute(6));
  EXPECT_EQ(page.deeds[1].action, "pause_bets");
  ASSERT_EQ(page.deeds[1].detail.size(), 1U);
  EXPECT_EQ(page.deeds[1].detail[0], (std::pair<std::string, std::string>{"reason", hostile}));
  ASSERT_GT(page.next_before, 0);
  std::vector<std::string> by;
  while (page.next_before > 0) {
    page = records.list_deeds({page.next_before, 2}).value();
    for (const auto& d : page.deeds) by.push_back(d.by);
  }
  by.resize(4);  // before them stands what filled the buffer
  EXPECT_EQ(by, (std::vector<std::string>{"key:4", "key:3", "key:2", "key:1"}));
}

TEST_F(RecordReads, AMarketIsListedFromItsResolutionToItsLastPayout) {
  buy(1, alice, yes, {5'000'000}, 3_usdc);
  all_taken({the_market()});
  EXPECT_EQ(records.list_unsettled(50)->total, 0);
  all_taken({resolved(1, 0)});
  auto open = records.list_unsettled(50).value();
  ASSERT_EQ(open.oldest.size(), 1U);
  EXPECT_EQ(open.total, 1);
  EXPECT_EQ(open.oldest[0].market.condition, condition);
  EXPECT_EQ(open.oldest[0].owed, 5_usdc);
  EXPECT_EQ(open.oldest[0].row.received, 0_usdc);
  EXPECT_EQ(open.oldest[0].unpaid, 1);
  all_taken({redeemed(1, 5_usdc), payout(alice, yes, 5_usdc)});
  open = records.list_unsettled(50).value();
  EXPECT_EQ(open.oldest.at(0).row.paid, 5_usdc);
  EXPECT_EQ(open.oldest.at(0).owed, 0_usdc);
  all_taken({closed_with({})});
  EXPECT_EQ(records.list_unsettled(50)->total, 0);
}

TEST(RecordsWithoutADatabase, SayNothing) {
  persistence::pg_records none{{"host=127.0.0.1 port=1 connect_timeout=1"}};
  EXPECT_FALSE(none.list_deeds({}));
  EXPECT_FALSE(none.course_of_buffer({}));
  EXPECT_FALSE(none.list_unsettled(1));
}

}  // namespace
}  // namespace headroom::test
