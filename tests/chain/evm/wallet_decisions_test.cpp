#include "tests/chain/evm/wallet_fixture.hpp"

namespace headroom::test {
namespace {

/// What another process that uses our account has stored.
chain_operation foreign_row(const address& account, std::uint64_t nonce) {
  chain_operation row;
  row.tx_hash = chain::keccak256("foreign " + std::to_string(nonce));
  row.id = operation_id::from_digest(row.tx_hash);
  row.chain_id = 9745;
  row.account = account;
  row.nonce = nonce;
  row.status = operation_status::confirmed;
  return row;
}

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
  books.put(foreign_row(node.account, 0));  // after our wallet had read the backlog
  EXPECT_EQ(actors::code_of(ask(call(1)).error()), errc::unavailable);
  pass(3s);
  ASSERT_TRUE(ask(call(1)));
  EXPECT_EQ(books.find(id(1)).front().nonce, 1U);
}

TEST_F(Wallet, AnotherProcessAtOurNoncesIsSaidEachTimeUntilTheBacklogIsReadAgain) {
  for (const std::uint64_t nonce : {0U, 1U}) {
    books.put(foreign_row(node.account, nonce));
    EXPECT_EQ(actors::code_of(ask(call(1)).error()), errc::unavailable);
    EXPECT_TRUE(alerted("wallet.books")) << nonce;
    pass(3s);
    EXPECT_FALSE(alerted("wallet.books")) << nonce;
  }
  EXPECT_EQ(w->dir.gauges.alerts().raised().at("wallet.books"), 2U);
}

TEST_F(Wallet, BooksThatRefuseAnEndAreSaidEachTimeUntilTheyTakeIt) {
  for (const int n : {1, 2}) {
    ASSERT_TRUE(ask(call(n)));
    node.mine();
    node.add_blocks(2);
    books.refuse_next(errc::invalid_field);
    pass(1s);
    EXPECT_TRUE(alerted("wallet.books")) << n;
    EXPECT_EQ(state_of(n), operation_state::pending);
    pass(1s);  // the next look books it again
    EXPECT_EQ(state_of(n), operation_state::confirmed);
    EXPECT_FALSE(alerted("wallet.books")) << n;
  }
  EXPECT_EQ(w->dir.gauges.alerts().raised().at("wallet.books"), 2U);
}

TEST_F(Wallet, AStoredTransactionThatCannotBeReadIsSaidUntilItIsSettled) {
  auto row = foreign_row(node.account, 0);
  row.status = operation_status::stored;
  row.raw = {1, 2, 3};
  books.put(row);
  restart();
  EXPECT_TRUE(alerted("wallet.row"));
  restart();
  EXPECT_TRUE(alerted("wallet.row")) << "what is still wrong is said again";
  node.foreign_transaction();
  restart();
  ASSERT_TRUE(ask(call(1)));
  node.mine();
  node.add_blocks(2);
  pass(3s);
  ASSERT_EQ(state_of(1), operation_state::confirmed);
  EXPECT_TRUE(alerted("wallet.row")) << "another operation does not settle it";
  finish_operation settled;
  settled.id = row.id;
  settled.status = operation_status::dropped;
  const std::vector<journal_entry> batch{settled};
  std::vector<entry_outcome> outcomes;
  ASSERT_EQ(books.commit(batch, outcomes), actors::store_status::ok);
  restart();
  EXPECT_FALSE(alerted("wallet.row"));
}

}  // namespace
}  // namespace headroom::test
