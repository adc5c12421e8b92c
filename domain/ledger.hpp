#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "domain/journal.hpp"

/// The ledger's rule, once: which postings an entry makes, and what they change of the totals that
/// are stored beside them. SQL, `headroom verify` and the books in memory take all of it from here.
namespace headroom {

/// The accounts of the one double-entry book. Assets (buffer, reserve, in_transit) and expenses
/// (the losses) grow by debits; what users are owed and the capital grow by credits. Both sides are
/// equal at all times.
///
/// A bet's stake and fee have no account: they leave the books. When a bet is accepted, its whole
/// amount is owed to the user no more and held by the buffer no more, so both sides fall alike; its
/// refund brings back to both what was not spent. What is at the venue meanwhile is read from the
/// bets in `placing` (domain/solvency.hpp counts it on both sides). What comes back from there, by
/// a sale or a payout, raises both sides alike. Only what the venue charges above the amount needs
/// an account, for the user is not asked for it: venue_loss. A withdrawal goes as a bet does: what
/// is on its way out is read from the open ones, and 6 is no account (docs/decisions/0027).
///
/// The numbers stand in books that exist: they never change, and none is given twice.
enum class account : std::uint8_t {
  buffer = 0,           // USDC on Polygon that backs bets
  reserve = 1,          // USDC on Polygon above the buffer's maximum
  in_transit = 2,       // USDT0 received and not yet arrived as USDC
  user = 3,             // what one user may bet or withdraw; one per address
  capital = 4,          // what the operator put in
  conversion_loss = 5,  // what bridges and swaps cost; below zero when they gained
  revenue = 7,          // fees; what payouts left over, and what nobody claims
  venue_loss = 8,       // what the venue charged above what was reserved for a bet
};
inline constexpr account all_accounts[] = {
    account::buffer,  account::reserve,         account::in_transit, account::user,
    account::capital, account::conversion_loss, account::revenue,    account::venue_loss};
[[nodiscard]] std::string_view to_string(account a) noexcept;

/// Why money moves; as with accounts, the numbers never change.
enum class posting_kind : std::uint8_t {
  bet = 0,
  bet_refund = 1,
  deposit = 2,
  conversion = 3,
  conversion_loss = 4,
  replenish = 5,
  refill = 6,
  venue_loss = 7,
  sale = 8,                     // proceeds less fee
  payout = 9,                   // of a settled position
  remainder = 10,               // of a settlement
  withdrawal = 11,              // what leaves: the amount less the fee
  withdrawal_fee = 12,          // the house's
  withdrawal_refund = 13,       // of one that failed
  withdrawal_fee_refund = 14,   // likewise
  deposit_fee = 15,             // what a deposit cost its payer
  adoption = 16,                // of a transfer that nothing explains
  conversion_undone = 17,       // a reorganisation took back what had arrived
  conversion_loss_undone = 18,  // likewise what had been lost, or gained, on the way
  write_off = 19,               // of what is in transit and will never arrive
};
inline constexpr posting_kind all_posting_kinds[] = {posting_kind::bet,
                                                     posting_kind::bet_refund,
                                                     posting_kind::deposit,
                                                     posting_kind::conversion,
                                                     posting_kind::conversion_loss,
                                                     posting_kind::replenish,
                                                     posting_kind::refill,
                                                     posting_kind::venue_loss,
                                                     posting_kind::sale,
                                                     posting_kind::payout,
                                                     posting_kind::remainder,
                                                     posting_kind::withdrawal,
                                                     posting_kind::withdrawal_fee,
                                                     posting_kind::withdrawal_refund,
                                                     posting_kind::withdrawal_fee_refund,
                                                     posting_kind::deposit_fee,
                                                     posting_kind::adoption,
                                                     posting_kind::conversion_undone,
                                                     posting_kind::conversion_loss_undone,
                                                     posting_kind::write_off};
[[nodiscard]] std::string_view to_string(posting_kind k) noexcept;

/// Between which accounts a posting moves money: from `credit` to `debit`.
struct posting_shape {
  posting_kind kind;
  account debit;
  account credit;
  friend bool operator==(const posting_shape&, const posting_shape&) = default;
};
/// All that may stand in the books.
[[nodiscard]] std::span<const posting_shape> posting_shapes() noexcept;
/// The first of its kind; all but conversions, their losses, what undoes them, and replenishments
/// have one.
[[nodiscard]] const posting_shape& shape_of(posting_kind k) noexcept;

/// What a posting adds to an account's balance, as a factor of its amount: 1, 0 or -1.
[[nodiscard]] int sign_of(account a, const posting_shape& p) noexcept;

/// The buffer's running totals: its balance is deposited - withdrawn. `withdrawn` are bets and
/// withdrawals less refunds, and what the venue charged beyond; sales and payouts are deposited,
/// and what a reorganisation undoes never was.
enum class buffer_total : std::uint8_t { deposited, withdrawn };
[[nodiscard]] int sign_of(buffer_total t, const posting_shape& p) noexcept;

struct posting {
  posting_shape shape;
  usdc amount;  // above zero
};

/// The bet, deposit, conversion, withdrawal or replenishment that a posting is about.
using posting_reference = uuid<struct posting_tag>;

struct entry_moves {
  std::vector<posting> postings;
  /// Whose row account::user is. Set although nothing is posted when a bet ends without a refund.
  std::optional<address> user;
  posting_reference reference;
  timestamp at;
};

/// What an entry that is new to the books moves; nothing for one that only changes rows.
[[nodiscard]] entry_moves moves_of(const journal_entry& entry);

/// What the postings add to a stored total; below zero they take away.
template <class Total>
[[nodiscard]] usdc change_of(Total t, const entry_moves& moves) noexcept {
  usdc out;
  for (const auto& p : moves.postings) {
    const auto sign = sign_of(t, p.shape);
    if (sign > 0) out = add_saturating(out, p.amount);
    if (sign < 0) out = sub_saturating(out, p.amount);
  }
  return out;
}

}  // namespace headroom
