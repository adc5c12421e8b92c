#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

void answer_solvency(exchange& x, const actors::solvency_report& report) {
  const auto& [t, chain, verdict] = report;
  json_writer w{1024};
  w.open();
  w.open("trial_balance");
  w.field("buffer", t.buffer);
  w.field("reserve", t.reserve);
  w.field("in_transit", t.in_transit);
  w.field("users", t.users);
  w.field("capital", t.capital);
  w.field("conversion_loss", t.conversion_loss);
  w.field("venue_loss", t.venue_loss);
  w.field("revenue", t.revenue);
  w.field("wagered", t.wagered);
  w.number("user_count", t.user_count);
  w.close();
  w.open("assets");
  w.field("buffer", t.buffer);
  w.field("reserve", t.reserve);
  w.field("in_transit", t.in_transit);
  w.field("at_venue", t.at_venue);
  w.field("total", assets_of(t));
  w.close();
  w.open("liabilities");
  w.field("users", t.users);
  w.field("at_venue", t.at_venue);
  w.field("total", liabilities_of(t));
  w.close();
  w.open("on_chain");  // null: the chain does not answer now
  w.field_if(chain.plasma_known, "plasma_usdt0", chain.plasma_usdt0);
  w.field_if(chain.polygon_known, "polygon_usdt0", chain.polygon_usdt0);
  w.field_if(chain.polygon_known, "polygon_usdc", chain.polygon_usdc);
  w.field_if(chain.polygon_known, "polygon_collateral", chain.polygon_collateral);
  w.field_if(verdict.onchain_known, "shortfall", verdict.shortfall);
  w.close();
  w.field("difference", verdict.difference);
  w.boolean("solvent", verdict.solvent);
  w.field("insolvent_since", verdict.insolvent_since);
  w.field("checked_at", verdict.at);
  w.close();
  x.reply_json(w.take());
}

}  // namespace

/// The audit's own comparison, of the last seconds: the metric's verdict is the same. A chain that
/// is silent leaves nulls, never an error.
task<> get_solvency(exchange& x) {
  require_scope(x, {scope::read});
  const query_fields none{x.asked().query, {}};
  auto& dir = x.services().dir;
  answer_solvency(x, or_refuse(co_await ask<actors::solvency_report>(
                         x, dir.handles.get<actors::audit_actor>(), actors::get_atom::value)));
}

}  // namespace headroom::http
