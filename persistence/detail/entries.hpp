#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "persistence/detail/attempt.hpp"

/// One function per kind of journal entry. Each writes its entry in the attempt's transaction and
/// answers the verdict; a verdict other than `none` has changed nothing, and one that was in the
/// books before says so by `attempt::replayed`. What the database itself refuses comes out as
/// pqxx::sql_error and ends the attempt (detail/sql_failure.hpp reads it). There is one writer (its
/// lock, pg_store.cpp), so looking first and writing then is safe.
namespace headroom::persistence {

/// To be called once per session, before `write_bets` and `select_bets`.
void prepare_bet_entries(pqxx::connection& link);

/// One per entry, in their order; without the users' rows.
struct bet_outcomes {
  std::vector<entry_outcome> ends;
  std::vector<entry_outcome> bets;
};

/// Ends and new bets in one statement. No bet may be in both groups.
[[nodiscard]] bet_outcomes write_bets(attempt& a, std::span<const finish_bet* const> ends,
                                      std::span<const accept_bet* const> bets);

/// Those of `ids` that exist.
[[nodiscard]] std::unordered_map<bet_id, bet> select_bets(pqxx::transaction_base& tx,
                                                          std::span<const bet_id> ids);

/// Payouts in one statement, whoever is paid. One element per entry, without the users' rows.
/// Throws pqxx::sql_error when they come to more than a settlement has received.
[[nodiscard]] std::vector<entry_outcome> write_payouts(
    attempt& a, std::span<const settle_position* const> payouts);

[[nodiscard]] errc apply(attempt& a, const accept_sale& x);
[[nodiscard]] errc apply(attempt& a, const finish_sale& x);

[[nodiscard]] errc apply(attempt& a, const open_settlement& x);
[[nodiscard]] errc apply(attempt& a, const book_redemption& x);
[[nodiscard]] errc apply(attempt& a, const close_settlement& x);

[[nodiscard]] errc apply(attempt& a, const promise_bet& x);

[[nodiscard]] errc apply(attempt& a, const record_market& x);

[[nodiscard]] errc apply(attempt& a, const open_deposit& x);
[[nodiscard]] errc apply(attempt& a, const settle_deposit& x);
[[nodiscard]] errc apply(attempt& a, const fail_deposit& x);
[[nodiscard]] errc apply(attempt& a, const credit_deposit& x);

[[nodiscard]] errc apply(attempt& a, const open_conversion& x);
[[nodiscard]] errc apply(attempt& a, const replace_conversion& x);
[[nodiscard]] errc apply(attempt& a, const advance_conversion& x);
[[nodiscard]] errc apply(attempt& a, const complete_conversion& x);
[[nodiscard]] errc apply(attempt& a, const fail_conversion& x);
[[nodiscard]] errc apply(attempt& a, const undo_conversion& x);
[[nodiscard]] errc apply(attempt& a, const settle_proofs& x);

[[nodiscard]] errc apply(attempt& a, const replenish& x);
[[nodiscard]] errc apply(attempt& a, const refill& x);
[[nodiscard]] errc apply(attempt& a, const configure_buffer& x);

[[nodiscard]] errc apply(attempt& a, const record_operations& x);
[[nodiscard]] errc apply(attempt& a, const finish_operation& x);

[[nodiscard]] errc apply(attempt& a, const record_external& x);

[[nodiscard]] errc apply(attempt& a, const accept_withdrawal& x);
[[nodiscard]] errc apply(attempt& a, const approve_withdrawal& x);
[[nodiscard]] errc apply(attempt& a, const finish_withdrawal& x);
[[nodiscard]] errc apply(attempt& a, const switch_withdrawals& x);
[[nodiscard]] errc apply(attempt& a, const order_conversion& x);
[[nodiscard]] errc apply(attempt& a, const write_off_conversion& x);
[[nodiscard]] errc apply(attempt& a, const adopt_transfer& x);
[[nodiscard]] errc apply(attempt& a, const switch_work& x);

[[nodiscard]] errc apply(attempt& a, const sign_in& x);
[[nodiscard]] errc apply(attempt& a, const sign_out& x);

[[nodiscard]] errc apply(attempt& a, const open_delegation& x);
[[nodiscard]] errc apply(attempt& a, const revoke_delegation& x);

/// Of an order to settle: this transfer brought a part, and explains nothing else from now on. The
/// conversion is locked. Duplicate when it explains something already.
[[nodiscard]] errc claim_for_conversion(attempt& a, const conversion& row,
                                        const transfer_place& place, usdc amount, timestamp at);

}  // namespace headroom::persistence
