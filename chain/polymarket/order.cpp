#include "chain/polymarket/order.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/eip55.hpp"
#include "chain/evm/eip712.hpp"
#include "chain/polymarket/venue_settings.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

constexpr std::uint8_t bare_layout = 1;
constexpr std::uint8_t layout_with_terms = 2;
constexpr unsigned post_only_bit = 0x80;  // in the byte of the order type

std::uint64_t magnitude(std::int64_t amount) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(amount, 0));
}

class writer {
 public:
  explicit writer(std::size_t size) { out_.reserve(size); }
  writer& byte(std::uint8_t x) {
    out_.push_back(x);
    return *this;
  }
  writer& number(std::uint64_t x) {
    for (int shift = 56; shift >= 0; shift -= 8) byte(static_cast<std::uint8_t>(x >> shift));
    return *this;
  }
  writer& bytes(byte_view x) {
    out_.insert(out_.end(), x.begin(), x.end());
    return *this;
  }
  [[nodiscard]] byte_vector done() { return std::move(out_); }

 private:
  byte_vector out_;
};

/// Reads a buffer whose size was checked before.
class cursor {
 public:
  explicit cursor(byte_view data) : data_(data) {}
  std::uint8_t byte() {
    const auto x = data_[0];
    data_ = data_.subspan(1);
    return x;
  }
  std::uint64_t number() {
    std::uint64_t x = 0;
    for (int i = 0; i < 8; ++i) x = x << 8 | byte();
    return x;
  }
  template <class Bytes>
  void bytes(Bytes& out) {
    std::copy_n(data_.begin(), out.bytes.size(), out.bytes.begin());
    data_ = data_.subspan(out.bytes.size());
  }

 private:
  byte_view data_;
};

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
  return {body, e, type, 0, false, key.sign(hash).bytes(), hash};
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

byte_vector encode(const signed_order& o) {
  const auto& b = o.body;
  writer out{encoded_size_with_terms};
  out.byte(o.terms ? layout_with_terms : bare_layout)
      .number(o.exchange.chain_id)
      .bytes(o.exchange.contract.view())
      .byte(static_cast<std::uint8_t>(static_cast<unsigned>(o.type) |
                                      (o.post_only ? post_only_bit : 0U)))
      .number(o.expiration)
      .number(b.salt)
      .bytes(b.maker.view())
      .bytes(b.signer.view())
      .bytes(b.token.view())
      .number(magnitude(b.maker_amount))
      .number(magnitude(b.taker_amount))
      .byte(static_cast<std::uint8_t>(b.side))
      .byte(b.signature_type)
      .number(b.timestamp_ms)
      .bytes(b.metadata.view())
      .bytes(b.builder.view())
      .bytes(o.signature.view());
  if (o.terms)
    out.number(magnitude(o.terms->fees.rate_micro))
        .number(o.terms->fees.exponent)
        .number(o.terms->block);
  return out.done();
}

std::optional<signed_order> decode(byte_view bytes) {
  const bool with_terms = bytes.size() == encoded_size_with_terms && bytes[0] == layout_with_terms;
  const bool bare = bytes.size() == encoded_size && bytes[0] == bare_layout;
  if (!with_terms && !bare) return std::nullopt;
  cursor in{bytes.subspan(1)};
  signed_order out;
  auto& b = out.body;
  out.exchange.chain_id = in.number();
  in.bytes(out.exchange.contract);
  const auto flags = in.byte();
  const auto type = flags & ~post_only_bit;
  out.post_only = (flags & post_only_bit) != 0;
  out.expiration = in.number();
  b.salt = in.number();
  in.bytes(b.maker);
  in.bytes(b.signer);
  in.bytes(b.token);
  const auto maker_amount = in.number();
  const auto taker_amount = in.number();
  const auto which = in.byte();
  b.signature_type = in.byte();
  b.timestamp_ms = in.number();
  in.bytes(b.metadata);
  in.bytes(b.builder);
  in.bytes(out.signature);
  if (with_terms) {
    const auto rate = in.number();
    const auto exponent = in.number();
    out.terms = order_terms{{static_cast<std::int64_t>(rate), static_cast<std::uint32_t>(exponent)},
                            in.number()};
    if (rate > static_cast<std::uint64_t>(micro_per_usdc) || exponent > 4) return std::nullopt;
  }
  if (type > 3 || which > 1 || b.salt > max_salt || b.signature_type != 0 ||
      maker_amount > INT64_MAX || taker_amount > INT64_MAX)
    return std::nullopt;
  out.type = static_cast<order_type>(type);
  b.side = static_cast<side>(which);
  b.maker_amount = static_cast<std::int64_t>(maker_amount);
  b.taker_amount = static_cast<std::int64_t>(taker_amount);
  out.hash = hash_of(b, out.exchange);
  const auto signer = recover(out.hash, out.signature.view());
  if (signer.error != signature_error::none || signer.signer != b.signer) return std::nullopt;
  return out;
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
