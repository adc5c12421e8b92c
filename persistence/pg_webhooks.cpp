#include "persistence/pg_webhooks.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "persistence/detail/operator_log.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/session_holder.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

using element = wire_array::element;

constexpr const char* webhook_columns =
    "webhook_id, url, types, secret, old_secret, us_of(old_secret_until), us_of(created_at),"
    " us_of(updated_at), us_of(disabled_at), disabled_reason, us_of(failing_since) ";

constexpr const char* delivery_columns =
    "d.number, d.webhook_id, d.event, d.type, d.status, d.tries, us_of(d.created_at),"
    " us_of(d.next_try_at), us_of(d.last_try_at), d.last_status, d.last_error, d.last_ms ";
constexpr pqxx::row::size_type delivery_width = 12;

webhook read_webhook(const pqxx::row& row) {
  webhook out;
  out.id = read_uuid<webhook_id>(row[0]);
  out.url = row[1].c_str();
  out.types = static_cast<event_mask>(read_int(row[2]));
  out.secret = read_bytes(row[3]);
  out.old_secret = read_bytes(row[4]);
  out.old_secret_until.us = read_int(row[5]);
  out.created_at.us = read_int(row[6]);
  out.updated_at.us = read_int(row[7]);
  out.disabled_at.us = read_int(row[8]);
  out.disabled_reason = row[9].c_str();
  out.failing_since.us = read_int(row[10]);
  return out;
}

webhook_delivery read_delivery(const pqxx::row& row) {
  webhook_delivery out;
  out.number = read_int(row[0]);
  out.webhook = read_uuid<webhook_id>(row[1]);
  out.event = read_int(row[2]);
  out.type = static_cast<event_type>(row[3].as<int>());
  out.status = static_cast<delivery_status>(row[4].as<int>());
  out.tries = row[5].as<std::uint32_t>();
  out.created_at.us = read_int(row[6]);
  out.next_try_at.us = read_int(row[7]);
  out.last_try_at.us = read_int(row[8]);
  out.last_status = row[9].as<std::uint32_t>();
  out.last_error = row[10].c_str();
  out.last_ms = row[11].as<std::uint32_t>();
  return out;
}

/// What is public of a URL: a query may be a secret of the receiver's.
std::string without_query(const std::string& url) { return url.substr(0, url.find('?')); }

std::string text_of(event_mask types) {
  std::string out;
  for (const auto& name : names_of(types)) out += (out.empty() ? "" : " ") + name;
  return out;
}

void store_row(pqxx::transaction_base& tx, const webhook& row) {
  tx.exec_params0(
      "UPDATE webhooks SET url = $2, types = $3, secret = $4::bytea, old_secret = $5::bytea,"
      " old_secret_until = time_of($6), updated_at = time_of($7), disabled_at = time_of($8),"
      " disabled_reason = $9 WHERE webhook_id = $1::uuid",
      row.id.text(), clean_text(row.url), static_cast<std::int64_t>(row.types), binary(row.secret),
      binary(row.old_secret), row.old_secret_until.us, row.updated_at.us, row.disabled_at.us,
      clean_text(row.disabled_reason));
}

/// A webhook that comes after a time of none would have to step over all that happened meanwhile.
void skip_to_now(pqxx::transaction_base& tx, const webhook_id& id) {
  tx.exec_params0(
      "UPDATE webhook_cursor SET heard = (SELECT coalesce(max(id), 0) FROM events)"
      " WHERE NOT EXISTS (SELECT FROM webhooks WHERE disabled_at IS NULL AND removed_at IS NULL"
      " AND webhook_id <> $1::uuid)",
      id.text());
}

void stop_pending(pqxx::transaction_base& tx, const webhook_id& id) {
  tx.exec_params0(
      "UPDATE webhook_deliveries SET status = 3 WHERE webhook_id = $1::uuid"
      " AND status = 0",
      id.text());
}

/// The results as arrays: two statements, whatever their number.
struct result_arrays {
  wire_array number{element::int8}, status{element::int8}, tries{element::int8}, at{element::int8},
      next{element::int8}, http{element::int8}, error{element::text}, took{element::int8};

