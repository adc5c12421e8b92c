#pragma once

#include "chain/polymarket/order.hpp"
#include "tests/chain/vectors.hpp"

/// The official client's recorded orders, as ours.
namespace headroom::chain::test {

/// The vectors of exchange version 2: four of ordinary accounts, then one each of a Safe, a proxy
/// and a deposit wallet.
inline std::vector<json> our_orders() {
  std::vector<json> out;
  for (const auto& v : load("polymarket-orders.json").at("vectors"))
    if (v.at("exchange_version") == 2) out.push_back(v);
  return out;
}

inline polymarket::order order_of(const json& m) {
  polymarket::order o;
  o.salt = static_cast<std::uint64_t>(number_of(m.at("salt")));
  o.maker = account_of(m.at("maker"));
  o.signer = account_of(m.at("signer"));
  o.token = id_of(m.at("tokenId"));
  o.maker_amount = number_of(m.at("makerAmount"));
  o.taker_amount = number_of(m.at("takerAmount"));
  o.side = m.at("side") == 0 ? polymarket::side::buy : polymarket::side::sell;
  o.signature_type = m.at("signatureType").get<polymarket::signature_kind>();
  o.timestamp_ms = static_cast<std::uint64_t>(number_of(m.at("timestamp")));
  o.metadata = hash_of(m.at("metadata"));
  o.builder = hash_of(m.at("builder"));
  return o;
}

inline polymarket::order_type type_of(const std::string& text) {
  using polymarket::order_type;
  for (const auto t : {order_type::gtc, order_type::gtd, order_type::fok, order_type::fak})
    if (to_string(t) == text) return t;
  throw std::runtime_error{"no such order type: " + text};
}

inline polymarket::signed_order signed_of(const json& v) {
  const bool neg_risk = v.at("client_call").at("options").at("negRisk");
  const auto order = order_of(v.at("message"));
  const auto key = key_of(v.at("private_key"));
  auto out = polymarket::sign(order, polymarket::polygon_exchange(neg_risk),
                              type_of(v.at("post").at("orderType")),
                              {key, key.address_of(), order.signature_type, order.maker});
  const auto body = json::parse(v.at("post").at("body_raw").get<std::string>());
  out.post_only = body.at("postOnly");
  out.expiration = static_cast<std::uint64_t>(number_of(body.at("order").at("expiration")));
  return out;
}

}  // namespace headroom::chain::test
