#include <prometheus/text_serializer.h>

#include "actors/registry.hpp"
#include "actors/webhook_port.hpp"
#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/house_metrics.hpp"
#include "http/process_metrics.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::chrono::seconds patience{2};  // with an actor; a scraper waits longer

void answer_metrics(exchange& x, const metric_families& all) {
  response answer;
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  answer.headers = "Cache-Control: no-store\r\n";
  answer.body = prometheus::TextSerializer{}.Serialize(all);
  x.reply(std::move(answer));
}

}  // namespace

/// Our own numbers always; those of an actor that does not answer soon are left out, so that a
/// scrape works while the database is away.
task<> get_metrics(exchange& x) {
  if (!x.settings().public_metrics && !x.trusted()) require_scope(x, {scope::inspect});
  x.hurry(patience);
  auto& dir = x.services().dir;
  auto buffer =
      ask<buffer_status>(x, dir.handles.get<actors::buffer_actor>(), actors::get_atom::value);
  auto verdict =
      ask<solvency>(x, dir.handles.get<actors::audit_actor>(), actors::solvency_atom::value);
  auto conversions = ask<conversion_metrics>(x, dir.handles.reports(), actors::metrics_atom::value);
  auto routes = ask<actors::route_listing>(x, dir.handles.get<actors::conversion_actor>(),
                                           actors::get_atom::value);
  auto all = x.shared().metrics.Collect();
  append(all, x.shared().streams.Collect());
  append(all, process_metrics{}.Collect());
  append(all, house_metrics{dir}.Collect());
  append(all, families_of(actors::registry::instance().kinds()));
  if (const auto* door = x.services().webhooks) append(all, families_of(door->counters()));
  if (const auto said = co_await buffer) append(all, families_of(*said));
  if (const auto said = co_await verdict) append(all, families_of(*said));
  if (const auto said = co_await conversions) append(all, families_of(*said));
  if (const auto said = co_await routes) append(all, families_of(*said));
  answer_metrics(x, all);
}

}  // namespace headroom::http
