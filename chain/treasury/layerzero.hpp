#pragma once

#include <optional>
#include <span>

#include "chain/evm/erc20.hpp"

/// LayerZero's endpoint (v2) as far as a delivery needs it: a packet as the source chain emitted
/// it, whether the destination has verified it, and its execution, which is open to anybody
/// (facts of EndpointV2.lzReceive).
namespace headroom::chain::layerzero {

/// Version 1: version 1 | nonce 8 | srcEid 4 | sender 32 | dstEid 4 | receiver 32 | guid 32 |
/// message.
struct packet {
  std::uint64_t nonce = 0;
  std::uint32_t source_eid = 0;
  hash256 sender;
  std::uint32_t destination_eid = 0;
  address receiver;
  hash256 guid;
  byte_vector message;
};

[[nodiscard]] std::optional<packet> read_packet(byte_view bytes);
/// The packet with this guid among the PacketSent(bytes encodedPayload, bytes options, address
/// sendLibrary) of a receipt.
[[nodiscard]] std::optional<packet> find_packet(std::span<const log_entry> logs,
                                                const hash256& guid);

/// address endpoint() of an application.
[[nodiscard]] byte_vector endpoint_call();
/// bytes32 inboundPayloadHash(receiver, srcEid, sender, nonce): not zero while the packet is
/// verified and not executed.
[[nodiscard]] byte_vector payload_hash_call(const packet& p);
/// uint64 lazyInboundNonce(receiver, srcEid, sender): the last message of the pathway that was
/// executed. One with a later nonce and no payload hash is not verified.
[[nodiscard]] byte_vector executed_nonce_call(const packet& p);
/// Executes it. Reverts when it is not verified, or executed already.
[[nodiscard]] byte_vector receive_call(const packet& p);

}  // namespace headroom::chain::layerzero
