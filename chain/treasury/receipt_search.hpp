#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "chain/evm/cancelling.hpp"
#include "chain/evm/eth.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "domain/records.hpp"

namespace headroom::chain {

/// The attempts of a dropped operation that would have done something. One that cancelled it
/// (cancelling.hpp) is mined, and did nothing.
[[nodiscard]] inline std::vector<hash256> acting_attempts(
    const std::vector<chain_operation>& rows) {
  std::vector<hash256> out;
  for (const auto& row : rows) {
    const auto tx = decode_transaction(row.raw);
    if (!tx || !is_cancel(tx->body, row.account)) out.push_back(row.tx_hash);
  }
  return out;
}

/// Has any node a receipt of one of these transactions? `done(problem)` runs in `self`: "" when
/// every node that answered, two at least where there are two, has none of any of them.
template <class Self, class Done>
void search_receipts(Self* self, const rpc_actor& rpc, std::vector<hash256> transactions,
                     Done done) {
  if (transactions.empty()) return done(std::string{});
  const auto tx = transactions.back();
  transactions.pop_back();
  ask_every_node(
      self, rpc, eth::transaction_receipt(tx),
      [self, rpc, rest = std::move(transactions),
       done = std::move(done)](const std::vector<rpc_result>& words) mutable {
        std::size_t without = 0;
        for (const auto& word : words) {
          if (word.status != rpc_status::ok) continue;  // it says nothing
          const auto receipt = eth::read_receipt(word.value);
          if (!receipt || *receipt) return done(std::string{"dropped, but a receipt may exist"});
          ++without;
        }
        if (without < std::min<std::size_t>(words.size(), 2))
          return done(std::string{"dropped; too few nodes say that there is no receipt"});
        search_receipts(self, rpc, std::move(rest), std::move(done));
      });
}

}  // namespace headroom::chain
