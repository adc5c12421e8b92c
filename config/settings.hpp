#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "config/chain_limits.hpp"
#include "domain/bytes.hpp"
#include "domain/money.hpp"

/// Everything an operator can set, typed, with defaults for production. Read from one JSON file;
/// secrets come from files or the environment, never from this file's text.
namespace headroom::config {

using std::chrono::milliseconds;

/// "127.0.0.1:9464" or "[::1]:9464".
/// An IPv4 or IPv6 address in digits.
[[nodiscard]] bool is_ip_address(const std::string& text);

struct listen_address {
  std::string host;        // an IP address
  std::uint16_t port = 0;  // 0: the kernel chooses; printed at start
};

struct http_settings {
  std::string listen = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: the kernel chooses; printed at start
  std::string public_url;     // required: what payers see as x402 resource, so an absolute URL
  unsigned threads = 1;
  std::uint32_t max_connections = 1024;
  std::uint32_t max_in_flight = 2048;
  std::uint32_t max_body = 64 * 1024;
  milliseconds request_timeout{15'000};
  milliseconds idle_timeout{75'000};  // longer than a proxy's usual 60 s: it closes first
  milliseconds header_timeout{10'000};
  milliseconds drain_timeout{20'000};
  bool public_metrics = true;
  std::uint32_t kept_refusals = 10'000;        // bets that were answered 202 and refused afterwards
  milliseconds refusals_kept{86'400'000};      // as long as the longest deadline of a bet
  std::optional<listen_address> admin_listen;  // a second listener, for health and metrics alone
  std::vector<std::string> cors_origins{"*"};  // of pages: any, or origins by name
  std::uint32_t key_rate = 200'000;            // requests a second by one service key; 0: no limit
  std::uint32_t key_burst = 400'000;
  std::uint32_t signer_rate = 50;  // signed requests a second by one user; 0: no limit
  std::uint32_t signer_burst = 200;
  /// Refusals of strangers a second, all together, without a pause; beyond, each waits 100 ms. 0:
  /// no limit.
  std::uint32_t refused_rate = 1'000;
};

struct database_settings {
  std::string url;  // or the environment's HEADROOM_DATABASE_URL
  milliseconds connect_timeout{5'000};
  milliseconds statement_timeout{10'000};  // of the journal's commits
  milliseconds read_timeout{5'000};        // of one read beside the journal
  milliseconds writer_wait{10'000};        // for an earlier writer to be really gone
};

/// One EVM chain as the service uses it.
struct chain_settings {
  std::uint64_t chain_id = 0;
  std::vector<std::string> rpc;  // in order of preference
  std::uint32_t confirmations = 12;
  std::string finality = "either";  // what makes a block final: domain/final_by.hpp
  milliseconds rpc_timeout{4'500};  // of one call, shared by the nodes it tries
  milliseconds poll{1'000};
  milliseconds bump_after{30'000};
  std::uint64_t min_tip_wei = 0;
  wallet_limits wallet;
  node_limits nodes;
  log_limits logs;
  address usdt0;
  address oft;            // LayerZero messenger of USDT0
  std::uint32_t eid = 0;  // LayerZero endpoint id
};

struct deposits_settings {
  std::string token_name = "USDT0";  // EIP-712 domain of the token
  std::string token_version = "1";
  std::vector<std::string> networks_v1{"eip155:9745", "plasma"};
  /// What official clients make the window of; with clocks that differ by two minutes some of it
  /// must be left.
  std::uint32_t max_timeout_seconds = 300;
  std::chrono::seconds longest_window{3'600};  // the latest end of an authorization, from now
  usdc minimum{10'000};
  usdc maximum{1'000'000'000'000};
  milliseconds answer{8'000};             // how long a payer waits for the chain before a 202
  std::uint64_t signature_gas = 600'000;  // what a contract may burn to judge its signature
  std::uint32_t checks_at_once = 64;      // verifications of payments that anybody may send
  double checks_per_second = 50;          // likewise; each costs about five calls
};

struct conversion_settings {
  std::string route = "oft_uniswap";  // of new conversions; those that are under way keep theirs
  address usdc_token;                 // on Polygon: what the buffer holds
  address quoter;
  address router;
  std::uint32_t pool_fee = 100;
  std::uint32_t slippage_bps = 30;
  std::uint32_t least_bps = 9'960;
  std::uint32_t max_bridge_fee = 25;  // in whole coins of the source chain
  milliseconds poll{1'000};
  milliseconds call_interval{5'000};      // of one conversion that waits, between calls to nodes
  milliseconds step_timeout{30'000};      // one answer of a route
  std::chrono::seconds stuck_after{300};  // without progress: retried
  std::uint32_t attempts = 5;             // that fail before a human is told; it goes on
  milliseconds retry{1'000};              // after a failed attempt; doubles with each
  milliseconds longest_retry{600'000};
  milliseconds rescue_after{120'000};  // a verified message nobody executes is executed by us
  std::uint32_t at_once = 4;           // on one route
  std::uint32_t most_deposits = 200;   // in one conversion
  usdc minimum{1'000'000};             // smaller sums wait for company
};

/// Where a private key is read from: a file with 64 hex digits, or an environment variable.
struct key_source {
  std::string file;
  std::string env;
};

/// An account at the venue: what we call it, and the key that signs its orders.
struct venue_account {
  std::string name;
  key_source key;
};

struct venue_settings {
  /// The first bets. Never empty once read: without a list there is one, "main", with `venue_key`
  /// or the wallet's key.
  std::vector<venue_account> accounts;
  std::string url = "https://clob.polymarket.com";
  std::uint64_t chain_id = 137;
  address exchange;
  address neg_risk_exchange;
  address collateral;  // what bets are paid with, for the solvency check; zero: not looked at
  double orders_per_second = 40;
  double order_burst = 60;
  milliseconds order_timeout{5'000};
  milliseconds confirm_wait{10'000};
  milliseconds first_look{250};  // after an unknown outcome
  milliseconds longest_look{5'000};
  /// Of `orders_per_second`: what one user's own signatures and what one service key may use.
  double signer_share = 0.125;
  double key_share = 0.75;
  milliseconds stop_pause{300'000};            // no bets after the venue refused our account
  milliseconds market_pause{60'000};           // none on a market whose orders it refuses as such
  milliseconds credentials_patience{180'000};  // a refused API key stops new bets after this
  milliseconds grace{120'000};  // after deadline and cancel, before an absent order is refunded
  /// A bet that is open so long after its deadline is an alert: a human must look.
  milliseconds unresolved_after{600'000};
  /// Passes over the account's trades, for all open bets together.
  double trade_passes_per_second = 2;
  /// Reads of orders and trades, all together; the venue takes 500 in 10 s.
  double reads_per_second = 35;
  double read_burst = 50;
  double cancels_per_second = 40;
  double cancel_burst = 60;
  /// From then on after an order was sent its view at the venue counts as caught up.
  milliseconds settling_time{30'000};
  milliseconds young_for{120'000};  // the shared stream shows an order's trades; then its own reads
  milliseconds late_match{600'000};  // after the deadline: how long it may still match
  usdc money_dust{1'000};            // what rounding leaves unspent of a whole fill
  usdc share_dust{10'000};           // and missing of its shares
};

struct engine_settings {
  unsigned workers = 1;  // CAF workers beside I/O threads and PostgreSQL
  std::uint32_t max_live_bets = 8192;
  std::uint32_t max_balances = 250'000;  // balance actors awake at once
  std::uint32_t max_live_deposits = 1024;
  milliseconds balance_idle{60'000};
  milliseconds drain{10'000};
  milliseconds stop_step{15'000};  // of an ordered stop: the last commits; then the actors' ends
  std::uint32_t journal_queue = 16'384;      // entries waiting before `overloaded`
  std::uint32_t journal_batch = 4'096;       // entries per transaction at most
  milliseconds journal_retry{50};            // first wait while the store is away, doubles to 2 s
  milliseconds load_timeout{5'000};          // a row through the journal
  milliseconds append_timeout{30'000};       // a rare entry; bets wait for the journal itself
  milliseconds overdue{60'000};              // an answer to a bet that is this late is lost
  milliseconds buffer_tick{5'000};           // refill, recommended size, low alert
  std::uint32_t deposits_recovered = 2'000;  // unsettled payments resumed at once after a start
  std::uint32_t restarts_per_minute = 5;     // of one component, before the process gives up
};

struct settings {
  std::string profile = "production";
  std::string log_level = "info";  // trace, debug, info, warning, error, critical or off
  http_settings http;
  database_settings database;
  chain_settings plasma;
  chain_settings polygon;
  deposits_settings deposits;
  conversion_settings conversion;
  venue_settings venue;
  key_source wallet_key;  // sends transactions on both chains, receives deposits
  engine_settings engine;

  /// The first thing that makes these settings unusable, naming the field; "" when they are fine.
  [[nodiscard]] std::string validate() const;
};

struct loaded {
  settings value;
  std::string error;  // "" or one line: file, field and reason
};

/// Reads a JSON file. Unknown fields are errors, so that a typing mistake cannot pass for a
/// default.
[[nodiscard]] loaded load(const std::string& path);
[[nodiscard]] loaded parse(const std::string& json_text);

/// The secret's text from its source; nothing when there is none. Files must not be readable by
/// others.
[[nodiscard]] std::optional<std::string> read_secret(const key_source& source, std::string& error);

}  // namespace headroom::config
