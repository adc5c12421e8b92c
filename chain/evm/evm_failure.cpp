#include "chain/evm/evm_failure.hpp"

#include <algorithm>
#include <array>

namespace headroom::chain {
namespace {

constexpr std::int64_t reverted = 3;                 // geth and most others since 2020
constexpr std::int64_t vm_execution_error = -32015;  // OpenEthereum, Nethermind

/// Lower case, as parts of what geth, erigon, reth, anvil, Nethermind, Besu and Hardhat say
/// (facts/x402.md, changes of 2026-11-29).
constexpr std::array<std::string_view, 24> words{
    "execution reverted",
    "transaction reverted",
    "vm exception while processing transaction",
    "vm execution error",
    "evm error",  // anvil and reth, before the halt's name
    "out of gas",
    "gas exhausted",
    "gas required exceeds",
    "gas uint64 overflow",
    "intrinsic gas too low",
    "invalid opcode",
    "bad instruction",
    "opcode not found",
    "undefined instruction",
    "stack underflow",
    "stack overflow",
    "stack limit reached",
    "invalid jump",
    "bad jump destination",
    "write protection",
    "static state change",
    "return data out of bounds",
    "max call depth exceeded",
    "call depth exceeded",
};

}  // namespace

bool failed_in_evm(const rpc_error& e) {
  if (e.code == reverted || e.code == vm_execution_error) return true;
  auto text = e.message;
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

}  // namespace headroom::chain
