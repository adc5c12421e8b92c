#pragma once

#include <map>
#include <set>

#include "chain/eth.hpp"
#include "chain/keccak.hpp"
#include "chain/rpc_bridge.hpp"

namespace headroom::test {

using nlohmann::json;

/// A chain of one account in memory: a pool by nonce, blocks by hand, and the ways a node can
/// misbehave. Owned by the test, driven by the test scheduler.
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
  std::string send_error;  // answered to every send while set

  struct mined {
    std::uint64_t block;
    bool ok;
  };
  std::map<std::uint64_t, std::set<hash256>> pool;
  std::map<hash256, chain::signed_transaction> seen;
  std::map<hash256, mined> receipts;
  std::vector<hash256> blocks{chain::keccak256("genesis")};
  std::uint64_t count = 0;    // nonce of the account
  std::vector<hash256> sent;  // every accepted broadcast, repeats included
  std::uint64_t foreign_blocks = 0;

  void add_block() {
    blocks.push_back(chain::keccak256("block" + std::to_string(blocks.size()) + "/" +
                                      std::to_string(foreign_blocks)));
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
      pool.erase(count);
      ++count;
    }
  }
  /// The last block never happened; its transactions wait again.
  void reorg() {
    ++foreign_blocks;
    for (auto i = receipts.begin(); i != receipts.end();) {
      if (i->second.block != blocks.size() - 1) {
        ++i;
        continue;
      }
      const auto nonce = seen.at(i->first).body.nonce;
      count = std::min(count, nonce);
      i = receipts.erase(i);
    }
    blocks.pop_back();
    add_block();
  }
  /// Somebody else used the account's next nonce.
  void foreign_transaction() {
    add_block();
    pool.erase(count);
    ++count;
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

  json block(std::uint64_t n) const {
    return {{"number", number(n)},
            {"hash", blocks.at(n).hex()},
            {"timestamp", number(1'800'000'000 + n)},
            {"baseFeePerGas", number(base_fee)}};
  }

  chain::rpc_result send(const json& params) {
    if (sends == mood::unreachable) return silent(chain::rpc_status::unreachable);
    const auto raw = from_hex(params.at(0).get<std::string>());
    const auto tx = chain::decode_transaction(*raw);
    if (!send_error.empty()) return error(-32000, send_error);
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
    if (x.method == "eth_sendRawTransaction") return send(x.params);
    if (reads == mood::unreachable) return silent(chain::rpc_status::unreachable);
    if (reads == mood::maybe_sent) return silent(chain::rpc_status::maybe_sent);
    if (x.method == "eth_chainId") return ok(number(chain_id));
    if (x.method == "eth_getTransactionCount") return ok(number(count));
    if (x.method == "eth_maxPriorityFeePerGas") return ok(number(1'000'000'000));
    if (x.method == "eth_feeHistory")
      return ok(json{{"baseFeePerGas", json::array({number(base_fee), number(base_fee)})}});
    if (x.method == "eth_getBalance") return ok(number(balance));
    if (x.method == "eth_estimateGas") {
      if (estimate_reverts) return error(3, "execution reverted");
      return ok(number(estimate));
    }
    if (x.method == "eth_getBlockByNumber") {
      const auto tag = x.params.at(0).get<std::string>();
      if (tag == "finalized") return ok(nullptr);
      const auto n = tag == "latest" ? blocks.size() - 1 : *chain::eth::read_number(tag);
      return n < blocks.size() ? ok(block(n)) : ok(nullptr);
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
