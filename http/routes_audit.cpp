#include <algorithm>
#include <span>

#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

json trial_document(const trial_balance& t) {
  return object({
      {"buffer", t.buffer},
      {"reserve", t.reserve},
      {"in_transit", t.in_transit},
      {"users", t.users},
      {"capital", t.capital},
      {"conversion_loss", t.conversion_loss},
      {"venue_loss", t.venue_loss},
      {"revenue", t.revenue},
      {"outgoing", t.outgoing},
      {"wagered", t.wagered},
      {"user_count", t.user_count},
  });
}

json assets_document(const trial_balance& t) {
  return object({
      {"buffer", t.buffer},
      {"reserve", t.reserve},
      {"in_transit", t.in_transit},
      {"at_venue", t.at_venue},
      {"outgoing", t.outgoing},
      {"total", assets_of(t)},
  });
}

json liabilities_document(const trial_balance& t) {
  return object({
      {"users", t.users},
      {"at_venue", t.at_venue},
      {"outgoing", t.outgoing},
      {"total", liabilities_of(t)},
  });
}

/// Null: the chain does not answer now.
json chain_document(const actors::onchain_balances& chain, const solvency& verdict) {
  return object({
      {"plasma_usdt0", value_if(chain.plasma_known, chain.plasma_usdt0)},
      {"polygon_usdt0", value_if(chain.polygon_known, chain.polygon_usdt0)},
      {"polygon_usdc", value_if(chain.polygon_known, chain.polygon_usdc)},
      {"polygon_collateral", value_if(chain.polygon_known, chain.polygon_collateral)},
      {"other_sources", value_if(chain.sources_known, chain.other_sources)},
      {"shortfall", value_if(verdict.onchain_known, verdict.shortfall)},
  });
}

/// Shares that users' positions come to, against what the venue's accounts hold.
json positions_document(const actors::position_audit& p) {
  auto differences = list_of(p.differences, [](const actors::share_difference& d) {
    return object({
        {"token_id", d.token.decimal()},
        {"booked", d.booked},
        {"on_chain", d.on_chain},
    });
  });
  return object({
      {"checked", p.checked},
      {"tokens", p.tokens},
      {"differences", std::move(differences)},
      {"checked_at", p.at},
  });
}

/// What explains the difference between books and chains, in money.
json explained_document(const reconciliation& r) {
  return object({
      {"booked", r.booked},
      {"arrived", r.arrived},
      {"at_venue", r.at_venue},
      {"unsent", r.unsent},
      {"paid_with_usdc", r.waits_here},
      {"missing", r.short_of},
      {"unexplained", r.unexplained},
      {"waiting", r.waiting},
      {"not_sent", r.not_sent},
      {"under_way", r.between},
      {"sources_missing", r.sources_short_of},
      {"sources_unexplained", r.sources_unexplained},
  });
}

/// Where each running conversion's money is, the oldest first.
json moving_document(const std::vector<moving_money>& all) {
  constexpr std::size_t most = 200;
  const std::span<const moving_money> shown{all.data(), std::min(all.size(), most)};
  return list_of(shown, [](const moving_money& m) {
    return object({
        {"conversion_id", m.id.text()},
        {"route", m.route},
        {"step", text_or_null(m.step)},
        {"state", text_or_null(m.state)},
        {"amount", m.amount},
        {"where", to_string(m.where)},
        {"since", m.since},
    });
  });
}

void answer_solvency(exchange& x, const actors::solvency_report& report) {
  const auto& [t, chain, verdict, positions, explained] = report;
  x.reply_json(to_text(object({
      {"trial_balance", trial_document(t)},
      {"assets", assets_document(t)},
      {"liabilities", liabilities_document(t)},
      {"on_chain", chain_document(chain, verdict)},
      {"explained", verdict.onchain_known ? explained_document(explained) : json()},
      {"conversions", moving_document(t.moving)},
      {"positions", positions_document(positions)},
      {"difference", verdict.difference},
      {"solvent", verdict.solvent},
      {"insolvent_since", verdict.insolvent_since},
      {"checked_at", verdict.at},
  })));
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
