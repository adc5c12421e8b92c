#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chain/evm/secp256k1.hpp"
#include "chain/polymarket/fees.hpp"
#include "domain/money.hpp"
#include "domain/order_kind.hpp"
#include "domain/records.hpp"

/// Polymarket CLOB V2: orders, their hash, their text. Their bytes in the books: stored_order.hpp.
namespace headroom::chain::polymarket {

using side = order_side;  // as it is signed
enum class order_type : std::uint8_t { gtc = 0, gtd = 1, fok = 2, fak = 3 };
[[nodiscard]] std::string_view to_string(side s) noexcept;        // "BUY"
[[nodiscard]] std::string_view to_string(order_type t) noexcept;  // "FOK"
[[nodiscard]] constexpr order_type type_of(order_fill f) noexcept {
  return f == order_fill::whole ? order_type::fok : order_type::fak;
}

/// The contract that settles the order: it chooses the EIP-712 domain.
struct exchange {
  std::uint64_t chain_id = 137;
  address contract;
  friend bool operator==(const exchange&, const exchange&) = default;
};
/// The CLOB V2 exchanges of Polygon.
[[nodiscard]] exchange polygon_exchange(bool neg_risk);

/// Salts travel as JSON numbers, so they must survive a double.
inline constexpr std::uint64_t max_salt = (std::uint64_t{1} << 53) - 1;

/// Who may sign for a maker (facts/polymarket.md 2.2). The numbers are the venue's.
enum class signature_kind : std::uint8_t {
  key = 0,    // an ordinary account is maker and signer
  proxy = 1,  // a key signs for the proxy contract that holds the money; not for new orders
  safe = 2,   // likewise for a Safe: accounts from before 2026-05
  deposit_wallet =
      3,  // the wallet is maker and signer; its owner's key signs in its name (ERC-7739)
};

/// What is signed.
struct order {
  std::uint64_t salt = 0;  // <= max_salt
  address maker;
  address signer;
  uint256 token;
  std::int64_t maker_amount = 0;  // micro: BUY pays pUSD, SELL gives shares
  std::int64_t taker_amount = 0;  // micro: BUY wants at least these shares, SELL this pUSD
  polymarket::side side = side::buy;
  signature_kind signature_type = signature_kind::key;
  std::uint64_t timestamp_ms = 0;  // for uniqueness; not an expiry
  hash256 metadata;
  hash256 builder;

  friend bool operator==(const order&, const order&) = default;
};
/// EIP-712 digest under the exchange's domain, version 2: the venue's order id, known before the
/// order is sent, whatever the kind of its signature.
[[nodiscard]] hash256 hash_of(const order& o, const exchange& e);
/// What the key signs: the order's hash, but for a deposit wallet's order, whose key signs a
/// TypedDataSign of it in the wallet's name (ERC-7739; facts/polymarket.md 2.4).
[[nodiscard]] hash256 signing_digest(const order& o, const exchange& e);
/// Both at the price of one.
struct order_digests {
  hash256 id;
  hash256 to_sign;
};
[[nodiscard]] order_digests digests_of(const order& o, const exchange& e);

/// What was true when the order was signed, kept with it: the fee as its reserve was calculated
/// (markets change it, and leave), and a block of the chain that is older than any fill of it.
struct order_terms {
  fee_schedule fees;
  std::uint64_t block = 0;  // 0: not known
  friend bool operator==(const order_terms&, const order_terms&) = default;
};

/// Everything that goes to the venue except who owns the API key. Final once signed.
struct signed_order {
  order body;
  polymarket::exchange exchange;
  order_type type = order_type::fok;
  std::uint64_t expiration = 0;  // unix seconds, 0 = none; not signed
  bool post_only = false;        // GTC and GTD only; not signed
  signature65 signature;         // the key's own, over signing_digest
  hash256 hash;
  /// Whose API key the venue shows it to: the address of the key that signed.
  address account;
  std::optional<order_terms> terms{};  // for our own books; an order of the first layout has none
};
/// Who signs, and for whom.
struct order_signer {
  const private_key& key;
  address account;  // the key's own address
  signature_kind kind = signature_kind::key;
  address wallet{};  // the maker, unless it is the key's account

  [[nodiscard]] const address& maker() const noexcept {
    return kind == signature_kind::key ? account : wallet;
  }
};
/// Sets maker, signer and the kind of the signature to the signer's.
[[nodiscard]] signed_order sign(order body, const exchange& e, order_type type,
                                const order_signer& who);
/// The signature as the venue wants it: the key's 65 bytes, or for a deposit wallet 317 that wrap
/// them: domain separator, struct hash and type of what was signed stand behind.
[[nodiscard]] byte_vector wire_signature(const signed_order& o);

/// Exact body of POST /order, members in the official client's order.
[[nodiscard]] std::string post_body(const signed_order& o, std::string_view owner_api_key);

/// What the exchange knows of an order: getOrderStatus(bytes32) -> (bool filled, uint248
/// remaining), both zero while nothing of it was filled. True: something was (polymarket.md 4.6).
[[nodiscard]] byte_vector order_status_call(const hash256& order);
[[nodiscard]] std::optional<bool> read_order_status(byte_view data);

}  // namespace headroom::chain::polymarket
