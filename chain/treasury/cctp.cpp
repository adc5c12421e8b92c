#include "chain/treasury/cctp.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::chain::cctp {
namespace {

constexpr std::uint64_t known_version = 1;
/// Version 4 | source 4 | destination 4 | nonce 32 | sender 32 | recipient 32 | caller 32 |
/// finality asked 4 | finality reached 4 | body.
constexpr std::size_t header_size = 148;
/// Version 4 | burn token 32 | recipient 32 | amount 32 | sender 32 | most fee 32 | fee 32 |
/// expiration 32 | hook data.
constexpr std::size_t body_size = 228;

/// Each reader is called within sizes that were checked.
std::uint32_t number_at(byte_view bytes, std::size_t offset) {
  std::uint32_t out = 0;
  for (const auto b : bytes.subspan(offset, 4)) out = out << 8 | b;
  return out;
}

template <class Word>
Word word_at(byte_view bytes, std::size_t offset) {
  Word out;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), out.bytes.size(),
              out.bytes.begin());
  return out;
}

std::optional<address> account_at(byte_view bytes, std::size_t offset) {
  return abi::account_of(bytes.subspan(offset, 32));
}

struct burn_body {
  address token;
  address recipient;
  uint256 amount;
  address sender;
  uint256 fee;
};

std::optional<burn_body> read_body(byte_view body) {
  if (body.size() != body_size || number_at(body, 0) != known_version) return std::nullopt;
  const auto token = account_at(body, 4);
  const auto recipient = account_at(body, 36);
  const auto sender = account_at(body, 100);
  if (!token || !recipient || !sender) return std::nullopt;
  return burn_body{*token, *recipient, word_at<uint256>(body, 68), *sender,
                   word_at<uint256>(body, 164)};
}

const hash256& sent_topic() {
  static const auto topic = keccak256("MessageSent(bytes)");
  return topic;
}

}  // namespace

byte_vector burn_data(const burn_call& b) {
  return abi::encoder{"depositForBurn(uint256,uint32,bytes32,address,bytes32,uint256,uint32)"}
      .number(b.amount)
      .number(b.destination_domain)
      .account(b.recipient)
      .account(b.token)
      .number(0)  // anybody may receive it: the money goes to the recipient all the same
      .number(b.max_fee)
      .number(b.finality)
      .done();
}

byte_vector receive_data(byte_view message, byte_view attestation) {
  return abi::encoder{"receiveMessage(bytes,bytes)"}.bytes(message).bytes(attestation).done();
}

byte_vector minter_call() { return abi::encoder{"localMinter()"}.done(); }

byte_vector local_token_call(std::uint32_t domain, const address& burnt) {
  return abi::encoder{"getLocalToken(uint32,bytes32)"}.number(domain).account(burnt).done();
}

std::optional<message> read_message(byte_view bytes, const address& token_messenger) {
  if (bytes.size() < header_size || number_at(bytes, 0) != known_version) return std::nullopt;
  const auto sender = account_at(bytes, 44);
  const auto recipient = account_at(bytes, 76);
  const auto body = read_body(bytes.subspan(header_size));
  if (sender != token_messenger || recipient != token_messenger ||
      word_at<uint256>(bytes, 108) != uint256{} || !body)
    return std::nullopt;
  message out;
  out.what = {number_at(bytes, 4), number_at(bytes, 8), body->token,
              body->recipient,     body->amount,        body->sender};
  out.nonce = word_at<hash256>(bytes, 12);
  out.fee = body->fee;
  return out;
}

std::optional<message> find_burn(std::span<const log_entry> logs, const address& transmitter,
                                 const address& token_messenger, const transfer& ours) {
  std::optional<message> out;
  for (const auto& log : logs) {
    if (log.emitter != transmitter || log.topics.size() != 1 || log.topics[0] != sent_topic())
      continue;
    const auto bytes = abi::reader{log.data}.bytes(0);
    auto found = bytes ? read_message(*bytes, token_messenger) : std::nullopt;
    if (!found || found->what != ours) continue;
    if (out) return std::nullopt;
    out = std::move(found);
  }
  return out;
}

hash256 burnt_topic() {
  static const auto topic = keccak256(
      "DepositForBurn(address,uint256,address,bytes32,uint32,bytes32,bytes32,uint256,uint32,"
      "bytes)");
  return topic;
}

std::optional<uint256> burnt_amount(const log_entry& log) {
  if (log.topics.empty() || log.topics[0] != burnt_topic()) return std::nullopt;
  return abi::reader{log.data}.word(0);
}

hash256 received_topic() {
  static const auto topic =
      keccak256("MessageReceived(address,uint32,bytes32,bytes32,uint32,bytes)");
  return topic;
}

/// Indexed: caller, nonce, finality. Data: source domain, sender, body.
std::optional<received_event> read_received(const log_entry& log, const address& transmitter,
                                            const address& token_messenger) {
  if (log.emitter != transmitter || log.topics.size() != 4 || log.topics[0] != received_topic())
    return std::nullopt;
  const abi::reader data{log.data};
  const auto source = data.number(0);
  const auto sender = data.account(1);
  const auto bytes = data.bytes(2);
  const auto body = bytes ? read_body(*bytes) : std::nullopt;
  if (!source || *source > UINT32_MAX || sender != token_messenger || !body) return std::nullopt;
  const auto amount = body->amount.to_u64();
  // A finalized message is minted whole, whatever fee it was once signed for.
  const auto executed = abi::reader{log.topics[3].view()}.number(0);
  const bool whole = executed && *executed >= standard_finality;
  const auto fee = whole ? std::optional<std::uint64_t>{0} : body->fee.to_u64();
  if (!amount || !fee || *fee > *amount) return std::nullopt;
  return received_event{log.topics[2], static_cast<std::uint32_t>(*source), body->token,
                        body->recipient, uint256::of(*amount - *fee)};
}

}  // namespace headroom::chain::cctp
