#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/json_writer.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

std::string readiness_json(const actors::readiness& r) {
  json_writer w;
  w.open();
  w.boolean("ready", r.ready);
  w.open("parts");
  for (const auto& [name, state] : r.parts) {
    // Names are ours; they are still written as strings, never trusted as JSON.
    std::string quoted;
    append_json_string(quoted, state);
    w.raw(name, quoted);
  }
  w.close();
  w.close();
  return w.take();
}

actors::readiness unready(const char* part, std::string_view why) {
  return {false, {{part, std::string{why}}}};
}

void answer_readiness(exchange& x, const actors::readiness& r) {
  response answer;
  answer.status = r.ready ? 200 : 503;
  answer.body = readiness_json(r);
  if (!r.ready) answer.with("Retry-After", "1");
  x.reply(std::move(answer));
}

/// If-None-Match: "*", or a list of tags, weak ones too (RFC 9110 section 13.1.2).
bool names_etag(std::string_view list, std::string_view etag) noexcept {
  return list == "*" || list.find(etag) != std::string_view::npos;
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

void write_actor(json_writer& w, const actors::actor_info& a) {
  w.open();
  w.number("id", a.id);
  w.field("name", a.name);
  w.text_or_null("business_id", a.business_id);
  w.number("mailbox", a.mailbox);
  w.number("received", a.received);
  w.number("processed", a.processed);
  w.number("busy_us", a.busy_us);
  w.number("age_ms", a.age_ms);
  w.close();
}

void write_kind(json_writer& w, const actors::kind_info& k) {
  w.open();
  w.field("name", k.name);
  w.number("live", k.live);
  w.number("mailbox", k.mailbox);
  w.number("processed", k.processed);
  w.number("busy_us", k.busy_us);
  w.close();
}

void answer_listing(exchange& x, const actors::actor_listing& listing) {
  json_writer w{4096};
  w.open();
  w.number("total", listing.total);
  w.open_list("kinds");
  for (const auto& k : listing.kinds) write_kind(w, k);
  w.close_list();
  w.open_list("actors");
  for (const auto& a : listing.actors) write_actor(w, a);
  w.close_list();
  w.close();
  x.reply_json(w.take());
}

}  // namespace

void get_healthz(exchange& x) { x.reply_json("{\"status\":\"ok\"}"); }

/// Ready means that a request with a good key would be answered: the keys must be here too.
task<> get_readyz(exchange& x) {
  auto& dir = x.services().dir;
  x.hurry(std::chrono::seconds{2});
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

task<> get_actors(exchange& x) {
  require_scope(x, {scope::inspect});
  const query_fields query{x.asked().query, {"limit"}};
  const auto limit = read_count("limit", query.text("limit").value_or("100"), 1, 1000);
  const auto inspector = x.services().dir.handles.get<actors::inspector_actor>();
  answer_listing(x, or_refuse(co_await ask<actors::actor_listing>(
                        x, inspector, actors::list_atom::value, limit)));
}

}  // namespace headroom::http
