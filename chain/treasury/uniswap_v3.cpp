#include "chain/treasury/uniswap_v3.hpp"

#include "chain/evm/abi.hpp"
#include "domain/money.hpp"

namespace headroom::chain::uniswap_v3 {

byte_vector quote_call(const swap& s) {
  return abi::encoder{"quoteExactInputSingle((address,address,uint256,uint24,uint160))"}
      .account(s.token_in)
      .account(s.token_out)
      .number(s.amount_in)
      .number(s.fee)
      .number(0)  // no price limit: min_out is the limit
      .done();
}

std::optional<std::uint64_t> read_quote(byte_view return_data) {
  return abi::reader{return_data}.number(0);
}

byte_vector swap_call(const swap& s) {
  return abi::encoder{
      "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"}
      .account(s.token_in)
      .account(s.token_out)
      .number(s.fee)
      .account(s.recipient)
      .number(s.deadline)
      .number(s.amount_in)
      .number(s.min_out)
      .number(0)
      .done();
}

std::optional<std::uint64_t> min_out_of(std::uint64_t quoted, std::uint32_t slippage_bps) {
  constexpr std::int64_t whole = 10'000;
  if (slippage_bps > whole || quoted > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  const auto out = mul_div_ceil(static_cast<std::int64_t>(quoted), whole - slippage_bps, whole);
  return out ? std::optional{static_cast<std::uint64_t>(*out)} : std::nullopt;
}

}  // namespace headroom::chain::uniswap_v3
