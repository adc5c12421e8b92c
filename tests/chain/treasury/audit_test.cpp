#include <gtest/gtest.h>

#include <algorithm>
#include <caf/scheduler/test_coordinator.hpp>
#include <functional>
#include <set>

#include "actors/alerts.hpp"
#include "actors/query_actor.hpp"
#include "chain/treasury/audit_actor.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/support/memory_books.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {
namespace {

using namespace std::chrono_literals;

/// Books in memory, and conversions that the test has running.
struct running_reader final : memory_reader {
  using memory_reader::memory_reader;
  std::vector<moving_money> moving;
  std::function<void()> read;  // after each

  std::optional<trial_balance> trial() override {
    auto out = memory_reader::trial();
    for (const auto& x : moving) {
      out->converting = add_saturating(out->converting, x.amount);
      out->moving.push_back(x);
    }
    if (read) read();
    return out;
  }
};

/// The audit actor over books in memory and two chains that say what the test wants.
struct Audit : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  memory_books books;
  running_reader reader{books};
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir, [] { return timestamp::of_seconds(1'800'000'000); }, {}, {}});
  std::map<address, std::uint64_t> tokens;  // token -> balance of the service
  bool up = true;
  int calls = 0;
  std::set<std::string> blocks;  // that balances were asked of
  chain::audit_settings settings;
  std::vector<caf::strong_actor_ptr> alive;
  actors::audit_actor audit;

  static address token(std::uint8_t n) {
    address out;
    out.bytes[19] = n;
    return out;
  }
  Audit() {
    settings.plasma_usdt0 = token(1);
    settings.polygon_usdt0 = token(2);
    settings.polygon_usdc = token(3);
    settings.collateral = token(4);
    books.buffer.balance = 100_usdc;
    books.in_transit = 20_usdc;
    tokens = {{token(1), 15'000'000},
              {token(2), 5'000'000},
              {token(3), 60'000'000},
              {token(4), 40'000'000}};
    dir.handles.set(own(sys.spawn(actors::query_behavior, &reader)));
    audit =
        own(sys.spawn(chain::audit_behavior, w, settings, own(chain_actor()), own(chain_actor())));
    sched.run();
  }
  ~Audit() override {
    for (auto& a : alive) caf::anon_send_exit(a, caf::exit_reason::kill);
    dir.handles.set(actors::query_actor{});
    sched.run();
    sched.clock().cancel_all();
    sched.run();
  }
  template <class H>
  H own(H h) {
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  chain::rpc_actor chain_actor() {
    return sys.spawn([this]() -> chain::rpc_actor::behavior_type {
      return {[this](const chain::rpc_request& x) {
        ++calls;
        if (up && x.method == "eth_blockNumber") return fake_node::ok("0x10");
        if (!up) return fake_node::silent(chain::rpc_status::unreachable);
        blocks.insert(x.params.at(1).get<std::string>());
        const auto to = *address::parse(x.params.at(0).at("to").get<std::string>());
        std::string word(64, '0');
        const auto digits = chain::eth::quantity(tokens.at(to)).substr(2);
        return fake_node::ok("0x" + word.replace(64 - digits.size(), digits.size(), digits));
      }};
    });
  }
  actors::solvency_report report() {
    caf::scoped_actor self{sys};
    auto pending = self->request(audit, caf::infinite, actors::get_atom::value);
    sched.run();
    actors::solvency_report out;
    pending.receive([&](const actors::solvency_report& r) { out = r; },
                    [](const caf::error&) { FAIL(); });
    return out;
  }
  solvency check() {
    sched.advance_time(31s);
    sched.run();
    caf::scoped_actor self{sys};
    auto pending = self->request(audit, caf::infinite, actors::solvency_atom::value);
    sched.run();
    solvency out;
    pending.receive([&](const solvency& s) { out = s; }, [](const caf::error&) { FAIL(); });
    return out;
  }
};

/// The keeper of our accounts turns pUSD into it and back: money on either side is ours.
TEST_F(Audit, WhatCollateralIsMadeOfCountsAsCollateral) {
  settings.collateral_source = token(5);
  tokens[token(4)] -= 30'000'000;
  tokens[token(5)] = 30'000'000;
  audit =
      own(sys.spawn(chain::audit_behavior, w, settings, own(chain_actor()), own(chain_actor())));
  sched.run();
  const auto s = check();
  EXPECT_TRUE(s.onchain_known);
  EXPECT_EQ(s.shortfall, usdc{});
  EXPECT_EQ(report().chains.polygon_collateral, 40_usdc);
}

/// The node here says of each owner that it has the same.
TEST_F(Audit, EveryAccountOfOursIsCounted) {
  settings.other_owners = {token(8), token(9)};
  audit =
      own(sys.spawn(chain::audit_behavior, w, settings, own(chain_actor()), own(chain_actor())));
  sched.run();
  const auto chains = report().chains;
  EXPECT_EQ(chains.plasma_usdt0, 45_usdc);
  EXPECT_EQ(chains.polygon_usdt0, 15_usdc);
  EXPECT_EQ(chains.polygon_usdc, 180_usdc);
  EXPECT_EQ(chains.polygon_collateral, 40_usdc) << "the venue's token is the betting account's";
}

TEST_F(Audit, WhatElseUsersPayWithCountsOnItsChain) {
  settings.other_sources = {{own(chain_actor()), token(7)}, {own(chain_actor()), token(8)}};
  tokens[token(1)] = 0;
  tokens[token(7)] = 9'000'000;
  tokens[token(8)] = 5'000'000;
  audit =
      own(sys.spawn(chain::audit_behavior, w, settings, own(chain_actor()), own(chain_actor())));
  sched.run();
  EXPECT_EQ(report().chains.other_sources, 14_usdc);
  EXPECT_EQ(check().shortfall, 1_usdc) << "20 are in transit: 5 as USDT0 on Polygon";
}

/// Between our accounts it is in one of them at each block, and in none of two questions' moments.
TEST_F(Audit, WhatIsOnItsWayToTheVenuesAccountCountsAndIsReadAtOneBlock) {
  settings.own_source = token(6);
  settings.moves_between_accounts = true;
  tokens[token(3)] -= 30'000'000;
  tokens[token(6)] = 30'000'000;
  audit =
      own(sys.spawn(chain::audit_behavior, w, settings, own(chain_actor()), own(chain_actor())));
  sched.run();
  blocks.clear();
  EXPECT_EQ(check().shortfall, usdc{});
  const auto found = report().chains;
  EXPECT_EQ(found.polygon_usdc, 30_usdc);
  EXPECT_EQ(found.polygon_collateral, 70_usdc);
  EXPECT_TRUE(blocks.contains("0x10"));
}

TEST_F(Audit, ComparesBooksAndChainsByItself) {
  auto s = check();
  EXPECT_TRUE(s.checked && s.solvent && s.onchain_known);
  EXPECT_EQ(s.shortfall, usdc{});

  tokens[token(4)] -= 1'000'000;  // the venue's collateral backs the buffer too
  s = check();
  EXPECT_TRUE(s.solvent) << "one look is not enough";
  EXPECT_EQ(s.shortfall, 1_usdc);
  EXPECT_FALSE(check().solvent);
  EXPECT_TRUE(dir.gauges.alerts().lasts("audit.insolvent", ""));

  tokens[token(3)] += 1'000'000;
  EXPECT_TRUE(check().solvent);
  EXPECT_FALSE(dir.gauges.alerts().lasts("audit.insolvent", ""));
}

/// The route shows what the metric shows: one comparison, made when somebody asks.
TEST_F(Audit, WhoeverAsksGetsAFreshComparisonAndTheSameVerdict) {
  ASSERT_TRUE(report().verdict.solvent);
  tokens[token(3)] -= 2'000'000;
  sched.advance_time(2s);
  auto r = report();
  EXPECT_EQ(r.chains.polygon_usdc, 58_usdc);
  EXPECT_EQ(r.chains.polygon_collateral, 40_usdc);
  EXPECT_EQ(r.books.buffer, 100_usdc);
  EXPECT_EQ(r.verdict.shortfall, 2_usdc);
  sched.advance_time(2s);
  r = report();
  EXPECT_FALSE(r.verdict.solvent);
  EXPECT_TRUE(r.verdict.insolvent_since.is_set());
  caf::scoped_actor self{sys};
  auto pending = self->request(audit, caf::infinite, actors::solvency_atom::value);
  sched.run();
  pending.receive([&](const solvency& s) { EXPECT_FALSE(s.solvent); },
                  [](const caf::error&) { FAIL(); });
}

TEST_F(Audit, ManyAskersShareOneLook) {
  sched.advance_time(2s);
  sched.run();
  const auto before = calls;
  caf::scoped_actor self{sys};
  for (int i = 0; i < 40; ++i) self->send(audit, actors::get_atom::value);
  sched.run();
  EXPECT_EQ(calls - before, 4);
}

TEST_F(Audit, MissingUsdt0IsNotCoveredByUsdc) {
  tokens[token(1)] = 0;
  tokens[token(3)] += 50'000'000;
  check();
  const auto s = check();
  EXPECT_FALSE(s.solvent);
  EXPECT_EQ(s.shortfall, 15_usdc);
}

/// Between two conversations with the chains nobody else could say so.
TEST_F(Audit, DriftInsideARunningConversionIsSeenWithinAMinuteAndNamed) {
  moving_money x;
  x.id = conversion_id::from_digest(hash256{});
  x.step = "swap";
  x.amount = 5_usdc;
  x.where = money_place::at_source;
  reader.moving = {x};
  ASSERT_TRUE(check().solvent);
  tokens[token(2)] = 1'000'000;
  for (int i = 0; i < 60; ++i) {
    sched.advance_time(1s);
    sched.run();
  }
  EXPECT_TRUE(dir.gauges.alerts().lasts("audit.drift", ""));
  const auto all = dir.gauges.alerts().list();
  const auto drift =
      std::find_if(all.begin(), all.end(), [](const auto& a) { return a.kind == "audit.drift"; });
  EXPECT_NE(drift->text.find(x.id.text()), std::string::npos) << drift->text;
  EXPECT_EQ(report().verdict.shortfall, 4_usdc);
  tokens[token(2)] = 5'000'000;
  EXPECT_TRUE(check().solvent);
  EXPECT_FALSE(dir.gauges.alerts().lasts("audit.drift", ""));
}

/// The books are asked once more when the chains have spoken: what was sent meanwhile is no drift.
TEST_F(Audit, WhatAConversionSendsWhileTheChainsAreReadIsNotMissing) {
  moving_money x;
  x.amount = 5_usdc;
  x.where = money_place::at_source;
  tokens[token(2)] = 0;  // sent by the time that the chains are asked
  reader.read = [&] {
    x.where = x.where == money_place::at_source ? money_place::under_way : money_place::at_source;
    reader.moving = {x};
  };
  reader.moving = {x};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(check().shortfall, usdc{}) << i;
  EXPECT_FALSE(dir.gauges.alerts().lasts("audit.drift", ""));
}

TEST_F(Audit, SilentChainsLeaveTheBooks) {
  up = false;
  auto s = check();
  s = check();
  EXPECT_TRUE(s.solvent);
  EXPECT_FALSE(s.onchain_known);
  books.buffer.balance = {};
  books.in_transit = {};
  books.balances[token(9)].balance = 1_usdc;
  s = check();
  EXPECT_FALSE(s.solvent);
  EXPECT_EQ(s.difference, usdc{-1'000'000});
}

TEST_F(Audit, WithoutTheBooksThereIsNoNewVerdict) {
  ASSERT_TRUE(check().solvent);
  dir.handles.set(actors::query_actor{});
  tokens[token(3)] = 0;
  check();
  EXPECT_TRUE(check().solvent);
}

}  // namespace
}  // namespace headroom::test
