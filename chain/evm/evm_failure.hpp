#pragma once

#include "chain/evm/json_rpc.hpp"

namespace headroom::chain {

/// Whether the error of an eth_call or eth_estimateGas is the contract's own doing: a revert, or a
/// halt (INVALID, out of gas, the stack, a bad jump, a write in a static call). It says nothing
/// against the node, and asking again changes nothing. What a node gives up itself (a time-out, a
/// missing block, a limit) is none.
[[nodiscard]] bool failed_in_evm(const rpc_error& e);

}  // namespace headroom::chain
