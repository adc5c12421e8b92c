#include "chain/x402/eip3009.hpp"

#include <algorithm>
#include <utility>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::chain::eip3009 {
namespace {

uint256 unsigned_word(std::int64_t x) {
  return uint256::of(static_cast<std::uint64_t>(std::max<std::int64_t>(x, 0)));
}

/// Any encoder with word() and account(): the struct's members and the call's first six arguments.
template <class Encoder>
Encoder& put_members(Encoder& out, const transfer& m) {
  return out.account(m.from)
      .account(m.to)
      .word(m.value.view())
      .word(m.valid_after.view())
      .word(m.valid_before.view())
      .word(m.nonce.view());
}

}  // namespace

transfer message_of(const authorization& a) {
  return {a.from,
          a.to,
          unsigned_word(a.value.micro),
          unsigned_word(a.valid_after),
          unsigned_word(a.valid_before),
          a.nonce};
}

hash256 digest(const eip712::domain& token, const transfer& message) {
  eip712::struct_hash body{
      "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
      "uint256 validBefore,bytes32 nonce)"};
  return eip712::digest(eip712::separator(token), put_members(body, message).done());
}

byte_vector transfer_call(const transfer& message, const signature& sig) {
  abi::encoder call{
      "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,"
      "bytes32)"};
  return put_members(call, message).number(sig.v).word(sig.r.view()).word(sig.s.view()).done();
}

byte_vector transfer_call(const transfer& message, byte_view sig) {
  abi::encoder call{
      "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"};
  return put_members(call, message).bytes(sig).done();
}

byte_vector state_call(const address& from, const hash256& nonce) {
  return abi::encoder{"authorizationState(address,bytes32)"}
      .account(from)
      .word(nonce.view())
      .done();
}

byte_vector domain_separator_call() { return abi::encoder{"DOMAIN_SEPARATOR()"}.done(); }

hash256 used_topic() {
  static const auto topic = keccak256("AuthorizationUsed(address,bytes32)");
  return topic;
}

hash256 canceled_topic() {
  static const auto topic = keccak256("AuthorizationCanceled(address,bytes32)");
  return topic;
}

std::optional<event> decode_event(const log_entry& log) {
  if (log.topics.size() != 3) return std::nullopt;
  const bool used = log.topics[0] == used_topic();
  const auto authorizer = abi::account_of(log.topics[1].view());
  if ((!used && log.topics[0] != canceled_topic()) || !authorizer) return std::nullopt;
  return event{used ? event_kind::used : event_kind::canceled, log.emitter, *authorizer,
               log.topics[2]};
}

std::optional<log_entry> proof_of(const authorization& a, std::span<const log_entry> logs) {
  if (a.from == a.to) return std::nullopt;  // it moves nothing, whatever it emits
  bool just_used = false;
  for (const auto& log : logs) {
    if (log.emitter != a.token) continue;
    if (const auto e = decode_event(log)) {
      just_used = e->kind == event_kind::used && e->authorizer == a.from && e->nonce == a.nonce;
    } else if (const auto moved = decode_transfer(log); moved && std::exchange(just_used, false)) {
      const bool paid = moved->from == a.from && moved->to == a.to &&
                        moved->value == unsigned_word(a.value.micro);
      if (paid) return log;
    }
  }
  return std::nullopt;
}

}  // namespace headroom::chain::eip3009
