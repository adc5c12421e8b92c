#include "actors/guardian_actor.hpp"

#include "actors/buffer_actor.hpp"
#include "actors/conversion_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "actors/withdrawal_desk.hpp"
#include "tests/actors/withdrawal_house.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct GuardianActor : Core {
  guardian_actor guardian;
  std::vector<std::string> started;
  // Shared: the last ones end after the fixture's own members.
  std::shared_ptr<std::vector<std::string>> ended = std::make_shared<std::vector<std::string>>();
  std::vector<std::string> gave_up;

  template <class Spawn>
  component part(const std::string& name, bool holds_promises, Spawn spawn) {
    return {name,
            [this, name, spawn](caf::actor_system&) {
              started.push_back(name);
              auto h = keep(spawn());
              h->attach_functor([log = ended, name] { log->push_back(name); });
              dir.handles.set(h);
              return caf::actor_cast<caf::actor>(h);
            },
            holds_promises};
  }

  void start() {
    spawn_guardian();
    advance(seconds{2});
  }
  void spawn_guardian(std::shared_ptr<ledger_reader> read_by = nullptr) {
    books.buffer.balance = 1000_usdc;
    books.buffer.version = 1;
    payment.payment.chain_id = 9745;
    start_wallet();
    std::vector<component> parts;
    parts.push_back(
        part("journal", true, [this] { return system.spawn(journal_behavior, w(), &store); }));
    parts.push_back(part("query", false, [this, read_by] {
      if (!read_by) return system.spawn(query_behavior, &reader);
      auto h = system.spawn(query_behavior, read_by.get());
      h->attach_functor([read_by] {});  // lives as long as its reader's actor
      return h;
    }));
    parts.push_back(part("buffer", false, [this] { return system.spawn(buffer_behavior, w()); }));
    parts.push_back(part("venue", true, [this] { return system.spawn(scripted_venue, &venue); }));
    parts.push_back(
        part("payment", false, [this] { return system.spawn(scripted_payment, &payment); }));
    parts.push_back(
        part("conversion", false, [this] { return system.spawn(conversion_behavior, w()); }));
    guardian = keep(system.spawn(guardian_behavior, w(), std::move(parts),
                                 [this](const std::string& why) { gave_up.push_back(why); }));
    dir.handles.set(guardian);
  }
  readiness health() {
    return ask<readiness>(guardian, get_atom::value)->value.value_or(readiness{});
  }
  deposit stored_deposit(int n) {
    deposit d;
    d.id.bytes[0] = static_cast<std::uint8_t>(n);
    d.user = user(n);
    d.amount = 25_usdc;
    d.payment.chain_id = 9745;
    d.payment.from = d.user;
    d.payment.nonce = hash_at(n);
    d.created_at = now();
    books.deposits.emplace(d.id, d);
    return d;
  }
  bet stored_bet(int n) {
    bet b;
    b.id = bet_at(n);
    b.user = user(1);
    b.amount = 40_usdc;
    b.order_hash = hash_at(n);
    b.deadline = now().plus(seconds{30});
    books.bets.emplace(b.id, b);
    return b;
  }
  withdrawal stored_withdrawal(int n) {
    give(user(n), 100_usdc);
    books.buffer.balance = 2000_usdc;
    accept_withdrawal asked;
    asked.row.id.bytes[0] = static_cast<std::uint8_t>(n);
    asked.row.user = user(n);
    asked.row.to = user(99);
    asked.row.amount = 40_usdc;
    asked.row.created_at = now();
    asked.row.updated_at = now();
    committed ignored;
    EXPECT_EQ(books.apply(asked, ignored), errc::none);
    return asked.row;
  }
};

TEST_F(GuardianActor, StartsEverythingInOrderAndIsReady) {
  start();
  EXPECT_EQ(started, (std::vector<std::string>{"journal", "query", "buffer", "venue", "payment",
                                               "conversion"}));
  const auto h = health();
  EXPECT_TRUE(h.ready);
  for (const auto& [name, word] : h.parts) EXPECT_EQ(word, "ok") << name;
  EXPECT_EQ(h.parts.size(), 8U) << "the components, recovery and the database";
}

