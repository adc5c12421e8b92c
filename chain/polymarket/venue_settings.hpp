#pragma once

#include <string>

#include "chain/evm/evm_settings.hpp"
#include "domain/bytes.hpp"
#include "domain/money.hpp"
#include "domain/records.hpp"

/// What the venue is asked and how often. Defaults are for production and stand here alone; config/
/// gives them names, units and bounds.
namespace headroom::chain::polymarket {

struct venue_settings {
  std::string url = "https://clob.polymarket.com";  // without a slash at the end
  /// Of its web sockets, likewise; "": none, its trades are polled and nothing else.
  std::string ws_url = "wss://ws-subscriptions-clob.polymarket.com/ws";
  std::uint64_t chain_id = 137;
  /// The CLOB V2 exchanges of Polygon.
  address exchange = *address::parse("0xE111180000d2663C0091e4f400237545B87B996B");
  address neg_risk_exchange = *address::parse("0xe2222d279d744050d28e00520010520000310F59");
  std::chrono::milliseconds order_timeout{5'000};
  std::chrono::milliseconds read_timeout{5'000};
  std::chrono::milliseconds market_ttl{60'000};
  /// How long a look-up that follows a match waits for its trades to be final.
  std::chrono::milliseconds confirm_wait{10'000};
  /// One stream of the account's trades serves all open bets: so many passes over it a second.
  double trade_passes_per_second = 10;
  /// All reads of /data/... together. The venue's limit is 500 in 10 s for one address
  /// (facts/polymarket.md 4.7): burst + 10 x rate stays below.
  double reads_per_second = 35;
  double read_burst = 50;
  /// From then on after it was sent, a final word of the venue is not held back for a silent chain,
  /// and shares that were asked for count as all of it.
  std::chrono::milliseconds settling_time{30'000};
  finality_rule finality;  // of the exchange's chain
  log_limits logs;         // of one look at one order
  /// Older orders have their trades read one by one, in a window that ends so long after the
  /// deadline (the venue's queues).
  std::chrono::milliseconds young_for{120'000};
  std::chrono::milliseconds late_match{600'000};
  usdc money_dust{1'000};           // what rounding may leave unspent of a whole fill
  share_amount share_dust{10'000};  // and missing of its shares
  /// What the venue takes from one account, and from one address in its longer windows
  /// (facts/polymarket.md 4.7).
  double orders_per_second = 40;
  double order_burst = 60;
  double orders_in_ten_seconds = 3'500;
  double orders_in_ten_minutes = 36'000;
  /// Of all these for orders that are new; the rest is for those that have to be sent again.
  double turn_share = 0.9;
  /// How long a new order waits for its turn: longer than a wait of the venue that stops no bets.
  std::chrono::milliseconds turn_patience{6'000};
  std::size_t turns_of_a_user = 16;  // waiting, through one front end
  std::size_t max_turns = 256;       // waiting, of all
  /// DELETE /order has a limit of its own: 80 a second (facts/polymarket.md 4.7).
  double cancels_per_second = 40;
  double cancel_burst = 60;
  std::size_t max_queued = 256;     // submits waiting for the rate, then `not_now`
  std::size_t max_in_flight = 256;  // submits at the venue
  std::size_t max_reads = 512;      // quotes, look-ups and cancels in progress
  std::size_t max_loads = 64;       // markets being read at once
  /// Of `orders_per_second` for one user's own signatures, and for one service key; ten seconds of
  /// it may come at once.
  double signer_share = 0.125;
  double key_share = 0.75;
  /// After an answer that no bet can survive (banned, closed only, ...): no bets for this long.
  std::chrono::milliseconds stop_pause{300'000};
  /// After an answer that no order on this market can survive: none on it for this long.
  std::chrono::milliseconds market_pause{60'000};
  /// How long the API key may be refused, renewed again and again, before bets are refused too.
  std::chrono::milliseconds credentials_patience{180'000};
  std::chrono::milliseconds unknown_ttl{60'000};  // how long an unknown token is remembered
  std::chrono::milliseconds version_check{3'600'000};
  std::chrono::milliseconds key_renewal{5'000};  // a refused API key is renewed at most this often
};

}  // namespace headroom::chain::polymarket
