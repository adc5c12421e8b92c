#include <set>

#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

const auto alice = user_of(1);
const auto bob = user_of(2);

struct Reader : books {
  void SetUp() override {
    fill_buffer(1000_usdc);
    fund(100, alice, 50_usdc);
    fund(101, bob, 50_usdc);
  }
  /// Follows the cursor to the end; the ids in the order shown.
  std::vector<bet_id> all_pages(bet_filter filter) {
    std::vector<bet_id> out;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = reader.list_bets(filter).value();
      EXPECT_LE(page.bets.size(), filter.limit);
      for (const auto& x : page.bets) out.push_back(x.id);
      if (page.next_cursor.empty()) return out;
      filter.cursor = page.next_cursor;
    }
    ADD_FAILURE() << "pages without end";
    return out;
  }
};

TEST_F(Reader, PagesBetsNewestFirstWithoutGapOrRepeat) {
  std::vector<journal_entry> batch;
  for (std::uint64_t n = 0; n < 23; ++n) {
    auto row = a_bet(n, n % 2 == 0 ? alice : bob, 1000_micro);
    row.created_at = noon.plus(std::chrono::microseconds{n / 4});  // four of each moment
    batch.push_back(accept_bet{row});
  }
  commit(batch);
  commit({failed(a_bet(4, alice, 1000_micro))});
  bet_filter filter;
  filter.limit = 3;
  const auto everything = all_pages(filter);
  EXPECT_EQ(std::set(everything.begin(), everything.end()).size(), 23U);
  EXPECT_EQ(everything.size(), 23U);
  EXPECT_EQ(everything.front(), id_of<bet_id>(22));
  EXPECT_EQ(everything.back(), id_of<bet_id>(0));
  filter.has_user = true;
  filter.user = alice;
  EXPECT_EQ(all_pages(filter).size(), 12U);
  filter.has_status = true;
  filter.status = bet_status::failed;
  EXPECT_EQ(all_pages(filter), std::vector{id_of<bet_id>(4)});
  filter.limit = 12;
  filter.status = bet_status::placing;
  EXPECT_EQ(all_pages(filter).size(), 11U);
}

TEST_F(Reader, BetsAreFoundByTokenTimeAndWhoPlacedThem) {
  for (std::uint64_t n = 0; n < 6; ++n) {
    auto row = a_bet(n, alice, 1000_micro);
    row.token = uint256::of(n % 2);
    row.created_at = noon.plus(std::chrono::seconds{n});
    row.placed_by = "key:" + std::to_string(n);
    commit({accept_bet{row}});  // alone: the statement of its own
  }
  EXPECT_EQ(the_bet(id_of<bet_id>(3)).placed_by, "key:3");
  bet_filter filter;
  filter.limit = 2;
  filter.has_user = filter.has_token = true;
  filter.user = alice;
  filter.token = uint256::of(1);
  EXPECT_EQ(all_pages(filter), (std::vector{id_of<bet_id>(5), id_of<bet_id>(3), id_of<bet_id>(1)}));
  filter.created.since = noon.plus(std::chrono::seconds{1});
  filter.created.until = noon.plus(std::chrono::seconds{5});
  EXPECT_EQ(all_pages(filter), (std::vector{id_of<bet_id>(3), id_of<bet_id>(1)}))
      << "from since on, before until";
  auto together = a_bet(7, alice, 1000_micro);
  together.placed_by = "user:0xaa";
  commit({accept_bet{together}, accept_bet{a_bet(8, alice, 1000_micro)}});
  EXPECT_EQ(the_bet(together.id).placed_by, "user:0xaa");
}

TEST_F(Reader, PromisedBetsAreKeptWithTheirNewestWordUntilTheirTimeIsOver) {
  auto row = a_bet(7, alice, 20_usdc);
  row.updated_at = noon;
  const auto until = noon.plus(std::chrono::hours{24});
  commit({promise_bet{row, until}});
  const auto kept = [&](const bet_id& id) { return reader.find_promise(id).value(); };
  ASSERT_TRUE(kept(row.id));
  EXPECT_EQ(kept(row.id)->status, bet_status::placing);
  EXPECT_EQ(kept(row.id)->amount, 20_usdc);
  EXPECT_EQ(kept(row.id)->token, row.token);
  EXPECT_EQ(kept(row.id)->deadline, row.deadline);
  EXPECT_TRUE(kept(row.id)->order_hash.is_zero());

  row.status = bet_status::failed;
  row.failure = "market_closed: no more";
  commit({promise_bet{row, until}, promise_bet{row, until}});
  EXPECT_EQ(kept(row.id)->status, bet_status::failed);
  EXPECT_EQ(kept(row.id)->failure, row.failure);
  EXPECT_EQ(kept(row.id)->refunded, 20_usdc);
  EXPECT_EQ(balance_of(alice), 50_usdc) << "nothing moves";
  EXPECT_FALSE(reader.find_bet(row.id).value()) << "the books do not have it";

  auto later = a_bet(8, bob, 1_usdc);
  later.updated_at = until.plus(std::chrono::seconds{1});
  commit({promise_bet{later, later.updated_at.plus(std::chrono::hours{24})}});
  EXPECT_FALSE(kept(row.id));
  EXPECT_TRUE(kept(later.id));
  later.status = bet_status::filled;
  EXPECT_EQ(one(promise_bet{later, until}), errc::invariant_violated) << "that is a bet's end";
  EXPECT_EQ(differences(), "");
}

