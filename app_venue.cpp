#include "app_venue.hpp"

#include <algorithm>

#include "actors/external_outbox_actor.hpp"
#include "actors/settlement_actor.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/polymarket/account_keeper.hpp"
#include "chain/polymarket/market_actor.hpp"
#include "chain/polymarket/resolution_actor.hpp"
#include "chain/polymarket/venue_actor.hpp"

namespace headroom {
namespace {

chain::polymarket::venue_settings venue_of(const config::settings& s) {
  auto out = s.venue;
  out.logs = s.polygon.logs;
  out.finality = s.polygon.finality;
  return out;
}

chain::polymarket::market_settings markets_of(const config::settings& s) {
  auto out = s.markets;
  out.url = s.venue.url;
  return out;
}

/// Our accounts as their keeper sees them: the one that bets first, for it has the collateral.
std::vector<chain::polymarket::kept_account> kept_accounts(
    const config::settings& s, const chain::polymarket::venue_accounts& keys) {
  std::vector<chain::polymarket::kept_account> out;
  const auto all = s.venue_accounts();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto own = keys[i].key->address_of();
    const auto type = all[i].signature_type;
    out.push_back(
        {all[i].name, type, type == 0 ? own : all[i].wallet, keys[i].key, all[i].enabled});
  }
  const auto bets = std::find_if(all.begin(), all.end(), [](const auto& a) { return a.enabled; });
  std::rotate(out.begin(), out.begin() + (bets - all.begin()), out.end());
  return out;
}

/// The buffer's token is the audit's: what is not looked at is not moved either.
chain::polymarket::keeper_settings keeper_of(const config::settings& s, const own_keys& keys) {
  auto account = s.account;
  account.keeps_collateral = !s.collateral.is_zero();
  if (account.keeps_collateral) account.contracts.collateral = s.collateral;
  const auto contracts = chain::polymarket::contracts_of(s.venue, account.contracts);
  const auto first = kept_accounts(s, keys.venue).front().holder;
  const bool pays = s.route.usdc == contracts.usdc_e &&
                    (first == keys.withdrawals.account || first == keys.conversion.account);
  return {std::move(account),  contracts, s.polygon.chain_id, s.venue.chain_id, s.venue.url,
          s.markets.gamma_url, pays};
}

chain::polymarket::resolution_settings resolution_of(const config::settings& s) {
  chain::polymarket::resolution_settings out;
  out.clob_url = s.venue.url;
  out.gamma_url = s.markets.gamma_url;
  out.read_timeout = s.venue.read_timeout;
  out.chain_id = s.polygon.chain_id;
  out.finality = s.polygon.finality;
  out.contracts = s.account.contracts;
  if (!s.collateral.is_zero()) out.contracts.collateral = s.collateral;
  return out;
}

}  // namespace

void add_venue(household& house, const config::settings& s, const own_keys& keys,
               const outside& out) {
  auto& sys = house.system();
  const auto w = house.world();
  house.add<actors::external_outbox_actor>(
      "external_outbox", [&sys, w] { return sys.spawn(actors::external_outbox_behavior, w); });
  house.add_as<chain::polymarket::account_keeper>(
      "account_keeper",
      [&sys, &s, &out, &keys, w] {
        return sys.spawn(chain::polymarket::keeper_behavior, w, keeper_of(s, keys),
                         kept_accounts(s, keys.venue),
                         chain::polymarket::keeper_doors{
                             out.polygon, out.accounts, out.relayer, keys.relayer,
                             [w] { return w->dir.handles.get<actors::external_outbox_actor>(); }});
      },
      [](const chain::polymarket::account_keeper&) {});  // nobody asks it
  house.add<actors::venue_actor>(
      "venue",
      [&sys, &s, &out, &keys, w] {
        return sys.spawn(chain::polymarket::venue_behavior, w, venue_of(s), keys.venue, out.venue,
                         out.polygon);
      },
      true);
  house.add<actors::market_actor>("market", [&sys, &s, &out, w] {
    return sys.spawn<caf::detached>(chain::polymarket::market_behavior, w, markets_of(s),
                                    out.markets);
  });
}

void add_settlement(household& house, const config::settings& s, const own_keys& keys,
                    const outside& out) {
  auto& sys = house.system();
  const auto w = house.world();
  std::vector<address> holders;
  for (const auto& account : kept_accounts(s, keys.venue)) holders.push_back(account.holder);
  house.add<actors::resolution_actor>("resolution", [&sys, &s, &out, w, holders] {
    return actors::resolution_actor{
        sys.spawn(chain::polymarket::resolution_behavior, w, resolution_of(s), holders,
                  chain::polymarket::resolution_doors{out.resolutions, out.polygon})};
  });
  house.add<actors::settlement_actor>("settlement", [&sys, w] {
    return sys.spawn(actors::settlement_behavior, w, actors::digest_function{[](byte_view data) {
                       return chain::keccak256(data);
                     }});
  });
}

}  // namespace headroom
