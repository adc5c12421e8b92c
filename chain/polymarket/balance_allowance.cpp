#include "chain/polymarket/balance_allowance.hpp"

#include "net/json.hpp"

namespace headroom::chain::polymarket {

std::string allowance_query(std::uint8_t signature_type) {
  return "?asset_type=COLLATERAL&signature_type=" + std::to_string(signature_type);
}

std::optional<std::vector<std::pair<address, uint256>>> read_allowances(std::string_view body) {
  const auto document = net::read_json(body);
  const auto* all = document ? net::object_member(*document, "allowances") : nullptr;
  if (all == nullptr) return std::nullopt;
  std::vector<std::pair<address, uint256>> out;
  for (const auto& [spender, value] : all->items()) {
    const auto who = address::parse(spender);
    const auto amount = value.is_string()
                            ? uint256::parse_decimal(value.get_ref<const std::string&>())
                            : std::nullopt;
    if (!who || !amount) return std::nullopt;
    out.emplace_back(*who, *amount);
  }
  return out;
}

}  // namespace headroom::chain::polymarket
