#pragma once

#include <functional>
#include <map>
#include <set>

#include "chain/evm/eth.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/rpc_bridge.hpp"

namespace headroom::test {

using nlohmann::json;

/// A chain of one account in memory, as one or several nodes show it: a pool by nonce, blocks by
/// hand, and the ways a node can misbehave. Owned by the test, driven by the test scheduler.
struct fake_node {
  enum class mood { up, unreachable, maybe_sent, rate_limited };

  std::uint64_t chain_id = 9745;
  std::uint64_t base_fee = 1'000'000'000;
  mood reads = mood::up;
  mood sends = mood::up;
  bool estimate_reverts = false;
  std::uint64_t estimate = 100'000;
  std::uint64_t balance = 1'000'000'000'000'000'000;
  bool next_tx_reverts = false;
  std::string send_error;                  // answered to every send while set
  std::uint64_t least_tip = 0;             // sends below it are refused, with its number
  std::optional<std::uint64_t> finalized;  // block; nothing: no such tag

  std::uint32_t nodes = 1;
  /// What one of the nodes says in the place of the truth; nothing: the truth.
  std::function<std::optional<chain::rpc_result>(std::uint32_t node, const chain::rpc_request&)>
      quirk;

  struct mined {
    std::uint64_t block;
    bool ok;
  };
  struct seen_in_block {
    hash256 hash;
    std::uint64_t nonce;
  };
  address account;  // of the first transaction that was sent, or set by the test
  std::map<std::uint64_t, std::set<hash256>> pool;
  std::map<hash256, chain::signed_transaction> seen;
  std::map<hash256, mined> receipts;
  std::vector<hash256> blocks{chain::keccak256("genesis")};
  std::vector<std::uint64_t> counts{0};                // nonce of the account, by block
  std::vector<std::vector<seen_in_block>> inside{{}};  // its transactions, by block
  std::uint64_t count = 0;                             // nonce of the account
  std::vector<hash256> sent;                           // every accepted broadcast, repeats included
  std::uint64_t foreign_blocks = 0;

  void add_block() {
    blocks.push_back(chain::keccak256("block" + std::to_string(blocks.size()) + "/" +
                                      std::to_string(foreign_blocks)));
    counts.push_back(count);
    inside.emplace_back();
  }
  void add_blocks(int n) {
    for (int i = 0; i < n; ++i) add_block();
  }
  /// One block with everything that is in line.
  void mine() {
    add_block();
    while (pool.contains(count) && !pool[count].empty()) {
      auto best = *pool[count].begin();
      for (const auto& h : pool[count])
        if (seen.at(h).body.fees.max_fee > seen.at(best).body.fees.max_fee) best = h;
      receipts[best] = {blocks.size() - 1, !next_tx_reverts};
      next_tx_reverts = false;
      inside.back().push_back({best, count});
      pool.erase(count);
      ++count;
    }
    counts.back() = count;
  }
  /// The last blocks never happened; nobody remembers their transactions.
  void reorg(std::size_t depth = 1) {
    ++foreign_blocks;
    const auto from = blocks.size() - depth;
    for (auto i = receipts.begin(); i != receipts.end();)
      i = i->second.block >= from ? receipts.erase(i) : std::next(i);
    blocks.resize(from);
    counts.resize(from);
    inside.resize(from);
    count = counts.back();
    for (std::size_t i = 0; i < depth; ++i) add_block();
  }
  /// Somebody else used the account's next nonce.
  hash256 foreign_transaction() {
    add_block();
    const auto hash = chain::keccak256("foreign " + std::to_string(count));
    inside.back().push_back({hash, count});
    pool.erase(count);
    counts.back() = ++count;
    return hash;
  }

  [[nodiscard]] static json number(std::uint64_t n) { return chain::eth::quantity(n); }
  static chain::rpc_result ok(json value) {
    chain::rpc_result r;
    r.status = chain::rpc_status::ok;
    r.value = std::move(value);
    return r;
  }
  static chain::rpc_result error(std::int64_t code, std::string text) {
    chain::rpc_result r;
    r.status = chain::rpc_status::error;
    r.error = {code, std::move(text), {}};
    return r;
  }
  static chain::rpc_result silent(chain::rpc_status s) {
    chain::rpc_result r;
    r.status = s;
    return r;
  }

