#include "persistence/detail/timeline_reads.hpp"

#include <algorithm>

#include "domain/events.hpp"
#include "domain/external_operation.hpp"
#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/timeline_rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

using lane = timeline_lane;

/// Events that are not those of migration 0028's index, word for word: then it serves.
constexpr const char* heard_of_subjects = "type NOT IN (0, 1, 2, 10, 11, 15)";
constexpr std::size_t longest_text = 500;  // of a human's or a stranger's words

/// One kind of event as SQL: where its rows are, and what each of them says. `$1` is the subject's
/// id, as uuid.
struct part {
  std::uint8_t rank;
  lane of;
  std::string at;
  std::string key;     // tells apart those of one moment
  std::string what;    // text; of `events` the type's number
  std::string actor;   // text
  std::string took;    // microseconds
  std::string amount;  // bigint
  std::string detail;  // text
  std::string from;    // "table WHERE ..."
};

constexpr const char* none_big = "NULL::bigint";

/// Its transactions in the outbox, by the names that its operations have.
std::string operations_of(timeline_kind kind) {
  switch (kind) {
    case timeline_kind::conversion: return "chain_operations WHERE conversion_id = $1::uuid";
    case timeline_kind::deposit:     // settlement_of
    case timeline_kind::withdrawal:  // transfer_of
      return "chain_operations WHERE operation_id BETWEEN (left($1::uuid::text, 34) || '00')::uuid"
             " AND (left($1::uuid::text, 34) || 'ff')::uuid";
    case timeline_kind::bet:
    case timeline_kind::sale: break;  // an order is not a transaction of ours
  }
  return "";
}

/// A bet's are found by its times: that of its intent and that of its end; others by their name.
std::string postings_of(const timeline_row& row) {
  const std::string select =
      "SELECT id, kind, debit, credit, amount, created_at FROM postings WHERE reference = $1::uuid"
      " AND ";
  const auto at = [](timestamp t) { return "time_of(" + std::to_string(t.us) + ")"; };
  static const auto named = numbered(
      "kind > 1 AND kind NOT IN ({kind:conversion}, {kind:conversion_loss},"
      " {kind:conversion_undone}, {kind:conversion_loss_undone})");
  static const auto each_time = numbered(
      "kind IN ({kind:conversion}, {kind:conversion_loss}, {kind:conversion_undone},"
      " {kind:conversion_loss_undone})");
  auto out = "(" + select + named;
  if (row.subject.kind == timeline_kind::conversion) out += " UNION ALL " + select + each_time;
  if (row.subject.kind == timeline_kind::bet) {
    out += " UNION ALL " + select + "created_at = " + at(row.subject.created_at) +
           " AND kind = " + number_sql(posting_kind::bet);
    if (row.ended_at.is_set())
      out += " UNION ALL " + select + "created_at = " + at(row.ended_at) +
             " AND kind = " + number_sql(posting_kind::bet_refund);
  }
  return out + ") p";
}

std::string took(const std::string& from, const std::string& to) {
  return "(us_of(" + to + ") - us_of(" + from + "))";
}