  explicit result_arrays(std::span<const delivery_result> results) {
    for (const auto& r : results) {
      number.push(r.number);
      status.push(static_cast<std::int64_t>(r.status));
      tries.push(static_cast<std::int64_t>(r.tries));
      at.push(r.at.us);
      next.push(r.next_try_at.us);
      http.push(static_cast<std::int64_t>(r.last_status));
      error.push(std::string_view{clean_text(r.last_error)});
      took.push(static_cast<std::int64_t>(r.last_ms));
    }
  }
};

/// By the last of its tries in this batch; a test says nothing of how it does.
void note_health(pqxx::transaction_base& tx, std::span<const delivery_result> results) {
  wire_array id{element::uuid}, since{element::int8};
  std::vector<webhook_id> seen;
  for (auto r = results.rbegin(); r != results.rend(); ++r) {
    if (r->test || std::find(seen.begin(), seen.end(), r->webhook) != seen.end()) continue;
    seen.push_back(r->webhook);
    id.push(r->webhook.view());
    since.push(r->status == delivery_status::delivered ? 0 : r->at.us);
  }
  if (seen.empty()) return;
  tx.exec_params0(
      "UPDATE webhooks w SET failing_since = CASE WHEN i.since = 0 THEN NULL"
      " ELSE coalesce(w.failing_since, time_of(i.since)) END"
      " FROM unnest($1::uuid[], $2::bigint[]) i(id, since) WHERE w.webhook_id = i.id"
      " AND (w.failing_since IS NULL) = (i.since <> 0)",
      id.parameter(), since.parameter());
}

}  // namespace

/// What runs on the session.
class pg_webhooks::link {
 public:
  explicit link(const reader_settings& s)
      : session_{[s] {
          session_options options;
          options.application = "headroom webhooks";
          options.connect_timeout = s.connect_timeout;
          options.statement_timeout = s.statement_timeout;
          return open_session(s.conninfo, options);
        }} {}

  /// `work` in one transaction. A session that turns out to be lost may just have been idle while
  /// PostgreSQL restarted, so a new one is tried once: everything here may be repeated.
  template <class Work>
  auto run(Work work) -> std::optional<decltype(work(std::declval<pqxx::transaction_base&>()))> {
    for (int tries = session_.is_open() ? 2 : 1; tries > 0; --tries) {
      try {
        pqxx::work tx{session_.get()};
        auto out = work(tx);
        tx.commit();
        return out;
      } catch (const std::exception& e) {
        if (session_.may_say("failed")) spdlog::warn("webhooks.failed reason=\"{}\"", e.what());
        session_.drop();
        if (dynamic_cast<const pqxx::broken_connection*>(&e) == nullptr) break;
      }
    }
    return std::nullopt;
  }

 private:
  session_holder session_;
};

pg_webhooks::pg_webhooks(const reader_settings& settings)
    : link_{std::make_unique<link>(settings)} {}

pg_webhooks::~pg_webhooks() = default;

std::optional<std::vector<webhook>> pg_webhooks::list() {
  return link_->run([](pqxx::transaction_base& tx) {
    std::vector<webhook> out;
    for (const auto& row : tx.exec(std::string{"SELECT "} + webhook_columns +
                                   "FROM webhooks WHERE removed_at IS NULL"
                                   " ORDER BY created_at, webhook_id"))
      out.push_back(read_webhook(row));
    return out;
  });
}

