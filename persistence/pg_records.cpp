#include "persistence/pg_records.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "persistence/detail/cursor.hpp"
#include "persistence/detail/position_reads.hpp"
#include "persistence/detail/reader_session.hpp"
#include "persistence/detail/session_holder.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

/// Runs `read` in one snapshot. A session that turns out to be lost may just have been idle while
/// PostgreSQL restarted, so a new one is tried once.
template <class Read>
auto run(session_holder& session, Read read)
    -> std::optional<decltype(read(std::declval<pqxx::transaction_base&>()))> {
  for (int tries = session.is_open() ? 2 : 1; tries > 0; --tries) {
    try {
      pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> tx{session.get()};
      auto out = read(tx);
      tx.commit();
      return out;
    } catch (const std::exception& e) {
      if (session.may_say("failed")) spdlog::warn("records.failed reason=\"{}\"", e.what());
      session.drop();
      if (dynamic_cast<const pqxx::broken_connection*>(&e) == nullptr) break;
    }
  }
  return std::nullopt;
}

/// By the row before it as well, so that the first point has flows.
constexpr const char* select_course = R"(
  WITH bounds AS (SELECT time_of($1) AS since, time_of($2) AS until),
  noted AS (
    SELECT h.at, usdc_balance, coalesce(lowest, usdc_balance) AS lowest, bets,
           deposited - lag(deposited) OVER by_time AS came,
           withdrawn - lag(withdrawn) OVER by_time AS went
    FROM buffer_history h, bounds
    WHERE h.at <= until
      AND h.at >= coalesce((SELECT max(b.at) FROM buffer_history b WHERE b.at <= since), since)
    WINDOW by_time AS (ORDER BY h.at))
  SELECT us_of(max(at)), (array_agg(usdc_balance ORDER BY at DESC))[1], min(lowest),
         count(came) = count(*), sum(came)::bigint, sum(went)::bigint, sum(bets)::bigint
  FROM noted, bounds WHERE at > since
  GROUP BY div(us_of(at), $3) ORDER BY 1)";

buffer_point read_point(const pqxx::row& row) {
  buffer_point out;
  out.at = {read_int(row[0])};
  out.balance = {read_int(row[1])};
  out.lowest = {read_int(row[2])};
  out.has_flows = row[3].as<bool>();
  if (!out.has_flows) return out;
  out.came = {read_int(row[4])};
  out.went = {read_int(row[5])};
  out.bets = read_int(row[6]);
  return out;
}

constexpr const char* select_arrivals =
    "SELECT conversion_id, CASE WHEN expected_out > 0 THEN expected_out ELSE amount END,"
    " us_of(created_at + expected_seconds * interval '1 second') AS eta FROM conversions"
    " WHERE status = 'running' ORDER BY eta, conversion_id LIMIT 50";

operator_deed read_deed(const pqxx::row& row) {
  operator_deed out{
      read_int(row[0]), {read_int(row[1])}, row[2].c_str(), row[3].c_str(), row[4].c_str()};
  const auto detail = nlohmann::json::parse(row[5].c_str());
  for (const auto& [name, text] : detail.items())
    out.detail.emplace_back(name, text.is_string() ? text.get<std::string>() : text.dump());
  return out;
}

}  // namespace

pg_records::pg_records(const reader_settings& settings)
    : session_{std::make_unique<session_holder>(
          [settings] { return open_reader(settings, "headroom records"); })} {}

pg_records::~pg_records() = default;

std::optional<buffer_course> pg_records::course_of_buffer(const course_filter& x) {
  return run(*session_, [&](pqxx::transaction_base& tx) {
    buffer_course out;
    const auto since = x.until.minus(std::chrono::seconds{x.seconds});
    for (const auto& row : tx.exec_params(select_course, since.us, x.until.us,
                                          std::int64_t{std::max(x.step_seconds, 1U)} * 1'000'000))
      out.points.push_back(read_point(row));
    for (const auto& row : tx.exec(select_arrivals))
      out.arrivals.push_back(
          {read_uuid<conversion_id>(row[0]), {read_int(row[1])}, {read_int(row[2])}});
    return out;
  });
}

std::optional<deed_page> pg_records::list_deeds(const deed_filter& x) {
  const auto limit = page_size(x.limit);
  return run(*session_, [&](pqxx::transaction_base& tx) {
    deed_page out;
    for (const auto& row :
         tx.exec_params("SELECT action_id, us_of(created_at), done_by, action, target, detail::text"
                        " FROM operator_actions WHERE $1 = 0 OR action_id < $1"
                        " ORDER BY action_id DESC LIMIT $2",
                        x.before, std::int64_t{limit} + 1))
      out.deeds.push_back(read_deed(row));
    if (out.deeds.size() > limit) {
      out.deeds.resize(limit);
      out.next_before = out.deeds.back().id;
    }
    return out;
  });
}

std::optional<unsettled_markets> pg_records::list_unsettled(std::uint32_t limit) {
  return run(*session_, [&](pqxx::transaction_base& tx) {
    unsettled_markets out;
    out.total = read_int(tx.exec1("SELECT count(*) FROM settlements WHERE status = 'open'")[0]);
    for (const auto& row :
         tx.exec_params("SELECT condition_id FROM settlements WHERE status = 'open'"
                        " ORDER BY created_at, condition_id LIMIT $1",
                        std::int64_t{page_size(limit)}))
      if (auto view = read_settlement_view(tx, read_fixed<hash256>(row[0])))
        out.oldest.push_back(std::move(*view));
    return out;
  });
}

}  // namespace headroom::persistence
