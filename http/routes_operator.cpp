#include "actors/alerts.hpp"
#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/json_writer.hpp"
#include "http/routes.hpp"

namespace headroom::http {

/// What a human should know of: everything that lasts, and what ended last. Asks no actor, so it
/// answers while they are silent.
void get_alerts(exchange& x) {
  require_scope(x, {scope::inspect});
  const query_fields none{x.asked().query, {}};
  json_writer w{1024};
  w.open();
  w.open_list("alerts");
  for (const auto& a : x.services().dir.gauges.alerts().list()) {
    w.open();
    w.field("kind", a.kind);
    w.field("subject", a.subject);
    w.field("since", a.since);
    w.field("cleared_at", a.cleared_at);
    w.field("text", a.text);
    w.close();
  }
  w.close_list();
  w.close();
  x.reply_json(w.take());
}

}  // namespace headroom::http
