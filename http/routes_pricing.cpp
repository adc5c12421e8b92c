#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/json_values.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

json day_document(const pricing_day& d) {
  return object({
      {"day", d.day},
      {"route", d.route},
      {"conversions", d.conversions},
      {"amount", d.amount},
      {"charged", d.charged},
      {"cost", d.cost},
      {"margin", sub_saturating(d.charged, d.cost)},
  });
}

}  // namespace

/// What deposits were charged beside what their conversions cost.
task<> get_pricing(exchange& x) {
  require_scope(x, {scope::read});
  const query_fields query{x.asked().query, {"days"}};
  const auto days = read_count("days", query.text("days").value_or("30"), 1, 366);
  const auto report = or_refuse(co_await ask<pricing_report>(x, x.services().dir.handles.reports(),
                                                             actors::metrics_atom::value, days));
  x.reply_json(to_text(object({{"days", list_of(report.days, day_document)}})));
}

}  // namespace headroom::http
