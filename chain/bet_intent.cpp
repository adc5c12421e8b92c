#include "chain/bet_intent.hpp"

#include "chain/eip712.hpp"
#include "chain/keccak.hpp"
#include "chain/secp256k1.hpp"

namespace headroom::chain {

std::optional<hash256> digest_of(const actors::bet_intent& intent) {
  if (intent.amount.micro < 0 || intent.max_price.micro < 0 || intent.deadline < 0)
    return std::nullopt;
  static const auto separator = eip712::separator({"Headroom", "1", 137, std::nullopt});
  return eip712::digest(
      separator, eip712::struct_hash{"BetIntent(address user,uint256 tokenId,uint256 amount,"
                                     "uint256 maxPrice,bytes32 idempotencyKey,uint256 deadline)"}
                     .account(intent.user)
                     .word(intent.token.view())
                     .number(static_cast<std::uint64_t>(intent.amount.micro))
                     .number(static_cast<std::uint64_t>(intent.max_price.micro))
                     .word(keccak256(intent.idempotency_key).view())
                     .number(static_cast<std::uint64_t>(intent.deadline))
                     .done());
}

std::optional<address> signer_of(const actors::bet_intent& intent, std::string_view signature) {
  const auto bytes = signature65::parse(signature);
  const auto digest = digest_of(intent);
  if (!bytes || !digest) return std::nullopt;
  const auto found = recover(*digest, bytes->view());
  if (found.error != signature_error::none) return std::nullopt;
  return found.signer;
}

}  // namespace headroom::chain
