#include <charconv>

#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/operator_documents.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

/// The id of the last line seen: above zero.
std::int64_t read_before(std::string_view text) {
  std::int64_t out = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  if (read.ec != std::errc{} || read.ptr != end || out <= 0)
    throw bad_field("cursor", "must be the next_cursor of an earlier page");
  return out;
}

/// What was said on the grounds stands apart from what was changed.
json deed_document(const operator_deed& d) {
  std::string reason;
  json::object_t detail;
  for (const auto& [name, text] : d.detail)
    if (name == "reason")
      reason = text;
    else
      detail.emplace(name, text);
  return object({
      {"action_id", d.id},
      {"at", d.at},
      {"done_by", text_or_null(d.by)},
      {"action", d.action},
      {"target", text_or_null(d.target)},
      {"reason", text_or_null(reason)},
      {"detail", json(std::move(detail))},
  });
}

json unsettled_document(const settlement_view& v, timestamp now) {
  const auto& row = v.row;
  const auto left = sub_saturating(row.received, add_saturating(row.paid, row.remainder));
  return object({
      {"condition_id", v.market.condition},
      {"question", v.market.question},
      {"resolved_at", row.created_at},
      {"age_seconds", std::max<std::int64_t>((now.us - row.created_at.us) / 1'000'000, 0)},
      {"received", row.received},
      {"paid", row.paid},
      {"owed", v.owed},
      {"short", v.owed > left},
      {"unpaid_positions", v.unpaid},
      {"at_venue", v.at_venue},
      {"redemptions", row.redemptions.size()},
  });
}

}  // namespace

json alert_document(const actors::alert& a) {
  return object({
      {"kind", a.kind},
      {"subject", a.subject},
      {"since", a.since},
      {"last", a.last},
      {"cleared_at", a.cleared_at},
      {"text", a.text},
  });
}

/// What a human should know of: everything that lasts, and what ended last. Asks no actor, so it
/// answers while they are silent.
void get_alerts(exchange& x) {
  require_scope(x, {scope::inspect});
  const query_fields none{x.asked().query, {}};
  const auto alerts = x.services().dir.gauges.alerts().list();
  x.reply_json(to_text(object({{"alerts", list_of(alerts, alert_document)}})));
}

/// Who did what to what, when and why: the books' own lines, the newest first.
task<> get_deeds(exchange& x) {
  require_scope(x, {scope::inspect});
  const query_fields query{x.asked().query, {"cursor", "limit"}};
  deed_filter wanted;
  wanted.limit = read_count("limit", query.text("limit").value_or("50"), 1, 200);
  if (const auto cursor = query.text("cursor")) wanted.before = read_before(*cursor);
  const auto page = or_refuse(co_await ask<deed_page>(x, records_of(x), wanted));
  const auto next = page.next_before > 0 ? std::to_string(page.next_before) : std::string{};
  x.reply_json(to_text(page_document("actions", list_of(page.deeds, deed_document), next)));
}

/// Markets that are resolved and not paid out, the oldest first.
task<> get_unsettled(exchange& x) {
  require_scope(x, {scope::inspect});
  const query_fields query{x.asked().query, {"limit"}};
  const auto limit = read_count("limit", query.text("limit").value_or("50"), 1, 200);
  const auto now = x.services().now();
  const auto open =
      or_refuse(co_await ask<unsettled_markets>(x, records_of(x), actors::work_atom::value, limit));
  const auto one = [now](const settlement_view& v) { return unsettled_document(v, now); };
  x.reply_json(to_text(object({{"total", open.total}, {"markets", list_of(open.oldest, one)}})));
}

}  // namespace headroom::http
