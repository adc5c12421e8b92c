#include "chain/treasury/across_api.hpp"

#include <algorithm>
#include <charconv>

#include "chain/evm/eip55.hpp"
#include "net/json.hpp"

namespace headroom::chain::across {
namespace {

using nlohmann::json;

constexpr std::size_t longest_word = 64;

/// Its numbers are texts in one place and numbers in another.
std::optional<std::uint64_t> number_member(const json& object, const char* key) {
  if (const auto number = net::count_member(object, key)) return number;
  const auto* text = net::text_member(object, key);
  if (text == nullptr || text->empty()) return std::nullopt;
  std::uint64_t out = 0;
  const auto* const end = text->data() + text->size();
  const auto [stop, failed] = std::from_chars(text->data(), end, out);
  if (failed != std::errc{} || stop != end) return std::nullopt;
  return out;
}

std::optional<address> address_member(const json& object, const char* key) {
  const auto* text = net::text_member(object, key);
  return text == nullptr ? std::nullopt : address::parse(*text);
}

std::string printable(std::string_view text) {
  std::string out{text.substr(0, longest_word)};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '.');
  return out;
}

std::optional<fee_answer> read_answer(const json& body) {
  const auto* fee = net::object_member(body, "totalRelayFee");
  const auto* limits = net::object_member(body, "limits");
  if (fee == nullptr || limits == nullptr) return std::nullopt;
  const auto output = number_member(body, "outputAmount");
  const auto total = number_member(*fee, "total");
  const auto time = number_member(body, "timestamp");
  const auto deadline = number_member(body, "fillDeadline");
  const auto relayer = address_member(body, "exclusiveRelayer");
  const auto exclusivity = number_member(body, "exclusivityDeadline");
  const auto pool = address_member(body, "spokePoolAddress");
  const auto far_pool = address_member(body, "destinationSpokePoolAddress");
  const auto too_low = net::flag_member(body, "isAmountTooLow");
  const auto least = number_member(*limits, "minDeposit");
  const auto most = number_member(*limits, "maxDeposit");
  const auto at_once = number_member(*limits, "maxDepositInstant");
  if (!output || !total || !time || !deadline || !relayer || !exclusivity || !pool || !far_pool ||
      !too_low || !least || !most || !at_once)
    return std::nullopt;
  fee_answer out{*output,   *total, *time, *deadline, *relayer, *exclusivity, *pool,
                 *far_pool, {},     0,     *too_low,  *least,   *most,        *at_once};
  if (const auto* token = net::object_member(body, "outputToken"))
    out.output_token = address_member(*token, "address");
  out.fill_seconds = number_member(body, "estimatedFillTimeSec").value_or(0);
  return out;
}

}  // namespace

net::http_request fees_request(const std::string& api_url, const std::string& key,
                               const std::string& integrator_id, const fee_question& q) {
  net::http_request out;
  out.url = api_url + "/suggested-fees?inputToken=" + checksummed(q.input_token) +
            "&outputToken=" + checksummed(q.output_token) +
            "&originChainId=" + std::to_string(q.origin_chain_id) +
            "&destinationChainId=" + std::to_string(q.destination_chain_id) +
            "&amount=" + std::to_string(q.amount) + "&recipient=" + checksummed(q.recipient);
  if (!integrator_id.empty()) out.url += "&integratorId=" + integrator_id;
  if (!key.empty()) out.headers.emplace_back("Authorization", "Bearer " + key);
  return out;
}

fee_reading read_fees(const net::http_result& r) {
  fee_reading out;
  if (r.outcome != net::http_outcome::answered) {
    out.problem = "Across does not answer";
    return out;
  }
  const auto body = net::read_json(r.body);
  if (r.status == 200) {
    if (body) out.offer = read_answer(*body);
    if (!out.offer) out.problem = "Across' answer cannot be read";
    return out;
  }
  const auto* code = body ? net::text_member(*body, "code") : nullptr;
  out.problem = "Across says " + std::to_string(r.status);
  if (code != nullptr) out.problem += " " + printable(*code);
  // A key that is refused, too many questions and a broken service say nothing of the amount.
  out.refused =
      r.status >= 400 && r.status < 500 && r.status != 401 && r.status != 403 && r.status != 429;
  return out;
}

}  // namespace headroom::chain::across
