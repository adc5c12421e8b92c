#pragma once

#include <functional>
#include <map>

#include "chain/evm/rpc_bridge.hpp"
#include "net/json.hpp"

namespace headroom::test {

using nlohmann::json;

/// A venue in memory, for the test scheduler: markets, an API key, and whatever a test says about
/// POST /order. It keeps no book: a test says which orders filled. Reads of /data are limited as
/// the real one's are.
struct fake_venue {
  struct market_facts {
    std::string tick = "0.01";
    json fee;
    bool accepting = true;
    bool neg_risk = false;
  };

  /// One order's whole fill; on chain a few seconds later.
  struct filled_order {
    std::string hash, token, size, price;
    std::int64_t at = 0;  // unix seconds
  };

  std::map<std::string, market_facts> markets;  // by token
  std::vector<filled_order> fills;              // the oldest first
  std::map<std::string, std::string> shown;     // orders by hash, with this status and no trade
  std::size_t reads_in_ten_seconds = 500;       // facts/polymarket.md: of /data/...
  std::size_t reads_refused = 0;
  int version = 2;
  bool key_works = true;
  bool keys_are_given = true;
  bool keys_exist = false;                    // they are derived, not created a second time
  std::optional<net::http_result> on_cancel;  // what DELETE /order answers; not set: nothing done
  net::http_headers wait;                     // with a read that is refused for its rate
  bool reads_hang = false;
  std::function<std::int64_t()> clock;  // unix seconds
  std::function<net::http_result(const json& body)> on_order;
  /// Every request, "METHOD /path" without the query, by the client it came through.
  std::map<std::string, std::size_t> by_orders, by_reads;
  std::map<std::string, std::size_t> by_account;  // the same, and " POLY_ADDRESS" where it has one

  static net::http_result answer(unsigned status, const std::string& body,
                                 net::http_headers headers = {}) {
    net::http_result r;
    r.outcome = net::http_outcome::answered;
    r.failure = net::http_failure::none;
    r.status = status;
    r.body = body;
    r.headers = std::move(headers);
    return r;
  }
  static net::http_result refusal(unsigned status, const std::string& words,
                                  net::http_headers headers = {}) {
    return answer(status, json{{"error", words}}.dump(), std::move(headers));
  }

  [[nodiscard]] std::size_t posts() const {
    const auto i = by_orders.find("POST /order");
    return i == by_orders.end() ? 0 : i->second;
  }
  [[nodiscard]] std::size_t reads_of(const std::string& start) const {
    std::size_t out = 0;
    for (const auto& [what, count] : by_reads)
      if (what.starts_with("GET " + start)) out += count;
    return out;
  }

  net::http_result heard(const net::http_request& x) {
    const auto path = x.url.substr(std::string_view{"http://venue"}.size());
    const auto plain = path.substr(0, path.find('?'));
    const auto is = [&](const char* method, std::string_view start) {
      return x.method == method && plain.starts_with(start);
    };
    for (const auto& [name, value] : x.headers)
      if (name == "POLY_ADDRESS") ++by_account[x.method + " " + plain + " " + value];
    if (is("GET", "/version")) return answer(200, json{{"version", version}}.dump());
    if (is("GET", "/time")) return answer(200, std::to_string(clock()));
    if (is("POST", "/auth/api-key") && keys_exist) return refusal(400, "Could not create api key");
    if (is("POST", "/auth/api-key") || (keys_exist && is("GET", "/auth/derive-api-key")))
      return keys_are_given ? answer(200, R"({"apiKey":"k","secret":"c2VjcmV0","passphrase":"p"})")
                            : refusal(503, "Service not ready");
    if (is("GET", "/markets-by-token/")) return condition_of(plain.substr(18));
    if (is("GET", "/clob-markets/")) return details_of(plain.substr(14));
    if (is("POST", "/order")) return ordered(json::parse(x.body));
    if (is("GET", "/data/")) {
      if (!may_read()) return refusal(429, "Too Many Requests", wait);
      return is("GET", "/data/trades") ? trades_of(path) : order_of(plain.substr(12));
    }
    if (is("DELETE", "/order") && on_cancel) return *on_cancel;
    if (is("DELETE", "/order")) return answer(200, R"({"canceled":[],"not_canceled":{}})");
    return refusal(404, "Not found");
  }

