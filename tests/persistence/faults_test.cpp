#include <thread>

#include "persistence/detail/sql_failure.hpp"
#include "tests/persistence/books.hpp"
#include "tests/persistence/lossy_proxy.hpp"

namespace headroom::test {
namespace {

const auto alice = user_of(1);
const auto bob = user_of(2);

struct Faults : books {
  void SetUp() override {
    fill_buffer(1000_usdc);
    fund(100, alice, 50_usdc);
    fund(101, bob, 50_usdc);
  }
  void kill(int pid) const {
    db.run("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 5000)");
  }
  /// A hasty store needs several goes on a busy machine; what counts is that none does harm.
  void commit_at_last(persistence::pg_store& hasty, const std::vector<journal_entry>& batch) {
    auto status = store_status::too_slow;
    for (int tries = 0; tries < 1'000 && status == store_status::too_slow; ++tries)
      status = hasty.commit(batch, outcomes, buffer);
    EXPECT_EQ(status, store_status::ok);
  }
  /// Until the store's session waits for a lock; bounded by the server's answers.
  void await_blocked(int pid) const {
    for (int i = 0; i < 20'000; ++i)
      if (db.value("SELECT wait_event_type FROM pg_stat_activity WHERE pid = " +
                   std::to_string(pid)) == "Lock")
        return;
    FAIL() << "the statement never waited";
  }
};

TEST_F(Faults, IdleSessionThatDiedIsReplaced) {
  const auto pid = store.backend_pid();
  kill(pid);
  const std::vector<journal_entry> batch{accept_bet{a_bet(1, alice, 10_usdc)}};
  // A single statement may have reached the server: only the books know.
  EXPECT_EQ(store.commit(batch, outcomes, buffer), store_status::in_doubt);
  EXPECT_EQ(store.backend_pid(), 0);
  EXPECT_EQ(store.commit(batch, outcomes, buffer), store_status::ok);
  EXPECT_EQ(outcomes[0].verdict, errc::none);
  EXPECT_NE(store.backend_pid(), pid);
  EXPECT_EQ(balance_of(alice), 40_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(Faults, ReadOnADeadSessionIsUnavailableOnce) {
  kill(store.backend_pid());
  buffer_row row;
  EXPECT_EQ(store.load_buffer(row), store_status::unavailable);
  EXPECT_EQ(store.load_buffer(row), store_status::ok);
  EXPECT_EQ(row.balance, 1000_usdc);
}

TEST_F(Faults, SessionKilledInsideAStatementIsInDoubtAndLeavesNothing) {
  const std::vector<journal_entry> batch{accept_bet{a_bet(1, alice, 10_usdc)}};
  const auto pid = store.backend_pid();
  store_status status{};
  {
    const open_transaction holder{db, "SELECT 1 FROM balances FOR UPDATE"};
    std::thread committing{[&] { status = store.commit(batch, outcomes, buffer); }};
    await_blocked(pid);
    kill(pid);
    committing.join();
  }
  EXPECT_EQ(status, store_status::in_doubt);
  EXPECT_EQ(db.number("SELECT count(*) FROM bets"), 0);
  EXPECT_EQ(store.commit(batch, outcomes, buffer), store_status::ok);
  EXPECT_EQ(balance_of(alice), 40_usdc);
  EXPECT_EQ(differences(), "");
}

TEST_F(Faults, SessionKilledInsideATransactionCommittedNothing) {
  const std::vector<journal_entry> batch{accept_bet{a_bet(1, alice, 10_usdc)},
                                         configure_buffer{1_usdc, false, {}, noon}};
  const auto pid = store.backend_pid();
  store_status status{};
  {
    const open_transaction holder{db, "SELECT 1 FROM liquidity_buffer FOR UPDATE"};
    std::thread committing{[&] { status = store.commit(batch, outcomes, buffer); }};
    await_blocked(pid);
    kill(pid);
    committing.join();
  }
  EXPECT_EQ(status, store_status::unavailable);
  EXPECT_EQ(store.commit(batch, outcomes, buffer), store_status::ok);
  EXPECT_EQ(differences(), "");
}

TEST_F(Faults, StatementThatWaitsTooLongSaysSoAndLeavesNothing) {
  persistence::store_settings settings{db.conninfo()};
  settings.statement_timeout = std::chrono::milliseconds{50};
  kill(store.backend_pid());
  persistence::pg_store hasty{settings};
  ASSERT_EQ(hasty.open(), "") << "opening is not bounded by it, however busy the machine is";
  const std::vector<journal_entry> batch{accept_bet{a_bet(1, alice, 10_usdc)},
                                         accept_bet{a_bet(2, bob, 10_usdc)}};
  {
    const open_transaction holder{db, "SELECT 1 FROM balances FOR UPDATE"};
    const auto pid = hasty.backend_pid();
    EXPECT_EQ(hasty.commit(batch, outcomes, buffer), store_status::too_slow);
    EXPECT_EQ(hasty.backend_pid(), pid) << "the session is as good as before";
    EXPECT_EQ(db.number("SELECT count(*) FROM bets"), 0);
  }
  commit_at_last(hasty, batch);
  EXPECT_EQ(differences(), "");
}

TEST_F(Faults, TransactionThatWaitsTooLongSaysSoAndLeavesNothing) {
  persistence::store_settings settings{db.conninfo()};
  settings.statement_timeout = std::chrono::milliseconds{50};
  kill(store.backend_pid());
  persistence::pg_store hasty{settings};
  ASSERT_EQ(hasty.open(), "");
  const std::vector<journal_entry> batch{configure_buffer{1_usdc, false, {}, noon},
                                         accept_bet{a_bet(1, alice, 10_usdc)}};
  {
    const open_transaction holder{db, "SELECT 1 FROM liquidity_buffer FOR UPDATE"};
    EXPECT_EQ(hasty.commit(batch, outcomes, buffer), store_status::too_slow);
    EXPECT_EQ(db.number("SELECT count(*) FROM bets"), 0);
  }
  commit_at_last(hasty, batch);
  EXPECT_EQ(differences(), "");
}

TEST_F(Faults, ReadThatWaitsTooLongSaysSo) {
  persistence::store_settings settings{db.conninfo()};
  settings.statement_timeout = std::chrono::milliseconds{50};
  kill(store.backend_pid());
  persistence::pg_store hasty{settings};
  ASSERT_EQ(hasty.open(), "");
  const std::vector<bet_id> ids{id_of<bet_id>(1)};
  std::vector<std::optional<bet>> rows;
  const open_transaction holder{db, "LOCK TABLE bets IN ACCESS EXCLUSIVE MODE"};
  EXPECT_EQ(hasty.find_bets(ids, rows), store_status::too_slow);
}

TEST_F(Faults, AnErrorNobodyHasHeardOfDropsNothing) {
  db.run(
      "CREATE FUNCTION strange() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN"
      " RAISE EXCEPTION 'never heard of' USING ERRCODE = 'ZZ999'; END $$;"
      "CREATE TRIGGER strange BEFORE INSERT ON deposits FOR EACH ROW EXECUTE FUNCTION strange()");
  const std::vector<journal_entry> batch{open_deposit{a_deposit(7, alice, 1_usdc)},
                                         accept_bet{a_bet(1, alice, 10_usdc)}};
  EXPECT_EQ(store.commit(batch, outcomes, buffer), store_status::unavailable);
  EXPECT_EQ(db.number("SELECT count(*) FROM bets"), 0);
  db.run("DROP TRIGGER strange ON deposits");
  EXPECT_EQ(store.commit(batch, outcomes, buffer), store_status::ok);
  for (const auto& x : outcomes) EXPECT_EQ(x.verdict, errc::none);
  EXPECT_EQ(differences(), "");
}

TEST(SqlFailure, OnlyKnownRulesOfTheBooksRefuseAnEntry) {
  using persistence::sql_consequence;
  struct row {
    const char* state;
    const char* message;
    sql_consequence consequence;
    errc verdict;
  };
  constexpr auto no = sql_consequence::refused;
  constexpr auto later = sql_consequence::unavailable;
  constexpr auto lost = sql_consequence::session_lost;
  constexpr auto slow = sql_consequence::too_slow;
  const row table[] = {
      {"23514", "violates \"balance_never_negative\"", no, errc::insufficient_balance},
      {"23514", "violates \"buffer_never_negative\"", no, errc::exceeds_max_bet},
      {"23514", "another check", no, errc::invariant_violated},
      {"23505", "violates \"bets_pkey\"", no, errc::duplicate},
      {"23505", "violates \"posting_once\"", no, errc::invariant_violated},
      {"23503", "foreign key", no, errc::invariant_violated},
      {"22003", "out of range", no, errc::invariant_violated},
      {"22021", "invalid byte sequence", no, errc::invariant_violated},
      {"HR001", "no such account", no, errc::insufficient_balance},
      {"HR002", "append-only", no, errc::invariant_violated},
      {"40001", "", sql_consequence::conflict, errc::unavailable},
      {"40P01", "", sql_consequence::conflict, errc::unavailable},
      {"57P01", "", lost, errc::unavailable},
      {"08006", "", lost, errc::unavailable},
      {"25006", "", lost, errc::unavailable},
      {"53100", "disk full", later, errc::unavailable},
      {"57014", "cancelled", slow, errc::unavailable},
      {"55P03", "lock not available", slow, errc::unavailable},
      {"42501", "no right", later, errc::unavailable},
      {"54001", "too complex", later, errc::unavailable},
      {"P0001", "raised", later, errc::unavailable},
      {"XX000", "internal", later, errc::unavailable},
      {"ZZ999", "balance_never_negative", later, errc::unavailable},
      {"", "", later, errc::unavailable},
  };
  for (const auto& r : table) {
    const auto x = persistence::read_failure(pqxx::sql_error{r.message, "", r.state});
    EXPECT_EQ(x.consequence, r.consequence) << r.state << " " << r.message;
    EXPECT_EQ(x.verdict, r.verdict) << r.state << " " << r.message;
  }
}

TEST_F(Faults, SecondWriterIsTurnedAwayAndTold) {
  persistence::store_settings settings{db.conninfo()};
  settings.writer_wait = std::chrono::milliseconds{20};
  persistence::pg_store second{settings};
  const auto reason = second.open();
  EXPECT_NE(reason.find("another headroom"), std::string::npos) << reason;
  EXPECT_NE(reason.find(std::to_string(store.backend_pid())), std::string::npos) << reason;
  const std::vector<journal_entry> batch{accept_bet{a_bet(1, alice, 10_usdc)}};
  EXPECT_EQ(second.commit(batch, outcomes, buffer), store_status::unavailable);
  kill(store.backend_pid());
  EXPECT_EQ(second.commit(batch, outcomes, buffer), store_status::ok);
  EXPECT_NE(second.backend_pid(), 0);
}

TEST_F(Faults, NewSessionWaitsUntilTheOldOneIsGone) {
  kill(store.backend_pid());
  persistence::pg_store next{{db.conninfo()}};
  std::string reason = "?";
  // Stands for an old backend that still has something to commit.
  const open_transaction old{db, "SELECT pg_advisory_lock(5207640305818357581)"};
  std::thread opening{[&] { reason = next.open(); }};
  const std::string ours =  // other tests' databases stand beside this one
      " FROM pg_locks WHERE locktype = 'advisory' AND database ="
      " (SELECT oid FROM pg_database WHERE datname = current_database()) AND ";
  const auto locks = [&](const char* state) { return db.number("SELECT count(*)" + ours + state); };
  int looks = 0;
  while (locks("NOT granted") == 0 && looks < 20'000) ++looks;
  EXPECT_LT(looks, 20'000);
  EXPECT_EQ(locks("granted"), 1);
  db.run("SELECT pg_terminate_backend(pid)" + ours + "granted");
  opening.join();
  EXPECT_EQ(reason, "");
}

TEST_F(Faults, ServerThatIsNotThereIsUnavailable) {
  persistence::pg_store nowhere{{"host=127.0.0.1 port=1 dbname=none"}};
  EXPECT_NE(nowhere.open(), "");
  EXPECT_EQ(
      nowhere.commit(std::vector<journal_entry>{failed(a_bet(1, alice, 1_usdc))}, outcomes, buffer),
      store_status::unavailable);
  persistence::pg_reader blind{{"host=127.0.0.1 port=1 dbname=none"}};
  EXPECT_FALSE(blind.ping());
  EXPECT_FALSE(blind.trial().has_value());
}

TEST_F(Faults, ReaderSurvivesALostSession) {
  ASSERT_TRUE(reader.ping());
  db.run(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
      " WHERE application_name = 'headroom reader' AND datname = current_database()");
  EXPECT_TRUE(reader.trial().has_value());
}

/// The network loses any one message of a commit, on its way there or back. Whatever the store
/// says then, committing the same batch again must end with every entry done exactly once.
struct AnyLoss : Faults, testing::WithParamInterface<lossy_proxy::lose> {
  void lose_each_exchange(const std::function<std::vector<journal_entry>(std::uint64_t)>& batch_of,
                          bool rest_is_refused) {
    kill(store.backend_pid());
    lossy_proxy proxy{db.conninfo()};
    persistence::pg_store remote{{proxy.conninfo()}};
    ASSERT_EQ(remote.open(), "");
    bool lost = true;
    for (int n = 1; lost; ++n) {
      ASSERT_LT(n, 200);
      const auto batch = batch_of(static_cast<std::uint64_t>(n) * 1000);
      proxy.lose_exchange(n, GetParam());
      auto status = remote.commit(batch, outcomes, buffer);
      lost = proxy.has_lost();
      EXPECT_EQ(status == store_status::ok, !lost) << "exchange " << n;
      for (int tries = 0; status != store_status::ok; ++tries) {
        ASSERT_LT(tries, 5);
        status = remote.commit(batch, outcomes, buffer);
      }
      proxy.lose_exchange(-1, GetParam());
      EXPECT_TRUE(buffer.has_value());
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const bool last = i + 1 == batch.size();
        EXPECT_EQ(outcomes[i].verdict,
                  last && rest_is_refused ? errc::insufficient_balance : errc::none)
            << "exchange " << n << " entry " << i;
      }
      EXPECT_EQ(differences(), "") << "exchange " << n;
    }
  }
};

TEST_P(AnyLoss, OfASingleStatement) {
  lose_each_exchange(
      [](std::uint64_t n) {
        return std::vector<journal_entry>{accept_bet{a_bet(n + 1, alice, 1_usdc)},
                                          accept_bet{a_bet(n + 2, bob, 1_usdc)}};
      },
      false);
}

TEST_P(AnyLoss, OfABatchThatIsSplit) {
  lose_each_exchange(
      [](std::uint64_t n) {
        return std::vector<journal_entry>{accept_bet{a_bet(n + 1, alice, 10_micro)},
                                          accept_bet{a_bet(n + 2, bob, 10_micro)},
                                          accept_bet{a_bet(n + 3, alice, 51_usdc)}};
      },
      true);
}

TEST_P(AnyLoss, OfATransactionOfManyKinds) {
  lose_each_exchange(
      [](std::uint64_t n) {
        const auto row = a_deposit(n + 1, alice, 2_usdc);
        const auto bet = a_bet(n + 1, bob, 10_micro);
        return std::vector<journal_entry>{
            open_deposit{row},
            settle_deposit{row.id, id_of<hash256>(n), noon},
            credit_deposit{row.id, alice, 2_usdc, noon},
            open_conversion{a_conversion(n + 1, 2_usdc, {row.id})},
            complete_conversion{id_of<conversion_id>(n + 1), {}, 1_usdc, 1_usdc, {}, noon},
            replenish{id_of<replenish_id>(n + 1), 1_usdc, 1_usdc, "r", noon},
            refill{id_of<replenish_id>(n + 2), 1_usdc, noon},
            accept_bet{bet},
            failed(bet)};
      },
      false);
}

INSTANTIATE_TEST_SUITE_P(Message, AnyLoss,
                         testing::Values(lossy_proxy::lose::request, lossy_proxy::lose::answer),
                         [](const auto& x) {
                           return x.param == lossy_proxy::lose::request ? "request" : "answer";
                         });

}  // namespace
}  // namespace headroom::test
