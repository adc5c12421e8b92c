#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/polymarket/approvals.hpp"
#include "chain/polymarket/collateral_calls.hpp"
#include "chain/polymarket/credentials.hpp"
#include "chain/polymarket/relayer_actor.hpp"
#include "chain/polymarket/two_nodes.hpp"

namespace headroom::chain::polymarket {

/// KEEPER of our accounts at the venue, as their chain has them. Nobody asks it anything: its word
/// is in dir.gauges.venue_state().
using account_keeper = actors::status_actor::extend<caf::reacts_to<actors::poll_atom>>;

/// An account at the venue. Type 0: its key's own address holds pUSD and shares, and a wallet of
/// ours sends for it. Type 3: a deposit wallet holds them, and the relayer sends. Types 1 and 2
/// (proxy, Safe): they are looked at, and mended by hand.
struct kept_account {
  std::string name;
  std::uint8_t signature_type = 0;
  address holder;
  std::shared_ptr<const private_key> key;
  bool enabled = true;  // false: it takes no new orders, so what it lacks stops no bets
};

struct keeper_settings {
  account_settings account;
  venue_contracts contracts;
  std::uint64_t chain_id = 137;        // where the contracts are
  std::uint64_t venue_chain_id = 137;  // that the venue's signatures are for
  std::string venue_url;
  std::string gamma_url;  // where markets to try are chosen; "": no order is tried
  /// Withdrawals are paid, or their account is filled, from the first account's USDC.e.
  bool pays_withdrawals = false;
};

/// How to reach whom an account needs.
struct keeper_doors {
  rpc_actor chain;
  http_actor venue;
  http_actor relayer;
  std::string relayer_api_key;
  std::function<actors::external_outbox_actor()> outbox;  // where batches are kept; may give none
};

/// The next thing to be done by an account's line of operations.
struct line_step {
  std::string purpose;
  std::vector<actors::contract_call> calls;
  std::optional<collateral_move> move;  // what it is about, when it moves money
};

/// What an account does one after the other: at most one operation is under way. Its operations are
/// numbered without a gap, and their ids derived from the numbers: after a restart the outbox knows
/// how far it is.
struct operation_line {
  std::uint64_t sent = 0;               // numbers below were sent
  std::optional<std::uint64_t> unsent;  // while the end is searched: one that was not
  bool found = false;                   // `sent` is the next number
  std::optional<std::uint64_t> in_flight;
  bool asking = false;
  std::uint32_t failures = 0;  // in a row, and until when nothing new is tried after them
  caf::actor_clock::time_point not_before{};
  std::optional<line_step> step;  // what is in flight; not known after a restart
};

/// The self-test's orders, one on a market of each kind, that the exchange is asked about.
struct order_trial {
  bool passed = false;
  std::string why;  // the last one did not: which market, which check
  std::uint32_t failures = 0;
  caf::actor_clock::time_point not_before{};
};

/// Of an account that is a deposit wallet.
enum class own_wallet : std::uint8_t {
  seen = 0,         // or not looked for yet
  to_be_made = 1,   // the relayer makes it
  not_its_own = 2,  // nothing stands there, and its key would get another one
};

struct account_watch {
  kept_account who;
  relayer_actor relayer;  // type 3

  bool contracts_seen = false;
  bool ramps_seen = false;
  bool venue_agrees = false;  // or has not been asked yet
  bool passed = false;
  std::string why = "it has not run yet";  // not passed
  order_trial trial;
  own_wallet wallet = own_wallet::seen;
  std::string trouble;      // what the last sending came to
  std::uint64_t block = 0;  // of the last operation that ended: no older view counts
  std::optional<collateral_view> money;
  std::vector<approval> to_give;               // as the last look saw it
  std::map<std::string, std::uint32_t> tries;  // of an approval that was given and is missing again
  std::set<std::string> in_hand;               // approvals being asked for
  std::optional<api_credentials> credentials;
  operation_line line;

  /// All that it needs is there, but the exchange did not say that it would take its order.
  [[nodiscard]] bool failed_trial() const {
    return !passed && !trial.why.empty() && why == trial.why;
  }
};

struct keeper_state {
  static inline const char* name = "account_keeper";
  using time_point = caf::actor_clock::time_point;

  actors::world_ptr w;
  keeper_settings settings;
  keeper_doors doors;
  std::vector<approval> needed;
  std::vector<account_watch> accounts;
  bool looking = false;
  time_point next_look{};
  std::uint64_t moves = 0;
  usdc waiting;  // of withdrawals, by the books' last word
};

using keeper_self = actors::self_pointer<account_keeper, keeper_state>;

/// Looks at every account's contracts and approvals, gives what is missing (a deposit wallet too),
/// keeps the pUSD of the first account (it bets) at the buffer's size, and tests itself: until all
/// of it is as it must be, and the exchanges would take an order of each kind of market, no bet is
/// taken (venue_stop::approvals). Transactions of type 0 go through the account's wallet
/// actor on `chain_id`, which must be in dir.handles.
account_keeper::behavior_type keeper_behavior(keeper_self self, actors::world_ptr w,
                                              keeper_settings settings,
                                              std::vector<kept_account> accounts,
                                              keeper_doors doors);

/// Kinds of alerts; the subject is the account's name.
namespace account_alert {
inline constexpr std::string_view approvals = "venue.approvals";  // something is missing
inline constexpr std::string_view self_test = "venue.self_test";  // an order would not be taken
inline constexpr std::string_view wallet = "venue.wallet_differs";
inline constexpr std::string_view shortage = "venue.collateral_short";
inline constexpr std::string_view moved_less = "venue.collateral_moved_less";
}  // namespace account_alert

}  // namespace headroom::chain::polymarket
