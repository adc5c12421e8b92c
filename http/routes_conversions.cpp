#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::int64_t hours_a_day = 24;  // what a day's sum is divided by, rounded towards zero

json ratio_or_null(std::int64_t a, std::int64_t b) {
  return value_if(b > 0, ratio(ratio_of(a, b)));
}

void answer_page(exchange& x, const conversion_page& page) {
  const auto show = [&](const conversion& c) {
    return conversion_document(c, x.services().ethereum);
  };
  x.reply_json(
      to_text(page_document("conversions", list_of(page.conversions, show), page.next_cursor)));
}

json fee_document(const chain_fees& f) {
  return object({{"chain_id", f.chain_id}, {"wei", f.wei}});
}

json route_document(const route_metrics& m, const actors::ethereum_port& ethereum) {
  return object({
      {"route", m.route},
      {"source", source_document(m.source, ethereum)},
      {"completed", m.completed},
      {"failed", m.failed},
      {"running", m.running},
      {"average_seconds", ratio(m.average_ms * 1000)},
      {"p95_seconds", ratio(m.p95_ms * 1000)},
      {"p99_seconds", ratio(m.p99_ms * 1000)},
      {"success_rate", ratio_or_null(m.completed, m.completed + m.failed)},
      {"realised_rate", ratio_or_null(m.total_received.micro, m.total_in.micro)},
      {"total_in", m.total_in},
      {"total_received", m.total_received},
      {"total_loss", m.total_loss},
      {"bridge_fee", m.bridge_fee},
      {"swap_fee", m.swap_fee},
      {"slippage", m.slippage},
      {"replenished_per_hour", usdc{m.arrived_day.micro / hours_a_day}},
  });
}

usdc sum_of(const std::vector<route_metrics>& routes, usdc route_metrics::*part) {
  usdc out;
  for (const auto& r : routes) out = add_saturating(out, r.*part);
  return out;
}

void answer_metrics(exchange& x, const conversion_metrics& m) {
  x.reply_json(to_text(object({
      {"completed", m.completed},
      {"failed", m.failed},
      {"running", m.running},
      {"average_seconds", ratio(m.average_ms * 1000)},
      {"p95_seconds", ratio(m.p95_ms * 1000)},
      {"p99_seconds", ratio(m.p99_ms * 1000)},
      {"success_rate", ratio_or_null(m.completed, m.completed + m.failed)},
      {"realised_rate", ratio_or_null(m.total_received.micro, m.total_in.micro)},
      {"total_in", m.total_in},
      {"total_received", m.total_received},
      {"total_loss", m.total_loss},
      {"fees", object({{"usdc", m.total_loss}, {"native", list_of(m.fees, fee_document)}})},
      {"bridge_fee", sum_of(m.routes, &route_metrics::bridge_fee)},
      {"swap_fee", sum_of(m.routes, &route_metrics::swap_fee)},
      {"slippage", sum_of(m.routes, &route_metrics::slippage)},
      {"replenished_per_hour",
       usdc{sum_of(m.routes, &route_metrics::arrived_day).micro / hours_a_day}},
      {"routes",
       list_of(m.routes, [&](const auto& r) { return route_document(r, x.services().ethereum); })},
  })));
}

}  // namespace

task<> get_conversion(exchange& x) {
  require_scope(x, {scope::read});
  const query_fields none{x.asked().query, {}};
  const auto id = read_id<conversion_id>("id", x.id());
  const auto c = or_refuse(co_await ask<conversion>(x, x.services().dir.handles.public_query(),
                                                    actors::get_atom::value, id));
  x.reply_json(to_text(conversion_document(c, x.services().ethereum)));
}

task<> get_conversions(exchange& x) {
  require_scope(x, {scope::read});
  const query_fields query{x.asked().query, {"cursor", "limit"}};
  actors::list_conversions wanted;
  if (const auto text = query.text("cursor")) wanted.cursor = read_cursor("cursor", *text);
  wanted.limit = read_count("limit", query.text("limit").value_or("50"), 1, 200);
  auto page = co_await ask<conversion_page>(x, x.services().dir.handles.public_query(), wanted);
  answer_page(x, or_refuse(std::move(page), "cursor"));
}

task<> get_conversion_metrics(exchange& x) {
  require_scope(x, {scope::read});
  const query_fields none{x.asked().query, {}};
  answer_metrics(x, or_refuse(co_await ask<conversion_metrics>(
                        x, x.services().dir.handles.reports(), actors::metrics_atom::value)));
}

}  // namespace headroom::http
