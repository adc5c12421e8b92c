#include "chain/polymarket/relayer.hpp"

#include <algorithm>
#include <charconv>

#include "chain/evm/eip55.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

constexpr std::size_t longest_detail = 200;

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, longest_detail))
    out.push_back(c >= ' ' && c <= '~' && c != '"' ? c : '.');
  return out;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// The first of these members that is a text and not empty.
std::string text_of(const nlohmann::json& object, std::initializer_list<const char*> names) {
  for (const auto* name : names)
    if (const auto* text = net::text_member(object, name); text != nullptr && !text->empty())
      return *text;
  return {};
}

relay_state state_of(std::string_view word) {
  if (word.starts_with("STATE_")) word.remove_prefix(6);
  if (word == "CONFIRMED") return relay_state::confirmed;
  if (word == "FAILED" || word == "INVALID") return relay_state::failed;
  if (word == "NEW" || word == "EXECUTED" || word == "MINED") return relay_state::on_its_way;
  return relay_state::unknown;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{}) return std::nullopt;
  return out;
}

/// "batch nonce 3 does not match on-chain nonce 4": the last number.
std::optional<std::uint64_t> on_chain_nonce(std::string_view words) {
  constexpr std::string_view before = "on-chain nonce ";
  const auto at = words.find(before);
  return at == words.npos ? std::nullopt : number_in(words.substr(at + before.size()));
}

relay_verdict refusal_of(std::string_view words) {
  if (has(words, "wallet busy") || has(words, "in-flight action")) return relay_verdict::busy;
  if (has(words, "does not match on-chain nonce")) return relay_verdict::nonce_moved;
  if (has(words, "call blocked") || has(words, "are not permitted")) return relay_verdict::blocked;
  return relay_verdict::refused;
}

}  // namespace

std::string params_target(const address& owner) {
  return "/v1/account/transactions/params?address=" + checksummed(owner) + "&type=WALLET";
}

std::string transaction_target(std::string_view id) {
  return "/v1/account/transactions/" + std::string{id};
}

std::optional<std::uint64_t> read_wallet_nonce(std::string_view body) {
  const auto document = net::read_json(body);
  if (!document) return std::nullopt;
  if (const auto number = net::count_member(*document, "nonce")) return number;
  const auto* text = net::text_member(*document, "nonce");
  const bool digits =
      text != nullptr && !text->empty() &&
      std::all_of(text->begin(), text->end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? number_in(*text) : std::nullopt;
}

std::optional<relay_transaction> read_relay_transaction(std::string_view body) {
  auto document = net::read_json(body);
  if (document && document->is_array() && document->size() == 1) {
    auto only = document->front();
    document = std::move(only);
  }
  if (!document || !document->is_object()) return std::nullopt;
  relay_transaction out;
  out.id = text_of(*document, {"transaction_id", "transactionID", "transactionId", "id"});
  const auto plain = std::all_of(out.id.begin(), out.id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
  if (out.id.empty() || out.id.size() > 128 || !plain) return std::nullopt;
  out.state = state_of(text_of(*document, {"state"}));
  if (const auto hash =
          hash256::parse(text_of(*document, {"transaction_hash", "transactionHash", "hash"})))
    out.tx_hash = *hash;
  const auto words = text_of(*document, {"error_msg", "errorMsg", "errorMessage", "error"});
  out.detail = printable(words);
  out.precheck_skipped = has(words, "PRECHECK_SKIPPED");
  return out;
}

/// Only words of its own make a 4xx a definite no; what stands before it answers in HTML.
relay_answer read_submit_answer(unsigned status, std::string_view body) {
  relay_answer out;
  if (status == 200 || status == 201 || status == 202) {
    auto taken = read_relay_transaction(body);
    if (!taken) return out;
    out.verdict = relay_verdict::accepted;
    out.transaction = std::move(*taken);
    return out;
  }
  const auto document = net::read_json(body);
  const auto words =
      document ? text_of(*document, {"error", "errorMsg", "message"}) : std::string{};
  out.detail = printable(words.empty() ? body : std::string_view{words});
  if (status == 401 || status == 403 || status == 425 || status == 429) {
    out.verdict = status == 403 && refusal_of(words) == relay_verdict::blocked
                      ? relay_verdict::blocked
                      : relay_verdict::not_now;
  } else if (status >= 400 && status < 500 && !words.empty()) {
    out.verdict = refusal_of(words);
    if (out.verdict == relay_verdict::nonce_moved) out.on_chain = on_chain_nonce(words);
  }
  return out;
}

}  // namespace headroom::chain::polymarket
