#include "actors/guardian_actor.hpp"

#include "actors/buffer_actor.hpp"
#include "actors/conversion_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "tests/actors/core.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct GuardianActor : Core {
  guardian_actor guardian;
  std::vector<std::string> started;
  std::vector<std::string> gave_up;

  template <class Spawn>
  component part(const std::string& name, bool holds_promises, Spawn spawn) {
    return {name,
            [this, name, spawn](caf::actor_system&) {
              started.push_back(name);
              auto h = keep(spawn());
              dir.set(h);
              return caf::actor_cast<caf::actor>(h);
            },
            holds_promises};
  }

  void start() {
    books.buffer.balance = 1000_usdc;
    books.buffer.version = 1;
    payment.payment.chain_id = 9745;
    start_wallet();
    std::vector<component> parts;
    parts.push_back(
        part("journal", true, [this] { return system.spawn(journal_behavior, w(), &store); }));
    parts.push_back(part("query", false, [this] { return system.spawn(query_behavior, &reader); }));
    parts.push_back(part("buffer", false, [this] { return system.spawn(buffer_behavior, w()); }));
    parts.push_back(part("venue", true, [this] { return system.spawn(scripted_venue, &venue); }));
    parts.push_back(
        part("payment", false, [this] { return system.spawn(scripted_payment, &payment); }));
    parts.push_back(
        part("conversion", false, [this] { return system.spawn(conversion_behavior, w()); }));
    guardian = keep(system.spawn(guardian_behavior, w(), std::move(parts),
                                 [this](const std::string& why) { gave_up.push_back(why); }));
    dir.set(guardian);
    advance(seconds{2});
  }
  readiness health() {
    return ask<readiness>(guardian, get_atom::value)->value.value_or(readiness{});
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
  const auto old = dir.get<buffer_actor>();
  kill(old);
  run();
  EXPECT_EQ(started, std::vector<std::string>{"buffer"});
  EXPECT_NE(dir.get<buffer_actor>(), old);
  EXPECT_EQ(ask<buffer_status>(dir.get<buffer_actor>(), get_atom::value)->value->available,
            1000_usdc);
  EXPECT_EQ(fact(guardian, "restarts"), "1");
}

TEST_F(GuardianActor, FiveDeathsInAMinuteAreSurvivedTheSixthIsNot) {
  start();
  for (int n = 0; n < 5; ++n) kill(dir.get<venue_actor>());
  EXPECT_TRUE(gave_up.empty());
  EXPECT_TRUE(health().ready);
  kill(dir.get<venue_actor>());
  EXPECT_EQ(gave_up, std::vector<std::string>{"venue died too often"});
  EXPECT_FALSE(health().ready);
  EXPECT_EQ(health().parts["venue"], "down");
}

TEST_F(GuardianActor, OldDeathsAreForgotten) {
  start();
  for (int n = 0; n < 12; ++n) {
    kill(dir.get<venue_actor>());
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
  const auto r = ask<bet>(dir.open_bet(x.id), x);
  EXPECT_EQ(r->answers, 0);
  kill(dir.get<journal_actor>());
  advance(seconds{5});
  ASSERT_TRUE(r->value) << to_string(r->code);
  EXPECT_EQ(r->value->status, bet_status::filled);
}

TEST_F(GuardianActor, ABetThatDiesIsPickedUpFromTheBooks) {
  start();
  give(user(1), 100_usdc);
  venue.mute = true;
  place_bet x{bet_at(1), user(1), {}, 40_usdc, {500'000}, now().plus(seconds{30}), hash_at(1)};
  ask<bet>(dir.open_bet(x.id), x);
  venue.mute = false;
  venue.looks = {filled(40_usdc, {})};
  kill(dir.find_bet(bet_at(1)));
  advance(seconds{2});
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::filled);
  EXPECT_EQ(venue.posted.size(), 1U);
  EXPECT_EQ(dir.live_bets(), 0U);
}

TEST_F(GuardianActor, RecoveryResumesPlacingBetsAndSettlingDeposits) {
  const auto open = stored_bet(1);
  auto closed = stored_bet(2);
  books.bets.at(closed.id).status = bet_status::filled;
  deposit d;
  d.id.bytes[0] = 5;
  d.user = user(2);
  d.amount = 25_usdc;
  d.payment.chain_id = 9745;
  d.payment.from = user(2);
  d.created_at = now();
  books.deposits.emplace(d.id, d);
  venue.looks = {filled(39_usdc, {})};
  payment.otherwise = {payment_state::paid, hash_at(9), {}};
  start();
  EXPECT_EQ(books.bets.at(open.id).status, bet_status::filled);
  EXPECT_TRUE(venue.posted.empty()) << "looks before it acts";
  EXPECT_EQ(books.balances[user(2)].balance, 25_usdc);
  EXPECT_EQ(fact(guardian, "resumed"), "2");
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
  EXPECT_TRUE(health().ready);
}

TEST_F(GuardianActor, AnOrderedStopRefusesNewWorkDrainsAndEndsEveryActor) {
  start();
  give(user(1), 100_usdc);
  venue.mute = true;
  place_bet x{bet_at(1), user(1), {}, 40_usdc, {500'000}, now().plus(seconds{30}), hash_at(1)};
  const auto r = ask<bet>(dir.open_bet(x.id), x);
  const auto stopped = ask<bool>(guardian, stop_atom::value);
  EXPECT_TRUE(dir.draining());
  EXPECT_FALSE(health().ready);
  EXPECT_EQ(health().parts["service"], "draining");
  EXPECT_EQ(ask<bool>(guardian, stop_atom::value)->code, errc::shutting_down);
  EXPECT_EQ(stopped->answers, 0) << "a bet is still on its way";
  venue.post_otherwise = filled(40_usdc, {});
  tell(dir.get<venue_actor>(), tick_atom::value);
  advance(seconds{2});
  EXPECT_EQ(r->value->status, bet_status::filled);
  EXPECT_EQ(stopped->value, true);
  EXPECT_EQ(ask<readiness>(guardian, get_atom::value)->code, errc::unavailable);
  EXPECT_EQ(ask<buffer_row>(dir.get<journal_actor>(), get_atom::value)->code, errc::unavailable);
  EXPECT_EQ(dir.balance_count(), 0U);
}

TEST_F(GuardianActor, ABetThatDoesNotEndInTimeIsLeftToTheNextStart) {
  start();
  give(user(1), 100_usdc);
  venue.mute = true;
  place_bet x{bet_at(1), user(1), {}, 40_usdc, {500'000}, now().plus(seconds{30}), hash_at(1)};
  ask<bet>(dir.open_bet(x.id), x);
  const auto stopped = ask<bool>(guardian, stop_atom::value);
  advance(settings.drain + seconds{2});
  EXPECT_EQ(stopped->value, true);
  EXPECT_EQ(books.bets.at(bet_at(1)).status, bet_status::placing);
  EXPECT_EQ(dir.live_bets(), 0U);
}

}  // namespace
}  // namespace headroom::test
