#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chain/evm/erc20.hpp"
#include "chain/evm/json_rpc.hpp"
#include "chain/evm/transaction.hpp"

/// The JSON-RPC methods we use: one function builds the request, one reads the result. Readers take
/// what a node sent and give nothing when it is not what the method promises.
namespace headroom::chain::eth {

// -- numbers and bytes ---------------------------------------------------------------------------
[[nodiscard]] std::string quantity(std::uint64_t value);  // "0x1a"
[[nodiscard]] std::string quantity(const uint256& value);
[[nodiscard]] std::optional<std::uint64_t> read_number(const nlohmann::json& value);
[[nodiscard]] std::optional<uint256> read_word(const nlohmann::json& value);  // wider than 64 bits
[[nodiscard]] std::optional<byte_vector> read_bytes(const nlohmann::json& value);
[[nodiscard]] std::optional<hash256> read_hash(const nlohmann::json& value);
/// What `read` (one of the readers here) makes of an answer; nothing when it is no good answer.
///     const auto block = eth::answer(r, eth::read_block);
template <class Read>
[[nodiscard]] auto answer(const rpc_result& r, Read read) -> decltype(read(r.value)) {
  if (r.status != rpc_status::ok) return std::nullopt;
  return read(r.value);
}
[[nodiscard]] inline std::optional<byte_vector> bytes_of(const rpc_result& r) {
  return answer(r, read_bytes);
}

// -- questions -----------------------------------------------------------------------------------
// `block` is a tag ("latest", "pending", "finalized") or a quantity.

struct call_parameters {
  std::optional<address> from;
  address to;
  byte_vector data;
  uint256 value;
  std::uint64_t gas = 0;  // what the call may use; 0: the node's own bound
};
[[nodiscard]] rpc_request chain_id();      // read_number
[[nodiscard]] rpc_request block_number();  // read_number
[[nodiscard]] rpc_request transaction_count(const address& account,
                                            std::string_view block);  // read_number
[[nodiscard]] rpc_request balance(const address& account);            // read_word
[[nodiscard]] rpc_request code(const address& account);               // read_bytes
[[nodiscard]] rpc_request call(const call_parameters& c,
                               std::string_view block = "latest");  // read_bytes
[[nodiscard]] rpc_request estimate_gas(const call_parameters& c);   // read_number
[[nodiscard]] rpc_request max_priority_fee();                       // read_number
[[nodiscard]] rpc_request transaction_receipt(const hash256& tx);   // read_receipt
[[nodiscard]] rpc_request block(std::string_view block);            // read_block
[[nodiscard]] rpc_request full_block(std::string_view block);       // also find_transaction
[[nodiscard]] rpc_request fee_history();                            // read_next_base_fee
[[nodiscard]] rpc_request send_raw_transaction(byte_view raw);      // judge_send

struct log_filter {
  std::uint64_t from_block = 0;
  std::string to_block = "latest";
  address emitter;
  /// One entry per topic position; empty = any.
  std::vector<std::optional<hash256>> topics;
};
[[nodiscard]] rpc_request logs(const log_filter& filter);  // read_logs
/// Removed (reorganised) logs are left out.
[[nodiscard]] std::optional<std::vector<log_entry>> read_logs(const nlohmann::json& value);

struct receipt {
  hash256 tx_hash;
  bool succeeded = false;
  hash256 block_hash;
  std::uint64_t block_number = 0;
  std::uint64_t gas_used = 0;
  std::uint64_t gas_price = 0;  // paid per gas; 0 when the node does not say
  std::vector<log_entry> logs;
};
/// Outer nothing: unreadable. Inner nothing: the node knows no receipt, which proves nothing.
[[nodiscard]] std::optional<std::optional<receipt>> read_receipt(const nlohmann::json& value);

struct block_info {
  std::uint64_t number = 0;
  hash256 hash;
  std::uint64_t timestamp = 0;  // unix seconds
  std::uint64_t base_fee = 0;   // wei, 0 before EIP-1559
};
/// As read_receipt: a node without the tag answers null.
[[nodiscard]] std::optional<std::optional<block_info>> read_block(const nlohmann::json& value);

/// The transaction of `account` with that nonce in a block read with full_block.
[[nodiscard]] std::optional<hash256> find_transaction(const nlohmann::json& block,
                                                      const address& account, std::uint64_t nonce);

/// Base fee of the block to come.
[[nodiscard]] std::optional<std::uint64_t> read_next_base_fee(const nlohmann::json& value);
/// maxFee = base x percent / 100 + tip, tip at least `tip_floor` (Polygon: 30 gwei).
[[nodiscard]] gas_fees suggest_fees(std::uint64_t base_fee, std::uint64_t tip,
                                    std::uint64_t tip_floor, std::uint32_t base_fee_percent = 200);
/// So many percent more: estimates fall short when the clock moves before the block. At most what
/// one transaction may have (EIP-7825).
[[nodiscard]] std::uint64_t padded_gas(std::uint64_t estimate, std::uint32_t pad_percent = 50);

// -- broadcasting --------------------------------------------------------------------------------
enum class send_verdict : std::uint8_t {
  accepted = 0,            // the node took it
  already_known = 1,       // it had it: as good as accepted
  nonce_used = 2,          // look at the receipts of our own hashes
  underpriced = 3,         // a replacement must pay more
  fee_too_low = 4,         // tip or cap below what the node takes: raise, same nonce
  insufficient_funds = 5,  // no gas money: stop, alert
  rejected_bug = 6,        // our mistake (gas limit, chain id): stop, alert
  not_sent = 7,            // no node got it: send the same bytes later
  maybe_sent = 8,          // anything else: assume it is out
  above_cap = 9,           // gas limit x max fee is more than the node takes: lower, same nonce
};
[[nodiscard]] send_verdict judge_send(const rpc_result& result);
/// With fee_too_low: the tip that the node wants at least, in wei ("minimum needed 25000000000").
[[nodiscard]] std::optional<std::uint64_t> tip_needed(const rpc_error& e);
/// With above_cap: the most that the node takes for one transaction, in wei ("tx fee (1.20 ether)
/// exceeds the configured cap (1.00 ether)").
[[nodiscard]] std::optional<std::uint64_t> fee_cap(const rpc_error& e);

// -- reverts -------------------------------------------------------------------------------------
/// True for "execution reverted" of eth_call and eth_estimateGas.
[[nodiscard]] bool is_revert(const rpc_error& e);
/// The text of Error(string), or the selector of a custom error as hex, or "".
[[nodiscard]] std::string revert_reason(const rpc_error& e);

}  // namespace headroom::chain::eth
