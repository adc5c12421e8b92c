#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/alerts.hpp"
#include "actors/query_actor.hpp"
#include "chain/evm/abi.hpp"
#include "chain/evm/cancelling.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "chain/treasury/cashier_actor.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/support/memory_books.hpp"
#include "tests/support/seeded_scheduler.hpp"

/// The cashier between books in memory, a wallet that says what the test wants, and a chain whose
/// token is a number.
namespace headroom::test {
namespace {

using actors::operation_report;
using actors::transfer_progress;
using actors::transfer_state;

struct Cashier : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  memory_books books;
  memory_reader reader{books};
  fake_node node;
  std::uint64_t final_usdc = 100'000'000;
  std::uint64_t newest_usdc = 100'000'000;
  std::vector<std::string> balances_at;             // blocks that were asked about
  std::map<operation_id, operation_report> stands;  // what the wallet says
  caf::error wallet_says_no;
  bool wallet_is_mute = false;
  bool wallet_is_starting = false;
  std::vector<actors::send_transaction> sent;
  std::optional<json> receipt;     // of every transaction; nothing: the node has none
  std::optional<hash256> only_of;  // unless it is this one's alone
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir, [] { return timestamp::of_seconds(1'800'000'000); }, {}, {}});
  chain::cashier_settings settings{137, account(1), account(2), {3, final_by::either}};
  std::vector<caf::strong_actor_ptr> alive;
  actors::cashier_actor cashier;

  Cashier() {
    node.chain_id = 137;
    node.add_blocks(20);
    node.finalized = 10;
    node.quirk = [this](std::uint32_t, const chain::rpc_request& x) { return answer(x); };
    dir.gauges.withdrawals().publish(false);
    dir.handles.set(own(sys.spawn(actors::query_behavior, &reader)));
    dir.handles.set_wallet({137, settings.account}, own(wallet()));
    cashier = own(sys.spawn(chain::cashier_behavior, w, settings, own(spawn_node(sys, &node))));
    sched.run();
  }
  ~Cashier() override {
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
  static address account(std::uint8_t n) {
    address out;
    out.bytes[19] = n;
    return out;
  }
  static std::string word_of(std::uint64_t n) {
    return to_0x(chain::abi::encoder{}.number(n).done());
  }

  std::optional<chain::rpc_result> answer(const chain::rpc_request& x) {
    if (x.method == "eth_call") {
      const auto at = x.params.at(1).get<std::string>();
      balances_at.push_back(at);
      return fake_node::ok(word_of(at == "latest" ? newest_usdc : final_usdc));
    }
    if (x.method == "eth_getTransactionReceipt") {
      const bool shown = !only_of || x.params.at(0) == only_of->hex();
      return fake_node::ok(shown ? receipt.value_or(nullptr) : json{});
    }
    return std::nullopt;
  }
  actors::wallet_actor wallet() {
    using actors::get_atom;
    return sys.spawn(
        [this](actors::wallet_actor::pointer self) -> actors::wallet_actor::behavior_type {
          return {[this, self](const actors::send_transaction& x) -> caf::result<operation_report> {
                    if (wallet_says_no) return wallet_says_no;
                    sent.push_back(x);
                    if (wallet_is_mute) return self->make_response_promise<operation_report>();
                    stands[x.id] = report(operation_state::pending);
                    return stands[x.id];
                  },
                  [this](get_atom, const operation_id& id) -> caf::result<operation_report> {
                    if (wallet_is_starting) return make_error(errc::unavailable);
                    return stands[id];
                  },
                  [](actors::poll_atom) {},
                  [](actors::status_atom) { return actors::status_report{}; }};
        });
  }
  void is_preparing(const operation_id& id) {
    stands[id] = {};
    stands[id].detail = chain::being_prepared;
  }
  void restart() {
    caf::anon_send_exit(cashier, caf::exit_reason::kill);
    sched.run();
    cashier = own(sys.spawn(chain::cashier_behavior, w, settings, own(spawn_node(sys, &node))));
    sched.run();
  }
  static operation_report report(operation_state s) {
    operation_report out;
    out.state = s;
    out.tx_hash = tx();
    return out;
  }
  static hash256 tx() { return chain::keccak256("a transfer"); }

  /// An open withdrawal in the books that pays so much, with its transfer's name.
  operation_id owed(std::uint8_t n, usdc amount) {
    withdrawal row;
    row.id.bytes[0] = n;
    row.user = account(7);
    row.to = account(9);
    row.amount = amount;
    books.withdrawals.rows[row.id] = row;
    return transfer_of(row.id, 0);
  }
  void is_stored(const operation_id& id, const hash256& hash = tx(),
                 operation_status status = operation_status::stored) {
    chain_operation row;
    row.id = id;
    row.nonce = books.operations.all().size();
    row.tx_hash = hash;
    row.purpose = withdrawal_purpose;
    row.status = status;
    bool replayed = false;
    ASSERT_EQ(books.operations.record({{row}}, replayed), errc::none);
  }
  json a_receipt(bool ok, std::uint64_t block) {
    return {{"transactionHash", tx().hex()},
            {"status", ok ? "0x1" : "0x0"},
            {"blockHash", node.blocks.at(block).hex()},
            {"blockNumber", fake_node::number(block)},
            {"gasUsed", "0x5208"},
            {"effectiveGasPrice", "0x1"},
            {"logs", json::array()}};
  }

  transfer_progress ask(const operation_id& id, usdc amount, bool may_send = true,
                        bool prove = false) {
    caf::scoped_actor self{sys};
    auto pending = self->request(cashier, caf::infinite,
                                 actors::transfer_usdc{id, account(9), amount, may_send, prove});
    sched.run();
    transfer_progress out;
    pending.receive([&](transfer_progress& x) { out = std::move(x); },
                    [](const caf::error& e) { ADD_FAILURE() << actors::detail_of(e); });
    return out;
  }
  bool is_short() { return dir.gauges.alerts().lasts(chain::withdrawal_short_alert, ""); }
};

TEST_F(Cashier, ATransferIsOneCallOfTheTokenByTheWalletOfTheAccount) {
  const auto id = owed(1, 10_usdc);
  const auto p = ask(id, 10_usdc);
  EXPECT_EQ(p.state, transfer_state::under_way);
  EXPECT_EQ(p.tx_hash, tx());
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].id, id);
  EXPECT_EQ(sent[0].purpose, "withdrawal");
  EXPECT_EQ(sent[0].call.to, settings.usdc);
  EXPECT_EQ(sent[0].call.data, chain::abi::encoder{"transfer(address,uint256)"}
                                   .account(account(9))
                                   .number(10'000'000)
                                   .done());
  EXPECT_EQ(sent[0].call.gas_limit, 0U) << "estimated";
  EXPECT_EQ(balances_at, (std::vector<std::string>{"0x11", "latest"})) << "3 below the newest";
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::under_way);
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(Cashier, OnlyWhatIsFinalIsPaidOut) {
  final_usdc = 9'999'999;
  const auto id = owed(1, 10_usdc);
  const auto p = ask(id, 10_usdc);
  EXPECT_EQ(p.state, transfer_state::unsent);
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(is_short());
  final_usdc = 10'000'000;
  newest_usdc = 9'999'999;
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::unsent) << "it is on its way elsewhere";
  newest_usdc = 10'000'000;
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::under_way);
  EXPECT_FALSE(is_short());
}

