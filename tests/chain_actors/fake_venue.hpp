#pragma once

#include <functional>
#include <map>

#include "chain/json.hpp"
#include "chain/rpc_bridge.hpp"

namespace headroom::test {

using nlohmann::json;

/// A venue in memory, for the test scheduler: markets, an API key, and whatever a test says about
/// POST /order. It keeps no book: what became of an order is another test's matter.
struct fake_venue {
  struct market_facts {
    std::string tick = "0.01";
    json fee;
    bool accepting = true;
  };

  std::map<std::string, market_facts> markets;  // by token
  int version = 2;
  bool key_works = true;
  bool reads_hang = false;
  std::function<std::int64_t()> clock;  // unix seconds
  std::function<chain::http_result(const json& body)> on_order;
  /// Every request, "METHOD /path" without the query, by the client it came through.
  std::map<std::string, std::size_t> by_orders, by_reads;

  static chain::http_result answer(unsigned status, const std::string& body,
                                   chain::http_headers headers = {}) {
    chain::http_result r;
    r.outcome = chain::http_outcome::answered;
    r.failure = chain::http_failure::none;
    r.status = status;
    r.body = body;
    r.headers = std::move(headers);
    return r;
  }
  static chain::http_result refusal(unsigned status, const std::string& words,
                                    chain::http_headers headers = {}) {
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

  chain::http_result heard(const chain::http_request& x) {
    const auto path = x.url.substr(std::string_view{"http://venue"}.size());
    const auto plain = path.substr(0, path.find('?'));
    const auto is = [&](const char* method, std::string_view start) {
      return x.method == method && plain.starts_with(start);
    };
    if (is("GET", "/version")) return answer(200, json{{"version", version}}.dump());
    if (is("GET", "/time")) return answer(200, std::to_string(clock()));
    if (is("POST", "/auth/api-key"))
      return answer(200, R"({"apiKey":"k","secret":"c2VjcmV0","passphrase":"p"})");
    if (is("GET", "/markets-by-token/")) return condition_of(plain.substr(18));
    if (is("GET", "/clob-markets/")) return details_of(plain.substr(14));
    if (is("POST", "/order")) return ordered(json::parse(x.body));
    if (is("GET", "/data/trades"))
      return answer(200, R"({"limit":1,"count":0,"next_cursor":"LTE=","data":[]})");
    if (is("GET", "/data/order/")) return answer(200, "null");
    if (is("DELETE", "/order")) return answer(200, R"({"canceled":[],"not_canceled":{}})");
    return refusal(404, "Not found");
  }

 private:
  /// A condition is the token, as 64 hex digits.
  static std::string padded(const std::string& token) {
    return "0x" + std::string(64 - token.size(), '0') + token;
  }
  chain::http_result condition_of(const std::string& token) {
    if (!markets.contains(token)) return refusal(404, "market not found");
    return answer(200, json{{"condition_id", padded(token)}}.dump());
  }
  chain::http_result details_of(const std::string& condition) {
    for (const auto& [token, m] : markets)
      if (padded(token) == condition)
        return answer(200, json{{"c", condition},
                                {"t", json::array({{{"t", token}, {"o", "Yes"}}})},
                                {"mts", m.tick},
                                {"ao", m.accepting},
                                {"fd", m.fee}}
                               .dump());
    return refusal(404, "market not found");
  }
  chain::http_result ordered(const json& body) {
    if (!key_works) return refusal(401, "Unauthorized/Invalid api key");
    return on_order(body);
  }
};

}  // namespace headroom::test
