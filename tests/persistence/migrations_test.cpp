#include "persistence/migrations.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "persistence/pg_store.hpp"
#include "tests/support/postgres.hpp"

namespace headroom::test {
namespace {

using persistence::migrate;
using persistence::migration;
using persistence::schema_error;

struct Migrations : testing::Test {
  fresh_database db{fresh_database::schema::none};
};

TEST_F(Migrations, BringAnEmptyDatabaseUpOnce) {
  EXPECT_THROW(persistence::check_schema(db.conninfo()), schema_error);
  const auto steps = static_cast<int>(persistence::all_migrations().size());
  EXPECT_EQ(migrate(db.conninfo()).applied, steps);
  EXPECT_EQ(migrate(db.conninfo()).applied, 0);
  EXPECT_EQ(migrate(db.conninfo()).version, persistence::all_migrations().back().version);
  EXPECT_NO_THROW(persistence::check_schema(db.conninfo()));
}

TEST_F(Migrations, CreateTheSeedsBufferTableExactly) {
  migrate(db.conninfo());
  EXPECT_EQ(db.value("SELECT string_agg(column_name, ' ' ORDER BY ordinal_position)"
                     " FROM information_schema.columns WHERE table_name = 'liquidity_buffer'"),
            "id buffer_id usdc_balance min_buffer_size max_buffer_size total_deposited"
            " total_withdrawn last_replenished_at updated_at");
  EXPECT_EQ(db.value("SELECT concat_ws(' ', buffer_id, usdc_balance, min_buffer_size,"
                     " coalesce(max_buffer_size::text, 'none'), total_deposited, total_withdrawn)"
                     " FROM liquidity_buffer"),
            "global 0 10000000000 none 0 0");
  EXPECT_THROW(db.run("INSERT INTO liquidity_buffer (buffer_id) VALUES ('second')"),
               std::exception);
}

TEST_F(Migrations, TwoAtOnceApplyEachStepOnce) {
  std::array<int, 2> applied{};
  std::thread other{[&] { applied[0] = migrate(db.conninfo()).applied; }};
  applied[1] = migrate(db.conninfo()).applied;
  other.join();
  EXPECT_EQ(applied[0] + applied[1], static_cast<int>(persistence::all_migrations().size()));
}

TEST_F(Migrations, ARunningHeadroomRefusesAnotherSchema) {
  persistence::pg_store store{{db.conninfo()}};
  EXPECT_NE(store.open().find("headroom migrate"), std::string::npos);
  migrate(db.conninfo());
  EXPECT_EQ(store.open(), "");
}

/// Books that had filled bets before there were positions.
TEST_F(Migrations, MakePositionsOfTheBetsThatWereFilledBefore) {
  const auto all = persistence::all_migrations();
  migrate(db.conninfo(), all.first(9));
  db.run(
      "INSERT INTO bets (bet_id, user_address, token, amount, max_price, status, shares, spent,"
      " fee, refunded, request_hash, order_hash, signed_order, created_at, updated_at)"
      " SELECT gen_random_uuid(), decode(repeat('0a', 20), 'hex'), decode(repeat(t, 32), 'hex'),"
      " 10, 1, s::bet_status, shares, spent, fee, refunded, 'r', 'o', 'b', time_of(at),"
      " time_of(at + 5)"
      " FROM (VALUES ('01', 'filled', 12, 7, 1, 2, 2000), ('01', 'filled', 3, 9, 1, 0, 1000),"
      " ('02', 'filled', 5, 10, 0, 0, 3000), ('02', 'failed', 0, 0, 0, 10, 100),"
      " ('03', 'placing', 0, 0, 0, 0, 100)) v(t, s, shares, spent, fee, refunded, at)");
  EXPECT_EQ(migrate(db.conninfo()).applied, static_cast<int>(all.size()) - 9);
  EXPECT_EQ(db.value("SELECT string_agg(concat_ws(' ', encode(substring(token FOR 1), 'hex'),"
                     " shares, selling, cost, result, us_of(since), us_of(updated_at)), ', '"
                     " ORDER BY token) FROM positions"),
            "01 15 0 18 none 1000 2005, 02 5 0 10 none 3000 3005");
  EXPECT_EQ(db.value("SELECT string_agg(DISTINCT result || ' ' || payout, ', ') FROM bets"),
            "none 0");
}

/// An index on what bets and sales change, a partial one too, makes each of them write to every
/// index of the table.
TEST_F(Migrations, KeepUpdatesOfBalancesAndPositionsHot) {
  migrate(db.conninfo());
  EXPECT_EQ(
      db.value("SELECT string_agg(i.indexrelid::regclass::text, ' ') FROM pg_index i"
               " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
               " WHERE i.indrelid IN ('positions'::regclass, 'balances'::regclass,"
               " 'delegations'::regclass) AND a.attname IN ('updated_at', 'shares', 'selling',"
               " 'cost', 'balance', 'version', 'used')"),
      "");
}

TEST_F(Migrations, KnowWhenPositionsWereSettledBefore) {
  const auto all = persistence::all_migrations();
  migrate(db.conninfo(), all.first(21));
  db.run(
      "INSERT INTO positions (token, user_address, shares, cost, since, updated_at, result,"
      " payout_id) SELECT decode(repeat(t, 32), 'hex'), decode(repeat('0a', 20), 'hex'), 5, 1,"
      " time_of(1000), time_of(2000), r::settlement_result,"
      " CASE r WHEN 'none' THEN NULL ELSE gen_random_uuid() END"
      " FROM (VALUES ('01', 'none'), ('02', 'won'), ('03', 'lost')) v(t, r)");
  migrate(db.conninfo());
  EXPECT_EQ(db.value("SELECT string_agg(CASE WHEN settled_at IS NULL THEN '-'"
                     " ELSE us_of(settled_at)::text END, ' ' ORDER BY token) FROM positions"),
            "- 2000 2000");
}

/// The last word on free shares is the table's own.
TEST_F(Migrations, APositionIsNeverSoldBelowNothing) {
  migrate(db.conninfo());
  db.run(
      "INSERT INTO positions (token, user_address, shares, cost, since, updated_at)"
      " VALUES (decode(repeat('01', 32), 'hex'), decode(repeat('0a', 20), 'hex'), 5, 1, now(),"
      " now())");
  for (const auto* wrong :
       {"UPDATE positions SET shares = shares - 6", "UPDATE positions SET selling = -1",
        "UPDATE positions SET cost = -1", "UPDATE positions SET result = 'won'",
        "UPDATE positions SET selling = 1, result = 'won', payout_id = gen_random_uuid()"})
    EXPECT_THROW(db.run(wrong), std::exception) << wrong;
}

constexpr std::array<migration, 2> small{migration{1, "0001_a", "CREATE TABLE a (x INT)"},
                                         migration{2, "0002_b", "CREATE TABLE b (x INT)"}};

TEST_F(Migrations, AreRefusedWhenAnAppliedOneWasEdited) {
  migrate(db.conninfo(), small);
  auto edited = small;
  edited[0].sql = "CREATE TABLE a (x BIGINT)";
  EXPECT_THROW(migrate(db.conninfo(), edited), schema_error);
}

TEST_F(Migrations, AreRefusedWhenTheDatabaseIsAhead) {
  migrate(db.conninfo(), small);
  EXPECT_THROW(migrate(db.conninfo(), std::span{small}.first(1)), schema_error);
}

TEST_F(Migrations, LeaveNothingOfAFailingStep) {
  auto broken = small;
  broken[1].sql = "CREATE TABLE b (x INT); SELECT 1 / 0";
  EXPECT_THROW(migrate(db.conninfo(), broken), schema_error);
  EXPECT_EQ(db.value("SELECT to_regclass('b')"), "");
  EXPECT_EQ(db.number("SELECT max(version) FROM schema_migrations"), 1);
  EXPECT_EQ(migrate(db.conninfo(), small).applied, 1);
}

TEST_F(Migrations, SayWhyWithoutServer) {
  EXPECT_THROW(migrate("host=127.0.0.1 port=1 dbname=none"), schema_error);
  EXPECT_THROW(migrate("not a connection string"), schema_error);
}

}  // namespace
}  // namespace headroom::test