 private:
  std::map<std::int64_t, std::size_t> reads_;  // by second

  bool may_read() {
    const auto now = clock();
    std::size_t lately = 0;
    for (auto i = reads_.lower_bound(now - 9); i != reads_.end(); ++i) lately += i->second;
    if (lately >= reads_in_ten_seconds) {
      ++reads_refused;
      return false;
    }
    ++reads_[now];
    return true;
  }

  [[nodiscard]] static std::string value_of(const std::string& path, const std::string& name) {
    const auto at = path.find(name + "=");
    if (at == path.npos) return {};
    const auto from = at + name.size() + 1;
    return path.substr(from, path.find('&', from) - from);
  }
  static std::string trade_id(const filled_order& f) { return "t-" + f.hash.substr(2); }

  /// The newest first, a hundred a page; a cursor is an offset.
  net::http_result trades_of(const std::string& path) const {
    constexpr std::size_t page = 100;
    const auto after = value_of(path, "after"), id = value_of(path, "id");
    std::vector<const filled_order*> found;
    for (auto i = fills.rbegin(); i != fills.rend(); ++i)
      if ((after.empty() || i->at > std::stoll(after)) && (id.empty() || trade_id(*i) == id))
        found.push_back(&*i);
    const auto cursor = value_of(path, "next_cursor");
    const auto from = cursor == "MA==" ? 0 : std::stoul(cursor);
    auto data = json::array();
    for (auto i = from; i < std::min(found.size(), from + page); ++i) {
      const auto& f = *found[i];
      const auto age = clock() - f.at;
      data.push_back({{"id", trade_id(f)},
                      {"taker_order_id", f.hash},
                      {"asset_id", f.token},
                      {"size", f.size},
                      {"price", f.price},
                      {"status", age < 2   ? "MATCHED"
                                 : age < 6 ? "MINED"
                                           : "CONFIRMED"}});
    }
    const auto more = from + page < found.size();
    return answer(200, json{{"limit", page},
                            {"count", data.size()},
                            {"next_cursor", more ? std::to_string(from + page) : "LTE="},
                            {"data", data}}
                           .dump());
  }
  net::http_result order_of(const std::string& hash) const {
    for (const auto& f : fills)
      if (f.hash == hash)
        return answer(200, json{{"id", hash},
                                {"status", "MATCHED"},
                                {"size_matched", f.size},
                                {"original_size", f.size},
                                {"associate_trades", json::array({trade_id(f)})}}
                               .dump());
    if (const auto i = shown.find(hash); i != shown.end())
      return answer(200, json{{"id", hash}, {"status", i->second}, {"size_matched", "0"}}.dump());
    return answer(200, "null");
  }

  /// A condition is the token, as 64 hex digits.
  static std::string padded(const std::string& token) {
    return "0x" + std::string(64 - token.size(), '0') + token;
  }
  net::http_result condition_of(const std::string& token) {
    if (!markets.contains(token)) return refusal(404, "market not found");
    return answer(200, json{{"condition_id", padded(token)}}.dump());
  }
  net::http_result details_of(const std::string& condition) {
    for (const auto& [token, m] : markets)
      if (padded(token) == condition)
        return answer(200, json{{"c", condition},
                                {"t", json::array({{{"t", token}, {"o", "Yes"}}})},
                                {"mts", m.tick},
                                {"ao", m.accepting},
                                {"nr", m.neg_risk},
                                {"fd", m.fee}}
                               .dump());
    return refusal(404, "market not found");
  }
  net::http_result ordered(const json& body) {
    if (!key_works) return refusal(401, "Unauthorized/Invalid api key");
    return on_order(body);
  }
};

}  // namespace headroom::test