std::optional<webhook> pg_webhooks::add(const webhook& row, const std::string& by) {
  return link_->run([&](pqxx::transaction_base& tx) {
    const auto added = tx.exec_params(
        "INSERT INTO webhooks (webhook_id, url, types, secret, hears_after, created_at, updated_at)"
        " VALUES ($1::uuid, $2, $3, $4::bytea, (SELECT coalesce(max(id), 0) FROM events),"
        " time_of($5), time_of($5)) ON CONFLICT DO NOTHING",
        row.id.text(), clean_text(row.url), static_cast<std::int64_t>(row.types),
        binary(row.secret), row.created_at.us);
    if (added.affected_rows() == 1) {
      skip_to_now(tx, row.id);
      note_action(tx, {by,
                       "webhook_added",
                       row.id.text(),
                       {{"url", without_query(row.url)}, {"events", text_of(row.types)}},
                       row.created_at});
    }
    auto out = read_webhook(tx.exec_params1(
        std::string{"SELECT "} + webhook_columns + "FROM webhooks WHERE webhook_id = $1::uuid",
        row.id.text()));
    out.replayed = added.affected_rows() == 0;
    return out;
  });
}

bool pg_webhooks::change(const webhook& row, const actors::webhook_change& how) {
  const auto done = link_->run([&](pqxx::transaction_base& tx) {
    store_row(tx, row);
    if (how.from_now) {
      skip_to_now(tx, row.id);
      tx.exec_params0(
          "UPDATE webhooks SET failing_since = NULL, hears_after ="
          " (SELECT coalesce(max(id), 0) FROM events) WHERE webhook_id = $1::uuid",
          row.id.text());
    }
    if (how.stop || how.remove) stop_pending(tx, row.id);
    if (how.remove)
      tx.exec_params0(
          "UPDATE webhooks SET removed_at = time_of($2), secret = '', old_secret = ''"
          " WHERE webhook_id = $1::uuid",
          row.id.text(), row.updated_at.us);
    note_action(tx, {how.by,
                     how.action,
                     row.id.text(),
                     {{"url", without_query(row.url)},
                      {"events", text_of(row.types)},
                      {"disabled", row.disabled_reason}},
                     row.updated_at});
    return true;
  });
  return done.value_or(false);
}

std::optional<actors::told_events> pg_webhooks::tell(timestamp now, std::uint32_t most) {
  return link_->run([&](pqxx::transaction_base& tx) {
    const auto moved = tx.exec_params(
        "WITH news AS MATERIALIZED (SELECT e.id, e.type FROM events e"
        " WHERE e.id > (SELECT heard FROM webhook_cursor) ORDER BY e.id LIMIT $2),"
        " made AS (INSERT INTO webhook_deliveries (webhook_id, event, type, created_at,"
        " next_try_at) SELECT w.webhook_id, n.id, n.type, time_of($1), time_of($1)"
        " FROM news n JOIN webhooks w ON w.disabled_at IS NULL AND w.removed_at IS NULL"
        " AND n.id > w.hears_after AND (w.types & (1::bigint << n.type)) <> 0 ORDER BY n.id"
        " ON CONFLICT DO NOTHING RETURNING 1)"
        " UPDATE webhook_cursor SET heard = s.last FROM (SELECT max(id) AS last, count(*) AS read"
        " FROM news) s WHERE s.read > 0 RETURNING s.read, (SELECT count(*) FROM made)",
        now.us, most);
    actors::told_events out;
    if (!moved.empty()) {
      out.read = moved.front()[0].as<std::uint32_t>();
      out.told = moved.front()[1].as<std::uint32_t>();
    }
    return out;
  });
}

std::optional<std::vector<due_delivery>> pg_webhooks::due(
    timestamp now, std::span<const actors::delivery_wish> wishes) {
  wire_array id{element::uuid}, limit{element::int8};
  for (const auto& w : wishes) {
    id.push(w.webhook.view());
    limit.push(static_cast<std::int64_t>(w.limit));
  }
  return link_->run([&](pqxx::transaction_base& tx) {
    std::vector<due_delivery> out;
    const auto rows = tx.exec_params(
        std::string{"SELECT "} + delivery_columns + ", " + event_columns +
            "FROM unnest($2::uuid[], $3::bigint[]) i(id, most) CROSS JOIN LATERAL"
            " (SELECT * FROM webhook_deliveries x WHERE x.webhook_id = i.id AND x.status = 0"
            " AND x.next_try_at <= time_of($1) ORDER BY x.next_try_at, x.number LIMIT i.most) d"
            " LEFT JOIN events e ON e.id = d.event LEFT JOIN (SELECT 0::bigint AS balance) b"
            " ON false WHERE d.event IS NULL OR e.id IS NOT NULL"
            " ORDER BY d.next_try_at, d.number",
        now.us, id.parameter(), limit.parameter());
    for (const auto& row : rows) {
      due_delivery d{read_delivery(row), {}};
      if (!d.row.is_test())
        d.event = read_event(
            pqxx::row{row.slice(delivery_width, static_cast<pqxx::row::size_type>(row.size()))});
      out.push_back(std::move(d));
    }
    return out;
  });
}

