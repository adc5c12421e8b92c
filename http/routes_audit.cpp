#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

void known_or_null(json_writer& w, std::string_view name, bool known, usdc amount) {
  if (!known) return w.null(name);
  w.field(name, amount);
}

void answer_solvency(exchange& x, const trial_balance& t, const actors::onchain_balances& chain) {
  const auto difference = difference_of(t);
  json_writer w{1024};
  w.open();
  w.open("trial_balance");
  w.field("buffer", t.buffer);
  w.field("reserve", t.reserve);
  w.field("in_transit", t.in_transit);
  w.field("users", t.users);
  w.field("capital", t.capital);
  w.field("conversion_loss", t.conversion_loss);
  w.field("wagered", t.wagered);
  w.number("user_count", t.user_count);
  w.close();
  w.open("assets");
  w.field("buffer", t.buffer);
  w.field("reserve", t.reserve);
  w.field("in_transit", t.in_transit);
  w.field("at_venue", t.at_venue);
  w.field("total", add_saturating(difference, t.users));
  w.close();
  w.open("liabilities");
  w.field("users", t.users);
  w.field("total", t.users);
  w.close();
  w.open("on_chain");  // null: the chain does not answer now
  known_or_null(w, "plasma_usdt0", chain.plasma_known, chain.plasma_usdt0);
  known_or_null(w, "polygon_usdt0", chain.polygon_known, chain.polygon_usdt0);
  known_or_null(w, "polygon_usdc", chain.polygon_known, chain.polygon_usdc);
  w.close();
  w.field("difference", difference);
  w.boolean("solvent", difference.micro >= 0);
  w.close();
  x.reply_json(w.take());
}

}  // namespace

/// The books first; a chain that is silent leaves nulls, never an error.
void get_solvency(exchange& x) {
  require_scope(x, {scope::read});
  const query_fields none{x.asked().query, {}};
  x.ask<trial_balance>(
      x.services().dir.reports(),
      [](exchange& y, const trial_balance& t) {
        y.ask_or<actors::onchain_balances>(
            y.services().dir.get<actors::audit_actor>(),
            [t](exchange& z, const actors::onchain_balances& chain) {
              answer_solvency(z, t, chain);
            },
            [t](exchange& z, const caf::error&) { answer_solvency(z, t, {}); },
            actors::get_atom::value);
      },
      actors::solvency_atom::value);
}

}  // namespace headroom::http