void add_sending(std::vector<part>& to, timeline_kind kind) {
  const auto from = operations_of(kind);
  if (from.empty()) return;
  const std::string key = "operation_id::text || '.' || attempt";
  const std::string tx = "'0x' || encode(tx_hash, 'hex')";
  to.push_back({timeline_rank::sent, lane::chain, "created_at", key, "'tx.stored'", "'wallet'",
                none_big, none_big,
                "purpose || ' with nonce ' || nonce || ' on chain ' || chain_id || ', attempt ' ||"
                " attempt || ': ' || " +
                    tx,
                from});
  to.push_back({timeline_rank::ended, lane::chain, "updated_at", key, "'tx.' || status::text",
                "'wallet'", took("created_at", "updated_at"), none_big,
                "CASE status WHEN 'dropped' THEN 'another one took its nonce: ' ELSE 'block ' ||"
                " block_number || ', fee ' || fee_wei || ' wei: ' END || " +
                    tx,
                from + " AND status <> 'stored'"});
  if (kind != timeline_kind::conversion) return;
  const std::string externals = "external_operations WHERE conversion_id = $1::uuid";
  to.push_back({timeline_rank::sent, lane::service, "created_at", "operation_id::text",
                "'request.stored'", "service", none_big, none_big,
                "purpose || ', number ' || sequence || ' of its account'", externals});
  to.push_back({timeline_rank::ended, lane::service, "updated_at", "operation_id::text",
                "CASE status WHEN 1 THEN 'request.accepted' WHEN 2 THEN 'request.confirmed' WHEN 3"
                " THEN 'request.failed' ELSE 'request.in_doubt' END",
                "service", took("created_at", "updated_at"), none_big,
                "purpose || CASE remote_id WHEN '' THEN '' ELSE ', there called ' || remote_id END"
                " || coalesce(': 0x' || encode(tx_hash, 'hex'), '') ||"
                " CASE detail WHEN '' THEN '' ELSE '; ' || detail END",
                externals + " AND status > 0"});
}

void add_resolutions(std::vector<part>& to, timeline_kind kind) {
  const bool of_bet = kind == timeline_kind::bet;
  if (!of_bet && kind != timeline_kind::sale) return;
  const std::string subject = of_bet ? "bet" : "sale";
  to.push_back({timeline_rank::ordered, lane::operators, "created_at", "id::text",
                "'" + subject + ".resolved'", "decided_by", none_big, none_big,
                "status::text || ': ' || evidence || '; the chain says: ' || chain_words",
                subject + "_resolutions WHERE " + subject + "_id = $1::uuid"});
}

/// While its story went on.
part starts_of(const timeline_row& row) {
  auto from = "service_starts WHERE started_at > time_of(" +
              std::to_string(row.subject.created_at.us) + ")";
  if (row.ended_at.is_set())
    from += " AND started_at <= time_of(" + std::to_string(row.ended_at.us) + ")";
  return {timeline_rank::before,
          lane::house,
          "started_at",
          "'start'",
          "'house.started'",
          "'headroom'",
          none_big,
          none_big,
          "version || coalesce('; the books had last heard something at ' ||"
          " to_char(last_heard AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), '')",
          from};
}

std::vector<part> parts_of(const timeline_row& row) {
  const auto kind = row.subject.kind;
  std::vector<part> out;
  if (kind != timeline_kind::bet)
    out.push_back(
        {timeline_rank::told, lane::journal, "created_at", "type::text", "type::text", "'journal'",
         none_big, "amount", "''",
         std::string{"events WHERE subject = uuid_send($1::uuid) AND "} + heard_of_subjects});
  out.push_back({timeline_rank::ordered, lane::operators, "created_at", "action_id::text",
                 "'ordered.' || action", "done_by", none_big, none_big,
                 "coalesce(detail->>'reason', '')",
                 "operator_actions WHERE target = $1::uuid::text AND target <> ''"});
  out.push_back({timeline_rank::posted, lane::ledger, "created_at", "id::text",
                 "'posting:' || kind", "'journal'", none_big, "amount", "debit || ' ' || credit",
                 postings_of(row) + " WHERE true"});
  out.push_back(starts_of(row));
  add_sending(out, kind);
  add_resolutions(out, kind);
  return out;
}

