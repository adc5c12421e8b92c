#pragma once

#include <optional>
#include <span>
#include <vector>

#include "chain/evm/eth.hpp"
#include "domain/money.hpp"
#include "domain/order_kind.hpp"
#include "domain/records.hpp"
#include "domain/time.hpp"

/// The exchange's own word on an order: what it took and gave, in its events, and whether it knows
/// the order at all. This, not the venue's summary, is what the books hold (facts/polymarket.md 6.5
/// and changes of 2026-11-29, 3).
namespace headroom::chain::polymarket {

/// OrderFilled(bytes32 indexed orderHash, address indexed maker, address indexed taker, uint8 side,
/// uint256 tokenId, uint256 makerAmountFilled, uint256 takerAmountFilled, uint256 fee, bytes32
/// builder, bytes32 metadata)
[[nodiscard]] hash256 order_filled_topic();

/// What an order was charged and got, over all its events. Of a BUY the exchange calls the money
/// maker's amount and the shares taker's, of a SELL the other way round.
struct charged {
  share_amount shares;  // bought or sold
  usdc spent;           // of a SELL: its proceeds. The fee comes on top, or out of them
  usdc fee;
  friend bool operator==(const charged&, const charged&) = default;
};

/// eth_getLogs for the fills of these orders at `exchange`, from `from_block` up to the latest.
[[nodiscard]] rpc_request order_fills(const address& exchange, std::span<const hash256> orders,
                                      std::uint64_t from_block);

/// The sum of `order`'s fills at `exchange` in blocks up to `last_block`. Outer nothing: an event
/// that cannot be read or is of the other side, or a sum that overflows. Inner nothing: there is
/// none.
[[nodiscard]] std::optional<std::optional<charged>> charged_in(std::span<const log_entry> logs,
                                                               const address& exchange,
                                                               const hash256& order,
                                                               order_side side,
                                                               std::uint64_t last_block);

/// A block that is older than an order, by the order's age: with room for chains of four blocks a
/// second.
[[nodiscard]] std::uint64_t block_before(std::uint64_t latest, timestamp sent_at, timestamp now);

/// All that the chain was asked about one order, at one time.
struct exchange_word {
  bool events_known = false;      // its events were read
  std::optional<charged> filled;  // by events in any block
  std::optional<charged> final;   // by events in final blocks
  bool status_known = false;      // getOrderStatus was read, at the latest and at a final block
  bool touched = false;           // at either, something of it was filled
  timestamp final_time;           // of that final block

  /// The exchange filled nothing of it in any block up to then; not set when it did or cannot tell.
  [[nodiscard]] timestamp untouched_until() const noexcept {
    return status_known && !touched && !filled ? final_time : timestamp{};
  }
};

}  // namespace headroom::chain::polymarket
