#include "tests/chain/polymarket/post_rows.hpp"

#include "net/json.hpp"

namespace headroom::chain::test {
namespace {

using enum venue_verdict;
using enum polymarket::stop_scope;
using s = placement_step;
using row = post_row;

std::string says(const std::string& words) { return nlohmann::json{{"error", words}}.dump(); }
std::string ok(const std::string& status, const std::string& error = "", bool named = true) {
  return nlohmann::json{
      {"success", true},  {"errorMsg", error},          {"orderID", named ? row_hash().hex() : ""},
      {"status", status}, {"makingAmount", "9.999999"}, {"takingAmount", "14.925372"}}
      .dump();
}

/// A definite no gives the money back, unless an earlier POST may have been taken.
row no(unsigned status, const std::string& words, std::string_view reason,
       polymarket::stop_scope scope = none) {
  return {status, says(words), refused, reason, scope, s::book_refund, s::look_up};
}
/// Nobody knows: the money stays reserved until the order's end is proven.
row open(unsigned status, std::string body, std::string_view reason) {
  return {status, std::move(body), unknown, reason, none, s::look_up, s::look_up};
}
/// Not taken: the same bytes go again, inside the deadline.
row later(unsigned status, std::string body, std::string_view reason, int wait = 0,
          polymarket::stop_scope scope = none) {
  return {status, std::move(body), not_now, reason, scope, s::submit, s::look_up, wait};
}

std::vector<row> made_rows() {
  return {
      // accepted
      {200, ok("matched"), matched, "matched", none, s::look_up, s::look_up},
      {201, ok("MATCHED"), matched, "matched", none, s::look_up, s::look_up},
      open(200, ok("live"), "live"),  // change 14: a FOK or FAK too
      open(200, ok("delayed"), "delayed"),
      open(200, ok("unmatched"), "unmatched"),
      open(200, ok("something new"), "unreadable"),

      // 400, about the payload or about us
      no(400, "Invalid order payload", "invalid_order_payload", token),
      no(400, "Too many orders in payload: 16, max allowed: 15", "invalid_order_payload"),
      no(400, "the order owner has to be the owner of the API KEY", "wrong_owner", account),
      no(400, "the order signer address has to be the address of the API KEY", "wrong_signer",
         account),
      no(400, "maker address not allowed, please use the deposit wallet flow", "maker_not_allowed",
         account),
      no(400, "invalid signature", "invalid_signature", token),
      no(400, "order_version_mismatch", "order_version_mismatch", version),
      no(400, "invalid order version", "order_version_mismatch", version),  // change 16
      no(400, "'0xab' address banned", "address_banned", account),
      no(400, "'0xab' address in closed only mode", "closed_only", account),
      no(403, "Trading restricted in your region, please refer to available regions",
         "region_restricted", account),
      {403, "<!DOCTYPE html>Cloudflare", refused, "region_restricted", account, s::book_refund,
       s::look_up},

      // 400, about the order at its market
      no(400, "order 0xa is invalid. Price (0.575) breaks minimum tick size rule: 0.01",
         "price_off_tick"),
      no(400, "order 0xa is invalid. Size (1) lower than the minimum: 5", "amount_too_small"),
      no(400,
         "invalid amounts, the market buy orders maker amount supports a max accuracy of 2 "
         "decimals, "
         "taker amount a max of 4 decimals",
         "invalid_amounts"),
      no(400,
         "invalid amounts, the sell orders maker amount supports a max accuracy of 2 decimals, "
         "taker "
         "amount a max of 4 decimals",  // change 9
         "invalid_amounts"),
      no(400, "invalid amount for a marketable BUY order ($0.86), min size: $1",
         "amount_too_small"),
      no(400, "invalid expiration", "invalid_expiration"),
      no(400, "invalid nonce", "invalid_nonce"),
      open(400, says("order 0xa is invalid. Duplicated."), "duplicated"),
      no(400, "not enough balance / allowance", "insufficient_funds"),
      no(400,
         "not enough balance / allowance: the balance is not enough -> balance: 1, sum of active "
         "orders: 2, sum of matched orders: 3, order amount (inc. fees): 4",  // change 15
         "insufficient_funds"),
      no(400,
         "not enough balance / allowance: the allowance is not enough -> spender: 0xd9, allowance: "
         "0",
         "insufficient_funds"),

      // 400, never filled: these are about the order itself, whichever POST they answer
      no(400, "order couldn't be fully filled. FOK orders are fully filled or killed.",
         "fok_not_filled"),
      no(400, "FOK orders are filled or killed", "fok_not_filled"),
      no(400,
         "no orders found to match with FAK order. FAK orders are partially filled or killed if no "
         "match is found.",
         "no_match"),
      no(400, "there are no matching orders", "no_match"),

      // 400, the others
      no(400, "invalid post-only order: order crosses book", "post_only_crosses"),
      no(400, "order 0xa crosses the book", "post_only_crosses"),
      no(400, "the market is not yet ready to process new orders", "market_not_ready"),
      no(400, "order canceled in the CTF exchange contract", "order_canceled"),
      no(400, "the trade contains rounding issues", "rounding"),
      no(400,
         "the price of the taker's order has a discrepancy greater than allowed with the worst "
         "maker order",
         "rounding"),
      no(400, "the orderbook 7132 does not exist", "orderbook_gone", token),  // change 16
      no(404, "No orderbook exists for the requested token id", "orderbook_gone", token),
      open(400, says("order match delayed due to market conditions"), "delayed"),
      open(200, ok("", "order match delayed due to market conditions", false), "delayed"),
      open(400, says("context canceled"), "context_canceled"),

      // not taken
      later(401, says("Unauthorized/Invalid api key"), "unauthorized", 0, credentials),
      later(401, says("Invalid L1 Request headers"), "unauthorized", 0, credentials),
      later(425, "", "engine_restarting"),
      later(425, says("service not ready"), "engine_restarting"),  // change 16
      later(429, says("Too Many Requests"), "rate_limited"),
      later(503, says("Trading is currently disabled, check the status page"), "trading_paused"),
      later(503, says("Trading is cancel-only, please try again later"), "trading_paused"),
      later(503,
            R"({"error":"post-only mode: only post-only orders and cancels are allowed",)"
            R"("code":"post_only_mode","retry_after_seconds":120})",  // change 18
            "trading_paused", 120),

      // may have happened
      open(500, says("could not insert order"), "server_error"),
      open(500, says("could not run the execution"), "server_error"),
      open(500, says("order timed out"), "server_error"),
      open(502, "<html>Bad Gateway</html>", "server_error"),
      open(503, "<html>", "server_error"),
      open(504, "", "server_error"),

      // the same by the names of older documents
      open(400, says("INVALID_ORDER_DUPLICATED"), "duplicated"),
      open(400, says("ORDER_DELAYED"), "delayed"),
      open(400, says("DELAYING_ORDER_ERROR"), "delayed"),
      open(400, says("INVALID_ORDER_ERROR"), "server_error"),
      open(400, says("EXECUTION_ERROR"), "server_error"),
      no(400, "FOK_ORDER_NOT_FILLED_ERROR", "fok_not_filled"),
      no(400, "INVALID_ORDER_MIN_TICK_SIZE", "price_off_tick"),
      no(400, "INVALID_ORDER_MIN_SIZE", "amount_too_small"),
      no(400, "INVALID_ORDER_NOT_ENOUGH_BALANCE", "insufficient_funds"),
      no(400, "MARKET_NOT_READY", "market_not_ready"),

      // change 12: a 200 without a word, or with two
      open(200, R"({"success":true,"errorMsg":null,"orderID":")" + row_hash().hex() + R"("})",
           "unreadable"),
      {200, ok("", "not enough balance / allowance", false), refused, "insufficient_funds", none,
       s::book_refund, s::look_up},
      {200, R"({"success":false,"errorMsg":"something new","orderID":""})", refused, "refused",
       none, s::book_refund, s::look_up},
      open(200, ok("matched", "order couldn't be fully filled"), "contradictory"),
      open(200, "<html>", "unreadable"),

      // what nobody has documented: a 4xx is made before an order is taken
      no(400, "something new", "refused"),
      {422, "", refused, "refused", none, s::book_refund, s::look_up},
      open(408, "", "unrecognised"),
      open(499, "", "unrecognised"),
  };
}

}  // namespace

const hash256& row_hash() {
  static const auto hash = hash256::parse("0x" + std::string(64, 'a')).value();
  return hash;
}

const std::vector<post_row>& post_rows() {
  static const auto rows = made_rows();
  return rows;
}

}  // namespace headroom::chain::test
