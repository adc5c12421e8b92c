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
  /// One chain's accounts by its nodes, and what they say.
  struct place {
    std::uint64_t chain_id = 9745;
    std::uint32_t nodes = 1;
    std::map<std::string, std::string> code{};  // by account, hex
    std::function<chain::rpc_result(const json& call)> verdict = [](const json&) {
      return fake_node::ok("0x");
    };
    /// What one of the nodes says in its place.
    std::function<std::optional<chain::rpc_result>(std::uint32_t, const chain::rpc_request&)>
        quirk{};
  };
  place plasma, polygon{137};
  std::map<std::string, std::string>& code = plasma.code;
  std::function<chain::rpc_result(const json& call)>& verdict = plasma.verdict;
  std::function<std::optional<std::vector<std::uint64_t>>(const address&)> paid_on =
      [](const address&) { return std::vector<std::uint64_t>{9745}; };
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
  chain::signature_chain serve(place& at) {
    auto node = own(
        sys.spawn([this, &at](chain::rpc_actor::pointer self) -> chain::rpc_actor::behavior_type {
          return {[this, &at, self](const chain::rpc_request& x) -> caf::result<chain::rpc_result> {
            ++calls;
            if (hangs) return self->make_response_promise<chain::rpc_result>();
            EXPECT_LT(x.node.value(), at.nodes) << "each is asked by itself";
            if (at.quirk)
              if (auto said = at.quirk(*x.node, x)) return std::move(*said);
            if (x.method == "eth_getCode") {
              const auto i = at.code.find(x.params.at(0));
              return fake_node::ok(i == at.code.end() ? "0x" : i->second);
            }
            return at.verdict(x.params.at(0));
          }};
        }));
    return {at.chain_id, node, at.nodes};
  }
  void start() {
    checks = own(sys.spawn(chain::signature_behavior, settings,
                           std::vector{serve(plasma), serve(polygon)},
                           [this](const address& user) { return paid_on(user); }));
    sched.run();
  }
  static chain::rpc_result yes(const json&) { return fake_node::ok(magic); }
  /// The wallet stands there and says yes.
  static void stands(place& at, int n) {
    at.code[account(n).hex()] = "0x60";
    at.verdict = yes;
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

TEST_F(Signature, TheChainThatWasPaidOnIsAskedAndNoOther) {
  stands(plasma, 1);  // made there by those who owned it once
  paid_on = [](const address&) { return std::vector<std::uint64_t>{137}; };
  start();
  EXPECT_EQ(ask(1).said, false) << "nothing stands where the money came from";
  sched.advance_time(61s);
  polygon.code[account(1).hex()] = "0x60";
  EXPECT_EQ(ask(1).said, false) << "its owners there did not sign";
  polygon.verdict = yes;
  plasma.code.clear();
  EXPECT_EQ(ask(1).said, true) << "what is not on Plasma needs nothing there";
}

TEST_F(Signature, EveryChainThatWasPaidOnMustSayYes) {
  stands(plasma, 1);
  polygon.code[account(1).hex()] = "0x60";
  paid_on = [](const address&) { return std::vector<std::uint64_t>{9745, 137}; };
  start();
  EXPECT_EQ(ask(1).said, false);
  polygon.verdict = yes;
  EXPECT_EQ(ask(1).said, true);
  polygon.verdict = [](const json&) { return fake_node::silent(chain::rpc_status::unreachable); };
  EXPECT_EQ(ask(1).code, errc::unavailable);
}

TEST_F(Signature, WhoPaidNowhereIsANoAndNoNodeHearsOfIt) {
  stands(plasma, 1);
  std::vector<std::uint64_t> paid;
  paid_on = [&](const address&) { return paid; };
  start();
  EXPECT_EQ(ask(1).said, false);
  EXPECT_EQ(calls, 0U);
  paid = {9745};
  sched.advance_time(4s);
  EXPECT_EQ(ask(1).said, true) << "it has paid meanwhile";
}

TEST_F(Signature, BooksThatAreSilentAndChainsThatAreNotOursAreNoNo) {
  stands(plasma, 1);
  paid_on = [](const address&) { return std::nullopt; };
  start();
  EXPECT_EQ(ask(1).code, errc::unavailable);
  paid_on = [](const address&) { return std::vector<std::uint64_t>{9745, 8453}; };
  EXPECT_EQ(ask(1).code, errc::unavailable) << "the settings have no Base any more";
  EXPECT_EQ(calls, 0U);
}

TEST_F(Signature, ANodeThatLiesMakesNoWalletOfAnAccount) {
  plasma.nodes = 3;
  plasma.quirk = [](std::uint32_t node, const chain::rpc_request& x) {
    const bool asks = x.method == "eth_getCode";
    return node == 0 ? std::optional{fake_node::ok(asks ? "0x60" : magic)} : std::nullopt;
  };
  start();
  EXPECT_EQ(ask(1).code, errc::unavailable) << "the nodes contradict each other";
  plasma.quirk = [](std::uint32_t node, const chain::rpc_request& x) {
    const bool asks = x.method == "eth_getCode";
    return node == 0 ? std::optional{fake_node::ok(asks ? "0x60" : magic)}
                     : std::optional{fake_node::silent(chain::rpc_status::unreachable)};
  };
  EXPECT_EQ(ask(1).code, errc::unavailable) << "one word is not enough where there are more";
}

TEST_F(Signature, TwoNodesOfThreeAreEnoughWhileTheThirdIsSilent) {
  plasma.nodes = 3;
  stands(plasma, 1);
  plasma.quirk = [](std::uint32_t node, const chain::rpc_request&) {
    return node == 1 ? std::optional{fake_node::silent(chain::rpc_status::unreachable)}
                     : std::nullopt;
  };
  start();
  EXPECT_EQ(ask(1).said, true);
  verdict = [](const json&) { return fake_node::error(3, "execution reverted"); };
  EXPECT_EQ(ask(1).said, false);
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
