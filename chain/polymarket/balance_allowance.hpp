#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/bytes.hpp"

/// The venue's own view of an account, GET /balance-allowance (facts/polymarket.md 4.3). It is a
/// cache of the chain and may be behind: GET /balance-allowance/update has it read again.
namespace headroom::chain::polymarket {

inline constexpr std::string_view allowance_path = "/balance-allowance";
inline constexpr std::string_view allowance_update_path = "/balance-allowance/update";
/// Of the account's pUSD, behind either path.
[[nodiscard]] std::string allowance_query(std::uint8_t signature_type);

/// What each spender may take. Nothing: no such answer.
[[nodiscard]] std::optional<std::vector<std::pair<address, uint256>>> read_allowances(
    std::string_view body);

}  // namespace headroom::chain::polymarket