TEST_F(Reader, DepositsHavePagesAndFilters) {
  for (std::uint64_t n = 0; n < 9; ++n) {
    auto row = a_deposit(n, alice, 2_usdc);
    row.created_at = noon.plus(std::chrono::seconds{10 + n / 3});  // three of each moment
    commit({open_deposit{row}});
    if (n % 2 == 0) commit({fail_deposit{row.id, "gone", noon}});
  }
  const auto pages = [this](deposit_filter filter) {
    std::vector<deposit_id> out;
    for (int i = 0; i < 100; ++i) {
      const auto page = reader.list_deposits(filter).value();
      EXPECT_LE(page.deposits.size(), filter.limit);
      for (const auto& x : page.deposits) out.push_back(x.id);
      if (page.next_cursor.empty()) return out;
      filter.cursor = page.next_cursor;
    }
    ADD_FAILURE() << "pages without end";
    return out;
  };
  deposit_filter filter{alice, "", 2};
  EXPECT_EQ(pages(filter).size(), 10U) << "the fixture's too";
  filter.has_status = true;
  filter.status = deposit_status::failed;
  EXPECT_EQ(pages(filter).size(), 5U);
  filter.created.since = noon.plus(std::chrono::seconds{11});
  EXPECT_EQ(pages(filter).size(), 3U);
  filter.created.until = noon.plus(std::chrono::seconds{12});
  EXPECT_EQ(pages(filter), std::vector{id_of<deposit_id>(4)});
  EXPECT_TRUE(pages({user_of(3)}).empty());
}

/// A payment that is still settling is not hidden by 200 later ones.
TEST_F(Reader, MoneyOnItsWayIsAllOfIt) {
  std::vector<journal_entry> batch;
  for (std::uint64_t n = 1001; n <= 1206; ++n) {
    auto row = a_deposit(n, bob, 1_usdc);
    row.created_at = noon.plus(std::chrono::seconds{n});
    batch.push_back(open_deposit{row});
  }
  commit(batch);
  auto coming = reader.on_its_way(bob).value();
  EXPECT_EQ(coming.total, 206_usdc);
  ASSERT_EQ(coming.deposits.size(), 200U);
  EXPECT_EQ(coming.deposits.front().id, id_of<deposit_id>(1206));
  batch.clear();
  for (std::uint64_t n = 1002; n <= 1206; ++n)
    batch.push_back(fail_deposit{id_of<deposit_id>(n), "gone", noon});
  commit(batch);
  coming = reader.on_its_way(bob).value();
  EXPECT_EQ(coming.total, 1_usdc);
  ASSERT_EQ(coming.deposits.size(), 1U);
  EXPECT_EQ(coming.deposits.front().id, id_of<deposit_id>(1001));
  EXPECT_EQ(reader.on_its_way(alice)->total, 0_usdc) << "credited is not on its way";
}

TEST_F(Reader, BadCursorsGiveAnEmptyPage) {
  commit({accept_bet{a_bet(1, alice, 1_usdc)}});
  for (const auto* text : {"x", ".", "12", "1763726400123456.", "1763726400123456.not-a-uuid",
                           "-1.", "99999999999999999999.ab000000-0000-0000-0000-000000000001",
                           "9223372036854775807.ab000000-0000-0000-0000-000000000001",
                           "1 .ab000000-0000-0000-0000-000000000001", "'; DROP TABLE bets; --"}) {
    bet_filter filter;
    filter.cursor = text;
    EXPECT_TRUE(reader.list_bets(filter).value().bets.empty()) << text;
    EXPECT_TRUE(reader.list_conversions(text, 5).value().conversions.empty()) << text;
    deposit_filter theirs{alice};
    theirs.cursor = text;
    EXPECT_TRUE(reader.list_deposits(theirs).value().deposits.empty()) << text;
  }
}

