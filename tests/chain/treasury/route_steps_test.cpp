#include "chain/treasury/route_steps.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/observed.hpp"
#include "actors/query_actor.hpp"
#include "chain/evm/cancelling.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/chain/evm/outbox.hpp"
#include "tests/support/seeded_scheduler.hpp"

/// What every route's steps are made of, seen by the shortest route there could be: one
/// transaction.
namespace headroom::test {
namespace {

using actors::operation_report;
using actors::step_progress;

struct short_route_state {
  static inline const char* name = "short-route";
  actors::world_ptr w;
  chain::route_tally tally;
  actors::wallet_account wallet;
  chain::rpc_actor nodes;
};
using short_route_self = actors::self_pointer<actors::route_actor, short_route_state>;

/// Sends once, and has what arrived when it is mined.
class short_run final : public chain::route_step {
 public:
  short_run(short_route_self self, actors::run_step x, promise p)
      : route_step{self, *self->state.w, self->state.tally, std::move(x), std::move(p)},
        st_{self->state} {}
  void start() {
    if (!begin()) return;
    const auto id = chain::operation_of(x_, "send");
    auto me = std::static_pointer_cast<short_run>(shared_from_this());
    where_is(st_.wallet, id, [me, id](const report& r) { me->go_on(id, r); });
  }

