#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "chain/evm/keccak.hpp"
#include "chain/treasury/okx_api.hpp"
#include "net/json.hpp"

namespace headroom::test {

using nlohmann::json;

/// One OKX account in memory: what it was asked, what it did, and the ways an answer gets lost.
struct fake_okx {
  enum class fault {
    none,
    lost,           // nothing is done, nothing is answered
    after,          // done, and never answered
    timeout_after,  // done, and answered by a time-out of theirs
    limited,        // 429 and 50011: nothing is done
    ip,             // 50110
  };

  chain::okx::credentials keys{"a key", "a secret", "a passphrase"};
  std::map<std::string, fault> next;  // of the next call of that path
  bool silent = false;
  bool deposits_open = true;
  bool withdrawals_open = true;
  address deposit_address;
  std::map<std::string, json> deposits;  // by transaction
  std::string ask = "1.0001";
  std::string depth = "1000000";
  std::int64_t fill_ppm = 1'000'000;  // of an order
  std::string withdrawal_state = "1";
  std::string tx;          // of the withdrawals
  std::size_t hidden = 0;  // so many look-ups by client id find nothing
  std::vector<json> transfers;
  std::vector<json> orders;
  std::vector<json> past;  // orders that only the history has
  std::vector<json> withdrawals;
  std::map<std::string, std::vector<json>> posted;  // bodies by path, also of those that were lost

  net::http_result heard(const net::http_request& r) {
    const auto target = r.url.substr(r.url.find("/api/"));
    const auto path = target.substr(0, target.find('?'));
    const auto time = header(r, "OK-ACCESS-TIMESTAMP");
    EXPECT_EQ(header(r, "OK-ACCESS-KEY"), keys.key);
    EXPECT_EQ(header(r, "OK-ACCESS-PASSPHRASE"), keys.passphrase);
    EXPECT_EQ(header(r, "OK-ACCESS-SIGN"),
              chain::okx::signature(keys.secret, time, r.method, target, r.body));
    json body;
    if (r.method == "POST") {
      body = json::parse(r.body);
      posted[path].push_back(body);
    }
    const auto i = next.find(path);
    const auto how = i == next.end() ? fault::none : i->second;
    if (i != next.end()) next.erase(i);
    if (silent || how == fault::lost) return nothing();
    if (how == fault::limited) return said(429, "50011", "Too Many Requests");
    if (how == fault::ip) return said(401, "50110", "Your IP is not on the whitelist");
    auto answer = r.method == "POST" ? act(path, body) : tell(path, target);
    if (how == fault::after) return nothing();
    if (how == fault::timeout_after) return said(400, "50004", "API endpoint request timeout");
    return answer;
  }

  [[nodiscard]] std::size_t count(const std::string& path) const {
    const auto i = posted.find(path);
    return i == posted.end() ? 0 : i->second.size();
  }
  void deposit(const hash256& hash, const std::string& amount, const std::string& state) {
    deposits[hash.hex()] = {{"ccy", "USDT"},  {"chain", "USDT-Plasma"},
                            {"amt", amount},  {"to", deposit_address.hex()},
                            {"state", state}, {"txId", hash.hex()}};
  }

  static net::http_result said(unsigned status, const std::string& code, const std::string& msg,
                               json data = json::array()) {
    net::http_result r;
    r.outcome = net::http_outcome::answered;
    r.failure = net::http_failure::none;
    r.status = status;
    r.body = json{{"code", code}, {"msg", msg}, {"data", std::move(data)}}.dump();
    return r;
  }
  static net::http_result nothing() {
    net::http_result r;
    r.outcome = net::http_outcome::maybe_sent;
    return r;
  }

