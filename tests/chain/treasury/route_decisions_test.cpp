#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/query_actor.hpp"
#include "chain/evm/abi.hpp"
#include "chain/treasury/oft.hpp"
#include "chain/treasury/oft_uniswap_route.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/chain/evm/outbox.hpp"
#include "tests/support/seeded_scheduler.hpp"

/// The route's bridge step between two chains in memory, under virtual time: what it makes of what
/// nodes and wallet say.
namespace headroom::test {
namespace {

using actors::step_progress;

struct RouteDecisions : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  outbox books;
  outbox_reader reader{books};
  fake_node plasma;
  fake_node polygon;
  json arrivals = json::array();     // what Polygon's nodes show of the message
  actors::operation_report bridged;  // what Plasma's wallet says of its transaction
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir, [] { return timestamp::of_seconds(1'800'000'000); }, {}, {}});
  chain::oft_uniswap_settings settings;
  actors::run_step step{
      conversion_id::from_digest(chain::keccak256("a conversion")), 0, 0, 100_usdc, {}, {}};
  std::vector<caf::strong_actor_ptr> alive;
  actors::route_actor route;

  RouteDecisions() {
    settings.plasma = {9745, 30'383, account(1), account(2), {2, final_by::confirmations}};
    settings.polygon = {137, 30'109, account(3), account(4), {2, final_by::confirmations}};
    settings.plasma_wallet = settings.polygon_wallet = account(5);
    polygon.quirk = [this](std::uint32_t, const chain::rpc_request& x) {
      return x.method == "eth_getLogs" ? std::optional{fake_node::ok(arrivals)} : std::nullopt;
    };
    dir.handles.set(own(sys.spawn(actors::query_behavior, &reader)));
    dir.handles.set_wallet(on_plasma(settings), own(wallet()));
    route = own(sys.spawn(chain::oft_uniswap_behavior, w, settings, own(spawn_node(sys, &plasma)),
                          own(spawn_node(sys, &polygon))));
    sched.run();
  }
  ~RouteDecisions() override {
    for (auto& a : alive) caf::anon_send_exit(a, caf::exit_reason::kill);
    dir.handles.set(actors::query_actor{});
    dir.handles.set_wallet(on_plasma(settings), {});
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
      return {[this](const actors::send_transaction&) { return bridged; },
              [this](actors::get_atom, const operation_id&) { return bridged; },
              [](actors::poll_atom) {},
              [](actors::status_atom) { return actors::status_report{}; }};
    });
  }

  static address account(std::uint8_t n) {
    address out;
    out.bytes[19] = n;
    return out;
  }
  static hash256 guid() { return chain::keccak256("the message"); }
  /// The wallet's transaction is final and has sent the message.
  void message_is_sent() {
    const auto data = chain::abi::encoder{}
                          .number(settings.polygon.eid)
                          .number(100'000'000)
                          .number(100'000'000)
                          .done();
    const std::vector<hash256> topics{chain::oft::sent_topic(), guid(),
                                      chain::abi::word_of(account(5))};
    bridged.state = operation_state::confirmed;
    bridged.tx_hash = chain::keccak256("the bridge call");
    bridged.logs.push_back({settings.plasma.messenger, topics, data});
  }
  /// The message's arrival in the block that Polygon has at this height now.
  void message_arrives_in(std::uint64_t block) {
    const auto data = chain::abi::encoder{}.number(settings.plasma.eid).number(100'000'000).done();
    arrivals = json::array();
    arrivals.push_back({{"address", settings.polygon.messenger.hex()},
                        {"topics",
                         {chain::oft::received_topic().hex(), guid().hex(),
                          chain::abi::word_of(account(5)).hex()}},
                        {"data", to_0x(data)},
                        {"transactionHash", chain::keccak256("the delivery").hex()},
                        {"blockNumber", fake_node::number(block)},
                        {"blockHash", polygon.blocks.at(block).hex()},
                        {"logIndex", "0x0"}});
  }
  /// The wallet has stored its n-th try to send it.
  hash256 attempt_is_stored(std::uint32_t n) {
    chain_operation row;
    row.id = chain::operation_of(step, "send");
    row.attempt = n;
    row.tx_hash = chain::keccak256("attempt " + std::to_string(n));
    books.put(row);
    return row.tx_hash;
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
  /// One look, as the conversion actor does it.
  step_progress look() {
    auto p = ask<step_progress>(step);
    if (p.state != step_state::unreadable) step.detail = p.detail;
    return p;
  }
  std::string times_done() {
    return ask<actors::status_report>(actors::status_atom::value).facts.at("done");
  }
};

TEST_F(RouteDecisions, AnArrivalWhoseBlockWasReplacedIsDoneOnceWhenAnotherBlockHasIt) {
  message_is_sent();
  polygon.add_blocks(10);
  message_arrives_in(6);
  polygon.reorg(5);  // the chain has another block 6, and the node still shows the event
  for (int looks = 0; looks < 3; ++looks) {
    const auto p = look();
    EXPECT_EQ(p.state, step_state::in_flight) << p.detail;
    EXPECT_NE(p.detail.find("in a block that was replaced"), std::string::npos) << p.detail;
  }
  arrivals = json::array();
  EXPECT_EQ(look().state, step_state::in_flight) << "on its way again";
  message_arrives_in(9);
  EXPECT_EQ(look().state, step_state::in_flight) << "not final yet";
  EXPECT_EQ(times_done(), "0");
  polygon.add_block();
  const auto done = look();
  EXPECT_EQ(done.state, step_state::done) << done.detail;
  EXPECT_EQ(done.amount_out, 100_usdc);
  EXPECT_EQ(times_done(), "1");
}

TEST_F(RouteDecisions, DroppedIsFailedOnlyWhenBothNodesHaveNoReceiptOfAnyAttempt) {
  plasma.nodes = 2;
  bridged.state = operation_state::dropped;
  const hash256 attempts[]{attempt_is_stored(0), attempt_is_stored(1)};
  const auto failed = look();
  EXPECT_EQ(failed.state, step_state::failed) << failed.detail;
  EXPECT_TRUE(failed.detail.ends_with("dropped: its nonce was used by another")) << failed.detail;

  plasma.receipts[attempts[0]] = {0, true};
  const auto receipt = plasma.truth(chain::eth::transaction_receipt(attempts[0]));
  plasma.receipts.clear();
  const chain::rpc_result other_words[]{
      fake_node::silent(chain::rpc_status::unreachable),
      fake_node::silent(chain::rpc_status::maybe_sent),
      fake_node::error(-32000, "too old"),
      fake_node::ok(json::object()),  // cannot be read
      receipt,
  };
  for (const std::uint32_t one : {0U, 1U})
    for (const auto& tx : attempts)
      for (const auto& word : other_words) {
        plasma.quirk = [&](std::uint32_t node, const chain::rpc_request& x) {
          const bool is_it = node == one && x.params.at(0).get<std::string>() == tx.hex();
          return is_it ? std::optional{word} : std::nullopt;
        };
        const auto p = look();
        EXPECT_EQ(p.state, step_state::unreadable) << "node " << one << ": " << word.value;
      }
  plasma.quirk = {};
  EXPECT_EQ(look().state, step_state::failed);
}

}  // namespace
}  // namespace headroom::test