TEST_F(Reader, LimitsAreKeptInBounds) {
  commit({accept_bet{a_bet(1, alice, 1_usdc)}, accept_bet{a_bet(2, alice, 1_usdc)}});
  bet_filter filter;
  filter.limit = 0;
  EXPECT_EQ(reader.list_bets(filter)->bets.size(), 1U);
  filter.limit = UINT32_MAX;
  EXPECT_EQ(reader.list_bets(filter)->bets.size(), 2U);
}

TEST_F(Reader, WhatIsNotThereIsEmptyNotUnavailable) {
  EXPECT_EQ(reader.find_bet(id_of<bet_id>(1)).value().has_value(), false);
  EXPECT_EQ(reader.find_deposit(id_of<deposit_id>(1)).value().has_value(), false);
  EXPECT_EQ(reader.find_deposit_by_payment({}).value().has_value(), false);
  EXPECT_EQ(reader.find_conversion(id_of<conversion_id>(1)).value().has_value(), false);
  EXPECT_TRUE(reader.find_operation(id_of<operation_id>(1)).value().empty());
  EXPECT_EQ(reader.average_daily_volume(), 0_usdc);
  EXPECT_EQ(reader.metrics_of_conversions()->completed, 0);
}

TEST_F(Reader, FindsWhatARestartHasToFinish) {
  const auto first = a_bet(1, alice, 1_usdc);
  commit({accept_bet{a_bet(2, bob, 1_usdc)}, accept_bet{first}, accept_bet{a_bet(3, bob, 1_usdc)},
          open_deposit{a_deposit(7, alice, 1_usdc)}});
  commit({failed(a_bet(3, bob, 1_usdc))});
  const auto work = reader.unfinished(10, 10).value();
  ASSERT_EQ(work.placing_bets.size(), 2U);
  EXPECT_EQ(work.placing_bets[0].id, first.id);
  EXPECT_EQ(work.placing_bets[0].signed_order, first.signed_order);
  ASSERT_EQ(work.settling_deposits.size(), 1U);
  EXPECT_EQ(reader.unfinished(1, 0)->placing_bets.size(), 1U);
  EXPECT_EQ(reader.unfinished(1, 0)->settling_deposits.size(), 0U) << "a limit of their own";
}

TEST_F(Reader, DepositsAreFoundByTheirState) {
  const auto row = a_deposit(7, alice, 1_usdc);
  commit({open_deposit{row}, settle_deposit{row.id, id_of<hash256>(7), noon}});
  ASSERT_EQ(reader.deposits_to_credit(10)->size(), 1U);
  EXPECT_EQ(reader.deposits_to_credit(10)->at(0).id, row.id);
  EXPECT_EQ(reader.deposits_to_convert(10)->size(), 2U);  // of the fixture
  EXPECT_EQ(reader.deposits_to_convert(1)->size(), 1U);
  EXPECT_EQ(reader.list_deposits({alice})->deposits.size(), 2U);
  EXPECT_EQ(reader.find_deposit_by_payment(row.payment).value()->id, row.id);
}

TEST_F(Reader, TrialBalanceAddsUp) {
  const auto spent = a_bet(1, alice, 10_usdc);
  commit({accept_bet{spent}, accept_bet{a_bet(2, bob, 5_usdc)}});
  commit({filled(spent, 6_usdc, 1_usdc)});
  const auto trial = reader.trial().value();
  EXPECT_EQ(trial.buffer, 988_usdc);
  EXPECT_EQ(trial.in_transit, 100_usdc);
  EXPECT_EQ(trial.at_venue, 5_usdc);
  EXPECT_EQ(trial.users, 88_usdc);
  EXPECT_EQ(trial.capital, 1000_usdc);
  EXPECT_EQ(trial.wagered, 12_usdc);
  EXPECT_EQ(trial.user_count, 2);
}

/// Half a million balances were summed every 30 s; now nobody is looked at.
TEST_F(Reader, TrialBalanceDoesNotReadTheUsers) {
  const auto before = reader.trial().value();
  db.run(
      "INSERT INTO balances SELECT substring(sha256(i::text::bytea) FOR 20), 1, 1, now()"
      " FROM generate_series(1, 100) i");
  EXPECT_EQ(reader.trial()->users, before.users);
  EXPECT_EQ(reader.trial()->user_count, before.user_count);
}

