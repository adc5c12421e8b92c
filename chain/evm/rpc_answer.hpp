#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "chain/evm/json_rpc.hpp"

namespace headroom::chain {

/// A node's HTTP answer to one JSON-RPC request: what it says, and of whom.
struct rpc_reading {
  enum class about : std::uint8_t {
    question,  // the node's answer
    us,        // our own client did not send it
    limit,     // the node wants to be left alone
    method,    // the node does not serve it, or stumbled over it: another may know better
    node,      // no answer, or one that only a broken node gives
  };
  about what = about::node;
  std::optional<rpc_result> result;
  std::optional<std::chrono::milliseconds> wait;  // with a limit, when the node says
  bool silent = false;
  bool maybe_sent = false;  // something behind the address may have the request
};

/// @param id  of the request; an answer to another one is none.
[[nodiscard]] rpc_reading read_rpc_answer(const net::http_result& answer, std::string_view method,
                                          std::uint64_t id);

}  // namespace headroom::chain
