#pragma once

#include <set>

#include "chain/evm/abi.hpp"
#include "chain/evm/eth.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/x402/eip3009.hpp"

namespace headroom::test {

using nlohmann::json;

/// The deposit chain as the payment actor sees it: one token, one authorization, blocks of one
/// second. A test sets what is true and how calls end.
struct fake_payments {
  std::uint64_t chain_id = 9745;
  chain::eip712::domain domain;
  std::uint64_t newest = 1'000;            // block number
  std::int64_t newest_at = 1'800'000'000;  // its time
  bool used = false;
  std::int64_t balance = 100'000'000;
  byte_vector code;                                                      // of the payer
  chain::rpc_result contract = ok("0x1626ba7e" + std::string(56, '0'));  // isValidSignature
  chain::rpc_result simulation = ok("0x");

  authorization paid;         // by whose use the receipt below proves it
  std::uint64_t used_in = 0;  // block of the use
  bool other_branch = false;  // the receipt is of a block that the chain does not have

  std::uint32_t nodes = 1;
  std::set<std::uint32_t> away;       // of them: say nothing
  std::set<std::uint32_t> forgetful;  // have no old events and receipts any more

  std::vector<std::string> asked;        // methods, in order
  std::vector<std::uint64_t> call_gas;   // what calls of contracts were allowed
  std::vector<chain::rpc_request> held;  // while `silent`
  bool silent = false;

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
  static std::string word(std::uint64_t n) { return to_0x(uint256::of(n).view()); }
  static hash256 hash_of(std::uint64_t block) {
    return chain::keccak256("block" + std::to_string(block));
  }
  static hash256 use() { return chain::keccak256("the transaction that used it"); }

  [[nodiscard]] json block(std::uint64_t n) const {
    const auto time = newest_at - static_cast<std::int64_t>(newest - n);
    return {{"number", chain::eth::quantity(n)},
            {"hash", hash_of(n).hex()},
            {"timestamp",
             chain::eth::quantity(static_cast<std::uint64_t>(std::max<std::int64_t>(time, 0)))}};
  }
  [[nodiscard]] json log(const std::vector<hash256>& topics, const std::string& data,
                         std::uint64_t index) const {
    json list = json::array();
    for (const auto& t : topics) list.push_back(t.hex());
    return {{"address", paid.token.hex()},
            {"topics", std::move(list)},
            {"data", data},
            {"transactionHash", use().hex()},
            {"blockNumber", chain::eth::quantity(used_in)},
            {"logIndex", chain::eth::quantity(index)}};
  }
  [[nodiscard]] json use_log() const {
    return log({chain::eip3009::used_topic(), chain::abi::word_of(paid.from), paid.nonce}, "0x", 7);
  }

  chain::rpc_result call(const json& params) {
    const auto data = params.at(0).at("data").get<std::string>().substr(0, 10);
    if (params.at(0).contains("gas"))
      call_gas.push_back(*chain::eth::read_number(params.at(0).at("gas")));
    if (data == "0xe94a0102") return ok(word(used ? 1 : 0));
    if (data == "0x70a08231") return ok(word(static_cast<std::uint64_t>(balance)));
    if (data == "0x3644e515") return ok(chain::eip712::separator(domain).hex());
    if (data == "0x313ce567") return ok(word(6));
    if (data == "0x1626ba7e") return contract;
    return simulation;
  }

  chain::rpc_result logs(const json& filter) {
    json out = json::array();
    const auto from = *chain::eth::read_number(filter.at("fromBlock"));
    const auto to = *chain::eth::read_number(filter.at("toBlock"));
    if (used_in >= from && used_in <= to && used) out.push_back(use_log());
    return ok(std::move(out));
  }

  chain::rpc_result receipt() const {
    const auto value = word(static_cast<std::uint64_t>(paid.value.micro));
    const std::vector<hash256> transfer{chain::transfer_topic(), chain::abi::word_of(paid.from),
                                        chain::abi::word_of(paid.to)};
    const auto of = other_branch ? chain::keccak256("a branch that is gone") : hash_of(used_in);
    return ok({{"transactionHash", use().hex()},
               {"status", "0x1"},
               {"blockHash", of.hex()},
               {"blockNumber", chain::eth::quantity(used_in)},
               {"gasUsed", "0x5208"},
               {"logs", json::array({use_log(), log(transfer, value, 8)})}});
  }

  chain::rpc_result answer(const chain::rpc_request& x) {
    asked.push_back(x.method);
    std::uint32_t node = 0;
    while (away.contains(node)) ++node;
    node = x.node.value_or(node);
    auto out = away.contains(node) || node >= nodes ? chain::rpc_result{} : said_by(node, x);
    out.node = node;
    out.nodes = nodes;
    return out;
  }

 private:
  chain::rpc_result said_by(std::uint32_t node, const chain::rpc_request& x) {
    if (forgetful.contains(node) && x.method == "eth_getLogs") return ok(json::array());
    if (forgetful.contains(node) && x.method == "eth_getTransactionReceipt") return ok(nullptr);
    if (x.method == "eth_chainId") return ok(chain::eth::quantity(chain_id));
    if (x.method == "eth_call") return call(x.params);
    if (x.method == "eth_getCode") return ok(to_0x(code));
    if (x.method == "eth_getLogs") return logs(x.params.at(0));
    if (x.method == "eth_getTransactionReceipt") return used ? receipt() : ok(nullptr);
    if (x.method == "eth_getBlockByNumber") {
      const auto tag = x.params.at(0).get<std::string>();
      if (tag == "finalized") return ok(nullptr);
      const auto n = tag == "latest" ? newest : *chain::eth::read_number(tag);
      return n <= newest ? ok(block(n)) : ok(nullptr);
    }
    return error(-32601, "no such method");
  }
};

/// Answers at once, or never while `silent`.
inline chain::rpc_actor spawn_payments_node(caf::actor_system& sys, fake_payments* chain) {
  return sys.spawn([chain](chain::rpc_actor::pointer self) -> chain::rpc_actor::behavior_type {
    return {[=](const chain::rpc_request& x) -> caf::result<chain::rpc_result> {
      if (!chain->silent) return chain->answer(x);
      chain->held.push_back(x);
      return self->make_response_promise<chain::rpc_result>();
    }};
  });
}

}  // namespace headroom::test
