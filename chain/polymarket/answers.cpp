#include "chain/polymarket/answers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "chain/polymarket/decimal.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

using nlohmann::json;

constexpr std::string_view last_cursor = "LTE=";
constexpr std::size_t ids_at_most = 64;

std::string upper(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

}  // namespace

std::string first_word(std::string_view status, std::string_view prefix) {
  auto text = upper(status);
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
  const auto end =
      std::find_if(text.begin(), text.end(), [](char c) { return c < 'A' || c > 'Z'; });
  text.erase(end, text.end());
  return text;
}

namespace {

template <class Enum, std::size_t N>
Enum named(std::string_view word, const std::array<std::pair<std::string_view, Enum>, N>& names,
           Enum otherwise) {
  for (const auto& [name, value] : names)
    if (word == name) return value;
  return otherwise;
}

constexpr std::array order_states{std::pair{std::string_view{"LIVE"}, order_state::live},
                                  std::pair{std::string_view{"MATCHED"}, order_state::matched},
                                  std::pair{std::string_view{"DELAYED"}, order_state::delayed},
                                  std::pair{std::string_view{"UNMATCHED"}, order_state::unmatched},
                                  std::pair{std::string_view{"CANCELED"}, order_state::canceled},
                                  std::pair{std::string_view{"CANCELLED"}, order_state::canceled},
                                  std::pair{std::string_view{"KILLED"}, order_state::canceled},
                                  std::pair{std::string_view{"EXPIRED"}, order_state::canceled},
                                  std::pair{std::string_view{"INVALID"}, order_state::invalid}};
constexpr std::array trade_states{std::pair{std::string_view{"MATCHED"}, trade_state::matched},
                                  std::pair{std::string_view{"MINED"}, trade_state::mined},
                                  std::pair{std::string_view{"CONFIRMED"}, trade_state::confirmed},
                                  std::pair{std::string_view{"RETRYING"}, trade_state::retrying},
                                  std::pair{std::string_view{"FAILED"}, trade_state::failed}};

/// Why an order cannot be canceled, as the venue words it: whole texts.
constexpr std::array<std::string_view, 7> gone_reasons{
    "order can't be found - already canceled or matched",
    "already canceled or matched",
    "order not found",
    "order can't be canceled: canceled",
    "order can't be canceled: killed",
    "order can't be canceled: refused",
    "order can't be canceled: unmatched",
};

std::optional<hash256> hash_member(const json& object, const char* key) {
  const auto* text = net::text_member(object, key);
  return text ? hash256::parse(*text) : std::nullopt;
}

std::optional<std::int64_t> micro_member(const json& object, const char* key,
                                         excess rule = excess::refuse) {
  const auto* text = net::text_member(object, key);
  return text ? read_micro(*text, rule) : std::nullopt;
}

read_verdict refusal(unsigned status) {
  if (status == 404) return read_verdict::absent;
  return status == 401 || status == 403 ? read_verdict::unauthorized : read_verdict::unreadable;
}

/// Adds a row's parts; those that do not say whose they are, are left out.
void read_trade(const json& t, std::vector<trade>& out) {
  const auto* id = net::text_member(t, "id");
  const auto* status = net::text_member(t, "status");
  if (!id || id->empty()) return;
  const auto state = named(status ? first_word(*status, "TRADE_STATUS_") : std::string{},
                           trade_states, trade_state::matched);
  const auto add = [&](const json& part, const char* whose, const char* how_much, bool as_taker) {
    const auto order = hash_member(part, whose);
    if (!order) return;
    const auto size = micro_member(part, how_much);
    const auto price = micro_member(part, "price", excess::round_up);
    out.push_back({*id,
                   *order,
                   {size.value_or(0)},
                   {price.value_or(0)},
                   size && price ? state : trade_state::matched,
                   as_taker});
  };
  add(t, "taker_order_id", "size", true);
  if (const auto* makers = net::array_member(t, "maker_orders"))
    for (const auto& m : *makers) add(m, "order_id", "matched_amount", false);
}

/// How far along a trade is. Two rows of one trade may both be terminal and differ: then it counts
/// as failed, and the exchange has the last word.
int rank(trade_state s) {
  switch (s) {
    case trade_state::matched: return 0;
    case trade_state::retrying: return 1;
    case trade_state::mined: return 2;
    case trade_state::confirmed: return 3;
    case trade_state::failed: return 4;
  }
  return 0;
}

bool grow(std::int64_t& sum, std::int64_t by) { return !__builtin_add_overflow(sum, by, &sum); }

/// The ids that the venue names, unless one of them is no plain word.
std::vector<std::string> plain_ids(const json* list) {
  std::vector<std::string> out;
  if (!list || list->size() > ids_at_most) return out;
  for (const auto& id : *list) {
    const auto* text = id.get_ptr<const std::string*>();
    const bool plain = text && !text->empty() && text->size() <= 80 &&
                       std::all_of(text->begin(), text->end(), [](char c) {
                         return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
                       });
    if (!plain) return {};
    out.push_back(*text);
  }
  return out;
}

}  // namespace

