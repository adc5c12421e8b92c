#include "chain/treasury/across.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::chain::across {
namespace {

constexpr std::uint8_t integrator_mark[] = {0x1d, 0xc0, 0xde};
constexpr std::size_t deposit_words = 10;  // before the message's own bytes
constexpr std::string_view deposit_signature =
    "depositV3(address,address,address,address,uint256,uint256,uint256,address,uint32,uint32,"
    "uint32,bytes)";
constexpr std::size_t fill_words = 15;

hash256 hash_of(const uint256& word) {
  hash256 out;
  out.bytes = word.bytes;
  return out;
}

uint256 number_of(const hash256& topic) {
  uint256 out;
  out.bytes = topic.bytes;
  return out;
}

std::optional<relay_data> read_deposit(const log_entry& log, const address& pool,
                                       const address& depositor, std::uint64_t origin_chain_id,
                                       std::uint64_t destination_chain_id) {
  if (log.emitter != pool || log.topics.size() != 4 || log.topics[0] != deposited_topic() ||
      number_of(log.topics[1]) != uint256::of(destination_chain_id) ||
      log.topics[3] != abi::word_of(depositor))
    return std::nullopt;
  const abi::reader data{log.data};
  const auto message = data.bytes(deposit_words - 1);
  const auto deadline = data.number(5);
  const auto exclusivity = data.number(6);
  if (!message || !message->empty() || !deadline || !exclusivity) return std::nullopt;
  relay_data out;
  out.depositor = log.topics[3];
  out.recipient = hash_of(*data.word(7));
  out.exclusive_relayer = hash_of(*data.word(8));
  out.input_token = hash_of(*data.word(0));
  out.output_token = hash_of(*data.word(1));
  out.input_amount = *data.word(2);
  out.output_amount = *data.word(3);
  out.origin_chain_id = origin_chain_id;
  out.deposit_id = number_of(log.topics[2]);
  out.fill_deadline = *deadline;
  out.exclusivity_deadline = *exclusivity;
  return out;
}

}  // namespace

byte_vector deposit_data(const deposit_call& d, byte_view integrator) {
  auto out = abi::encoder{deposit_signature}
                 .account(d.depositor)
                 .account(d.recipient)
                 .account(d.input_token)
                 .account(d.output_token)
                 .number(d.input_amount)
                 .number(d.output_amount)
                 .number(d.destination_chain_id)
                 .account(d.exclusive_relayer)
                 .number(d.quote_timestamp)
                 .number(d.fill_deadline)
                 .number(d.exclusivity)
                 .bytes({})
                 .done();
  if (integrator.empty()) return out;
  out.insert(out.end(), std::begin(integrator_mark), std::end(integrator_mark));
  out.insert(out.end(), integrator.begin(), integrator.end());
  return out;
}

std::optional<std::uint64_t> deposited_by(byte_view data) {
  static const auto selector = abi::encoder{deposit_signature}.done();
  if (data.size() < selector.size() || !std::equal(selector.begin(), selector.end(), data.begin()))
    return std::nullopt;
  return abi::reader{data.subspan(selector.size())}.number(4);
}

std::optional<relay_data> find_deposit(std::span<const log_entry> logs, const address& pool,
                                       const address& depositor, std::uint64_t origin_chain_id,
                                       std::uint64_t destination_chain_id) {
  std::optional<relay_data> out;
  for (const auto& log : logs) {
    auto found = read_deposit(log, pool, depositor, origin_chain_id, destination_chain_id);
    if (!found) continue;
    if (out) return std::nullopt;
    out = std::move(found);
  }
  return out;
}

hash256 deposited_topic() {
  static const auto topic = keccak256(
      "FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,bytes32,"
      "bytes32,bytes32,bytes)");
  return topic;
}

hash256 relay_hash(const relay_data& r, std::uint64_t destination_chain_id) {
  abi::encoder members;
  members.word(r.depositor.view())
      .word(r.recipient.view())
      .word(r.exclusive_relayer.view())
      .word(r.input_token.view())
      .word(r.output_token.view())
      .word(r.input_amount.view())
      .word(r.output_amount.view())
      .number(r.origin_chain_id)
      .word(r.deposit_id.view())
      .number(r.fill_deadline)
      .number(r.exclusivity_deadline)
      .bytes({});
  return keccak256(abi::encoder{}.tuple(members).number(destination_chain_id).done());
}

hash256 filled_topic() {
  static const auto topic = keccak256(
      "FilledRelay(bytes32,bytes32,uint256,uint256,uint256,uint256,uint256,uint32,uint32,bytes32,"
      "bytes32,bytes32,bytes32,bytes32,(bytes32,bytes32,uint256,uint8))");
  return topic;
}

std::optional<fill_event> read_fill(const log_entry& log, const address& pool) {
  if (log.emitter != pool || log.topics.size() != 4 || log.topics[0] != filled_topic() ||
      log.data.size() != fill_words * 32)
    return std::nullopt;
  const abi::reader data{log.data};
  const auto origin = number_of(log.topics[1]).to_u64();
  const auto deadline = data.number(5);
  const auto exclusivity = data.number(6);
  const auto recipient = data.account(11);
  const auto kind = data.number(14);
  const bool no_message = *data.word(10) == uint256{} && *data.word(12) == uint256{};
  if (!origin || !deadline || !exclusivity || !recipient || !kind || *kind > 2 || !no_message)
    return std::nullopt;
  fill_event out;
  out.of.depositor = hash_of(*data.word(8));
  out.of.recipient = hash_of(*data.word(9));
  out.of.exclusive_relayer = hash_of(*data.word(7));
  out.of.input_token = hash_of(*data.word(0));
  out.of.output_token = hash_of(*data.word(1));
  out.of.input_amount = *data.word(2);
  out.of.output_amount = *data.word(3);
  out.of.origin_chain_id = *origin;
  out.of.deposit_id = number_of(log.topics[2]);
  out.of.fill_deadline = *deadline;
  out.of.exclusivity_deadline = *exclusivity;
  out.recipient = *recipient;
  out.amount = *data.word(13);
  out.kind = static_cast<std::uint8_t>(*kind);
  return out;
}

byte_vector fill_status_call(const hash256& relay_hash) {
  return abi::encoder{"fillStatuses(bytes32)"}.word(relay_hash.view()).done();
}

std::optional<fill_status> read_fill_status(byte_view return_data) {
  const auto value = abi::reader{return_data}.number(0);
  if (!value || *value > 2) return std::nullopt;
  return static_cast<fill_status>(*value);
}

}  // namespace headroom::chain::across
