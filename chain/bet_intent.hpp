#pragma once

#include <optional>
#include <string_view>

#include "actors/ports.hpp"

/// The EIP-712 message by which a user orders a bet:
///   BetIntent(address user,uint256 tokenId,uint256 amount,uint256 maxPrice,
///             bytes32 idempotencyKey,uint256 deadline)
/// under the domain {Headroom, 1, 137}, which names no contract.
namespace headroom::chain {

/// What is signed; nothing when an amount, a price or the deadline is negative.
[[nodiscard]] std::optional<hash256> digest_of(const actors::bet_intent& intent);

/// Who signed it. `signature` is hex of r || s || v; nothing when it is malformed or malleated. The
/// caller compares the answer with `intent.user`.
[[nodiscard]] std::optional<address> signer_of(const actors::bet_intent& intent,
                                               std::string_view signature);

}  // namespace headroom::chain
