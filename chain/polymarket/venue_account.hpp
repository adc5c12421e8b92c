#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chain/polymarket/order.hpp"

namespace headroom::chain::polymarket {

/// An account at the venue. Its key signs orders and asks for the API key, which is bound to the
/// key's own address whatever wallet it signs for (facts/polymarket.md 1.1, way A), and shows that
/// account's orders alone: an order says whose it is (stored_order.hpp).
struct venue_account {
  std::string name;  // as the settings call it
  std::shared_ptr<const private_key> key;
  signature_kind kind = signature_kind::key;
  address wallet{};     // holds the money, unless the key's own account does
  bool enabled = true;  // false: its orders are looked after, new ones are not its

  /// Of whose money and shares its orders are. Costs a multiplication on the curve.
  [[nodiscard]] address maker() const {
    return kind == signature_kind::key ? key->address_of() : wallet;
  }
};
using venue_accounts = std::vector<venue_account>;

/// Whose new orders are: the first that is enabled, or the first. `all` is not empty.
[[nodiscard]] inline const venue_account& betting_account(const venue_accounts& all) {
  for (const auto& a : all)
    if (a.enabled) return a;
  return all.front();
}

}  // namespace headroom::chain::polymarket
