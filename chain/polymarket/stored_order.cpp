#include "chain/polymarket/stored_order.hpp"

namespace headroom::chain::polymarket {
namespace {

constexpr std::uint8_t bare_layout = 1;
constexpr std::uint8_t layout_with_terms = 2;
constexpr std::uint8_t layout_with_account = 3;
constexpr std::size_t usual_size = 320;   // of layout 3, with terms
constexpr unsigned post_only_bit = 0x80;  // in the byte of the order type

// -- writing -------------------------------------------------------------------------------------

class writer {
 public:
  writer() { out_.reserve(usual_size); }
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

// -- reading -------------------------------------------------------------------------------------

/// Reads what is there; beyond the end it gives zeros and is not `whole`.
class reader {
 public:
  explicit reader(byte_view data) : data_(data) {}
  std::uint8_t byte() {
    if (data_.empty()) {
      short_ = true;
      return 0;
    }
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
    for (auto& b : out.bytes) b = byte();
  }
  /// Everything was there, and nothing is left.
  [[nodiscard]] bool whole() const { return !short_ && data_.empty(); }

 private:
  byte_view data_;
  bool short_ = false;
};

/// What is signed and how it is sent, as far as all layouts agree. False: no order has such a
/// value.
bool read_order(reader& in, signed_order& out) {
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
  if (type > 3 || which > 1 || b.salt > max_salt || maker_amount > INT64_MAX ||
      taker_amount > INT64_MAX)
    return false;
  out.type = static_cast<order_type>(type);
  b.side = static_cast<side>(which);
  b.maker_amount = static_cast<std::int64_t>(maker_amount);
  b.taker_amount = static_cast<std::int64_t>(taker_amount);
  return true;
}

void read_rest(reader& in, order& b) {
  b.timestamp_ms = in.number();
  in.bytes(b.metadata);
  in.bytes(b.builder);
}

bool read_terms(reader& in, signed_order& out) {
  const auto rate = in.number();
  const auto exponent = in.number();
  const auto block = in.number();
  if (rate > static_cast<std::uint64_t>(micro_per_usdc) || exponent > 4) return false;
  out.terms =
      order_terms{{static_cast<std::int64_t>(rate), static_cast<std::uint32_t>(exponent)}, block};
  return true;
}

bool read_without_account(reader& in, signed_order& out, bool with_terms) {
  if (!read_order(in, out)) return false;
  const auto kind = in.byte();
  read_rest(in, out.body);
  in.bytes(out.signature);
  if (with_terms && !read_terms(in, out)) return false;
  out.account = out.body.signer;
  return kind == static_cast<std::uint8_t>(signature_kind::key);
}

/// Who may sign for whom: see signature_kind.
bool fits_its_kind(const signed_order& o) {
  const auto& b = o.body;
  switch (b.signature_type) {
    case signature_kind::key: return b.maker == b.signer && b.signer == o.account;
    case signature_kind::proxy:
    case signature_kind::safe: return b.signer == o.account;
    case signature_kind::deposit_wallet: return b.maker == b.signer;
  }
  return false;
}

bool read_with_account(reader& in, signed_order& out) {
  in.bytes(out.account);
  const auto kind = in.byte();
  if (kind > static_cast<std::uint8_t>(signature_kind::deposit_wallet) || !read_order(in, out))
    return false;
  out.body.signature_type = static_cast<signature_kind>(kind);
  read_rest(in, out.body);
  const auto has_terms = in.byte();
  if (has_terms > 1 || (has_terms == 1 && !read_terms(in, out))) return false;
  const unsigned high = in.byte();
  const unsigned length = high << 8 | in.byte();
  if (length != signature65::size) return false;
  in.bytes(out.signature);
  return fits_its_kind(out);
}

bool read_layout(reader& in, signed_order& out) {
  switch (in.byte()) {
    case bare_layout: return read_without_account(in, out, false);
    case layout_with_terms: return read_without_account(in, out, true);
    case layout_with_account: return read_with_account(in, out);
    default: return false;
  }
}

}  // namespace

byte_vector encode(const signed_order& o) {
  const auto& b = o.body;
  writer out;
  out.byte(layout_with_account)
      .bytes(o.account.view())
      .byte(static_cast<std::uint8_t>(b.signature_type))
      .number(o.exchange.chain_id)
      .bytes(o.exchange.contract.view())
      .byte(static_cast<std::uint8_t>(static_cast<unsigned>(o.type) |
                                      (o.post_only ? post_only_bit : 0U)))
      .number(o.expiration)
      .number(b.salt)
      .bytes(b.maker.view())
      .bytes(b.signer.view())
      .bytes(b.token.view())
      .number(static_cast<std::uint64_t>(b.maker_amount))
      .number(static_cast<std::uint64_t>(b.taker_amount))
      .byte(static_cast<std::uint8_t>(b.side))
      .number(b.timestamp_ms)
      .bytes(b.metadata.view())
      .bytes(b.builder.view())
      .byte(o.terms ? 1 : 0);
  if (o.terms)
    out.number(static_cast<std::uint64_t>(o.terms->fees.rate_micro))
        .number(o.terms->fees.exponent)
        .number(o.terms->block);
  out.byte(0).byte(static_cast<std::uint8_t>(signature65::size)).bytes(o.signature.view());
  return out.done();
}

std::optional<signed_order> decode(byte_view bytes) {
  reader in{bytes};
  signed_order out;
  if (!read_layout(in, out) || !in.whole()) return std::nullopt;
  const auto digests = digests_of(out.body, out.exchange);
  out.hash = digests.id;
  const auto signer = recover(digests.to_sign, out.signature.view());
  if (signer.error != signature_error::none || signer.signer != out.account) return std::nullopt;
  return out;
}

}  // namespace headroom::chain::polymarket