TEST_F(GuardianActor, AKilledComponentIsStartedAgainUnderTheSameName) {
  start();
  started.clear();
  const auto old = dir.handles.get<buffer_actor>();
  kill(old);
  run();
  EXPECT_EQ(started, std::vector<std::string>{"buffer"});
  EXPECT_NE(dir.handles.get<buffer_actor>(), old);
  EXPECT_EQ(ask<buffer_status>(dir.handles.get<buffer_actor>(), get_atom::value)->value->available,
            1000_usdc);
  EXPECT_EQ(fact(guardian, "restarts"), "1");
}

TEST_F(GuardianActor, FiveDeathsInAMinuteAreSurvivedTheSixthIsNot) {
  start();
  for (int n = 0; n < 5; ++n) kill(dir.handles.get<venue_actor>());
  EXPECT_TRUE(gave_up.empty());
  EXPECT_TRUE(health().ready);
  kill(dir.handles.get<venue_actor>());
  EXPECT_EQ(gave_up, std::vector<std::string>{"venue died too often"});
  EXPECT_FALSE(health().ready);
  EXPECT_EQ(health().parts["venue"], "down");
  EXPECT_FALSE(dir.handles.get<venue_actor>()) << "nobody is sent to the dead";
}

TEST_F(GuardianActor, OldDeathsAreForgotten) {
  start();
  for (int n = 0; n < 12; ++n) {
    kill(dir.handles.get<venue_actor>());
    advance(seconds{15});
  }
  EXPECT_TRUE(gave_up.empty());
}

