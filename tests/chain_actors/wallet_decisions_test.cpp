#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "chain/wallet_actor.hpp"
#include "tests/chain_actors/fake_node.hpp"
#include "tests/chain_actors/outbox.hpp"

namespace headroom::test {
namespace {

using namespace std::chrono_literals;
using actors::operation_report;
using actors::operation_state;

using pending_report =
    caf::response_handle<caf::blocking_actor, caf::detail::type_list<operation_report>, true>;

struct testing_config : caf::actor_system_config {
  testing_config() { set("scheduler.policy", caf::atom("testing")); }
};

/// One wallet on a fake chain, a real journal and query on an outbox in memory, virtual time.
struct Wallet : testing::Test {
  testing_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  outbox books;
  outbox_store store{books};
  outbox_reader reader{books};
  fake_node node;
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir, [] { return timestamp::of_seconds(1'800'000'000); }, {}, {}});
  std::shared_ptr<const chain::private_key> key =
      std::make_shared<chain::private_key>(*chain::private_key::parse(
          "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"));
  chain::wallet_settings settings;
  std::vector<caf::strong_actor_ptr> alive;
  actors::wallet_actor wallet;

  Wallet() {
    settings.chain_id = 9745;
    settings.finality = {2, false};
    settings.poll_interval = 1s;
    settings.bump_after = 30s;
    settings.looks_before_dropped = 5;
    dir.set(own(sys.spawn(actors::journal_behavior, w, &store)));
    dir.set(own(sys.spawn(actors::query_behavior, &reader)));
    start();
  }
  ~Wallet() override {
    for (auto& a : alive) caf::anon_send_exit(a, caf::exit_reason::kill);
    dir.set(actors::journal_actor{});
    dir.set(actors::query_actor{});
    sched.run();
    sched.clock().cancel_all();
    sched.run();
  }

  template <class H>
  H own(H h) {
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  void start() {
    wallet = own(sys.spawn(chain::wallet_behavior, w, settings, key, own(spawn_node(sys, &node))));
    sched.run();
  }
  /// As kill -9 would: nothing of the wallet's memory survives.
  void crash() {
    caf::anon_send_exit(wallet, caf::exit_reason::kill);
    sched.run();
  }
  void pass(std::chrono::seconds time) {
    for (auto i = 0s; i < time; i += 1s) {
      sched.advance_time(1s);
      sched.run();
    }
  }
  static operation_id id(int n) {
    return operation_id::from_digest(chain::keccak256("operation " + std::to_string(n)));
  }
  static actors::send_transaction call(int n) {
    actors::send_transaction x;
    x.id = id(n);
    x.purpose = "test";
    x.call.data = {1, 2, 3, static_cast<std::uint8_t>(n)};
    return x;
  }
  template <class... Ts>
  caf::expected<operation_report> ask(const Ts&... xs) {
    caf::scoped_actor self{sys};
    auto pending = self->request(wallet, caf::infinite, xs...);
    sched.run();
    caf::expected<operation_report> out{make_error(errc::internal, "no answer")};
    pending.receive([&](operation_report& r) { out = std::move(r); },
                    [&](caf::error& e) { out = std::move(e); });
    return out;
  }
  std::string alert() {
    caf::scoped_actor self{sys};
    auto pending = self->request(wallet, caf::infinite, actors::status_atom::value);
    sched.run();
    std::string out;
    pending.receive([&](const actors::status_report& r) { out = r.facts.at("alert"); },
                    [](const caf::error&) {});
    return out;
  }
  operation_state state_of(int n) { return ask(actors::get_atom::value, id(n))->state; }
};

TEST_F(Wallet, SendsOnceAndConfirmsOnlyWhenFinal) {
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  EXPECT_EQ(node.seen.size(), 1U);
  node.mine();
  pass(2s);
  EXPECT_EQ(state_of(1), operation_state::pending);
  node.add_block();
  node.add_block();
  pass(2s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_EQ(books.find(id(1)).front().status, operation_status::confirmed);
  EXPECT_EQ(ask(call(1))->state, operation_state::confirmed);
  EXPECT_EQ(node.seen.size(), 1U);
}

TEST_F(Wallet, UnknownOperationIsUnsent) { EXPECT_EQ(state_of(7), operation_state::unsent); }

TEST_F(Wallet, ConcurrentSendsGetConsecutiveNoncesStoredInOrder) {
  caf::scoped_actor self{sys};
  for (int i = 0; i < 50; ++i) self->request(wallet, caf::infinite, call(i));
  sched.run();
  std::set<std::uint64_t> nonces;
  for (const auto& row : books.all()) nonces.insert(row.nonce);
  EXPECT_EQ(nonces.size(), 50U);
  EXPECT_EQ(*nonces.rbegin(), 49U);
  node.mine();
  EXPECT_EQ(node.count, 50U);
}

TEST_F(Wallet, NothingIsBroadcastBeforeItIsStored) {
  books.fail(actors::store_status::unavailable, 1'000'000);
  caf::scoped_actor self{sys};
  self->request(wallet, caf::infinite, call(1));
  sched.run();
  EXPECT_TRUE(node.sent.empty());
  books.fail(actors::store_status::unavailable, 0);
  pass(5s);
  EXPECT_EQ(node.seen.size(), 1U);
}

TEST_F(Wallet, LostCommitAnswerIsResolvedByTheSameRows) {
  books.fail(actors::store_status::in_doubt, 3);
  caf::scoped_actor self{sys};
  self->request(wallet, caf::infinite, call(1));
  sched.run();
  EXPECT_TRUE(node.sent.empty());
  pass(5s);
  EXPECT_EQ(books.all().size(), 1U);
  EXPECT_EQ(node.seen.size(), 1U);
}

TEST_F(Wallet, JournalThatTakesTooLongIsAskedAgainWithTheSameBytes) {
  books.fail(actors::store_status::unavailable, 1'000'000);
  caf::scoped_actor self{sys};
  auto first = self->request(wallet, caf::infinite, call(1));
  sched.run();
  pass(31s);  // append_timeout
  first.receive([](const operation_report&) { FAIL(); },
                [](const caf::error& e) { EXPECT_EQ(actors::code_of(e), errc::in_doubt); });
  books.fail(actors::store_status::unavailable, 0);
  pass(5s);
  EXPECT_EQ(ask(call(1))->state, operation_state::pending);
  EXPECT_EQ(books.all().size(), 1U);
  EXPECT_EQ(node.seen.size(), 1U);
}

TEST_F(Wallet, RefusedRowGivesItsNonceBack) {
  books.refuse_next(errc::invalid_field);
  EXPECT_EQ(actors::code_of(ask(call(1)).error()), errc::internal);
  EXPECT_EQ(ask(call(2))->state, operation_state::pending);
  EXPECT_EQ(books.find(id(2)).front().nonce, 0U);
}

TEST_F(Wallet, OneBadRowDoesNotSinkItsBatch) {
  books.fail(actors::store_status::unavailable, 1);  // meanwhile the others come together
  caf::scoped_actor self{sys};
  std::map<int, pending_report> pending;
  for (int i = 1; i <= 5; ++i) pending.emplace(i, self->request(wallet, caf::infinite, call(i)));
  books.refuse(id(3));
  sched.run();
  pass(2s);
  EXPECT_GT(books.refused_together(), 1U) << "it had company";
  std::set<std::uint64_t> nonces;
  for (auto& [n, p] : pending) {
    const bool bad = n == 3;
    p.receive(
        [&](const operation_report& r) {
          EXPECT_FALSE(bad);
          EXPECT_EQ(r.state, operation_state::pending);
        },
        [&, n = n](const caf::error& e) {
          EXPECT_TRUE(bad) << n;
          EXPECT_EQ(actors::code_of(e), errc::internal);
        });
    EXPECT_EQ(books.find(id(n)).size(), bad ? 0U : 1U);
    for (const auto& row : books.find(id(n))) nonces.insert(row.nonce);
  }
  EXPECT_EQ(nonces, (std::set<std::uint64_t>{0, 1, 2, 3})) << "no gap";
}

TEST_F(Wallet, CrashAfterStoreBeforeBroadcastSendsTheSameBytes) {
  node.sends = fake_node::mood::unreachable;
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  const auto stored = books.find(id(1)).front();
  crash();
  node.sends = fake_node::mood::up;
  start();
  pass(2s);
  EXPECT_TRUE(node.seen.contains(stored.tx_hash));
  EXPECT_EQ(node.seen.size(), 1U);
  EXPECT_EQ(ask(call(1))->state, operation_state::pending);
  EXPECT_EQ(books.all().size(), 1U);
}

TEST_F(Wallet, CrashWithRowsStillInTheJournalDoesNotReuseTheirNonces) {
  books.fail(actors::store_status::unavailable, 8);
  caf::scoped_actor self{sys};
  self->request(wallet, caf::infinite, call(1));
  sched.run();
  crash();
  start();
  pass(30s);
  ASSERT_EQ(ask(call(2))->state, operation_state::pending);
  EXPECT_EQ(books.find(id(1)).front().nonce, 0U);
  EXPECT_EQ(books.find(id(2)).front().nonce, 1U);
  node.mine();
  EXPECT_EQ(node.count, 2U);
}

TEST_F(Wallet, StuckTransactionIsReplacedUnderTheSameNonceAndMinedOnce) {
  ASSERT_EQ(ask(call(1))->state, operation_state::pending);
  pass(35s);
  const auto rows = books.find(id(1));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].nonce, rows[1].nonce);
  const auto first = chain::decode_transaction(rows[0].raw)->body;
  const auto second = chain::decode_transaction(rows[1].raw)->body;
  EXPECT_EQ(first.data, second.data);
  EXPECT_GE(second.fees.max_fee, first.fees.max_fee + first.fees.max_fee / 4);
  EXPECT_GE(second.fees.max_priority_fee,
            first.fees.max_priority_fee + first.fees.max_priority_fee / 4);
  node.mine();
  node.add_block();
  node.add_block();
  pass(3s);
  const auto report = ask(actors::get_atom::value, id(1));
  EXPECT_EQ(report->state, operation_state::confirmed);
  EXPECT_EQ(report->tx_hash, rows[1].tx_hash);
  EXPECT_EQ(node.receipts.size(), 1U);
}

TEST_F(Wallet, OnlyTheFirstInLineIsReplaced) {
  ASSERT_TRUE(ask(call(1)));
  ASSERT_TRUE(ask(call(2)));
  pass(35s);
  EXPECT_EQ(books.find(id(1)).size(), 2U);
  EXPECT_EQ(books.find(id(2)).size(), 1U);
}

TEST_F(Wallet, BumpsAreBounded) {
  settings.max_attempts = 3;
  crash();
  start();
  ASSERT_TRUE(ask(call(1)));
  pass(300s);
  EXPECT_EQ(books.find(id(1)).size(), 3U);
}

TEST_F(Wallet, AGasPriceAboveTheLimitIsSaidAndNothingIsSigned) {
  settings.max_fee_wei = 10'000'000'000;
  crash();
  start();
  ASSERT_TRUE(ask(call(1)));
  EXPECT_EQ(alert(), "");
  node.base_fee = 100'000'000'000;
  EXPECT_EQ(actors::code_of(ask(call(2)).error()), errc::unavailable);
  EXPECT_EQ(alert(), "the gas price is above max_fee_wei = 10000000000");
  EXPECT_TRUE(books.find(id(2)).empty());
}

TEST_F(Wallet, ATransactionThatCannotBeBumpedAnyMoreIsSaid) {
  settings.max_fee_wei = 10'000'000'000;
  crash();
  start();
  ASSERT_TRUE(ask(call(1)));
  node.base_fee = 100'000'000'000;
  pass(35s);
  EXPECT_EQ(books.find(id(1)).size(), 1U);
  EXPECT_EQ(alert(), "the gas price is above max_fee_wei = 10000000000");
  node.base_fee = 2'000'000'000;
  pass(5s);
  EXPECT_EQ(books.find(id(1)).size(), 2U) << "it goes on when the chain is cheaper";
}

TEST_F(Wallet, TheBooksGetWhatTheMinedAttemptCost) {
  auto x = call(1);
  x.call.value = uint256::of(7);
  ASSERT_TRUE(ask(x));
  node.mine();
  ASSERT_TRUE(ask(call(2)));
  node.next_tx_reverts = true;
  node.mine();
  node.add_block();
  node.add_block();
  pass(3s);
  ASSERT_EQ(state_of(1), operation_state::confirmed);
  ASSERT_EQ(state_of(2), operation_state::reverted);
  EXPECT_EQ(books.fee_of(id(1)).to_u64(), 42'000'000'000'007U)
      << "21,000 gas at 2 gwei, and the value";
  EXPECT_EQ(books.fee_of(id(2)).to_u64(), 42'000'000'000'000U) << "a revert gives the value back";
}

TEST_F(Wallet, TooLowFeeIsRaisedAtOnce) {
  node.send_error = "transaction underpriced: gas tip cap 1, minimum needed 25000000000";
  ASSERT_TRUE(ask(call(1)));
  pass(2s);
  node.send_error.clear();
  pass(6s);
  EXPECT_GE(books.find(id(1)).size(), 2U);
  node.mine();
  EXPECT_EQ(node.count, 1U);
}

TEST_F(Wallet, UnknownSendErrorKeepsTheSameBytesGoing) {
  node.send_error = "the dog ate it";
  ASSERT_TRUE(ask(call(1)));
  pass(5s);
  node.send_error.clear();
  pass(10s);
  EXPECT_EQ(node.seen.size(), 1U);
  EXPECT_EQ(books.find(id(1)).size(), 1U);
}

TEST_F(Wallet, SilentNodeChangesNothing) {
  node.sends = fake_node::mood::maybe_sent;
  ASSERT_TRUE(ask(call(1)));
  node.reads = fake_node::mood::unreachable;
  pass(60s);
  EXPECT_EQ(state_of(1), operation_state::pending);
  node.reads = fake_node::mood::up;
  node.sends = fake_node::mood::up;
  node.mine();
  node.add_block();
  node.add_block();
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_EQ(books.all().size(), 1U);
}

TEST_F(Wallet, RevertedTransactionIsReportedWhenFinal) {
  ASSERT_TRUE(ask(call(1)));
  node.next_tx_reverts = true;
  node.mine();
  node.add_block();
  node.add_block();
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::reverted);
  EXPECT_EQ(books.find(id(1)).front().status, operation_status::reverted);
}

TEST_F(Wallet, CallThatWouldRevertIsRefusedAndNothingStored) {
  node.estimate_reverts = true;
  const auto answer = ask(call(1));
  ASSERT_FALSE(answer);
  EXPECT_EQ(actors::code_of(answer.error()), errc::internal);
  EXPECT_TRUE(actors::detail_of(answer.error()).starts_with(chain::would_revert));
  EXPECT_TRUE(books.all().empty());
  node.estimate_reverts = false;
  EXPECT_EQ(ask(call(1))->state, operation_state::pending);
}

TEST_F(Wallet, ACallThatBurnsMoreThanItMayIsRefusedAndNothingStored) {
  auto bounded = call(1);
  bounded.call.most_gas = 120'000;
  node.estimate = 120'001;
  const auto answer = ask(bounded);
  ASSERT_FALSE(answer);
  EXPECT_TRUE(actors::detail_of(answer.error()).starts_with(chain::would_revert));
  EXPECT_TRUE(books.all().empty());
  node.estimate = 100'000;
  EXPECT_EQ(ask(bounded)->state, operation_state::pending);
  EXPECT_EQ(chain::decode_transaction(books.find(id(1)).front().raw)->body.gas_limit, 120'000U)
      << "padded, up to the bound";
}

TEST_F(Wallet, NativeCoinIsPromisedOnce) {
  auto paying = call(1);
  paying.call.value = uint256::of(300'000'000'000'000'000);
  auto next = call(2);
  next.call.value = uint256::of(600'000'000'000'000'000);
  node.balance = 900'000'000'000'000'000;  // enough for either, with gas
  EXPECT_EQ(ask(paying)->state, operation_state::pending);
  EXPECT_EQ(actors::code_of(ask(next).error()), errc::unavailable);
  EXPECT_EQ(alert(), "not enough native coin for gas");
  EXPECT_TRUE(books.find(id(2)).empty()) << "stored, it would hold up what comes after it";
  EXPECT_EQ(ask(call(3))->state, operation_state::pending) << "what is affordable goes on";
  node.mine();
  node.balance = 700'000'000'000'000'000;
  pass(3s);
  EXPECT_EQ(ask(next)->state, operation_state::pending);
}

TEST_F(Wallet, ForeignTransactionUnderOurNonceIsDroppedAfterManyLooks) {
  ASSERT_TRUE(ask(call(1)));
  node.foreign_transaction();
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::pending);
  node.add_block();
  node.add_block();
  pass(10s);
  EXPECT_EQ(state_of(1), operation_state::dropped);
  ASSERT_TRUE(ask(call(2)));
  EXPECT_EQ(books.find(id(2)).front().nonce, 1U);
}

TEST_F(Wallet, ReorganisedTransactionIsSentAgainAndConfirmedOnce) {
  ASSERT_TRUE(ask(call(1)));
  node.mine();
  pass(2s);
  node.reorg();
  pass(20s);
  EXPECT_EQ(state_of(1), operation_state::pending);
  node.mine();
  node.add_block();
  node.add_block();
  pass(3s);
  EXPECT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_EQ(books.all().size(), 1U);
}

TEST_F(Wallet, RefusesWorkOnAnotherChain) {
  crash();
  node.chain_id = 1;
  start();
  EXPECT_EQ(actors::code_of(ask(call(1)).error()), errc::unavailable);
  node.chain_id = 9745;
  pass(3s);
  EXPECT_TRUE(ask(call(1)));
}

TEST_F(Wallet, TooManyOpenOperationsAreRefused) {
  settings.max_open = 3;
  crash();
  start();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ask(call(i)));
  EXPECT_EQ(actors::code_of(ask(call(9)).error()), errc::overloaded);
}

TEST_F(Wallet, NonceTakenByAnotherProcessIsNoticed) {
  chain_operation foreign;
  foreign.id = id(99);
  foreign.chain_id = 9745;
  foreign.account = key->address_of();
  foreign.status = operation_status::confirmed;
  foreign.tx_hash = chain::keccak256("foreign");
  books.put(foreign);  // nonce 0, after our wallet had read the backlog
  EXPECT_EQ(actors::code_of(ask(call(1)).error()), errc::unavailable);
  pass(3s);
  ASSERT_TRUE(ask(call(1)));
  EXPECT_EQ(books.find(id(1)).front().nonce, 1U);
}

}  // namespace
}  // namespace headroom::test
