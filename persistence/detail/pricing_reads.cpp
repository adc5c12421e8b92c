#include "persistence/detail/pricing_reads.hpp"

#include "persistence/detail/wire.hpp"

namespace headroom::persistence {

pricing_report read_pricing(pqxx::transaction_base& tx, std::uint32_t days) {
  pricing_report out;
  for (const auto& row : tx.exec_params(
           // What was written off is a cost of its route too; it ended when it was.
           "WITH ended AS ("
           " SELECT conversion_id, route, amount, loss,"
           " (completed_at AT TIME ZONE 'UTC')::date AS day FROM conversions"
           " WHERE status = 'completed' AND completed_at > now() - $1 * interval '1 day'"
           " UNION ALL SELECT conversion_id, route, amount, loss,"
           " (updated_at AT TIME ZONE 'UTC')::date FROM conversions"
           " WHERE status = 'failed' AND loss > 0 AND updated_at > now() - $1 * interval '1 day'),"
           " charged AS ("
           " SELECT conversion_id, sum(d.fee) AS fee FROM deposits d"
           " JOIN ended USING (conversion_id) GROUP BY conversion_id)"
           " SELECT day::text, route, count(*), sum(amount)::bigint,"
           " coalesce(sum(fee), 0)::bigint, sum(loss)::bigint"
           " FROM ended LEFT JOIN charged USING (conversion_id)"
           " GROUP BY day, route ORDER BY day DESC, route",
           static_cast<std::int64_t>(days)))
    out.days.push_back({row[0].c_str(),
                        row[1].c_str(),
                        read_int(row[2]),
                        {read_int(row[3])},
                        {read_int(row[4])},
                        {read_int(row[5])}});
  return out;
}

}  // namespace headroom::persistence
