#include "chain/treasury/oft.hpp"

#include <limits>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::chain::oft {
namespace {

constexpr std::string_view send_param = "(uint32,bytes32,uint256,uint256,bytes,bytes,bytes)";

/// SendParam without options, compose message and command: the enforced options suffice.
abi::encoder tuple_of(const send_parameters& p) {
  abi::encoder out;
  out.number(p.destination_eid).account(p.to).number(p.amount).number(p.min_amount);
  out.bytes({}).bytes({}).bytes({});
  return out;
}

std::optional<std::uint32_t> eid_at(const abi::reader& data, std::size_t index) {
  const auto value = data.number(index);
  if (!value || *value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

std::optional<sent_event> read_sent(const log_entry& log) {
  if (log.topics.size() != 3 || log.topics[0] != sent_topic() || log.data.size() != 96)
    return std::nullopt;
  const abi::reader data{log.data};
  const auto eid = eid_at(data, 0);
  const auto from = abi::account_of(log.topics[2].view());
  if (!eid || !from) return std::nullopt;
  return sent_event{log.topics[1], *eid, *from, *data.word(1), *data.word(2)};
}

std::optional<received_event> read_received(const log_entry& log) {
  if (log.topics.size() != 3 || log.topics[0] != received_topic() || log.data.size() != 64)
    return std::nullopt;
  const abi::reader data{log.data};
  const auto eid = eid_at(data, 0);
  const auto to = abi::account_of(log.topics[2].view());
  if (!eid || !to) return std::nullopt;
  return received_event{log.topics[1], *eid, *to, *data.word(1)};
}

}  // namespace

byte_vector quote_oft_call(const send_parameters& p) {
  return abi::encoder{"quoteOFT(" + std::string{send_param} + ")"}.tuple(tuple_of(p)).done();
}

/// (limit (min, max), fee details (dynamic), receipt (sent, received)).
std::optional<transfer_quote> read_transfer_quote(byte_view return_data) {
  const abi::reader data{return_data};
  const auto least = data.word(0);
  const auto most = data.word(1);
  const auto sent = data.word(3);
  const auto received = data.word(4);
  if (!least || !most || !sent || !received) return std::nullopt;
  return transfer_quote{*least, *most, *sent, *received};
}

byte_vector quote_send_call(const send_parameters& p) {
  return abi::encoder{"quoteSend(" + std::string{send_param} + ",bool)"}
      .tuple(tuple_of(p))
      .flag(false)
      .done();
}

std::optional<messaging_fee> read_quote(byte_view return_data) {
  const abi::reader data{return_data};
  const auto native = data.word(0);
  const auto lz_token = data.word(1);
  if (!native || !lz_token) return std::nullopt;
  return messaging_fee{*native, *lz_token};
}

byte_vector send_call(const send_parameters& p, const messaging_fee& fee,
                      const address& refund_to) {
  return abi::encoder{"send(" + std::string{send_param} + ",(uint256,uint256),address)"}
      .tuple(tuple_of(p))
      .word(fee.native.view())
      .word(fee.lz_token.view())
      .account(refund_to)
      .done();
}

byte_vector peers_call(std::uint32_t eid) {
  return abi::encoder{"peers(uint32)"}.number(eid).done();
}

hash256 sent_topic() {
  static const auto topic = keccak256("OFTSent(bytes32,uint32,address,uint256,uint256)");
  return topic;
}

hash256 received_topic() {
  static const auto topic = keccak256("OFTReceived(bytes32,uint32,address,uint256)");
  return topic;
}

std::optional<sent_event> find_sent(std::span<const log_entry> logs, const address& messenger) {
  std::optional<sent_event> out;
  for (const auto& log : logs) {
    auto found = read_sent(log);
    if (!found || log.emitter != messenger) continue;
    if (out) return std::nullopt;
    out = std::move(found);
  }
  return out;
}

std::optional<received_event> find_received(std::span<const log_entry> logs,
                                            const address& messenger, const hash256& guid) {
  std::optional<received_event> out;
  for (const auto& log : logs) {
    auto found = read_received(log);
    if (!found || log.emitter != messenger || found->guid != guid) continue;
    if (out) return std::nullopt;
    out = std::move(found);
  }
  return out;
}

}  // namespace headroom::chain::oft
