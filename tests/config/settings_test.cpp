#include "config/settings.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

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
    (section.empty() ? document : document[section])[field] = value;
    return parse(document.dump()).error;
  }
};

enum class kind { text, flag, number, positive, list, address, amount };

struct field {
  const char* section;
  const char* name;
  kind is;
};

/// Every setting there is.
constexpr field all_fields[] = {
    {"", "profile", kind::text},
    {"", "log_level", kind::text},
    {"http", "listen", kind::text},
    {"http", "port", kind::number},
    {"http", "public_url", kind::text},
    {"http", "threads", kind::number},
    {"http", "max_connections", kind::number},
    {"http", "max_in_flight", kind::number},
    {"http", "max_body", kind::number},
    {"http", "request_timeout_ms", kind::number},
    {"http", "idle_timeout_ms", kind::number},
    {"http", "header_timeout_ms", kind::number},
    {"http", "drain_timeout_ms", kind::number},
    {"http", "public_metrics", kind::flag},
    {"http", "admin_listen", kind::text},
    {"http", "cors_origins", kind::list},
    {"http", "key_rate", kind::number},
    {"http", "key_burst", kind::number},
    {"http", "signer_rate", kind::number},
    {"http", "signer_burst", kind::number},
    {"database", "url", kind::text},
    {"plasma", "chain_id", kind::number},
    {"plasma", "rpc", kind::list},
    {"plasma", "confirmations", kind::number},
    {"plasma", "finalized_tag", kind::flag},
    {"plasma", "rpc_timeout_ms", kind::number},
    {"plasma", "poll_ms", kind::number},
    {"plasma", "bump_after_ms", kind::number},
    {"plasma", "min_tip_wei", kind::number},
    {"plasma", "usdt0", kind::address},
    {"plasma", "oft", kind::address},
    {"plasma", "eid", kind::number},
    {"polygon", "rpc", kind::list},
    {"polygon", "usdt0", kind::address},
    {"deposits", "token_name", kind::text},
    {"deposits", "token_version", kind::text},
    {"deposits", "networks_v1", kind::list},
    {"deposits", "max_timeout_seconds", kind::number},
    {"deposits", "minimum", kind::amount},
    {"deposits", "maximum", kind::amount},
    {"deposits", "answer_ms", kind::number},
    {"conversion", "usdc", kind::address},
    {"conversion", "quoter", kind::address},
    {"conversion", "router", kind::address},
    {"conversion", "pool_fee", kind::number},
    {"conversion", "slippage_bps", kind::number},
    {"conversion", "least_bps", kind::number},
    {"conversion", "max_bridge_fee", kind::number},
    {"conversion", "poll_ms", kind::number},
    {"conversion", "stuck_after_seconds", kind::number},
    {"conversion", "attempts", kind::number},
    {"conversion", "minimum", kind::amount},
    {"venue", "url", kind::text},
    {"venue", "chain_id", kind::number},
    {"venue", "exchange", kind::address},
    {"venue", "neg_risk_exchange", kind::address},
    {"venue", "collateral", kind::address},
    {"venue", "orders_per_second", kind::positive},
    {"venue", "order_burst", kind::positive},
    {"venue", "order_timeout_ms", kind::number},
    {"venue", "confirm_wait_ms", kind::number},
    {"venue", "first_look_ms", kind::number},
    {"venue", "longest_look_ms", kind::number},
    {"venue", "grace_ms", kind::number},
    {"wallet_key", "file", kind::text},
    {"wallet_key", "env", kind::text},
    {"venue_key", "file", kind::text},
    {"engine", "workers", kind::number},
    {"engine", "max_live_bets", kind::number},
    {"engine", "max_live_deposits", kind::number},
    {"engine", "balance_idle_ms", kind::number},
    {"engine", "drain_ms", kind::number},
};

