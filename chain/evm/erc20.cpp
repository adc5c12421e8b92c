#include "chain/evm/erc20.hpp"

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::chain {

hash256 transfer_topic() {
  static const auto topic = keccak256("Transfer(address,address,uint256)");
  return topic;
}

std::optional<transfer_event> decode_transfer(const log_entry& log) {
  if (log.topics.size() != 3 || log.topics[0] != transfer_topic() || log.data.size() != 32)
    return std::nullopt;
  const auto from = abi::account_of(log.topics[1].view());
  const auto to = abi::account_of(log.topics[2].view());
  const auto value = abi::reader{log.data}.word(0);
  if (!from || !to || !value) return std::nullopt;
  return transfer_event{log.emitter, *from, *to, *value};
}

std::optional<std::int64_t> received(std::span<const log_entry> logs, const address& token,
                                     const address& to) {
  std::int64_t sum = 0;
  for (const auto& log : logs) {
    const auto transfer = decode_transfer(log);
    if (!transfer || transfer->token != token || transfer->to != to) continue;
    const auto value = transfer->value.to_u64();
    if (!value || __builtin_add_overflow(sum, *value, &sum)) return std::nullopt;
  }
  return sum;
}

byte_vector balance_of_call(const address& owner) {
  return abi::encoder{"balanceOf(address)"}.account(owner).done();
}

byte_vector allowance_call(const address& owner, const address& spender) {
  return abi::encoder{"allowance(address,address)"}.account(owner).account(spender).done();
}

byte_vector approve_call(const address& spender, const uint256& value) {
  return abi::encoder{"approve(address,uint256)"}.account(spender).word(value.view()).done();
}

byte_vector transfer_call(const address& to, const uint256& value) {
  return abi::encoder{"transfer(address,uint256)"}.account(to).word(value.view()).done();
}

byte_vector decimals_call() { return abi::encoder{"decimals()"}.done(); }

}  // namespace headroom::chain
