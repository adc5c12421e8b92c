#include <algorithm>
#include <array>
#include <cmath>

#include "chain/polymarket/answers.hpp"
#include "net/json.hpp"
#include "net/retry_after.hpp"

namespace headroom::chain::polymarket {
namespace {

struct known_text {
  std::string_view part;  // lower case
  venue_verdict verdict;
  std::string_view reason;
  stop_scope scope = stop_scope::none;
};

constexpr auto no = venue_verdict::refused;
constexpr auto look = venue_verdict::unknown;
constexpr auto account = stop_scope::account;
constexpr auto token = stop_scope::token;
constexpr auto version = stop_scope::version;

/// The first line whose part is found decides.
constexpr std::array known_texts{
    // may have happened: the venue saw this order before, or is not done with it
    known_text{"duplicated", look, "duplicated"},
    known_text{"order_duplicated", look, "duplicated"},
    known_text{"order match delayed", look, "delayed"},
    known_text{"order_delayed", look, "delayed"},
    known_text{"context canceled", look, "context_canceled"},
    known_text{"could not insert order", look, "server_error"},
    known_text{"could not run the execution", look, "server_error"},
    known_text{"order timed out", look, "server_error"},
    known_text{"invalid_order_error", look, "server_error"},  // older documents' names
    known_text{"execution_error", look, "server_error"},
    known_text{"delaying_order_error", look, "delayed"},
    // not filled, and never will be by this POST
    known_text{"couldn't be fully filled", no, "fok_not_filled"},
    known_text{"fully filled or killed", no, "fok_not_filled"},
    known_text{"fok_order_not_filled", no, "fok_not_filled"},
    known_text{"fok orders are filled or killed", no, "fok_not_filled"},
    known_text{"no orders found to match", no, "no_match"},
    known_text{"there are no matching orders", no, "no_match"},
    // our order does not suit the market
    known_text{"minimum tick size", no, "price_off_tick"},
    known_text{"min_tick_size", no, "price_off_tick"},
    known_text{"lower than the minimum", no, "amount_too_small"},
    known_text{"min_size", no, "amount_too_small"},
    known_text{"min size:", no, "amount_too_small"},
    known_text{"invalid amounts", no, "invalid_amounts"},
    known_text{"invalid expiration", no, "invalid_expiration"},
    known_text{"invalid nonce", no, "invalid_nonce"},
    known_text{"not enough balance", no, "insufficient_funds"},
    known_text{"not_enough_balance", no, "insufficient_funds"},
    known_text{"crosses the book", no, "post_only_crosses"},
    known_text{"crosses book", no, "post_only_crosses"},
    known_text{"not yet ready to process", no, "market_not_ready"},
    known_text{"market_not_ready", no, "market_not_ready"},
    known_text{"canceled in the ctf exchange", no, "order_canceled"},
    known_text{"trade contains rounding issues", no, "rounding"},
    known_text{"discrepancy greater than allowed", no, "rounding"},
    known_text{"too many orders", no, "invalid_order_payload"},
    // this market's orders will be refused again
    known_text{"orderbook", no, "orderbook_gone", token},
    known_text{"invalid order payload", no, "invalid_order_payload", token},
    known_text{"invalid signature", no, "invalid_signature", token},
    known_text{"order_version_mismatch", no, "order_version_mismatch", version},
    known_text{"invalid order version", no, "order_version_mismatch", version},
    // nothing will work until a human looked
    known_text{"owner of the api key", no, "wrong_owner", account},
    known_text{"address of the api key", no, "wrong_signer", account},
    known_text{"maker address not allowed", no, "maker_not_allowed", account},
    known_text{"address banned", no, "address_banned", account},
    known_text{"closed only mode", no, "closed_only", account},
};

/// Documented refusals of a paused venue; any other 503 says nothing.
constexpr std::array<std::string_view, 4> pauses{"trading is currently disabled", "cancel-only",
                                                 "post-only mode", "post_only_mode"};

std::string lower(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string printable(std::string_view text) {
  std::string out{text.substr(0, 200)};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
  return out;
}

post_answer judged(std::string_view words, venue_verdict otherwise, std::string_view reason) {
  const auto text = lower(words);
  for (const auto& known : known_texts)
    if (text.find(known.part) != std::string::npos)
      return {known.verdict, known.reason, printable(words), known.scope, {}};
  return {otherwise, reason, printable(words), stop_scope::none, {}};
}

constexpr std::chrono::seconds longest_wait{600};

/// The longer of what header and body ask for: `retry_after_seconds` is the body's (change 18).
std::chrono::seconds wait_of(const post_reply& r, const nlohmann::json* document) {
  const auto header = net::read_retry_after(r.retry_after, r.now).value_or(std::chrono::seconds{0});
  const auto* member_of_body = document ? net::member(*document, "retry_after_seconds") : nullptr;
  std::chrono::seconds body{0};
  if (member_of_body && member_of_body->is_number()) {
    const auto seconds = member_of_body->get<double>();
    if (seconds > 0)
      body = std::chrono::seconds{static_cast<std::int64_t>(
          std::ceil(std::min(seconds, static_cast<double>(longest_wait.count()))))};
  }
  return std::clamp(std::max(header, body), std::chrono::seconds{0}, longest_wait);
}

}  // namespace

std::chrono::seconds wait_asked_for(const post_reply& r) {
  const auto document = net::read_json(r.body);
  return wait_of(r, document ? &*document : nullptr);
}

namespace {

post_answer later(std::string_view reason, std::string_view words, std::chrono::seconds wait) {
  return {venue_verdict::not_now, reason, printable(words), stop_scope::none, wait};
}

/// A 200. One that gives a reason and not our order's id, or that says it failed, was not accepted:
/// every official client takes it as a refusal (change 12). One that says both is looked up.
post_answer accepted(const nlohmann::json& document, const hash256& hash) {
  const auto success = net::flag_member(document, "success");
  const auto* error = net::text_member(document, "errorMsg");
  const auto* status = net::text_member(document, "status");
  const auto* id = net::text_member(document, "orderID");
  const auto words = error ? std::string_view{*error} : std::string_view{};
  if (!success) return {look, "unreadable", printable(words)};
  const bool named = id && !id->empty();
  const bool ours = named && hash256::parse(*id) == hash;
  if (named && !ours) return {look, "wrong_order_id", printable(*id)};
  if (!*success) return judged(words, named ? look : no, named ? "contradictory" : "refused");
  if (!words.empty()) {
    if (named) return {look, "contradictory", printable(words)};
    return judged(words, no, "refused");
  }
  if (!status || !named) return {look, "unreadable", printable(words)};
  const auto word = lower(*status);
  if (word == "matched") return {venue_verdict::matched, "matched", {}};
  for (const std::string_view open : {"live", "delayed", "unmatched"})
    if (word == open) return {look, open, {}};
  return {look, "unreadable", printable(*status)};
}

/// A documented refusal of a paused venue, by its words or because it says when to come back.
bool is_pause(const nlohmann::json& document) {
  const auto text = lower(net::to_text(document));
  return net::member(document, "retry_after_seconds") != nullptr ||
         std::any_of(pauses.begin(), pauses.end(),
                     [&](auto part) { return text.find(part) != std::string::npos; });
}

/// Statuses of requests that were refused before an order was taken. Not 408, 409 and 499: a server
/// between us and the venue may say those of a request that it passed on.
bool is_refusal(unsigned status) {
  return status >= 400 && status < 500 && status != 408 && status != 409 && status != 499;
}

}  // namespace

post_answer read_post_answer(const post_reply& r, const hash256& hash) {
  const auto document = net::read_json(r.body);
  if (r.status == 200 || r.status == 201)
    return document ? accepted(*document, hash)
                    : post_answer{look, "unreadable", printable(r.body)};
  const auto* error = document ? net::text_member(*document, "error") : nullptr;
  if (!error && document) error = net::text_member(*document, "errorMsg");
  const std::string_view words = error ? std::string_view{*error} : r.body;
  const auto wait = wait_of(r, document ? &*document : nullptr);

  switch (r.status) {
    case 401: {
      auto out = later("unauthorized", words, wait);
      out.scope = stop_scope::credentials;
      return out;
    }
    case 403: return {no, "region_restricted", printable(words), account, {}};
    case 425: return later("engine_restarting", words, wait);
    case 429: return later("rate_limited", words, wait);
    case 503:
      if (document && is_pause(*document)) return later("trading_paused", words, wait);
      break;
    default: break;
  }
  if (is_refusal(r.status)) return judged(words, no, "refused");
  return {look, r.status >= 500 ? "server_error" : "unrecognised", printable(words)};
}

}  // namespace headroom::chain::polymarket
