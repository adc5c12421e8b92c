#include <algorithm>
#include <array>
#include <charconv>

#include "chain/json.hpp"
#include "chain/polymarket/answers.hpp"

namespace headroom::chain::polymarket {
namespace {

struct known_text {
  std::string_view part;  // lower case
  post_verdict verdict;
  std::string_view reason;
  bool stop = false;
};

constexpr auto no = post_verdict::refused;
constexpr auto look = post_verdict::unknown;

/// The first line whose part is found decides.
constexpr std::array known_texts{
    // may have happened: the venue saw this order before, or is not done with it
    known_text{"duplicated", look, "duplicated"},
    known_text{"order_duplicated", look, "duplicated"},
    known_text{"order match delayed", look, "delayed"},
    known_text{"order_delayed", look, "delayed"},
    known_text{"context canceled", look, "context_canceled"},
    // not filled, and never will be by this POST
    known_text{"couldn't be fully filled", no, "fok_not_filled"},
    known_text{"fully filled or killed", no, "fok_not_filled"},
    known_text{"fok_order_not_filled", no, "fok_not_filled"},
    known_text{"fok orders are filled or killed", no, "fok_not_filled"},
    known_text{"no orders found to match", no, "no_match"},
    known_text{"there are no matching orders", no, "no_match"},
    // our order does not suit the market
    known_text{"minimum tick size", no, "price_off_tick"},
    known_text{"lower than the minimum", no, "amount_too_small"},
    known_text{"min size:", no, "amount_too_small"},
    known_text{"invalid amounts", no, "invalid_amounts"},
    known_text{"invalid expiration", no, "invalid_expiration"},
    known_text{"invalid nonce", no, "invalid_nonce"},
    known_text{"not enough balance", no, "insufficient_funds"},
    known_text{"crosses the book", no, "post_only_crosses"},
    known_text{"crosses book", no, "post_only_crosses"},
    known_text{"not yet ready to process", no, "market_not_ready"},
    known_text{"market_not_ready", no, "market_not_ready"},
    known_text{"canceled in the ctf exchange", no, "order_canceled"},
    known_text{"trade contains rounding issues", no, "rounding"},
    known_text{"discrepancy greater than allowed", no, "rounding"},
    known_text{"too many orders", no, "invalid_order_payload"},
    // nothing will work until a human looked
    known_text{"invalid order payload", no, "invalid_order_payload", true},
    known_text{"owner of the api key", no, "wrong_owner", true},
    known_text{"address of the api key", no, "wrong_signer", true},
    known_text{"maker address not allowed", no, "maker_not_allowed", true},
    known_text{"invalid signature", no, "invalid_signature", true},
    known_text{"order_version_mismatch", no, "order_version_mismatch", true},
    known_text{"address banned", no, "address_banned", true},
    known_text{"closed only mode", no, "closed_only", true},
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

post_answer judged(std::string_view words, post_verdict otherwise, std::string_view reason) {
  const auto text = lower(words);
  for (const auto& known : known_texts)
    if (text.find(known.part) != std::string::npos)
      return {known.verdict, known.reason, printable(words), known.stop, {}};
  return {otherwise, reason, printable(words), false, {}};
}

post_answer later(std::string_view reason, std::string_view words, std::string_view retry_after) {
  int seconds = 0;
  std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
  return {post_verdict::retry_later, reason, printable(words), false,
          std::chrono::seconds{std::clamp(seconds, 0, 600)}};
}

post_answer accepted(const nlohmann::json& document, const hash256& hash) {
  const auto success = flag_member(document, "success");
  const auto* error = text_member(document, "errorMsg");
  const auto* status = text_member(document, "status");
  const auto* id = text_member(document, "orderID");
  const auto words = error ? std::string_view{*error} : std::string_view{};
  if (success && !*success) return judged(words, look, "unsuccessful");
  if (!success || !status || !id || !words.empty()) return {look, "unreadable", printable(words)};
  if (hash256::parse(*id) != hash) return {look, "wrong_order_id", printable(*id)};
  if (*status == "matched") return {post_verdict::matched, "matched", {}};
  if (*status == "live") return {look, "live", {}};
  if (*status == "delayed") return {look, "delayed", {}};
  if (*status == "unmatched") return {look, "unmatched", {}};
  return {look, "unreadable", printable(*status)};
}

}  // namespace

post_answer read_post_answer(unsigned status, std::string_view body, std::string_view retry_after,
                             const hash256& hash) {
  const auto document = read_json(body);
  if (status == 200 || status == 201)
    return document ? accepted(*document, hash) : post_answer{look, "unreadable", printable(body)};
  const auto* error = document ? text_member(*document, "error") : nullptr;
  if (!error && document) error = text_member(*document, "errorMsg");
  const std::string_view words = error ? std::string_view{*error} : body;

  switch (status) {
    case 400: return judged(words, look, "unrecognised");
    case 401: return {no, "unauthorized", printable(words), true, {}};
    case 403: return {no, "region_restricted", printable(words), true, {}};
    case 425: return later("engine_restarting", words, retry_after);
    case 429: return later("rate_limited", words, retry_after);
    case 503: {
      const auto text = document ? lower(to_text(*document)) : std::string{};
      const bool documented = std::any_of(pauses.begin(), pauses.end(), [&](auto part) {
        return text.find(part) != std::string::npos;
      });
      if (documented) return later("trading_paused", words, retry_after);
      break;
    }
    default: break;
  }
  return {look, status >= 500 ? "server_error" : "unrecognised", printable(words)};
}

}  // namespace headroom::chain::polymarket
