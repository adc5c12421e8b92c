#include "chain/evm/bet_intent.hpp"

#include <algorithm>

#include "chain/evm/eip712.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/secp256k1.hpp"

namespace headroom::chain {

std::vector<hash256> digests_of(const actors::bet_intent& intent,
                                const actors::signing_domain& domain) {
  if (intent.amount.micro < 0 || intent.max_price.micro < 0 || intent.deadline < 0) return {};
  const auto message =
      eip712::struct_hash{
          "BetIntent(address user,uint256 tokenId,uint256 amount,"
          "uint256 maxPrice,bytes32 idempotencyKey,uint256 deadline)"}
          .account(intent.user)
          .word(intent.token.view())
          .number(static_cast<std::uint64_t>(intent.amount.micro))
          .number(static_cast<std::uint64_t>(intent.max_price.micro))
          .word(keccak256(intent.idempotency_key).view())
          .number(static_cast<std::uint64_t>(intent.deadline))
          .done();
  std::vector<hash256> out;
  for (const auto chain_id : domain.chain_ids)
    out.push_back(eip712::digest(
        eip712::separator({"Headroom", "1", chain_id, domain.verifying_contract}), message));
  return out;
}

bool signed_by_user(const actors::bet_intent& intent, const actors::signing_domain& domain,
                    std::string_view signature) {
  const auto bytes = signature65::parse(signature);
  if (!bytes) return false;
  const auto digests = digests_of(intent, domain);
  return std::any_of(digests.begin(), digests.end(), [&](const auto& digest) {
    const auto found = recover(digest, bytes->view());
    return found.error == signature_error::none && found.signer == intent.user;
  });
}

}  // namespace headroom::chain