TEST_F(Reader, TotalsOfUsersFollowEveryEntry) {
  const auto lone = a_bet(1, alice, 10_usdc);
  commit({accept_bet{lone}});  // the statement for a bet that comes alone
  EXPECT_EQ(reader.trial()->users, 90_usdc);
  commit({accept_bet{lone}});  // a repeat moves nothing
  commit({accept_bet{a_bet(2, bob, 5_usdc)}, failed(lone)});
  EXPECT_EQ(reader.trial()->users, 95_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(Reader, VolumeIsAveragedOverTheDaysThereAre) {
  const auto now_us = db.number("SELECT us_of(now())");
  constexpr std::int64_t day_us = 86'400'000'000;
  const auto on_day = [&](std::uint64_t n, std::int64_t days_ago, usdc amount) {
    auto row = a_bet(n, alice, amount);
    row.created_at = {now_us - days_ago * day_us};
    return accept_bet{row};
  };
  commit({on_day(1, 0, 6_usdc)});
  EXPECT_EQ(reader.average_daily_volume(), 6_usdc);
  commit({on_day(2, 2, 3_usdc), on_day(3, 45, 30_usdc)});  // the third is too old to count
  EXPECT_EQ(reader.average_daily_volume(), 3_usdc);
}

TEST_F(Reader, ConversionMetricsCountTheLastThirtyDays) {
  const timestamp now{db.number("SELECT us_of(now())")};
  for (std::uint64_t n = 1; n <= 100; ++n) {
    fund(1000 + n, alice, 1_usdc);
    auto row = a_conversion(n, 1_usdc, {id_of<deposit_id>(1000 + n)});
    row.created_at = {now.us - 3'600'000'000};
    commit({open_conversion{row},
            complete_conversion{row.id,
                                {},
                                {999'000},
                                {},
                                {1000},
                                row.created_at.plus(std::chrono::milliseconds{n * 10})}});
    ASSERT_EQ(outcomes[1].verdict, errc::none);
  }
  const auto metrics = reader.metrics_of_conversions().value();
  EXPECT_EQ(metrics.completed, 100);
  EXPECT_EQ(metrics.average_ms, 505);
  EXPECT_EQ(metrics.p95_ms, 950);
  EXPECT_EQ(metrics.p99_ms, 990);
  EXPECT_EQ(metrics.total_in, 100_usdc);
  EXPECT_EQ(metrics.total_received, usdc{99'900'000});
  EXPECT_EQ(metrics.total_loss, usdc{100'000});
  ASSERT_EQ(metrics.routes.size(), 1U);
  const auto& all = metrics.routes[0];
  EXPECT_EQ(all.route, "oft_uniswap");
  EXPECT_EQ(all.source, (money_source{9745, user_of(77)}));
  EXPECT_EQ(all.completed, 100);
  EXPECT_EQ(all.p99_ms, metrics.p99_ms);
  EXPECT_EQ(all.total_loss, metrics.total_loss);
  EXPECT_EQ(all.arrived_day, metrics.total_received);
  EXPECT_EQ(all.slippage, 0_usdc) << "none of them had a quote";
  auto page = reader.list_conversions("", 60).value();
  EXPECT_EQ(page.conversions.size(), 60U);
  page = reader.list_conversions(page.next_cursor, 60).value();
  EXPECT_EQ(page.conversions.size(), 40U);
  EXPECT_EQ(page.next_cursor, "");
}

TEST_F(Reader, MetricsTellRoutesApartAndWhereTheLossCameFrom) {
  const timestamp now{db.number("SELECT us_of(now())")};
  const auto complete = [&](std::uint64_t n, const char* route, std::vector<conversion_step> steps,
                            usdc expected, usdc received, std::chrono::hours ago) {
    fund(2000 + n, alice, 100_usdc);
    auto row = a_conversion(n, 100_usdc, {id_of<deposit_id>(2000 + n)});
    row.route = route;
    row.expected_out = expected;
    row.created_at = now.minus(ago + std::chrono::minutes{1});
    commit({open_conversion{row}, complete_conversion{row.id,
                                                      std::move(steps),
                                                      received,
                                                      {},
                                                      sub_saturating(100_usdc, received),
                                                      now.minus(ago)}});
    ASSERT_EQ(outcomes[1].verdict, errc::none);
  };
  const auto step = [](const char* name, usdc in, usdc out) {
    return conversion_step{name, "done", in, out, {}, 0, "", noon, noon};
  };
  complete(1, "across", {step("bridge", 100_usdc, 98_usdc), step("swap", 98_usdc, 97_usdc)},
           98_usdc, 97_usdc, std::chrono::hours{1});
  complete(2, "across", {step("bridge", 100_usdc, 99_usdc), step("swap", 99_usdc, 99_usdc)},
           98_usdc, 99_usdc, std::chrono::hours{30});
  complete(3, "direct", {step("final", 100_usdc, 100_usdc)}, 100_usdc, 100_usdc,
           std::chrono::hours{1});
  const auto found = reader.metrics_of_conversions().value().routes;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].route, "across");
  EXPECT_EQ(found[0].completed, 2);
  EXPECT_EQ(found[0].bridge_fee, 3_usdc);
  EXPECT_EQ(found[0].swap_fee, 1_usdc);
  EXPECT_EQ(found[0].slippage, 0_usdc) << "one lost a dollar of its quote, one won one";
  EXPECT_EQ(found[0].arrived_day, 97_usdc);
  EXPECT_EQ(found[0].average_ms, 60'000);
  EXPECT_EQ(found[1].route, "direct");
  EXPECT_EQ(found[1].total_loss, 0_usdc);
}

/// What the buffer lost since a row of its history, less what was brought in between.
TEST_F(Reader, TheOutflowIsMeasuredByTheHistory) {
  EXPECT_EQ(reader.flows_of_buffer()->hour_seconds, 0) << "no history, no word";
  const timestamp now{db.number("SELECT us_of(now())")};
  ASSERT_EQ(one(note_buffer{now.minus(std::chrono::minutes{30})}), errc::none);
  ASSERT_EQ(one(note_buffer{now.minus(std::chrono::minutes{30})}), errc::none) << "once more";
  EXPECT_EQ(db.number("SELECT count(*) FROM buffer_history"), 1);
  commit({accept_bet{a_bet(1, alice, 10_usdc)}});
  commit({replenish{id_of<replenish_id>(9), 5_usdc, 2_usdc, "more", now}});
  commit({adopt_transfer{{137, id_of<hash256>(71), 4}, alice, 3_usdc, "cli:ann", "found", now}});
  fund(3001, alice, 50_usdc);
  auto row = a_conversion(1, 50_usdc, {id_of<deposit_id>(3001)});
  row.created_at = now.minus(std::chrono::minutes{5});
  commit({open_conversion{row}, complete_conversion{row.id, {}, 40_usdc, 9_usdc, 1_usdc, now}});
  const auto flows = reader.flows_of_buffer().value();
  EXPECT_EQ(flows.out_hour, 10_usdc) << "the bet alone";
  EXPECT_EQ(flows.out_day, 10_usdc) << "what is on record";
  EXPECT_NEAR(static_cast<double>(flows.hour_seconds), 1'800, 60);
  EXPECT_EQ(flows.arrived_day, 49_usdc);
  EXPECT_TRUE(flows.arrivals.empty());
}

TEST_F(Reader, TheLastHourBeginsAtTheNewestRowThatIsAnHourOld) {
  const timestamp now{db.number("SELECT us_of(now())")};
  db.run(
      "INSERT INTO buffer_history VALUES (now() - interval '3 hours', 2000000000, 0),"
      " (now() - interval '61 minutes', 1500000000, 0), (now() - interval '1 minute', 1, 0)");
  const auto flows = reader.flows_of_buffer().value();
  const auto held = the_buffer();
  EXPECT_EQ(flows.out_hour, sub_saturating(1'500_usdc, add_saturating(held.balance, held.reserve)));
  EXPECT_EQ(flows.out_day, sub_saturating(2'000_usdc, add_saturating(held.balance, held.reserve)));
  ASSERT_EQ(one(note_buffer{now.plus(std::chrono::hours{24 * 90})}), errc::none);
  EXPECT_EQ(db.number("SELECT count(*) FROM buffer_history"), 1) << "90 days are kept";
}

TEST_F(Reader, RunningConversionsAreExpectedAtTheirTime) {
  fund(3001, alice, 50_usdc);
  auto row = a_conversion(1, 50_usdc, {id_of<deposit_id>(3001)});
  row.expected_out = 49_usdc;
  row.expected_seconds = 600;
  commit({open_conversion{row}});
  const auto arrivals = reader.flows_of_buffer()->arrivals;
  ASSERT_EQ(arrivals.size(), 1U);
  EXPECT_EQ(arrivals[0].amount, 49_usdc);
  EXPECT_EQ(arrivals[0].at, row.created_at.plus(std::chrono::seconds{600}));
}

}  // namespace
}  // namespace headroom::test
