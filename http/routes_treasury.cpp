#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

/// Null where there is no bound.
json bound(usdc amount) { return value_if(amount.is_positive(), amount); }
json bound(std::uint32_t bps) { return value_if(bps > 0, bps); }

json quote_document(const actors::route_view& v) {
  if (!v.quoted) return {};
  const route_offer offer{v.name, v.quoted_amount, v.quote.expected_out, v.quote.expected_seconds,
                          v.quote.fee};
  return object({
      {"amount", v.quoted_amount},
      {"cost", cost_of(offer)},
      {"cost_bps", ratio(cost_ppm(offer) * 10'000)},  // a hundred millionths are one
      {"seconds", v.quote.expected_seconds},
      {"least", v.quote.least},
      {"most", bound(v.quote.most)},
      {"refusal", text_or_null(v.quote.refusal)},
      {"at", v.quoted_at},
  });
}

json seen_document(const actors::route_view& v) {
  if (!v.looked) return {};
  return object({
      {"readable", v.flight.readable},
      {"moves", v.flight.moves},
      {"amount", v.flight.amount},
      {"problem", text_or_null(v.flight.problem)},
  });
}

json route_document(const actors::route_view& v, const actors::ethereum_port& ethereum) {
  return object({
      {"name", v.name},
      {"source", v.known ? source_document(v.info.from, ethereum) : json()},
      {"enabled", v.enabled},
      {"disabled", text_or_null(v.info.disabled)},
      {"steps", list_of(v.info.steps, [](const auto& name) { return name; })},
      {"expected_seconds", value_if(v.known, v.info.expected_seconds)},
      {"quote", quote_document(v)},
      {"in_flight",
       object(
           {{"conversions", v.running}, {"amount", v.amount_running}, {"seen", seen_document(v)}})},
      {"cap", object({{"fee_bps", bound(v.terms.fee_bps)},
                      {"slippage_bps", bound(v.terms.slippage_bps)},
                      {"size", bound(v.terms.size)},
                      {"in_flight", bound(v.terms.in_flight)}})},
      {"choice", object({{"code", to_string(v.verdict.word)},
                         {"detail", text_or_null(v.verdict.detail)},
                         {"at", v.judged_at}})},
  });
}

json waiting_document(const actors::waiting_money& m, const actors::ethereum_port& ethereum) {
  return object({
      {"source", source_document(m.source, ethereum)},
      {"deposits", m.deposits},
      {"amount", m.amount},
      {"since", m.since},
      {"why", text_or_null(m.why)},
  });
}

}  // namespace

task<> get_routes(exchange& x) {
  require_scope(x, {scope::read});
  const query_fields none{x.asked().query, {}};
  const auto conversions = x.services().dir.handles.get<actors::conversion_actor>();
  const auto all =
      or_refuse(co_await ask<actors::route_listing>(x, conversions, actors::get_atom::value));
  const auto& ethereum = x.services().ethereum;
  x.reply_json(to_text(object({
      {"routes", list_of(all.routes, [&](const auto& v) { return route_document(v, ethereum); })},
      {"waiting",
       list_of(all.waiting, [&](const auto& m) { return waiting_document(m, ethereum); })},
  })));
}

}  // namespace headroom::http
