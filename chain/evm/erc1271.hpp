#pragma once

#include "domain/bytes.hpp"

/// ERC-1271: a contract says itself whether a signature is its own.
namespace headroom::chain::erc1271 {

/// isValidSignature(bytes32,bytes), to be called on the signer.
[[nodiscard]] byte_vector valid_call(const hash256& digest, byte_view signature);
/// Whether that call's answer is a yes: the magic word and nothing else. An account without code
/// answers nothing.
[[nodiscard]] bool says_valid(byte_view answer);

}  // namespace headroom::chain::erc1271