 private:
  void go_on(const operation_id& id, const report& r) {
    switch (r.state) {
      case operation_state::unsent: return send(st_.wallet, id, "send", {});
      case operation_state::pending: return in_flight(r, "not final");
      case operation_state::confirmed: return done(x_.amount_in);
      case operation_state::reverted: return failed(r.tx_hash, "it reverted");
      case operation_state::dropped: return check_dropped(st_.nodes, id);
      case operation_state::in_doubt: return undecided(r);
    }
  }
  short_route_state& st_;
};

actors::route_actor::behavior_type short_route(short_route_self self, actors::world_ptr w,
                                               actors::wallet_account wallet,
                                               chain::rpc_actor nodes) {
  self->state.w = std::move(w);
  self->state.wallet = wallet;
  self->state.nodes = std::move(nodes);
  return {
      [](actors::get_atom) {
        return actors::route_info{"short", {"send"}, 0};
      },
      [](usdc amount) {
        return actors::route_quote{amount, 0};
      },
      [self](actors::run_step& x) -> caf::result<step_progress> {
        auto promise = self->make_response_promise<step_progress>();
        std::make_shared<short_run>(self, std::move(x), promise)->start();
        return promise;
      },
      [](actors::in_flight_atom) {
        return actors::route_flight{true, 0, {}};
      },
      [self](actors::rescue_step& x) -> caf::result<step_progress> {
        auto promise = self->make_response_promise<step_progress>();
        std::make_shared<short_run>(self, std::move(x.step), promise)->start();
        return promise;
      },
      [self](actors::status_atom) {
        return actors::status_report{short_route_state::name, self->state.tally.facts("short")};
      },
  };
}

struct RouteSteps : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  outbox books;
  outbox_reader reader{books};
  fake_node node;
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir, [] { return timestamp::of_seconds(1'800'000'000); }, {}, {}});
  const actors::wallet_account account{9745, address{{1}}};
  operation_report stands;      // where the wallet says that it stands
  caf::error wallet_says_no;    // to what it is asked to send
  bool wallet_is_mute = false;  // on where it stands
  std::vector<operation_id> sent;
  actors::run_step step{
      conversion_id::from_digest(chain::keccak256("a conversion")), 0, 0, 100_usdc, {}, {}};
  std::vector<caf::strong_actor_ptr> alive;
  actors::route_actor route;

  RouteSteps() {
    dir.handles.set(own(sys.spawn(actors::query_behavior, &reader)));
    dir.handles.set_wallet(account, own(wallet()));
    route = own(sys.spawn(short_route, w, account, own(spawn_node(sys, &node))));
    sched.run();
  }
  ~RouteSteps() override {
    for (auto& a : alive) caf::anon_send_exit(a, caf::exit_reason::kill);
    dir.close();
    sched.run();
    sched.clock().cancel_all();
    sched.run();
  }
  template <class H>
  H own(H h) {
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  actors::wallet_actor wallet() {
    return sys.spawn([this]() -> actors::wallet_actor::behavior_type {
      return {[this](const actors::send_transaction& x) -> caf::result<operation_report> {
                if (wallet_says_no) return wallet_says_no;
                sent.push_back(x.id);
                operation_report r;
                r.state = operation_state::pending;
                r.tx_hash = chain::keccak256("sent");
                return r;
              },
              [this](actors::get_atom, const operation_id&) -> caf::result<operation_report> {
                if (wallet_is_mute) return make_error(errc::unavailable);
                return stands;
              },
              [](actors::poll_atom) {},
              [](actors::status_atom) { return actors::status_report{}; }};
    });
  }
  template <class R, class... Ts>
  R ask(const Ts&... xs) {
    caf::scoped_actor self{sys};
    auto pending = self->request(route, caf::infinite, xs...);
    sched.run();
    R out;
    pending.receive([&](R& r) { out = std::move(r); },
                    [](const caf::error& e) { ADD_FAILURE() << actors::detail_of(e); });
    return out;
  }
  step_progress look() { return ask<step_progress>(step); }
  step_progress look_when(operation_state s) {
    stands.state = s;
    return look();
  }
};

TEST_F(RouteSteps, WhatWasNeverSentIsSentUnderItsOwnIdAndNamedInTheAnswer) {
  const auto p = look();
  EXPECT_EQ(p.state, step_state::in_flight);
  EXPECT_EQ(p.tx_hash, chain::keccak256("sent"));
  EXPECT_EQ(p.operations, sent);
  ASSERT_EQ(sent.size(), 1U);
  step.attempt = 1;
  look();
  EXPECT_NE(sent[1], sent[0]) << "another attempt is another transaction";
}

TEST_F(RouteSteps, TheWalletsWordIsTheStepsWord) {
  EXPECT_EQ(look_when(operation_state::pending).state, step_state::in_flight);
  EXPECT_EQ(look_when(operation_state::reverted).state, step_state::failed);
  const auto done = look_when(operation_state::confirmed);
  EXPECT_EQ(done.state, step_state::done);
  EXPECT_EQ(done.amount_out, 100_usdc);
  stands.detail = "nobody shows it";
  const auto doubt = look_when(operation_state::in_doubt);
  EXPECT_EQ(doubt.state, step_state::unreadable) << "it may have moved the money";
  EXPECT_NE(doubt.detail.find("in doubt: nobody shows it"), std::string::npos) << doubt.detail;
  EXPECT_TRUE(sent.empty());
}

TEST_F(RouteSteps, AWalletThatCannotBeAskedLeavesItUnreadable) {
  wallet_is_mute = true;
  EXPECT_EQ(look().state, step_state::unreadable);
  dir.handles.set_wallet(account, {});
  EXPECT_EQ(look().state, step_state::unreadable);
  EXPECT_TRUE(sent.empty());
}

TEST_F(RouteSteps, ACallThatWouldRevertOrCannotBePaidForIsHeld) {
  wallet_says_no = make_error(errc::internal, std::string{chain::would_revert} + ": no");
  auto p = look();
  EXPECT_EQ(p.state, step_state::held) << p.detail;
  EXPECT_FALSE(p.short_of_money);
  wallet_says_no = make_error(errc::unavailable, std::string{chain::no_gas_money});
  p = look();
  EXPECT_EQ(p.state, step_state::held) << p.detail;
  EXPECT_TRUE(p.short_of_money);
  wallet_says_no = make_error(errc::in_doubt, "not known to be stored yet");
  EXPECT_EQ(look().state, step_state::unreadable) << "it may be on its way";
}

TEST_F(RouteSteps, ADroppedOneHasFailedOnlyWhileNoNodeShowsAReceiptOfIt) {
  chain_operation row;
  row.id = chain::operation_of(step, "send");
  row.tx_hash = chain::keccak256("attempt");
  EXPECT_EQ(look_when(operation_state::dropped).state, step_state::unreadable)
      << "not in the outbox";
  books.put(row);
  EXPECT_EQ(look().state, step_state::failed);
  node.receipts[row.tx_hash] = {0, true};
  const auto p = look();
  EXPECT_EQ(p.state, step_state::unreadable) << p.detail;
  node.reads = fake_node::mood::unreachable;
  EXPECT_EQ(look().state, step_state::unreadable) << "silence is no witness";
}

/// What an operator cancelled it by is mined, and did nothing of the step.
TEST_F(RouteSteps, ACancelledOneHasFailedAlthoughItsCancellationHasAReceipt) {
  chain_operation row;
  row.id = chain::operation_of(step, "send");
  row.account = account.account;
  row.tx_hash = chain::keccak256("attempt");
  books.put(row);
  const auto key = *chain::private_key::parse(std::string(64, '7'));
  const auto cancel = chain::sign(chain::cancel_of({}, row.account, {1, 2}), key);
  row.attempt = 1;
  row.tx_hash = cancel.hash;
  row.raw = cancel.raw;
  books.put(row);
  node.receipts[cancel.hash] = {0, true};
  EXPECT_EQ(look_when(operation_state::dropped).state, step_state::failed);
  node.receipts[chain::keccak256("attempt")] = {0, true};
  EXPECT_EQ(look().state, step_state::unreadable) << "the step's own was mined all the same";
}

TEST(RouteDetail, KeepsWhatIsToBeKnownAgainAndLeavesOutTheRest) {
  chain::route_detail d;
  EXPECT_EQ(d.text(), "");
  d.guid = chain::keccak256("a message");
  d.from_block = 123;
  d.since_block = 99;
  d.seen_at = 1'800'000'000;
  d.asked_again = true;
  d.note = "sent: waits for delivery";
  const auto again = chain::route_detail::parse(d.text());
  EXPECT_EQ(again.text(), d.text());
  EXPECT_EQ(again.guid, d.guid);
  EXPECT_EQ(again.seen_at, d.seen_at);
  EXPECT_TRUE(again.asked_again);
  const auto broken = chain::route_detail::parse("guid=0x12 from=x again=2 at= other=1 note=a b");
  EXPECT_EQ(broken.text(), "note=a b");
}

/// What was under way when a step was last looked at, however that look ended.
TEST_F(RouteSteps, WhatIsUnderWayIsRememberedUntilItEndsOrNobodyAsks) {
  chain::route_tally tally;
  const chain::route_tally::time_point start{};
  EXPECT_TRUE(tally.flight(start).readable);
  tally.moves[{step.conversion, 0}] = {100_usdc, start, {}, {}};
  tally.moves[{step.conversion, 1}] = {50_usdc, start + std::chrono::minutes{10}, "mute", {}};
  auto f = tally.flight(start + std::chrono::minutes{15});
  EXPECT_EQ(f.moves, 2U);
  EXPECT_EQ(f.amount, 150_usdc);
  EXPECT_FALSE(f.readable);
  EXPECT_EQ(f.problem, step.conversion.text() + ": mute");
  f = tally.flight(start + std::chrono::minutes{16});
  EXPECT_EQ(f.moves, 1U);
  f = tally.flight(start + std::chrono::minutes{26});
  EXPECT_EQ(f.moves, 0U);
  EXPECT_TRUE(f.readable) << "an operator has ended it";
}

TEST_F(RouteSteps, EachAnswerIsCountedOnce) {
  look_when(operation_state::confirmed);
  look_when(operation_state::reverted);
  look_when(operation_state::in_doubt);
  step.amount_in = 0_usdc;
  EXPECT_EQ(look().state, step_state::unreadable) << "nothing to move";
  const auto facts = ask<actors::status_report>(actors::status_atom::value).facts;
  EXPECT_EQ(facts.at("asked"), "4");
  EXPECT_EQ(facts.at("done"), "1");
  EXPECT_EQ(facts.at("failed"), "1");
  EXPECT_EQ(facts.at("unreadable"), "2");
  EXPECT_EQ(facts.at("last_problem"), "the step has no input");
}

}  // namespace
}  // namespace headroom::test
