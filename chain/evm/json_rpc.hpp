#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "chain/evm/node_health.hpp"
#include "domain/bytes.hpp"
#include "net/http_client.hpp"

namespace headroom::chain {

struct rpc_request {
  std::string method;
  nlohmann::json params = nlohmann::json::array();
  /// The only node that may answer, by its place in the list; nothing: any, in order of health.
  std::optional<std::uint32_t> node{};
};

enum class rpc_status : std::uint8_t {
  ok = 0,           // `value` is the result
  error = 1,        // a node said no: `error`
  unreachable = 2,  // no node got the request
  maybe_sent = 3,   // a node may have got it, no node answered
};

struct rpc_error {
  std::int64_t code = 0;
  std::string message;
  byte_vector data;  // decoded from hex; empty when there is none
};

struct rpc_result {
  rpc_status status = rpc_status::unreachable;
  nlohmann::json value;
  rpc_error error;
  /// An earlier node may have got the same request before this answer came from the next one.
  bool repeated = false;
  std::uint32_t node = 0;   // who answered, by its place in the list
  std::uint32_t nodes = 1;  // how many there are to ask
};

struct json_rpc_options {
  /// Of a whole call, over all nodes: each gets an equal share of what is left. Below the patience
  /// of those who ask (core_settings::patience.load), or a silent node would hide the next one.
  std::chrono::milliseconds timeout{4'500};
  node_rules rules{};
  /// The chain that every node must be on, asked at its first use, after a failure, and when it
  /// takes over from another; 0: not asked.
  std::uint64_t chain_id = 0;
  /// Several nodes: how often their heads are compared while calls are made; 0: never.
  std::chrono::milliseconds compare_heads{10'000};
};

/// JSON-RPC 2.0 over a list of nodes. Every method we call may be repeated (a raw transaction has
/// one hash), so a node that fails, limits us, lags or is on another chain is followed by the next
/// and left alone for a while (node_rules). A node that asked for a rest is not called before it is
/// over, also when it is the only one. What our own client refuses says nothing of a node: the call
/// ends there. Thread-safe; calls in progress outlive the object.
class json_rpc {
 public:
  json_rpc(std::shared_ptr<net::http_client> http, std::vector<std::string> urls,
           json_rpc_options options = {});

  /// `done` runs exactly once, under the rules of http_client::request.
  void call(rpc_request request, std::function<void(rpc_result)> done) const;

 private:
  class nodes;
  std::shared_ptr<nodes> nodes_;
};

}  // namespace headroom::chain
