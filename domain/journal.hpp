#pragma once

#include <string>
#include <variant>
#include <vector>

#include "domain/delegations.hpp"
#include "domain/errc.hpp"
#include "domain/external_operation.hpp"
#include "domain/positions.hpp"
#include "domain/records.hpp"
#include "domain/sessions.hpp"
#include "domain/withdrawals.hpp"

namespace headroom {

// -- what the journal can be asked to commit -----------------------------------------------------
// Each entry is one atomic change. Committing an entry twice changes nothing the second time and is
// answered `none`: that is how an unknown COMMIT is resolved, by asking the books again. Which
// money an entry moves, and the numbers of accounts and kinds of postings, stand in ledger.hpp. The
// order of the fields is the one on the wire, and so is the order of the variant: append only. A
// new kind of entry touches five places: README.md.

/// A bet's intent: posting user -> buffer, the bet's row in `placing`, the signed order.
/// Refused with insufficient_balance, exceeds_max_bet (a CHECK said no) or duplicate (a bet with
/// this id but another order hash exists: look it up).
struct accept_bet {
  static constexpr const char* entry_name = "accept_bet";
  bet row;
};

/// The venue's last word on a bet in `placing`. spent + fee + refunded == amount + excess: what was
/// charged above the reserve is the house's loss, never the user's.
struct finish_bet {
  static constexpr const char* entry_name = "finish_bet";
  bet_id id;
  address user;
  bet_status status = bet_status::failed;  // filled or failed
  share_amount shares;
  usdc spent;
  usdc fee;
  usdc refunded;  // back to user and buffer
  std::string failure;
  timestamp at;
  usdc excess{};  // of spent + fee over the amount; then nothing is refunded
};

/// A deposit's intent in `settling`. Unique on (chain_id, token, from, nonce): a second one with
/// another id is `duplicate`.
struct open_deposit {
  static constexpr const char* entry_name = "open_deposit";
  deposit row;
};

/// The payment is proven on chain: settling -> pending. The proof is one Transfer, and it proves
/// one deposit: `duplicate` when it has proven another.
struct settle_deposit {
  static constexpr const char* entry_name = "settle_deposit";
  deposit_id id;
  hash256 tx_hash;
  timestamp at;
  std::uint64_t log_index = 0;  // of the Transfer, in its block
};

/// The payment will never arrive: settling -> failed.
struct fail_deposit {
  static constexpr const char* entry_name = "fail_deposit";
  deposit_id id;
  std::string failure;
  timestamp at;
};

/// pending -> converting, and the user's credit in the same commit: the amount, less the deposit's
/// fee, which is the house's.
struct credit_deposit {
  static constexpr const char* entry_name = "credit_deposit";
  deposit_id id;
  address user;
  usdc amount;  // that was paid
  timestamp at;
  usdc fee{};
};

/// Groups credited deposits into one conversion. Refused as duplicate when one of them already
/// belongs to another conversion.
struct open_conversion {
  static constexpr const char* entry_name = "open_conversion";
  conversion row;
};

/// Of `old` nothing was sent, and nothing will be: its deposits go on in `row`, by another route.
/// Refused as duplicate when anything of `old` is in an outbox, whatever became of it, when an
/// order holds or ended it, or when it is over: it goes on where it is. `row` has its deposits,
/// amount and source. No money moves.
struct replace_conversion {
  static constexpr const char* entry_name = "replace_conversion";
  conversion_id old;
  conversion row;
  timestamp at;
};

/// What a running conversion has reached: its steps and attempts, as a whole.
struct advance_conversion {
  static constexpr const char* entry_name = "advance_conversion";
  conversion_id id;
  std::vector<conversion_step> steps;
  std::uint32_t attempts = 0;
  timestamp at;
};

/// Arrived: buffer and reserve get what was received, the rest of the amount is conversion_loss;
/// its deposits become completed. to_buffer + to_reserve + loss == amount; a premium makes the loss
/// negative and its posting the mirror image.
struct complete_conversion {
  static constexpr const char* entry_name = "complete_conversion";
  conversion_id id;
  std::vector<conversion_step> steps;
  usdc to_buffer;
  usdc to_reserve;
  usdc loss;
  timestamp at;
};

/// Given up: the conversion and its deposits are marked failed. No money moves in the books: the
/// amount stays in_transit for a human, and the users keep their credit.
struct fail_conversion {
  static constexpr const char* entry_name = "fail_conversion";
  conversion_id id;
  std::vector<conversion_step> steps;
  std::string failure;
  timestamp at;
};

/// The operator puts USDC in. `reference` names the payment; a second replenish with the same id
/// and another amount or reference is `key_reused`. `by` is noted as who did it.
struct replenish {
  static constexpr const char* entry_name = "replenish";
  replenish_id id;
  usdc to_buffer;
  usdc to_reserve;
  std::string reference;
  timestamp at;
  std::string by{};
};

/// Reserve to buffer, when the buffer is low.
struct refill {
  static constexpr const char* entry_name = "refill";
  replenish_id id;
  usdc amount;
  timestamp at;
};

/// New limits of the buffer. `by` is noted as who did it.
struct configure_buffer {
  static constexpr const char* entry_name = "configure_buffer";
  usdc min_size;
  bool has_max = false;
  usdc max_size;
  timestamp at;
  std::string by{};
};

/// Signed transactions that are about to be broadcast, all or none.
struct record_operations {
  static constexpr const char* entry_name = "record_operations";
  std::vector<chain_operation> rows;
};

/// What became of an operation; its other attempts become `dropped`.
struct finish_operation {
  static constexpr const char* entry_name = "finish_operation";
  operation_id id;
  hash256 tx_hash;  // the attempt that was mined; zero when dropped
  operation_status status = operation_status::confirmed;
  std::uint64_t block_number = 0;
  timestamp at;
  uint256 fee_wei;  // what the mined attempt cost: gas by its receipt, and its value
};

/// A bet whose asker was told `placing` before the books knew it, or that one refused afterwards
/// (`failed`): its id is understood until `kept_until`, whatever happens to the process. The newest
/// word counts; a bet that is in the books is the books'.
struct promise_bet {
  static constexpr const char* entry_name = "promise_bet";
  bet row;
  timestamp kept_until;
};

/// A market that a bet was placed on, as the venue describes it: once known, what it is stays. A
/// second one with other tokens or another exchange is `duplicate`.
struct record_market {
  static constexpr const char* entry_name = "record_market";
  hash256 condition;  // what Conditional Tokens calls it
  bool neg_risk = false;
  std::string question;
  std::vector<uint256> tokens;        // by outcome slot, at least two
  std::vector<std::string> outcomes;  // their names
  timestamp at;
};

/// A sale's intent: its row in `placing`, the signed order, and the shares taken from the free ones
/// of the position. Refused with insufficient_shares, or duplicate (a sale with this id but another
/// order hash exists: look it up).
struct accept_sale {
  static constexpr const char* entry_name = "accept_sale";
  sale row;
};

/// The venue's last word on a sale in `placing`: what was not sold is free again, and proceeds less
/// fee are the user's and the buffer's. A part of the position's cost leaves with what was sold.
struct finish_sale {
  static constexpr const char* entry_name = "finish_sale";
  sale_id id;
  address user;
  sale_status status = sale_status::failed;  // sold or failed
  share_amount sold;
  usdc proceeds;
  usdc fee;  // at most the proceeds
  std::string failure;
  timestamp at;
};

/// A condition is resolved: its payout vector is on chain, in a final block. Its market must be
/// recorded. A second one with another vector is `duplicate`.
struct open_settlement {
  static constexpr const char* entry_name = "open_settlement";
  hash256 condition;
  std::vector<std::uint64_t> numerators;  // by outcome slot; payout_vector
  std::uint64_t denominator = 0;
  timestamp at;
};

/// What came of one redeeming transaction, by its receipt. Moves nothing in the books: users are
/// paid by settle_position, from no more than what was received. Opens a closed settlement again.
struct book_redemption {
  static constexpr const char* entry_name = "book_redemption";
  hash256 condition;
  operation_id id;
  address account;
  hash256 tx_hash;
  usdc received;
  std::vector<share_amount> burned;  // by outcome slot
  timestamp at;
};

/// One user's position in a resolved market is paid out, and their filled bets on it become
/// settled. `payout` is payout_of(its shares), zero for a loser; anything else, a position of which
/// something is offered at the venue or that a bet there may still add to, or more than what is
/// left of what was received is refused as invariant_violated.
struct settle_position {
  static constexpr const char* entry_name = "settle_position";
  payout_id id;  // of token and user: a position is paid once
  hash256 condition;
  uint256 token;
  address user;
  usdc payout;
  timestamp at;
};

/// All positions of a settlement are paid; what is left of what was received is the house's: all of
/// it, or since the last closing when a late redemption opened it again. Refused as
/// invariant_violated while a position, bet or sale of it is open, or with another remainder.
struct close_settlement {
  static constexpr const char* entry_name = "close_settlement";
  hash256 condition;
  usdc remainder;
  timestamp at;
};

/// What is about to be sent to a REST service, and what became of it: the row's state as a whole,
/// however often. New ones are `stored`, and duplicate when another one of the account is open;
/// known ones with another request are duplicate, with another end invariant_violated.
struct record_external {
  static constexpr const char* entry_name = "record_external";
  external_operation row;
};

/// A withdrawal's intent, its row in `requested`: what leaves goes from user and buffer, the fee
/// from the user to the house. Refused with insufficient_balance, exceeds_max_bet (a CHECK said
/// no), exceeds_daily_limit (what the user asked for that day, failed ones left out, would come to
/// more than `daily_limit`; zero: none), paused, or duplicate (another one with this id exists).
struct accept_withdrawal {
  static constexpr const char* entry_name = "accept_withdrawal";
  withdrawal row;
  usdc daily_limit;
};

/// An operator lets one that waits for it be sent. The first approval stays.
struct approve_withdrawal {
  static constexpr const char* entry_name = "approve_withdrawal";
  withdrawal_id id;
  std::string by;
  timestamp at;
};

/// The end of an open withdrawal. `confirmed`: by tx_hash, in a final block. `failed`: nothing of
/// it was paid nor can be, and user, buffer and house get back what it took; refused as
/// invariant_violated while a transaction of it may still be mined, or was. `amount` and `fee` are
/// its own. `by`: the operator who refused it; "" when the chain did.
struct finish_withdrawal {
  static constexpr const char* entry_name = "finish_withdrawal";
  withdrawal_id id;
  address user;
  usdc amount;
  usdc fee;
  withdrawal_status status = withdrawal_status::failed;  // confirmed or failed
  hash256 tx_hash;
  std::string failure;
  timestamp at;
  std::string by{};
};

/// An operator stops withdrawals, or lets them go on: while they are stopped none is accepted.
struct switch_withdrawals {
  static constexpr const char* entry_name = "switch_withdrawals";
  bool paused = false;
  std::string reason;
  std::string by;
  timestamp at;
};

/// One row of the buffer's history: what buffer and reserve hold now, by the books. Of rows with
/// the same time the first stays; those older than 90 days go.
struct note_buffer {
  static constexpr const char* entry_name = "note_buffer";
  timestamp at;
};

/// An operator's word on a running conversion (`order.number` is the books' to give). Repeating it,
/// by its word and time, changes nothing. not_found: no such conversion. Refused as
/// invariant_violated when the conversion is over; when an end was ordered before; and, for an end,
/// when it is not on hold or a transaction of it may still be mined. `settle` is duplicate when
/// something else explains its transfer.
struct order_conversion {
  static constexpr const char* entry_name = "order_conversion";
  conversion_id id;
  conversion_order order;
};

/// Given up by an operator's order, which must be in the books: the amount is conversion_loss, the
/// conversion and its deposits are failed, and the users keep their credit. `lost` is the
/// conversion's amount.
struct write_off_conversion {
  static constexpr const char* entry_name = "write_off_conversion";
  conversion_id id;
  usdc lost;
  std::string failure;
  timestamp at;
};

/// USDC that came to our account and that nothing in the books explains: the reserve's, and the
/// house put it in. Once for each transfer; duplicate when something explains it.
struct adopt_transfer {
  static constexpr const char* entry_name = "adopt_transfer";
  transfer_place place;
  address from;
  usdc amount;
  std::string by;
  std::string reason;
  timestamp at;
};

/// An operator stops one kind of work, or lets it go on. The newest word of each kind counts.
struct switch_work {
  static constexpr const char* entry_name = "switch_work";
  pausable work = pausable::bets;
  bool paused = false;
  std::string by;
  std::string reason;
  timestamp at;
};

/// A reorganisation took back what had completed the conversion: it runs again with `steps`, its
/// deposits are converting, and what it had posted is posted back, from buffer and reserve as they
/// can give it: from_buffer + from_reserve is what had been received, and `loss` what had been
/// lost. `times` counts from 1, so that the second one is no repeat of the first. Refused with
/// exceeds_max_bet when the buffer does not hold so much now (a CHECK said no).
struct undo_conversion {
  static constexpr const char* entry_name = "undo_conversion";
  conversion_id id;
  std::uint32_t times = 1;
  std::vector<conversion_step> steps;
  usdc from_buffer;
  usdc from_reserve;
  usdc loss;
  timestamp at;
};

/// The proofs of a completed conversion's steps, as far as `finalized` has passed them since.
struct settle_proofs {
  static constexpr const char* entry_name = "settle_proofs";
  conversion_id id;
  std::vector<conversion_step> steps;
  timestamp at;
};

/// A session begins (`row.closed_at` and `row.change` are the books' to give). Refused as duplicate
/// when its nonce was used before. The oldest above most_sessions_of_one are closed.
struct sign_in {
  static constexpr const char* entry_name = "sign_in";
  signed_session row;
};

/// A session ends before its time; one that is over, or unknown, stays as it is.
struct sign_out {
  static constexpr const char* entry_name = "sign_out";
  hash256 token_hash;
  timestamp at;
};

/// A user lets a key sign their bets (`row.used` and what says that it is over are the books' to
/// give). Its id names its terms: other terms under it are duplicate. accept_bet under it
/// (placed_under) is refused with exceeds_delegation beyond them, delegation_ended after its end.
struct open_delegation {
  static constexpr const char* entry_name = "open_delegation";
  delegation row;
};

/// It is over: no bet is taken under it any more. The first word stays; not_found: no such one.
struct revoke_delegation {
  static constexpr const char* entry_name = "revoke_delegation";
  delegation_id id;
  std::string by;
  timestamp at;
};
// clang-format off
using journal_entry = std::variant<
    accept_bet, finish_bet, open_deposit, settle_deposit, fail_deposit, credit_deposit,
    open_conversion, advance_conversion, complete_conversion, fail_conversion, replenish, refill,
    configure_buffer, record_operations, finish_operation, promise_bet, record_market, accept_sale,
    finish_sale, open_settlement, book_redemption, settle_position, close_settlement,
    record_external, accept_withdrawal, approve_withdrawal, finish_withdrawal, switch_withdrawals,
    note_buffer, order_conversion, write_off_conversion, adopt_transfer, switch_work,
    replace_conversion, undo_conversion, settle_proofs, sign_in, sign_out, open_delegation, revoke_delegation>;
// clang-format on
/// For logs: "accept_bet".
[[nodiscard]] inline const char* name_of(const journal_entry& entry) noexcept {
  return std::visit([](const auto& x) { return x.entry_name; }, entry);
}

// -- what the journal answers --------------------------------------------------------------------

/// The books' word on one entry. `balance` and `balance_version` are the user's row after the
/// commit when the entry moves one (version 0: it did not). `replayed`: the entry was in the books
/// before.
struct committed {
  usdc balance;
  std::int64_t balance_version = 0;
  bool replayed = false;
};

/// Per entry of a batch: `none` with what is true now, or why this one entry was refused.
struct entry_outcome {
  errc verdict = errc::none;
  committed result;
};

/// One user's committed row. Version 0: the user is unknown to the books and owns nothing.
struct balance_row {
  address user;
  usdc balance;
  std::int64_t version = 0;
};

}  // namespace headroom
