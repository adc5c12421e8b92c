#pragma once

#include <deque>
#include <functional>
#include <map>
#include <unordered_map>

#include "actors/log_limit.hpp"
#include "actors/observed.hpp"
#include "actors/world.hpp"
#include "chain/evm/finality.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/polymarket/answers.hpp"
#include "chain/polymarket/credentials.hpp"
#include "chain/polymarket/market.hpp"
#include "chain/polymarket/order_judge.hpp"
#include "chain/polymarket/order_turns.hpp"
#include "chain/polymarket/user_channel_actor.hpp"
#include "chain/polymarket/venue_account.hpp"
#include "chain/polymarket/venue_settings.hpp"
#include "net/asker_budgets.hpp"
#include "net/rate_limit.hpp"

namespace headroom::chain::polymarket {

/// Ways to the venue, each with its own connections and bound: a crowd in one keeps nobody from the
/// other.
struct venue_doors {
  http_actor orders;         // orders, cancels, and what they need: keys, time, version
  http_actor reads;          // markets, look-ups, trades
  net::ws_opener sockets{};  // not set: none
};

/// What the house asks, and what the user channel tells.
using hinted_venue_actor = actors::venue_actor::extend<caf::reacts_to<actors::order_hints>>;

struct venue_state {
  static inline const char* name = "venue";
  using time_point = caf::actor_clock::time_point;
  using market_answer = std::function<void(const market*, errc)>;  // null: why not

  actors::world_ptr w;
  venue_settings settings;
  venue_doors doors;
  rpc_actor chain;

  // may we bet, and what time is it there
  std::int64_t clock_skew = 0;     // seconds the venue is ahead of us
  int version = 0;                 // of the venue's protocol; 0 = not known
  bool version_asked = false;      // and answered, or not
  std::uint64_t version_turn = 0;  // of the look that is due
  std::map<actors::venue_stop, time_point> stopped_until;
  actors::log_limit logged;

  // markets
  struct cached {
    market value;
    time_point read_at;
  };
  std::unordered_map<uint256, cached> markets;
  struct refusal {
    errc why = errc::unknown_market;
    time_point until;
  };
  std::unordered_map<uint256, refusal> unreadable;  // tokens that could not be read just now
  std::unordered_map<uint256, refusal> stopped_markets;
  std::unordered_map<uint256, std::vector<market_answer>> loading;

  struct login;
  /// One look-up: an order, and what is known of it so far.
  struct look {
    login* as = nullptr;  // the account that the order is of
    order_facts order;
    address exchange;
    uint256 token;
    std::uint64_t block = 0;  // older than any fill of it; 0: not known
    timestamp sent_at;
    timestamp deadline;
    bool follow = false;
    bool young = false;  // the shared stream shows its trades
    bool has_object = false;
    bool has_trades = false;
    bool at_exchange = false;  // its word is on the way
    bool ended = false;
    time_point give_up{};
    order_evidence known;
    /// Who asked, and who asked again meanwhile: one look serves them all.
    std::vector<caf::typed_response_promise<actors::venue_answer>> askers;
  };
  using look_ptr = std::shared_ptr<look>;

  /// One account at work: its API key, and the stream of its trades.
  struct login {
    venue_account who;
    address owner;  // the key's own address
    std::optional<api_credentials> credentials;
    std::uint64_t renewals = 0;  // that succeeded
    bool renewing = false;
    bool renewal_due = false;
    bool key_not_given = false;  // at the last attempt
    bool key_asked_later = false;
    time_point renewed_at{};  // last attempt
    std::vector<std::function<void(bool)>> waiting_for_key;
    std::optional<time_point> unauthorized_since;  // without a break, renewed keys notwithstanding
    time_point unauthorized_at{};                  // the last time

    order_turns turns;  // of its new orders; those that were stored go by `rate`
    bool turns_due = false;

    std::vector<look_ptr> looks;  // of young orders: they wait for the account's trades
    net::rate_limit passes;
    std::unordered_map<hash256, std::vector<look_ptr>> pass;  // whom the present pass is for
    std::int64_t pass_since = 0;                              // unix seconds
    bool pass_on = false;
    bool pass_due = false;
    bool pass_again = false;      // a hint came while it was on: what it says may be on a read page
    std::uint64_t pass_turn = 0;  // of the pause before the next one
    std::chrono::milliseconds pass_pause{0};
    user_channel_actor channel;  // null: its trades are polled alone
    time_point hints_until{};    // the socket spoke of orders lately
  };
  std::deque<login> logins;  // as the settings list them; none goes or moves
  login* betting = nullptr;  // new orders are its

  // what became of orders
  std::unordered_map<hash256, look_ptr> looking;  // one for each order
  net::rate_limit data_reads;
  time_point data_paused_until{};  // the venue asked to wait
  std::deque<std::function<void()>> waiting_reads;
  bool reads_due = false;
  std::uint64_t chain_block = 0;  // of the exchange's chain, at some time
  time_point chain_block_at{};
  bool chain_block_asked = false;

  // orders
  struct queued {
    actors::submit_order what;
    caf::typed_response_promise<actors::venue_answer> promise;
  };
  net::rate_limit rate;
  net::rate_limit cancels;
  time_point cancels_paused_until{};
  std::deque<queued> queue;
  bool queue_due = false;
  std::size_t in_flight = 0;
  std::size_t reads = 0;
  time_point paused_until{};        // orders
  time_point reads_paused_until{};  // of markets
  net::asker_budgets signers;
  net::asker_budgets keys;
  std::uint32_t funds_refused = 0;  // in a row

  std::multimap<time_point, std::function<void()>> later;

  std::uint64_t filled = 0;
  std::uint64_t refused = 0;
  std::uint64_t unknown = 0;
  std::uint64_t not_now = 0;
};

using venue_self = actors::self_pointer<hinted_venue_actor, venue_state>;

/// Polymarket's CLOB V2.
/// @param accounts one at least. The first that is enabled holds the pool's collateral and bets;
///             orders of all are looked after. A key signs on this actor's thread (30-50 us an
///             order) and never leaves the process.
/// @param doors the clients (make_http_actor); what many can ask for has its own.
/// @param chain where the exchange is: it knows every order that filled, whatever the venue shows.
hinted_venue_actor::behavior_type venue_behavior(venue_self self, actors::world_ptr w,
                                                 venue_settings settings,
                                                 const venue_accounts& accounts, venue_doors doors,
                                                 rpc_actor chain);

}  // namespace headroom::chain::polymarket
