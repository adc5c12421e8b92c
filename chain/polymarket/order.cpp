#include "chain/polymarket/order.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "chain/evm/abi.hpp"
#include "chain/evm/eip55.hpp"
#include "chain/evm/eip712.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/polymarket/venue_settings.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

constexpr std::string_view order_type_text =
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,"
    "uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,"
    "bytes32 builder)";

std::uint64_t magnitude(std::int64_t amount) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(amount, 0));
}

/// There are two exchanges: each thread keeps what it calculated of the last two it met.
hash256 separator_of(const exchange& e) {
  struct entry {
    exchange of;
    hash256 separator;
  };
  thread_local std::array<entry, 2> known;
  for (const auto& x : known)
    if (x.of == e && !x.separator.is_zero()) return x.separator;
  known[1] = std::exchange(
      known[0], {e, eip712::separator({"Polymarket CTF Exchange", "2", e.chain_id, e.contract})});
  return known[0].separator;
}

hash256 struct_hash_of(const order& o) {
  static const auto type = keccak256(order_type_text);
  return eip712::struct_hash{type}
      .number(o.salt)
      .account(o.maker)
      .account(o.signer)
      .word(o.token.view())
      .number(magnitude(o.maker_amount))
      .number(magnitude(o.taker_amount))
      .number(static_cast<std::uint64_t>(o.side))
      .number(static_cast<std::uint64_t>(o.signature_type))
      .number(o.timestamp_ms)
      .word(o.metadata.view())
      .word(o.builder.view())
      .done();
}

}  // namespace

std::string_view to_string(side s) noexcept { return s == side::buy ? "BUY" : "SELL"; }

std::string_view to_string(order_type t) noexcept {
  switch (t) {
    case order_type::gtc: return "GTC";
    case order_type::gtd: return "GTD";
    case order_type::fok: return "FOK";
    case order_type::fak: return "FAK";
  }
  return "FOK";
}

exchange polygon_exchange(bool neg_risk) {
  static const venue_settings usual;
  return {usual.chain_id, neg_risk ? usual.neg_risk_exchange : usual.exchange};
}

order_digests digests_of(const order& o, const exchange& e) {
  const auto separator = separator_of(e);
  const auto contents = struct_hash_of(o);
  const auto hash = eip712::digest(separator, contents);
  if (o.signature_type != signature_kind::deposit_wallet) return {hash, hash};
  static const auto type = keccak256(
      std::string{"TypedDataSign(Order contents,string name,string version,uint256 chainId,"
                  "address verifyingContract,bytes32 salt)"}
          .append(order_type_text));
  return {hash, eip712::digest(separator, eip712::struct_hash{type}
                                              .word(contents.view())
                                              .text("DepositWallet")
                                              .text("1")
                                              .number(e.chain_id)
                                              .account(o.maker)
                                              .word(hash256{}.view())
                                              .done())};
}

hash256 hash_of(const order& o, const exchange& e) { return digests_of(o, e).id; }
hash256 signing_digest(const order& o, const exchange& e) { return digests_of(o, e).to_sign; }

signed_order sign(order body, const exchange& e, order_type type, const order_signer& who) {
  body.signature_type = who.kind;
  body.maker = who.maker();
  body.signer = who.kind == signature_kind::deposit_wallet ? who.wallet : who.account;
  const auto digests = digests_of(body, e);
  return {body, e, type, 0, false, who.key.sign(digests.to_sign).bytes(), digests.id, who.account};
}

byte_vector wire_signature(const signed_order& o) {
  const auto key_part = o.signature.view();
  byte_vector out{key_part.begin(), key_part.end()};
  if (o.body.signature_type != signature_kind::deposit_wallet) return out;
  const auto append = [&out](byte_view x) { out.insert(out.end(), x.begin(), x.end()); };
  append(separator_of(o.exchange).view());
  append(struct_hash_of(o.body).view());
  out.insert(out.end(), order_type_text.begin(), order_type_text.end());
  static_assert(order_type_text.size() == 0xba);
  out.insert(out.end(), {0x00, 0xba});  // its length, 16 bits
  return out;
}

std::string post_body(const signed_order& o, std::string_view owner_api_key) {
  using json = nlohmann::ordered_json;
  const auto& b = o.body;
  const json wire{{"salt", b.salt},
                  {"maker", checksummed(b.maker)},
                  {"signer", checksummed(b.signer)},
                  {"tokenId", b.token.decimal()},
                  {"makerAmount", std::to_string(b.maker_amount)},
                  {"takerAmount", std::to_string(b.taker_amount)},
                  {"side", to_string(b.side)},
                  {"signatureType", static_cast<unsigned>(b.signature_type)},
                  {"timestamp", std::to_string(b.timestamp_ms)},
                  {"expiration", std::to_string(o.expiration)},
                  {"metadata", b.metadata.hex()},
                  {"builder", b.builder.hex()},
                  {"signature", to_0x(wire_signature(o))}};
  return net::to_text(json{{"deferExec", false},
                           {"postOnly", o.post_only},
                           {"order", wire},
                           {"owner", owner_api_key},
                           {"orderType", to_string(o.type)}});
}

byte_vector order_status_call(const hash256& order) {
  return abi::encoder{"getOrderStatus(bytes32)"}.word(order.view()).done();
}

std::optional<bool> read_order_status(byte_view data) {
  const abi::reader in{data};
  const auto filled = in.flag(0);
  const auto remaining = in.word(1);
  if (!filled || !remaining) return std::nullopt;
  return *filled || !remaining->is_zero();
}

}  // namespace headroom::chain::polymarket
