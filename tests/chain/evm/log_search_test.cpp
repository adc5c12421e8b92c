#include "chain/evm/log_search.hpp"

#include <gtest/gtest.h>

#include <caf/scheduler/test_coordinator.hpp>

#include "chain/evm/keccak.hpp"
#include "chain/treasury/unowned_sends.hpp"
#include "tests/chain/evm/fake_node.hpp"

namespace headroom::test {
namespace {

using chain::log_findings;
using chain::log_search;
using chain::rpc_request;
using chain::rpc_result;

struct testing_config : caf::actor_system_config {
  testing_config() { set("scheduler.policy", caf::atom("testing")); }
};

/// Nodes that have events in some blocks and give at most so many blocks at once.
struct LogSearch : testing::Test {
  testing_config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());

  std::uint32_t nodes = 1;
  std::uint64_t most_blocks = 10'000;
  rpc_result refusal = fake_node::error(-32602, "range 2000 exceeds limit of 1000");
  std::map<std::uint32_t, std::vector<std::uint64_t>> events;  // by node: the blocks
  std::vector<std::uint32_t> silent;
  std::vector<std::uint32_t> pruned;
  int calls = 0;
  std::vector<hash256> ours;  // transactions in the outbox

  static hash256 tx_in(std::uint64_t block) {
    return chain::keccak256("tx " + std::to_string(block));
  }

