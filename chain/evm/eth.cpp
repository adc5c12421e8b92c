#include "chain/evm/eth.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "chain/evm/abi.hpp"
#include "net/json.hpp"

namespace headroom::chain::eth {
namespace {

using nlohmann::json;

std::optional<std::uint64_t> number_member(const json& object, const char* key) {
  const auto* value = net::member(object, key);
  return value ? read_number(*value) : std::nullopt;
}

std::optional<hash256> hash_member(const json& object, const char* key) {
  const auto* value = net::member(object, key);
  return value ? read_hash(*value) : std::nullopt;
}

std::optional<log_entry> read_log(const json& value) {
  const auto* emitter = net::text_member(value, "address");
  const auto* topics = net::array_member(value, "topics");
  const auto* data = net::member(value, "data");
  const auto tx = hash_member(value, "transactionHash");
  const auto block = number_member(value, "blockNumber");
  const auto index = number_member(value, "logIndex");
  if (!emitter || !topics || !data || !tx || !block || !index || topics->size() > 4)
    return std::nullopt;
  const auto account = address::parse(*emitter);
  auto bytes = read_bytes(*data);
  if (!account || !bytes) return std::nullopt;
  log_entry out{*account, {}, std::move(*bytes), *tx, *block, *index};
  out.block_hash = hash_member(value, "blockHash").value_or(hash256{});
  for (const auto& topic : *topics) {
    const auto hash = read_hash(topic);
    if (!hash) return std::nullopt;
    out.topics.push_back(*hash);
  }
  return out;
}

json call_object(const call_parameters& c) {
  json out{{"to", c.to.hex()}, {"data", to_0x(c.data)}};
  if (c.from) out["from"] = c.from->hex();
  if (!c.value.is_zero()) out["value"] = quantity(c.value);
  if (c.gas != 0) out["gas"] = quantity(c.gas);
  return out;
}

struct known_text {
  std::string_view part;  // lower case
  send_verdict verdict;
};
/// geth, bor, reth and anvil; the first line whose part is found decides.
constexpr std::array known_texts{
    known_text{"already known", send_verdict::already_known},
    known_text{"already imported", send_verdict::already_known},
    known_text{"nonce too low", send_verdict::nonce_used},
    known_text{"replacement transaction underpriced", send_verdict::underpriced},
    known_text{"insufficient gas price to replace", send_verdict::underpriced},
    known_text{"transaction underpriced", send_verdict::fee_too_low},
    known_text{"gas price below minimum", send_verdict::fee_too_low},
    known_text{"priority fee below minimum", send_verdict::fee_too_low},
    known_text{"max fee per gas less than block base fee", send_verdict::fee_too_low},
    known_text{"exceeds the configured cap", send_verdict::above_cap},
    known_text{"insufficient funds", send_verdict::insufficient_funds},
    known_text{"intrinsic gas too low", send_verdict::rejected_bug},
    known_text{"intrinsic gas too high", send_verdict::rejected_bug},
    known_text{"exceeds block gas limit", send_verdict::rejected_bug},
    known_text{"invalid sender", send_verdict::rejected_bug},
    known_text{"invalid chain id", send_verdict::rejected_bug},
};

/// The number behind the last of `lead` in `text`, digits only.
std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view lead) {
  const auto at = text.rfind(lead);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t out = 0;
  const auto* from = text.data() + at + lead.size();
  const auto [end, error] = std::from_chars(from, text.data() + text.size(), out);
  return end != from && error == std::errc{} ? std::optional{out} : std::nullopt;
}

send_verdict judge_error(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const auto& known : known_texts)
    if (text.find(known.part) != std::string::npos) return known.verdict;
  return send_verdict::maybe_sent;
}

}  // namespace

std::string quantity(std::uint64_t value) { return quantity(uint256::of(value)); }

