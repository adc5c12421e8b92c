#include "chain/evm/transaction.hpp"

#include <algorithm>
#include <limits>

#include "chain/evm/keccak.hpp"
#include "chain/evm/rlp.hpp"

namespace headroom::chain {
namespace {

constexpr std::uint8_t type_2 = 0x02;

std::vector<byte_vector> fields_of(const unsigned_transaction& t) {
  return {rlp::integer(t.chain_id),
          rlp::integer(t.nonce),
          rlp::integer(t.fees.max_priority_fee),
          rlp::integer(t.fees.max_fee),
          rlp::integer(t.gas_limit),
          rlp::bytes(t.to.view()),
          rlp::integer(t.value.view()),
          rlp::bytes(t.data),
          rlp::list({})};
}

byte_vector envelope(const std::vector<byte_vector>& fields) {
  byte_vector out{type_2};
  const auto body = rlp::list(fields);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

/// So many percent more, and 1 wei at least.
std::uint64_t more(std::uint64_t x, std::uint32_t percent) {
  const auto sum = uint128{x} + uint128{x} * percent / 100 + 1;
  constexpr uint128 most = std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(std::min(sum, most));
}

signed_transaction finished(unsigned_transaction body, const signature& sig) {
  auto fields = fields_of(body);
  fields.push_back(rlp::integer(std::uint64_t{sig.v} - 27));
  fields.push_back(rlp::integer(sig.r.view()));
  fields.push_back(rlp::integer(sig.s.view()));
  signed_transaction out{std::move(body), sig, envelope(fields), {}};
  out.hash = keccak256(byte_view{out.raw});
  return out;
}

}  // namespace

gas_fees bumped(const gas_fees& old, const gas_fees& market, std::uint32_t percent) {
  gas_fees out{std::max(more(old.max_priority_fee, percent), market.max_priority_fee),
               std::max(more(old.max_fee, percent), market.max_fee)};
  out.max_fee = std::max(out.max_fee, out.max_priority_fee);
  return out;
}

bool replaces(const gas_fees& next, const gas_fees& old) {
  constexpr std::uint32_t price_bump = 10;  // go-ethereum core/txpool/legacypool/list.go
  return next.max_fee >= more(old.max_fee, price_bump) &&
         next.max_priority_fee >= more(old.max_priority_fee, price_bump);
}

hash256 unsigned_transaction::sighash() const {
  return keccak256(byte_view{envelope(fields_of(*this))});
}

signed_transaction sign(unsigned_transaction body, const private_key& key) {
  const auto sig = key.sign(body.sighash());
  return finished(std::move(body), sig);
}

std::optional<signed_transaction> decode_transaction(byte_view raw) {
  if (raw.empty() || raw[0] != type_2) return std::nullopt;
  const auto outer = rlp::items(raw.subspan(1));
  if (!outer || outer->size() != 1 || !outer->front().is_list) return std::nullopt;
  const auto fields = rlp::items(outer->front().payload);
  if (!fields || fields->size() != 12) return std::nullopt;
  const auto& f = *fields;
  const auto chain_id = f[0].number(), nonce = f[1].number(), tip = f[2].number(),
             cap = f[3].number(), gas = f[4].number(), parity = f[9].number();
  const auto value = f[6].word(), r = f[10].word(), s = f[11].word();
  if (!chain_id || !nonce || !tip || !cap || !gas || !parity || !value || !r || !s || *parity > 1 ||
      f[5].is_list || f[5].payload.size() != address::size || f[7].is_list)
    return std::nullopt;
  unsigned_transaction body{*chain_id, *nonce, {*tip, *cap}, *gas, {}, *value, {}};
  std::copy(f[5].payload.begin(), f[5].payload.end(), body.to.bytes.begin());
  body.data.assign(f[7].payload.begin(), f[7].payload.end());
  const signature sig{{r->bytes}, {s->bytes}, static_cast<std::uint8_t>(27 + *parity)};
  auto out = finished(std::move(body), sig);
  if (!std::equal(out.raw.begin(), out.raw.end(), raw.begin(), raw.end())) return std::nullopt;
  return out;
}

}  // namespace headroom::chain
