#include <prometheus/text_serializer.h>

#include "actors/registry.hpp"
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

/// Asks `to`, adds what it says, and goes on with `next`, also without an answer.
template <class Answer, class Handle, class Next, class Atom>
void gather(exchange& x, metric_families so_far, const Handle& to, Atom what, Next next) {
  const auto shared = std::make_shared<metric_families>(std::move(so_far));
  x.ask_or<Answer>(
      to,
      [shared, next](exchange& y, const Answer& a) {
        append(*shared, families_of(a));
        next(y, std::move(*shared));
      },
      [shared, next](exchange& y, const caf::error&) { next(y, std::move(*shared)); }, what);
}

}  // namespace

/// Our own numbers always; those of an actor that does not answer soon are left out, so that a
/// scrape works while the database is away.
void get_metrics(exchange& x) {
  if (!x.settings().public_metrics && !x.trusted()) require_scope(x, {scope::inspect});
  x.hurry(patience);
  auto& dir = x.services().dir;
  auto all = x.shared().metrics.Collect();
  append(all, process_metrics{}.Collect());
  append(all, house_metrics{dir}.Collect());
  append(all, families_of(actors::registry::instance().kinds()));
  const auto with_solvency = [](exchange& y, metric_families so_far) {
    gather<solvency>(y, std::move(so_far), y.services().dir.handles.get<actors::audit_actor>(),
                     actors::solvency_atom::value,
                     [](exchange& z, const metric_families& done) { answer_metrics(z, done); });
  };
  const auto with_buffer = [with_solvency](exchange& y, metric_families so_far) {
    gather<buffer_status>(y, std::move(so_far),
                          y.services().dir.handles.get<actors::buffer_actor>(),
                          actors::get_atom::value, with_solvency);
  };
  with_buffer(x, std::move(all));
}

}  // namespace headroom::http
