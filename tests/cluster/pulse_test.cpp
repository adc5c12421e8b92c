#include "cluster/pulse.hpp"

#include <gtest/gtest.h>

#include <map>

/// Nodes under one clock over one membership in memory, which judges as migration 0029 does.
namespace headroom::cluster {
namespace {

using namespace std::chrono_literals;
using namespace actors;
using standing = pulse::standing;
using instant = net::lease::instant;

/// The tables, and the clock that the database has.
struct tables {
  struct life {
    node_card card;
    bool up = true;
    instant beat{};
    instant well_since{};
    bool journal = false;  // its session is open
  };
  instant now{1h};
  instant set_by{};  // what somebody did to the database's clock
  [[nodiscard]] instant db() const { return now + set_by; }
  std::map<std::int64_t, life> lives;
  std::int64_t keeper = 0;
  bool away = false;
  std::map<std::string, bool> refuses;  // by address
};

class memory final : public membership_store {
 public:
  explicit memory(tables& t) : t_{t} {}

  std::int64_t enter(const node_card& card) override {
    const auto me = static_cast<std::int64_t>(t_.lives.size()) + 1;
    t_.lives[me] = {card, true, t_.db(), t_.db(), false};
    return me;
  }
  heartbeat_answer beat(std::int64_t me) override {
    reach();
    auto& own = t_.lives.at(me);
    if (own.up) {
      if (own.beat < t_.db() - 1500ms) own.well_since = t_.db();
      own.beat = t_.db();
    }
    heartbeat_answer out{own.up, {}};
    if (t_.keeper != 0) {
      const auto& k = t_.lives.at(t_.keeper);
      out.kept_by = {t_.keeper, k.card.name, k.card.address, k.beat < t_.db() - 1500ms,
                     k.beat.count()};
    }
    return out;
  }
  take_answer take(std::int64_t me, proof of) override {
    reach();
    if (!t_.lives.at(me).up) return take_answer::dead;
    if (t_.keeper != 0) {
      auto& other = t_.lives.at(t_.keeper);
      const bool late = of == proof::late && other.beat < t_.db() - 1500ms &&
                        t_.lives.at(me).well_since < t_.db() - 1500ms;
      const bool refused = of == proof::refused && !other.journal;
      if (!late && !refused) return take_answer::not_proven;
      other.up = false;
    }
    t_.keeper = me;
    return take_answer::ours;
  }
  void leave(std::int64_t me) override {
    reach();
    t_.lives.at(me).up = false;
    if (t_.keeper == me) t_.keeper = 0;
  }

 private:
  void reach() const {
    if (t_.away) throw membership_unavailable("away");
  }
  tables& t_;
};

/// One node: beats when its turn comes, unless it is frozen.
struct node {
  node(tables& t, const std::string& name)
      : store{t},
        me{store.enter({name, name + ":1", "test", 1})},
        life{cluster_settings{},
             me,
             {store, lease, [&t] { return t.now; },
              [&t](const std::string& at) { return t.refuses[at]; }}} {
    lease.limit();
  }
  [[nodiscard]] bool acts(const tables& t) const { return lease.holds_at(t.now); }
  standing beat() { return life.beat(); }

  memory store;
  net::lease lease;
  std::int64_t me;
  pulse life;
};

class Pulse : public testing::Test {
 protected:
  /// `n` beats of everybody in `who`, 250 ms apart.
  void go_on(int n, std::initializer_list<node*> who) {
    for (int i = 0; i < n; ++i) {
      t.now += 250ms;
      for (auto* each : who) each->beat();
    }
  }
  tables t;
};

TEST_F(Pulse, TheFirstKeepsTheHouseAndTheSecondStandsBy) {
  node a{t, "a"};
  node b{t, "b"};
  EXPECT_EQ(a.beat(), standing::keeps);
  EXPECT_EQ(b.beat(), standing::stands_by);
  EXPECT_EQ(b.lease.why(), "a serves");
  go_on(100, {&a, &b});
  EXPECT_EQ(a.life.is(), standing::keeps);
  EXPECT_EQ(b.life.is(), standing::stands_by);
}

TEST_F(Pulse, WhoLeavesIsFollowedAtOnce) {
  node a{t, "a"};
  node b{t, "b"};
  go_on(1, {&a, &b});
  a.store.leave(a.me);
  EXPECT_EQ(b.beat(), standing::keeps);
}

TEST_F(Pulse, AProcessThatIsGoneIsFoundAtItsDoor) {
  node a{t, "a"};
  node b{t, "b"};
  go_on(10, {&a, &b});
  t.refuses["a:1"] = true;
  EXPECT_EQ(b.beat(), standing::keeps);
}

TEST_F(Pulse, ADoorThatIsShutBeforeTheJournalProvesNothing) {
  node a{t, "a"};
  node b{t, "b"};
  go_on(10, {&a, &b});
  t.lives.at(a.me).journal = true;
  t.refuses["a:1"] = true;
  EXPECT_EQ(b.beat(), standing::stands_by);
}

TEST_F(Pulse, AFrozenKeeperIsReplacedOnlyAfterItHasCeasedToBelieveItself) {
  node a{t, "a"};
  node b{t, "b"};
  go_on(10, {&a, &b});
  for (int i = 0; i < 100 && b.life.is() != standing::keeps; ++i) {
    go_on(1, {&b});
    EXPECT_FALSE(b.life.is() == standing::keeps && a.acts(t)) << "two act at once";
  }
  EXPECT_EQ(b.life.is(), standing::keeps);
  EXPECT_EQ(a.beat(), standing::replaced);  // it wakes
  EXPECT_FALSE(a.acts(t));
  EXPECT_EQ(a.beat(), standing::replaced);
}

TEST_F(Pulse, AnOutageOfTheDatabaseReplacesNobody) {
  node a{t, "a"};
  node b{t, "b"};
  go_on(10, {&a, &b});
  t.away = true;
  go_on(40, {&a, &b});
  EXPECT_FALSE(a.acts(t)) << "nobody acts who is not heard";
  t.away = false;
  t.now += 250ms;
  EXPECT_EQ(b.beat(), standing::stands_by);  // the first who is back may not accuse
  EXPECT_EQ(a.beat(), standing::keeps);
  go_on(40, {&a, &b});
  EXPECT_EQ(a.life.is(), standing::keeps);
}

TEST_F(Pulse, AClockOfTheDatabaseThatWasSetReplacesNobody) {
  node a{t, "a"};
  node b{t, "b"};
  go_on(10, {&a, &b});
  t.set_by = 1h;
  EXPECT_EQ(b.beat(), standing::stands_by);  // by that clock the keeper is late
  go_on(40, {&a, &b});
  EXPECT_EQ(a.life.is(), standing::keeps);
  t.set_by = -1h;
  go_on(40, {&b, &a});
  EXPECT_EQ(a.life.is(), standing::keeps);
}

TEST_F(Pulse, WhoseLeaseRunsOutSaysWhy) {
  node a{t, "a"};
  go_on(2, {&a});
  t.away = true;
  go_on(10, {&a});
  EXPECT_FALSE(a.acts(t));
  EXPECT_EQ(a.lease.why(), "the database does not hear this node");
}

TEST_F(Pulse, WhoWasBuriedWhileStandingByIsReplacedToo) {
  node a{t, "a"};
  node b{t, "b"};
  go_on(2, {&a, &b});
  t.lives.at(b.me).up = false;
  EXPECT_EQ(b.beat(), standing::replaced);
}

}  // namespace
}  // namespace headroom::cluster
