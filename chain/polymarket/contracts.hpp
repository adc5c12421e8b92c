#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "chain/evm/eth.hpp"
#include "chain/polymarket/contracts_settings.hpp"
#include "chain/polymarket/venue_settings.hpp"

/// The venue's contracts by name.
namespace headroom::chain::polymarket {

struct venue_contracts : contract_settings {
  address exchange;
  address neg_risk_exchange;
};
/// The exchanges are the ones that orders are signed for.
[[nodiscard]] venue_contracts contracts_of(const venue_settings& venue,
                                           const contract_settings& others);

struct named_contract {
  std::string_view name;  // as alerts and the self-test call it
  address at;
};
/// Those that bets and redeems need.
[[nodiscard]] std::vector<named_contract> betting_contracts(const venue_contracts& all);
/// Those that money is moved through.
[[nodiscard]] std::vector<named_contract> ramp_contracts(const venue_contracts& all);

/// Whether there is a contract, by the answer to eth_getCode; nothing when it cannot be read.
[[nodiscard]] std::optional<bool> has_code(const rpc_result& r);

}  // namespace headroom::chain::polymarket
