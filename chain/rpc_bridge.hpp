#pragma once

#include <caf/all.hpp>
#include <memory>
#include <vector>

#include "actors/latency.hpp"
#include "chain/json_rpc.hpp"

/// Where actors meet sockets: an HTTP or JSON-RPC client looks like an actor, so that a question to
/// a node is an ordinary `request(...).then(...)` and a test puts a lambda in its place.
namespace headroom::chain {

using rpc_actor = caf::typed_actor<caf::replies_to<rpc_request>::with<rpc_result>>;

struct http_call {
  http_request request;
  std::chrono::milliseconds timeout{5'000};
};
using http_actor = caf::typed_actor<caf::replies_to<http_call>::with<http_result>>;

/// The handles' owners answer from the client's I/O thread, exactly once and within the client's
/// own timeouts (so askers need none), and survive askers that are gone. The client must be stopped
/// before the actor system goes. `times`, which outlives the client, gets how long each answer
/// took.
[[nodiscard]] rpc_actor make_rpc_actor(caf::actor_system& sys,
                                       std::shared_ptr<const json_rpc> client,
                                       actors::latency_histogram* times = nullptr);
[[nodiscard]] http_actor make_http_actor(caf::actor_system& sys,
                                         std::shared_ptr<http_client> client,
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

}  // namespace headroom::chain

// They never leave the process: JSON values have no place on the wire between nodes.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::rpc_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::rpc_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::http_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(headroom::chain::http_result)
