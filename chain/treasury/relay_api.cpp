#include "chain/treasury/relay_api.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/eip55.hpp"
#include "chain/evm/keccak.hpp"
#include "net/json.hpp"

namespace headroom::chain::relay {
namespace {

using nlohmann::json;

constexpr std::size_t longest_word = 64;
constexpr std::size_t most_payments = 8;
constexpr std::size_t deposit_bytes = 4 + 4 * 32;
constexpr std::size_t approve_bytes = 4 + 2 * 32;

std::string printable(std::string_view text) {
  std::string out{text.substr(0, longest_word)};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~' || c == '"'; }, '.');
  return out;
}

std::string text_of(const json& object, const char* key) {
  const auto* text = net::text_member(object, key);
  return text == nullptr ? std::string{} : *text;
}

std::optional<address> address_member(const json& object, const char* key) {
  return address::parse(text_of(object, key));
}

/// Its amounts are digits of the smallest unit.
std::optional<usdc> amount_member(const json& object, const char* key) {
  const auto number = uint256::parse_decimal(text_of(object, key));
  const auto micro = number ? number->to_u64() : std::nullopt;
  if (!micro || *micro > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return usdc{static_cast<std::int64_t>(*micro)};
}

bool is_call(byte_view data, std::string_view signature, std::size_t size) {
  const auto selector = abi::encoder{signature}.done();
  return data.size() == size && std::equal(selector.begin(), selector.end(), data.begin());
}

/// The one transaction of a step; nothing: it has none, or several.
const json* transaction_of(const json& step) {
  const auto* items = net::array_member(step, "items");
  if (text_of(step, "kind") != "transaction" || items == nullptr || items->size() != 1)
    return nullptr;
  return net::object_member(items->front(), "data");
}

/// Of both kinds of transaction. "": it keeps to it.
std::string violated_by(const json& tx, const order& o) {
  if (net::count_member(tx, "chainId") != o.origin_chain_id) return "chain";
  if (address_member(tx, "from") != o.payer) return "from";
  const auto* value = net::member(tx, "value");
  const bool nothing = value == nullptr ||
                       (value->is_string() && value->get<std::string>() == "0") ||
                       (value->is_number_integer() && value->get<std::int64_t>() == 0);
  return nothing ? "" : "value";
}

/// We approve by ourselves, so this one is never sent: it is looked at for what it says of them.
std::string violated_by_approval(const json& tx, const order& o, const guards& g) {
  if (auto name = violated_by(tx, o); !name.empty()) return name;
  const auto data = from_hex(text_of(tx, "data"));
  if (address_member(tx, "to") != o.input_token || !data ||
      !is_call(*data, "approve(address,uint256)", approve_bytes) ||
      abi::reader{byte_view{*data}.subspan(4)}.account(0) != g.depository)
    return "spender";
  return {};
}

/// @param id  gets the order's.
std::string violated_by_deposit(const json& tx, const order& o, const guards& g,
                                const std::string& order_id, hash256& id) {
  if (auto name = violated_by(tx, o); !name.empty()) return name;
  if (address_member(tx, "to") != g.depository) return "to";
  const auto data = from_hex(text_of(tx, "data"));
  if (!data || !is_call(*data, "depositErc20(address,address,uint256,bytes32)", deposit_bytes))
    return "selector";
  const abi::reader words{byte_view{*data}.subspan(4)};
  if (words.account(0) != o.payer) return "depositor";
  if (words.account(1) != o.input_token) return "token";
  if (words.word(2) != uint256::of(static_cast<std::uint64_t>(o.amount.micro))) return "amount";
  id.bytes = words.word(3)->bytes;
  if (id.is_zero() || hash256::parse(order_id) != id) return "order_id";
  return {};
}

std::string violated_by_details(const json& details, const order& o) {
  const auto* out = net::object_member(details, "currencyOut");
  const auto* currency = out == nullptr ? nullptr : net::object_member(*out, "currency");
  const auto* in = net::object_member(details, "currencyIn");
  if (in == nullptr || amount_member(*in, "amount") != o.amount) return "input_amount";
  if (currency == nullptr || address_member(*currency, "address") != o.output_token ||
      net::count_member(*currency, "chainId") != o.destination_chain_id)
    return "output_token";
  if (address_member(details, "recipient") != o.recipient) return "recipient";
  return {};
}

/// The id that Relay goes by: of the order, or where it names none of the request.
std::string order_id_of(const json& body, const json& step) {
  const auto* protocol = net::object_member(body, "protocol");
  const auto* v2 = protocol == nullptr ? nullptr : net::object_member(*protocol, "v2");
  auto id = v2 == nullptr ? std::string{} : text_of(*v2, "orderId");
  return id.empty() ? text_of(step, "requestId") : id;
}

/// The steps' checks; `id` gets the order's.
std::string violated_by_steps(const json& body, const order& o, const guards& g, hash256& id) {
  const auto* steps = net::array_member(body, "steps");
  if (steps == nullptr || steps->empty() || steps->size() > 2) return "steps";
  for (const auto& step : *steps) {
    const auto* tx = transaction_of(step);
    const bool last = &step == &steps->back();
    if (tx == nullptr || text_of(step, "id") != (last ? "deposit" : "approve")) return "steps";
    auto name = last ? violated_by_deposit(*tx, o, g, order_id_of(body, step), id)
                     : violated_by_approval(*tx, o, g);
    if (!name.empty()) return name;
  }
  return {};
}

bool has_expired(const json& body, const timestamp& now) {
  const auto until = net::count_member(body, "expiresAt");
  return until && now.seconds() >= 0 && *until <= static_cast<std::uint64_t>(now.seconds());
}

quote_reading judge(const json& body, const order& o, const guards& g) {
  quote_reading out;
  const auto* details = net::object_member(body, "details");
  if (details == nullptr) {
    out.problem = "Relay's answer cannot be read";
    return out;
  }
  offer good;
  out.violated = violated_by_steps(body, o, g, good.id);
  if (out.violated.empty()) out.violated = violated_by_details(*details, o);
  out.unsafe = !out.violated.empty();
  const auto* currency = net::object_member(*details, "currencyOut");
  const auto named = currency == nullptr ? std::nullopt : amount_member(*currency, "minimumAmount");
  const auto least = named.value_or(usdc{});  // nothing named is nothing promised
  if (!out.unsafe && (!least.is_positive() || least < g.least || least > o.amount))
    out.violated = "output_amount";
  if (out.violated.empty() && has_expired(body, g.now)) out.violated = "expiry";
  if (!out.violated.empty()) {
    out.problem = "guard " + out.violated;
    out.refused = true;
    return out;
  }
  good.out = least;
  good.seconds = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(net::count_member(*details, "timeEstimate").value_or(0), 86'400));
  out.good = good;
  return out;
}

}  // namespace

net::http_request quote_request(const std::string& url, const order& o) {
  net::http_request out;
  out.method = "POST";
  out.url = url + "/quote/v2";
  out.headers = {{"Content-Type", "application/json"}};
  out.body = net::to_text(json{{"user", checksummed(o.payer)},
                               {"recipient", checksummed(o.recipient)},
                               {"refundTo", checksummed(o.payer)},
                               {"originChainId", o.origin_chain_id},
                               {"destinationChainId", o.destination_chain_id},
                               {"originCurrency", checksummed(o.input_token)},
                               {"destinationCurrency", checksummed(o.output_token)},
                               {"amount", std::to_string(o.amount.micro)},
                               {"tradeType", "EXACT_INPUT"}});
  return out;
}

quote_reading read_quote(const net::http_result& r, const order& o, const guards& g) {
  quote_reading out;
  if (r.outcome != net::http_outcome::answered) {
    out.problem = "Relay does not answer";
    return out;
  }
  const auto body = net::read_json(r.body);
  if (r.status == 200) {
    if (body) return judge(*body, o, g);
    out.problem = "Relay's answer cannot be read";
    return out;
  }
  out.problem = "Relay says " + std::to_string(r.status);
  const auto code = body ? text_of(*body, "errorCode") : std::string{};
  if (!code.empty()) out.problem += " " + printable(code);
  // Only words of its own are about the amount.
  out.refused = r.status >= 400 && r.status < 500 && r.status != 401 && r.status != 403 &&
                r.status != 429 && !code.empty();
  return out;
}

byte_vector deposit_data(const order& o, const hash256& id) {
  return abi::encoder{"depositErc20(address,address,uint256,bytes32)"}
      .account(o.payer)
      .account(o.input_token)
      .number(static_cast<std::uint64_t>(o.amount.micro))
      .word(id.view())
      .done();
}

hash256 deposited_topic() {
  return keccak256("RelayErc20Deposit(address,address,uint256,bytes32)");
}

std::optional<hash256> find_deposit(std::span<const log_entry> logs, const address& depository,
                                    const order& o) {
  for (const auto& log : logs) {
    if (log.emitter != depository || log.topics.size() != 1 || log.topics[0] != deposited_topic())
      continue;
    const abi::reader words{log.data};
    if (words.account(0) != o.payer || words.account(1) != o.input_token ||
        words.word(2) != uint256::of(static_cast<std::uint64_t>(o.amount.micro)) || !words.word(3))
      continue;
    hash256 id;
    id.bytes = words.word(3)->bytes;
    return id;
  }
  return std::nullopt;
}

net::http_request status_request(const std::string& url, const hash256& id) {
  net::http_request out;
  out.url = url + "/intents/status/v3?requestId=" + id.hex();
  return out;
}

intent read_status(const net::http_result& r) {
  intent out;
  if (r.outcome != net::http_outcome::answered) return out;
  if (r.status == 404) {
    out.word = intent_word::unknown;
    return out;
  }
  const auto body = net::read_json(r.body);
  if (r.status != 200 || !body) return out;
  out.said = printable(text_of(*body, "status"));
  if (out.said == "success") {
    out.word = intent_word::filled;
  } else if (out.said == "refund") {
    out.word = intent_word::refunded;
  } else if (out.said == "failure") {
    out.word = intent_word::halted;
    const auto why = text_of(*body, "failReason");
    if (!why.empty()) out.said += " (" + printable(why) + ")";
  } else if (out.said == "unknown") {
    out.word = intent_word::unknown;
  } else if (!out.said.empty()) {
    out.word = intent_word::under_way;
  }
  if (const auto* hashes = net::array_member(*body, "txHashes"))
    for (const auto& hash : *hashes) {
      if (!hash.is_string() || out.payments.size() >= most_payments) break;
      if (const auto read = hash256::parse(hash.get_ref<const std::string&>()))
        out.payments.push_back(*read);
    }
  return out;
}

net::http_request chains_request(const std::string& url) {
  net::http_request out;
  out.url = url + "/chains";
  return out;
}

std::optional<std::string> read_chain(const net::http_result& r, std::uint64_t chain_id) {
  if (r.outcome != net::http_outcome::answered || r.status != 200) return std::nullopt;
  const auto body = net::read_json(r.body);
  const auto* chains = body ? net::array_member(*body, "chains") : nullptr;
  if (chains == nullptr) return std::nullopt;
  for (const auto& chain : *chains) {
    if (net::count_member(chain, "id") != chain_id) continue;
    const bool open = net::flag_member(chain, "depositEnabled").value_or(true) &&
                      !net::flag_member(chain, "disabled").value_or(false);
    return open ? "" : "Relay takes no deposits on chain " + std::to_string(chain_id);
  }
  return "Relay does not know chain " + std::to_string(chain_id);
}

}  // namespace headroom::chain::relay
