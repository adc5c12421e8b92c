#pragma once

#include <span>
#include <string>
#include <vector>

#include "chain/evm/finality.hpp"
#include "domain/records.hpp"
#include "domain/repairs.hpp"

/// What a chain shows of money that came to us, for a human at a terminal: each call blocks until
/// the nodes answered or timed out.
namespace headroom::chain {

/// A Transfer of the token to one of the accounts.
struct arrival {
  std::uint64_t log_index = 0;  // in its block
  address from;
  usdc amount;
};

struct arrival_word {
  bool known = false;  // as many nodes as are needed showed the same receipt
  bool final = false;  // its block is final, by each of them
  bool succeeded = false;
  std::uint64_t block_number = 0;
  std::vector<arrival> arrivals;  // of the receipt
  std::string problem;            // why it is not known
};

/// Asks every node by itself: two of them must show the same receipt in a final block, where there
/// are two.
[[nodiscard]] arrival_word ask_arrival(const json_rpc& nodes, std::uint32_t node_count,
                                       const finality_rule& rule, const hash256& tx,
                                       const address& token, std::span<const address> accounts);

struct recent_arrival {
  hash256 tx_hash;
  std::uint64_t block_number = 0;
  arrival what;
};
/// Those in the last final blocks, as many as `limits` takes to search, the oldest first; of one
/// node each. Nothing when a part cannot be read.
[[nodiscard]] std::optional<std::vector<recent_arrival>> ask_recent_arrivals(
    const json_rpc& nodes, const finality_rule& rule, const log_limits& limits,
    const address& token, std::span<const address> accounts);

/// Nothing when it cannot be read.
[[nodiscard]] std::optional<usdc> ask_balance(const json_rpc& nodes, const address& token,
                                              const address& owner);
/// The least that any node shows: what is not there by one of them may be gone. Asks every node by
/// itself; nothing unless two answer, where there are two.
[[nodiscard]] std::optional<usdc> ask_least_balance(const json_rpc& nodes, std::uint32_t node_count,
                                                    const address& token, const address& owner);

/// Why an operation that the books have as reverted or dropped may yet have done what it should; ""
/// when the chain itself rules it out: its nonce is used up to the block that the nodes call final
/// (their depth, where they name none), and no receipt says that it succeeded. Asks every node by
/// itself; two must say so, where there are two.
/// @param rows  its attempts; they have one nonce
[[nodiscard]] std::string why_not_settled(const json_rpc& nodes, std::uint32_t node_count,
                                          const finality_rule& rule,
                                          const std::vector<chain_operation>& rows);

/// Transactions that the account has sent: mined ones, and those that wait too.
struct account_word {
  std::optional<std::uint64_t> latest;
  std::optional<std::uint64_t> pending;
  std::optional<uint256> coins;  // of the chain, in wei
};
[[nodiscard]] account_word ask_account(const json_rpc& nodes, const address& account);

/// What the chain takes now, by the wallet's own settings; nothing when it cannot be read.
[[nodiscard]] std::optional<gas_fees> ask_fees(const json_rpc& nodes, const wallet_settings& s);
/// Sends bytes that are stored already.
[[nodiscard]] eth::send_verdict send_stored(const json_rpc& nodes, byte_view raw);

}  // namespace headroom::chain