  json block(std::uint64_t n, bool full) const {
    json out{{"number", number(n)},
             {"hash", blocks.at(n).hex()},
             {"timestamp", number(1'800'000'000 + n)},
             {"baseFeePerGas", number(base_fee)}};
    if (!full) return out;
    out["transactions"] = json::array({{{"hash", chain::keccak256("a stranger's").hex()},
                                        {"from", address{}.hex()},
                                        {"nonce", "0x0"}}});
    for (const auto& tx : inside.at(n))
      out["transactions"].push_back(
          {{"hash", tx.hash.hex()}, {"from", account.hex()}, {"nonce", number(tx.nonce)}});
    return out;
  }

  std::optional<std::uint64_t> block_number(const std::string& tag) const {
    if (tag == "finalized") return finalized;
    if (tag == "latest" || tag == "pending") return blocks.size() - 1;
    return chain::eth::read_number(tag);
  }

  chain::rpc_result send(const json& params) {
    if (sends == mood::unreachable) return silent(chain::rpc_status::unreachable);
    const auto raw = from_hex(params.at(0).get<std::string>());
    const auto tx = chain::decode_transaction(*raw);
    if (!send_error.empty()) return error(-32000, send_error);
    if (tx->body.fees.max_priority_fee < least_tip)
      return error(-32000, "transaction gas price below minimum: gas tip cap " +
                               std::to_string(tx->body.fees.max_priority_fee) +
                               ", minimum needed " + std::to_string(least_tip));
    if (tx->body.nonce < count && !receipts.contains(tx->hash))
      return error(-32000, "nonce too low: next nonce " + std::to_string(count));
    sent.push_back(tx->hash);
    const bool known = seen.contains(tx->hash);
    seen.insert_or_assign(tx->hash, *tx);
    if (tx->body.nonce >= count) pool[tx->body.nonce].insert(tx->hash);
    if (sends == mood::maybe_sent) return silent(chain::rpc_status::maybe_sent);
    return known ? error(-32000, "already known") : ok(tx->hash.hex());
  }

  chain::rpc_result answer(const chain::rpc_request& x) {
    const auto node = x.node.value_or(0);
    auto out = node >= nodes ? silent(chain::rpc_status::unreachable) : said_by(node, x);
    out.node = node;
    out.nodes = nodes;
    return out;
  }

  chain::rpc_result said_by(std::uint32_t node, const chain::rpc_request& x) {
    if (quirk)
      if (auto said = quirk(node, x)) return std::move(*said);
    return truth(x);
  }

  chain::rpc_result truth(const chain::rpc_request& x) {
    if (x.method == "eth_sendRawTransaction") return send(x.params);
    if (reads == mood::unreachable) return silent(chain::rpc_status::unreachable);
    if (reads == mood::maybe_sent) return silent(chain::rpc_status::maybe_sent);
    if (x.method == "eth_chainId") return ok(number(chain_id));
    if (x.method == "eth_getTransactionCount") {
      const auto n = block_number(x.params.at(1).get<std::string>());
      if (!n || *n >= counts.size()) return error(-32000, "header not found");
      return ok(number(counts.at(*n)));
    }
    if (x.method == "eth_maxPriorityFeePerGas") return ok(number(1'000'000'000));
    if (x.method == "eth_feeHistory")
      return ok(json{{"baseFeePerGas", json::array({number(base_fee), number(base_fee)})}});
    if (x.method == "eth_getBalance") return ok(number(balance));
    if (x.method == "eth_estimateGas") {
      if (estimate_reverts) return error(3, "execution reverted");
      return ok(number(estimate));
    }
    if (x.method == "eth_getBlockByNumber") {
      const auto n = block_number(x.params.at(0).get<std::string>());
      return n && *n < blocks.size() ? ok(block(*n, x.params.at(1).get<bool>())) : ok(nullptr);
    }
    if (x.method == "eth_getTransactionReceipt") {
      const auto hash = *hash256::parse(x.params.at(0).get<std::string>());
      const auto i = receipts.find(hash);
      if (i == receipts.end()) return ok(nullptr);
      return ok({{"transactionHash", hash.hex()},
                 {"status", number(i->second.ok ? 1 : 0)},
                 {"blockHash", blocks.at(i->second.block).hex()},
                 {"blockNumber", number(i->second.block)},
                 {"gasUsed", number(21'000)},
                 {"effectiveGasPrice", number(2'000'000'000)},
                 {"logs", json::array()}});
    }
    return error(-32601, "no such method");
  }
};

inline chain::rpc_actor spawn_node(caf::actor_system& sys, fake_node* node) {
  return sys.spawn([node]() -> chain::rpc_actor::behavior_type {
    return {[node](const chain::rpc_request& x) { return node->answer(x); }};
  });
}

}  // namespace headroom::test
