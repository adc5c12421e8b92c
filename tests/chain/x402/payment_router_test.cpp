#include "chain/x402/payment_router.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>
#include <nlohmann/json.hpp>

#include "net/base64.hpp"
#include "tests/support/seeded_scheduler.hpp"

/// Who of several sources' actors is asked.
namespace headroom::test {
namespace {

using actors::payment_actor;
using nlohmann::json;

/// Answers with its own name wherever an answer has room for one.
payment_actor::behavior_type named(payment_actor::pointer, std::string name) {
  return {
      [name](const actors::pay_deposit&) -> caf::result<actors::signed_payment> {
        return make_error(errc::invalid_payment, name);
      },
      [](actors::prove_atom,
         const actors::signed_payment& x) -> caf::result<actors::signed_payment> {
        auto out = x;
        out.proven = true;
        return out;
      },
      [name](const actors::signed_payment&) -> caf::result<actors::verified_payment> {
        return make_error(errc::invalid_payment, name);
      },
      [name](actors::get_atom, const authorization&) -> caf::result<actors::payment_finding> {
        return actors::payment_finding{actors::payment_state::void_, {}, name};
      },
      [name](actors::get_atom, const authorization&,
             const hash256&) -> caf::result<actors::payment_finding> {
        return actors::payment_finding{actors::payment_state::paid, {}, name};
      },
      [](const authorization& a) -> caf::result<actors::contract_call> {
        return actors::contract_call{a.token, {}, {}, 0, 0};
      },
      [](actors::status_atom) { return actors::status_report{}; },
  };
}

struct PaymentRouter : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  actors::directory dir{100};
  actors::world_ptr w = std::make_shared<actors::world>(
      actors::world{dir, [] { return timestamp::of_seconds(1'800'000'000); }, {}, {}});
  std::vector<chain::x402::terms> sources;
  std::vector<caf::strong_actor_ptr> alive;
  payment_actor router;

  PaymentRouter() {
    for (const auto& [name, id] : {std::pair{"plasma", 9745}, std::pair{"polygon", 137}}) {
      auto& t = sources.emplace_back();
      t.source = name;
      t.chain_id = static_cast<std::uint64_t>(id);
      t.networks_v1 = {name};
      t.asset.bytes.fill(static_cast<std::uint8_t>(id));
      const auto own = sys.spawn(named, t.source);
      alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(own));
      dir.handles.set_payment(t.money(), own);
    }
    router = sys.spawn(chain::payment_router_behavior, w, sources);
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(router));
    sched.run();
  }
  ~PaymentRouter() override {
    for (auto& a : alive) caf::anon_send_exit(a, caf::exit_reason::kill);
    sched.run();
    dir.close();
  }

  template <class R, class... Ts>
  caf::expected<R> ask(const Ts&... xs) {
    caf::scoped_actor self{sys};
    auto pending = self->request(router, caf::infinite, xs...);
    sched.run();
    caf::expected<R> out{make_error(errc::internal, "no answer")};
    pending.receive([&](R& r) { out = std::move(r); }, [&](caf::error& e) { out = std::move(e); });
    return out;
  }
  authorization of(std::size_t source) const {
    authorization a;
    a.chain_id = sources[source].chain_id;
    a.token = sources[source].asset;
    return a;
  }
  /// Who refuses a payment of version 2 with this network and token.
  std::string asked(const std::string& network, const address& asset) {
    const json authorization{
        {"from", address{}.hex()}, {"to", address{}.hex()}, {"value", "5"},
        {"validAfter", "0"},       {"validBefore", "9"},    {"nonce", hash256{}.hex()}};
    const json document{{"x402Version", 2},
                        {"payload", {{"authorization", authorization}, {"signature", "0x01"}}},
                        {"accepted",
                         {{"scheme", "exact"},
                          {"network", network},
                          {"amount", "5"},
                          {"asset", asset.hex()},
                          {"payTo", address{}.hex()},
                          {"maxTimeoutSeconds", 300},
                          {"extra", {{"name", "x"}, {"version", "1"}}}}}};
    return actors::detail_of(ask<actors::signed_payment>(
                                 actors::pay_deposit{{5}, 2, net::to_base64(document.dump()), ""})
                                 .error());
  }
};

TEST_F(PaymentRouter, APaymentGoesToTheSourceItIsMeantFor) {
  EXPECT_EQ(asked("eip155:137", sources[1].asset), "polygon");
  EXPECT_EQ(asked("eip155:9745", sources[0].asset), "plasma");
  EXPECT_EQ(asked("eip155:137", sources[0].asset), "polygon") << "it says what is wrong";
  EXPECT_EQ(asked("eip155:1", sources[1].asset), "plasma") << "the first says it";
  const actors::pay_deposit junk{{5}, 2, "%%%", ""};
  EXPECT_EQ(actors::detail_of(ask<actors::signed_payment>(junk).error()), "plasma");
}

TEST_F(PaymentRouter, AStoredPaymentGoesToItsOwn) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto a = of(i);
    const auto& name = sources[i].source;
    EXPECT_EQ(ask<actors::payment_finding>(actors::get_atom::value, a)->code, name);
    EXPECT_EQ(ask<actors::payment_finding>(actors::get_atom::value, a, hash256{})->code, name);
    EXPECT_EQ(ask<actors::contract_call>(a)->to, a.token);
    actors::signed_payment x;
    x.payment = a;
    EXPECT_EQ(actors::detail_of(ask<actors::verified_payment>(x).error()), name);
    EXPECT_TRUE(ask<actors::signed_payment>(actors::prove_atom::value, x)->proven);
  }
}

TEST_F(PaymentRouter, WithoutTheSourcesActorNothingIsSaidOfAPayment) {
  auto gone = of(0);
  gone.chain_id = 1;
  const auto unknown = ask<actors::payment_finding>(actors::get_atom::value, gone);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(actors::code_of(unknown.error()), errc::unavailable) << "void would end the deposit";
  dir.handles.set_payment(sources[1].money(), {});
  const auto away = ask<actors::contract_call>(of(1));
  ASSERT_FALSE(away);
  EXPECT_EQ(actors::code_of(away.error()), errc::unavailable);
}

}  // namespace
}  // namespace headroom::test
