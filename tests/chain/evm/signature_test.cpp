#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "chain/evm/signature_actor.hpp"
#include "tests/chain/evm/fake_node.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {
namespace {

using namespace std::chrono_literals;

/// A chain with accounts that have code or not, and say what a test says.
struct Signature : testing::Test {
  virtual_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  chain::signature_settings settings;
  std::map<std::string, std::string> code;  // by account, hex
  std::function<chain::rpc_result(const json& call)> verdict = [](const json&) {
    return fake_node::ok("0x");
  };
  std::size_t calls = 0;
  bool hangs = false;
  std::vector<caf::strong_actor_ptr> alive;
  actors::signature_actor checks;

  const hash256 first = chain::keccak256("under 137"), second = chain::keccak256("under 9745");
  static constexpr const char* magic =
      "0x1626ba7e00000000000000000000000000000000000000000000000000000000";

  ~Signature() override {
    for (auto& a : alive)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
    alive.clear();
    checks = nullptr;
    sched.run();
    sched.clock().cancel_all();
  }
  template <class H>
  H own(H h) {
    alive.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  void start() {
    const auto node =
        own(sys.spawn([this](chain::rpc_actor::pointer self) -> chain::rpc_actor::behavior_type {
          return {[this, self](const chain::rpc_request& x) -> caf::result<chain::rpc_result> {
            ++calls;
            if (hangs) return self->make_response_promise<chain::rpc_result>();
            if (x.method == "eth_getCode") {
              const auto i = code.find(x.params.at(0));
              return fake_node::ok(i == code.end() ? "0x" : i->second);
            }
            return verdict(x.params.at(0));
          }};
        }));
    checks = own(sys.spawn(chain::signature_behavior, settings, node));
    sched.run();
  }
  static address account(int n) {
    address out;
    out.bytes[0] = 0xcc;
    out.bytes[19] = static_cast<std::uint8_t>(n);
    out.bytes[18] = static_cast<std::uint8_t>(n >> 8);
    return out;
  }
  struct answer {
    std::optional<bool> said;
    errc code = errc::none;
  };
  answer ask(int n) {
    const auto box = std::make_shared<answer>();
    own(sys.spawn([=, this, to = checks](caf::event_based_actor* me) {
      me->request(to, caf::infinite,
                  actors::contract_signature{account(n), {first, second}, {1, 2, 3}})
          .then([box](bool x) { box->said = x; },
                [box](caf::error& e) { box->code = actors::code_of(e); });
    }));
    sched.run();
    return *box;
  }
};

TEST_F(Signature, AWalletsYesToEitherDigestIsAYes) {
  code[account(1).hex()] = "0x60";
  start();
  for (const auto& digest : {first, second}) {
    verdict = [&](const json& call) {
      const auto data = call.at("data").get<std::string>();
      EXPECT_EQ(call.at("to"), account(1).hex());
      EXPECT_EQ(call.at("gas"), chain::eth::quantity(settings.most_gas)) << "bounded";
      const bool asked = data.find(digest.hex().substr(2)) != std::string::npos;
      return fake_node::ok(asked ? magic : "0xffffffff" + std::string(56, '0'));
    };
    EXPECT_EQ(ask(1).said, true);
  }
}

TEST_F(Signature, ANoARevertOrAnythingElseIsANo) {
  code[account(1).hex()] = "0x60";
  start();
  for (const auto& said :
       {fake_node::ok("0xffffffff" + std::string(56, '0')), fake_node::ok("0x"),
        fake_node::ok("0x1626ba7e"), fake_node::error(3, "execution reverted"),
        fake_node::error(-32000, "out of gas"),
        fake_node::error(-32000, "invalid opcode: INVALID")}) {  // a contract that halts
    verdict = [&](const json&) { return said; };
    EXPECT_EQ(ask(1).said, false);
  }
}

TEST_F(Signature, AnAccountWithoutCodeIsANoAndIsNotAskedAgain) {
  start();
  verdict = [](const json&) { return fake_node::ok(magic); };
  EXPECT_EQ(ask(1).said, false) << "an answer without code means nothing";
  const auto once = calls;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(ask(1).said, false);
  EXPECT_EQ(calls, once);
  code[account(1).hex()] = "0x60";
  sched.advance_time(61s);
  EXPECT_EQ(ask(1).said, true) << "it was deployed meanwhile";
}

TEST_F(Signature, ASilentChainIsNotANo) {
  code[account(1).hex()] = "0x60";
  start();
  verdict = [](const json&) { return fake_node::silent(chain::rpc_status::unreachable); };
  const auto a = ask(1);
  EXPECT_FALSE(a.said);
  EXPECT_EQ(a.code, errc::unavailable);
}

TEST_F(Signature, StrangersShareABudgetThatKnownWalletsDoNotPayFrom) {
  settings.strangers_burst = 10;
  settings.strangers_per_second = 1;
  code[account(1).hex()] = "0x60";
  verdict = [](const json&) { return fake_node::ok(magic); };
  start();
  ASSERT_EQ(ask(1).said, true);
  int refused = 0;
  for (int n = 2; n < 302; ++n) refused += ask(n).code == errc::rate_limited ? 1 : 0;
  EXPECT_EQ(refused, 291) << "ten at once, one of them was the wallet's first";
  EXPECT_LE(calls, 30U);
  EXPECT_EQ(ask(1).said, true);
}

TEST_F(Signature, FewChecksRunAtATime) {
  settings.max_in_flight = 3;
  start();
  hangs = true;
  int overloaded = 0;
  for (int n = 0; n < 20; ++n) overloaded += ask(n).code == errc::overloaded ? 1 : 0;
  EXPECT_EQ(overloaded, 17);
}

}  // namespace
}  // namespace headroom::test
