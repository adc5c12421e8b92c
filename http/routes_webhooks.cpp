#include <charconv>

#include "actors/webhook_port.hpp"
#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/routes.hpp"
#include "http/secrets.hpp"

namespace headroom::http {
namespace {

constexpr std::uint32_t deliveries_at_once = 50;

/// `secret` as its receiver takes it; null where it is no new one.
json webhook_document(const webhook& w) {
  return object({
      {"webhook_id", w.id.text()},
      {"url", w.url},
      {"events", names_of(w.types)},
      {"status", w.is_active() ? "active" : "disabled"},
      {"disabled_reason", text_or_null(w.disabled_reason)},
      {"disabled_at", w.disabled_at},
      {"failing_since", w.failing_since},
      {"old_secret_until", w.old_secret_until},
      {"created_at", w.created_at},
      {"updated_at", w.updated_at},
      {"secret", text_or_null(w.shown_secret)},
  });
}

json delivery_document(const webhook_delivery& d) {
  const bool pending = d.status == delivery_status::pending;
  return object({
      {"delivery", d.number},
      {"message_id", message_id_of(d)},
      {"type", d.is_test() ? "webhook.test" : to_string(d.type)},
      {"event", value_if(!d.is_test(), d.event)},
      {"status", to_string(d.status)},
      {"tries", d.tries},
      {"created_at", d.created_at},
      {"next_try_at", value_if(pending, d.next_try_at)},
      {"last_try_at", d.last_try_at},
      {"last_status", value_if(d.last_status != 0, d.last_status)},
      {"last_error", text_or_null(d.last_error)},
      {"last_ms", value_if(d.tries > 0, d.last_ms)},
  });
}

event_mask read_events(const std::vector<std::string>& names) {
  if (names == std::vector<std::string>{"*"}) return every_event;
  event_mask out = 0;
  for (const auto& name : names) {
    const auto type = parse_told_event(name);
    if (!type) throw bad_field("events", "must be [\"*\"] or types of events, like \"bet.filled\"");
    out |= mask_of(*type);
  }
  if (out == 0) throw bad_field("events", "must name at least one");
  return out;
}

/// The number that a page ended with.
std::int64_t read_before(const query_fields& query) {
  const auto text = query.text("cursor");
  if (!text) return 0;
  std::int64_t out = 0;
  const auto* const end = text->data() + text->size();
  const auto [stop, failed] = std::from_chars(text->data(), end, out);
  if (failed != std::errc{} || stop != end || out < 1)
    throw bad_field("cursor", "must be the next_cursor of an earlier page");
  return out;
}

actors::webhook_actor webhooks_of(const exchange& x) {
  const auto* const door = x.services().webhooks;
  return door != nullptr ? door->get() : actors::webhook_actor{};
}

webhook_id asked_webhook(const exchange& x) { return read_id<webhook_id>("id", x.id()); }

void refuse_while_draining(exchange& x) {
  if (x.services().dir.users.draining()) throw problem_of(errc::shutting_down);
}

task<> add(exchange& x, actors::add_webhook wanted) {
  const auto row = or_refuse(co_await ask<webhook>(x, webhooks_of(x), wanted), "url");
  if (row.replayed) x.mark_replayed();
  x.reply_json(to_text(webhook_document(row)), 201);
}

task<> change(exchange& x, actors::change_webhook wanted) {
  const auto row = or_refuse(co_await ask<webhook>(x, webhooks_of(x), wanted), "url");
  x.reply_json(to_text(webhook_document(row)));
}

task<> show(exchange& x, webhook_id id) {
  const auto row = or_refuse(co_await ask<webhook>(x, webhooks_of(x), actors::get_atom::value, id));
  x.reply_json(to_text(webhook_document(row)));
}

task<> show_all(exchange& x) {
  const auto rows =
      or_refuse(co_await ask<std::vector<webhook>>(x, webhooks_of(x), actors::list_atom::value));
  x.reply_json(to_text(object({{"webhooks", list_of(rows, webhook_document)}})));
}

task<> remove(exchange& x, actors::remove_webhook wanted) {
  auto row = webhook_document(or_refuse(co_await ask<webhook>(x, webhooks_of(x), wanted)));
  row["status"] = "removed";
  x.reply_json(to_text(row));
}

task<> show_deliveries(exchange& x, actors::webhook_deliveries wanted) {
  const auto page = or_refuse(co_await ask<delivery_page>(x, webhooks_of(x), wanted));
  x.reply_json(to_text(page_document("deliveries", list_of(page.rows, delivery_document),
                                     page.next == 0 ? "" : std::to_string(page.next))));
}

task<> test(exchange& x, actors::test_webhook wanted) {
  const auto row = or_refuse(co_await ask<webhook_delivery>(x, webhooks_of(x), wanted));
  x.reply_json(to_text(delivery_document(row)));
}

}  // namespace

/// With an Idempotency-Key a repeat finds the same one; its secret was shown and is not again.
task<> post_webhook(exchange& x) {
  const auto& key = require_scope(x, {scope::admin});
  const query_fields none{x.asked().query, {}};
  const body_fields body{x.asked().body, {"url", "events"}, {"events"}};
  actors::add_webhook wanted;
  wanted.url = body.required("url");
  const auto names = body.list("events");
  if (!names) throw bad_field("events", "is required");
  wanted.types = read_events(*names);
  wanted.by = key.id;
  if (const auto name = optional_idempotency_key(x)) {
    wanted.id = id_named<webhook_id>(x, purpose::webhook, key.name, *name);
  } else {
    hash256 random;
    random_bytes(random.bytes);
    wanted.id = webhook_id::from_digest(random);
  }
  refuse_while_draining(x);
  return add(x, std::move(wanted));
}

task<> get_webhooks(exchange& x) {
  require_scope(x, {scope::admin});
  const query_fields none{x.asked().query, {}};
  return show_all(x);
}

task<> get_webhook(exchange& x) {
  require_scope(x, {scope::admin});
  const query_fields none{x.asked().query, {}};
  return show(x, asked_webhook(x));
}

/// Repeating it does no harm, but for rotate_secret: each makes another secret, and the one before
/// the last is forgotten.
task<> patch_webhook(exchange& x) {
  const auto& key = require_scope(x, {scope::admin});
  const query_fields none{x.asked().query, {}};
  const body_fields body{x.asked().body, {"url", "events", "rotate_secret", "enabled"}, {"events"}};
  actors::change_webhook wanted;
  wanted.id = asked_webhook(x);
  if (const auto url = body.text("url")) {
    if (url->empty()) throw bad_field("url", "must be an absolute URL");
    wanted.url = *url;
  }
  if (const auto names = body.list("events")) wanted.types = read_events(*names);
  wanted.rotate_secret = body.flag("rotate_secret").value_or(false);
  const auto enabled = body.flag("enabled");
  wanted.enable = enabled == true;
  wanted.disable = enabled == false;
  wanted.by = key.id;
  refuse_while_draining(x);
  return change(x, std::move(wanted));
}

task<> delete_webhook(exchange& x) {
  const auto& key = require_scope(x, {scope::admin});
  const query_fields none{x.asked().query, {}};
  refuse_while_draining(x);
  return remove(x, {asked_webhook(x), key.id});
}

task<> get_webhook_deliveries(exchange& x) {
  require_scope(x, {scope::admin});
  const query_fields query{x.asked().query, {"status", "cursor", "limit"}};
  actors::webhook_deliveries wanted;
  wanted.webhook = asked_webhook(x);
  wanted.before = read_before(query);
  wanted.limit = deliveries_at_once;
  if (const auto text = query.text("limit")) wanted.limit = read_count("limit", *text, 1, 200);
  if (const auto text = query.text("status")) {
    const auto status = parse_delivery_status(*text);
    if (!status) throw bad_field("status", "must be pending, delivered, failed or stopped");
    wanted.status = static_cast<std::int32_t>(*status);
  }
  return show_deliveries(x, wanted);
}

/// One `webhook.test`, sent once, now; the answer says how that went.
task<> post_webhook_test(exchange& x) {
  const auto& key = require_scope(x, {scope::admin});
  const query_fields none{x.asked().query, {}};
  const bool says_nothing = x.asked().body.empty();
  const body_fields body{says_nothing ? std::string_view{"{}"} : x.asked().body, {}};
  refuse_while_draining(x);
  return test(x, {asked_webhook(x), key.id});
}

}  // namespace headroom::http
