#include "persistence/detail/timeline_rows.hpp"

#include "domain/events.hpp"
#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/position_reads.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"
#include "persistence/detail/withdrawal_reads.hpp"

namespace headroom::persistence {
namespace {

using lane = timeline_lane;

/// Field by field: g++ 12 takes the strings of a whole one in braces for uninitialized.
timeline_event told(std::string what, timestamp at, lane l, std::uint8_t rank, std::string actor,
                    std::string detail = {}) {
  timeline_event out;
  out.place.at = at;
  out.place.rank = rank;
  out.place.key = what;
  out.lane = l;
  out.what = std::move(what);
  out.actor = std::move(actor);
  out.detail = std::move(detail);
  return out;
}

timeline_event with_amount(timeline_event e, usdc amount) {
  e.has_amount = true;
  e.amount = amount;
  return e;
}

/// What the books heard too (domain/events.hpp): its place is the same as there, so it is told
/// once.
timeline_event heard(event_type type, timestamp at, std::string actor, usdc amount,
                     std::string detail = {}) {
  auto out = told(std::string{to_string(type)}, at, lane::journal, timeline_rank::told,
                  std::move(actor), std::move(detail));
  out.place.key = number_sql(type);
  return with_amount(std::move(out), amount);
}

std::string shares_text(share_amount s) { return to_string(usdc{s.micro}); }

/// The market that a token is of, in the venue's words.
void add_market(pqxx::transaction_base& tx, timeline_subject& to, const uint256& token) {
  const auto rows = tx.exec_params(
      "SELECT m.question, o.name FROM market_outcomes o JOIN markets m USING (condition_id)"
      " WHERE o.token = $1::bytea",
      binary(token.view()));
  if (rows.empty()) return;
  to.question = rows[0][0].c_str();
  to.outcome = rows[0][1].c_str();
}

// -- the bet -------------------------------------------------------------------------------------

/// When its outcome was booked. Of one that was settled before that was kept, its refund says so,
/// when it came within an hour.
timestamp outcome_of_settled(pqxx::transaction_base& tx, const bet& b) {
  static const auto sql = numbered(
      "SELECT us_of(coalesce(b.ended_at, (SELECT p.created_at FROM postings p WHERE p.created_at"
      " BETWEEN b.created_at AND b.created_at + interval '1 hour' AND p.reference = b.bet_id"
      " AND p.kind = {kind:bet_refund} LIMIT 1))) FROM bets b WHERE b.bet_id = $1::uuid");
  return {read_int(tx.exec_params1(sql, binary(b.id.view()))[0])};
}

void add_outcome(timeline_row& to, const bet& b) {
  const bool filled = b.status != bet_status::failed;
  const auto at = to.ended_at;
  if (!at.is_set()) return;
  auto said = filled ? shares_text(b.shares) + " shares for " + to_string(b.spent) + ", fee " +
                           to_string(b.fee)
                     : b.failure;
  to.events.push_back(told(filled ? "venue.filled" : "venue.not_filled", at, lane::venue,
                           timeline_rank::before, "venue", said));
  to.events.push_back(filled
                          ? heard(event_type::bet_filled, at, "bet", add_saturating(b.spent, b.fee),
                                  std::move(said))
                          : heard(event_type::bet_failed, at, "bet", b.refunded, std::move(said)));
}

timeline_row row_of(pqxx::transaction_base& tx, const bet& b) {
  timeline_row out{{timeline_kind::bet,
                    b.id.text(),
                    std::string{to_string(b.status)},
                    b.user,
                    b.amount,
                    b.created_at,
                    b.updated_at,
                    {},
                    {}}};
  out.ended = has_ended(b);
  out.sums_up = [b](std::span<const posting> p) { return headroom::sums_up(b, p); };
  if (out.ended)
    out.ended_at = b.status == bet_status::settled ? outcome_of_settled(tx, b) : b.updated_at;
  out.events.push_back(heard(event_type::bet_placed, b.created_at, "bet", b.amount,
                             "token " + b.token.decimal() + " at most " + to_string(b.max_price) +
                                 " a share, by " + b.placed_by + "; order " + b.order_hash.hex() +
                                 " stored before it is sent"));
  const bool over = b.deadline.is_set() && out.ended_at > b.deadline;
  if (over)
    out.events.push_back(told("bet.deadline", b.deadline, lane::venue, timeline_rank::noted, "bet",
                              "from now on it is not sent any more"));
  if (out.ended) add_outcome(out, b);
  if (b.status == bet_status::settled)
    out.events.push_back(
        with_amount(told("bet.settled", b.updated_at, lane::ledger, timeline_rank::told,
                         "settlement", std::string{to_string(b.result)}),
                    b.payout));
  add_market(tx, out.subject, b.token);
  return out;
}

/// Its asker was told `placing` before the books knew it.
timeline_event promised(const bet& p) {
  return told("bet.promised", p.created_at, lane::http, timeline_rank::before, "http",
              "who asked was told placing; kept, so that the id is known after a restart");
}

/// It never came to be a bet: nothing was taken.
timeline_row row_of_promise(pqxx::transaction_base& tx, const bet& p) {
  timeline_row out{{timeline_kind::bet,
                    p.id.text(),
                    std::string{to_string(p.status)},
                    p.user,
                    p.amount,
                    p.created_at,
                    p.updated_at,
                    {},
                    {}}};
  out.ended = p.status == bet_status::failed;
  if (out.ended) out.ended_at = p.updated_at;
  out.sums_up = [](std::span<const posting> x) { return x.empty(); };
  out.events.push_back(promised(p));
  if (out.ended)
    out.events.push_back(
        told("bet.refused", p.updated_at, lane::http, timeline_rank::told, "bet", p.failure));
  add_market(tx, out.subject, p.token);
  return out;
}

std::optional<timeline_row> find_bet(pqxx::transaction_base& tx, const bet_id& id) {
  const auto one = [&](const std::string& columns, const char* table) -> std::optional<bet> {
    const auto rows = tx.exec_params(
        "SELECT " + columns + "FROM " + table + " WHERE bet_id = $1::uuid", binary(id.view()));
    if (rows.empty()) return std::nullopt;
    return read_bet(rows.front());
  };
  const auto promise = one(promise_columns, "bet_promises");
  const auto row = one(bet_columns, "bets");
  if (!row && !promise) return std::nullopt;
  if (!row) return row_of_promise(tx, *promise);
  auto out = row_of(tx, *row);
  if (promise) out.events.push_back(promised(*promise));
  return out;
}

// -- the sale ------------------------------------------------------------------------------------

std::optional<timeline_row> find_sale(pqxx::transaction_base& tx, const sale_id& id) {
  const auto s = select_sale(tx, id);
  if (!s) return std::nullopt;
  const bool sold = s->status == sale_status::sold;
  const auto credited = sub_saturating(s->proceeds, s->fee);
  timeline_row out{{timeline_kind::sale,
                    s->id.text(),
                    sold ? "filled" : std::string{to_string(s->status)},
                    s->user,
                    credited,
                    s->created_at,
                    s->updated_at,
                    {},
                    {}}};
  out.ended = has_ended(*s);
  if (out.ended) out.ended_at = s->updated_at;
  out.sums_up = [s](std::span<const posting> p) { return headroom::sums_up(*s, p); };
  out.events.push_back(heard(event_type::position_offered, s->created_at, "sale", {},
                             shares_text(s->shares) + " shares of token " + s->token.decimal() +
                                 " at least " + to_string(s->min_price) + " a share, by " +
                                 s->placed_by + "; order " + s->order_hash.hex() +
                                 " stored before it is sent"));
  out.events.back().has_amount = false;
  if (out.ended) {
    auto said = sold ? shares_text(s->sold) + " shares for " + to_string(s->proceeds) + ", fee " +
                           to_string(s->fee)
                     : s->failure;
    out.events.push_back(told(sold ? "venue.filled" : "venue.not_filled", s->updated_at,
                              lane::venue, timeline_rank::before, "venue", said));
    out.events.push_back(heard(sold ? event_type::position_sold : event_type::position_kept,
                               s->updated_at, "sale", credited, std::move(said)));
  }
  add_market(tx, out.subject, s->token);
  return out;
}

// -- the conversion ------------------------------------------------------------------------------

/// Its start, its end and what failed, named by its place in the route.
void add_step(std::vector<timeline_event>& to, const conversion_step& s, const std::string& route,
              const std::string& key) {
  const auto put = [&](const char* what, timestamp at, std::uint8_t rank, std::string detail) {
    to.push_back(told(what, at, lane::route, rank, route, std::move(detail)));
    to.back().place.key = key;
  };
  const auto words = s.name + (s.attempt > 0 ? ", attempt " + std::to_string(s.attempt) : "") +
                     (s.tx_hash.is_zero() ? "" : ": " + s.tx_hash.hex());
  if (s.started_at.is_set()) {
    put("step.started", s.started_at, timeline_rank::before, words);
    to.back() = with_amount(std::move(to.back()), s.amount_in);
  }
  if (s.finished_at.is_set()) {
    put("step.finished", s.finished_at, timeline_rank::ended,
        words + (s.state == "done" ? "" : "; " + s.state) +
            (s.detail.empty() ? "" : "; " + s.detail));
    to.back() = with_amount(std::move(to.back()), s.amount_out);
    to.back().took_us = s.finished_at.us - s.started_at.us;
  }
  std::size_t n = 0;
  for (const auto at : s.failures) {
    put("step.attempt_failed", at, timeline_rank::noted, s.name);
    to.back().place.key += "." + std::to_string(n++);
  }
}

void add_conversion(std::vector<timeline_event>& to, const conversion& c) {
  to.push_back(heard(event_type::conversion_opened, c.created_at, "conversion", c.amount,
                     c.route + ", " + std::to_string(c.deposits.size()) + " deposits" +
                         (c.choice.empty() ? "" : ": " + c.choice)));
  std::size_t n = 0;
  for (const auto& step : c.steps) add_step(to, step, c.route, "step" + std::to_string(n++));
  if (c.status == conversion_status::completed)
    to.push_back(heard(event_type::conversion_completed, c.completed_at, "conversion", c.received,
                       "lost on the way " + to_string(c.loss)));
  if (c.status == conversion_status::failed)
    to.push_back(heard(event_type::conversion_failed, c.updated_at, "conversion", {}, c.failure));
  if (c.status == conversion_status::replaced)
    to.push_back(told("conversion.replaced", c.updated_at, lane::journal, timeline_rank::told,
                      "conversion", "its deposits went on in " + c.replaced_by.text()));
}

std::optional<conversion> select_conversion(pqxx::transaction_base& tx, const conversion_id& id) {
  const auto rows = tx.exec_params(std::string{"SELECT "} + conversion_columns +
                                       "FROM conversions WHERE conversion_id = $1::uuid",
                                   binary(id.view()));
  if (rows.empty()) return std::nullopt;
  return read_conversion(rows.front());
}

std::optional<timeline_row> find_conversion(pqxx::transaction_base& tx, const conversion_id& id) {
  const auto c = select_conversion(tx, id);
  if (!c) return std::nullopt;
  timeline_row out{{timeline_kind::conversion,
                    c->id.text(),
                    std::string{to_string(c->status)},
                    {},
                    c->amount,
                    c->created_at,
                    c->updated_at,
                    {},
                    {}}};
  out.ended = has_ended(*c);
  if (out.ended) out.ended_at = c->updated_at;
  out.sums_up = [c](std::span<const posting> p) { return headroom::sums_up(*c, p); };
  add_conversion(out.events, *c);
  return out;
}

// -- the deposit ---------------------------------------------------------------------------------

std::optional<timeline_row> find_deposit(pqxx::transaction_base& tx, const deposit_id& id) {
  const auto rows = tx.exec_params(
      std::string{"SELECT "} + deposit_columns + "FROM deposits WHERE deposit_id = $1::uuid",
      binary(id.view()));
  if (rows.empty()) return std::nullopt;
  const auto d = read_deposit(rows.front());
  timeline_row out{{timeline_kind::deposit,
                    d.id.text(),
                    std::string{to_string(d.status)},
                    d.user,
                    d.amount,
                    d.created_at,
                    d.updated_at,
                    {},
                    {}}};
  out.ended = has_ended(d);
  if (out.ended) out.ended_at = d.updated_at;
  out.sums_up = [d](std::span<const posting> p) { return headroom::sums_up(d, p); };
  out.events.push_back(heard(event_type::deposit_opened, d.created_at, "deposit", d.amount,
                             "x402 version " + std::to_string(d.x402_version) + " on chain " +
                                 std::to_string(d.payment.chain_id) + ", from " +
                                 d.payment.from.hex()));
  if (d.credited_at.is_set())
    out.events.push_back(heard(event_type::deposit_credited, d.credited_at, "credit", d.credited(),
                               d.fee.is_zero() ? "" : "fee " + to_string(d.fee)));
  if (d.status == deposit_status::failed)
    out.events.push_back(heard(event_type::deposit_failed, d.updated_at, "deposit", {}, d.failure));
  if (!d.conversion.is_zero())
    if (const auto c = select_conversion(tx, d.conversion)) add_conversion(out.events, *c);
  if (d.status == deposit_status::completed)
    out.events.push_back(told("deposit.completed", d.updated_at, lane::journal,
                              timeline_rank::noted, "conversion", ""));
  return out;
}

// -- the withdrawal ------------------------------------------------------------------------------

std::optional<timeline_row> find_withdrawal(pqxx::transaction_base& tx, const withdrawal_id& id) {
  const auto w = select_withdrawal(tx, id);
  if (!w) return std::nullopt;
  timeline_row out{{timeline_kind::withdrawal,
                    w->id.text(),
                    std::string{to_string(w->status)},
                    w->user,
                    w->amount,
                    w->created_at,
                    w->updated_at,
                    {},
                    {}}};
  out.ended = has_ended(*w);
  if (out.ended) out.ended_at = w->updated_at;
  out.sums_up = [w](std::span<const posting> p) { return headroom::sums_up(*w, p); };
  out.events.push_back(
      heard(event_type::withdrawal_requested, w->created_at, "withdrawal", w->amount,
            "to " + w->to.hex() + ", fee " + to_string(w->fee) + ", by " + w->placed_by));
  if (w->status == withdrawal_status::confirmed)
    out.events.push_back(heard(event_type::withdrawal_confirmed, w->updated_at, "withdrawal",
                               paid_out(*w), w->tx_hash.hex()));
  if (w->status == withdrawal_status::failed)
    out.events.push_back(
        heard(event_type::withdrawal_failed, w->updated_at, "withdrawal", w->amount, w->failure));
  return out;
}

template <class Id>
Id id_of(const timeline_request& asked) {
  Id out;
  out.bytes = asked.id;
  return out;
}

}  // namespace

std::optional<timeline_row> find_timeline_row(pqxx::transaction_base& tx,
                                              const timeline_request& asked) {
  switch (asked.kind) {
    case timeline_kind::bet: return find_bet(tx, id_of<bet_id>(asked));
    case timeline_kind::sale: return find_sale(tx, id_of<sale_id>(asked));
    case timeline_kind::deposit: return find_deposit(tx, id_of<deposit_id>(asked));
    case timeline_kind::conversion: return find_conversion(tx, id_of<conversion_id>(asked));
    case timeline_kind::withdrawal: return find_withdrawal(tx, id_of<withdrawal_id>(asked));
  }
  return std::nullopt;
}

}  // namespace headroom::persistence
