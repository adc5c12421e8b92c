#include "chain/polymarket/order.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/eip55.hpp"
#include "chain/evm/eip712.hpp"
#include "chain/polymarket/venue_settings.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

std::uint64_t magnitude(std::int64_t amount) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(amount, 0));
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

hash256 hash_of(const order& o, const exchange& e) {
  const auto separator =
      eip712::separator({"Polymarket CTF Exchange", "2", e.chain_id, e.contract});
  return eip712::digest(
      separator,
      eip712::struct_hash{"Order(uint256 salt,address maker,address signer,uint256 tokenId,"
                          "uint256 makerAmount,uint256 takerAmount,uint8 side,uint8 signatureType,"
                          "uint256 timestamp,bytes32 metadata,bytes32 builder)"}
          .number(o.salt)
          .account(o.maker)
          .account(o.signer)
          .word(o.token.view())
          .number(magnitude(o.maker_amount))
          .number(magnitude(o.taker_amount))
          .number(static_cast<std::uint64_t>(o.side))
          .number(o.signature_type)
          .number(o.timestamp_ms)
          .word(o.metadata.view())
          .word(o.builder.view())
          .done());
}

signed_order sign(order body, const exchange& e, order_type type, const private_key& key) {
  body.maker = body.signer = key.address_of();
  body.signature_type = 0;
  const auto hash = hash_of(body, e);
  const auto account = body.signer;
  return {body, e, type, 0, false, key.sign(hash).bytes(), hash, account};
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
                  {"signatureType", b.signature_type},
                  {"timestamp", std::to_string(b.timestamp_ms)},
                  {"expiration", std::to_string(o.expiration)},
                  {"metadata", b.metadata.hex()},
                  {"builder", b.builder.hex()},
                  {"signature", o.signature.hex()}};
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