std::optional<webhook_delivery> pg_webhooks::add_test(const webhook_id& id, const std::string& by,
                                                      timestamp now) {
  return link_->run([&](pqxx::transaction_base& tx) {
    note_action(tx, {by, "webhook_tested", id.text(), {}, now});
    return read_delivery(
        tx.exec_params1(std::string{"INSERT INTO webhook_deliveries AS d (webhook_id, type,"
                                    " created_at, next_try_at) VALUES ($1::uuid, -1, time_of($2),"
                                    " time_of($2)) RETURNING "} +
                            delivery_columns,
                        id.text(), now.us));
  });
}

bool pg_webhooks::record(std::span<const delivery_result> results) {
  result_arrays x{results};
  const auto done = link_->run([&](pqxx::transaction_base& tx) {
    tx.exec_params0(
        "UPDATE webhook_deliveries d SET status = i.status, tries = i.tries,"
        " last_try_at = time_of(i.at), next_try_at = time_of(i.next), last_status = i.http,"
        " last_error = i.error, last_ms = i.took FROM unnest($1::bigint[], $2::bigint[],"
        " $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])"
        " i(number, status, tries, at, next, http, error, took)"
        " WHERE d.number = i.number AND (d.status = 0 OR (d.status = 3 AND i.status = 1))",
        x.number.parameter(), x.status.parameter(), x.tries.parameter(), x.at.parameter(),
        x.next.parameter(), x.http.parameter(), x.error.parameter(), x.took.parameter());
    note_health(tx, results);
    return true;
  });
  return done.value_or(false);
}

std::optional<delivery_page> pg_webhooks::deliveries(const delivery_filter& filter) {
  const auto most = std::clamp<std::uint32_t>(filter.limit, 1, 200);
  const auto before = filter.before > 0 ? filter.before : INT64_MAX;
  const int status = filter.status ? static_cast<int>(*filter.status) : -1;
  return link_->run([&](pqxx::transaction_base& tx) {
    delivery_page out;
    for (const auto& row : tx.exec_params(
             std::string{"SELECT "} + delivery_columns +
                 "FROM webhook_deliveries d WHERE d.webhook_id = $1::uuid AND d.number < $2"
                 " AND ($3 < 0 OR d.status = $3) ORDER BY d.number DESC LIMIT $4",
             filter.webhook.text(), before, status, most + 1))
      out.rows.push_back(read_delivery(row));
    if (out.rows.size() > most) {
      out.rows.resize(most);
      out.next = out.rows.back().number;
    }
    return out;
  });
}

bool pg_webhooks::forget(timestamp kept, timestamp expired) {
  const auto done = link_->run([&](pqxx::transaction_base& tx) {
    tx.exec_params0(
        "DELETE FROM webhook_deliveries WHERE number IN (SELECT number FROM (SELECT number,"
        " created_at, status FROM webhook_deliveries ORDER BY number LIMIT 10000) oldest"
        " WHERE created_at < time_of($1) AND status <> 0)",
        kept.us);
    tx.exec_params0(
        "UPDATE webhook_deliveries SET status = 2, last_error = 'its time is over'"
        " WHERE number IN (SELECT number FROM webhook_deliveries WHERE status = 0"
        " AND created_at < time_of($1) LIMIT 10000)",
        expired.us);
    return true;
  });
  return done.value_or(false);
}

}  // namespace headroom::persistence
