#include "app_wallets.hpp"

#include <algorithm>

namespace headroom {
namespace {

/// What an operator set, completed by what follows from other settings.
chain::wallet_settings wallet_of(const config::chain_settings& c) {
  auto out = c.wallet;
  out.chain_id = c.chain_id;
  out.finality = c.finality;
  return out;
}

}  // namespace

senders senders_on(const config::chain_settings& c, const std::string& chain, const own_keys& keys,
                   const outside& out) {
  return {{"wallet." + chain, keys.payee(chain).signer_on(c.chain_id, out.signers)},
          {"wallet.settlement." + chain, keys.settlement.signer_on(c.chain_id, out.signers)}};
}

senders polygon_senders(const config::settings& s, const own_keys& keys, const outside& out) {
  auto all = senders_on(s.polygon, "polygon", keys, out);
  all.emplace_back("wallet.withdrawals.polygon",
                   keys.withdrawals.signer_on(s.polygon.chain_id, out.signers));
  const auto at_venue = s.venue_accounts();
  for (std::size_t i = 0; i < at_venue.size(); ++i)
    if (at_venue[i].signature_type == 0)
      all.emplace_back("wallet.polygon." + at_venue[i].name, keys.venue[i].key);
  return all;
}

void add_wallets(household& house, const config::chain_settings& c, const senders& all,
                 const chain::rpc_actor& rpc) {
  senders each;
  for (const auto& x : all)
    if (std::none_of(each.begin(), each.end(),
                     [&](const auto& y) { return y.second.account() == x.second.account(); }))
      each.push_back(x);
  auto settings = wallet_of(c);
  settings.alone_on_chain = each.size() == 1;
  for (const auto& [name, signer] : each) house.add_wallet(name, settings, signer, rpc);
}

}  // namespace headroom
