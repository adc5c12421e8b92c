#pragma once

#include <optional>
#include <span>

#include "chain/evm/erc20.hpp"

/// USDT0's bridge: a LayerZero OFT. One send on the source chain, one OFTReceived with the same
/// guid on the destination chain.
namespace headroom::chain::oft {

struct send_parameters {
  std::uint32_t destination_eid = 0;
  address to;
  std::uint64_t amount = 0;      // local decimals (6)
  std::uint64_t min_amount = 0;  // what quoteOFT promises; USDT0 moves 1:1
};
/// What the messages cost, in the source chain's coin.
struct messaging_fee {
  uint256 native;
  uint256 lz_token;
};

/// What the bridge would do with an amount now: a pause, a rate limit or a fee shows here, before
/// money moves.
struct transfer_quote {
  uint256 least;
  uint256 most;
  uint256 sent;      // less than what was asked for: dust, or a limit
  uint256 received;  // over there
};
/// quoteOFT (0x0d35b415).
[[nodiscard]] byte_vector quote_oft_call(const send_parameters& p);
[[nodiscard]] std::optional<transfer_quote> read_transfer_quote(byte_view return_data);
[[nodiscard]] byte_vector quote_send_call(const send_parameters& p);
[[nodiscard]] std::optional<messaging_fee> read_quote(byte_view return_data);
/// The transaction's value must be `fee.native`; what is too much goes back to `refund_to`.
[[nodiscard]] byte_vector send_call(const send_parameters& p, const messaging_fee& fee,
                                    const address& refund_to);
/// bytes32 peers(uint32): zero means that the pathway is not wired.
[[nodiscard]] byte_vector peers_call(std::uint32_t eid);

/// OFTSent(bytes32 indexed guid, uint32 dstEid, address indexed from, uint256, uint256).
struct sent_event {
  hash256 guid;
  std::uint32_t destination_eid = 0;
  address from;
  uint256 amount_sent;
  uint256 amount_received;
};
/// OFTReceived(bytes32 indexed guid, uint32 srcEid, address indexed to, uint256).
struct received_event {
  hash256 guid;
  std::uint32_t source_eid = 0;
  address to;
  uint256 amount;
};
[[nodiscard]] hash256 sent_topic();
[[nodiscard]] hash256 received_topic();  // filter with it and the guid as second topic
/// The one event of this kind by `messenger`; nothing when there is none or more than one.
[[nodiscard]] std::optional<sent_event> find_sent(std::span<const log_entry> logs,
                                                  const address& messenger);
[[nodiscard]] std::optional<received_event> find_received(std::span<const log_entry> logs,
                                                          const address& messenger,
                                                          const hash256& guid);

}  // namespace headroom::chain::oft
