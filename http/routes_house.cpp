#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/etag.hpp"
#include "http/fields.hpp"
#include "http/json_values.hpp"
#include "http/routes.hpp"
#include "net/lease.hpp"

namespace headroom::http {
namespace {

actors::readiness unready(const char* part, std::string_view why) {
  return {false, {{part, std::string{why}}}};
}

void answer_readiness(exchange& x, const actors::readiness& r) {
  response answer;
  answer.status = r.ready ? 200 : 503;
  answer.body = to_text(object({{"ready", r.ready}, {"parts", r.parts}}));
  if (!r.ready) answer.with("Retry-After", "1");
  x.reply(std::move(answer));
}

/// A stop of the venue is shown and does not make the service unready: deposits, balances and open
/// bets go on.
void add_venue(actors::readiness& r, const actors::venue_gauge& gauge) {
  const auto v = gauge.look();
  if (v.why == actors::venue_stop::none) return;
  const auto left = v.left(actors::venue_gauge::time_point::clock::now());
  r.parts["venue"] = "stopped: " + std::string{sentence_of(v.why)} + "; look again in " +
                     std::to_string(left.count()) + " s";
  if (v.why == actors::venue_stop::approvals) r.parts["venue"] += "; " + gauge.accounts_reason();
}

}  // namespace

void get_healthz(exchange& x) { x.reply_json("{\"status\":\"ok\"}"); }

/// Ready means that a request with a good key would be answered: the keys must be here too.
task<> get_readyz(exchange& x) {
  auto& dir = x.services().dir;
  x.hurry(std::chrono::seconds{2});
  if (const auto& lease = net::lease::of_process(); !lease.serves())
    co_return answer_readiness(x, unready("node", lease.why()));
  if (dir.users.draining()) co_return answer_readiness(x, unready("service", "shutting down"));
  auto said = co_await ask<actors::readiness>(x, dir.handles.get<actors::guardian_actor>(),
                                              actors::get_atom::value);
  if (!said)
    co_return answer_readiness(x, unready("guardian", to_string(actors::code_of(said.error()))));
  const bool keys = x.shared().keys.generation() > 0;
  said->parts["keys"] = keys ? "ok" : "not loaded yet";
  said->ready = said->ready && keys;
  add_venue(*said, dir.gauges.venue_state());
  answer_readiness(x, *said);
}

/// The document changes with the program only: caches ask again after five minutes, by its ETag.
void get_openapi(exchange& x) {
  const auto& document = x.shared().openapi;
  response answer;
  answer.with("ETag", document.etag).with("Cache-Control", "public, max-age=300");
  if (names_etag(x.asked()[header::if_none_match].text, document.etag)) {
    answer.status = 304;
  } else {
    answer.body = document.body;
  }
  x.reply(std::move(answer));
}

}  // namespace headroom::http
