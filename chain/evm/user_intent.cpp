#include "chain/evm/user_intent.hpp"

#include <algorithm>

#include "chain/evm/eip712.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/secp256k1.hpp"

namespace headroom::chain {
namespace {

constexpr std::string_view bet_type =
    "BetIntent(address user,uint256 tokenId,uint256 amount,"
    "uint256 maxPrice,bytes32 idempotencyKey,uint256 deadline)";
constexpr std::string_view sell_type =
    "SellIntent(address user,uint256 tokenId,uint256 shares,"
    "uint256 minPrice,bytes32 idempotencyKey,uint256 deadline)";

constexpr std::string_view withdraw_type =
    "WithdrawIntent(address user,address to,uint256 amount,bytes32 idempotencyKey,"
    "uint256 deadline)";

constexpr std::string_view delegation_type =
    "BetDelegation(address user,bytes publicKey,uint256 perBet,uint256 total,uint256 expires,"
    "bytes32 salt)";

std::vector<hash256> under(const actors::signing_domain& domain, const hash256& message) {
  std::vector<hash256> out;
  for (const auto chain_id : domain.chain_ids)
    out.push_back(eip712::digest(
        eip712::separator({"Headroom", "1", chain_id, domain.verifying_contract}), message));
  return out;
}

/// Both messages have the same fields in the same order: how much of which token, and at which
/// price.
template <class Intent>
std::vector<hash256> digests(std::string_view type, const Intent& intent, std::int64_t how_much,
                             usdc price, const actors::signing_domain& domain) {
  if (how_much < 0 || price.micro < 0 || intent.deadline < 0) return {};
  const auto message = eip712::struct_hash{type}
                           .account(intent.user)
                           .word(intent.token.view())
                           .number(static_cast<std::uint64_t>(how_much))
                           .number(static_cast<std::uint64_t>(price.micro))
                           .word(keccak256(intent.idempotency_key).view())
                           .number(static_cast<std::uint64_t>(intent.deadline))
                           .done();
  return under(domain, message);
}

bool signed_one_of(const std::vector<hash256>& digests, const address& user,
                   std::string_view signature) {
  const auto bytes = signature65::parse(signature);
  if (!bytes) return false;
  return std::any_of(digests.begin(), digests.end(), [&](const auto& digest) {
    const auto found = recover(digest, bytes->view());
    return found.error == signature_error::none && found.signer == user;
  });
}

}  // namespace

std::vector<hash256> digests_of(const actors::bet_intent& intent,
                                const actors::signing_domain& domain) {
  return digests(bet_type, intent, intent.amount.micro, intent.max_price, domain);
}

std::vector<hash256> digests_of(const actors::sell_intent& intent,
                                const actors::signing_domain& domain) {
  return digests(sell_type, intent, intent.shares.micro, intent.min_price, domain);
}

std::vector<hash256> digests_of(const actors::withdraw_intent& intent,
                                const actors::signing_domain& domain) {
  if (intent.amount.micro < 0 || intent.deadline < 0) return {};
  return under(domain, eip712::struct_hash{withdraw_type}
                           .account(intent.user)
                           .account(intent.to)
                           .number(static_cast<std::uint64_t>(intent.amount.micro))
                           .word(keccak256(intent.idempotency_key).view())
                           .number(static_cast<std::uint64_t>(intent.deadline))
                           .done());
}

std::vector<hash256> digests_of(const actors::bet_delegation& intent,
                                const actors::signing_domain& domain) {
  if (intent.per_bet.micro < 0 || intent.total.micro < 0 || intent.expires < 0) return {};
  return under(domain, eip712::struct_hash{delegation_type}
                           .account(intent.user)
                           .word(keccak256(byte_view{intent.public_key}).view())
                           .number(static_cast<std::uint64_t>(intent.per_bet.micro))
                           .number(static_cast<std::uint64_t>(intent.total.micro))
                           .number(static_cast<std::uint64_t>(intent.expires))
                           .word(intent.salt.view())
                           .done());
}

bool signed_by_user(const actors::bet_delegation& intent, const actors::signing_domain& domain,
                    std::string_view signature) {
  return signed_one_of(digests_of(intent, domain), intent.user, signature);
}

hash256 digest_of_text(std::string_view text) {
  std::string whole{
      "\x19"
      "Ethereum Signed Message:\n"};
  whole.append(std::to_string(text.size())).append(text);
  return keccak256(whole);
}

bool signed_by_user(const address& user, std::string_view text, std::string_view signature) {
  return signed_one_of({digest_of_text(text)}, user, signature);
}

bool signed_by_user(const actors::bet_intent& intent, const actors::signing_domain& domain,
                    std::string_view signature) {
  return signed_one_of(digests_of(intent, domain), intent.user, signature);
}

bool signed_by_user(const actors::sell_intent& intent, const actors::signing_domain& domain,
                    std::string_view signature) {
  return signed_one_of(digests_of(intent, domain), intent.user, signature);
}

bool signed_by_user(const actors::withdraw_intent& intent, const actors::signing_domain& domain,
                    std::string_view signature) {
  return signed_one_of(digests_of(intent, domain), intent.user, signature);
}

}  // namespace headroom::chain