 private:
  static net::http_result ok(json data) { return said(200, "0", "", std::move(data)); }
  static std::string header(const net::http_request& r, const std::string& name) {
    for (const auto& [key, value] : r.headers)
      if (key == name) return value;
    return {};
  }
  static std::string parameter(const std::string& target, const std::string& name) {
    const auto at = target.find(name + "=");
    if (at == target.npos) return {};
    const auto from = at + name.size() + 1;
    return target.substr(from, target.find('&', from) - from);
  }
  static bool has(const std::vector<json>& rows, const char* key, const json& body) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const auto& row) { return row[key] == body[key]; });
  }

  net::http_result act(const std::string& path, const json& body) {
    if (path == "/api/v5/asset/transfer") {
      transfers.push_back({{"clientId", body["clientId"]}, {"state", "success"}});
      return ok(json::array({{{"transId", std::to_string(transfers.size())}}}));
    }
    if (path == "/api/v5/trade/order") return order(body);
    if (!withdrawals_open) return said(200, "58204", "Withdrawal suspended.");
    if (has(withdrawals, "clientId", body)) return said(200, "51000", "Parameter clientId error");
    withdrawals.push_back({{"ccy", body["ccy"]},
                           {"chain", body["chain"]},
                           {"amt", body["amt"]},
                           {"to", body["toAddr"]},
                           {"clientId", body["clientId"]},
                           {"wdId", std::to_string(withdrawals.size() + 1)}});
    return ok(json::array({{{"wdId", std::to_string(withdrawals.size())}}}));
  }

  net::http_result order(const json& body) {
    const auto refused = [](const char* code, const char* words) {
      return said(200, "1", "All operations failed",
                  json::array({{{"sCode", code}, {"sMsg", words}}}));
    };
    if (has(orders, "clOrdId", body)) return refused("51016", "Client order ID already exists.");
    const auto size = parse_usdc(body["sz"].get<std::string>())->micro;
    const auto limit = parse_usdc(body["px"].get<std::string>())->micro;
    const auto price = parse_usdc(ask)->micro;
    const auto filled = limit < price ? 0 : *mul_div_floor(size, fill_ppm, 1'000'000);
    const auto fee = *mul_div_ceil(filled, 1, 10'000);
    orders.push_back({{"clOrdId", body["clOrdId"]},
                      {"ordId", std::to_string(orders.size() + 1)},
                      {"state", filled == size ? "filled" : "canceled"},
                      {"accFillSz", to_string(usdc{filled})},
                      {"avgPx", filled == 0 ? "" : ask},
                      {"fee", "-" + to_string(usdc{fee})},
                      {"feeCcy", "USDC"}});
    return ok(json::array({{{"ordId", std::to_string(orders.size())}, {"sCode", "0"}}}));
  }

  [[nodiscard]] json with_id(const std::vector<json>& rows, const char* key,
                             const std::string& target) {
    json out = json::array();
    if (hidden > 0) {
      --hidden;
      return out;
    }
    for (const auto& row : rows)
      if (row[key] == parameter(target, key)) out.push_back(row);
    return out;
  }

  net::http_result tell(const std::string& path, const std::string& target) {
    if (path == "/api/v5/asset/currencies") return ok(currencies());
    if (path == "/api/v5/asset/deposit-address")
      return ok(json::array({{{"chain", "USDT-TRC20"}, {"addr", "TJ"}},
                             {{"chain", "USDT-Plasma"}, {"addr", deposit_address.hex()}}}));
    if (path == "/api/v5/asset/deposit-history") {
      const auto i = deposits.find(parameter(target, "txId"));
      return ok(i == deposits.end() ? json::array() : json::array({i->second}));
    }
    if (path == "/api/v5/asset/transfer-state") return ok(with_id(transfers, "clientId", target));
    if (path == "/api/v5/market/books")
      return ok(json::array({{{"asks", json::array({json::array({ask, depth, "0", "1"})})},
                              {"bids", json::array()}}}));
    if (path == "/api/v5/trade/order") {
      auto rows = with_id(orders, "clOrdId", target);
      return rows.empty() ? said(200, "51603", "Order does not exist") : ok(std::move(rows));
    }
    if (path == "/api/v5/trade/orders-history") return ok(past);
    if (path == "/api/v5/asset/withdrawal-history") {
      auto rows = with_id(withdrawals, "clientId", target);
      for (auto& row : rows) {
        row["state"] = withdrawal_state;
        row["txId"] = tx;
      }
      return ok(std::move(rows));
    }
    return said(404, "404", "Not Found");
  }

  [[nodiscard]] json currencies() const {
    json in{
        {"ccy", "USDT"},    {"chain", "USDT-Plasma"}, {"canDep", deposits_open}, {"canWd", true},
        {"minDep", "0.01"}, {"minWd", "1"},           {"maxWd", "1000"},         {"fee", "1"}};
    json out = in;
    out["ccy"] = "USDC";
    out["chain"] = "USDC-Polygon";
    out["canDep"] = true;
    out["canWd"] = withdrawals_open;
    out["maxWd"] = "10000000";
    out["fee"] = "0.1";
    return json::array({std::move(in), std::move(out)});
  }
};

}  // namespace headroom::test
