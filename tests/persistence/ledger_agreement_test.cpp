#include "tests/persistence/books.hpp"
#include "tests/support/ledger_story.hpp"
#include "tests/support/memory_books.hpp"

namespace headroom::test {
namespace {

/// Every total that is stored beside the postings, as one line.
std::string totals_of(const buffer_row& buffer, const trial_balance& trial) {
  std::string out;
  const auto add = [&](const char* name, usdc amount) {
    out += std::string{name} + " " + std::to_string(amount.micro) + ", ";
  };
  add("buffer", buffer.balance);
  add("deposited", buffer.total_deposited);
  add("withdrawn", buffer.total_withdrawn);
  add("reserve", buffer.reserve);
  add("in_transit", trial.in_transit);
  add("users", trial.users);
  add("capital", trial.capital);
  add("conversion_loss", trial.conversion_loss);
  add("venue_loss", trial.venue_loss);
  add("revenue", trial.revenue);
  return out;
}

std::string row_text(const balance_row& row) {
  return row.user.hex() + " " + std::to_string(row.balance.micro) + " v" +
         std::to_string(row.version) + ", ";
}

/// PostgreSQL and the books in memory, each fed with the same entries, and the sum of what the
/// ledger's rule says. This file is compiled twice: the second time the rule is another
/// (tests/planted), and whoever does sums of their own disagrees.
struct LedgerAgreement : books {
  memory_books memory;
  memory_store memory_side{memory};
  memory_reader memory_view{memory};

  /// As both stores show them: totals, then the users of the story.
  std::string shown_by(actors::ledger_store& a_store, actors::ledger_reader& a_reader) {
    buffer_row row;
    std::vector<balance_row> rows;
    EXPECT_EQ(a_store.load_buffer(row), store_status::ok);
    EXPECT_EQ(a_store.load_balances(users_of_the_story(), rows), store_status::ok);
    auto out = totals_of(row, a_reader.trial().value());
    for (const auto& x : rows) out += row_text(x);
    return out;
  }

  /// What was posted since the last time, in the form of the story; whose and of what beside it.
  struct posted {
    std::string postings;
    std::string details;
  };
  posted new_postings() {
    const auto since = " FROM postings WHERE id > " + std::to_string(last_id_);
    posted out{
        db.value("SELECT string_agg(kind || ' ' || debit || ' ' || credit || ' ' || amount, '; '"
                 " ORDER BY id)" +
                 since),
        db.value("SELECT string_agg(coalesce('0x' || encode(user_address, 'hex'), 'nobody') || ' '"
                 " || reference || ' ' || us_of(created_at), '; ' ORDER BY id)" +
                 since)};
    last_id_ = db.number("SELECT coalesce(max(id), 0) FROM postings");
    return out;
  }
  static std::string details_of(const entry_moves& moves) {
    std::string out;
    for (const auto& p : moves.postings) {
      const bool of_a_user = p.shape.debit == account::user || p.shape.credit == account::user;
      if (!out.empty()) out += "; ";
      out += (of_a_user ? moves.user.value().hex() : "nobody") + " " + moves.reference.text() +
             " " + std::to_string(moves.at.us);
    }
    return out;
  }

  entry_outcome in_memory(const journal_entry& entry) {
    std::vector<entry_outcome> out;
    std::optional<buffer_row> row;
    EXPECT_EQ(memory_side.commit({&entry, 1}, out, row), store_status::ok);
    return out.at(0);
  }
  entry_outcome in_postgres(const journal_entry& entry) {
    commit({entry});
    return outcomes.at(0);
  }

 private:
  long last_id_ = 0;
};

/// What the rule says that all entries so far have changed.
struct expected_totals {
  buffer_row buffer;
  trial_balance trial;

