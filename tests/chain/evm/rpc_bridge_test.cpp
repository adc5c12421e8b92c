#include "chain/evm/rpc_bridge.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>
#include <deque>

#include "tests/chain/evm/fake_node.hpp"

namespace headroom::test {
namespace {

using chain::rpc_request;
using chain::rpc_result;
using chain::rpc_status;

struct testing_config : caf::actor_system_config {
  testing_config() { set("scheduler.policy", caf::atom("testing")); }
};

/// Several nodes behind a client that may fail over between any two calls.
struct OneNode : testing::Test {
  testing_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());

  std::deque<std::optional<std::uint32_t>> turns;   // who answers the calls that name no node
  std::set<std::uint32_t> away;                     // say nothing when they are named
  std::set<std::uint32_t> refusing;                 // answer with an error
  std::vector<std::optional<std::uint32_t>> named;  // by each call

  rpc_result answer(const rpc_request& x) {
    named.push_back(x.node);
    auto by = x.node;
    if (by && away.contains(*by)) by.reset();
    if (!x.node && !turns.empty()) {
      by = turns.front();
      turns.pop_front();
    }
    if (!by) return fake_node::silent(rpc_status::unreachable);
    auto out = refusing.contains(*by) ? fake_node::error(-32000, "no") : fake_node::ok(x.method);
    out.node = *by;
    out.nodes = 3;
    return out;
  }
  chain::rpc_actor client() {
    return sys.spawn([this]() -> chain::rpc_actor::behavior_type {
      return {[this](const rpc_request& x) { return answer(x); }};
    });
  }
  /// Answer and node, "-" for silence.
  static std::string heard(const rpc_result& x) {
    if (x.status == rpc_status::unreachable) return "-";
    const auto word = x.status == rpc_status::ok ? x.value.get<std::string>() : x.error.message;
    return word + std::to_string(x.node);
  }
  /// Asks a, b and c; what is heard of each, in their order.
  std::string ask(std::optional<std::uint32_t> whom = {}) {
    named.clear();
    std::string out;
    sys.spawn([&, nodes = client()](caf::event_based_actor* self) {
      const std::vector<rpc_request> calls{{"a"}, {"b"}, {"c"}};
      chain::ask_one_node(self, nodes, calls, whom, [&](const std::vector<rpc_result>& r) {
        for (const auto& x : r) out += (out.empty() ? "" : " ") + heard(x);
      });
    });
    sched.run();
    return out;
  }
};

TEST_F(OneNode, WhoIsNamedAnswersEverything) {
  EXPECT_EQ(ask(2), "a2 b2 c2");
  EXPECT_EQ(named.size(), 3U);
}

TEST_F(OneNode, AnswersOfOneNodeAreTakenAsTheyAre) {
  turns = {1U, 1U, 1U};
  EXPECT_EQ(ask(), "a1 b1 c1");
  EXPECT_EQ(named, std::vector<std::optional<std::uint32_t>>(3)) << "any node may answer";
}

TEST_F(OneNode, AnswersOfSeveralAreAskedAgainOfTheOneThatGaveTheFirst) {
  turns = {1U, 0U, 2U};
  EXPECT_EQ(ask(), "a1 b1 c1");
  EXPECT_EQ(named.size(), 6U);
  turns = {2U, 2U, 0U};
  EXPECT_EQ(ask(), "a2 b2 c2");
  EXPECT_EQ(named.size(), 6U);
}

TEST_F(OneNode, AnErrorIsAnAnswerToo) {
  refusing = {0};
  turns = {1U, 0U, 1U};
  EXPECT_EQ(ask(), "a1 b1 c1");
  turns = {0U, 1U, 1U};
  EXPECT_EQ(ask(), "no0 no0 no0");
}

TEST_F(OneNode, SilenceIsNobodysAnswer) {
  turns = {std::nullopt, 1U, 1U};
  EXPECT_EQ(ask(), "- b1 c1");
  EXPECT_EQ(named.size(), 3U) << "and no reason to ask again";
  turns = {std::nullopt, 1U, 0U};
  EXPECT_EQ(ask(), "a1 b1 c1");
  EXPECT_EQ(ask(), "- - -");
  EXPECT_EQ(named.size(), 3U);
}

TEST_F(OneNode, NobodySpeaksForAnAskedAgainNodeThatFallsSilent) {
  away = {1};
  turns = {1U, 0U, 0U};
  EXPECT_EQ(ask(), "- - -");
  EXPECT_EQ(named.size(), 6U);
}

}  // namespace
}  // namespace headroom::test