std::vector<json> wrong_values(kind k) {
  const json object = json::object();
  switch (k) {
    case kind::text: return {1, true, nullptr, json::array(), object};
    case kind::flag: return {0, "true", nullptr, object};
    case kind::number: return {-1, 1.5, "1", true, nullptr, 1e30, object};
    case kind::positive: return {0, -1, "1", nullptr, object};
    case kind::list: return {"x", 1, json::array({1}), json::array({nullptr}), object};
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
  EXPECT_EQ(out.value.conversion.minimum, 25_usdc);
  EXPECT_EQ(out.value.deposits.maximum, 50'000_usdc);
  EXPECT_EQ(out.value.venue.url, "https://clob.polymarket.com");
  EXPECT_EQ(out.value.http.request_timeout, milliseconds{15'000}) << "the default, not in the file";
}

TEST_F(Settings, TheEnvironmentsDatabaseWins) {
  const environment url{"HEADROOM_DATABASE_URL", "postgresql://elsewhere/books"};
  EXPECT_EQ(load(example.string()).value.database.url, "postgresql://elsewhere/books");
  good.erase("database");
  EXPECT_EQ(parse(good.dump()).error, "");
}

TEST_F(Settings, WithoutADatabaseItSaysWhatToSet) {
  good.erase("database");
  EXPECT_EQ(parse(good.dump()).error, "database.url (or HEADROOM_DATABASE_URL) must be set");
}

TEST_F(Settings, AWrongTypeNamesItsField) {
  for (const auto& f : all_fields) {
    const std::string path = (*f.section != '\0' ? std::string{f.section} + "." : "") + f.name;
    for (const auto& value : wrong_values(f.is)) {
      const auto error = error_with(f.section, f.name, value);
      EXPECT_TRUE(error.starts_with(path + " must be ")) << path << " = " << value << ": " << error;
      EXPECT_EQ(error.find('\n'), std::string::npos);
    }
  }
}

TEST_F(Settings, ANameThatIsNotASettingIsAnErrorEverywhere) {
  EXPECT_EQ(error_with("", "log_levle", "info"), "log_levle is not a setting");
  for (const char* section : {"http", "database", "plasma", "polygon", "deposits", "conversion",
                              "venue", "wallet_key", "venue_key", "engine"}) {
    EXPECT_EQ(error_with(section, "prot", 1), std::string{section} + ".prot is not a setting");
    EXPECT_EQ(error_with("", section, 7), std::string{section} + ": must be an object");
  }
}

TEST_F(Settings, ALimitThatIsCrossedNamesItsField) {
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
      {"http", "key_rate", 10'000'001, "http.key_rate "},
      {"http", "key_burst", 0, "http.key_burst "},
      {"http", "key_burst", 10'000'001, "http.key_burst "},
      {"http", "signer_rate", 10'000'001, "http.signer_rate "},
      {"http", "signer_burst", 0, "http.signer_burst "},
      {"http", "threads", 0, "http.threads "},
      {"http", "threads", 65, "http.threads "},
      {"http", "port", 65'536, "http.port "},
      {"http", "max_connections", 0, "http.max_connections "},
      {"http", "max_in_flight", 0, "http.max_in_flight "},
      {"http", "max_body", 1'023, "http.max_body "},
      {"http", "public_url", "ftp://x", "http.public_url "},
      {"http", "public_url", "", "http.public_url "},
      {"http", "public_url", "https://", "http.public_url "},
      {"http", "public_url", "https://pay.example.com/", "http.public_url "},
      {"http", "idle_timeout_ms", 4'294'967'296, "http.idle_timeout_ms "},
      {"engine", "workers", 0, "engine.workers "},
      {"engine", "workers", 65, "engine.workers "},
      {"engine", "max_live_bets", 0, "engine.max_live_bets "},
      {"engine", "max_live_deposits", 0, "engine.max_live_deposits "},
      {"plasma", "chain_id", 0, "plasma.chain_id "},
      {"plasma", "rpc", json::array(), "plasma.rpc "},
      {"plasma", "rpc", json::array({"localhost"}), "plasma.rpc"},
      {"plasma", "usdt0", zero, "plasma.usdt0 "},
      {"plasma", "rpc_timeout_ms", 99, "plasma.rpc_timeout_ms "},
      {"plasma", "poll_ms", 9, "plasma.poll_ms "},
      {"plasma", "oft", zero, "plasma.oft "},
      {"polygon", "eid", 0, "polygon.oft "},
      {"polygon", "poll_ms", 0, "polygon.poll_ms "},
      {"plasma", "bump_after_ms", 999, "plasma.bump_after_ms "},
      {"http", "request_timeout_ms", 99, "http.request_timeout_ms "},
      {"http", "idle_timeout_ms", 0, "http.idle_timeout_ms "},
      {"http", "header_timeout_ms", 0, "http.header_timeout_ms "},
      {"conversion", "poll_ms", 9, "conversion.poll_ms "},
      {"conversion", "stuck_after_seconds", 0, "conversion.stuck_after_seconds "},
      {"venue", "order_timeout_ms", 99, "venue.order_timeout_ms "},
      {"venue", "first_look_ms", 9, "venue.first_look_ms "},
      {"venue", "longest_look_ms", 0, "venue.longest_look_ms "},
      {"venue", "longest_look_ms", 249, "venue.longest_look_ms must be at least 250"},
      {"engine", "balance_idle_ms", 999, "engine.balance_idle_ms "},
      {"deposits", "minimum", "0", "deposits.minimum "},
      {"deposits", "maximum", "0.5", "deposits.maximum "},
      {"deposits", "max_timeout_seconds", 29, "deposits.max_timeout_seconds "},
      {"deposits", "max_timeout_seconds", 3'601, "deposits.max_timeout_seconds "},
      {"conversion", "usdc", zero, "conversion.usdc "},
      {"conversion", "router", zero, "conversion.router "},
      {"conversion", "quoter", zero, "conversion.quoter "},
      {"conversion", "slippage_bps", 10'001, "conversion"},
      {"conversion", "least_bps", 10'001, "conversion"},
      {"venue", "url", "clob.polymarket.com", "venue.url "},
      {"wallet_key", "env", "", "wallet_key "},
  };
  for (const auto& r : table) {
    const auto error = error_with(r.section, r.field, r.value);
    EXPECT_TRUE(error.starts_with(r.error_starts)) << r.section << "." << r.field << ": " << error;
  }
}

TEST_F(Settings, WithoutAPublicUrlNobodyCouldPay) {
  auto document = good;
  document["http"].erase("public_url");
  EXPECT_TRUE(parse(document.dump()).error.starts_with("http.public_url "));
}

TEST_F(Settings, TheLeastWaitsAndEveryLogLevelAreAccepted) {
  struct row {
    const char* section;
    const char* field;
    json value;
  };
  const row table[] = {
      {"http", "cors_origins", json::array()},
      {"http", "cors_origins", json::array({"https://app.example:8443", "http://localhost"})},
      {"http", "key_rate", 0},
      {"http", "key_burst", 1},
      {"http", "signer_rate", 0},
      {"http", "signer_burst", 10'000'000},
      {"http", "listen", "::"},
      {"http", "admin_listen", "127.0.0.1:0"},
      {"http", "admin_listen", ""},
      {"http", "admin_listen", "[::1]:65535"},
      {"plasma", "poll_ms", 10},
      {"plasma", "bump_after_ms", 1'000},
      {"http", "request_timeout_ms", 100},
      {"http", "idle_timeout_ms", 100},
      {"http", "header_timeout_ms", 100},
      {"http", "drain_timeout_ms", 0},
      {"conversion", "poll_ms", 10},
      {"conversion", "stuck_after_seconds", 1},
      {"venue", "order_timeout_ms", 100},
      {"venue", "first_look_ms", 10},
      {"venue", "longest_look_ms", 250},
      {"engine", "balance_idle_ms", 1'000},
      {"engine", "drain_ms", 0},
      {"", "log_level", "trace"},
      {"", "log_level", "debug"},
      {"", "log_level", "info"},
      {"", "log_level", "warning"},
      {"", "log_level", "error"},
      {"", "log_level", "critical"},
      {"", "log_level", "off"},
  };
  for (const auto& r : table)
    EXPECT_EQ(error_with(r.section, r.field, r.value), "") << r.field << " = " << r.value;
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