order_answer read_order_answer(unsigned status, std::string_view body) {
  if (status != 200) return {refusal(status), {}};
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return {read_verdict::absent, {}};
  const auto document = net::read_json(body);
  if (!document) return {};
  if (document->is_null()) return {read_verdict::absent, {}};
  const auto id = hash_member(*document, "id");
  const auto* word = net::text_member(*document, "status");
  if (!id || !word || word->empty()) return {};
  const auto* matched = net::text_member(*document, "size_matched");  // "" is nothing
  const bool none = !matched || matched->empty() || read_micro(*matched) == 0;
  return {read_verdict::found,
          {*id, named(first_word(*word, "ORDER_STATUS_"), order_states, order_state::other), !none,
           plain_ids(net::array_member(*document, "associate_trades"))}};
}

bool read_cancel_answer(unsigned status, std::string_view body, const hash256& hash) {
  const auto document = status == 200 ? net::read_json(body) : std::nullopt;
  if (!document) return false;
  const auto id = hash.hex();
  if (const auto* list = net::array_member(*document, "canceled"))
    if (std::find(list->begin(), list->end(), id) != list->end()) return true;
  const auto* left = net::object_member(*document, "not_canceled");
  const auto* why = left ? net::text_member(*left, id.c_str()) : nullptr;
  return why && std::find(gone_reasons.begin(), gone_reasons.end(), *why) != gone_reasons.end();
}

trades_page read_trades_answer(unsigned status, std::string_view body) {
  if (status != 200) return {refusal(status), {}, {}};
  const auto document = net::read_json(body);
  const auto* data = document ? net::array_member(*document, "data") : nullptr;
  const auto* cursor = document ? net::text_member(*document, "next_cursor") : nullptr;
  if (!data || !cursor) return {};
  trades_page out;
  for (const auto& t : *data) read_trade(t, out.trades);
  out.verdict = read_verdict::found;
  if (*cursor != last_cursor) out.next_cursor = *cursor;
  return out;
}

void trade_set::add(const trade& t) {
#ifdef HEADROOM_PLANTED_TRADE_COUNTED_TWICE  // for tests/simulation alone: it must notice
  by_id_.emplace(t.id + "/" + std::to_string(by_id_.size()), t);
  return;
#endif
  const auto [known, is_new] = by_id_.emplace(t.id, t);
  if (!is_new && rank(t.state) >= rank(known->second.state)) known->second = t;
}

std::optional<fill> fill_of(const trade_set& trades, const fee_schedule& fees) {
  fill out;
  for (const auto& [id, t] : trades.all()) {
    const auto cost = mul_div_floor(t.size.micro, t.price.micro, micro_per_usdc);
    if (!cost || !grow(out.matched.micro, *cost) || !grow(out.matched_shares.micro, t.size.micro))
      return std::nullopt;
    if (t.state == trade_state::failed) {
      ++out.failed;
      continue;
    }
    ++(t.state == trade_state::confirmed ? out.confirmed : out.open);
    const auto fee = t.as_taker ? fee_for(t.size, t.price, fees) : usdc{};
    if (!fee || !grow(out.spent.micro, *cost) || !grow(out.shares.micro, t.size.micro) ||
        !grow(out.fee.micro, fee->micro))
      return std::nullopt;
  }
  return out;
}

}  // namespace headroom::chain::polymarket
