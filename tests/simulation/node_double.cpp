#include "tests/simulation/node_double.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/erc20.hpp"
#include "chain/evm/eth.hpp"

namespace headroom::test {
namespace {

using chain::rpc_result;
using chain::rpc_status;
using nlohmann::json;

rpc_result ok(json value) {
  rpc_result r;
  r.status = rpc_status::ok;
  r.value = std::move(value);
  return r;
}

rpc_result error(std::int64_t code, std::string text) {
  rpc_result r;
  r.status = rpc_status::error;
  r.error = {code, std::move(text), {}};
  return r;
}

rpc_result without_answer(rpc_status s) {
  rpc_result r;
  r.status = s;
  return r;
}

json number(std::uint64_t n) { return chain::eth::quantity(n); }

json word(const uint256& x) { return x.hex(); }

json log_json(const chain::log_entry& log, const hash256& block) {
  json topics = json::array();
  for (const auto& t : log.topics) topics.push_back(t.hex());
  return {{"address", log.emitter.hex()},
          {"topics", std::move(topics)},
          {"data", to_0x(log.data)},
          {"transactionHash", log.tx_hash.hex()},
          {"blockNumber", number(log.block_number)},
          {"blockHash", block.hex()},
          {"logIndex", number(log.index)},
          {"removed", false}};
}

/// A call without a nonce is a stranger's, whomever it concerns.
address sender_of(const chain_call& x) {
  if (x.nonce) return x.from;
  address out;
  std::copy_n(x.hash.bytes.begin(), out.bytes.size(), out.bytes.begin());
  return out;
}

json transaction_json(const chain_call& x, const chain_block* b) {
  return {{"hash", x.hash.hex()},
          {"from", sender_of(x).hex()},
          {"to", x.to.hex()},
          {"nonce", number(x.nonce.value_or(0))},
          {"input", to_0x(x.data)},
          {"value", number(0)},
          {"blockNumber", b ? number(b->number) : json()},
          {"blockHash", b ? json(b->hash.hex()) : json()}};
}

json block_json(const chain_block& b, bool with_transactions) {
  json transactions = json::array();
  for (const auto& x : b.calls)
    transactions.push_back(with_transactions ? transaction_json(x.what, &b)
                                             : json(x.what.hash.hex()));
  return {{"number", number(b.number)},
          {"hash", b.hash.hex()},
          {"parentHash", (b.parent ? b.parent->hash : hash256{}).hex()},
          {"timestamp", number(static_cast<std::uint64_t>(b.time))},
          {"baseFeePerGas", number(b.base_fee)},
          {"transactions", std::move(transactions)}};
}

/// By tag or number; null when this node has no such block.
block_ptr named(const block_ptr& head, const json& name, std::uint64_t confirmations) {
  const auto text = name.get<std::string>();
  if (text == "latest" || text == "pending") return head;
  if (text == "earliest") return block_of(head, 0);
  if (text == "finalized" || text == "safe")
    return block_of(head, head->number - std::min(head->number, confirmations));
  return block_of(head, chain::eth::read_number(name).value());
}

hash256 hash_of(const json& x) { return hash256::parse(x.get<std::string>()).value(); }
address account_of(const json& x) { return address::parse(x.get<std::string>()).value(); }

bool matches(const chain::log_entry& log, const json& filter) {
  if (filter.contains("address") && account_of(filter["address"]) != log.emitter) return false;
  if (!filter.contains("topics")) return true;
  const auto& topics = filter["topics"];
  for (std::size_t i = 0; i < topics.size(); ++i) {
    if (topics[i].is_null()) continue;
    if (i >= log.topics.size()) return false;
    const auto is = [&](const json& t) { return hash_of(t) == log.topics[i]; };
    const bool any =
        topics[i].is_array() ? std::any_of(topics[i].begin(), topics[i].end(), is) : is(topics[i]);
    if (!any) return false;
  }
  return true;
}

constexpr std::string_view reverted = "execution reverted";

}  // namespace

std::chrono::milliseconds node_double::delay() {
  if (!chance(wrong.late)) return {};
  return std::chrono::milliseconds{1 + rng_() % 3'000};
}

/// The next answer may come from another node, and that one may not know what the last one knew.
node_double::node& node_double::ask_somebody(timestamp now, std::optional<std::uint32_t> wanted) {
  if (chance(wrong.another_node)) current_ = rng_() % nodes_.size();
  asked_ = wanted ? *wanted % nodes_.size() : current_;
  auto& n = nodes_[asked_];
  if (n.head && now < n.still_until) return n;
  if (n.head && chance(wrong.stands_still)) {
    n.still_until = now.plus(std::chrono::milliseconds{rng_() % 20'000});
    return n;
  }
  n.head = chain_.tip();
  if (chance(wrong.behind))
    for (auto blocks = 1 + rng_() % 2; blocks > 0 && n.head->parent; --blocks)
      n.head = n.head->parent;
  return n;
}

bool node_double::remembers(node& n, const hash256& tx, timestamp now) {
  auto i = n.forgotten.find(tx);
  if (i == n.forgotten.end()) {
    const auto until =
        chance(wrong.forgets) ? now.plus(std::chrono::milliseconds{rng_() % 60'000}) : timestamp{};
    i = n.forgotten.emplace(tx, until).first;
  }
  return now >= i->second || wrong.forgets == 0;
}

rpc_result node_double::answer(const chain::rpc_request& x, timestamp now) {
  auto r = answer_of_current(x, now);
  r.node = static_cast<std::uint32_t>(asked_);
  r.nodes = static_cast<std::uint32_t>(nodes_.size());
  return r;
}

rpc_result node_double::answer_of_current(const chain::rpc_request& x, timestamp now) {
  chain_.advance(now);
  auto& n = ask_somebody(now, x.node);
  if (chance(wrong.silent)) return without_answer(rpc_status::unreachable);
  if (chance(wrong.limited)) return error(-32005, "limit exceeded");
  if (x.method == "eth_sendRawTransaction") {
    auto r = send(n, x.params.at(0));
    return chance(wrong.lost) ? without_answer(rpc_status::maybe_sent) : r;
  }
  if (chance(wrong.lost)) return without_answer(rpc_status::maybe_sent);
  return read(n, x, now);
}

rpc_result node_double::read(node& n, const chain::rpc_request& x, timestamp now) {
  const auto& p = x.params;
  const auto& head = *n.head;
  const auto& m = x.method;
  const auto depth = chain_.law().confirmations;
  if (m == "eth_chainId") return ok(number(chain_.law().chain_id));
  if (m == "eth_blockNumber") return ok(number(head.number));
  if (m == "eth_maxPriorityFeePerGas") return ok(number(100'000'000));
  if (m == "eth_gasPrice") return ok(number(head.base_fee + 100'000'000));
  if (m == "eth_feeHistory")
    return ok({{"baseFeePerGas", {number(head.base_fee), number(head.base_fee)}}});
  if (m == "eth_getBalance") return ok(number(1'000'000'000'000'000'000));
  if (m == "eth_getCode") {
    const auto who = account_of(p.at(0));
    return ok(who == chain_.law().token || who == chain_.law().bridge ? "0x60" : "0x");
  }
  if (m == "eth_getTransactionCount") {
    const auto b = named(n.head, p.at(1), depth);
    if (!b) return error(-32000, "header not found");
    const auto i = b->ledger->counts.find(account_of(p.at(0)));
    return ok(number(i == b->ledger->counts.end() ? 0 : i->second));
  }
  if (m == "eth_getBlockByNumber") {
    const auto b = named(n.head, p.at(0), depth);
    return b ? ok(block_json(*b, p.at(1).get<bool>())) : ok(nullptr);
  }
  if (m == "eth_getBlockByHash") {
    for (auto b = n.head; b; b = b->parent)
      if (b->hash == hash_of(p.at(0))) return ok(block_json(*b, p.at(1).get<bool>()));
    return ok(nullptr);
  }
  if (m == "eth_getTransactionByHash") {
    const auto hash = hash_of(p.at(0));
    const auto at = find_call(n.head, hash);
    if (at.call && remembers(n, hash, now))
      return ok(transaction_json(at.call->what, at.block.get()));
    return ok(nullptr);
  }
  if (m == "eth_getTransactionReceipt") return receipt(n, hash_of(p.at(0)), now);
  if (m == "eth_getLogs") return logs(n, p.at(0), now);
  if (m == "eth_call") return call(n, p, false);
  if (m == "eth_estimateGas") return call(n, p, true);
  return error(-32601, "no such method: " + m);
}

rpc_result node_double::call(const node& n, const json& params, bool estimate) {
  const auto& object = params.at(0);
  const auto& law = chain_.law();
  chain_call x;
  if (object.contains("from")) x.from = account_of(object["from"]);
  x.to = account_of(object.at("to"));
  x.data = from_hex(object.at("data").get<std::string>()).value();
  const auto block = params.size() > 1 ? named(n.head, params[1], law.confirmations) : n.head;
  if (!block) return error(-32000, "header not found");
  const auto& ledger = *block->ledger;
  const auto asks = [&](const byte_vector& question) {
    return x.data.size() >= 4 && std::equal(x.data.begin(), x.data.begin() + 4, question.begin());
  };
  static const auto balance = chain::balance_of_call({});
  static const auto state = chain::eip3009::state_call({}, {});
  static const auto separator = chain::eip3009::domain_separator_call();
  static const auto decimals = chain::decimals_call();
  const chain::abi::reader words{byte_view{x.data}.subspan(4)};
  if (asks(balance))
    return ok(word(uint256::of(static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, ledger.balance(x.to, *words.account(0)))))));
  if (asks(state))
    return ok(word(uint256::of(
        ledger.authorizations.contains({*words.account(0), hash256{words.word(1)->bytes}}))));
  if (asks(separator)) return ok(chain::eip712::separator(domain_).hex());
  if (asks(decimals)) return ok(word(uint256::of(6)));
  auto after = ledger;
  if (!chain_.execute(after, x, block->time)) return error(3, std::string{reverted});
  return ok(estimate ? number(100'000) : json("0x"));
}

rpc_result node_double::logs(node& n, const json& filter, timestamp now) {
  const auto depth = chain_.law().confirmations;
  const auto from = named(n.head, filter.value("fromBlock", json("earliest")), depth);
  const auto to = named(n.head, filter.value("toBlock", json("latest")), depth);
  if (!from) return ok(json::array());
  std::vector<json> found;
  for (auto b = to ? to : n.head; b && b->number >= from->number; b = b->parent) {
    for (auto call = b->calls.rbegin(); call != b->calls.rend(); ++call)
      for (auto log = call->logs.rbegin(); log != call->logs.rend(); ++log)
        if (matches(*log, filter) && remembers(n, log->tx_hash, now))
          found.push_back(log_json(*log, b->hash));
  }
  std::reverse(found.begin(), found.end());
  return ok(json(std::move(found)));
}

rpc_result node_double::receipt(node& n, const hash256& tx, timestamp now) {
  const auto at = find_call(n.head, tx);
  if (!at.call || !remembers(n, tx, now)) return ok(nullptr);
  json logs = json::array();
  for (const auto& log : at.call->logs) logs.push_back(log_json(log, at.block->hash));
  return ok({{"transactionHash", tx.hex()},
             {"status", number(at.call->succeeded ? 1 : 0)},
             {"blockHash", at.block->hash.hex()},
             {"blockNumber", number(at.block->number)},
             {"from", at.call->what.from.hex()},
             {"gasUsed", number(60'000)},
             {"effectiveGasPrice", number(at.block->base_fee)},
             {"logs", std::move(logs)}});
}

rpc_result node_double::send(const node& n, const json& raw) {
  const auto tx = chain::decode_transaction(*from_hex(raw.get<std::string>()));
  if (!tx || tx->body.chain_id != chain_.law().chain_id) return error(-32000, "invalid sender");
  const auto nonce = tx->body.nonce;
  const auto& account = chain_.law().account;
  const chain_call x{tx->hash, account, tx->body.to, tx->body.data, nonce, tx->body.fees.max_fee,
                     0};
  const auto i = n.head->ledger->counts.find(account);
  if (i != n.head->ledger->counts.end() && nonce < i->second)
    return find_call(n.head, tx->hash).call
               ? error(-32000, "already known")
               : error(-32000, "nonce too low: next nonce " + std::to_string(i->second));
  if (chain_.in_pool(tx->hash)) return error(-32000, "already known");
  if (const auto best = chain_.offered(nonce); x.max_fee < best + best / 10)
    return error(-32000, "replacement transaction underpriced");
  accepted_[nonce].emplace(tx->hash, x);
  if (!chance(wrong.swallows)) chain_.submit(x);
  return ok(tx->hash.hex());
}

}  // namespace headroom::test