TEST_F(Cashier, WhatRunningTransfersMayStillTakeIsNotPaidTwice) {
  const auto running = owed(1, 60_usdc);
  is_stored(running);
  const auto id = owed(2, 41_usdc);
  EXPECT_EQ(ask(id, 41_usdc).state, transfer_state::unsent) << "100 there, 60 on their way";
  EXPECT_TRUE(is_short());
  EXPECT_EQ(ask(owed(3, 40_usdc), 40_usdc).state, transfer_state::under_way);
}

TEST_F(Cashier, TwoAtOnceAreDecidedOneAfterTheOther) {
  wallet_is_mute = true;
  const auto first = owed(1, 60_usdc);
  const auto second = owed(2, 60_usdc);
  caf::scoped_actor self{sys};
  for (const auto& id : {first, second})
    self->send(cashier, actors::transfer_usdc{id, account(9), 60_usdc, true, false});
  sched.run();
  EXPECT_EQ(sent.size(), 1U) << "the second waits for the wallet's word on the first";
}

/// Whoever waits long asks again: the line does not grow by that, and the place in it stays.
TEST_F(Cashier, OneThatIsAskedForAgainWaitsOnce) {
  wallet_is_mute = true;
  const auto first = owed(1, 10_usdc);
  const auto second = owed(2, 10_usdc);
  caf::scoped_actor self{sys};
  self->send(cashier, actors::transfer_usdc{first, account(9), 10_usdc, true, false});
  self->send(cashier, actors::transfer_usdc{second, account(9), 10_usdc, true, false});
  sched.run();
  auto before = self->request(cashier, caf::infinite,
                              actors::transfer_usdc{second, account(9), 10_usdc, true, false});
  sched.run();
  self->send(cashier, actors::transfer_usdc{second, account(9), 10_usdc, true, false});
  sched.run();
  before.receive([](const transfer_progress& x) { EXPECT_EQ(x.state, transfer_state::unsent); },
                 [](const caf::error& e) { ADD_FAILURE() << actors::detail_of(e); });
  EXPECT_EQ(ask(first, 10_usdc).detail, "it is being sent");
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(Cashier, WhatTheWalletDoesNotAnswerForMayGoAndIsNotPaidTwice) {
  const auto first = owed(1, 60_usdc);
  wallet_says_no = make_error(errc::in_doubt, "not known to be stored yet");
  EXPECT_EQ(ask(first, 60_usdc).state, transfer_state::unsent);
  wallet_says_no = {};
  const auto second = owed(2, 60_usdc);
  EXPECT_EQ(ask(second, 60_usdc).state, transfer_state::unsent)
      << "100 there, perhaps 60 on their way";
  EXPECT_TRUE(is_short());
  sched.advance_time(std::chrono::minutes{10});
  sched.run();
  EXPECT_EQ(ask(second, 60_usdc).state, transfer_state::under_way)
      << "nobody asks for the first any more: it was refused";
}

TEST_F(Cashier, WhatTheWalletIsPreparingMayGoHoweverLongItTakes) {
  const auto first = owed(1, 60_usdc);
  wallet_says_no = make_error(errc::in_doubt, "not known to be stored yet");
  EXPECT_EQ(ask(first, 60_usdc).state, transfer_state::unsent);
  wallet_says_no = {};
  is_preparing(first);
  const auto second = owed(2, 60_usdc);
  sched.advance_time(std::chrono::minutes{10});
  sched.run();
  EXPECT_EQ(ask(second, 60_usdc).state, transfer_state::unsent);
  stands[first] = {};
  sched.advance_time(std::chrono::minutes{1});
  sched.run();
  EXPECT_EQ(ask(second, 60_usdc).state, transfer_state::under_way) << "the wallet let it go";
}

/// The next life of the cashier knows no more than the wallet does.
TEST_F(Cashier, ARestartForgetsNothingThatTheWalletIsPreparing) {
  const auto first = owed(1, 60_usdc);
  is_preparing(first);
  const auto second = owed(2, 60_usdc);
  restart();
  EXPECT_EQ(ask(second, 60_usdc).state, transfer_state::unsent)
      << "100 there, perhaps 60 on their way";
  EXPECT_EQ(ask(first, 60_usdc).state, transfer_state::under_way) << "its own are not in its way";
}

TEST_F(Cashier, AfterARestartNothingIsSentUntilTheWalletHasSaidWhatItIsPreparing) {
  const auto id = owed(1, 10_usdc);
  wallet_is_starting = true;
  restart();
  wallet_is_starting = false;
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::unsent);
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::under_way) << "it asks again by itself";
}