std::string quantity(const uint256& value) {
  const auto digits = to_hex(value.view());
  return "0x" + digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

/// A quantity of up to 256 bits, leading zeros tolerated.
std::optional<uint256> read_word(const json& value) {
  const auto* text = value.get_ptr<const std::string*>();
  if (!text || !text->starts_with("0x") || text->size() < 3 || text->size() > 66)
    return std::nullopt;
  const auto digits = std::string(66 - text->size(), '0') + text->substr(2);
  uint256 out;
  if (!from_hex_exact(digits, out.bytes)) return std::nullopt;
  return out;
}

std::optional<std::uint64_t> read_number(const json& value) {
  const auto word = read_word(value);
  return word ? word->to_u64() : std::nullopt;
}

std::optional<byte_vector> read_bytes(const json& value) {
  const auto* text = value.get_ptr<const std::string*>();
  if (!text || !text->starts_with("0x")) return std::nullopt;
  return from_hex(*text);
}

std::optional<hash256> read_hash(const json& value) {
  const auto* text = value.get_ptr<const std::string*>();
  return text ? hash256::parse(*text) : std::nullopt;
}

rpc_request chain_id() { return {"eth_chainId"}; }
rpc_request block_number() { return {"eth_blockNumber"}; }
rpc_request max_priority_fee() { return {"eth_maxPriorityFeePerGas"}; }

rpc_request transaction_count(const address& account, std::string_view block) {
  return {"eth_getTransactionCount", json::array({account.hex(), block})};
}

rpc_request code(const address& account) {
  return {"eth_getCode", json::array({account.hex(), "latest"})};
}

rpc_request balance(const address& account) {
  return {"eth_getBalance", json::array({account.hex(), "latest"})};
}

rpc_request call(const call_parameters& c, std::string_view block) {
  return {"eth_call", json::array({call_object(c), block})};
}

rpc_request estimate_gas(const call_parameters& c) {
  return {"eth_estimateGas", json::array({call_object(c)})};
}

rpc_request transaction_receipt(const hash256& tx) {
  return {"eth_getTransactionReceipt", json::array({tx.hex()})};
}

rpc_request block(std::string_view block) {
  return {"eth_getBlockByNumber", json::array({block, false})};
}

rpc_request full_block(std::string_view block) {
  return {"eth_getBlockByNumber", json::array({block, true})};
}

rpc_request fee_history() {
  return {"eth_feeHistory", json::array({quantity(1), "latest", json::array()})};
}

rpc_request send_raw_transaction(byte_view raw) {
  return {"eth_sendRawTransaction", json::array({to_0x(raw)})};
}

rpc_request logs(const log_filter& filter) {
  json topics = json::array();
  for (const auto& topic : filter.topics) topics.push_back(topic ? json(topic->hex()) : json());
  return {"eth_getLogs", json::array({json{{"fromBlock", quantity(filter.from_block)},
                                           {"toBlock", filter.to_block},
                                           {"address", filter.emitter.hex()},
                                           {"topics", std::move(topics)}}})};
}

std::optional<std::vector<log_entry>> read_logs(const json& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<log_entry> out;
  for (const auto& entry : value) {
    auto log = read_log(entry);
    if (!log) return std::nullopt;
    if (!net::flag_member(entry, "removed").value_or(false)) out.push_back(std::move(*log));
  }
  return out;
}

std::optional<std::optional<receipt>> read_receipt(const json& value) {
  if (value.is_null()) return std::optional<receipt>{};
  const auto tx = hash_member(value, "transactionHash");
  const auto status = number_member(value, "status");
  const auto block_hash = hash_member(value, "blockHash");
  const auto number = number_member(value, "blockNumber");
  const auto gas = number_member(value, "gasUsed");
  const auto* list = net::array_member(value, "logs");
  if (!tx || !status || *status > 1 || !block_hash || !number || !gas || !list) return std::nullopt;
  auto entries = read_logs(*list);
  if (!entries) return std::nullopt;
  const auto price = number_member(value, "effectiveGasPrice").value_or(0);
  return receipt{*tx, *status == 1, *block_hash, *number, *gas, price, std::move(*entries)};
}

std::optional<std::optional<block_info>> read_block(const json& value) {
  if (value.is_null()) return std::optional<block_info>{};
  const auto number = number_member(value, "number");
  const auto hash = hash_member(value, "hash");
  const auto time = number_member(value, "timestamp");
  if (!number || !hash || !time) return std::nullopt;
  return block_info{*number, *hash, *time, number_member(value, "baseFeePerGas").value_or(0)};
}

std::optional<hash256> find_transaction(const json& block, const address& account,
                                        std::uint64_t nonce) {
  const auto* list = block.is_object() ? net::array_member(block, "transactions") : nullptr;
  if (!list) return std::nullopt;
  for (const auto& tx : *list) {
    if (!tx.is_object()) return std::nullopt;
    const auto* from = net::text_member(tx, "from");
    if (!from || address::parse(*from) != account || number_member(tx, "nonce") != nonce) continue;
    return hash_member(tx, "hash");
  }
  return std::nullopt;
}

std::optional<std::uint64_t> read_next_base_fee(const json& value) {
  const auto* fees = net::array_member(value, "baseFeePerGas");
  if (!fees || fees->empty()) return std::nullopt;
  return read_number(fees->back());
}

gas_fees suggest_fees(std::uint64_t base_fee, std::uint64_t tip, std::uint64_t tip_floor,
                      std::uint32_t base_fee_percent) {
  gas_fees out{std::max(tip, tip_floor), 0};
  const auto base = uint128{base_fee} * base_fee_percent / 100;
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  out.max_fee = static_cast<std::uint64_t>(std::min<uint128>(base + out.max_priority_fee, most));
  return out;
}

std::uint64_t padded_gas(std::uint64_t estimate, std::uint32_t pad_percent) {
  constexpr uint128 most = uint128{1} << 24;  // EIP-7825: cap per transaction
  return static_cast<std::uint64_t>(
      std::min(uint128{estimate} + uint128{estimate} * pad_percent / 100, most));
}

send_verdict judge_send(const rpc_result& result) {
  switch (result.status) {
    case rpc_status::ok: return send_verdict::accepted;
    case rpc_status::unreachable: return send_verdict::not_sent;
    case rpc_status::maybe_sent: return send_verdict::maybe_sent;
    case rpc_status::error: break;
  }
  const auto verdict = judge_error(result.error.message);
  // One node's refusal says nothing about the node before it.
  const bool certain =
      verdict == send_verdict::already_known || verdict == send_verdict::nonce_used;
  return result.repeated && !certain ? send_verdict::maybe_sent : verdict;
}

std::optional<std::uint64_t> tip_needed(const rpc_error& e) {
  for (const auto* lead : {"minimum needed ", "minimum required priority fee "})  // geth; reth
    if (const auto tip = number_behind(e.message, lead)) return tip;
  return std::nullopt;
}

std::optional<std::uint64_t> fee_cap(const rpc_error& e) {
  constexpr std::string_view lead = "configured cap (";
  const auto at = e.message.find(lead);
  if (at == std::string::npos) return std::nullopt;
  double coins = 0;  // the node prints two decimals
  const auto* from = e.message.data() + at + lead.size();
  const auto [end, error] = std::from_chars(from, e.message.data() + e.message.size(), coins);
  if (end == from || error != std::errc{} || coins <= 0 || coins > 18) return std::nullopt;
  return static_cast<std::uint64_t>(coins * 1e18);
}

bool is_revert(const rpc_error& e) {
  return e.code == 3 || e.message.find("execution reverted") != std::string::npos;
}

std::string revert_reason(const rpc_error& e) {
  constexpr std::array<std::uint8_t, 4> error_string{0x08, 0xc3, 0x79, 0xa0};
  if (e.data.size() < 4) return {};
  const byte_view selector{e.data.data(), 4};
  if (!std::equal(selector.begin(), selector.end(), error_string.begin())) return to_0x(selector);
  const auto text = abi::reader{byte_view{e.data}.subspan(4)}.bytes(0);
  return text ? std::string{text->begin(), text->end()} : std::string{};
}

}  // namespace headroom::chain::eth
