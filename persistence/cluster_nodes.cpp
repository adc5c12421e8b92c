#include "persistence/cluster_nodes.hpp"

#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

session open_for_operators(const std::string& conninfo) {
  session_options options;
  options.application = "headroom cluster";
  return open_session(conninfo, options);
}

}  // namespace

std::vector<node_row> list_nodes(const std::string& conninfo) {
  const auto link = open_for_operators(conninfo);
  pqxx::nontransaction tx{*link};
  std::vector<node_row> out;
  for (const auto& row :
       tx.exec("SELECT n.incarnation, n.name, n.address, n.state, u.owner IS NOT NULL,"
               " (extract(epoch FROM coalesce(n.ended_at, n.joined_at)) * 1000000)::bigint,"
               " CASE WHEN n.state = 'up' THEN 'heard '"
               "  || (extract(epoch FROM clock_timestamp() - n.beat) * 1000)::bigint || ' ms ago'"
               " ELSE n.reason END FROM cluster_nodes n"
               " LEFT JOIN cluster_units u ON u.role = 'house' AND u.owner = n.incarnation"
               " ORDER BY n.state <> 'up', u.owner IS NULL, n.incarnation DESC LIMIT 64"))
    if (out.size() < 20 || row[3].as<std::string>() == "up")
      out.push_back({row[0].as<std::int64_t>(), row[1].as<std::string>(), row[2].as<std::string>(),
                     row[3].as<std::string>(), row[4].as<bool>(),
                     timestamp{row[5].as<std::int64_t>()}, row[6].as<std::string>()});
  return out;
}

bool evict_node(const std::string& conninfo, const std::string& name, const std::string& by) {
  const auto link = open_for_operators(conninfo);
  pqxx::work tx{*link};
  tx.exec("SELECT pg_advisory_xact_lock(4711, 0)");
  const auto rows = tx.exec_params(
      "SELECT cluster_bury(incarnation, $2) FROM cluster_nodes WHERE name = $1 AND state = 'up'",
      name, "evicted by " + by);
  tx.commit();
  return !rows.empty();
}

}  // namespace headroom::persistence