/// The rows of all parts from the cursor on, in order: of each part no more than the page has.
std::string page_sql(const std::vector<part>& parts, const timeline_place& from, std::size_t rows) {
  const auto at = "time_of(" + std::to_string(from.at.us) + ")";
  std::string out;
  for (const auto& p : parts) {
    out += out.empty() ? "(SELECT " : " UNION ALL (SELECT ";
    out += p.at + " AS at, " + std::to_string(int{p.rank}) + " AS rank, (" + p.key +
           ") COLLATE \"C\" AS key, " + number_sql(p.of) + " AS lane, " + p.what + " AS what, " +
           p.actor + " AS actor, " + p.took + " AS took, " + p.amount + " AS amount, " + p.detail +
           " AS detail FROM " + p.from;
    if (from.at.is_set())  // its key was read as one of ours: no quote is in it
      out += " AND " + p.at + " >= " + at + " AND (" + p.at + ", " + std::to_string(int{p.rank}) +
             ", (" + p.key + ") COLLATE \"C\") >= (" + at + ", " + std::to_string(int{from.rank}) +
             ", '" + from.key + "')";
    out += " ORDER BY 1, 3 LIMIT " + std::to_string(rows) + ")";
  }
  return "SELECT us_of(at), rank, key, lane, what, actor, took, amount, left(detail, " +
         std::to_string(longest_text) + ") FROM (" + out + ") parts ORDER BY at, rank, key LIMIT " +
         std::to_string(rows);
}

/// "posting:1" is "posting.bet_refund", a number of `events` its name.
std::string name_of(const std::string& what) {
  constexpr std::string_view posted = "posting:";
  if (what.starts_with(posted))
    return "posting." +
           std::string{to_string(static_cast<posting_kind>(std::stoi(what.substr(posted.size()))))};
  const bool number = !what.empty() && what.find_first_not_of("0123456789") == what.npos;
  return number ? std::string{to_string(static_cast<event_type>(std::stoi(what)))} : what;
}

/// "3 0" is "user gets, buffer gives": the accounts' names.
std::string accounts_of(const std::string& numbers) {
  const auto blank = numbers.find(' ');
  const auto name = [](const std::string& n) {
    return std::string{to_string(static_cast<account>(std::stoi(n)))};
  };
  return "debit " + name(numbers.substr(0, blank)) + ", credit " + name(numbers.substr(blank + 1));
}

timeline_event read_event(const pqxx::row& row) {
  timeline_event out;
  out.place = {{read_int(row[0])}, static_cast<std::uint8_t>(read_int(row[1])), row[2].c_str()};
  out.lane = static_cast<lane>(read_int(row[3]));
  const std::string what = row[4].c_str();
  out.what = name_of(what);
  out.actor = row[5].c_str();
  out.took_us = row[6].is_null() ? -1 : read_int(row[6]);
  out.has_amount = !row[7].is_null();
  out.amount = {read_int(row[7])};
  out.detail = out.lane == lane::ledger ? accounts_of(row[8].c_str()) : row[8].c_str();
  return out;
}

timeline_posting read_posting(const pqxx::row& row) {
  return {{static_cast<posting_kind>(read_int(row[0])), static_cast<account>(read_int(row[1])),
           static_cast<account>(read_int(row[2]))},
          {read_int(row[3])},
          {read_int(row[4])}};
}

timeline_operation read_operation_of(const pqxx::row& row) {
  timeline_operation out;
  out.id = row[0].c_str();
  out.attempt = static_cast<std::uint32_t>(read_int(row[1]));
  out.chain_id = static_cast<std::uint64_t>(read_int(row[2]));
  out.service = row[3].c_str();
  out.nonce = static_cast<std::uint64_t>(read_int(row[4]));
  out.tx_hash = read_fixed<hash256>(row[5]);
  out.purpose = row[6].c_str();
  out.status = row[7].c_str();
  out.block_number = static_cast<std::uint64_t>(read_int(row[8]));
  out.fee_wei = row[9].c_str();
  out.created_at = {read_int(row[10])};
  out.updated_at = {read_int(row[11])};
  return out;
}

/// From the first event's time to the last one's.
struct time_span {
  timestamp first;
  timestamp last;

  [[nodiscard]] std::string holds(const char* column) const {
    return std::string{column} + " BETWEEN time_of(" + std::to_string(first.us) + ") AND time_of(" +
           std::to_string(last.us) + ")";
  }
  /// Of an operation, whose events are that it was stored and that it moved on.
  [[nodiscard]] std::string holds_operation(const char* still_stored) const {
    return "(" + holds("created_at") + " OR (status <> " + still_stored + " AND " +
           holds("updated_at") + "))";
  }
};

