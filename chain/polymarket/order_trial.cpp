#include "chain/polymarket/order_trial.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::chain::polymarket {
namespace {

/// The order as the exchange's functions take it, its signature included.
constexpr std::string_view order_tuple =
    "(uint256,address,address,uint256,uint256,uint256,uint8,uint8,uint256,bytes32,bytes32,bytes)";

/// The exchange's errors that a lone order can meet. It has them without text.
constexpr std::string_view known_errors[] = {
    "InvalidSignature()", "OrderAlreadyFilled()", "UserIsPaused()", "OrderExpired()",
    "Paused()",           "MismatchedTokenIds()",
};

constexpr std::uint8_t erc1271_magic[] = {0x16, 0x26, 0xba, 0x7e};

abi::encoder members_of(const signed_order& o) {
  const auto& b = o.body;
  abi::encoder out;
  out.number(b.salt)
      .account(b.maker)
      .account(b.signer)
      .word(b.token.view())
      .number(static_cast<std::uint64_t>(b.maker_amount))
      .number(static_cast<std::uint64_t>(b.taker_amount))
      .number(static_cast<std::uint64_t>(b.side))
      .number(static_cast<std::uint64_t>(b.signature_type))
      .number(b.timestamp_ms)
      .word(b.metadata.view())
      .word(b.builder.view())
      .bytes(wire_signature(o));
  return out;
}

rpc_request ask(const address& to, byte_vector data) {
  return eth::call({std::nullopt, to, std::move(data), {}});
}

rpc_request ask_about(const signed_order& o, std::string_view function) {
  const auto signature = std::string{function}.append("(").append(order_tuple).append(")");
  return ask(o.exchange.contract, abi::encoder{signature}.tuple(members_of(o)).done());
}

bool reverted(const rpc_result& r) {
  return r.status == rpc_status::error && eth::is_revert(r.error);
}

/// The contract answered, in whatever way.
bool is_answered(const rpc_result& r) { return reverted(r) || eth::bytes_of(r).has_value(); }

/// A custom error by its name where we know it.
std::string reason_of(const rpc_result& r) {
  const auto said = eth::revert_reason(r.error);
  for (const auto error : known_errors) {
    const auto hash = keccak256(error);
    if (said == to_0x(hash.view().first(4))) return std::string{error.substr(0, error.find('('))};
  }
  return said.empty() ? "without a reason" : said;
}

bool is_magic(const rpc_result& r) {
  const auto data = eth::bytes_of(r);
  return data && data->size() >= 4 &&
         std::equal(std::begin(erc1271_magic), std::end(erc1271_magic), data->begin());
}

}  // namespace

std::vector<rpc_request> ask_exchange(const signed_order& o) {
  std::vector<rpc_request> out{ask(o.exchange.contract, abi::encoder{"paused()"}.done()),
                               ask_about(o, "hashOrder")};
  if (o.body.signature_type == signature_kind::deposit_wallet)
    out.push_back(ask(o.body.maker, abi::encoder{"isValidSignature(bytes32,bytes)"}
                                        .word(o.hash.view())
                                        .bytes(wire_signature(o))
                                        .done()));
  out.push_back(ask_about(o, "validateOrder"));  // answers nothing, or reverts
  return out;
}

std::optional<std::string> objection_to(const signed_order& o, std::span<const rpc_result> said) {
  const bool wallet = o.body.signature_type == signature_kind::deposit_wallet;
  if (said.size() != (wallet ? 4U : 3U)) return std::nullopt;
  if (!std::all_of(said.begin(), said.end(), is_answered)) return std::nullopt;
  for (const auto& [r, function] :
       {std::pair{&said[0], "paused"}, std::pair{&said[1], "hashOrder"}})
    if (reverted(*r)) return std::string{function} + ": " + reason_of(*r);
  const auto paused = abi::reader{*eth::bytes_of(said[0])}.flag(0);
  const auto hash = abi::reader{*eth::bytes_of(said[1])}.word(0);
  if (!paused || !hash) return "there is no exchange of this kind";
  if (*paused) return "paused: trading is paused";
  if (hash->bytes != o.hash.bytes)
    return "hashOrder: another hash than ours, so its signing domain is another one";
  if (wallet && !is_magic(said[2])) return "isValidSignature: the wallet does not know its owner";
  if (reverted(said.back())) return "validateOrder: " + reason_of(said.back());
  return std::string{};
}

}  // namespace headroom::chain::polymarket
