#include "chain/polymarket/contracts.hpp"

namespace headroom::chain::polymarket {

venue_contracts contracts_of(const venue_settings& venue, const contract_settings& others) {
  return {others, venue.exchange, venue.neg_risk_exchange};
}

std::vector<named_contract> betting_contracts(const venue_contracts& all) {
  return {
      {"pUSD", all.collateral},
      {"ConditionalTokens", all.conditional_tokens},
      {"exchange", all.exchange},
      {"neg-risk exchange", all.neg_risk_exchange},
      {"collateral adapter", all.collateral_adapter},
      {"neg-risk collateral adapter", all.neg_risk_collateral_adapter},
  };
}

std::vector<named_contract> ramp_contracts(const venue_contracts& all) {
  return {{"USDC.e", all.usdc_e}, {"onramp", all.onramp}, {"offramp", all.offramp}};
}

std::optional<bool> has_code(const rpc_result& r) {
  const auto code = eth::bytes_of(r);
  if (!code) return std::nullopt;
  return !code->empty();
}

}  // namespace headroom::chain::polymarket
