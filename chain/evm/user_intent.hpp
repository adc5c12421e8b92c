#pragma once

#include <string_view>
#include <vector>

#include "actors/ports.hpp"

/// The EIP-712 messages by which a user orders a bet, a sale or a withdrawal:
///   BetIntent(address user,uint256 tokenId,uint256 amount,uint256 maxPrice,
///             bytes32 idempotencyKey,uint256 deadline)
///   SellIntent(address user,uint256 tokenId,uint256 shares,uint256 minPrice,
///              bytes32 idempotencyKey,uint256 deadline)
///   WithdrawIntent(address user,address to,uint256 amount,bytes32 idempotencyKey,
///                  uint256 deadline)
/// and the one by which a user lets a browser's key sign their bets:
///   BetDelegation(address user,bytes publicKey,uint256 perBet,uint256 total,uint256 expires,
///                 bytes32 salt)
/// under the domain {Headroom, 1, chainId, verifyingContract} of one deployment (DESIGN.md section
/// 4).
namespace headroom::chain {

/// What is signed, one digest for each chain id the domain may name; none when an amount, a price
/// or the deadline is negative.
[[nodiscard]] std::vector<hash256> digests_of(const actors::bet_intent& intent,
                                              const actors::signing_domain& domain);
[[nodiscard]] std::vector<hash256> digests_of(const actors::sell_intent& intent,
                                              const actors::signing_domain& domain);
[[nodiscard]] std::vector<hash256> digests_of(const actors::withdraw_intent& intent,
                                              const actors::signing_domain& domain);

[[nodiscard]] std::vector<hash256> digests_of(const actors::bet_delegation& intent,
                                              const actors::signing_domain& domain);

/// Whether the key of `intent.user` signed one of them. `signature` is hex of r || s || v; no when
/// it is malformed or malleated.
[[nodiscard]] bool signed_by_user(const actors::bet_intent& intent,
                                  const actors::signing_domain& domain, std::string_view signature);
[[nodiscard]] bool signed_by_user(const actors::sell_intent& intent,
                                  const actors::signing_domain& domain, std::string_view signature);
[[nodiscard]] bool signed_by_user(const actors::withdraw_intent& intent,
                                  const actors::signing_domain& domain, std::string_view signature);

[[nodiscard]] bool signed_by_user(const actors::bet_delegation& intent,
                                  const actors::signing_domain& domain, std::string_view signature);

/// EIP-191, version 0x45: what "personal_sign" signs of a text, and whether the key of `user` did.
[[nodiscard]] hash256 digest_of_text(std::string_view text);
[[nodiscard]] bool signed_by_user(const address& user, std::string_view text,
                                  std::string_view signature);

}  // namespace headroom::chain
