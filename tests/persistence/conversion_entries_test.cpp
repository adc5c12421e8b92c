#include <future>
#include <pqxx/pqxx>

#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

struct ConversionEntries : books {
  conversion row = a_conversion(1, 50_usdc, {id_of<deposit_id>(11), id_of<deposit_id>(12)});

  void SetUp() override {
    fund(11, user_of(1), 20_usdc);
    fund(12, user_of(2), 30_usdc);
  }
  conversion stored() { return reader.find_conversion(row.id).value().value(); }
  deposit_status member() { return reader.find_deposit(row.deposits[0]).value().value().status; }
  complete_conversion arrived(usdc to_buffer, usdc to_reserve, usdc loss) {
    return {row.id, {a_step("done")}, to_buffer, to_reserve, loss, noon};
  }
  static conversion_step a_step(const std::string& state) {
    return {"bridge", state, 50_usdc, 49_usdc, id_of<hash256>(7), 2, "guid \"1\"", noon, noon};
  }
};

TEST_F(ConversionEntries, OpenedConversionTakesItsDeposits) {
  ASSERT_EQ(reader.deposits_to_convert(10)->size(), 2U);
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  EXPECT_EQ(one(open_conversion{row}), errc::none);
  EXPECT_TRUE(reader.deposits_to_convert(10)->empty());
  const auto read = stored();
  EXPECT_EQ(read.route, "oft_uniswap");
  EXPECT_EQ(read.amount, 50_usdc);
  EXPECT_EQ(read.deposits, row.deposits);
  EXPECT_EQ(read.created_at, row.created_at);
  EXPECT_EQ(reader.running_conversions()->size(), 1U);
  EXPECT_EQ(reader.trial()->converting, 50_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(ConversionEntries, TheTrialSaysWhereEachRunningOnesMoneyIs) {
  EXPECT_TRUE(reader.trial()->moving.empty());
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  const auto waits = reader.trial()->moving;
  ASSERT_EQ(waits.size(), 1U);
  EXPECT_EQ(waits[0].id, row.id);
  EXPECT_EQ(waits[0].amount, 50_usdc);
  EXPECT_EQ(waits[0].where, money_place::at_source);
  conversion_step bridge;
  bridge.name = "bridge";
  bridge.state = "in_flight";
  bridge.amount_in = 50_usdc;
  bridge.started_at = noon;
  bridge.operations = {id_of<operation_id>(5)};
  ASSERT_EQ(one(advance_conversion{row.id, {bridge}, 0, noon}), errc::none);
  const auto sent = reader.trial()->moving.at(0);
  EXPECT_EQ(sent.where, money_place::under_way);
  EXPECT_EQ(sent.step, "bridge");
  EXPECT_EQ(sent.state, "in_flight");
  EXPECT_EQ(sent.since, noon);
  ASSERT_EQ(one(complete_conversion{row.id, {}, 50_usdc, {}, {}, noon}), errc::none);
  EXPECT_TRUE(reader.trial()->moving.empty());
}

TEST_F(ConversionEntries, WhatIsPaidWithTheBuffersOwnTokenIsCountedApartUntilItIsConverted) {
  EXPECT_EQ(reader.trial()->waits_here, 0_usdc);
  const auto paid = reader.find_deposit(row.deposits[0]).value().value();
  persistence::reader_settings how;
  how.conninfo = db.conninfo();
  how.backing = {paid.payment.chain_id, paid.payment.token};
  persistence::pg_reader here{how};
  EXPECT_EQ(here.trial()->waits_here, 50_usdc);
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  EXPECT_EQ(here.trial()->waits_here, 0_usdc);
}

TEST_F(ConversionEntries, DepositBelongsToOneConversion) {
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  EXPECT_EQ(one(open_conversion{a_conversion(2, 20_usdc, {row.deposits[0]})}), errc::duplicate);
  auto other = row;
  other.deposits.pop_back();
  EXPECT_EQ(one(open_conversion{other}), errc::duplicate);
}

TEST_F(ConversionEntries, DepositsMustBeCreditedAndSumUp) {
  EXPECT_EQ(one(open_conversion{a_conversion(2, 49_usdc, row.deposits)}), errc::invariant_violated);
  EXPECT_EQ(one(open_conversion{a_conversion(2, 50_usdc, {})}), errc::invariant_violated);
  EXPECT_EQ(one(open_conversion{a_conversion(2, 20_usdc, {id_of<deposit_id>(99)})}),
            errc::invariant_violated);
  ASSERT_EQ(one(open_deposit{a_deposit(13, user_of(3), 5_usdc)}), errc::none);
  EXPECT_EQ(one(open_conversion{a_conversion(2, 5_usdc, {id_of<deposit_id>(13)})}),
            errc::invariant_violated);
  EXPECT_TRUE(reader.running_conversions()->empty());
}

TEST_F(ConversionEntries, WhatItWasOpenedOnIsKept) {
  row.expected_out = 49'500'000_micro;
  row.expected_seconds = 60;
  row.choice = "the cheapest of 2: 100.00 bps in 60 s";
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  const auto read = stored();
  EXPECT_EQ(read.source, row.source);
  EXPECT_EQ(read.expected_out, row.expected_out);
  EXPECT_EQ(read.expected_seconds, 60U);
  EXPECT_EQ(read.choice, row.choice);
  // One of an earlier version that had no deposits' source to take.
  db.run("UPDATE conversions SET source_chain_id = NULL, source_token = NULL");
  EXPECT_EQ(stored().source, money_source{});
  EXPECT_NE(differences().find("source"), std::string::npos);
}

TEST_F(ConversionEntries, MoneyOfAnotherSourceIsNotInIt) {
  row.source.chain_id = 137;
  EXPECT_EQ(one(open_conversion{row}), errc::invariant_violated);
  row.source = {9745, user_of(78)};
  EXPECT_EQ(one(open_conversion{row}), errc::invariant_violated);
  db.run(
      "UPDATE deposits SET chain_id = 137 WHERE deposit_id = (SELECT min(deposit_id::text)"
      "::uuid FROM deposits)");
  row.source = {9745, user_of(77)};
  EXPECT_EQ(one(open_conversion{row}), errc::invariant_violated) << "one of two";
  EXPECT_TRUE(reader.running_conversions()->empty());
}

TEST_F(ConversionEntries, ASourceWhoseMoneyStandsStillHidesNoOther) {
  for (std::uint64_t n = 20; n < 30; ++n) fund(n, user_of(1), 1_usdc);
  db.run("UPDATE deposits SET chain_id = 137 WHERE amount = 30000000");  // the one of user 2
  const auto found = reader.deposits_to_convert(2).value();
  ASSERT_EQ(found.size(), 3U) << "two of each source";
  EXPECT_EQ(found[0].amount, 20_usdc) << "the oldest first";
  EXPECT_EQ(found[1].amount, 30_usdc);
  EXPECT_EQ(found[2].amount, 1_usdc);
}

TEST_F(ConversionEntries, ProgressIsKeptAsAWhole) {
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  ASSERT_EQ(one(advance_conversion{row.id, {a_step("in_flight")}, 3, noon}), errc::none);
  const auto read = stored();
  ASSERT_EQ(read.steps.size(), 1U);
  EXPECT_EQ(read.attempts, 3U);
  EXPECT_EQ(read.steps[0].name, "bridge");
  EXPECT_EQ(read.steps[0].state, "in_flight");
  EXPECT_EQ(read.steps[0].amount_out, 49_usdc);
  EXPECT_EQ(read.steps[0].tx_hash, id_of<hash256>(7));
  EXPECT_EQ(read.steps[0].detail, "guid \"1\"");
  EXPECT_EQ(read.steps[0].started_at, noon);
  EXPECT_EQ(one(advance_conversion{id_of<conversion_id>(9), {}, 0, noon}),
            errc::invariant_violated);
}

/// Every attempt, every fee bump: nothing of what was sent is lost behind the last hash.
TEST_F(ConversionEntries, EveryTransactionOfEveryStepIsShown) {
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  ASSERT_EQ(one(record_operations{{an_operation(1, 0, 0)}}), errc::none);
  ASSERT_EQ(one(record_operations{{an_operation(1, 0, 1)}}), errc::none);  // a fee bump
  ASSERT_EQ(one(record_operations{{an_operation(2, 1), an_operation(3, 2), an_operation(4, 3)}}),
            errc::none);
  auto bridge = a_step("done");
  bridge.operations = {id_of<operation_id>(1), id_of<operation_id>(2)};
  auto swap = a_step("in_flight");
  swap.operations = {id_of<operation_id>(4), id_of<operation_id>(99)};  // one not stored yet
  ASSERT_EQ(one(advance_conversion{row.id, {bridge, swap}, 1, noon}), errc::none);
  const auto read = stored();
  EXPECT_EQ(read.steps[0].operations, bridge.operations);
  ASSERT_EQ(read.steps[0].transactions.size(), 3U);
  EXPECT_EQ(read.steps[0].transactions[0].tx_hash, an_operation(1, 0, 0).tx_hash);
  EXPECT_EQ(read.steps[0].transactions[1].tx_hash, an_operation(1, 0, 1).tx_hash);
  EXPECT_EQ(read.steps[0].transactions[2].id, id_of<operation_id>(2));
  ASSERT_EQ(read.steps[1].transactions.size(), 1U);
  EXPECT_EQ(read.steps[1].transactions[0].id, id_of<operation_id>(4));
  const auto page = reader.list_conversions("", 10).value();
  EXPECT_EQ(page.conversions.at(0).steps[0].transactions.size(), 3U);
  // Steps of an earlier version name no operations.
  db.run("UPDATE conversions SET steps = jsonb_build_array((steps->0) - 'operations')");
  EXPECT_TRUE(stored().steps[0].operations.empty());
}

TEST_F(ConversionEntries, ArrivalReplenishesAndBooksTheLoss) {
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  ASSERT_EQ(one(arrived(40_usdc, 9_usdc, 1_usdc)), errc::none);
  ASSERT_TRUE(buffer.has_value());
  EXPECT_EQ(buffer->balance, 40_usdc);
  EXPECT_EQ(buffer->reserve, 9_usdc);
  EXPECT_EQ(buffer->total_deposited, 40_usdc);
  EXPECT_EQ(buffer->last_replenished_at, noon);
  EXPECT_EQ(stored().received, 49_usdc);
  EXPECT_EQ(stored().loss, 1_usdc);
  EXPECT_EQ(stored().completed_at, noon);
  EXPECT_EQ(member(), deposit_status::completed);
  const auto trial = reader.trial().value();
  EXPECT_EQ(trial.in_transit, 0_usdc);
  EXPECT_EQ(trial.converting, 0_usdc);
  EXPECT_EQ(trial.conversion_loss, 1_usdc);
  EXPECT_EQ(differences(), "");  // a loss without capital is a state of business, not a mismatch
}

TEST_F(ConversionEntries, RepeatedEndChangesNothing) {
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  ASSERT_EQ(one(arrived(50_usdc, {}, {})), errc::none);
  EXPECT_EQ(one(arrived(50_usdc, {}, {})), errc::none);
  EXPECT_EQ(buffer->balance, 50_usdc);
  EXPECT_EQ(one(advance_conversion{row.id, {}, 9, noon}), errc::none);
  EXPECT_EQ(stored().attempts, 0U);
  EXPECT_EQ(one(arrived(49_usdc, {}, 1_usdc)), errc::invariant_violated);
  EXPECT_EQ(one(fail_conversion{row.id, {}, "late", noon}), errc::invariant_violated);
  EXPECT_EQ(the_buffer().balance, 50_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(ConversionEntries, MoreThanWasSentIsALossBelowZero) {
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  ASSERT_EQ(one(arrived(51_usdc, {}, {-1'000'000})), errc::none);
  EXPECT_EQ(reader.trial()->conversion_loss, usdc{-1'000'000});
  EXPECT_EQ(differences(), "");
}

TEST_F(ConversionEntries, ArrivalMustSumUp) {
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  EXPECT_EQ(one(arrived(50_usdc, {}, 1_usdc)), errc::invariant_violated);
  EXPECT_EQ(one(arrived({-1}, {50'000'001}, {})), errc::invariant_violated);
  EXPECT_EQ(one(arrived({INT64_MAX}, {INT64_MAX}, {})), errc::invariant_violated);
  EXPECT_EQ(stored().status, conversion_status::running);
  EXPECT_EQ(differences(), "");
}

TEST_F(ConversionEntries, FailedConversionLeavesUsersTheirCredit) {
  ASSERT_EQ(one(open_conversion{row}), errc::none);
  ASSERT_EQ(one(fail_conversion{row.id, {a_step("failed")}, "stuck", noon}), errc::none);
  EXPECT_EQ(one(fail_conversion{row.id, {}, "stuck", noon}), errc::none);
  EXPECT_EQ(one(arrived(50_usdc, {}, {})), errc::invariant_violated);
  EXPECT_EQ(member(), deposit_status::failed);
  EXPECT_EQ(stored().failure, "stuck");
  EXPECT_EQ(balance_of(user_of(1)), 20_usdc);
  EXPECT_EQ(reader.trial()->in_transit, 50_usdc);
  EXPECT_EQ(one(settle_deposit{row.deposits[0], id_of<hash256>(11), noon}), errc::none);
  EXPECT_EQ(differences(), "");
}

// -- one that has sent nothing hands its deposits on (docs/decisions/0044) -----------------------

struct ReplaceConversion : ConversionEntries {
  void SetUp() override {
    ConversionEntries::SetUp();
    ASSERT_EQ(one(open_conversion{row}), errc::none);
  }
  replace_conversion moved(std::uint64_t n = 2) {
    auto next = a_conversion(n, row.amount, row.deposits);
    next.route = "across";
    return {row.id, next, noon.plus(std::chrono::seconds{9})};
  }
  order_conversion ordered(order_word word, int after) {
    order_conversion x;
    x.id = row.id;
    x.order.word = word;
    x.order.by = "cli:ann";
    x.order.reason = "ticket 7";
    x.order.at = noon.plus(std::chrono::seconds{after});
    return x;
  }
  /// Until the store waits for a lock; bounded by the server's answers.
  void await_blocked() const {
    for (int i = 0; i < 20'000; ++i)
      if (db.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    " AND datname = current_database()") > 0)
        return;
    FAIL() << "it never waited";
  }
  chain_operation sent(std::uint64_t n) {
    auto out = an_operation(n, n);
    out.purpose = "bridge/" + row.id.text();
    return out;
  }
};

TEST_F(ReplaceConversion, ItsDepositsAreTheNextOnes) {
  const auto x = moved();
  ASSERT_EQ(one(x), errc::none);
  EXPECT_EQ(one(x), errc::none) << "a repeat";
  EXPECT_EQ(stored().status, conversion_status::replaced);
  EXPECT_EQ(stored().replaced_by, x.row.id);
  EXPECT_TRUE(stored().deposits.empty());
  const auto next = reader.find_conversion(x.row.id).value().value();
  EXPECT_EQ(next.status, conversion_status::running);
  EXPECT_EQ(next.route, "across");
  EXPECT_EQ(next.deposits, row.deposits);
  EXPECT_EQ(reader.find_deposit(row.deposits[0]).value().value().conversion, x.row.id);
  EXPECT_EQ(reader.running_conversions()->size(), 1U);
  EXPECT_EQ(reader.trial()->converting, 50_usdc);
  EXPECT_EQ(reader.metrics_of_conversions()->failed, 0);
  EXPECT_EQ(differences(), "");
  EXPECT_EQ(one(moved(3)), errc::duplicate) << "it has none to hand on";
  EXPECT_EQ(one(complete_conversion{x.row.id, {}, 50_usdc, {}, {}, noon}), errc::none);
  EXPECT_EQ(differences(), "");
}

TEST_F(ReplaceConversion, WhatIsOverStaysOver) {
  ASSERT_EQ(one(moved()), errc::none);
  EXPECT_EQ(one(advance_conversion{row.id, {a_step("in_flight")}, 1, noon}), errc::none);
  EXPECT_TRUE(stored().steps.empty()) << "it has nothing left to say";
  EXPECT_EQ(one(arrived(50_usdc, {}, {})), errc::invariant_violated);
  EXPECT_EQ(one(fail_conversion{row.id, {}, "late", noon}), errc::invariant_violated);
  EXPECT_EQ(one(ordered(order_word::hold, 1)), errc::invariant_violated);
  EXPECT_EQ(one(record_operations{{sent(5)}}), errc::invariant_violated) << "it sends nothing";
  EXPECT_EQ(differences(), "");
}

TEST_F(ReplaceConversion, WhatWasStoredForItKeepsItWhateverBecameOfThat) {
  const auto op = sent(5);
  ASSERT_EQ(one(record_operations{{op}}), errc::none);
  EXPECT_EQ(one(moved()), errc::duplicate);
  ASSERT_EQ(one(finish_operation{op.id, {}, operation_status::dropped, 0, noon, {}}), errc::none);
  EXPECT_EQ(one(moved()), errc::duplicate) << "dropped, too";
  EXPECT_EQ(stored().status, conversion_status::running);
}

TEST_F(ReplaceConversion, WhatItsStepsNameKeepsIt) {
  auto step = a_step("held");
  step.operations = {id_of<operation_id>(99)};
  ASSERT_EQ(one(advance_conversion{row.id, {step}, 1, noon}), errc::none);
  EXPECT_EQ(one(moved()), errc::duplicate);
}

TEST_F(ReplaceConversion, AnOrderKeepsIt) {
  ASSERT_EQ(one(ordered(order_word::hold, 1)), errc::none);
  EXPECT_EQ(one(moved()), errc::duplicate);
  ASSERT_EQ(one(ordered(order_word::release, 2)), errc::none);
  EXPECT_EQ(one(moved()), errc::none);
}

TEST_F(ReplaceConversion, TheNextOneIsOfTheSameMoney) {
  auto x = moved();
  x.row.amount = 49_usdc;
  EXPECT_EQ(one(x), errc::invariant_violated);
  x = moved();
  x.row.deposits.pop_back();
  EXPECT_EQ(one(x), errc::invariant_violated);
  x = moved();
  x.row.source.chain_id = 137;
  EXPECT_EQ(one(x), errc::invariant_violated);
  x = moved();
  x.old = id_of<conversion_id>(77);
  EXPECT_EQ(one(x), errc::invariant_violated) << "unknown";
  EXPECT_EQ(stored().status, conversion_status::running);
}

/// A wallet stores while the books look: whoever comes first, the other sees it.
TEST_F(ReplaceConversion, AStoringBesideItWaitsForItAndIsRefused) {
  pqxx::connection other{db.conninfo()};
  pqxx::work wallet{other};
  wallet.exec_params("SELECT 1 FROM conversions WHERE conversion_id = $1::uuid FOR NO KEY UPDATE",
                     row.id.text());  // as the outbox's trigger does
  auto moving = std::async(std::launch::async, [&] { return one(moved()); });
  await_blocked();
  wallet.exec(
      "INSERT INTO chain_operations (operation_id, attempt, chain_id, account, nonce, tx_hash, raw,"
      " purpose, conversion_id, created_at, updated_at) VALUES (gen_random_uuid(), 0, 9745,"
      " decode(repeat('01', 20), 'hex'), 7, decode(repeat('02', 32), 'hex'), '\\x02', 'bridge', '" +
      row.id.text() + "', now(), now())");
  wallet.commit();
  EXPECT_EQ(moving.get(), errc::duplicate);
}

}  // namespace
}  // namespace headroom::test
