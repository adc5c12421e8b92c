#pragma once

#include <optional>
#include <span>

#include "domain/records.hpp"

namespace headroom {

/// Where an operation stands, whatever number of attempts it took. unsent: never stored. pending:
/// stored, maybe broadcast, not mined and final yet. confirmed/reverted: mined and final. dropped:
/// its nonce went to another transaction, which is named, in a final block (docs/decisions/0017):
/// nothing of it can ever be mined. in_doubt: its nonce is used and nobody shows by what; it may
/// have been mined, so whoever asked for it waits and does nothing in its place.
///
/// Not the same as operation_status, and never to be taken for it: that is the word of a row, of
/// one attempt. A dropped attempt may be the sibling of a mined one; what follows a dropped
/// operation is a new one.
enum class operation_state : std::uint8_t {
  unsent = 0,
  pending = 1,
  confirmed = 2,
  reverted = 3,
  dropped = 4,
  in_doubt = 5
};

/// A block has it, whether it did what it was asked or not.
[[nodiscard]] constexpr bool is_mined(operation_status s) noexcept {
  return s == operation_status::confirmed || s == operation_status::reverted;
}

/// The attempt that was mined, of all attempts of one operation; null while none is known to be.
[[nodiscard]] const chain_operation* mined_of(std::span<const chain_operation> attempts) noexcept;

/// Where the operation stands by its rows: all there is to know after a restart. Never in_doubt,
/// which is of the moment.
[[nodiscard]] operation_state state_of(std::span<const chain_operation> attempts) noexcept;

/// What the books are told of an operation that is over; nothing while it is not.
[[nodiscard]] std::optional<operation_status> end_of(operation_state s) noexcept;

}  // namespace headroom
