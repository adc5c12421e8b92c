#include "chain/treasury/layerzero.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::chain::layerzero {
namespace {

constexpr std::size_t header_size = 113;
constexpr std::uint8_t known_version = 1;

std::uint64_t big_endian(byte_view bytes) {
  std::uint64_t out = 0;
  for (const auto b : bytes) out = out << 8 | b;
  return out;
}

hash256 word_at(byte_view bytes, std::size_t offset) {
  hash256 out;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), out.bytes.size(),
              out.bytes.begin());
  return out;
}

const hash256& sent_topic() {
  static const auto topic = keccak256("PacketSent(bytes,bytes,address)");
  return topic;
}

}  // namespace

std::optional<packet> read_packet(byte_view bytes) {
  if (bytes.size() < header_size || bytes[0] != known_version) return std::nullopt;
  const auto receiver = abi::account_of(bytes.subspan(49, 32));
  if (!receiver) return std::nullopt;
  packet out;
  out.nonce = big_endian(bytes.subspan(1, 8));
  out.source_eid = static_cast<std::uint32_t>(big_endian(bytes.subspan(9, 4)));
  out.sender = word_at(bytes, 13);
  out.destination_eid = static_cast<std::uint32_t>(big_endian(bytes.subspan(45, 4)));
  out.receiver = *receiver;
  out.guid = word_at(bytes, 81);
  const auto message = bytes.subspan(header_size);
  out.message.assign(message.begin(), message.end());
  return out;
}

std::optional<packet> find_packet(std::span<const log_entry> logs, const hash256& guid) {
  for (const auto& log : logs) {
    if (log.topics.size() != 1 || log.topics[0] != sent_topic()) continue;
    const auto bytes = abi::reader{log.data}.bytes(0);
    auto found = bytes ? read_packet(*bytes) : std::nullopt;
    if (found && found->guid == guid) return found;
  }
  return std::nullopt;
}

byte_vector endpoint_call() { return abi::encoder{"endpoint()"}.done(); }

byte_vector payload_hash_call(const packet& p) {
  return abi::encoder{"inboundPayloadHash(address,uint32,bytes32,uint64)"}
      .account(p.receiver)
      .number(p.source_eid)
      .word(p.sender.view())
      .number(p.nonce)
      .done();
}

byte_vector executed_nonce_call(const packet& p) {
  return abi::encoder{"lazyInboundNonce(address,uint32,bytes32)"}
      .account(p.receiver)
      .number(p.source_eid)
      .word(p.sender.view())
      .done();
}

byte_vector receive_call(const packet& p) {
  return abi::encoder{"lzReceive((uint32,bytes32,uint64),address,bytes32,bytes,bytes)"}
      .number(p.source_eid)
      .word(p.sender.view())
      .number(p.nonce)
      .account(p.receiver)
      .word(p.guid.view())
      .bytes(p.message)
      .bytes({})
      .done();
}

}  // namespace headroom::chain::layerzero
