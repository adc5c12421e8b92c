#include "chain/polymarket/gamma.hpp"

#include <algorithm>

#include "chain/polymarket/amounts.hpp"
#include "chain/polymarket/loose_number.hpp"
#include "domain/text.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

using nlohmann::json;

constexpr std::size_t most_outcomes = 16;
constexpr std::uint64_t most_delay_seconds = 86'400;

/// An array, or one inside a string: "[\"Yes\", \"No\"]". Null when it is neither.
json array_in(const json& row, const char* name) {
  const auto* value = net::member(row, name);
  if (value == nullptr) return nullptr;
  if (value->is_array()) return *value;
  const auto* text = value->get_ptr<const std::string*>();
  auto inner = text != nullptr ? net::read_json(*text) : std::nullopt;
  return inner && inner->is_array() ? std::move(*inner) : json{};
}

const std::string* text_at(const json& list, std::size_t i) {
  return list.is_array() && i < list.size() ? list[i].get_ptr<const std::string*>() : nullptr;
}

/// Tokens and names side by side; empty when one of them is missing.
std::vector<gamma_market::outcome> outcomes_of(const json& row) {
  const auto tokens = array_in(row, "clobTokenIds");
  const auto names = array_in(row, "outcomes");
  const auto prices = array_in(row, "outcomePrices");
  if (!tokens.is_array() || !names.is_array() || tokens.size() != names.size() ||
      tokens.size() < 2 || tokens.size() > most_outcomes)
    return {};
  std::vector<gamma_market::outcome> out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto* id = text_at(tokens, i);
    const auto* name = text_at(names, i);
    const auto token = id != nullptr ? uint256::parse_decimal(*id) : std::nullopt;
    if (!token || token->is_zero() || name == nullptr) return {};
    const auto price =
        prices.is_array() && i < prices.size() ? read_loose_micro(&prices[i]) : std::nullopt;
    out.push_back({*token, *name, price ? std::optional{usdc{*price}} : std::nullopt});
  }
  return out;
}

uma_status uma_of(const json& row) {
  const auto* text = net::text_member(row, "umaResolutionStatus");
  if (text == nullptr || text->empty()) return uma_status::none;
  constexpr std::pair<std::string_view, uma_status> words[] = {
      {"requested", uma_status::requested}, {"proposed", uma_status::proposed},
      {"disputed", uma_status::disputed},   {"resolved", uma_status::resolved},
      {"settled", uma_status::settled},
  };
  for (const auto& [word, status] : words)
    if (same_but_for_case(*text, word)) return status;
  return uma_status::other;
}

/// `feeSchedule` {rate, exponent} says the same as the CLOB's `fd`.
std::optional<fee_schedule> fees_of(const json& row) {
  if (!net::flag_member(row, "feesEnabled").value_or(false)) return fee_schedule{};
  const auto* schedule = net::object_member(row, "feeSchedule");
  if (schedule == nullptr) return std::nullopt;
  const auto* rate = net::member(*schedule, "rate");
  const auto* exponent = net::member(*schedule, "exponent");
  if (rate == nullptr || exponent == nullptr) return std::nullopt;
  const json fd{{"r", *rate}, {"e", *exponent}};
  return read_fee_schedule(&fd);
}

/// A price between 0 and 1, or zero.
usdc price_in(const json& row, const char* name) {
  const auto micro = read_loose_micro(net::member(row, name)).value_or(0);
  return micro < micro_per_usdc ? usdc{micro} : usdc{};
}

void add_rows(const json& rows, gamma_page& out) {
  for (const auto& row : rows) {
    if (auto market = read_gamma_market(row)) {
      out.markets.push_back(std::move(*market));
    } else {
      ++out.left_out;
    }
  }
}

}  // namespace

std::optional<gamma_market> read_gamma_market(const json& row) {
  const auto* condition = net::text_member(row, "conditionId");
  const auto* question = net::text_member(row, "question");
  const auto hash = condition != nullptr ? hash256::parse(*condition) : std::nullopt;
  const auto tick = read_loose_micro(net::member(row, "orderPriceMinTickSize"));
  gamma_market out;
  out.outcomes = outcomes_of(row);
  if (!hash || question == nullptr || !tick || !rounding_of(usdc{*tick}) || out.outcomes.empty() ||
      !net::flag_member(row, "enableOrderBook").value_or(true))
    return std::nullopt;
  out.condition = *hash;
  out.question = *question;
  out.tick = usdc{*tick};
  if (const auto* end = net::text_member(row, "endDate"))
    out.closes_at = parse_rfc3339(*end).value_or(timestamp{});
  if (const auto* version = net::text_member(row, "version"))
    out.protocol_v2 = same_but_for_case(*version, "v2");
  out.closed = net::flag_member(row, "closed").value_or(false);
  out.accepting = net::flag_member(row, "acceptingOrders").value_or(true) &&
                  net::flag_member(row, "active").value_or(true);
  out.uma = uma_of(row);
  out.neg_risk = net::flag_member(row, "negRisk").value_or(false);
  out.min_order = {read_loose_micro(net::member(row, "orderMinSize")).value_or(0)};
  out.fees = fees_of(row);
  out.delay_seconds = static_cast<std::uint32_t>(
      std::min(net::count_member(row, "secondsDelay").value_or(0), most_delay_seconds));
  out.best_ask = price_in(row, "bestAsk");
  out.best_bid = price_in(row, "bestBid");
  return out;
}

std::optional<gamma_page> read_gamma_page(std::string_view body) {
  const auto document = net::read_json(body);
  if (!document) return std::nullopt;
  const auto* rows = document->is_array() ? &*document : net::array_member(*document, "markets");
  if (rows == nullptr) return std::nullopt;
  gamma_page out;
  add_rows(*rows, out);
  if (const auto* cursor = net::text_member(*document, "next_cursor")) out.next_cursor = *cursor;
  return out;
}

std::optional<gamma_page> read_gamma_search(std::string_view body) {
  const auto document = net::read_json(body);
  const auto* events = document ? net::array_member(*document, "events") : nullptr;
  // Nothing found may be null, or not be there at all.
  if (!document || !document->is_object()) return std::nullopt;
  gamma_page out;
  if (events == nullptr) return out;
  for (const auto& event : *events)
    if (const auto* rows = net::array_member(event, "markets")) add_rows(*rows, out);
  if (const auto* pages = net::object_member(*document, "pagination"))
    out.more = net::flag_member(*pages, "hasMore").value_or(false);
  return out;
}

}  // namespace headroom::chain::polymarket
