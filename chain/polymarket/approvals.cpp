#include "chain/polymarket/approvals.hpp"

#include "chain/evm/abi.hpp"

namespace headroom::chain::polymarket {
namespace {

/// A billion pUSD, in its smallest units.
constexpr uint128 plenty = 1'000'000'000'000'000;

uint256 without_end() {
  uint256 out;
  out.bytes.fill(0xff);
  return out;
}

}  // namespace

std::vector<approval> needed_approvals(const venue_contracts& c) {
  using enum approval_kind;
  return {
      {"pUSD to the exchange", allowance, c.collateral, c.exchange},
      {"pUSD to the neg-risk exchange", allowance, c.collateral, c.neg_risk_exchange},
      {"pUSD to the retired neg-risk adapter", allowance, c.collateral, c.neg_risk_adapter},
      {"shares to the exchange", operator_of_all, c.conditional_tokens, c.exchange},
      {"shares to the neg-risk exchange", operator_of_all, c.conditional_tokens,
       c.neg_risk_exchange},
      {"shares to the collateral adapter", operator_of_all, c.conditional_tokens,
       c.collateral_adapter},
      {"shares to the neg-risk collateral adapter", operator_of_all, c.conditional_tokens,
       c.neg_risk_collateral_adapter},
      {"shares to the retired neg-risk adapter", operator_of_all, c.conditional_tokens,
       c.neg_risk_adapter},
  };
}

rpc_request ask_approval(const approval& a, const address& owner) {
  auto data = a.kind == approval_kind::allowance ? allowance_call(owner, a.spender)
                                                 : abi::encoder{"isApprovedForAll(address,address)"}
                                                       .account(owner)
                                                       .account(a.spender)
                                                       .done();
  return eth::call({std::nullopt, a.token, std::move(data), {}});
}

std::optional<bool> read_approval(const approval& a, const rpc_result& r) {
  const auto data = eth::bytes_of(r);
  if (!data) return std::nullopt;
  const abi::reader in{*data};
  if (a.kind == approval_kind::operator_of_all) return in.flag(0);
  const auto value = in.word(0);
  if (!value) return std::nullopt;
  const auto small = value->to_u128();  // nothing: above 128 bits
  return !small || *small >= plenty;
}

actors::contract_call give_approval(const approval& a) {
  actors::contract_call out;
  out.to = a.token;
  out.data =
      a.kind == approval_kind::allowance
          ? approve_call(a.spender, without_end())
          : abi::encoder{"setApprovalForAll(address,bool)"}.account(a.spender).flag(true).done();
  return out;
}

}  // namespace headroom::chain::polymarket
