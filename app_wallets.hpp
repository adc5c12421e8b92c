#pragma once

#include "app_household.hpp"
#include "app_keys.hpp"
#include "app_outside.hpp"

/// Who sends transactions, on each chain.
namespace headroom {

/// By the names of the wallets.
using senders = std::vector<std::pair<std::string, chain::transaction_signer>>;

/// Users' payments are submitted, and what they paid is converted, on every chain.
[[nodiscard]] senders senders_on(const config::chain_settings& c, const std::string& chain,
                                 const own_keys& keys, const outside& out);
/// Withdrawals are paid on Polygon, and a venue account of a key sends its own transactions there.
[[nodiscard]] senders polygon_senders(const config::settings& s, const own_keys& keys,
                                      const outside& out);
/// One wallet an account, the first of its names.
void add_wallets(household& house, const config::chain_settings& c, const senders& all,
                 const chain::rpc_actor& rpc);

}  // namespace headroom