  rpc_result answer(const rpc_request& x) {
    ++calls;
    const auto node = x.node.value_or(0);
    auto out = logs_of(node, x);
    out.node = node;
    out.nodes = nodes;
    return out;
  }
  rpc_result logs_of(std::uint32_t node, const rpc_request& x) {
    if (std::find(silent.begin(), silent.end(), node) != silent.end())
      return fake_node::silent(chain::rpc_status::unreachable);
    if (std::find(pruned.begin(), pruned.end(), node) != pruned.end())
      return fake_node::error(4444, "pruned history unavailable");
    const auto from = *chain::eth::read_number(x.params.at(0).at("fromBlock"));
    const auto to = *chain::eth::read_number(x.params.at(0).at("toBlock"));
    if (to - from + 1 > most_blocks) return refusal;
    auto list = json::array();
    for (const auto block : events[node])
      if (block >= from && block <= to)
        list.push_back({{"address", address{}.hex()},
                        {"topics", json::array()},
                        {"data", "0x"},
                        {"transactionHash", tx_in(block).hex()},
                        {"blockNumber", chain::eth::quantity(block)},
                        {"blockHash", chain::keccak256(std::to_string(block)).hex()},
                        {"logIndex", "0x0"}});
    return fake_node::ok(std::move(list));
  }
  chain::rpc_actor rpc() {
    return sys.spawn([this]() -> chain::rpc_actor::behavior_type {
      return {[this](const rpc_request& x) { return answer(x); }};
    });
  }
  log_findings find(bool forwards, log_search s) {
    log_findings out;
    sys.spawn([&, node = rpc()](caf::event_based_actor* self) {
      const auto done = [&](const log_findings& found) { out = found; };
      forwards ? chain::search_logs_forward(self, node, s, done)
               : chain::search_logs(self, node, s, done);
    });
    sched.run();
    return out;
  }
  static log_search range(std::uint64_t from, std::uint64_t to) {
    log_search s;
    s.lowest = from;
    s.highest = to;
    s.chunk = 100;
    return s;
  }
};

TEST_F(LogSearch, FindsTheNewestOrTheOldestPieceThatHasAny) {
  events[0] = {150, 950};
  EXPECT_EQ(find(false, range(0, 999)).logs.front().block_number, 950U);
  const auto oldest = find(true, range(0, 999));
  EXPECT_EQ(oldest.logs.front().block_number, 150U);
  EXPECT_EQ(oldest.next, 200U);
  EXPECT_FALSE(oldest.complete);
  const auto none = find(true, range(200, 900));
  EXPECT_TRUE(none.readable && none.complete && none.logs.empty());
}

TEST_F(LogSearch, ARangeThatIsTooLargeIsHalvedDownToOneBlock) {
  events[0] = {77};
  for (const auto most : {50U, 5U, 1U}) {
    most_blocks = most;
    auto s = range(0, 99);
    s.max_chunks = 1'000;
    for (const bool forwards : {false, true}) {
      const auto found = find(forwards, s);
      ASSERT_EQ(found.logs.size(), 1U) << most;
      EXPECT_EQ(found.logs.front().block_number, 77U);
      EXPECT_LE(found.chunk, most);
    }
  }
  most_blocks = 0;  // whatever the range
  EXPECT_FALSE(find(true, range(0, 99)).readable);
}

TEST_F(LogSearch, OtherErrorsEndIt) {
  most_blocks = 0;
  refusal = fake_node::error(4444, "pruned history unavailable");
  EXPECT_FALSE(find(false, range(0, 99)).readable);
  EXPECT_EQ(calls, 1);
}

TEST_F(LogSearch, AnEmptyPieceIsAskedOfEveryNodeWhereNoneMovesMoney) {
  nodes = 2;
  events[1] = {42};  // the first node has forgotten it
  auto s = range(0, 99);
  EXPECT_TRUE(find(true, s).logs.empty());
  s.every_node = true;
  EXPECT_EQ(find(true, s).logs.size(), 1U);
  events[1].clear();
  EXPECT_TRUE(find(true, s).proven);
  silent = {1};
  const auto alone = find(true, s);
  EXPECT_TRUE(alone.complete);
  EXPECT_FALSE(alone.proven) << "one of two nodes is no proof";
  EXPECT_EQ(alone.next, 0U) << "nothing is done with";
  EXPECT_EQ(alone.walked, 100U);
}

TEST_F(LogSearch, WhatOneNodeCannotReadAnotherMayHave) {
  nodes = 2;
  events[1] = {42};
  pruned = {0};
  auto s = range(0, 99);
  EXPECT_FALSE(find(true, s).readable);
  s.every_node = true;
  const auto found = find(true, s);
  ASSERT_EQ(found.logs.size(), 1U);
  EXPECT_EQ(found.node, 1U);
}

TEST_F(LogSearch, WhatItCostsIsTold) {
  nodes = 2;
  auto s = range(0, 999);
  s.every_node = true;
  EXPECT_EQ(find(true, s).requests, 20U);
  most_blocks = 10;
  s = range(0, 9);
  EXPECT_EQ(find(true, s).requests, 1U);
}

TEST_F(LogSearch, SendsThatNoOperationOwnsAreNamed) {
  events[0] = {10, 250, 260};
  ours = {tx_in(10), tx_in(260)};
  const auto query = caf::actor_cast<actors::query_actor>(sys.spawn([this]() -> caf::behavior {
    return {[this](actors::get_atom, const std::vector<hash256>& asked) {
      std::vector<chain_operation> rows;
      for (const auto& hash : asked)
        if (std::find(ours.begin(), ours.end(), hash) != ours.end())
          rows.emplace_back().tx_hash = hash;
      return rows;
    }};
  }));
  chain::send_findings found;
  std::uint32_t chunks = 50;
  const auto look = [&] {
    found = {};
    sys.spawn([&, node = rpc()](caf::event_based_actor* self) {
      chain::send_search s;
      s.to_block = 999;
      s.chunk = 100;
      s.max_chunks = chunks;
      chain::find_unowned_sends(self, node, query, std::chrono::seconds{5}, s,
                                [&](const chain::send_findings& x) { found = x; });
    });
    sched.run();
  };
  look();
  ASSERT_TRUE(found.whole);
  ASSERT_EQ(found.unowned.size(), 1U);
  EXPECT_EQ(found.unowned.front().block_number, 250U);
  ours.push_back(tx_in(250));
  look();
  EXPECT_TRUE(found.whole && found.unowned.empty());
  chunks = 4;
  look();
  EXPECT_TRUE(found.readable);
  EXPECT_FALSE(found.whole) << "a range of ten pieces, and the last events are in the third";
  EXPECT_EQ(found.next, 700U) << "where the next look goes on";
  chunks = 50;
  nodes = 2;
  silent = {1};
  look();
  EXPECT_TRUE(found.readable);
  EXPECT_FALSE(found.whole) << "one node's word is not enough to send again";
  silent = {0, 1};
  look();
  EXPECT_FALSE(found.readable) << "cannot be told: then nothing may be sent";
}

}  // namespace
}  // namespace headroom::test