TEST_F(Cashier, AShortageLastsAsLongAsAnybodyWaitsForIt) {
  EXPECT_EQ(ask(owed(1, 200_usdc), 200_usdc).state, transfer_state::unsent);
  EXPECT_EQ(ask(owed(2, 10_usdc), 10_usdc).state, transfer_state::under_way);
  EXPECT_TRUE(is_short()) << "a small one is paid meanwhile, the other still waits";
  sched.advance_time(std::chrono::minutes{10});
  sched.run();
  EXPECT_FALSE(is_short()) << "nobody asks for it any more: it was refused";
}

TEST_F(Cashier, NothingIsSentWhilePausedOrWhereNothingMayBe) {
  const auto id = owed(1, 10_usdc);
  EXPECT_EQ(ask(id, 10_usdc, false).state, transfer_state::unsent);
  dir.gauges.withdrawals().publish(true);
  EXPECT_EQ(ask(id, 10_usdc).detail, "paused");
  EXPECT_TRUE(sent.empty());
  stands[id] = report(operation_state::pending);
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::under_way) << "what is sent is followed";
}

TEST_F(Cashier, APauseStopsWhatWaitsInLineAsWell) {
  wallet_is_mute = true;
  caf::scoped_actor self{sys};
  for (std::uint8_t n = 1; n <= 2; ++n)
    self->send(cashier, actors::transfer_usdc{owed(n, 10_usdc), account(9), 10_usdc, true, false});
  sched.run();
  ASSERT_EQ(sent.size(), 1U);
  dir.gauges.withdrawals().publish(true);
  sched.advance_time(w->settings.patience.append);  // the first one's turn ends
  sched.run();
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(Cashier, ACallThatWouldRevertIsNotSentUntilItIsToBeProven) {
  const auto id = owed(1, 10_usdc);
  wallet_says_no = make_error(errc::internal, std::string{chain::would_revert} + ": blocked");
  const auto p = ask(id, 10_usdc);
  EXPECT_EQ(p.state, transfer_state::unsent);
  EXPECT_TRUE(p.would_revert);
  wallet_says_no = make_error(errc::unavailable, std::string{chain::no_gas_money});
  EXPECT_FALSE(ask(id, 10_usdc).would_revert);
  wallet_says_no = {};
  EXPECT_EQ(ask(id, 10_usdc, true, true).state, transfer_state::under_way);
  EXPECT_EQ(sent.back().call.gas_limit, settings.proof_gas) << "no estimate stands in its way";
}

TEST_F(Cashier, ItIsDoneByAReceiptThatShowsThisTransfer) {
  const auto id = owed(1, 10_usdc);
  auto r = report(operation_state::confirmed);
  const auto log_of = [&](const address& to, std::uint64_t amount) {
    return actors::event_log{
        settings.usdc,
        {chain::transfer_topic(), chain::abi::word_of(settings.account), chain::abi::word_of(to)},
        chain::abi::encoder{}.number(amount).done()};
  };
  for (const auto& log : {log_of(account(9), 9'999'999), log_of(account(8), 10'000'000)}) {
    r.logs = {log};
    stands[id] = r;
    EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::unknown);
  }
  r.logs = {log_of(account(9), 10'000'000)};
  stands[id] = r;
  const auto p = ask(id, 10_usdc);
  EXPECT_EQ(p.state, transfer_state::done);
  EXPECT_EQ(p.tx_hash, tx());
}

