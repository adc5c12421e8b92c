#pragma once

#include "chain/evm/rpc_bridge.hpp"

/// Up to two nodes asked the same: one node's word alone, where there is another, moves nothing.
namespace headroom::chain::polymarket {

/// One node's answers, or two nodes', each in the order of the questions.
using node_answers = std::vector<std::vector<rpc_result>>;

/// What they say to one question: a lone word counts, two must agree.
enum class told : std::uint8_t { nothing, yes, no, both };

template <class Read>
told told_by(const node_answers& said, std::size_t at, Read read) {
  bool yes = false;
  bool no = false;
  for (const auto& node : said) {
    const std::optional<bool> word = read(node[at]);
    if (word) (*word ? yes : no) = true;
  }
  if (yes && no) return told::both;
  return yes ? told::yes : no ? told::no : told::nothing;
}

/// Asks one node, and another one too where there is one: `done(node_answers&)` runs in `self`.
template <class Self, class Done>
void ask_two_nodes(Self* self, const rpc_actor& rpc, std::vector<rpc_request> calls, Done done) {
  ask_one_node(self, rpc, calls, std::nullopt,
               [self, rpc, calls, done](std::vector<rpc_result>& first) mutable {
                 node_answers all;
                 const auto nodes = first.front().nodes;
                 const auto other = nodes < 2 ? 0 : (first.front().node + 1) % nodes;
                 all.push_back(std::move(first));
                 if (nodes < 2) return done(all);
                 ask_one_node(self, rpc, std::move(calls), other,
                              [all = std::move(all), done](std::vector<rpc_result>& r) mutable {
                                all.push_back(std::move(r));
                                done(all);
                              });
               });
}

}  // namespace headroom::chain::polymarket
