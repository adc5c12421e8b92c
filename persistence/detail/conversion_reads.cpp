#include "persistence/detail/conversion_reads.hpp"

#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

usdc amount_in(const pqxx::field& f) { return {read_int(f)}; }

/// Columns: route, chain, token, then the counts, times and sums. What a step lost is what went in
/// less what came out, by its receipt.
constexpr const char* by_route = R"(
  WITH recent AS (
    SELECT c.*, (extract(epoch FROM completed_at - created_at) * 1000)::bigint AS ms,
           status = 'completed' AS done,
           (SELECT sum((s->>'amount_in')::bigint - (s->>'amount_out')::bigint)
            FROM jsonb_array_elements(steps) s WHERE s->>'state' = 'done'
              AND s->>'name' NOT IN ('swap', 'trade')) AS moved,
           (SELECT sum((s->>'amount_in')::bigint - (s->>'amount_out')::bigint)
            FROM jsonb_array_elements(steps) s WHERE s->>'state' = 'done'
              AND s->>'name' IN ('swap', 'trade')) AS changed
    FROM conversions c WHERE created_at > now() - interval '30 days')
  SELECT route, source_chain_id, source_token,
         count(*) FILTER (WHERE done), count(*) FILTER (WHERE status = 'failed'),
         count(*) FILTER (WHERE status = 'running'),
         (avg(ms) FILTER (WHERE done))::bigint,
         percentile_disc(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE done),
         percentile_disc(0.99) WITHIN GROUP (ORDER BY ms) FILTER (WHERE done),
         (sum(amount) FILTER (WHERE done))::bigint, (sum(received) FILTER (WHERE done))::bigint,
         (sum(loss) FILTER (WHERE done))::bigint, (sum(moved) FILTER (WHERE done))::bigint,
         (sum(changed) FILTER (WHERE done))::bigint,
         (sum(expected_out - received) FILTER (WHERE done AND expected_out > 0))::bigint,
         (sum(received) FILTER (WHERE done AND completed_at > now() - interval '1 day'))::bigint
  FROM recent GROUP BY 1, 2, 3 ORDER BY 1, 2, 3)";

route_metrics read_route(const pqxx::row& row) {
  route_metrics out;
  out.route = row[0].c_str();
  out.source = {static_cast<std::uint64_t>(read_int(row[1])), read_fixed<address>(row[2])};
  out.completed = read_int(row[3]);
  out.failed = read_int(row[4]);
  out.running = read_int(row[5]);
  out.average_ms = read_int(row[6]);
  out.p95_ms = read_int(row[7]);
  out.p99_ms = read_int(row[8]);
  out.total_in = amount_in(row[9]);
  out.total_received = amount_in(row[10]);
  out.total_loss = amount_in(row[11]);
  out.bridge_fee = amount_in(row[12]);
  out.swap_fee = amount_in(row[13]);
  out.slippage = amount_in(row[14]);
  out.arrived_day = amount_in(row[15]);
  return out;
}

struct outflow {
  usdc amount;
  std::int64_t seconds = 0;
};

/// Since the newest row that is at least so old, or the oldest there is. Less than a minute says
/// nothing.
outflow since(pqxx::transaction_base& tx, const std::string& window) {
  static const auto select = numbered(R"(
    WITH row_then AS (
      (SELECT at, usdc_balance + reserve AS held FROM buffer_history
       WHERE at <= now() - $1::interval ORDER BY at DESC LIMIT 1)
      UNION ALL
      (SELECT at, usdc_balance + reserve FROM buffer_history
       WHERE at > now() - $1::interval ORDER BY at LIMIT 1)
      ORDER BY at LIMIT 1),
    row_now AS (
      SELECT usdc_balance
             + (SELECT balance FROM ledger_accounts WHERE account = {account:reserve}) AS held
      FROM liquidity_buffer WHERE buffer_id = 'global')
    SELECT (b.held - n.held
            + coalesce((SELECT sum(received) FROM conversions
                        WHERE status = 'completed' AND completed_at > b.at), 0)
            + coalesce((SELECT sum(to_buffer + to_reserve) FROM replenishments
                        WHERE kind = {kind:replenish} AND created_at > b.at), 0)
            + coalesce((SELECT sum(amount) FROM claimed_transfers
                        WHERE claimed_for = 'adoption' AND created_at > b.at), 0))::bigint,
           extract(epoch FROM now() - b.at)::bigint
    FROM row_then b, row_now n)");
  const auto rows = tx.exec_params(select, window);
  if (rows.empty() || read_int(rows[0][1]) < 60) return {};
  return {amount_in(rows[0][0]), read_int(rows[0][1])};
}

}  // namespace

conversion_metrics read_conversion_metrics(pqxx::transaction_base& tx) {
  const auto row = tx.exec1(R"(
    WITH recent AS (
      SELECT status, amount, received, loss,
             (extract(epoch FROM completed_at - created_at) * 1000)::bigint AS ms
      FROM conversions WHERE created_at > now() - interval '30 days'),
    done AS (SELECT * FROM recent WHERE status = 'completed')
    SELECT (SELECT count(*) FROM done), count(*) FILTER (WHERE status = 'failed'),
           count(*) FILTER (WHERE status = 'running'),
           (SELECT avg(ms)::bigint FROM done),
           (SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY ms) FROM done),
           (SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY ms) FROM done),
           (SELECT sum(amount)::bigint FROM done), (SELECT sum(received)::bigint FROM done),
           (SELECT sum(loss)::bigint FROM done)
    FROM recent)");
  conversion_metrics out;
  out.completed = read_int(row[0]);
  out.failed = read_int(row[1]);
  out.running = read_int(row[2]);
  out.average_ms = read_int(row[3]);
  out.p95_ms = read_int(row[4]);
  out.p99_ms = read_int(row[5]);
  out.total_in = amount_in(row[6]);
  out.total_received = amount_in(row[7]);
  out.total_loss = amount_in(row[8]);
  for (const auto& fee : tx.exec(R"(
         SELECT chain_id, sum(fee_wei) FROM chain_operations
         WHERE conversion_id IS NOT NULL AND status IN ('confirmed', 'reverted')
           AND created_at > now() - interval '30 days'
         GROUP BY chain_id ORDER BY chain_id)"))
    out.fees.push_back({static_cast<std::uint64_t>(read_int(fee[0])), fee[1].c_str()});
  for (const auto& one : tx.exec(by_route)) out.routes.push_back(read_route(one));
  return out;
}

buffer_flows read_buffer_flows(pqxx::transaction_base& tx) {
  buffer_flows out;
  const auto hour = since(tx, "1 hour");
  const auto day = since(tx, "1 day");
  out.out_hour = hour.amount;
  out.hour_seconds = hour.seconds;
  out.out_day = day.amount;
  out.day_seconds = day.seconds;
  out.arrived_day =
      amount_in(tx.exec1("SELECT sum(received)::bigint FROM conversions WHERE status = 'completed'"
                         " AND completed_at > now() - interval '1 day'")[0]);
  for (const auto& row :
       tx.exec("SELECT CASE WHEN expected_out > 0 THEN expected_out ELSE amount END,"
               " us_of(created_at + expected_seconds * interval '1 second') FROM conversions"
               " WHERE status = 'running' ORDER BY created_at LIMIT 10000"))
    out.arrivals.push_back({amount_in(row[0]), {read_int(row[1])}});
  return out;
}

}  // namespace headroom::persistence
