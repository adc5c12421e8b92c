#pragma once

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/query_actor.hpp"
#include "chain/evm/abi.hpp"
#include "chain/treasury/legged_route.hpp"
#include "domain/operation_purpose.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/chain/evm/outbox.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {

/// A chain in memory that also has events, and contracts that answer calls. Its time is its blocks'
/// (fake_node): one second a block.
struct eventful_chain {
  struct event {
    std::uint64_t block;
    address emitter;
    std::vector<hash256> topics;
    byte_vector data;
    hash256 tx;
  };
  fake_node node;
  std::vector<event> events;
  std::map<std::pair<address, std::string>, byte_vector> answers;  // by contract and selector
  std::map<std::string, std::uint64_t> asked;                      // calls by selector
  bool silent = false;

  eventful_chain() {
    node.quirk = [this](std::uint32_t, const chain::rpc_request& x) { return say(x); };
  }

  /// A Transfer in that transaction.
  void pays(const address& token, const address& who, std::uint64_t amount, const hash256& tx,
            std::uint64_t block) {
    events.push_back(
        {block,
         token,
         {chain::transfer_topic(), chain::abi::word_of(address{}), chain::abi::word_of(who)},
         chain::abi::encoder{}.number(amount).done(),
         tx});
  }
  /// What `to` returns for calls that begin like this one.
  void answer(const address& to, const byte_vector& call, byte_vector result) {
    answers[{to, to_hex(byte_view{call}.first(4))}] = std::move(result);
  }
  [[nodiscard]] std::uint64_t head() const { return node.blocks.size() - 1; }
  [[nodiscard]] std::uint64_t time() const { return 1'800'000'000 + head(); }

 private:
  std::optional<chain::rpc_result> say(const chain::rpc_request& x) {
    if (silent) return fake_node::silent(chain::rpc_status::unreachable);
    if (x.method == "eth_blockNumber") return fake_node::ok(fake_node::number(head()));
    if (x.method == "eth_getLogs") return fake_node::ok(logs_of(x.params.at(0)));
    if (x.method == "eth_getTransactionReceipt")
      if (auto r = receipt_of(x.params.at(0)); !r.is_null()) return fake_node::ok(std::move(r));
    if (x.method != "eth_call") return std::nullopt;
    const auto& call = x.params.at(0);
    const auto to = address::parse(call.at("to").get<std::string>());
    const auto selector = call.at("data").get<std::string>().substr(2, 8);
    ++asked[selector];
    const auto i = answers.find({*to, selector});
    if (i == answers.end()) return fake_node::error(3, "execution reverted");
    return fake_node::ok(to_0x(i->second));
  }

  [[nodiscard]] json shown(const event& e) const {
    json topics = json::array();
    for (const auto& t : e.topics) topics.push_back(t.hex());
    return {{"address", e.emitter.hex()},
            {"topics", topics},
            {"data", to_0x(e.data)},
            {"transactionHash", e.tx.hex()},
            {"blockNumber", fake_node::number(e.block)},
            {"blockHash", node.blocks.at(e.block).hex()},
            {"logIndex", fake_node::number(static_cast<std::uint64_t>(&e - events.data()))}};
  }

  /// Of a transaction that left events.
  [[nodiscard]] json receipt_of(const json& tx) const {
    json logs = json::array();
    for (const auto& e : events)
      if (e.tx.hex() == tx) logs.push_back(shown(e));
    if (logs.empty()) return nullptr;
    return {{"transactionHash", tx},
            {"status", "0x1"},
            {"blockHash", logs[0]["blockHash"]},
            {"blockNumber", logs[0]["blockNumber"]},
            {"gasUsed", fake_node::number(21'000)},
            {"effectiveGasPrice", fake_node::number(2'000'000'000)},
            {"logs", logs}};
  }

  [[nodiscard]] json logs_of(const json& filter) const {
    const auto from = *chain::eth::read_number(filter.at("fromBlock"));
    const auto to = chain::eth::read_number(filter.at("toBlock")).value_or(head());
    json out = json::array();
    for (const auto& e : events) {
      if (e.block < from || e.block > to || e.emitter.hex() != filter.at("address")) continue;
      const auto& wanted = filter.at("topics");
      bool fits = wanted.size() <= e.topics.size();
      for (std::size_t i = 0; fits && i < wanted.size(); ++i)
        fits = wanted[i].is_null() || wanted[i] == e.topics[i].hex();
      if (!fits) continue;
      out.push_back(shown(e));
    }
    return out;
  }
};

/// A route between two chains in memory, under virtual time; wallets and the outside say what the
/// test lets them. The route can be started anew at any point: its memory is lost, the books' and
/// the chains' are not.
struct BridgeHouse : testing::Test {
  using step_progress = actors::step_progress;

  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  outbox books;
  outbox_reader reader{books};
  eventful_chain from;
  eventful_chain to;
  timestamp now = timestamp::of_seconds(1'800'000'000);
  actors::world_ptr w =
      std::make_shared<actors::world>(actors::world{dir, [this] { return now; }, {}, {}});
  actors::run_step step{
      conversion_id::from_digest(chain::keccak256("a conversion")), 0, 0, 100_usdc, {}, {}};
  std::map<operation_id, actors::operation_report> operations;
  std::vector<actors::send_transaction> sent;
  caf::error wallet_says_no;                   // to whatever it is asked to send
  std::optional<actors::wallet_account> mute;  // whose wallet does not say where anything stands
  std::function<net::http_result(const net::http_request&)> web_says;
  std::vector<net::http_request> asked_web;
  std::function<chain::route_plan()> plan;  // set by the test
  std::vector<caf::strong_actor_ptr> alive;
  actors::route_actor route;

  BridgeHouse() { dir.handles.set(own(sys.spawn(actors::query_behavior, &reader))); }
  ~BridgeHouse() override {
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
  static byte_vector word(std::uint64_t n) { return chain::abi::encoder{}.number(n).done(); }
  static byte_vector word(const address& a) { return chain::abi::encoder{}.account(a).done(); }
  static net::http_result http(unsigned status, const json& body) {
    net::http_result r;
    r.outcome = net::http_outcome::answered;
    r.failure = net::http_failure::none;
    r.status = status;
    r.body = body.dump();
    return r;
  }
  static net::http_result no_http() {
    net::http_result r;
    r.outcome = net::http_outcome::maybe_sent;
    return r;
  }

  // -- who is there ------------------------------------------------------------------------------
  void add_wallet(const actors::wallet_account& who) {
    dir.handles.set_wallet(
        who, own(sys.spawn([this, who]() -> actors::wallet_actor::behavior_type {
          return {
              [this](const actors::send_transaction& x) -> caf::result<actors::operation_report> {
                if (wallet_says_no) return wallet_says_no;
                sent.push_back(x);
                sent.back().purpose = parse_purpose(x.purpose).word;
                auto& r = operations[x.id];
                r.state = operation_state::pending;
                r.tx_hash = chain::keccak256("sent " + std::to_string(sent.size()));
                return r;
              },
              [this, who](actors::get_atom,
                          const operation_id& id) -> caf::result<actors::operation_report> {
                if (mute == who) return make_error(errc::unavailable);
                const auto i = operations.find(id);
                return i == operations.end() ? actors::operation_report{} : i->second;
              },
              [](actors::poll_atom) {},
              [](actors::status_atom) { return actors::status_report{}; }};
        })));
  }
  chain::rpc_actor nodes(eventful_chain& c) { return own(spawn_node(sys, &c.node)); }
  chain::http_actor web() {
    return own(sys.spawn([this]() -> chain::http_actor::behavior_type {
      return {[this](const chain::http_call& x) {
        asked_web.push_back(x.request);
        return web_says ? web_says(x.request) : no_http();
      }};
    }));
  }
  /// A fresh actor with fresh legs, as after a restart of the process.
  void restart() {
    route = own(sys.spawn(chain::legged_route_behavior, w, plan()));
    sched.run();
  }

  // -- what is asked -----------------------------------------------------------------------------
  template <class R, class... Ts>
  caf::expected<R> ask(const Ts&... xs) {
    caf::scoped_actor self{sys};
    auto pending = self->request(route, caf::infinite, xs...);
    sched.run();
    caf::expected<R> out{make_error(errc::internal)};
    pending.receive([&](R& r) { out = std::move(r); }, [&](const caf::error& e) { out = e; });
    return out;
  }
  /// One look, as the conversion actor does it.
  step_progress look() {
    auto p = ask<step_progress>(step);
    EXPECT_TRUE(p);
    if (!p) return {};
    if (p->state != step_state::unreadable) step.detail = p->detail;
    if (p->state == step_state::failed) ++step.attempt;
    return *p;
  }
  /// What a look says; the same after a restart, and with what the books kept of it lost.
  step_progress look_thrice() {
    const auto count = sent.size();
    const auto first = look();
    restart();
    EXPECT_EQ(look().state, first.state) << "after a restart";
    const auto kept = std::exchange(step.detail, {});
    EXPECT_EQ(look().state, first.state) << "without its detail";
    step.detail = kept;
    EXPECT_EQ(sent.size(), count) << "nothing is sent by looking";
    return first;
  }
  actors::route_flight flight() {
    return *ask<actors::route_flight>(actors::in_flight_atom::value);
  }
  actors::route_quote quoted(usdc amount) {
    const auto q = ask<actors::route_quote>(amount);
    EXPECT_TRUE(q);
    return q ? *q : actors::route_quote{};
  }
  void pass(std::chrono::milliseconds time) {
    now = now.plus(time);
    sched.advance_time(time);
    sched.run();
  }

  // -- what happens ------------------------------------------------------------------------------
  [[nodiscard]] actors::operation_report& last_operation() { return operations[sent.back().id]; }
  /// The newest transaction of ours is final and left these events.
  void confirm(std::vector<actors::event_log> logs, std::uint64_t block = 1) {
    auto& r = last_operation();
    r.state = operation_state::confirmed;
    r.block_number = block;
    r.logs = std::move(logs);
  }
  static bool says(const step_progress& p, const std::string& words) {
    return p.detail.find(words) != std::string::npos;
  }
};

}  // namespace headroom::test