/// Depth alone was undone before: then a large sum would be booked as paid, and nobody have it.
TEST_F(Cashier, ALargeOneIsDoneWhenTheNodesCallItsBlockFinal) {
  final_usdc = newest_usdc = 50'000'000'000;
  const auto id = owed(1, 10'000_usdc);
  auto r = report(operation_state::confirmed);
  r.logs = {{settings.usdc,
             {chain::transfer_topic(), chain::abi::word_of(settings.account),
              chain::abi::word_of(account(9))},
             chain::abi::encoder{}.number(10'000'000'000).done()}};
  stands[id] = r;
  const auto now = [&] { return ask(id, 10'000_usdc).state; };
  EXPECT_EQ(now(), transfer_state::under_way) << "no receipt";
  receipt = a_receipt(true, 11);
  EXPECT_EQ(now(), transfer_state::unknown) << "a reorganisation made it another";
  json log{{"address", r.logs[0].emitter.hex()},
           {"data", to_0x(r.logs[0].data)},
           {"topics", json::array()},
           {"logIndex", "0x0"},
           {"transactionHash", tx().hex()},
           {"blockNumber", "0xb"},
           {"blockHash", node.blocks.at(11).hex()}};
  for (const auto& topic : r.logs[0].topics) log["topics"].push_back(topic.hex());
  receipt->at("logs").push_back(log);
  EXPECT_EQ(now(), transfer_state::under_way) << "the tag is at 10";
  node.finalized = 11;
  EXPECT_EQ(now(), transfer_state::done);
  node.finalized.reset();
  EXPECT_EQ(now(), transfer_state::done) << "depth, where there is no tag";
}

/// Money is given back for it: depth alone is not enough where the nodes name a final block.
TEST_F(Cashier, ARevertCountsWhenTheNodesCallItsBlockFinal) {
  const auto id = owed(1, 10_usdc);
  stands[id] = report(operation_state::reverted);
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::under_way) << "no receipt";
  receipt = a_receipt(false, 11);
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::under_way) << "the tag is at 10";
  node.finalized = 11;
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::reverted);
  receipt = a_receipt(true, 11);
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::unknown) << "a reorganisation made it succeed";
  receipt = a_receipt(false, 11);
  node.finalized.reset();
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::reverted) << "depth, where there is no tag";
}

TEST_F(Cashier, ADroppedOneIsBelievedWhenNoNodeHasAReceiptOfAnyAttempt) {
  const auto id = owed(1, 10_usdc);
  stands[id] = report(operation_state::dropped);
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::unknown) << "not in the outbox";
  is_stored(id);
  receipt = a_receipt(true, 5);
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::unknown);
  receipt.reset();
  node.foreign_transaction();
  node.add_blocks(3);
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::under_way)
      << "what took the nonce may be undone, and then both would be mined";
  node.finalized = 21;
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::dropped);
  node.finalized.reset();
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::dropped) << "depth, where there is no tag";
}

