#include "chain/polymarket/loose_number.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "chain/polymarket/decimal.hpp"
#include "domain/money.hpp"

namespace headroom::chain::polymarket {

std::optional<std::int64_t> read_loose_micro(const nlohmann::json* value) {
  constexpr double most = 1e15;   // below it a double knows every millionth
  constexpr double drift = 1e-3;  // of a millionth: what a float adds to a decimal
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->get_ptr<const std::string*>()) return read_micro(*text);
  if (!value->is_number()) return std::nullopt;
  const double micro = value->get<double>() * static_cast<double>(micro_per_usdc);
  if (!(micro >= 0) || micro > most || std::abs(micro - std::round(micro)) > drift)
    return std::nullopt;
  return std::llround(micro);
}

}  // namespace headroom::chain::polymarket
