#include "bench/null_venue.hpp"

#include "bench/house.hpp"

namespace headroom::bench {
namespace {

constexpr std::string_view matched =
    R"({"success":true,"errorMsg":"","orderID":"","status":"matched","makingAmount":"30",)"
    R"("takingAmount":"50","transactionsHashes":["0x01"]})";
constexpr std::string_view killed =
    R"({"error":"order couldn't be fully filled. FOK orders are fully filled or killed."})";
constexpr std::string_view credentials =
    R"({"apiKey":"bench","secret":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=","passphrase":"b"})";

/// The path of "GET /path?query HTTP/1.1".
std::string_view path_of(std::string_view request) {
  const auto from = std::min(request.find(' ') + 1, request.size());
  return request.substr(from, request.find_first_of(" ?", from) - from);
}

/// A condition's number is that of its only token.
std::string condition_of(std::string_view token) {
  const auto number = uint256::parse_decimal(token);
  return R"({"condition_id":")" + number.value_or(uint256{}).hex() + R"("})";
}

std::string market_of(std::string_view condition) {
  const auto number = uint256::parse(condition);
  const auto token = number ? uint256{*number}.decimal() : "0";
  return R"({"c":")" + std::string{condition} + R"(","t":[{"t":")" + token +
         R"(","o":"Yes"}],"mts":0.01,"nr":false,"ao":true})";
}

/// What follows `prefix` in `path`; nothing when it is another path.
std::optional<std::string_view> behind(std::string_view prefix, std::string_view path) {
  if (!path.starts_with(prefix)) return std::nullopt;
  return path.substr(prefix.size());
}

std::string read_answer(std::string_view path) {
  if (path == "/version") return R"({"version":2})";
  if (path == "/time") return std::to_string(wall_clock_now().seconds());
  if (const auto token = behind("/markets-by-token/", path)) return condition_of(*token);
  if (const auto condition = behind("/clob-markets/", path)) return market_of(*condition);
  return std::string{credentials};  // POST /auth/api-key
}

}  // namespace

null_venue::null_venue(answer to_orders, arrival arrived)
    : to_orders_{to_orders}, arrived_{std::move(arrived)}, server_{[this](auto& p) { serve(p); }} {}

void null_venue::serve(chain::test::peer& p) const {
  while (const auto request = p.read()) {
    if (!request->starts_with("POST /order ")) {
      p.answer(read_answer(path_of(*request)), "200 OK", "Content-Type: application/json\r\n");
      continue;
    }
    if (arrived_) arrived_(*request);
    const bool kill = to_orders_ == answer::killed;
    p.answer(std::string{kill ? killed : matched}, kill ? "400 Bad Request" : "200 OK",
             "Content-Type: application/json\r\n");
  }
}

}  // namespace headroom::bench
