#pragma once

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/alerts.hpp"
#include "chain/polymarket/account_keeper.hpp"
#include "tests/chain/polymarket/fake_polygon.hpp"
#include "tests/chain/polymarket/fake_relayer.hpp"
#include "tests/chain/polymarket/fake_venue.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {

using namespace std::chrono_literals;
using actors::venue_stop;

/// One keeper before a chain, a wallet, a venue and a relayer in memory, in virtual time.
struct keeper_fixture : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  std::uint64_t randoms = 0;
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir,
                    [this] {
                      return timestamp::of_seconds(1'800'000'000)
                          .plus(std::chrono::duration_cast<std::chrono::milliseconds>(
                              sched.clock().now().time_since_epoch()));
                    },
                    [this] {
                      hash256 out;
                      out.bytes[7] = static_cast<std::uint8_t>(++randoms);
                      return out;
                    },
                    {}});
  fake_polygon polygon;
  fake_wallet box;
  fake_relayer relayed;
  std::string allowances = "{}";            // the venue's view; "": it does not answer
  std::vector<std::string> asked;           // of the venue
  fake_venue markets;                       // its markets
  std::function<net::http_result()> gamma;  // not set: it does not answer
  pm::keeper_settings settings;
  pm::kept_account who{"main",
                       0,
                       {},
                       std::make_shared<chain::private_key>(*chain::private_key::parse(
                           "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"))};
  std::vector<caf::strong_actor_ptr> alive;
  actors::external_outbox_actor outbox = own(spawn_outbox(sys, &relayed));
  pm::account_keeper keeper;

  keeper_fixture() {
    settings.contracts = polygon.contracts;
    settings.venue_url = "http://venue";
    settings.account.relayer.url = "http://relayer";
    who.holder = who.key->address_of();
    dir.handles.set_wallet({137, who.holder}, own(spawn_wallet(sys, &box)));
    dir.gauges.publish_buffer_available(1000_usdc);
  }
  ~keeper_fixture() override { end(); }
  void end() {
    for (auto& a : alive)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
    alive.clear();
    keeper = nullptr;
    outbox = nullptr;
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
  chain::http_actor venue() {
    return sys.spawn([this]() -> chain::http_actor::behavior_type {
      return {[this](const chain::http_call& x) -> net::http_result {
        if (x.request.url.starts_with("http://gamma")) return gamma ? gamma() : net::http_result{};
        asked.push_back(x.request.url.substr(settings.venue_url.size()));
        if (asked.back().find("market") != std::string::npos) return markets.heard(x.request);
        if (allowances.empty()) return {};
        if (asked.back() == "/auth/derive-api-key")
          return fake_venue::answer(200, R"({"apiKey":"k","secret":"c2VjcmV0","passphrase":"p"})");
        return fake_venue::answer(200, R"({"balance":"1","allowances":)" + allowances + "}");
      }};
    });
  }
  void start() {
    keeper = own(sys.spawn(pm::keeper_behavior, w, settings, std::vector<pm::kept_account>{who},
                           pm::keeper_doors{own(spawn_polygon(sys, &polygon)), own(venue()),
                                            own(spawn_relayer(sys, &relayed)), "the-api-key",
                                            [kept = outbox] { return kept; }}));
    sched.run();
  }
  /// As kill -9 would: outboxes stay.
  void restart() {
    caf::anon_send_exit(keeper, caf::exit_reason::kill);
    sched.run();
    start();
  }
  void pass(std::chrono::seconds time) {
    for (auto i = 0s; i < time; i += 1s) {
      sched.advance_time(1s);
      sched.run();
    }
  }
  void give_all() {
    for (const auto& a : pm::needed_approvals(polygon.contracts))
      polygon.given.emplace(a.token, a.spender);
  }
  [[nodiscard]] bool open() const { return dir.gauges.venue_state().takes_bets(); }
  [[nodiscard]] std::string reason() const { return dir.gauges.venue_state().accounts_reason(); }
  [[nodiscard]] bool alerted(std::string_view kind) const {
    return dir.gauges.alerts().lasts(kind, "main");
  }
};

/// Its account is a deposit wallet, where the key's own one stands.
struct deposit_fixture : keeper_fixture {
  deposit_fixture() {
    who.signature_type = 3;
    who.holder = *address::parse("0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50");
  }
  /// The relayer confirms what it has; the calls of the batch happen.
  void confirm() {
    const auto body = json::parse(relayed.bodies.back());
    for (const auto& c : body.at("depositWalletParams").at("calls")) {
      actors::contract_call call;
      call.to = *address::parse(c.at("target").get<std::string>());
      call.data = *from_hex(c.at("data").get<std::string>());
      polygon.happen(call);
    }
    relayed.state = "STATE_CONFIRMED";
    ++relayed.nonce;
    pass(5s);
    relayed.state = "STATE_NEW";
  }
};

}  // namespace headroom::test
