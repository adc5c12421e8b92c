#pragma once

#include <optional>
#include <span>
#include <vector>

#include "domain/bytes.hpp"

namespace headroom::chain {

/// One event as a receipt or eth_getLogs has it.
struct log_entry {
  address emitter;
  std::vector<hash256> topics;
  byte_vector data;
  hash256 tx_hash;
  std::uint64_t block_number = 0;
  std::uint64_t index = 0;  // in its block
  hash256 block_hash{};     // zero: the node did not say
};

/// Transfer(address indexed from, address indexed to, uint256 value) of any token.
struct transfer_event {
  address token;
  address from;
  address to;
  uint256 value;
};

[[nodiscard]] hash256 transfer_topic();
[[nodiscard]] std::optional<transfer_event> decode_transfer(const log_entry& log);

/// What `to` got of `token` in these logs: the sum of Transfer(to). Nothing when the
/// sum does not fit a signed 64-bit number of the token's smallest units.
[[nodiscard]] std::optional<std::int64_t> received(std::span<const log_entry> logs,
                                                   const address& token, const address& to);

// calldata
[[nodiscard]] byte_vector balance_of_call(const address& owner);
[[nodiscard]] byte_vector allowance_call(const address& owner, const address& spender);
[[nodiscard]] byte_vector approve_call(const address& spender, const uint256& value);
[[nodiscard]] byte_vector transfer_call(const address& to, const uint256& value);
[[nodiscard]] byte_vector decimals_call();

}  // namespace headroom::chain
