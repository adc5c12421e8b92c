#pragma once

#include <optional>
#include <span>

#include "chain/evm/erc20.hpp"

/// CCTP v2: burnt on one chain, attested by Circle, minted on another by whoever brings message and
/// attestation. The message gets its nonce from the attesters, not from the chain.
namespace headroom::chain::cctp {

inline constexpr std::uint32_t fast_finality = 1'000;
inline constexpr std::uint32_t standard_finality = 2'000;

struct burn_call {
  std::uint64_t amount = 0;
  std::uint32_t destination_domain = 0;
  address recipient;
  address token;
  std::uint64_t max_fee = 0;  // below the amount
  std::uint32_t finality = standard_finality;
};
/// depositForBurn (0x8e0250ee), to be received by anybody.
[[nodiscard]] byte_vector burn_data(const burn_call& b);
/// receiveMessage (0x57ecfd28). Reverts "Nonce already used" when somebody was faster.
[[nodiscard]] byte_vector receive_data(byte_view message, byte_view attestation);

/// localMinter() of a messenger, and what that minter makes of a token burnt elsewhere.
[[nodiscard]] byte_vector minter_call();
[[nodiscard]] byte_vector local_token_call(std::uint32_t domain, const address& burnt);

/// What moves, without what the attesters fill in.
struct transfer {
  std::uint32_t source_domain = 0;
  std::uint32_t destination_domain = 0;
  address burn_token;
  address recipient;
  uint256 amount;
  address sender;  // who burnt

  friend bool operator==(const transfer&, const transfer&) = default;
};

/// A message of ours, attested or not: between the token messengers of both chains, for anybody to
/// bring, without hook data.
struct message {
  transfer what;
  hash256 nonce;  // zero: as it was emitted
  uint256 fee;    // that the attesters take
};
[[nodiscard]] std::optional<message> read_message(byte_view bytes, const address& token_messenger);

/// MessageSent of `transmitter`, of this transfer; nothing when there is none or more than one.
[[nodiscard]] std::optional<message> find_burn(std::span<const log_entry> logs,
                                               const address& transmitter,
                                               const address& token_messenger,
                                               const transfer& ours);
/// DepositForBurn: filter with it, no token, and our account.
[[nodiscard]] hash256 burnt_topic();
[[nodiscard]] std::optional<uint256> burnt_amount(const log_entry& log);

/// MessageReceived: filter with it, no caller, and the nonce.
[[nodiscard]] hash256 received_topic();
struct received_event {
  hash256 nonce;
  std::uint32_t source_domain = 0;
  address burn_token;
  address recipient;
  uint256 amount;  // minted for the recipient: without the fee
};
[[nodiscard]] std::optional<received_event> read_received(const log_entry& log,
                                                          const address& transmitter,
                                                          const address& token_messenger);

}  // namespace headroom::chain::cctp
