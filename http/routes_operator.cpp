#include "actors/alerts.hpp"
#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/json_values.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

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

}  // namespace

/// What a human should know of: everything that lasts, and what ended last. Asks no actor, so it
/// answers while they are silent.
void get_alerts(exchange& x) {
  require_scope(x, {scope::inspect});
  const query_fields none{x.asked().query, {}};
  const auto alerts = x.services().dir.gauges.alerts().list();
  x.reply_json(to_text(object({{"alerts", list_of(alerts, alert_document)}})));
}

}  // namespace headroom::http
