#pragma once

#include <nlohmann/json.hpp>

#include "chain/evm/eth.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::test {

/// A log and a receipt as nodes write them. Every block has the same hash.
inline nlohmann::json log_json(const hash256& tx, std::uint64_t block,
                               const chain::log_entry& log) {
  auto topics = nlohmann::json::array();
  for (const auto& topic : log.topics) topics.push_back(topic.hex());
  return {{"address", log.emitter.hex()},
          {"topics", std::move(topics)},
          {"data", to_0x(log.data)},
          {"transactionHash", tx.hex()},
          {"blockNumber", chain::eth::quantity(block)},
          {"blockHash", chain::keccak256("block").hex()},
          {"logIndex", chain::eth::quantity(log.index)}};
}

inline nlohmann::json receipt_json(const hash256& tx, std::uint64_t block, bool succeeded,
                                   const std::vector<chain::log_entry>& logs) {
  auto list = nlohmann::json::array();
  for (const auto& log : logs) list.push_back(log_json(tx, block, log));
  return {{"transactionHash", tx.hex()},
          {"status", succeeded ? "0x1" : "0x0"},
          {"blockHash", chain::keccak256("block").hex()},
          {"blockNumber", chain::eth::quantity(block)},
          {"gasUsed", "0x5208"},
          {"logs", std::move(list)}};
}

}  // namespace headroom::test