TEST_F(GuardianActor, AJournalsDeathMakesEveryBetAskAgain) {
  start();
  give(user(1), 100_usdc);
  venue.post_otherwise = filled(40_usdc, {});
  store.commits.assign(3, scripted_store::commit_end::away);
  place_bet x{bet_at(1), user(1), {}, 40_usdc, {500'000}, now().plus(seconds{30}), hash_at(1)};
  const auto r = ask<bet>(dir.users.open_bet(x.id), x);
  EXPECT_EQ(r->answers, 0);
  kill(dir.handles.get<journal_actor>());
  advance(seconds{5});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, bet_status::filled);
}

TEST_F(GuardianActor, ABetThatDiesIsPickedUpFromTheBooks) {
  start();
  give(user(1), 100_usdc);
  venue.mute = true;
  place_bet x{bet_at(1), user(1), {}, 40_usdc, {500'000}, now().plus(seconds{30}), hash_at(1)};
  ask<bet>(dir.users.open_bet(x.id), x);
  venue.mute = false;
  venue.looks = {filled(40_usdc, {})};
  kill(dir.users.find_bet(bet_at(1)));
  advance(seconds{2});
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::filled);
  EXPECT_EQ(venue.posted.size(), 1U);
  EXPECT_EQ(dir.users.live_bets(), 0U);
}

TEST_F(GuardianActor, RecoveryResumesPlacingBetsAndSettlingDeposits) {
  const auto open = stored_bet(1);
  auto closed = stored_bet(2);
  books.bets.at(closed.id).status = bet_status::filled;
  stored_deposit(2);
  venue.looks = {filled(39_usdc, {})};
  payment.otherwise = {payment_state::paid, hash_at(9), {}};
  start();
  EXPECT_EQ(books.bets.at(open.id).status, bet_status::filled);
  EXPECT_TRUE(venue.posted.empty()) << "looks before it acts";
  EXPECT_EQ(books.balances[user(2)].balance, 25_usdc);
  EXPECT_EQ(fact(guardian, "resumed"), "2");
}

TEST_F(GuardianActor, RecoveryResumesWithdrawalsThatHaveNoEnd) {
  cashier_script cashier;
  cashier.books = &books;
  cashier.otherwise.state = transfer_state::done;
  cashier.otherwise.tx_hash = hash_at(9);
  dir.handles.set(keep(system.spawn(scripted_cashier, &cashier)));
  const auto open = stored_withdrawal(1);
  start();
  ASSERT_FALSE(cashier.asked.empty());
  EXPECT_EQ(cashier.asked.front().id, transfer_of(open.id, 0)) << "under the name it had";
  const auto row = books.withdrawals.find(open.id, books.operations);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->status, withdrawal_status::confirmed);
  EXPECT_EQ(fact(guardian, "resumed"), "1");
}

TEST_F(GuardianActor, ItIsNotReadyUntilTheStoreAnswersAndItHasRecovered) {
  guardian = keep(
      system.spawn(guardian_behavior, w(), std::vector<component>{}, [](const std::string&) {}));
  advance(seconds{5});
  EXPECT_FALSE(health().ready);
  EXPECT_EQ(health().parts["recovery"], "running");
  EXPECT_EQ(health().parts["database"], "not answering");
  start_query();
  advance(seconds{2});
  EXPECT_EQ(health().parts["database"], "not committing");
  start_journal();
  advance(seconds{2});
  EXPECT_TRUE(health().ready);
}

TEST_F(GuardianActor, ItIsNotReadyWhileTheJournalCannotCommit) {
  start();
  ASSERT_TRUE(health().ready);
  store.commits.assign(1000, scripted_store::commit_end::away);
  const auto r = ask<committed>(dir.handles.get<journal_actor>(),
                                append{configure_buffer{1_usdc, false, {}, {}}});
  advance(seconds{3});
  EXPECT_FALSE(health().ready);
  EXPECT_EQ(health().parts["database"], "not committing") << "although it answers reads";
  store.commits.clear();
  advance(seconds{4});
  EXPECT_EQ(r->answers, 1);
  EXPECT_TRUE(health().ready);
}

TEST_F(GuardianActor, IsNotReadyBeforeItIsKnownWhetherMoneyMayLeave) {
  struct silent_on_withdrawals : memory_reader {
    using memory_reader::memory_reader;
    std::optional<bool> withdrawals_paused() override {
      return answers ? memory_reader::withdrawals_paused() : std::nullopt;
    }
    bool answers = false;
  };
  const auto reads = std::make_shared<silent_on_withdrawals>(books);
  spawn_guardian(reads);
  dir.handles.set(keep(system.spawn(withdrawal_desk_behavior, w())));
  advance(seconds{3});
  EXPECT_FALSE(health().ready);
  EXPECT_EQ(health().parts["withdrawals"], "not read");
  reads->answers = true;
  advance(seconds{1});
  EXPECT_TRUE(health().ready);
}

TEST_F(GuardianActor, RecoveryGoesOnBehindAFullPage) {
  settings.bet.max_live = 3;
  settings.guardian.deposits_recovered = 2;
  for (int n = 1; n <= 8; ++n) stored_bet(n);
  for (int n = 1; n <= 5; ++n) stored_deposit(n);
  venue.look_otherwise = filled(40_usdc, {});
  for (int n = 1; n <= 5; ++n)  // one Transfer proves one deposit
    payment.findings.push_back({payment_state::paid, hash_at(n), {}});
  start();
  advance(seconds{5});
  for (const auto& [id, b] : books.bets) EXPECT_EQ(b.status, bet_status::filled) << id.text();
  for (int n = 1; n <= 5; ++n) EXPECT_EQ(books.balances[user(n)].balance, 25_usdc) << n;
  EXPECT_EQ(fact(guardian, "resumed"), "13") << "each once";
  EXPECT_EQ(fact(guardian, "recovered"), "yes");
}

TEST_F(GuardianActor, RecoveryIsNotDoneWhileAFullPageHidesTheRest) {
  settings.bet.max_live = 2;
  for (int n = 1; n <= 3; ++n) stored_bet(n);
  venue.look_otherwise = says(venue_verdict::unknown);
  start();
  advance(seconds{5});
  EXPECT_EQ(fact(guardian, "resumed"), "2") << "nothing is known of them, so they stay";
  EXPECT_EQ(health().parts["recovery"], "running");
  venue.look_otherwise = filled(40_usdc, {});
  advance(seconds{20});
  for (const auto& [id, b] : books.bets) EXPECT_EQ(b.status, bet_status::filled) << id.text();
  EXPECT_EQ(fact(guardian, "resumed"), "3");
  EXPECT_TRUE(health().ready);
}

/// A database that is too slow for long lists.
struct slow_reader : memory_reader {
  using memory_reader::memory_reader;
  std::vector<std::uint32_t> asked;

  std::optional<unfinished_work> unfinished(std::uint32_t bets, std::uint32_t deposits) override {
    asked.push_back(bets);
    if (bets > 3 || deposits > 3) return std::nullopt;
    return memory_reader::unfinished(bets, deposits);
  }
};

TEST_F(GuardianActor, RecoveryAsksForLessWhenTheDatabaseIsTooSlow) {
  settings.bet.max_live = 16;
  settings.guardian.deposits_recovered = 16;
  for (int n = 1; n <= 8; ++n) stored_bet(n);
  venue.look_otherwise = filled(40_usdc, {});
  const auto slow = std::make_shared<slow_reader>(books);
  spawn_guardian(slow);
  advance(seconds{20});
  ASSERT_GE(slow->asked.size(), 4U);
  EXPECT_EQ((std::vector<std::uint32_t>{slow->asked.begin(), slow->asked.begin() + 4}),
            (std::vector<std::uint32_t>{16, 8, 4, 2}));
  for (const auto& [id, b] : books.bets) EXPECT_EQ(b.status, bet_status::filled) << id.text();
  EXPECT_TRUE(health().ready);
}

TEST_F(GuardianActor, WhatRecoveryReadsAfterTheStopIsLeftToTheNextStart) {
  stored_bet(1);
  stored_deposit(2);
  spawn_guardian();
  const auto stopped = ask_later<bool>(guardian, stop_atom::value);  // before the answer comes
  advance(seconds{5});
  EXPECT_EQ(stopped->value, true);
  EXPECT_EQ(dir.users.live_bets(), 0U);
  EXPECT_TRUE(dir.users.all_deposits().empty());
  EXPECT_TRUE(venue.looked_up.empty());
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::placing);
}

