#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "config/table.hpp"
#include "tests/support/source_tree.hpp"

namespace headroom::config {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// An environment variable for the time of one test.
class environment {
 public:
  environment(const char* name, const char* value) : name_{name} {
    if (const auto* old = std::getenv(name)) old_ = old;
    set(value);
  }
  ~environment() { set(old_ ? old_->c_str() : nullptr); }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

 private:
  void set(const char* value) {
    if (value != nullptr) {
      ::setenv(name_, value, 1);
    } else {
      ::unsetenv(name_);
    }
  }
  const char* name_;
  std::optional<std::string> old_;
};

std::string text_of(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

const fs::path example = headroom::test::source_tree() / "config" / "production.example.json";

struct Settings : testing::Test {
  environment no_url{"HEADROOM_DATABASE_URL", nullptr};
  json good = json::parse(text_of(example));

  /// The example with one field changed, "" at the root: what is said of it.
  std::string error_with(const std::string& section, const std::string& field, const json& value) {
    auto document = good;
    auto* where = &document;
    std::istringstream words{section};
    for (std::string word; std::getline(words, word, '.');) where = &(*where)[word];
    (*where)[field] = value;
    return parse(document.dump()).error;
  }
};

enum class kind { text, flag, number, positive, list, objects, address, amount };

struct field {
  const char* section;
  const char* name;
  kind is;
};

/// Every setting there is.
constexpr field all_fields[] = {
    {"", "profile", kind::text},
    {"", "log_level", kind::text},
    {"", "sources", kind::objects},
    {"http", "listen", kind::text},
    {"http", "port", kind::number},
    {"http", "public_url", kind::text},
    {"http", "web_root", kind::text},
    {"http", "threads", kind::number},
    {"http", "max_connections", kind::number},
    {"http", "max_in_flight", kind::number},
    {"http", "max_body", kind::number},
    {"http", "request_timeout_ms", kind::number},
    {"http", "idle_timeout_ms", kind::number},
    {"http", "header_timeout_ms", kind::number},
    {"http", "drain_timeout_ms", kind::number},
    {"http", "public_metrics", kind::flag},
    {"http", "kept_refusals", kind::number},
    {"http", "refusals_kept_ms", kind::number},
    {"http", "max_streams", kind::number},
    {"http", "max_streams_per_caller", kind::number},
    {"http", "stream_queue", kind::number},
    {"http", "stream_heartbeat_ms", kind::number},
    {"http", "stream_pace_ms", kind::number},
    {"http", "stream_retry_ms", kind::number},
    {"http", "admin_listen", kind::text},
    {"http", "cors_origins", kind::list},
    {"http", "key_rate", kind::number},
    {"http", "key_burst", kind::number},
    {"http", "signer_rate", kind::number},
    {"http", "signer_burst", kind::number},
    {"http", "session_rate", kind::number},
    {"http", "session_burst", kind::number},
    {"http", "session_time_ms", kind::number},
    {"http", "refused_rate", kind::number},
    {"database", "url", kind::text},
    {"database", "connect_timeout_ms", kind::number},
    {"database", "statement_timeout_ms", kind::number},
    {"database", "read_timeout_ms", kind::number},
    {"database", "writer_wait_ms", kind::number},
    {"plasma", "chain_id", kind::number},
    {"plasma", "rpc", kind::list},
    {"plasma", "confirmations", kind::number},
    {"plasma", "finality", kind::text},
    {"plasma", "finalized_tag", kind::flag},
    {"plasma", "large_from", kind::amount},
    {"plasma", "tag_patience_seconds", kind::number},
    {"plasma", "rpc_timeout_ms", kind::number},
    {"plasma", "poll_ms", kind::number},
    {"plasma", "public_rpc", kind::list},
    {"plasma", "explorer", kind::text},
    {"plasma", "bump_after_ms", kind::number},
    {"plasma", "min_tip_wei", kind::number},
    {"plasma", "usdt0", kind::address},
    {"plasma", "oft", kind::address},
    {"plasma", "eid", kind::number},
    {"polygon", "chain_id", kind::number},
    {"polygon", "rpc", kind::list},
    {"polygon", "confirmations", kind::number},
    {"polygon", "finality", kind::text},
    {"polygon", "finalized_tag", kind::flag},
    {"polygon", "large_from", kind::amount},
    {"polygon", "tag_patience_seconds", kind::number},
    {"polygon", "rpc_timeout_ms", kind::number},
    {"polygon", "poll_ms", kind::number},
    {"polygon", "public_rpc", kind::list},
    {"polygon", "explorer", kind::text},
    {"polygon", "bump_after_ms", kind::number},
    {"polygon", "min_tip_wei", kind::number},
    {"polygon", "usdt0", kind::address},
    {"polygon", "oft", kind::address},
    {"polygon", "eid", kind::number},
    {"base", "chain_id", kind::number},
    {"base", "rpc", kind::list},
    {"base", "confirmations", kind::number},
    {"base", "finality", kind::text},
    {"base", "large_from", kind::amount},
    {"base", "tag_patience_seconds", kind::number},
    {"base", "rpc_timeout_ms", kind::number},
    {"base", "poll_ms", kind::number},
    {"base", "public_rpc", kind::list},
    {"base", "explorer", kind::text},
    {"base", "bump_after_ms", kind::number},
    {"base", "min_tip_wei", kind::number},
    {"base", "usdc", kind::address},
    {"deposits", "token_name", kind::text},
    {"deposits", "token_version", kind::text},
    {"deposits", "networks_v1", kind::list},
    {"deposits", "max_timeout_seconds", kind::number},
    {"deposits", "longest_window_seconds", kind::number},
    {"deposits", "signature_gas", kind::number},
    {"deposits", "checks_at_once", kind::number},
    {"deposits", "checks_per_second", kind::positive},
    {"deposits", "minimum", kind::amount},
    {"deposits", "maximum", kind::amount},
    {"deposits", "answer_ms", kind::number},
    {"deposits", "fee_bps", kind::number},
    {"deposits", "fee_min", kind::amount},
    {"deposits", "fee_max", kind::amount},
    {"conversion", "route", kind::text},
    {"conversion", "routes", kind::objects},
    {"conversion", "longest_wait_seconds", kind::number},
    {"conversion", "wait_below_target_seconds", kind::number},
    {"conversion", "choice_ms", kind::number},
    {"conversion", "choose_again_ms", kind::number},
    {"conversion", "route_look_ms", kind::number},
    {"buffer", "low", kind::amount},
    {"buffer", "target", kind::amount},
    {"buffer", "high", kind::amount},
    {"buffer", "history_ms", kind::number},
    {"conversion", "usdc", kind::address},
    {"conversion", "quoter", kind::address},
    {"conversion", "router", kind::address},
    {"conversion", "pool_fee", kind::number},
    {"conversion", "slippage_bps", kind::number},
    {"conversion", "least_bps", kind::number},
    {"conversion", "max_bridge_fee", kind::number},
    {"conversion", "alert_bridge_fee", kind::number},
    {"conversion", "bridge_least_bps", kind::number},
    {"conversion", "bridge_seconds", kind::number},
    {"conversion", "coin_price", kind::amount},
    {"conversion", "wrap", kind::flag},
    {"conversion", "poll_ms", kind::number},
    {"conversion", "call_interval_ms", kind::number},
    {"conversion", "stuck_after_seconds", kind::number},
    {"conversion", "step_timeout_ms", kind::number},
    {"conversion", "attempts", kind::number},
    {"conversion", "alert_after_ms", kind::number},
    {"conversion", "at_once", kind::number},
    {"conversion", "most_deposits", kind::number},
    {"conversion", "retry_ms", kind::number},
    {"conversion", "longest_retry_ms", kind::number},
    {"conversion", "undone_after_seconds", kind::number},
    {"conversion", "rescue_after_ms", kind::number},
    {"conversion", "minimum", kind::amount},
    {"across", "api_url", kind::text},
    {"across", "integrator_id", kind::text},
    {"across", "timeout_ms", kind::number},
    {"across", "spoke_pool_plasma", kind::address},
    {"across", "spoke_pool_polygon", kind::address},
    {"across", "spoke_pool_base", kind::address},
    {"across", "output_tokens", kind::list},
    {"across", "least_bps", kind::number},
    {"across", "max_fee_bps", kind::number},
    {"across", "fill_window_seconds", kind::number},
    {"across", "fill_least_seconds", kind::number},
    {"across", "fill_most_seconds", kind::number},
    {"across", "quote_age_seconds", kind::number},
    {"across", "exclusivity_seconds", kind::number},
    {"across", "most_parts", kind::number},
    {"across", "parts_at_once", kind::number},
    {"across", "settle_seconds", kind::number},
    {"across", "expected_seconds", kind::number},
    {"across", "refund_settle_ms", kind::number},
    {"cctp", "iris_url", kind::text},
    {"cctp", "timeout_ms", kind::number},
    {"cctp", "token_messenger", kind::address},
    {"cctp", "message_transmitter", kind::address},
    {"cctp", "plasma_usdc", kind::address},
    {"cctp", "plasma_domain", kind::number},
    {"cctp", "base_domain", kind::number},
    {"cctp", "polygon_domain", kind::number},
    {"cctp", "fast", kind::flag},
    {"cctp", "max_fee_bps", kind::number},
    {"cctp", "expected_seconds", kind::number},
    {"cctp", "attested_within_seconds", kind::number},
    {"stargate", "pool_plasma", kind::address},
    {"stargate", "pool_polygon_usdt0", kind::address},
    {"stargate", "pool_base", kind::address},
    {"stargate", "pool_polygon_usdc", kind::address},
    {"stargate", "polygon_eid", kind::number},
    {"stargate", "least_bps", kind::number},
    {"stargate", "max_fee_wei_base", kind::number},
    {"stargate", "coin_price_base", kind::amount},
    {"stargate", "expected_seconds", kind::number},
    {"oneinch", "api_url", kind::text},
    {"oneinch", "router", kind::address},
    {"oneinch", "timeout_ms", kind::number},
    {"oneinch", "requests_per_second", kind::positive},
    {"oneinch", "keep_ms", kind::number},
    {"okx", "enabled", kind::flag},
    {"okx", "url", kind::text},
    {"okx", "timeout_ms", kind::number},
    {"okx", "deposit_chain", kind::text},
    {"okx", "withdrawal_chain", kind::text},
    {"okx", "deposit_address", kind::address},
    {"okx", "receiver", kind::text},
    {"okx", "slippage_bps", kind::number},
    {"okx", "least_bps", kind::number},
    {"okx", "taker_bps", kind::number},
    {"okx", "min_order", kind::amount},
    {"okx", "price_step", kind::amount},
    {"okx", "size_step", kind::amount},
    {"okx", "expected_seconds", kind::number},
    {"okx", "not_found_seconds", kind::number},
    {"relay", "enabled", kind::flag},
    {"relay", "api_url", kind::text},
    {"relay", "timeout_ms", kind::number},
    {"relay", "depository", kind::address},
    {"relay", "least_bps", kind::number},
    {"relay", "quote_age_seconds", kind::number},
    {"relay", "settle_seconds", kind::number},
    {"relay", "expected_seconds", kind::number},
    {"venue", "accounts", kind::objects},
    {"venue", "url", kind::text},
    {"venue", "ws_url", kind::text},
    {"venue", "gamma_url", kind::text},
    {"venue", "gamma_reads_per_second", kind::positive},
    {"venue", "book_reads_per_second", kind::positive},
    {"venue", "list_ttl_ms", kind::number},
    {"venue", "book_ttl_ms", kind::number},
    {"venue", "quote_ttl_ms", kind::number},
    {"venue", "chain_id", kind::number},
    {"venue", "exchange", kind::address},
    {"venue", "neg_risk_exchange", kind::address},
    {"venue", "collateral", kind::address},
    {"venue", "orders_per_second", kind::positive},
    {"venue", "order_burst", kind::positive},
    {"venue", "orders_in_ten_seconds", kind::positive},
    {"venue", "orders_in_ten_minutes", kind::positive},
    {"venue", "turn_share", kind::positive},
    {"venue", "turn_patience_ms", kind::number},
    {"venue", "turns_of_a_user", kind::number},
    {"venue", "max_turns", kind::number},
    {"venue", "order_timeout_ms", kind::number},
    {"venue", "confirm_wait_ms", kind::number},
    {"venue", "first_look_ms", kind::number},
    {"venue", "longest_look_ms", kind::number},
    {"venue", "grace_ms", kind::number},
    {"venue", "unresolved_after_ms", kind::number},
    {"venue", "trade_passes_per_second", kind::positive},
    {"venue", "reads_per_second", kind::positive},
    {"venue", "read_burst", kind::positive},
    {"venue", "settling_time_ms", kind::number},
    {"venue", "signer_share", kind::positive},
    {"venue", "key_share", kind::positive},
    {"venue", "stop_pause_ms", kind::number},
    {"venue", "market_pause_ms", kind::number},
    {"venue", "credentials_patience_ms", kind::number},
    {"venue", "cancels_per_second", kind::positive},
    {"venue", "cancel_burst", kind::positive},
    {"venue", "young_for_ms", kind::number},
    {"venue", "late_match_ms", kind::number},
    {"venue", "money_dust", kind::amount},
    {"venue", "share_dust", kind::amount},
    {"venue", "self_test", kind::flag},
    {"venue", "self_test_token", kind::text},
    {"venue", "self_test_neg_risk_token", kind::text},
    {"venue", "account_check_ms", kind::number},
    {"venue", "account_check_soon_ms", kind::number},
    {"venue", "collateral_low_bps", kind::number},
    {"venue", "collateral_high_bps", kind::number},
    {"venue", "collateral_least", kind::amount},
    {"venue", "supply_low", kind::amount},
    {"venue", "supply_target", kind::amount},
    {"venue", "supply_keep", kind::amount},
    {"venue", "supply_least", kind::amount},
    {"venue", "relayer_url", kind::text},
    {"venue", "relayer_timeout_ms", kind::number},
    {"venue.contracts", "conditional_tokens", kind::address},
    {"venue.contracts", "collateral_adapter", kind::address},
    {"venue.contracts", "neg_risk_collateral_adapter", kind::address},
    {"venue.contracts", "neg_risk_adapter", kind::address},
    {"venue.contracts", "usdc_e", kind::address},
    {"venue.contracts", "onramp", kind::address},
    {"venue.contracts", "offramp", kind::address},
    {"venue.contracts", "wallet_factory", kind::address},
    {"venue.contracts", "wallet_beacon", kind::address},
    {"settlement", "poll_ms", kind::number},
    {"settlement", "look_interval_ms", kind::number},
    {"settlement", "step_timeout_ms", kind::number},
    {"settlement", "alert_after_seconds", kind::number},
    {"settlement", "page", kind::number},
    {"settlement", "at_once", kind::number},
    {"settlement", "slice", kind::number},
    {"settlement", "slice_pause_ms", kind::number},
    {"settlement", "surplus", kind::amount},
    {"webhooks", "poll_ms", kind::number},
    {"webhooks", "timeout_ms", kind::number},
    {"webhooks", "max_answer", kind::number},
    {"webhooks", "at_once", kind::number},
    {"webhooks", "pace", kind::number},
    {"webhooks", "old_secret_ms", kind::number},
    {"webhooks", "failing_after_ms", kind::number},
    {"webhooks", "kept_ms", kind::number},
    {"cluster", "enabled", kind::flag},
    {"cluster", "name", kind::text},
    {"cluster", "address", kind::text},
    {"cluster", "beat_ms", kind::number},
    {"cluster", "lease_ms", kind::number},
    {"cluster", "dead_after_ms", kind::number},
    {"cluster", "knock_ms", kind::number},
    {"withdrawals", "minimum", kind::amount},
    {"withdrawals", "maximum", kind::amount},
    {"withdrawals", "fee", kind::amount},
    {"withdrawals", "fee_bps", kind::number},
    {"withdrawals", "per_user_per_day", kind::amount},
    {"withdrawals", "approval_above", kind::amount},
    {"withdrawals", "paused", kind::flag},
    {"withdrawals", "refused", kind::list},
    {"withdrawals", "refused_file", kind::text},
    {"withdrawals", "poll_ms", kind::number},
    {"withdrawals", "longest_poll_ms", kind::number},
    {"withdrawals", "step_timeout_ms", kind::number},
    {"withdrawals", "unresolved_after_seconds", kind::number},
    {"withdrawals", "float_low", kind::amount},
    {"withdrawals", "float_target", kind::amount},
    {"withdrawals", "float_keep", kind::amount},
    {"withdrawals", "float_least", kind::amount},
    {"withdrawals", "float_per_day", kind::amount},
    {"wallet_key", "file", kind::text},
    {"wallet_key", "env", kind::text},
    {"keys.settlement", "file", kind::text},
    {"keys.settlement", "env", kind::text},
    {"keys.settlement.signer", "url", kind::text},
    {"keys.settlement.signer", "account", kind::address},
    {"keys.settlement.signer", "timeout_ms", kind::number},
    {"keys.settlement.signer.token", "file", kind::text},
    {"keys.settlement.signer.token", "env", kind::text},
    {"keys.conversion", "file", kind::text},
    {"keys.conversion", "env", kind::text},
    {"keys.conversion.signer", "url", kind::text},
    {"keys.conversion.signer", "account", kind::address},
    {"keys.conversion.signer", "timeout_ms", kind::number},
    {"keys.conversion.signer.token", "file", kind::text},
    {"keys.conversion.signer.token", "env", kind::text},
    {"keys.withdrawals", "file", kind::text},
    {"keys.withdrawals", "env", kind::text},
    {"keys.withdrawals.signer", "url", kind::text},
    {"keys.withdrawals.signer", "account", kind::address},
    {"keys.withdrawals.signer", "timeout_ms", kind::number},
    {"keys.withdrawals.signer.token", "file", kind::text},
    {"keys.withdrawals.signer.token", "env", kind::text},
    {"keys.plasma", "file", kind::text},
    {"keys.plasma", "env", kind::text},
    {"keys.plasma.signer", "url", kind::text},
    {"keys.plasma.signer", "account", kind::address},
    {"keys.plasma.signer", "timeout_ms", kind::number},
    {"keys.plasma.signer.token", "file", kind::text},
    {"keys.plasma.signer.token", "env", kind::text},
    {"keys.base", "file", kind::text},
    {"keys.base", "env", kind::text},
    {"keys.base.signer", "url", kind::text},
    {"keys.base.signer", "account", kind::address},
    {"keys.base.signer", "timeout_ms", kind::number},
    {"keys.base.signer.token", "file", kind::text},
    {"keys.base.signer.token", "env", kind::text},
    {"venue_key", "file", kind::text},
    {"venue_key", "env", kind::text},
    {"relayer_key", "file", kind::text},
    {"relayer_key", "env", kind::text},
    {"across_key", "file", kind::text},
    {"across_key", "env", kind::text},
    {"oneinch_key", "file", kind::text},
    {"oneinch_key", "env", kind::text},
    {"okx_key", "file", kind::text},
    {"okx_key", "env", kind::text},
    {"okx_secret_key", "file", kind::text},
    {"okx_secret_key", "env", kind::text},
    {"okx_passphrase_key", "file", kind::text},
    {"okx_passphrase_key", "env", kind::text},
    {"engine", "workers", kind::number},
    {"engine", "max_live_bets", kind::number},
    {"engine", "max_balances", kind::number},
    {"engine", "max_live_deposits", kind::number},
    {"engine", "balance_idle_ms", kind::number},
    {"engine", "drain_ms", kind::number},
    {"engine", "stop_step_ms", kind::number},
    {"engine", "journal_queue", kind::number},
    {"engine", "journal_batch", kind::number},
    {"engine", "journal_retry_ms", kind::number},
    {"engine", "load_timeout_ms", kind::number},
    {"engine", "append_timeout_ms", kind::number},
    {"engine", "overdue_ms", kind::number},
    {"engine", "buffer_tick_ms", kind::number},
    {"engine", "deposits_recovered", kind::number},
    {"engine", "restarts_per_minute", kind::number},
};

/// Of the same kind for all chains, one section deeper; tests/config/chain_limits_test.cpp has
/// their bounds.
constexpr field deeper_fields[] = {
    {"wallet", "max_fee_wei", kind::number},
    {"wallet", "max_tx_fee_wei", kind::number},
    {"wallet", "bump_percent", kind::number},
    {"wallet", "base_fee_percent", kind::number},
    {"wallet", "gas_pad_percent", kind::number},
    {"wallet", "gas_low_hours", kind::number},
    {"wallet", "looks_before_search", kind::number},
    {"wallet", "search_again_ms", kind::number},
    {"wallet", "lone_witness_ms", kind::number},
    {"wallet", "doubt_after_seconds", kind::number},
    {"nodes", "skip_after_failure_ms", kind::number},
    {"nodes", "skip_after_silence_ms", kind::number},
    {"nodes", "longest_rest_ms", kind::number},
    {"nodes", "compare_heads_ms", kind::number},
    {"nodes", "most_blocks_behind", kind::number},
    {"nodes", "most_seconds_behind", kind::number},
    {"logs", "chunk", kind::number},
    {"logs", "chunks", kind::number},
};

std::string path_of(const field& f) {
  return (*f.section != '\0' ? std::string{f.section} + "." : "") + f.name;
}

/// Every path that a test here knows.
std::set<std::string> known_paths() {
  std::set<std::string> out;
  for (const auto& f : all_fields) out.insert(path_of(f));
  for (const std::string chain : {"plasma.", "polygon.", "base."})
    for (const auto& f : deeper_fields) out.insert(chain + path_of(f));
  return out;
}

std::vector<json> wrong_values(kind k) {
  const json object = json::object();
  switch (k) {
    case kind::text: return {1, true, nullptr, json::array(), object};
    case kind::flag: return {0, "true", nullptr, object};
    case kind::number: return {-1, 1.5, "1", true, nullptr, 1e30, object};
    case kind::positive: return {0, -1, "1", nullptr, object};
    case kind::list: return {"x", 1, json::array({1}), json::array({nullptr}), object};
    case kind::objects: return {"x", 1, nullptr, json::array(), object};
    case kind::address: return {1, "0x12", "nonsense", std::string(40, 'a'), nullptr, object};
    case kind::amount: return {1, 1.5, "-1", "1.0000001", "1e3", "$1", nullptr, object};
  }
  return {};
}

TEST_F(Settings, TheProductionExampleLoadsAsItStands) {
  const auto out = load(example.string());
  EXPECT_EQ(out.error, "");
  EXPECT_EQ(out.value.plasma.chain_id, 9745U);
  EXPECT_EQ(out.value.polygon.chain_id, 137U);
  EXPECT_EQ(out.value.core.conversion.minimum, 25_usdc);
  EXPECT_EQ(out.value.http.deposit_max, 50'000_usdc);
  EXPECT_EQ(out.value.venue.url, "https://clob.polymarket.com");
  EXPECT_EQ(out.value.venue.ws_url, "wss://ws-subscriptions-clob.polymarket.com/ws");
  EXPECT_EQ(out.value.http.request_timeout, milliseconds{15'000}) << "the default, not in the file";
}

TEST_F(Settings, TheEnvironmentsDatabaseWins) {
  const environment url{"HEADROOM_DATABASE_URL", "postgresql://elsewhere/books"};
  EXPECT_EQ(load(example.string()).value.store.conninfo, "postgresql://elsewhere/books");
  good.erase("database");
  EXPECT_EQ(parse(good.dump()).error, "");
}

TEST_F(Settings, WithoutADatabaseItSaysWhatToSet) {
  good.erase("database");
  EXPECT_EQ(parse(good.dump()).error, "database.url (or HEADROOM_DATABASE_URL) must be set");
}

/// What stands there may be a password, and the error goes to the log.
TEST_F(Settings, WhatIsNotJsonIsNotRepeated) {
  const auto broken = parse(R"({"database": {"url": "postgresql://u:s3cret@h/d}, "http": {}})");
  EXPECT_TRUE(broken.error.starts_with("not JSON")) << broken.error;
  EXPECT_EQ(broken.error.find("s3cret"), std::string::npos) << broken.error;
}

TEST_F(Settings, AWrongTypeNamesItsField) {
  for (const auto& f : all_fields) {
    const auto path = path_of(f);
    for (const auto& value : wrong_values(f.is)) {
      const auto error = error_with(f.section, f.name, value);
      EXPECT_TRUE(error.starts_with(path + " must be ")) << path << " = " << value << ": " << error;
      EXPECT_EQ(error.find('\n'), std::string::npos);
    }
  }
}

TEST_F(Settings, ANameThatIsNotASettingIsAnErrorEverywhere) {
  EXPECT_EQ(error_with("", "log_levle", "info"), "log_levle is not a setting");
  for (const char* section : {"http",
                              "database",
                              "plasma",
                              "polygon",
                              "base",
                              "deposits",
                              "conversion",
                              "buffer",
                              "across",
                              "cctp",
                              "stargate",
                              "oneinch",
                              "okx",
                              "relay",
                              "venue",
                              "settlement",
                              "withdrawals",
                              "wallet_key",
                              "keys",
                              "venue_key",
                              "relayer_key",
                              "across_key",
                              "oneinch_key",
                              "okx_key",
                              "okx_secret_key",
                              "okx_passphrase_key",
                              "engine"}) {
    EXPECT_EQ(error_with(section, "prot", 1), std::string{section} + ".prot is not a setting");
    EXPECT_EQ(error_with("", section, 7), std::string{section} + ": must be an object");
  }
}

/// Every number and amount has bounds, or it would be taken whatever it is.
TEST_F(Settings, EveryNumberHasBounds) {
  auto value = parse(good.dump()).value;
  std::map<std::string, row> rows;
  for (const auto& part : sections_of(value))
    for (const auto& r : part.rows) EXPECT_TRUE(rows.emplace(part.path_of(r), r).second) << r.name;
  for (const auto& f : all_fields) {
    const bool bounded = f.is == kind::number || f.is == kind::positive || f.is == kind::amount;
    ASSERT_TRUE(rows.contains(path_of(f))) << path_of(f);
    EXPECT_EQ(rows.at(path_of(f)).is_number(), bounded) << path_of(f);
  }
  const auto known = known_paths();
  for (const auto& [path, r] : rows) {
    EXPECT_TRUE(known.contains(path)) << path << " is missing in all_fields";
    EXPECT_EQ(r.is_number(), r.within.least < r.within.most) << path;
    EXPECT_EQ(std::string{r.what}.find('\n'), std::string::npos) << path;
  }
}

TEST_F(Settings, EveryNumberIsTakenAtItsEdgesAndRefusedBeyond) {
  auto value = parse(good.dump()).value;
  for (const auto& part : sections_of(value))
    for (const auto& r : part.rows) {
      if (!r.is_number()) continue;
      const auto path = part.path_of(r);
      const auto said = [&](number x) {
        const json as_said = r.is_amount()     ? json(r.text(x))
                             : r.is_fraction() ? json(static_cast<double>(x))
                                               : json(static_cast<std::uint64_t>(x));
        return error_with(part.path, r.name, as_said);
      };
      const number step = r.is_fraction() ? 0.05L : 1;
      for (const auto edge : {r.within.least, r.within.most})  // it may still not fit to another
        EXPECT_EQ(said(edge).find(path + " must be "), std::string::npos) << said(edge);
      const auto above = said(r.within.most + step);
      EXPECT_TRUE(above.starts_with(path + " must be ")) << path << above;
      if (r.within.least - step < 0) continue;  // not even a number of ours
      const auto below = said(r.within.least - step);
      EXPECT_TRUE(below.starts_with(path + " must be ")) << path << below;
    }
}

/// What an operator could have meant well, and what would have cost money.
TEST_F(Settings, WhatIsUnsafeIsRefusedByName) {
  struct row {
    const char* section;
    const char* field;
    json value;
    const char* error_starts;
  };
  const std::string zero = "0x" + std::string(40, '0');
  const row table[] = {
      {"", "profile", "staging", "profile "},
      {"", "log_level", "inof", "log_level must be "},
      {"", "log_level", "", "log_level must be "},
      {"", "log_level", "INFO", "log_level must be "},
      {"", "log_level", "warn", "log_level must be "},
      {"http", "listen", "localhost", "http.listen "},
      {"http", "listen", "", "http.listen "},
      {"http", "listen", "127.0.0.256", "http.listen "},
      {"http", "admin_listen", "9464", "http.admin_listen "},
      {"http", "admin_listen", "127.0.0.1", "http.admin_listen "},
      {"http", "admin_listen", "127.0.0.1:", "http.admin_listen "},
      {"http", "admin_listen", ":9464", "http.admin_listen "},
      {"http", "admin_listen", "localhost:9464", "http.admin_listen "},
      {"http", "admin_listen", "127.0.0.1:65536", "http.admin_listen "},
      {"http", "admin_listen", "127.0.0.1:9464/", "http.admin_listen "},
      {"http", "cors_origins", json::array({"app.example"}), "http.cors_origins "},
      {"http", "cors_origins", json::array({"https://a.example/"}), "http.cors_origins "},
      {"http", "cors_origins", json::array({"https://a.example/x"}), "http.cors_origins "},
      {"http", "cors_origins", json::array({"https://*.example"}), "http.cors_origins "},
      {"http", "cors_origins", json::array({"https://A.example"}), "http.cors_origins "},
      {"http", "cors_origins", json::array({""}), "http.cors_origins "},
      {"http", "public_url", "ftp://x", "http.public_url "},
      {"http", "public_url", "", "http.public_url "},
      {"http", "public_url", "https://", "http.public_url "},
      {"http", "public_url", "https://pay.example.com/", "http.public_url "},
      {"http", "idle_timeout_ms", 4'294'967'296, "http.idle_timeout_ms "},
      {"http", "request_timeout_ms", 7'999, "http.request_timeout_ms must not be below deposits."},
      {"plasma", "rpc", json::array(), "plasma.rpc "},
      {"plasma", "rpc", json::array({"localhost"}), "plasma.rpc"},
      {"plasma", "rpc", json(std::vector<std::string>(17, "http://x")), "plasma.rpc "},
      {"plasma", "usdt0", zero, "plasma.usdt0 "},
      {"plasma", "confirmations", 0, "plasma.confirmations must be from 1 to "},
      {"plasma", "finality", "depth", "plasma.finality must be confirmations, tag, "},
      {"polygon", "finalized_tag", true, "polygon.finality must not stand beside finalized_tag"},
      {"plasma", "oft", zero, "plasma.oft "},
      {"plasma", "chain_id", 137, "polygon.chain_id must not be plasma.chain_id"},
      {"polygon", "chain_id", 9745, "polygon.chain_id must not be plasma.chain_id"},
      {"polygon", "confirmations", 0, "polygon.confirmations must be from 1 to "},
      {"polygon", "eid", 0, "polygon.oft "},
      {"venue", "longest_look_ms", 249, "venue.longest_look_ms must not be below venue.first_look"},
      {"venue", "grace_ms", 0, "venue.grace_ms must be from 1000 to "},
      {"venue", "order_burst", 0.5, "venue.order_burst must be from 1 to "},
      {"venue", "turn_patience_ms", 10'001, "venue.turn_patience_ms must be from 0 to "},
      {"venue", "url", "clob.polymarket.com", "venue.url "},
      {"venue", "relayer_url", "relayer-v2.polymarket.com", "venue.relayer_url "},
      {"venue", "ws_url", "https://clob.polymarket.com", "venue.ws_url "},
      {"venue", "ws_url", "ws://clob.polymarket.com/", "venue.ws_url "},
      {"venue", "ws_url", "wss://", "venue.ws_url "},
      {"venue", "gamma_url", "gamma-api.polymarket.com", "venue.gamma_url "},
      {"venue", "self_test_token", "0x1f", "venue.self_test_token must be an outcome token's id"},
      {"venue", "quote_ttl_ms", 60'001, "venue.quote_ttl_ms must be from 100 to "},
      {"engine", "overdue_ms", 14'999, "engine.overdue_ms must not be below venue.order_timeout"},
      {"engine", "stop_step_ms", 9'999, "engine.stop_step_ms must not be below database."},
      {"engine", "append_timeout_ms", 9'999, "engine.append_timeout_ms must not be below database"},
      {"deposits", "minimum", "0", "deposits.minimum must be from 0.000001 to 1000000.00"},
      {"deposits", "maximum", "0.5", "deposits.maximum must not be below the minimum"},
      {"deposits", "token_name", "", "deposits.token_name "},
      {"deposits", "token_version", "", "deposits.token_version "},
      {"deposits", "networks_v1", json::array(), "deposits.networks_v1 "},
      {"deposits", "networks_v1", json::array({""}), "deposits.networks_v1 "},
      {"deposits", "longest_window_seconds", 299,
       "deposits.longest_window_seconds must not be below deposits.max_timeout_seconds"},
      {"venue", "reads_per_second", 46, "venue.reads_per_second: with read_burst"},
      {"venue", "read_burst", 151, "venue.reads_per_second: with read_burst"},
      {"conversion", "route", "OFT!", "conversion.route must be "},
      {"conversion", "usdc", zero, "conversion.usdc "},
      {"conversion", "router", zero, "conversion.router "},
      {"conversion", "quoter", zero, "conversion.quoter "},
      {"conversion", "slippage_bps", 10'000, "conversion.slippage_bps must be from 0 to 500"},
      {"conversion", "least_bps", 0, "conversion.least_bps must be from 9000 to 10000"},
      {"withdrawals", "maximum", "0.50", "withdrawals.maximum must not be below the minimum"},
      {"withdrawals", "fee", "1.00", "withdrawals.minimum must be above the fee"},
      {"withdrawals", "float_low", "10000.01",
       "withdrawals.float_target must not be below float_low"},
      {"withdrawals", "refused", json::array({"0x12"}), "withdrawals.refused[0] must be "},
      {"withdrawals", "poll_ms", 60'000, "withdrawals.longest_poll_ms must not be below "},
      {"wallet_key", "env", "", "wallet_key "},
  };
  for (const auto& r : table) {
    const auto error = error_with(r.section, r.field, r.value);
    EXPECT_TRUE(error.starts_with(r.error_starts)) << r.section << "." << r.field << ": " << error;
  }
}

TEST_F(Settings, RoutesHaveNamesAndCaps) {
  const auto with = [&](const json& routes) { return error_with("conversion", "routes", routes); };
  auto document = good;
  document["conversion"]["routes"] = {
      {{"name", "across"}, {"fee_bps", 20}, {"size", "50000"}},
      {{"name", "oft_uniswap"}, {"slippage_bps", 30}, {"in_flight", "200000.50"}}};
  const auto out = parse(document.dump());
  ASSERT_EQ(out.error, "");
  const auto& all = out.value.core.conversion.routes;
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0], (route_terms{"across", 20, 0, 50'000_usdc, {}}));
  EXPECT_EQ(all[1], (route_terms{"oft_uniswap", 0, 30, {}, 200'000'500'000_micro}));
  EXPECT_EQ(with(json::array({{{"name", ""}}})),
            "conversion.routes[0].name must be a name like \"oft_uniswap\"");
  EXPECT_EQ(with(json::array({{{"name", "a"}}, {{"name", "a"}}})),
            "conversion.routes[1].name must not stand there twice");
  EXPECT_EQ(with(json::array({{{"name", "a"}, {"fee_bps", 10'001}}})),
            "conversion.routes[0].fee_bps must be a whole number from 0 to 10000");
  EXPECT_EQ(with(json::array({{{"name", "a"}, {"size", 5}}})),
            "conversion.routes[0].size must be a string");
  EXPECT_EQ(with(json::array({{{"name", "a"}, {"size", "x"}}})),
            "conversion.routes[0].size must be an amount like \"12.50\"");
  EXPECT_EQ(with(json::array({{{"name", "a"}, {"sise", "1"}}})),
            "conversion.routes[0].sise is not a setting");
  EXPECT_EQ(with(json::array({7})), "conversion.routes[0]: must be an object");
}

TEST_F(Settings, TheBuffersMarksDoNotCross) {
  good["buffer"] = {{"low", "100"}, {"high", "300"}};
  EXPECT_EQ(error_with("buffer", "target", "200"), "");
  EXPECT_EQ(error_with("buffer", "target", "99"), "buffer.target must not be below buffer.low");
  EXPECT_TRUE(error_with("buffer", "target", "301").starts_with("buffer.high must not be below "));
}

TEST_F(Settings, WithoutAPublicUrlNobodyCouldPay) {
  auto document = good;
  document["http"].erase("public_url");
  EXPECT_TRUE(parse(document.dump()).error.starts_with("http.public_url "));
}

TEST_F(Settings, EveryLogLevelAndBothKindsOfAddressAreAccepted) {
  for (const char* level : {"trace", "debug", "info", "warning", "error", "critical", "off"})
    EXPECT_EQ(error_with("", "log_level", level), "") << level;
  for (const char* where : {"127.0.0.1", "0.0.0.0", "::1", "::"})
    EXPECT_EQ(error_with("http", "listen", where), "") << where;
  for (const char* where : {"127.0.0.1:0", "", "[::1]:65535"})
    EXPECT_EQ(error_with("http", "admin_listen", where), "") << where;
  for (const auto& pages :
       {json::array(), json::array({"https://app.example:8443", "http://localhost"})})
    EXPECT_EQ(error_with("http", "cors_origins", pages), "") << pages;
}

TEST_F(Settings, WhatIsNotOneJsonObjectIsRefused) {
  for (const char* text : {"", "{", "[]", "null", "7", "\"x\"", "{}{}", "{\"profile\": }"})
    EXPECT_NE(parse(text).error, "") << text;
  EXPECT_EQ(load("/nonexistent/headroom.json").error, "/nonexistent/headroom.json: cannot be read");
}

TEST_F(Settings, AnErrorInAFileNamesTheFile) {
  const auto file = fs::temp_directory_path() / ("headroom-config-" + std::to_string(::getpid()));
  std::ofstream{file} << "{\"profil\": \"production\"}";
  EXPECT_EQ(load(file.string()).error, file.string() + ": profil is not a setting");
  fs::remove(file);
}

struct Secrets : testing::Test {
  fs::path file = fs::temp_directory_path() / ("headroom-secret-" + std::to_string(::getpid()));
  std::string error;

  void SetUp() override { std::ofstream{file} << "c0ffee\n"; }
  void TearDown() override { fs::remove(file); }
  void mode(mode_t m) const { ASSERT_EQ(::chmod(file.c_str(), m), 0); }
};

TEST_F(Secrets, AFileOfItsOwnerAloneIsReadWithoutItsLineEnd) {
  for (const mode_t m : {0600, 0400}) {
    mode(m);
    EXPECT_EQ(read_secret({file.string(), ""}, error), "c0ffee");
    EXPECT_EQ(error, "");
  }
}

TEST_F(Secrets, AFileThatOthersMayTouchIsRefused) {
  for (const mode_t m : {0644, 0640, 0604, 0660, 0601, 0602}) {
    mode(m);
    error.clear();
    EXPECT_EQ(read_secret({file.string(), ""}, error), std::nullopt);
    EXPECT_EQ(error, file.string() + ": others may read it; set its mode to 600");
  }
}

TEST_F(Secrets, WhatAServiceManagerHandsOverItsGroupMayRead) {
  const environment folder{"CREDENTIALS_DIRECTORY", file.parent_path().c_str()};
  mode(0440);
  EXPECT_EQ(read_secret({file.string(), ""}, error), "c0ffee") << error;
  for (const mode_t m : {0444, 0404, 0460, 0450}) {
    mode(m);
    EXPECT_EQ(read_secret({file.string(), ""}, error), std::nullopt);
  }
  const environment elsewhere{"CREDENTIALS_DIRECTORY", "/nonexistent"};
  mode(0440);
  EXPECT_EQ(read_secret({file.string(), ""}, error), std::nullopt);
}

TEST_F(Secrets, TheEnvironmentComesFirstAndMayBeMissing) {
  mode(0600);
  {
    const environment key{"HEADROOM_TEST_KEY", "beef"};
    EXPECT_EQ(read_secret({file.string(), "HEADROOM_TEST_KEY"}, error), "beef");
  }
  const environment empty{"HEADROOM_TEST_KEY", ""};
  EXPECT_EQ(read_secret({file.string(), "HEADROOM_TEST_KEY"}, error), "c0ffee");
  EXPECT_EQ(read_secret({"", "HEADROOM_TEST_KEY"}, error), std::nullopt);
  EXPECT_EQ(error, "HEADROOM_TEST_KEY is not set");
}

TEST_F(Secrets, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(read_secret({"/nonexistent/key", ""}, error), std::nullopt);
  EXPECT_EQ(error, "/nonexistent/key: cannot be read");
}

}  // namespace
}  // namespace headroom::config
