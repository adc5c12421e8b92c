#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/core_settings.hpp"
#include "chain/evm/evm_settings.hpp"
#include "chain/polymarket/account_settings.hpp"
#include "chain/polymarket/market_settings.hpp"
#include "chain/polymarket/venue_settings.hpp"
#include "chain/treasury/across_settings.hpp"
#include "chain/treasury/cctp_settings.hpp"
#include "chain/treasury/oft_uniswap_settings.hpp"
#include "chain/treasury/okx_settings.hpp"
#include "chain/treasury/oneinch_settings.hpp"
#include "chain/treasury/relay_settings.hpp"
#include "chain/treasury/stargate_settings.hpp"
#include "chain/treasury/venue_supply_settings.hpp"
#include "chain/treasury/withdrawal_float_settings.hpp"
#include "chain/x402/payment_settings.hpp"
#include "cluster/cluster_settings.hpp"
#include "config/key_source.hpp"
#include "config/source_setting.hpp"
#include "http/http_settings.hpp"
#include "persistence/database_settings.hpp"
#include "webhooks/webhook_settings.hpp"

/// Everything an operator can set, as the rooms take it: their own structs, with their defaults.
/// What a setting is called in the file, its unit and its bounds stand in table.cpp. Secrets come
/// from files or the environment, never from the file's text.
namespace headroom::config {

/// One EVM chain as the service uses it.
struct chain_settings {
  std::uint64_t chain_id = 0;
  std::vector<std::string> rpc;  // in order of preference
  chain::finality_rule finality;
  chain::json_rpc_options nodes;
  chain::wallet_settings wallet;
  chain::log_limits logs;
  address usdt0;
  address usdc;                         // Base: what is paid with there
  address oft;                          // LayerZero messenger of USDT0
  std::uint32_t eid = 0;                // LayerZero endpoint id
  std::vector<std::string> public_rpc;  // what pages may give to wallets
  std::string explorer;

  /// Of Base, which need not be configured.
  [[nodiscard]] bool exists() const noexcept { return chain_id != 0 || !rpc.empty(); }
};

struct settings {
  std::string profile = "production";
  std::string log_level = "info";
  unsigned workers = 1;  // CAF's, beside I/O threads and PostgreSQL
  http::http_settings http;
  persistence::store_settings store;
  persistence::reader_settings reader;  // of the store's database
  chain_settings plasma;
  chain_settings polygon;
  chain_settings base;  // optional: without it no route and no source is there
  actors::core_settings core;
  std::vector<source_setting> sources;  // that users pay with; empty: paid_sources' usual ones
  chain::payment_settings payment;
  chain::oft_uniswap_settings route;
  chain::across_settings across;
  chain::cctp_settings cctp;
  chain::okx_settings okx;
  chain::relay_settings relay;
  chain::stargate_settings stargate;
  chain::oneinch_settings oneinch;
  chain::venue_supply_settings supply;                // of the account that bets
  chain::withdrawal_float_settings withdrawal_float;  // of the account that pays withdrawals
  chain::polymarket::venue_settings venue;
  chain::polymarket::market_settings markets;   // of the same venue
  chain::polymarket::account_settings account;  // of each of `accounts`, on Polygon
  /// What bets are paid with, for the solvency check, and kept at the buffer's size. Zero: neither,
  /// and approvals are given for the usual one.
  address collateral;
  key_source wallet_key;                // of every account that has no key of its own
  account_keys keys;                    // of those that have
  std::vector<venue_account> accounts;  // at the venue, the first enabled bets
  key_source venue_key;                 // the older word for a list of one
  key_source relayer_key;               // API key at the venue's relayer, for deposit wallets
  key_source across_key;                // API key at Across; without one its limits are strict
  key_source okx_key;                   // API key at OKX, with its secret and passphrase
  key_source okx_secret;
  key_source okx_passphrase;
  key_source oneinch_key;  // API key at 1inch; without one it is not asked
  webhooks::webhook_settings webhooks;
  cluster::cluster_settings cluster;

  /// Its own, or the wallet's.
  [[nodiscard]] account_source with_default(const account_source& of) const;
  /// Whether anything is left to the wallet's key.
  [[nodiscard]] bool needs_wallet_key() const;

  /// Never empty: without a list there is one, "main", with `venue_key` or the wallet's key.
  [[nodiscard]] std::vector<venue_account> venue_accounts() const;

  /// "plasma", "polygon" or "base"; null for any other, and where Base is not configured.
  [[nodiscard]] const chain_settings* chain_called(const std::string& name) const;
  /// The sources with all that the file leaves to the usual, those that are switched off too; never
  /// empty. The first is asked for in front.
  [[nodiscard]] std::vector<source_setting> paid_sources() const;

  /// Names of enabled sources that are credited at one dollar whatever they are worth, though
  /// nobody said that they shall be. None in the sandbox.
  [[nodiscard]] std::vector<std::string> unguarded_sources() const;

  /// Of its input, in basis points: what a leg of the route must bring. Its own bound, or what the
  /// operator's cap on the route's slippage leaves where that is more.
  [[nodiscard]] std::uint32_t least_of(const std::string& route_name, std::uint32_t own) const;

  /// The first thing that makes these settings unusable, naming the field; "" when they are fine.
  [[nodiscard]] std::string validate() const;
};

/// Who said what a setting is.
enum class source : std::uint8_t { built_in, file, environment };

struct loaded {
  settings value;
  std::string error{};                      // "" or one line: file, field and reason
  std::map<std::string, source> sources{};  // of what is not built in, by its path ("http.port")
};

/// Reads a JSON file, in which `//` and `/* */` may comment. Unknown fields are errors, so that a
/// typing mistake cannot pass for a default.
[[nodiscard]] loaded load(const std::string& path);
[[nodiscard]] loaded parse(const std::string& json_text);

/// The secret's text from its source; nothing when there is none. Files must not be readable by
/// others; in $CREDENTIALS_DIRECTORY by the group, at most.
[[nodiscard]] std::optional<std::string> read_secret(const key_source& source, std::string& error);

}  // namespace headroom::config
