#pragma once

#include <optional>

#include "chain/evm/eip712.hpp"
#include "chain/evm/erc20.hpp"
#include "chain/evm/secp256k1.hpp"
#include "domain/records.hpp"

/// EIP-3009 transferWithAuthorization: the payer signs, anyone submits.
namespace headroom::chain::eip3009 {

/// The signed message, as wide as the wire allows.
struct transfer {
  address from;
  address to;
  uint256 value;
  uint256 valid_after;
  uint256 valid_before;
  hash256 nonce;
};
[[nodiscard]] transfer message_of(const authorization& a);

[[nodiscard]] hash256 digest(const eip712::domain& token, const transfer& message);

// calldata
/// The (v, r, s) overload: for signatures of plain accounts.
[[nodiscard]] byte_vector transfer_call(const transfer& message, const signature& sig);
/// The `bytes` overload: the token asks the payer's contract (ERC-1271).
[[nodiscard]] byte_vector transfer_call(const transfer& message, byte_view sig);
/// bool authorizationState(from, nonce): used or cancelled.
[[nodiscard]] byte_vector state_call(const address& from, const hash256& nonce);
[[nodiscard]] byte_vector domain_separator_call();

// events
[[nodiscard]] hash256 used_topic();      // AuthorizationUsed(address indexed, bytes32 indexed)
[[nodiscard]] hash256 canceled_topic();  // AuthorizationCanceled(address indexed, bytes32 indexed)

enum class event_kind : std::uint8_t { used = 0, canceled = 1 };
struct event {
  event_kind kind = event_kind::used;
  address token;
  address authorizer;
  hash256 nonce;
};
[[nodiscard]] std::optional<event> decode_event(const log_entry& log);

/// The Transfer by which this authorization paid exactly `value` to `to`, among the logs of one
/// transaction, in their order. The token says first that the authorization is used and then what
/// it moved, so only its very next Transfer counts: a transaction may use many authorizations and
/// move money in other ways beside, and none of that may prove two payments.
[[nodiscard]] std::optional<log_entry> proof_of(const authorization& a,
                                                std::span<const log_entry> logs);

}  // namespace headroom::chain::eip3009
