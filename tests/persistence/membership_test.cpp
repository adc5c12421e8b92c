#include <gtest/gtest.h>

#include <thread>

#include "persistence/cluster_nodes.hpp"
#include "persistence/pg_membership.hpp"
#include "tests/persistence/books.hpp"

/// The fence (docs/decisions/0048) over a real PostgreSQL: whoever is replaced writes nothing.
namespace headroom::test {
namespace {

using namespace std::chrono_literals;
using actors::membership_refused;
using actors::proof;
using actors::take_answer;
using persistence::pg_membership;

struct Membership : testing::Test {
  persistence::membership_settings settings() const { return {.conninfo = db.conninfo()}; }
  static actors::node_card card(const std::string& name, std::int32_t wire = 1) {
    return {name, name + ":80", "test", wire};
  }
  /// As if so much time had passed since anybody was heard of.
  void pass(const std::string& time) const {
    db.run("UPDATE cluster_nodes SET beat = beat - interval '" + time +
           "', well_since = well_since - interval '" + time + "'");
  }
  [[nodiscard]] persistence::pg_store journal_of(std::int64_t life) const {
    persistence::store_settings s;
    s.conninfo = db.conninfo();
    s.writer_wait = 2s;
    return persistence::pg_store{s, life};
  }
  void kill(int pid) const {
    db.run("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 5000)");
  }
  [[nodiscard]] int heart_of(std::int64_t life) const {
    return static_cast<int>(db.number(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 4713 AND objid = " +
        std::to_string(life) +
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));
  }
  [[nodiscard]] std::string state_of(std::int64_t life) const {
    return db.value("SELECT state FROM cluster_nodes WHERE incarnation = " + std::to_string(life));
  }
  [[nodiscard]] long keeper() const {
    return db.number("SELECT coalesce(owner, 0) FROM cluster_units WHERE role = 'house'");
  }

