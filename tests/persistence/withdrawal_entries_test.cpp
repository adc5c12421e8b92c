#include <algorithm>
#include <pqxx/pqxx>

#include "domain/withdrawal_bounds.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/withdrawal_decisions.hpp"
#include "tests/persistence/books.hpp"

namespace headroom::test {
namespace {

using status = withdrawal_status;

struct WithdrawalEntries : books {
  address alice = user_of(1);
  address bob = user_of(2);

  void SetUp() override {
    fill_buffer(1000_usdc);
    fund(1, alice, 100_usdc);
    fund(2, bob, 50_usdc);
  }
  static accept_withdrawal a_withdrawal(std::uint64_t n, const address& user, usdc amount,
                                        usdc fee = 500'000_micro, usdc daily_limit = {}) {
    withdrawal row;
    row.id = id_of<withdrawal_id>(n << 8);  // the last byte is the attempts'
    row.user = user;
    row.to = user_of(99);
    row.amount = amount;
    row.fee = fee;
    row.request_hash = id_of<hash256>(n);
    row.placed_by = "key:7";
    row.created_at = row.updated_at = noon;
    return {row, daily_limit};
  }
  static chain_operation a_transfer(const accept_withdrawal& x, std::uint8_t attempt = 0) {
    auto out = an_operation(500 + attempt + 16 * x.row.id.bytes[14], 40 + attempt);
    out.id = transfer_of(x.row.id, attempt);
    out.nonce = 16U * x.row.id.bytes[14] + attempt;
    out.purpose = withdrawal_purpose;
    return out;
  }
  static finish_operation ended(const chain_operation& op, operation_status how) {
    return {op.id, how == operation_status::dropped ? hash256{} : op.tx_hash,
            how,   17,
            noon,  uint256::of(21'000)};
  }
  static finish_withdrawal finished(const accept_withdrawal& x, status how,
                                    const hash256& tx = {}) {
    finish_withdrawal out{x.row.id, x.row.user, x.row.amount, x.row.fee, how, tx, "", noon};
    if (how == status::failed) out.failure = "it reverts";
    return out;
  }
  withdrawal stored(const accept_withdrawal& x) {
    std::optional<withdrawal> out;
    EXPECT_EQ(store.find_withdrawal(x.row.id, out), store_status::ok);
    EXPECT_TRUE(out.has_value());
    return out.value_or(withdrawal{});
  }
  usdc revenue() { return reader.trial().value().revenue; }
};

TEST_F(WithdrawalEntries, WhatLeavesGoesFromUserAndBufferAndTheFeeToTheHouse) {
  const auto x = a_withdrawal(1, alice, 10_usdc);
  ASSERT_EQ(one(x), errc::none);
  EXPECT_EQ(outcomes[0].result.balance, 90_usdc);
  ASSERT_TRUE(buffer.has_value());
  EXPECT_EQ(buffer->balance, 990'500'000_micro);
  EXPECT_EQ(buffer->total_withdrawn, 9'500'000_micro);
  EXPECT_EQ(revenue(), 500'000_micro);
  const auto trial = reader.trial().value();
  EXPECT_EQ(trial.outgoing, 9'500'000_micro);
  EXPECT_EQ(trial.leaving, usdc{});
  EXPECT_EQ(differences(), "");
}

TEST_F(WithdrawalEntries, AStoredOneReadsBackAsItWas) {
  auto x = a_withdrawal(1, alice, 10_usdc);
  x.row.needs_approval = true;
  ASSERT_EQ(one(x), errc::none);
  const auto read = stored(x);
  EXPECT_EQ(read.id, x.row.id);
  EXPECT_EQ(read.user, alice);
  EXPECT_EQ(read.to, x.row.to);
  EXPECT_EQ(read.amount, 10_usdc);
  EXPECT_EQ(read.fee, 500'000_micro);
  EXPECT_EQ(read.status, status::requested);
  EXPECT_TRUE(waits_for_approval(read));
  EXPECT_TRUE(read.tx_hash.is_zero());
  EXPECT_EQ(read.request_hash, x.row.request_hash);
  EXPECT_EQ(read.created_at, noon);
  EXPECT_EQ(read.placed_by, "key:7");
  EXPECT_EQ(reader.find_withdrawal(x.row.id).value()->to, x.row.to);
  EXPECT_FALSE(reader.find_withdrawal(id_of<withdrawal_id>(9)).value());
}

TEST_F(WithdrawalEntries, ItIsSentFromTheOutboxRowOnAndConfirmedByThatTransaction) {
  const auto x = a_withdrawal(1, alice, 10_usdc);
  const auto op = a_transfer(x);
  ASSERT_EQ(one(x), errc::none);
  ASSERT_EQ(one(record_operations{{op}}), errc::none);
  EXPECT_EQ(stored(x).status, status::sent);
  EXPECT_EQ(stored(x).tx_hash, op.tx_hash);
  EXPECT_EQ(reader.trial().value().leaving, 9'500'000_micro);
  EXPECT_EQ(one(finished(x, status::confirmed, op.tx_hash)), errc::invariant_violated)
      << "not mined yet";
  ASSERT_EQ(one(ended(op, operation_status::confirmed)), errc::none);
  EXPECT_EQ(one(finished(x, status::confirmed, id_of<hash256>(9))), errc::invariant_violated);
  EXPECT_EQ(one(finished(x, status::failed)), errc::invariant_violated) << "it was paid";
  const auto end = finished(x, status::confirmed, op.tx_hash);
  ASSERT_EQ(one(end), errc::none);
  EXPECT_EQ(stored(x).status, status::confirmed);
  EXPECT_EQ(stored(x).tx_hash, op.tx_hash);
  EXPECT_EQ(balance_of(alice), 90_usdc);
  const auto trial = reader.trial().value();
  EXPECT_EQ(trial.outgoing, usdc{});
  EXPECT_EQ(trial.leaving, usdc{});
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(one(end), errc::none);
    EXPECT_TRUE(outcomes[0].result.replayed);
    ASSERT_EQ(one(x), errc::none);
    EXPECT_TRUE(outcomes[0].result.replayed) << "also when it is over";
    EXPECT_EQ(outcomes[0].result.balance, 90_usdc);
  }
  EXPECT_EQ(one(finished(x, status::failed)), errc::invariant_violated);
  EXPECT_EQ(differences(), "");
}

TEST_F(WithdrawalEntries, AFailedOneGivesBackToUserBufferAndHouseWhatItTook) {
  const auto x = a_withdrawal(1, alice, 10_usdc);
  const auto op = a_transfer(x);
  ASSERT_EQ(one(x), errc::none);
  ASSERT_EQ(one(record_operations{{op}}), errc::none);
  const auto end = finished(x, status::failed, op.tx_hash);
  EXPECT_EQ(one(end), errc::invariant_violated) << "it may be mined yet";
  ASSERT_EQ(one(ended(op, operation_status::reverted)), errc::none);
  const auto before = the_buffer();
  ASSERT_EQ(one(end), errc::none);
  EXPECT_EQ(outcomes[0].result.balance, 100_usdc);
  EXPECT_EQ(buffer->balance, 1000_usdc);
  EXPECT_EQ(buffer->total_withdrawn, usdc{});
  EXPECT_EQ(buffer->last_replenished_at, before.last_replenished_at) << "nobody put money in";
  EXPECT_EQ(revenue(), usdc{});
  EXPECT_EQ(stored(x).failure, "it reverts");
  ASSERT_EQ(one(end), errc::none);
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(balance_of(alice), 100_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(WithdrawalEntries, TheOutboxTakesNoTransferThatMayNotBeSent) {
  auto waits = a_withdrawal(1, alice, 10_usdc);
  waits.row.needs_approval = true;
  ASSERT_EQ(one(waits), errc::none);
  const auto refused = errc::invariant_violated;
  EXPECT_EQ(one(record_operations{{a_transfer(a_withdrawal(9, bob, 1_usdc))}}), refused)
      << "of no withdrawal";
  EXPECT_EQ(one(record_operations{{a_transfer(waits)}}), refused) << "not approved";
  ASSERT_EQ(one(approve_withdrawal{waits.row.id, "cli:ada", noon}), errc::none);
  const auto first = a_transfer(waits, 0);
  ASSERT_EQ(one(record_operations{{first}}), errc::none);
  EXPECT_EQ(one(record_operations{{a_transfer(waits, 1)}}), refused) << "one is on its way";
  auto bumped = first;
  bumped.attempt = 1;
  bumped.tx_hash = id_of<hash256>(7'777);
  EXPECT_EQ(one(record_operations{{bumped}}), errc::none) << "a higher fee for the same one";
  ASSERT_EQ(one(ended(first, operation_status::dropped)), errc::none);
  const auto second = a_transfer(waits, 1);
  ASSERT_EQ(one(record_operations{{second}}), errc::none) << "nothing of the first can be mined";
  ASSERT_EQ(one(ended(second, operation_status::confirmed)), errc::none);
  EXPECT_EQ(one(record_operations{{a_transfer(waits, 2)}}), refused) << "it was paid";
  ASSERT_EQ(one(finished(waits, status::confirmed, second.tx_hash)), errc::none);
  EXPECT_EQ(one(record_operations{{a_transfer(waits, 3)}}), refused) << "it is over";
  EXPECT_EQ(differences(), "");
}

/// By two processes that each believe to be the only one: neither sees the other's row yet.
TEST_F(WithdrawalEntries, TheOutboxTakesNoSecondTransferBesideOneThatIsBeingStored) {
  const auto x = a_withdrawal(1, alice, 10_usdc);
  ASSERT_EQ(one(x), errc::none);
  pqxx::connection ours{db.conninfo()};
  pqxx::connection theirs{db.conninfo()};
  pqxx::work first{ours};
  pqxx::work second{theirs};
  persistence::attempt a{first};
  persistence::attempt b{second};
  ASSERT_EQ(apply(a, record_operations{{a_transfer(x, 0)}}), errc::none);
  second.exec0("SET LOCAL lock_timeout = '200ms'");
  EXPECT_THROW(static_cast<void>(apply(b, record_operations{{a_transfer(x, 1)}})), pqxx::sql_error)
      << "it waits for the first one's end";
  first.commit();
  EXPECT_EQ(one(record_operations{{a_transfer(x, 1)}}), errc::invariant_violated);
}

TEST_F(WithdrawalEntries, NobodyTakesOutWhatIsNotThere) {
  EXPECT_EQ(one(a_withdrawal(1, alice, 101_usdc)), errc::insufficient_balance);
  EXPECT_EQ(one(a_withdrawal(2, user_of(7), 1_usdc)), errc::insufficient_balance) << "a stranger";
  fund(3, alice, 5000_usdc);
  EXPECT_EQ(one(a_withdrawal(3, alice, 2000_usdc)), errc::exceeds_max_bet) << "the buffer's CHECK";
  EXPECT_EQ(one(a_withdrawal(4, alice, 1_usdc, 1_usdc)), errc::invariant_violated) << "all fee";
  EXPECT_EQ(one(a_withdrawal(5, alice, {-1})), errc::invariant_violated);
  EXPECT_EQ(verdicts({a_withdrawal(6, bob, 30_usdc), a_withdrawal(7, bob, 30_usdc),
                      a_withdrawal(8, bob, 20_usdc)}),
            (std::vector{errc::none, errc::insufficient_balance, errc::none}));
  EXPECT_EQ(db.number("SELECT count(*) FROM withdrawals"), 2);
  EXPECT_EQ(differences(), "");
}

TEST_F(WithdrawalEntries, AnotherRequestUnderTheSameIdIsADuplicate) {
  const auto x = a_withdrawal(1, alice, 10_usdc);
  ASSERT_EQ(one(x), errc::none);
  for (const auto change : {0, 1, 2}) {
    auto other = x;
    if (change == 0) other.row.to = user_of(98);
    if (change == 1) other.row.amount = 11_usdc;
    if (change == 2) other.row.request_hash = id_of<hash256>(999);
    EXPECT_EQ(one(other), errc::duplicate) << change;
  }
  EXPECT_EQ(balance_of(alice), 90_usdc);
}

TEST_F(WithdrawalEntries, ADaysSumIsCountedInTheCommitWithoutWhatFailed) {
  const auto limit = 50_usdc;
  const auto asked = [&](std::uint64_t n, usdc amount, timestamp at = noon) {
    auto out = a_withdrawal(n, alice, amount, 500'000_micro, limit);
    out.row.created_at = out.row.updated_at = at;
    return out;
  };
  EXPECT_EQ(verdicts({asked(1, 30_usdc), asked(2, 21_usdc), asked(3, 20_usdc)}),
            (std::vector{errc::none, errc::exceeds_daily_limit, errc::none}))
      << "in one batch";
  EXPECT_EQ(one(asked(4, 1_usdc)), errc::exceeds_daily_limit);
  ASSERT_EQ(one(finished(asked(3, 20_usdc), status::failed)), errc::none);
  EXPECT_EQ(one(asked(5, 20_usdc)), errc::none);
  EXPECT_EQ(one(asked(6, 20_usdc, noon.plus(std::chrono::hours{12}))), errc::none) << "tomorrow";
  auto other = a_withdrawal(7, bob, 20_usdc, 500'000_micro, limit);
  EXPECT_EQ(one(other), errc::none) << "another user's day";
  EXPECT_EQ(differences(), "");
}

TEST_F(WithdrawalEntries, AUserHasOnlySoManyOpenAtOnce) {
  std::vector<journal_entry> all;
  for (auto n = 1; n <= most_open_withdrawals_of_a_user; ++n)
    all.emplace_back(a_withdrawal(static_cast<std::uint64_t>(n), alice, 1_usdc));
  const auto said = verdicts(all);
  EXPECT_EQ(std::count(said.begin(), said.end(), errc::none), most_open_withdrawals_of_a_user);
  const auto one_more = a_withdrawal(200, alice, 1_usdc);
  EXPECT_EQ(one(one_more), errc::rate_limited);
  EXPECT_EQ(one(a_withdrawal(1, alice, 1_usdc)), errc::none) << "is there already";
  EXPECT_EQ(one(a_withdrawal(201, bob, 1_usdc)), errc::none) << "another user's";
  ASSERT_EQ(one(finished(a_withdrawal(2, alice, 1_usdc), status::failed)), errc::none);
  EXPECT_EQ(one(one_more), errc::none);
  EXPECT_EQ(differences(), "");
}

TEST_F(WithdrawalEntries, AnApprovalIsNotedOnceWithWhoGaveIt) {
  auto x = a_withdrawal(1, alice, 10_usdc);
  x.row.needs_approval = true;
  ASSERT_EQ(one(x), errc::none);
  EXPECT_EQ(one(approve_withdrawal{id_of<withdrawal_id>(9), "cli:ada", noon}), errc::not_found);
  ASSERT_EQ(one(approve_withdrawal{x.row.id, "cli:ada", noon}), errc::none);
  ASSERT_EQ(one(approve_withdrawal{x.row.id, "cli:bea", noon}), errc::none);
  EXPECT_TRUE(outcomes[0].result.replayed);
  EXPECT_EQ(stored(x).approved_by, "cli:ada");
  const auto plain = a_withdrawal(2, alice, 1_usdc);
  ASSERT_EQ(one(plain), errc::none);
  EXPECT_EQ(one(approve_withdrawal{plain.row.id, "cli:ada", noon}), errc::duplicate);
  EXPECT_EQ(actions().back(), "cli:ada approve_withdrawal " + x.row.id.text());
}

TEST_F(WithdrawalEntries, WhileTheyArePausedNoneIsAccepted) {
  EXPECT_FALSE(reader.withdrawals_paused().value());
  const auto known = a_withdrawal(1, alice, 1_usdc);
  ASSERT_EQ(one(known), errc::none);
  ASSERT_EQ(one(switch_withdrawals{true, "an incident", "cli:ada", noon}), errc::none);
  EXPECT_TRUE(reader.withdrawals_paused().value());
  EXPECT_EQ(one(a_withdrawal(2, alice, 1_usdc)), errc::paused);
  ASSERT_EQ(one(known), errc::none) << "what is known is told";
  EXPECT_EQ(one(record_operations{{a_transfer(known)}}), errc::none)
      << "whoever sends asks himself";
  ASSERT_EQ(one(switch_withdrawals{false, "over", "cli:ada", noon}), errc::none);
  EXPECT_EQ(one(a_withdrawal(2, alice, 1_usdc)), errc::none);
  EXPECT_EQ(differences(), "");
}

TEST_F(WithdrawalEntries, AnOperatorBesideTheServiceDecidesByTheSameRules) {
  auto x = a_withdrawal(1, alice, 10_usdc);
  x.row.needs_approval = true;
  const auto y = a_withdrawal(2, alice, 5_usdc);
  ASSERT_EQ(one(x), errc::none);
  ASSERT_EQ(one(y), errc::none);
  using persistence::decide;
  EXPECT_EQ(decide(db.conninfo(), approve_withdrawal{x.row.id, "cli:ada", noon}), "");
  EXPECT_EQ(persistence::find_withdrawal(db.conninfo(), x.row.id)->approved_by, "cli:ada");
  ASSERT_EQ(one(record_operations{{a_transfer(y)}}), errc::none);
  auto no = finished(y, status::failed);
  no.by = "cli:ada";
  EXPECT_NE(decide(db.conninfo(), no), "") << "it is on its way";
  auto also_no = finished(x, status::failed);
  also_no.by = "cli:ada";
  EXPECT_EQ(decide(db.conninfo(), also_no), "");
  EXPECT_EQ(stored(x).status, status::failed);
  EXPECT_EQ(balance_of(alice), 95_usdc);
  EXPECT_EQ(one(record_operations{{a_transfer(x)}}), errc::invariant_violated);
  EXPECT_EQ(decide(db.conninfo(), switch_withdrawals{true, "x", "cli:ada", noon}), "");
  EXPECT_TRUE(reader.withdrawals_paused().value());
  EXPECT_NE(decide(db.conninfo(), a_withdrawal(3, alice, 1_usdc)), "") << "the journal's affair";
  EXPECT_EQ(differences(), "");
}

TEST_F(WithdrawalEntries, ListsAreByUserStatusAndTimeAndCutIntoPages) {
  std::vector<accept_withdrawal> all;
  for (std::uint64_t n = 1; n <= 5; ++n) {
    all.push_back(a_withdrawal(n, n == 5 ? bob : alice, 2_usdc));
    all.back().row.created_at = noon.plus(std::chrono::seconds{n});
    ASSERT_EQ(one(all.back()), errc::none);
  }
  ASSERT_EQ(one(record_operations{{a_transfer(all[0])}}), errc::none);
  ASSERT_EQ(one(finished(all[1], status::failed)), errc::none);
  const auto list = [&](withdrawal_filter f) { return reader.list_withdrawals(f).value(); };
  EXPECT_EQ(list({}).withdrawals.size(), 5U);
  withdrawal_filter hers;
  hers.has_user = true;
  hers.user = alice;
  hers.limit = 3;
  const auto page = list(hers);
  ASSERT_EQ(page.withdrawals.size(), 3U);
  EXPECT_EQ(page.withdrawals[0].id, all[3].row.id) << "the newest first";
  hers.cursor = page.next_cursor;
  const auto last = list(hers);
  ASSERT_EQ(last.withdrawals.size(), 1U);
  EXPECT_EQ(last.withdrawals[0].status, status::sent);
  EXPECT_EQ(last.next_cursor, "");
  const auto with = [&](status s) {
    withdrawal_filter f;
    f.has_status = true;
    f.status = s;
    return list(f).withdrawals.size();
  };
  EXPECT_EQ(with(status::requested), 3U);
  EXPECT_EQ(with(status::sent), 1U);
  EXPECT_EQ(with(status::failed), 1U);
  EXPECT_EQ(with(status::confirmed), 0U);
  withdrawal_filter window;
  window.created = {noon.plus(std::chrono::seconds{2}), noon.plus(std::chrono::seconds{4})};
  EXPECT_EQ(list(window).withdrawals.size(), 2U);
  EXPECT_EQ(reader.unfinished(10, 10)->open_withdrawals.size(), 4U)
      << "what is open, the oldest first";
}

TEST_F(WithdrawalEntries, VerifyFindsWhatNobodyPaidAndWhatWasPaidTwice) {
  const auto x = a_withdrawal(1, alice, 10_usdc);
  ASSERT_EQ(one(x), errc::none);
  db.run("UPDATE withdrawals SET fee = 600000");
  EXPECT_NE(differences().find("withdrawal " + x.row.id.text() + " fee: 600000/500000"),
            std::string::npos)
      << differences();
  db.run("UPDATE withdrawals SET fee = 500000");
  EXPECT_EQ(differences(), "");
  db.run("UPDATE withdrawals SET status = 'confirmed', tx_hash = '\\x" + std::string(64, '1') +
         "'");
  EXPECT_NE(differences().find("transfers: 1/0"), std::string::npos) << differences();
}

}  // namespace
}  // namespace headroom::test
