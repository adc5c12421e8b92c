#include "chain/polymarket/resolution.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/evm_failure.hpp"
#include "chain/evm/keccak.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

/// ask_gain's stand-in for the account. Calldata: token, target (a word each), then the call.
///     before = token.balanceOf(this)
///     if (!target.call(the call)) revert with its words
///     return token.balanceOf(this) - before
constexpr std::string_view gain_code =
    "6370a0823160e01b60005230600452"  // memory 0: balanceOf(this)
    "60206040602460006000355afa50"    // memory 0x40: before
    "604036038060406080"              // memory 0x80: the call
    "376000600082608060006020355af1"  // made
    "6042573d600060003e3d6000fd"      // its words, where it reverts
    "5b60206060602460006000355afa50"  // memory 0x60: after
    "60405160605103"                  // the difference
    "60005260206000f3";

std::optional<std::int64_t> within_63_bits(const std::optional<uint256>& word) {
  const auto value = word ? word->to_u64() : std::nullopt;
  if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

/// A uint256[] behind word `index`; nothing when it is longer than `most`.
std::optional<std::vector<uint256>> words_of(const abi::reader& data, std::size_t index,
                                             std::size_t most) {
  const auto list = data.tuple(index);
  const auto count = list ? list->number(0) : std::nullopt;
  if (!count || *count > most || *count >= list->words()) return std::nullopt;
  std::vector<uint256> out;
  for (std::size_t i = 1; i <= *count; ++i) out.push_back(*list->word(i));
  return out;
}

// -- events --------------------------------------------------------------------------------------

const hash256& transfer_single() {
  static const auto topic = keccak256("TransferSingle(address,address,address,uint256,uint256)");
  return topic;
}
const hash256& transfer_batch() {
  static const auto topic = keccak256("TransferBatch(address,address,address,uint256[],uint256[])");
  return topic;
}
const hash256& payout_redemption() {
  static const auto topic =
      keccak256("PayoutRedemption(address,address,bytes32,bytes32,uint256[],uint256)");
  return topic;
}

struct moved {
  address from;
  address to;
  std::vector<uint256> tokens;
  std::vector<uint256> amounts;
};

constexpr std::size_t most_in_batch = 1'024;

/// Outer nothing: a transfer that cannot be read. Inner nothing: another event.
std::optional<std::optional<moved>> read_transfer(const log_entry& log) {
  const bool single = !log.topics.empty() && log.topics[0] == transfer_single();
  const bool batch = !log.topics.empty() && log.topics[0] == transfer_batch();
  if (!single && !batch) return std::optional<moved>{};
  if (log.topics.size() != 4) return std::nullopt;
  const auto from = abi::account_of(log.topics[2].view());
  const auto to = abi::account_of(log.topics[3].view());
  if (!from || !to) return std::nullopt;
  moved out{*from, *to, {}, {}};
  const abi::reader data{log.data};
  if (single) {
    const auto token = data.word(0);
    const auto amount = data.word(1);
    if (!token || !amount) return std::nullopt;
    out.tokens = {*token};
    out.amounts = {*amount};
    return std::optional{std::move(out)};
  }
  auto tokens = words_of(data, 0, most_in_batch);
  auto amounts = words_of(data, 1, most_in_batch);
  if (!tokens || !amounts || tokens->size() != amounts->size()) return std::nullopt;
  out.tokens = std::move(*tokens);
  out.amounts = std::move(*amounts);
  return std::optional{std::move(out)};
}

/// Of one outcome token: what left the account, and what is nobody's any more.
struct way {
  std::int64_t left = 0;
  std::int64_t ended = 0;
};

bool add_to(std::int64_t& sum, std::int64_t x) { return !__builtin_add_overflow(sum, x, &sum); }

bool follow(std::vector<way>& ways, const moved& m, const address& account,
            std::span<const uint256> tokens) {
  for (std::size_t i = 0; i < m.tokens.size(); ++i) {
    const auto at = std::find(tokens.begin(), tokens.end(), m.tokens[i]);
    if (at == tokens.end()) continue;
    const auto amount = within_63_bits(m.amounts[i]);
    if (!amount) return false;
    auto& w = ways[static_cast<std::size_t>(at - tokens.begin())];
    if (m.from == account && !add_to(w.left, *amount)) return false;
    if (m.to == account && !add_to(w.left, -*amount)) return false;
    if (m.to.is_zero() && !add_to(w.ended, *amount)) return false;
  }
  return true;
}

/// What PayoutRedemption says was paid; nothing happens for another event. False: unreadable.
bool add_reported(redemption_proof& out, const log_entry& log, const hash256& condition) {
  if (log.topics.empty() || log.topics[0] != payout_redemption()) return true;
  const abi::reader data{log.data};  // condition, index sets, payout
  const auto of = data.word(0);
  const auto paid = within_63_bits(data.word(2));
  if (!of || !paid || !add_to(out.reported_by_all.micro, *paid)) return false;
  return of->bytes != condition.bytes || add_to(out.reported.micro, *paid);
}

/// Those that burn shares and pay the collateral for them, and nobody: the zero address.
bool redeems(const contract_settings& c, const address& to) {
  return to.is_zero() || to == c.collateral_adapter || to == c.neg_risk_collateral_adapter ||
         to == c.neg_risk_adapter;
}

bool concerns(const moved& m, const address& from, std::span<const uint256> tokens) {
  return m.from == from && std::any_of(m.tokens.begin(), m.tokens.end(), [&](const uint256& t) {
           return std::find(tokens.begin(), tokens.end(), t) != tokens.end();
         });
}

// -- texts ---------------------------------------------------------------------------------------

std::string text_or_nothing(const nlohmann::json& row, const char* key) {
  const auto* text = net::text_member(row, key);
  return text ? *text : std::string{};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string stage_of(const std::string& uma, bool closed) {
  if (uma == "resolved" || uma == "settled") return "resolved";
  if (uma == "disputed" || uma == "challenged") return "disputed";
  if (uma == "proposed" || uma == "reproposed") return "proposed";
  return closed ? "resolved" : "open";
}

}  // namespace

// -- Conditional Tokens, read --------------------------------------------------------------------

byte_vector payout_denominator_call(const hash256& condition) {
  return abi::encoder{"payoutDenominator(bytes32)"}.word(condition.view()).done();
}

byte_vector payout_numerator_call(const hash256& condition, std::size_t slot) {
  return abi::encoder{"payoutNumerators(bytes32,uint256)"}
      .word(condition.view())
      .number(slot)
      .done();
}

byte_vector slot_count_call(const hash256& condition) {
  return abi::encoder{"getOutcomeSlotCount(bytes32)"}.word(condition.view()).done();
}

byte_vector shares_held_call(std::span<const address> owners, std::span<const uint256> tokens) {
  abi::encoder who;
  abi::encoder what;
  who.number(owners.size() * tokens.size());
  what.number(owners.size() * tokens.size());
  for (const auto& owner : owners)
    for (const auto& token : tokens) {
      who.account(owner);
      what.word(token.view());
    }
  return abi::encoder{"balanceOfBatch(address[],uint256[])"}.tuple(who).tuple(what).done();
}

std::optional<std::vector<share_amount>> read_shares_held(byte_view data, std::size_t count) {
  const auto words = words_of(abi::reader{data}, 0, count);
  if (!words || words->size() != count) return std::nullopt;
  std::vector<share_amount> out;
  for (const auto& word : *words) {
    const auto amount = within_63_bits(word);
    if (!amount) return std::nullopt;
    out.push_back({*amount});
  }
  return out;
}

// -- redeeming -----------------------------------------------------------------------------------

byte_vector redeem_all_call(const address& collateral, const hash256& condition,
                            std::size_t slots) {
  abi::encoder sets;
  sets.number(slots);
  for (std::size_t slot = 0; slot < slots; ++slot) sets.number(std::uint64_t{1} << slot);
  return abi::encoder{"redeemPositions(address,bytes32,bytes32,uint256[])"}
      .account(collateral)
      .word(hash256{}.view())
      .word(condition.view())
      .tuple(sets)
      .done();
}

byte_vector redeem_amounts_call(const hash256& condition, std::span<const share_amount> amounts) {
  abi::encoder all;
  all.number(amounts.size());
  for (const auto& amount : amounts) all.number(static_cast<std::uint64_t>(amount.micro));
  return abi::encoder{"redeemPositions(bytes32,uint256[])"}
      .word(condition.view())
      .tuple(all)
      .done();
}

rpc_request ask_gain(const address& account, const address& token, const address& to,
                     byte_view call) {
  auto data = abi::encoder{}.account(token).account(to).done();
  data.insert(data.end(), call.begin(), call.end());
  auto out = eth::call({std::nullopt, account, std::move(data), {}});
  out.params.push_back({{account.hex(), {{"code", "0x" + std::string{gain_code}}}}});
  return out;
}

gain read_gain(const rpc_result& r) {
  using enum gain::word;
  if (r.status == rpc_status::error) {
    if (failed_in_evm(r.error)) return {reverts, {}, eth::revert_reason(r.error)};
    return {unasked, {}, r.error.message};
  }
  const auto data = eth::bytes_of(r);
  if (!data) return {};
  if (data->empty()) return {unasked, {}, "no state override"};  // it asked the account itself
  const auto amount = within_63_bits(abi::reader{*data}.word(0));
  if (!amount) return {};
  return {known, {*amount}, {}};
}

std::optional<redemption_proof> read_redemption(std::span<const log_entry> logs,
                                                const contract_settings& contracts,
                                                const address& account, const hash256& condition,
                                                std::span<const uint256> tokens) {
  redemption_proof out;
  std::vector<way> ways(tokens.size());
  const auto money = received(logs, contracts.collateral, account);
  if (!money) return std::nullopt;
  out.received = {*money};
  for (const auto& log : logs) {
    if (log.emitter != contracts.conditional_tokens) continue;
    const auto transfer = read_transfer(log);
    if (!transfer || !add_reported(out, log, condition)) return std::nullopt;
    if (!*transfer) continue;
    if (!follow(ways, **transfer, account, tokens)) return std::nullopt;
    if (concerns(**transfer, account, tokens) && !redeems(contracts, (*transfer)->to))
      out.went_elsewhere = true;
  }
  for (const auto& w : ways)
    out.burned.push_back({std::max<std::int64_t>(0, std::min(w.left, w.ended))});
  return out;
}

bool takes_shares(const log_entry& log, const address& account, std::span<const uint256> tokens) {
  const auto transfer = read_transfer(log);
  return transfer && *transfer && concerns(**transfer, account, tokens);
}

// -- the API -------------------------------------------------------------------------------------

std::optional<record_market> read_outcomes(std::string_view body, const uint256& token) {
  const auto document = net::read_json(body);
  if (!document) return std::nullopt;
  const auto* condition = net::text_member(*document, "c");
  const auto id = condition ? hash256::parse(*condition) : std::nullopt;
  const auto* outcomes = net::array_member(*document, "t");
  if (!id || !outcomes || outcomes->size() < 2 || outcomes->size() > most_slots)
    return std::nullopt;
  record_market out;
  out.condition = *id;
  out.neg_risk = net::flag_member(*document, "nr").value_or(false);
  for (const auto& outcome : *outcomes) {
    const auto* text = net::text_member(outcome, "t");
    const auto parsed = text ? uint256::parse_decimal(*text) : std::nullopt;
    if (!parsed) return std::nullopt;
    out.tokens.push_back(*parsed);
    out.outcomes.push_back(text_or_nothing(outcome, "o"));
  }
  if (std::find(out.tokens.begin(), out.tokens.end(), token) == out.tokens.end())
    return std::nullopt;
  return out;
}

std::optional<market_stage> read_gamma_stage(std::string_view body, const hash256& condition) {
  const auto document = net::read_json(body);
  if (!document) return std::nullopt;
  const auto* rows = document->is_array() ? &*document : net::array_member(*document, "markets");
  if (!rows) return std::nullopt;
  for (const auto& row : *rows) {
    const auto* id = net::text_member(row, "conditionId");
    if (!id || hash256::parse(*id) != condition) continue;
    const bool closed = net::flag_member(row, "closed").value_or(false);
    return market_stage{stage_of(lower(text_or_nothing(row, "umaResolutionStatus")), closed),
                        text_or_nothing(row, "question")};
  }
  return std::nullopt;
}

std::optional<market_stage> read_clob_stage(std::string_view body) {
  const auto document = net::read_json(body);
  const auto closed = document ? net::flag_member(*document, "closed") : std::nullopt;
  if (!closed) return std::nullopt;
  return market_stage{stage_of({}, *closed), text_or_nothing(*document, "question")};
}

}  // namespace headroom::chain::polymarket
