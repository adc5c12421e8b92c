#pragma once

#include <algorithm>
#include <caf/all.hpp>
#include <memory>
#include <vector>

#include "actors/latency.hpp"
#include "actors/ports.hpp"
#include "chain/evm/json_rpc.hpp"

namespace headroom::actors {
class alert_board;
}

/// Where actors meet sockets: an HTTP or JSON-RPC client looks like an actor, so that a question to
/// a node is an ordinary `request(...).then(...)` and a test puts a lambda in its place.
namespace headroom::chain {

/// The same, and while a node fails the alert `node.failed` lasts, of "CHAIN/NODE". The board must
/// outlive the client's calls.
[[nodiscard]] json_rpc_options with_alerts(json_rpc_options options, actors::alert_board& alerts,
                                           actors::wall_clock now);

using rpc_actor = caf::typed_actor<caf::replies_to<rpc_request>::with<rpc_result>>;

struct http_call {
  net::http_request request;
  std::chrono::milliseconds timeout{5'000};
};
using http_actor = caf::typed_actor<caf::replies_to<http_call>::with<net::http_result>>;

/// The handles' owners answer from the client's I/O thread, exactly once and within the client's
/// own timeouts (so askers need none), and survive askers that are gone. The client must be stopped
/// before the actor system goes. `times`, which outlives the client, gets how long each answer
/// took.
[[nodiscard]] rpc_actor make_rpc_actor(caf::actor_system& sys,
                                       std::shared_ptr<const json_rpc> client,
                                       actors::latency_histogram* times = nullptr);
[[nodiscard]] http_actor make_http_actor(caf::actor_system& sys,
                                         std::shared_ptr<net::http_client> client,
                                         actors::latency_histogram* times = nullptr);

/// Asks everything at once; `done(std::vector<rpc_result>&)` runs in `self` when all have answered,
/// results in the order of the calls. The answers are no snapshot: blocks may pass between them.
template <class Self, class Done>
void ask_all(Self* self, const rpc_actor& rpc, std::vector<rpc_request> calls, Done done) {
  struct gathering {
    std::vector<rpc_result> results;
    std::size_t missing;
    Done done;
    void add(std::size_t i, rpc_result r) {
      results[i] = std::move(r);
      if (--missing == 0) done(results);
    }
  };
  auto all = std::make_shared<gathering>(
      gathering{std::vector<rpc_result>(calls.size()), calls.size(), std::move(done)});
  if (calls.empty()) return all->done(all->results);
  for (std::size_t i = 0; i < calls.size(); ++i)
    self->request(rpc, caf::infinite, std::move(calls[i]))
        .then([all, i](rpc_result& r) { all->add(i, std::move(r)); },
              [all, i](const caf::error&) { all->add(i, {}); });
}

/// As ask_all, all answered by one and the same node, so that they speak of one chain and hardly
/// more than one moment. `node`: that one and no other; nothing: whichever is asked first. When a
/// fail-over mixed the answers they are asked again of the one that gave the first of them.
template <class Self, class Done>
void ask_one_node(Self* self, const rpc_actor& rpc, std::vector<rpc_request> calls,
                  std::optional<std::uint32_t> node, Done done) {
  for (auto& c : calls) c.node = node;
  if (node) return ask_all(self, rpc, std::move(calls), std::move(done));
  auto again = calls;
  ask_all(self, rpc, std::move(calls),
          [self, rpc, again = std::move(again),
           done = std::move(done)](std::vector<rpc_result>& r) mutable {
            const auto answered = [](const auto& x) {
              return x.status == rpc_status::ok || x.status == rpc_status::error;
            };
            const auto first = std::find_if(r.begin(), r.end(), answered);
            const bool mixed = std::any_of(first, r.end(), [&](const auto& x) {
              return answered(x) && x.node != first->node;
            });
            if (!mixed) return done(r);
            ask_one_node(self, rpc, std::move(again), first->node, std::move(done));
          });
}

/// Asks every configured node the same, each by itself, and gives their answers in the nodes'
/// order: for a question whose `null` or `[]` moves money one node's word is not enough.
template <class Self, class Done>
void ask_every_node(Self* self, const rpc_actor& rpc, rpc_request call, Done done) {
  call.node = 0;
  self->request(rpc, caf::infinite, call)
      .then(
          [self, rpc, call, done](rpc_result& first) mutable {
            std::vector<rpc_request> calls;
            for (std::uint32_t i = 1; i < first.nodes; ++i) {
              calls.push_back(call);
              calls.back().node = i;
            }
            ask_all(self, rpc, std::move(calls),
                    [first = std::move(first),
                     done = std::move(done)](std::vector<rpc_result>& rest) mutable {
                      rest.insert(rest.begin(), std::move(first));
                      done(rest);
                    });
          },
          [done](const caf::error&) mutable {
            std::vector<rpc_result> nobody(1);
            done(nobody);
          });
}

}  // namespace headroom::chain

// They never leave the process: JSON values have no place on the wire between nodes.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::rpc_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::rpc_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::http_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::net::http_result)
