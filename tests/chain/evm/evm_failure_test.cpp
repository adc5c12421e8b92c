#include "chain/evm/evm_failure.hpp"

#include <gtest/gtest.h>

namespace headroom::chain {
namespace {

TEST(EvmFailure, KnowsWhatContractsEndIn) {
  const rpc_error list[]{
      {3, "execution reverted: no", {}},
      {3, "", {}},
      {-32000, "execution reverted", {}},                        // erigon
      {-32000, "out of gas", {}},                                // geth
      {-32000, "invalid opcode: INVALID", {}},                   // geth
      {-32000, "stack underflow (0 <=> 2)", {}},                 // geth
      {-32000, "stack limit reached 1024 (1023)", {}},           // geth
      {-32000, "invalid jump destination", {}},                  // geth
      {-32000, "write protection", {}},                          // geth
      {-32000, "gas uint64 overflow", {}},                       // geth
      {-32000, "return data out of bounds", {}},                 // geth
      {-32000, "out of gas: gas required exceeds: 600000", {}},  // reth
      {-32003, "out of gas: gas exhausted during memory expansion: 600000", {}},
      {-32003, "EVM error: InvalidFEOpcode", {}},  // reth
      {-32603, "EVM error StackUnderflow", {}},    // anvil
      {-32603, "EVM error InvalidFEOpcode", {}},
      {-32603, "Internal error: EVM error OutOfGas(Basic)", {}},
      {-32015, "VM execution error.", {}},  // Nethermind
      {-32000, "VM Exception while processing transaction: reverted with reason 'x'", {}},
  };
  for (const auto& e : list) EXPECT_TRUE(failed_in_evm(e)) << e.code << " " << e.message;
}

TEST(EvmFailure, KnowsWhatNodesGiveUpThemselves) {
  const rpc_error list[]{
      {-32000, "execution aborted (timeout = 5s)", {}},
      {-32000, "header not found", {}},
      {-32000, "missing trie node", {}},
      {-32005, "limit exceeded", {}},
      {-32601, "the method eth_call does not exist", {}},
      {-32603, "Internal error", {}},
      {429, "too many requests", {}},
  };
  for (const auto& e : list) EXPECT_FALSE(failed_in_evm(e)) << e.code << " " << e.message;
}

}  // namespace
}  // namespace headroom::chain
