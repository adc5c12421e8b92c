#include "persistence/detail/withdrawal_checks.hpp"

#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/withdrawal_reads.hpp"

namespace headroom::persistence {
namespace {

constexpr const char* postings_check = R"(
  WITH booked AS (
    SELECT reference, min(encode(user_address, 'hex')) AS who,
           count(DISTINCT user_address) AS users,
           coalesce(sum(amount) FILTER (WHERE kind = {kind:withdrawal}), 0) AS paid,
           coalesce(sum(amount) FILTER (WHERE kind = {kind:withdrawal_fee}), 0) AS fee,
           coalesce(sum(amount) FILTER (WHERE kind = {kind:withdrawal_refund}), 0) AS refund,
           coalesce(sum(amount) FILTER (WHERE kind = {kind:withdrawal_fee_refund}), 0) AS fee_refund
    FROM postings WHERE kind IN ({kind:withdrawal}, {kind:withdrawal_fee},
                                 {kind:withdrawal_refund}, {kind:withdrawal_fee_refund})
    GROUP BY reference),
  pairs AS (
    SELECT coalesce(w.withdrawal_id, p.reference) AS id, w.user_address, w.amount, w.fee,
           w.status = 'failed' AS failed, p.paid, p.fee AS booked_fee, p.refund, p.fee_refund,
           p.users, p.who
    FROM withdrawals w FULL JOIN booked p ON p.reference = w.withdrawal_id)
  SELECT 'withdrawal ' || id || ' paid', amount - fee, paid FROM pairs
    WHERE amount - fee IS DISTINCT FROM paid
  UNION ALL SELECT 'withdrawal ' || id || ' fee', fee, booked_fee FROM pairs
    WHERE fee IS DISTINCT FROM booked_fee
  UNION ALL SELECT 'withdrawal ' || id || ' refund',
      CASE WHEN failed THEN amount ELSE 0 END, refund + fee_refund FROM pairs
    WHERE refund IS DISTINCT FROM (CASE WHEN failed THEN amount - fee ELSE 0 END)
       OR fee_refund IS DISTINCT FROM (CASE WHEN failed THEN fee ELSE 0 END)
  UNION ALL SELECT 'withdrawal ' || id || ' user', 1, users FROM pairs
    WHERE users <> 1 OR encode(user_address, 'hex') <> who)";

/// What was paid is in the outbox once, and of what failed nothing is.
std::string outbox_check() {
  const std::string transfers{transfers_of_withdrawal};
  return "WITH sent AS (SELECT w.withdrawal_id, w.status, w.tx_hash, (SELECT count(*) " +
         transfers + "AND o.status = 'confirmed') AS paid, (SELECT count(*) " + transfers +
         "AND o.status = 'confirmed' AND o.tx_hash = w.tx_hash) AS named, (SELECT count(*) " +
         transfers +
         "AND o.status = 'stored') AS open FROM withdrawals w)"
         " SELECT 'withdrawal ' || withdrawal_id || ' transfers',"
         " CASE WHEN status = 'confirmed' THEN 1 ELSE 0 END, paid + open FROM sent"
         " WHERE (status = 'confirmed' AND (paid <> 1 OR named <> 1 OR open <> 0))"
         " OR (status = 'failed' AND paid + open <> 0) OR (status = 'requested' AND paid > 1)"
         " UNION ALL SELECT 'operation ' || operation_id || ' withdrawal', 1, 0"
         " FROM chain_operations WHERE purpose = 'withdrawal'"
         " AND withdrawal_of_operation(operation_id) IS NULL";
}

}  // namespace

std::vector<std::string> withdrawal_checks() { return {numbered(postings_check), outbox_check()}; }

}  // namespace headroom::persistence