TEST_F(GuardianActor, NothingIsOpenedOnceItDrains) {
  start();
  give(user(1), 100_usdc);
  venue.mute = true;
  place_bet x{bet_at(1), user(1), {}, 40_usdc, {500'000}, now().plus(seconds{30}), hash_at(1)};
  ask<bet>(dir.users.open_bet(x.id), x);
  const auto stopped = ask<bool>(guardian, stop_atom::value);
  EXPECT_TRUE(dir.users.open_bet(bet_at(1))) << "it lives";
  EXPECT_FALSE(dir.users.open_bet(bet_at(2)));
  EXPECT_FALSE(dir.users.open_deposit());
  EXPECT_FALSE(dir.users.resume_deposit());
  EXPECT_TRUE(dir.users.balance_of(user(2))) << "bets on their way still need balances";
  kill(dir.users.find_bet(bet_at(1)));  // the guardian hears of it and leaves it to the next start
  tell(guardian, resume_atom::value, stored_deposit(3));
  advance(settings.guardian.drain + seconds{2});
  EXPECT_EQ(stopped->value, true);
  EXPECT_FALSE(dir.users.balance_of(user(3)));
  EXPECT_EQ(dir.users.live_bets() + dir.users.balance_count() + dir.users.all_deposits().size(),
            0U);
}

TEST_F(GuardianActor, ItsWaitsDoNotFollowTheWallClock) {
  start();
  auto ahead = std::chrono::hours{0};
  everything->now = [&] { return now().plus(ahead); };
  for (int n = 0; n < 6; ++n) {
    ahead += std::chrono::hours{2};
    kill(dir.handles.get<venue_actor>());
  }
  EXPECT_EQ(gave_up, std::vector<std::string>{"venue died too often"});
  EXPECT_TRUE(dir.users.open_bet(bet_at(9))) << "it has nothing to do and does not end by itself";
  const auto stopped = ask<bool>(guardian, stop_atom::value);
  everything->now = [this] { return now().minus(std::chrono::hours{1}); };
  advance(settings.guardian.drain + seconds{1});
  EXPECT_EQ(stopped->value, true);
}

TEST_F(GuardianActor, BalancesAreTickedPartByPart) {
  settings.balance.idle = seconds{64};
  start();
  constexpr int users = 255;
  std::vector<balance_actor> awake;
  for (int n = 0; n < users; ++n) awake.push_back(dir.users.balance_of(user(n)));
  run();
  const auto handled = [&] {
    std::uint64_t sum = 0;
    for (const auto& k : registry::instance().kinds())
      if (k.name == "balance") sum = k.processed;
    return sum;
  };
  const auto before = handled();
  advance(seconds{2});
  const auto ticked = handled() - before;
  EXPECT_GT(ticked, 0U);
  EXPECT_LT(ticked, users / 4U) << "a few parts of 64";
  advance(seconds{64});
  EXPECT_GE(handled() - before, static_cast<std::uint64_t>(users));
}

TEST_F(GuardianActor, ItsTickMakesIdleBalancesLeave) {
  settings.balance.idle = seconds{2};
  start();
  const auto used = dir.users.balance_of(user(1));
  const auto idle = dir.users.balance_of(user(2));
  for (int n = 0; n < 8; ++n) {
    EXPECT_EQ(ask<balance_view>(used, get_atom::value)->code, errc::none);
    advance(seconds{1});
  }
  EXPECT_EQ(dir.users.find_balance(user(1)), used);
  EXPECT_FALSE(dir.users.find_balance(user(2)));
  advance(seconds{8});
  EXPECT_EQ(dir.users.balance_count(), 0U);
}

TEST_F(GuardianActor, ItsOwnDeathIsNoticed) {
  const auto said = std::make_shared<std::vector<std::string>>();
  start();
  watch_guardian(guardian, dir, [said](const std::string& why) { said->push_back(why); });
  kill(guardian);
  EXPECT_EQ(*said, std::vector<std::string>{"the guardian died"});
}

TEST_F(GuardianActor, ItsEndAfterAnOrderedStopIsNoDeath) {
  const auto said = std::make_shared<std::vector<std::string>>();
  start();
  watch_guardian(guardian, dir, [said](const std::string& why) { said->push_back(why); });
  EXPECT_EQ(ask<bool>(guardian, stop_atom::value)->value, true);
  EXPECT_EQ(ask<readiness>(guardian, get_atom::value)->code, errc::unavailable);
  EXPECT_TRUE(said->empty());
}

TEST_F(GuardianActor, AnOrderedStopEndsComponentsInTheOppositeOrderOfTheirStart) {
  start();
  EXPECT_EQ(ask<bool>(guardian, stop_atom::value)->value, true);
  const std::vector<std::string> backwards{started.rbegin(), started.rend()};
  EXPECT_EQ(*ended, backwards);
  EXPECT_EQ(ended->back(), "journal") << "the last that others need";
}

TEST_F(GuardianActor, AStopTakesNoLongerThanItSaysAlthoughTheStoreIsAway) {
  start();
  store.commits.assign(10'000, scripted_store::commit_end::away);
  ask<committed>(dir.handles.get<journal_actor>(), append{configure_buffer{1_usdc, false, {}, {}}});
  const auto stopped = ask<bool>(guardian, stop_atom::value);
  advance(settings.guardian.stop_step - seconds{1});
  EXPECT_EQ(stopped->answers, 0) << "the journal gets its time";
  advance(longest_stop(settings) - settings.guardian.stop_step + seconds{1});
  EXPECT_EQ(stopped->value, true);
}

TEST_F(GuardianActor, AnOrderedStopRefusesNewWorkDrainsAndEndsEveryActor) {
  start();
  give(user(1), 100_usdc);
  venue.mute = true;
  place_bet x{bet_at(1), user(1), {}, 40_usdc, {500'000}, now().plus(seconds{30}), hash_at(1)};
  const auto r = ask<bet>(dir.users.open_bet(x.id), x);
  const auto stopped = ask<bool>(guardian, stop_atom::value);
  EXPECT_TRUE(dir.users.draining());
  EXPECT_FALSE(health().ready);
  EXPECT_EQ(health().parts["service"], "draining");
  EXPECT_EQ(ask<bool>(guardian, stop_atom::value)->code, errc::shutting_down);
  EXPECT_EQ(stopped->answers, 0) << "a bet is still on its way";
  venue.post_otherwise = filled(40_usdc, {});
  tell(dir.handles.get<venue_actor>(), wake_atom::value);
  advance(seconds{2});
  EXPECT_EQ(r->value->status, bet_status::filled);
  EXPECT_EQ(stopped->value, true);
  EXPECT_EQ(ask<readiness>(guardian, get_atom::value)->code, errc::unavailable);
  EXPECT_FALSE(dir.handles.get<journal_actor>());
  EXPECT_EQ(dir.users.balance_count(), 0U);
}

TEST_F(GuardianActor, ABetThatDoesNotEndInTimeIsLeftToTheNextStart) {
  start();
  give(user(1), 100_usdc);
  venue.mute = true;
  place_bet x{bet_at(1), user(1), {}, 40_usdc, {500'000}, now().plus(seconds{30}), hash_at(1)};
  ask<bet>(dir.users.open_bet(x.id), x);
  const auto stopped = ask<bool>(guardian, stop_atom::value);
  advance(settings.guardian.drain + seconds{2});
  EXPECT_EQ(stopped->value, true);
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::placing);
  EXPECT_EQ(dir.users.live_bets(), 0U);
}

}  // namespace
}  // namespace headroom::test
