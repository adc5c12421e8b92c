#pragma once

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/alerts.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/chain/evm/outbox.hpp"

namespace headroom::test {

using namespace std::chrono_literals;
using actors::operation_report;

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
  std::optional<chain::transaction_signer> elsewhere;  // signs in the place of `key`
  chain::wallet_settings settings;
  std::vector<caf::strong_actor_ptr> alive;
  actors::wallet_actor wallet;

  Wallet() {
    settings.chain_id = 9745;
    settings.finality = {2, final_by::confirmations};
    settings.poll_interval = 1s;
    settings.bump_after = 30s;
    settings.looks_before_search = 3;
    node.account = key->address_of();
    dir.handles.set(own(sys.spawn(actors::journal_behavior, w, &store)));
    dir.handles.set(own(sys.spawn(actors::query_behavior, &reader)));
    start();
  }
  ~Wallet() override {
    for (auto& a : alive) caf::anon_send_exit(a, caf::exit_reason::kill);
    dir.handles.set(actors::journal_actor{});
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
  void start() {
    const auto signer = elsewhere.value_or(chain::transaction_signer{key});
    wallet =
        own(sys.spawn(chain::wallet_behavior, w, settings, signer, own(spawn_node(sys, &node))));
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
  /// With a block every second.
  void pass_with_blocks(std::chrono::seconds time) {
    for (auto i = 0s; i < time; i += 1s) {
      node.add_block();
      pass(1s);
    }
  }
  /// As after a restart with other settings.
  void restart() {
    crash();
    start();
  }
  [[nodiscard]] bool alerted(std::string_view kind) const {
    return w->dir.gauges.alerts().lasts(kind, "9745");
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

}  // namespace headroom::test
