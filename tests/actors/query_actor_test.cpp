#include "actors/query_actor.hpp"

#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;

struct QueryActor : Core {};

TEST_F(QueryActor, WhoWaitsBehindAThousandIsTurnedAwayUnread) {
  const auto query = start_query();
  std::vector<reply_ptr<bet>> answers;
  for (int n = 0; n < 1'100; ++n)
    answers.push_back(ask_later<bet>(query, get_atom::value, bet_at(n)));
  run();
  const auto with = [&](errc code) {
    return std::count_if(answers.begin(), answers.end(),
                         [&](const auto& a) { return a->code == code; });
  };
  EXPECT_EQ(with(errc::overloaded), 100);
  EXPECT_EQ(with(errc::not_found), 1'000);
  EXPECT_EQ(fact(query, "reads"), "1000");
  EXPECT_EQ(ask<bet>(query, get_atom::value, bet_at(1))->code, errc::not_found) << "it caught up";
}

/// A database in which a report takes a while.
struct big_books : memory_reader {
  big_books(memory_books& books, caf::detail::test_actor_clock& passing)
      : memory_reader{books}, clock{passing} {}
  caf::detail::test_actor_clock& clock;
  std::chrono::milliseconds takes{100};
  bool away = false;
  int trials = 0;
  int metrics = 0;

  std::optional<trial_balance> trial() override {
    ++trials;
    clock.advance_time(takes);
    if (away) return std::nullopt;
    return memory_reader::trial();
  }
  std::optional<conversion_metrics> metrics_of_conversions() override {
    ++metrics;
    clock.advance_time(takes);
    return memory_reader::metrics_of_conversions();
  }
};

struct Reports : Core {
  big_books big{books, scheduler.clock()};

  query_actor start(bool keeps) {
    return keep(keeps ? system.spawn(reports_behavior, &big) : system.spawn(query_behavior, &big));
  }
  std::vector<reply_ptr<trial_balance>> ask_often(const query_actor& who, int times) {
    std::vector<reply_ptr<trial_balance>> out;
    for (int n = 0; n < times; ++n)
      out.push_back(ask_later<trial_balance>(who, solvency_atom::value));
    run();
    return out;
  }
};

TEST_F(Reports, OneIsMadeForAllWhoAsk) {
  const auto reports = start(true);
  books.capital = 7_usdc;
  for (const auto& a : ask_often(reports, 40)) EXPECT_EQ(a->value->capital, 7_usdc);
  EXPECT_EQ(big.trials, 1);
  EXPECT_TRUE(ask<conversion_metrics>(reports, metrics_atom::value)->value);
  EXPECT_EQ(big.metrics, 1) << "each report has its own age";
  kill(reports);
}

TEST_F(Reports, AnotherIsMadeWhenTheLastHasBeenPaidFor) {
  const auto reports = start(true);
  ask_often(reports, 1);
  advance(std::chrono::milliseconds{1'900});
  ask_often(reports, 5);
  EXPECT_EQ(big.trials, 1);
  advance(std::chrono::milliseconds{200});
  books.capital = 9_usdc;
  EXPECT_EQ(ask_often(reports, 5).back()->value->capital, 9_usdc);
  EXPECT_EQ(big.trials, 2);
  kill(reports);
}

TEST_F(Reports, NoneIsOlderThanFiveSeconds) {
  const auto reports = start(true);
  big.takes = std::chrono::seconds{3};
  ask_often(reports, 1);
  advance(std::chrono::milliseconds{5'100});
  ask_often(reports, 1);
  EXPECT_EQ(big.trials, 2);
  kill(reports);
}

TEST_F(Reports, AFailureIsSharedLikewise) {
  const auto reports = start(true);
  big.away = true;
  for (const auto& a : ask_often(reports, 40)) EXPECT_EQ(a->code, errc::unavailable);
  EXPECT_EQ(big.trials, 1);
  big.away = false;
  advance(std::chrono::milliseconds{2'100});
  EXPECT_TRUE(ask_often(reports, 1).back()->value);
  kill(reports);
}

TEST_F(Reports, TheHousesOwnReadsAreNeverKept) {
  const auto query = start(false);
  ask_often(query, 3);
  EXPECT_EQ(big.trials, 3);
  kill(query);
}

TEST_F(QueryActor, PositionsSalesAndSettlementsAreReadByTheirOwnNames) {
  const auto query = start_query();
  const auto token = uint256::of(51);
  hash256 condition;
  condition.bytes[0] = 9;
  sale offered;
  offered.id.bytes[0] = 1;
  books.sales[offered.id] = offered;
  books.positions[{token, user(1)}] = {user(1), token, {7}, {3}, 2_usdc};
  EXPECT_EQ(ask<sale>(query, get_atom::value, offered.id)->value->id, offered.id);
  EXPECT_EQ(ask<sale>(query, get_atom::value, sale_id{})->code, errc::not_found);
  EXPECT_EQ(ask<position>(query, get_atom::value, user(1), token)->value->selling, share_amount{3});
  EXPECT_EQ(ask<position>(query, get_atom::value, user(2), token)->code, errc::not_found);
  const auto work = [&] {
    return *ask<settlement_work>(query, work_atom::value, hash256{}, std::uint32_t{10})->value;
  };
  EXPECT_EQ(work().unrecorded, std::vector{token});
  EXPECT_EQ(ask<settlement_view>(query, get_atom::value, condition)->code, errc::not_found);
  books.markets[condition] = {condition, false, "?", {token, uint256::of(52)}, {"Yes", "No"}, {}};
  EXPECT_TRUE(work().unrecorded.empty());
  EXPECT_EQ(work().conditions, std::vector{condition});
  EXPECT_EQ(ask<settlement_view>(query, get_atom::value, condition)->value->unpaid, 1);
  position_filter filter;
  filter.user = user(1);
  const auto page = ask<position_page>(query, filter);
  ASSERT_EQ(page->value->positions.size(), 1U);
  EXPECT_EQ(page->value->positions[0].outcome, "Yes");
  EXPECT_TRUE(ask<std::vector<position>>(query, unpaid_positions{condition, 10})->value->empty())
      << "something is offered";
  books.positions[{token, user(1)}].selling = {};
  EXPECT_EQ(ask<std::vector<position>>(query, unpaid_positions{condition, 10})->value->size(), 1U);
  const auto held =
      ask<std::vector<token_shares>>(query, get_atom::value, uint256{}, std::uint32_t{10});
  ASSERT_EQ(held->value->size(), 1U);
  EXPECT_EQ(held->value->at(0).shares, share_amount{7});
}

TEST_F(QueryActor, AStrangersRowHasVersionZero) {
  const auto query = start_query();
  give(user(1), 5_usdc);
  const auto known = ask<balance_row>(query, get_atom::value, user(1));
  EXPECT_EQ(known->value->balance, 5_usdc);
  EXPECT_GT(known->value->version, 0);
  const auto stranger = ask<balance_row>(query, get_atom::value, user(2));
  EXPECT_EQ(stranger->value->user, user(2));
  EXPECT_EQ(stranger->value->version, 0);
}

}  // namespace
}  // namespace headroom::test