  void add(const entry_moves& moves) {
    const auto to = [&](usdc& total, auto which) {
      total = add_saturating(total, change_of(which, moves));
    };
    to(buffer.balance, account::buffer);
    to(buffer.total_deposited, buffer_total::deposited);
    to(buffer.total_withdrawn, buffer_total::withdrawn);
    to(buffer.reserve, account::reserve);
    to(trial.in_transit, account::in_transit);
    to(trial.users, account::user);
    to(trial.capital, account::capital);
    to(trial.conversion_loss, account::conversion_loss);
    to(trial.venue_loss, account::venue_loss);
    to(trial.revenue, account::revenue);
  }
};

TEST_F(LedgerAgreement, PostgresAndTheBooksInMemoryMoveWhatTheRuleSays) {
  expected_totals expected;
  for (const auto& line : ledger_story()) {
    SCOPED_TRACE(std::string{name_of(line.entry)} + " " + line.postings);
    const auto moves = moves_of(line.entry);
    expected.add(moves);
    const auto stored = in_postgres(line.entry);
    const auto remembered = in_memory(line.entry);
    ASSERT_EQ(stored.verdict, errc::none);
    ASSERT_EQ(remembered.verdict, errc::none);
    const auto [postings, details] = new_postings();
    EXPECT_EQ(postings, text_of(moves));
    EXPECT_EQ(details, details_of(moves));
    const auto shown = shown_by(store, reader);
    EXPECT_EQ(shown, shown_by(memory_side, memory_view));
    EXPECT_TRUE(shown.starts_with(totals_of(expected.buffer, expected.trial)))
        << shown << "\n"
        << totals_of(expected.buffer, expected.trial);
    for (const auto& x : {stored, remembered}) {
      EXPECT_FALSE(x.result.replayed);
      EXPECT_EQ(x.result.balance_version > 0, !change_of(account::user, moves).is_zero());
    }
  }
  EXPECT_EQ(differences(), "") << "verify";
}

TEST_F(LedgerAgreement, ARepeatedEntryMovesNothingAndSaysThatItIsOne) {
  for (const auto& line : ledger_story()) {
    in_postgres(line.entry);
    in_memory(line.entry);
  }
  new_postings();
  const auto before = shown_by(store, reader);
  for (const auto& line : ledger_story()) {
    SCOPED_TRACE(std::string{name_of(line.entry)} + " " + line.postings);
    // These set what they say, however often they are asked.
    const bool sets = std::holds_alternative<configure_buffer>(line.entry) ||
                      std::holds_alternative<promise_bet>(line.entry) ||
                      std::holds_alternative<switch_withdrawals>(line.entry);
    const auto moves = moves_of(line.entry);
    for (const auto& x : {in_postgres(line.entry), in_memory(line.entry)}) {
      EXPECT_EQ(x.verdict, errc::none);
      EXPECT_EQ(x.result.replayed, !sets);
      EXPECT_EQ(x.result.balance_version > 0, moves.user.has_value())
          << "the answer shows the row as it is now";
    }
  }
  EXPECT_EQ(new_postings().postings, "");
  EXPECT_EQ(shown_by(store, reader), before);
  EXPECT_EQ(shown_by(memory_side, memory_view), before);
  EXPECT_EQ(differences(), "");
}

/// Of bets and ends that come together some may be repeats: each says so for itself.
TEST_F(LedgerAgreement, InABatchTheRepeatedOnesAreToldFromTheNew) {
  fill_buffer(1000_usdc);
  fund(100, user_of(1), 100_usdc);
  const auto old = a_bet(1, user_of(1), 10_usdc);
  const auto fresh = a_bet(2, user_of(1), 10_usdc);
  const auto other = a_bet(3, user_of(1), 10_usdc);
  ASSERT_EQ(verdicts({accept_bet{old}, accept_bet{other}}), std::vector<errc>(2, errc::none));
  ASSERT_EQ(one(failed(other)), errc::none);
  const auto repeated = [&] {
    std::string out;
    for (const auto& x : outcomes)
      out += x.verdict != errc::none ? 'x' : x.result.replayed ? 'r' : 'n';
    return out;
  };
  commit({accept_bet{old}, accept_bet{fresh}, accept_bet{fresh}, failed(other)});
  EXPECT_EQ(repeated(), "rnrr") << "of two that are the same the first counts";
  commit({failed(old), failed(other), failed(a_bet(9, user_of(1), 1_usdc))});
  EXPECT_EQ(repeated(), "nrx");
  commit({accept_bet{old}, failed(old), failed(fresh), accept_bet{a_bet(4, user_of(1), 1_usdc)}});
  EXPECT_EQ(repeated(), "rrnn");
  EXPECT_EQ(balance_of(user_of(1)), 99_usdc);
  EXPECT_EQ(differences(), "");
}

}  // namespace
}  // namespace headroom::test