time_span span_of(const std::vector<timeline_event>& events) {
  if (events.empty()) return {{1}, {1}};
  return {events.front().place.at, events.back().place.at};
}

/// Of the events on this page; one sum over all of them.
void add_postings(pqxx::transaction_base& tx, timeline_page& to, const timeline_row& row,
                  const pqxx::binarystring& id) {
  const auto from = postings_of(row);
  for (const auto& r :
       tx.exec_params("SELECT kind, debit, credit, amount, us_of(created_at) FROM " + from +
                          " WHERE " + span_of(to.events).holds("created_at") +
                          " ORDER BY created_at, id LIMIT " + std::to_string(most_timeline_events),
                      id))
    to.postings.push_back(read_posting(r));
  std::vector<posting> all;
  for (const auto& r : tx.exec_params("SELECT kind, debit, credit, sum(amount)::bigint, 0 FROM " +
                                          from + " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                                      id)) {
    const auto sum = read_posting(r);
    all.push_back({sum.shape, sum.amount});
  }
  to.sums = sums_of(all);
  to.complete = row.ended && row.sums_up(all);
}

/// Of the events on this page; whether something of it may happen yet is asked of all.
void add_operations(pqxx::transaction_base& tx, timeline_page& to, timeline_kind kind,
                    const pqxx::binarystring& id) {
  const auto from = operations_of(kind);
  if (from.empty()) return;
  const auto span = span_of(to.events);
  std::string sql =
      "(SELECT operation_id::text, attempt, chain_id, '', nonce, tx_hash, purpose, status::text,"
      " block_number, fee_wei::text, us_of(created_at), us_of(updated_at) FROM " +
      from + " AND " + span.holds_operation("'stored'") + ")";
  std::string open = "SELECT EXISTS (SELECT 1 FROM " + from + " AND status = 'stored')";
  if (kind == timeline_kind::conversion) {
    sql +=
        " UNION ALL (SELECT operation_id::text, 0, 0, service, sequence, tx_hash, purpose,"
        " CASE status WHEN 0 THEN 'stored' WHEN 1 THEN 'accepted' WHEN 2 THEN 'confirmed'"
        " WHEN 3 THEN 'failed' ELSE 'in_doubt' END, 0, '', us_of(created_at), us_of(updated_at)"
        " FROM external_operations WHERE conversion_id = $1::uuid AND " +
        span.holds_operation("0") + ")";
    open +=
        " OR EXISTS (SELECT 1 FROM external_operations WHERE conversion_id = $1::uuid"
        " AND status IN (0, 1))";
  }
  for (const auto& row :
       tx.exec_params(sql + " ORDER BY 11, 1, 2 LIMIT " + std::to_string(most_timeline_events), id))
    to.operations.push_back(read_operation_of(row));
  to.complete = to.complete && !tx.exec_params1(open, id)[0].as<bool>();
}

}  // namespace

std::optional<timeline_page> read_timeline(pqxx::transaction_base& tx,
                                           const timeline_request& asked,
                                           const std::vector<timeline_event>& remembered) {
  const auto from = timeline_place::parse(asked.cursor).value_or(timeline_place{});
  const std::size_t limit = std::clamp<std::uint32_t>(asked.limit, 1, most_timeline_events);
  auto row = find_timeline_row(tx, asked);
  if (!row) return std::nullopt;
  const auto id = binary(asked.id);
  std::vector<timeline_event> events;
  for (const auto& r : tx.exec_params(page_sql(parts_of(*row), from, limit + 2), id))
    events.push_back(read_event(r));
  auto beside = std::move(row->events);
  beside.insert(beside.end(), remembered.begin(), remembered.end());
  std::erase_if(beside, [&](const timeline_event& e) { return e.place < from; });

  timeline_page page;
  page.events = merged(std::move(beside), std::move(events));
  page.subject = row->subject;
  cut_page(page, from, limit);
  add_postings(tx, page, *row, id);
  add_operations(tx, page, asked.kind, id);
  return page;
}

}  // namespace headroom::persistence
