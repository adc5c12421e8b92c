#include "resolve.hpp"

#include <cstdio>

#include "chain/polymarket/exchange_reader.hpp"
#include "chain/polymarket/stored_order.hpp"
#include "persistence/resolutions.hpp"

/// The house rule for a human's word: nothing is given back that the exchange has touched, nothing
/// is booked as filled that it has not, and its own numbers count where it shows them.
namespace headroom {
namespace {

using chain::polymarket::charged;
using chain::polymarket::exchange_word;
using config::bets_request;

int fail(int code, const std::string& why) {
  std::fprintf(stderr, "headroom: %s\n", why.c_str());
  return code;
}

std::string text_of(const charged& c) {
  return "shares " + to_string(usdc{c.shares.micro}) + " spent " + to_string(c.spent) + " fee " +
         to_string(c.fee);
}

/// One line, for the terminal and for the record.
std::string words_of(const exchange_word& x) {
  std::string out = "OrderFilled: ";
  out += !x.events_known ? "cannot be read"
         : x.final       ? text_of(*x.final) + " (final)"
         : x.filled      ? text_of(*x.filled) + " (not final)"
                         : "none";
  out += "; getOrderStatus: ";
  out += !x.status_known ? "cannot be read" : x.touched ? "touched" : "untouched";
  if (x.status_known) out += ", final up to " + to_rfc3339(x.final_time);
  return out;
}

exchange_word ask(const config::settings& s, const bet& row, timestamp now) {
  const auto order = chain::polymarket::decode(row.signed_order);
  if (!order || order->hash != row.order_hash) return {};
  const auto http = std::make_shared<net::http_client>();
  chain::json_rpc_options options;
  options.timeout = s.polygon.nodes.timeout;
  const chain::json_rpc nodes{http, s.polygon.rpc, options};
  const auto out =
      chain::polymarket::ask_exchange(nodes, s.polygon.finality, *order, row.created_at, now);
  http->stop();
  return out;
}

/// Why the exchange's word does not allow to give everything back; "" when it does.
std::string against_refund(const bet& row, const exchange_word& x) {
  if (x.touched || x.filled) return "the exchange filled it";
  if (!x.untouched_until().is_set()) return "the exchange cannot be read";
  if (x.untouched_until() < row.deadline)
    return "the exchange is final only up to " + to_rfc3339(x.final_time) +
           ", before the bet's deadline: wait";
  return {};
}

/// What is to be booked; the error says why nothing can be.
std::optional<charged> fill_to_book(const bets_request& asked, const exchange_word& x,
                                    std::string& error) {
  if (!x.status_known && !x.final) error = "the exchange cannot be read";
  if (x.status_known && !x.touched && !x.filled) error = "the exchange filled nothing of it";
  if (x.filled && x.final != x.filled) error = "not all of its fill is final yet: wait";
  if (!error.empty()) return std::nullopt;
  if (!asked.given) {
    if (!x.final) error = "the exchange shows no event of it: give --shares, --spent and --fee";
    return x.final;
  }
  const charged given{{asked.given->shares.micro}, asked.given->spent, asked.given->fee};
  if (x.final && *x.final != given) {
    error = "the exchange has other numbers: " + text_of(*x.final);
    return std::nullopt;
  }
  return given;
}

finish_bet end_of(const bet& row, const std::optional<charged>& fill, const bets_request& asked,
                  timestamp now) {
  finish_bet out;
  out.id = row.id;
  out.user = row.user;
  out.at = now;
  if (!fill) {
    out.refunded = row.amount;
    out.failure = "resolved by " + asked.by;
    return out;
  }
  out.status = bet_status::filled;
  out.shares = fill->shares;
  out.spent = fill->spent;
  out.fee = fill->fee;
  const auto rest = sub_saturating(row.amount, add_saturating(fill->spent, fill->fee));
  if (rest.micro >= 0) {
    out.refunded = rest;
  } else {
    out.excess = {-rest.micro};
  }
  return out;
}

int resolve(const config::settings& s, const bets_request& asked, const bet& row,
            const exchange_word& x, timestamp now) {
  const bool filled = asked.wanted == bets_request::act::fill;
  auto why = filled ? std::string{} : against_refund(row, x);
  const auto fill = filled ? fill_to_book(asked, x, why) : std::nullopt;
  const bool unreadable = !x.status_known && !x.final;
  if (!why.empty()) return fail(unreadable ? 3 : 1, why);
  const auto end = end_of(row, fill, asked, now);
  const auto refused =
      persistence::resolve_bet(s.store.conninfo, {end, asked.by, asked.evidence, words_of(x)});
  if (!refused.empty()) return fail(2, refused);
  std::printf("%s: spent %s, fee %s, refunded %s\n", std::string{to_string(end.status)}.c_str(),
              to_string(end.spent).c_str(), to_string(end.fee).c_str(),
              to_string(end.refunded).c_str());
  return 0;
}

}  // namespace

int bets_command(const config::settings& s, const bets_request& asked, timestamp now) {
  const auto row = persistence::find_bet(s.store.conninfo, asked.id);
  if (!row) return fail(2, "no such bet");
  std::printf("bet %s: %s, amount %s, order %s, deadline %s\n", row->id.text().c_str(),
              std::string{to_string(row->status)}.c_str(), to_string(row->amount).c_str(),
              row->order_hash.hex().c_str(), to_rfc3339(row->deadline).c_str());
  const auto word = ask(s, *row, now);
  std::printf("exchange: %s\n", words_of(word).c_str());
  if (asked.wanted == bets_request::act::show) return 0;
  if (row->status != bet_status::placing) return fail(2, "the bet is not placing (any more)");
  return resolve(s, asked, *row, word, now);
}

}  // namespace headroom