/// Mined is what took the nonce away, and it moved nothing.
TEST_F(Cashier, OneThatAnOperatorCancelledIsDroppedAlthoughItsCancellationHasAReceipt) {
  const auto id = owed(1, 10_usdc);
  is_stored(id);
  const auto key = *chain::private_key::parse(std::string(64, '7'));
  chain_operation row;
  row.id = id;
  row.attempt = 1;
  row.account = settings.account;
  const auto cancel = chain::sign(chain::cancel_of({}, settings.account, {1, 2}), key);
  row.tx_hash = cancel.hash;
  row.raw = cancel.raw;
  row.purpose = withdrawal_purpose;
  bool replayed = false;
  ASSERT_EQ(books.operations.record({{row}}, replayed), errc::none);
  stands[id] = report(operation_state::dropped);
  receipt = a_receipt(true, 5);
  only_of = cancel.hash;
  node.foreign_transaction();
  node.finalized = 21;
  node.add_blocks(3);
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::dropped);
  only_of = tx();
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::unknown)
      << "the transfer was mined all the same";
}

TEST_F(Cashier, DoubtIsPassedOnAndNothingIsSent) {
  const auto id = owed(1, 10_usdc);
  auto r = report(operation_state::in_doubt);
  r.detail = "its nonce is used";
  stands[id] = r;
  const auto p = ask(id, 10_usdc);
  EXPECT_EQ(p.state, transfer_state::unknown);
  EXPECT_EQ(p.detail, r.detail);
  EXPECT_TRUE(sent.empty());
}

TEST_F(Cashier, ASilentChainSendsNothing) {
  const auto id = owed(1, 10_usdc);
  node.reads = fake_node::mood::unreachable;
  node.quirk = nullptr;
  EXPECT_EQ(ask(id, 10_usdc).state, transfer_state::unsent);
  EXPECT_TRUE(sent.empty());
}

}  // namespace
}  // namespace headroom::test