  fresh_database db;
  pg_membership first{settings()};
  pg_membership second{settings()};
  const std::int64_t a = first.enter(card("a"));
  const std::int64_t b = second.enter(card("b"));
};

TEST_F(Membership, AFreeHouseIsTakenOnceAndNotFromWhoLives) {
  EXPECT_LT(a, b);
  EXPECT_EQ(first.beat(a).kept_by.incarnation, 0);
  EXPECT_EQ(first.take(a, proof::none), take_answer::ours);
  EXPECT_EQ(first.take(a, proof::none), take_answer::ours);  // a repeat is one
  for (const auto of : {proof::none, proof::late})
    EXPECT_EQ(second.take(b, of), take_answer::not_proven);
  const auto seen = second.beat(b);
  EXPECT_TRUE(seen.alive);
  EXPECT_EQ(seen.kept_by.incarnation, a);
  EXPECT_EQ(seen.kept_by.name, "a");
  EXPECT_EQ(seen.kept_by.address, "a:80");
  EXPECT_FALSE(seen.kept_by.late);
  EXPECT_EQ(keeper(), a);
}

TEST_F(Membership, ANameLivesOnceAndItsNextLifeHasAnotherNumber) {
  pg_membership third{settings()};
  EXPECT_THROW((void)third.enter(card("a")), membership_refused);
  {
    pg_membership gone{settings()};
    const auto c = gone.enter(card("c"));
    EXPECT_EQ(gone.take(c, proof::none), take_answer::ours);
  }  // its process ends without a word
  for (int i = 0; i < 500 && state_of(b + 2) != "up"; ++i) try {
      EXPECT_GT(third.enter(card("c")), b + 1);
    } catch (const membership_refused&) {  // its backend is still ending
    }
  EXPECT_EQ(db.number("SELECT count(*) FROM cluster_nodes WHERE name = 'c' AND state = 'up'"), 1);
  EXPECT_EQ(db.number("SELECT count(*) FROM cluster_nodes WHERE name = 'c' AND state = 'dead'"), 1);
  EXPECT_EQ(keeper(), 0);
}

TEST_F(Membership, AnotherWireVersionIsRefusedInWords) {
  pg_membership third{settings()};
  try {
    (void)third.enter(card("c", 2));
    FAIL() << "entered";
  } catch (const membership_refused& e) {
    EXPECT_STREQ(e.what(), "c speaks wire 2, this cluster speaks wire 1: stop its nodes first");
  }
}

TEST_F(Membership, WhoLeavesFreesTheHouse) {
  EXPECT_EQ(first.take(a, proof::none), take_answer::ours);
  first.leave(a);
  EXPECT_EQ(keeper(), 0);
  EXPECT_EQ(state_of(a), "left");
  EXPECT_FALSE(first.beat(a).alive);
  EXPECT_EQ(first.take(a, proof::none), take_answer::dead);
  EXPECT_EQ(second.take(b, proof::none), take_answer::ours);
  EXPECT_EQ(db.value("SELECT string_agg(why, ',' ORDER BY epoch) FROM cluster_moves"),
            "free,left,free");
}

TEST_F(Membership, ALateKeeperIsReplacedByWhoWasWellAllTheTime) {
  EXPECT_EQ(first.take(a, proof::none), take_answer::ours);
  pass("10 seconds");
  EXPECT_TRUE(second.beat(b).kept_by.late);
  kill(heart_of(b));
  EXPECT_THROW((void)second.beat(b), actors::membership_unavailable);
  EXPECT_EQ(second.take(b, proof::late), take_answer::not_proven) << "it was not well itself";
  pass("10 seconds");
  EXPECT_EQ(second.take(b, proof::late), take_answer::ours);
  EXPECT_EQ(state_of(a), "dead");
  EXPECT_THROW((void)first.beat(a), actors::membership_unavailable) << "its heart was ended too";
  EXPECT_FALSE(first.beat(a).alive);
  EXPECT_EQ(first.take(a, proof::late), take_answer::dead);
}

TEST_F(Membership, AHeartThatIsFrozenInItsBeatLocksNothing) {
  EXPECT_EQ(first.take(a, proof::none), take_answer::ours);
  EXPECT_TRUE(first.beat(a).alive);
  EXPECT_EQ(db.number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND"
                      " state LIKE 'idle in transaction%'"),
            0);
}

TEST_F(Membership, ARefusedDoorCountsWhenItsSessionsAreClosed) {
  EXPECT_EQ(first.take(a, proof::none), take_answer::ours);
  {
    auto journal = journal_of(a);
    ASSERT_EQ(journal.open(), "");
    EXPECT_EQ(second.take(b, proof::refused), take_answer::not_proven);
    kill(journal.backend_pid());
  }
  EXPECT_EQ(second.take(b, proof::refused), take_answer::not_proven) << "its heart is heard";
  kill(heart_of(a));
  EXPECT_EQ(second.take(b, proof::refused), take_answer::ours);
}

TEST_F(Membership, AHouseIsNotTakenFromWhoMayBelieveItselfStill) {
  EXPECT_EQ(first.take(a, proof::none), take_answer::ours);
  EXPECT_TRUE(first.beat(a).alive);
  EXPECT_TRUE(persistence::evict_node(db.conninfo(), "a", "cli:test"));
  EXPECT_FALSE(persistence::evict_node(db.conninfo(), "a", "cli:test"));
  EXPECT_EQ(keeper(), 0);
  EXPECT_EQ(second.take(b, proof::none), take_answer::busy);
  pass("2 seconds");
  EXPECT_EQ(second.take(b, proof::none), take_answer::ours);
  const auto nodes = persistence::list_nodes(db.conninfo());
  ASSERT_EQ(nodes.size(), 2U);
  EXPECT_EQ(nodes[0].name, "b");
  EXPECT_TRUE(nodes[0].keeps);
  EXPECT_EQ(nodes[1].words, "evicted by cli:test");
}

TEST_F(Membership, ABeatThatComesWhileItIsJudgedFindsItDead) {
  EXPECT_EQ(first.take(a, proof::none), take_answer::ours);
  pass("10 seconds");
  std::optional<bool> alive;
  std::thread beating;
  {
    const open_transaction judging{
        db, "SELECT cluster_take(" + std::to_string(b) + ", 'late', interval '1500 ms')"};
    beating = std::thread{[&] {
      for (int tries = 0; tries < 20 && !alive; ++tries) try {
          alive = first.beat(a).alive;
        } catch (const actors::membership_unavailable&) {  // its session was ended, or it waits
        }
    }};
    long waiting = 0;
    for (int i = 0; i < 20'000 && waiting == 0; ++i)
      waiting = db.number(
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
          " AND wait_event_type = 'Lock' AND query LIKE '%UPDATE cluster_nodes%'");
    EXPECT_EQ(waiting, 1);
    EXPECT_FALSE(alive) << "it was told that it keeps the house";
  }  // rolled back
  beating.join();
  EXPECT_EQ(alive, true);
}

TEST_F(Membership, WhoComesBackAfterAPowerCutIsNotHeldUpByItsOldSessions) {
  pg_membership again{settings()};
  EXPECT_THROW((void)again.enter(card("a")), membership_refused);
  pass("11 seconds");  // its sessions are there still: nobody told PostgreSQL
  EXPECT_GT(again.enter(card("a")), b);
  EXPECT_EQ(state_of(a), "dead");
}

TEST_F(Membership, TheJournalOfWhoNeverKeptTheHouseDoesNotOpen) {
  EXPECT_EQ(first.take(a, proof::none), take_answer::ours);
  auto journal = journal_of(b);
  EXPECT_NE(journal.open().find("does not keep the house"), std::string::npos);
}

/// A keeper with money that is frozen: its open session is ended, what it had begun is not
/// committed, and whatever it does when it wakes is refused.
struct Fence : Membership {
  void SetUp() override {
    ASSERT_EQ(first.take(a, proof::none), take_answer::ours);
    ASSERT_EQ(old.open(), "");
    EXPECT_EQ(commit(old, books_of_the_house()), store_status::ok);
  }
  std::vector<journal_entry> books_of_the_house() {
    return {replenish{id_of<replenish_id>(++entries), 1000_usdc, 0_usdc, "test", noon}};
  }
  store_status commit(persistence::pg_store& store, const std::vector<journal_entry>& batch) {
    std::vector<entry_outcome> outcomes;
    std::optional<buffer_row> buffer;
    return store.commit(batch, outcomes, buffer);
  }
  [[nodiscard]] long micro() const {
    return db.number("SELECT usdc_balance FROM liquidity_buffer");
  }
  persistence::pg_store old = journal_of(a);
  std::uint64_t entries = 0;
};

TEST_F(Fence, TheReplacedJournalCommitsNothingMore) {
  const auto before = micro();
  pass("10 seconds");
  ASSERT_EQ(second.take(b, proof::late), take_answer::ours);
  for (int i = 0; i < 5; ++i) EXPECT_NE(commit(old, books_of_the_house()), store_status::ok);
  EXPECT_EQ(micro(), before);
  auto fresh = journal_of(b);
  ASSERT_EQ(fresh.open(), "");
  EXPECT_EQ(commit(fresh, books_of_the_house()), store_status::ok);
}

TEST_F(Fence, WhoTakesOverWaitsForWhatTheOldOneIsAboutToCommit) {
  pass("10 seconds");
  const auto pid = old.backend_pid();
  store_status status{};
  std::thread committing;
  {
    const open_transaction holder{db, "SELECT 1 FROM liquidity_buffer FOR UPDATE"};
    committing = std::thread{[&] { status = commit(old, books_of_the_house()); }};
    for (int i = 0; i < 20'000; ++i)
      if (db.value("SELECT wait_event_type FROM pg_stat_activity WHERE pid = " +
                   std::to_string(pid)) == "Lock")
        break;
    EXPECT_EQ(second.take(b, proof::late), take_answer::ours);
    EXPECT_EQ(db.number("SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(pid)),
              0);
  }
  committing.join();
  EXPECT_NE(status, store_status::ok);
}

TEST_F(Fence, AJournalThatOpensWhileItIsBuriedWaitsAndLooksBehindTheLock) {
  pass("10 seconds");
  kill(old.backend_pid());
  std::string opened;
  std::thread opening;
  {
    const open_transaction burying{db, "SELECT cluster_bury(" + std::to_string(a) + ", 'late')"};
    opening = std::thread{[&] {
      auto again = journal_of(a);
      opened = again.open();
    }};
    long waiting = 0;
    for (int i = 0; i < 20'000 && waiting == 0; ++i)
      waiting = db.number(
          "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4712 AND NOT"
          " granted AND database = (SELECT oid FROM pg_database WHERE datname ="
          " current_database())");
    EXPECT_EQ(waiting, 1);
  }  // rolled back: it was not buried after all
  opening.join();
  EXPECT_EQ(opened, "");
}

}  // namespace
}  // namespace headroom::test
