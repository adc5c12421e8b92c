#pragma once

#include <optional>
#include <span>

#include "chain/evm/erc20.hpp"

/// Across SpokePools: a deposit on the origin chain, filled by somebody on the destination chain or
/// refunded on the origin. All that is known of a deposit is in its event, and its relay hash,
/// which the destination keeps the state under, is made of that.
namespace headroom::chain::across {

struct deposit_call {
  address depositor;
  address recipient;
  address input_token;
  address output_token;
  std::uint64_t input_amount = 0;
  std::uint64_t output_amount = 0;
  std::uint64_t destination_chain_id = 0;
  address exclusive_relayer;
  std::uint64_t quote_timestamp = 0;
  std::uint64_t fill_deadline = 0;
  std::uint64_t exclusivity = 0;  // 0: none; seconds from now up to a year; else a time
};
/// depositV3 (0x7b939232) with an empty message.
/// @param integrator  two bytes behind the arguments, marked as Across reads them; empty: none.
[[nodiscard]] byte_vector deposit_data(const deposit_call& d, byte_view integrator);

/// What such a call puts in; nothing: it is another call.
[[nodiscard]] std::optional<std::uint64_t> deposited_by(byte_view data);

/// A deposit as its chain has it: what every fill must agree with.
struct relay_data {
  hash256 depositor;
  hash256 recipient;
  hash256 exclusive_relayer;
  hash256 input_token;
  hash256 output_token;
  uint256 input_amount;
  uint256 output_amount;
  std::uint64_t origin_chain_id = 0;
  uint256 deposit_id;
  std::uint64_t fill_deadline = 0;
  std::uint64_t exclusivity_deadline = 0;

  friend bool operator==(const relay_data&, const relay_data&) = default;
};

/// FundsDeposited of `pool` by `depositor`, with an empty message; nothing when there is none or
/// more than one.
[[nodiscard]] std::optional<relay_data> find_deposit(std::span<const log_entry> logs,
                                                     const address& pool, const address& depositor,
                                                     std::uint64_t origin_chain_id,
                                                     std::uint64_t destination_chain_id);
[[nodiscard]] hash256 deposited_topic();
/// What the destination knows the deposit by: keccak256(abi.encode(relay data, its chain id)).
[[nodiscard]] hash256 relay_hash(const relay_data& r, std::uint64_t destination_chain_id);

/// FilledRelay. Anybody may fill anything: only one that agrees with the deposit in every field is
/// its fill.
struct fill_event {
  relay_data of;
  address recipient;      // who really got it
  uint256 amount;         // that they really got
  std::uint8_t kind = 0;  // 0 fast, 1 in the place of a slow one, 2 slow
};
[[nodiscard]] hash256 filled_topic();  // then the origin chain's id and the deposit's
[[nodiscard]] std::optional<fill_event> read_fill(const log_entry& log, const address& pool);

/// uint256 fillStatuses(relay hash).
enum class fill_status : std::uint8_t { unfilled = 0, slow_fill_requested = 1, filled = 2 };
[[nodiscard]] byte_vector fill_status_call(const hash256& relay_hash);
[[nodiscard]] std::optional<fill_status> read_fill_status(byte_view return_data);

}  // namespace headroom::chain::across
