#pragma once

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "chain/polymarket/venue_actor.hpp"
#include "tests/chain/polymarket/fake_venue.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {

using namespace std::chrono_literals;
using actors::order_quote;
using actors::venue_answer;
using actors::venue_stop;

/// One venue actor before a venue in memory, in virtual time.
struct venue_fixture : testing::Test {
  static constexpr auto good = 10'000'000LL;  // the market that always works
  static constexpr auto bad = 20'000'000LL;

  template <class T>
  struct heard {
    std::optional<T> value;
    errc code = errc::none;
    std::chrono::seconds retry_after{0};
    std::string detail;
    bool open = true;
  };

  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  fake_venue there;
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
  std::function<chain::rpc_result(const chain::rpc_request&)> on_chain;  // not set: silent
  chain::polymarket::venue_settings settings;
  chain::polymarket::venue_accounts accounts{account("main", second_key)};
  std::vector<caf::strong_actor_ptr> alive;
  actors::venue_actor venue;

  venue_fixture() {
    settings.url = "http://venue";
    settings.order_burst = 1'000;  // turns are venue_turns_test's
    there.clock = [this] { return w->now().seconds(); };
    there.markets[std::to_string(good)];
    there.markets[std::to_string(bad)];
    there.on_order = [](const json&) {
      return fake_venue::refusal(400,
                                 "order couldn't be fully filled. FOK orders are fully filled "
                                 "or killed.");
    };
  }
  ~venue_fixture() override {
    for (auto& a : alive)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
    alive.clear();
    venue = nullptr;
    sched.run();
    sched.clock().cancel_all();
  }
  /// Of anvil's second key.
  static constexpr auto second_key =
      "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
  static chain::polymarket::venue_account account(const std::string& name, const char* key) {
    return {name, std::make_shared<chain::private_key>(*chain::private_key::parse(key))};
  }
  template <class H>
  H own(H h) {
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  chain::http_actor client(std::map<std::string, std::size_t>& counts, bool may_hang) {
    return own(sys.spawn([this, &counts, may_hang](
                             chain::http_actor::pointer self) -> chain::http_actor::behavior_type {
      return {[this, self, &counts,
               may_hang](const chain::http_call& x) -> caf::result<net::http_result> {
        const auto path = x.request.url.substr(settings.url.size());
        ++counts[x.request.method + " " + path.substr(0, path.find('?'))];
        if (may_hang && there.reads_hang) return self->make_response_promise<net::http_result>();
        return there.heard(x.request);
      }};
    }));
  }
  void start() {
    const auto the_chain = own(sys.spawn([this]() -> chain::rpc_actor::behavior_type {
      return {[this](const chain::rpc_request& x) {
        return on_chain ? on_chain(x) : chain::rpc_result{};
      }};
    }));
    venue = own(sys.spawn(chain::polymarket::venue_behavior, w, settings, accounts,
                          chain::polymarket::venue_doors{client(there.by_orders, false),
                                                         client(there.by_reads, true)},
                          the_chain));
    sched.run();
  }
  void advance(std::chrono::milliseconds by) {
    sched.advance_time(by);
    sched.run();
  }
  template <class T, class Question>
  std::shared_ptr<heard<T>> ask(Question question) {
    auto box = std::make_shared<heard<T>>();
    own(sys.spawn([=, to = venue](caf::event_based_actor* me) {
      me->request(to, caf::infinite, question)
          .then(
              [box](T& x) {
                box->open = false;
                box->value = std::move(x);
              },
              [box](caf::error& e) {
                box->open = false;
                box->code = actors::code_of(e);
                box->detail = actors::detail_of(e);
                box->retry_after = actors::retry_after_of(e);
              });
    }));
    sched.run();
    return box;
  }
  auto quote(std::int64_t token, usdc price = 500'000_micro, const std::string& who = "",
             const address& user = {}) {
    return ask<order_quote>(actors::quote_order{uint256::of(static_cast<std::uint64_t>(token)),
                                                10_usdc, price, who, order_fill::whole, user});
  }
  actors::signed_order order(std::int64_t token) {
    const auto q = quote(token);
    EXPECT_TRUE(q->value) << to_string(q->code) << " " << q->detail;
    const auto s = ask<actors::signed_order>(*q->value);
    EXPECT_TRUE(s->value);
    return *s->value;
  }
  auto submit(const actors::signed_order& o, std::chrono::seconds deadline = 60s) {
    return ask<venue_answer>(actors::submit_order{o, w->now().plus(deadline)});
  }
  auto look(const actors::signed_order& o, timestamp sent_at) {
    return ask<venue_answer>(actors::look_up_order{o, sent_at, sent_at.plus(1s), false});
  }
  venue_stop stopped() const { return dir.gauges.venue_state().look().why; }
};

}  // namespace headroom::test
