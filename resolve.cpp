#include "resolve.hpp"

#include <cstdio>

#include "chain/polymarket/exchange_reader.hpp"
#include "chain/polymarket/stored_order.hpp"
#include "persistence/resolutions.hpp"
#include "repair.hpp"

/// The house rule for a human's word: nothing is given back that the exchange has touched, nothing
/// is booked as bought or sold that it has not, and its own numbers count where it shows them.
namespace headroom {
namespace {

using chain::polymarket::charged;
using chain::polymarket::exchange_word;

using actors::repair_answer;

std::string text_of(share_amount x) { return to_string(usdc{x.micro}); }

// -- what bets and sales differ in ---------------------------------------------------------------

constexpr const char* noun_of(const bet_id&) { return "bet"; }
constexpr const char* noun_of(const sale_id&) { return "sale"; }

constexpr const char* money_word(const bet&) { return "spent"; }
constexpr const char* money_word(const sale&) { return "proceeds"; }

std::string terms_of(const bet& row) { return "amount " + to_string(row.amount); }
std::string terms_of(const sale& row) {
  return "shares " + text_of(row.shares) + " at " + to_string(row.min_price) + " or more";
}

/// What was filled may not be all that will be: a part of a sale counts once the exchange is final
/// past the deadline. How much of a bet is all of it its row does not say.
bool may_grow(const bet&, const charged&, const exchange_word&) { return false; }
bool may_grow(const sale& row, const charged& fill, const exchange_word& x) {
  return fill.shares < row.shares && x.final_time < row.deadline;
}

finish_bet end_of(const bet& row, const std::optional<charged>& fill, const std::string& by,
                  timestamp now) {
  finish_bet out;
  out.id = row.id;
  out.user = row.user;
  out.at = now;
  if (!fill) {
    out.refunded = row.amount;
    out.failure = "resolved by " + by;
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

finish_sale end_of(const sale& row, const std::optional<charged>& fill, const std::string& by,
                   timestamp now) {
  finish_sale out;
  out.id = row.id;
  out.user = row.user;
  out.at = now;
  if (!fill) {
    out.failure = "resolved by " + by;
    return out;
  }
  out.status = sale_status::sold;
  out.sold = fill->shares;
  out.proceeds = fill->spent;
  out.fee = fill->fee;
  return out;
}

std::string text_of(const finish_bet& x) {
  return std::string{to_string(x.status)} + ": spent " + to_string(x.spent) + ", fee " +
         to_string(x.fee) + ", refunded " + to_string(x.refunded);
}
std::string text_of(const finish_sale& x) {
  return std::string{to_string(x.status)} + ": shares " + text_of(x.sold) + ", proceeds " +
         to_string(x.proceeds) + ", fee " + to_string(x.fee);
}

// -- the exchange's word -------------------------------------------------------------------------

std::string text_of(const charged& c, const char* money) {
  return "shares " + text_of(c.shares) + " " + money + " " + to_string(c.spent) + " fee " +
         to_string(c.fee);
}

/// One line, for the terminal and for the record.
std::string words_of(const exchange_word& x, const char* money) {
  std::string out = "OrderFilled: ";
  out += !x.events_known ? "cannot be read"
         : x.final       ? text_of(*x.final, money) + " (final)"
         : x.filled      ? text_of(*x.filled, money) + " (not final)"
                         : "none";
  out += "; getOrderStatus: ";
  out += !x.status_known ? "cannot be read" : x.touched ? "touched" : "untouched";
  if (x.status_known) out += ", final up to " + to_rfc3339(x.final_time);
  return out;
}

template <class Row>
exchange_word ask(const config::settings& s, const Row& row, timestamp now) {
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
template <class Row>
std::string against_failure(const Row& row, const exchange_word& x) {
  if (x.touched || x.filled) return "the exchange filled it";
  if (!x.untouched_until().is_set()) return "the exchange cannot be read";
  if (x.untouched_until() < row.deadline)
    return "the exchange is final only up to " + to_rfc3339(x.final_time) + ", before the " +
           noun_of(row.id) + "'s deadline: wait";
  return {};
}

/// What is to be booked; the error says why nothing can be.
template <class Row, class Request>
std::optional<charged> fill_to_book(const Row& row, const Request& asked, const exchange_word& x,
                                    std::string& error) {
  const char* money = money_word(row);
  if (!x.status_known && !x.final) error = "the exchange cannot be read";
  if (x.status_known && !x.touched && !x.filled) error = "the exchange filled nothing of it";
  if (x.filled && x.final != x.filled) error = "not all of its fill is final yet: wait";
  if (!asked.given && !x.final && error.empty())
    error =
        std::string{"the exchange shows no event of it: give --shares, --"} + money + " and --fee";
  if (!error.empty()) return std::nullopt;
  auto out = x.final;
  if (asked.given) out = charged{{asked.given->shares.micro}, asked.given->spent, asked.given->fee};
  if (x.final && *x.final != *out)
    error = "the exchange has other numbers: " + text_of(*x.final, money);
  else if (may_grow(row, *out, x))
    error = "only a part of it is filled, and the exchange is not final past its deadline: wait";
  return error.empty() ? out : std::nullopt;
}

// -- the commands --------------------------------------------------------------------------------

template <class Row, class Request>
repair_answer resolve(const config::settings& s, const Request& asked, const Row& row,
                      const exchange_word& x, timestamp now) {
  if (row.status != decltype(row.status)::placing)
    return refused(std::string{"the "} + noun_of(row.id) + " is not placing (any more)");
  const bool filled = asked.wanted == Request::act::fill;
  auto why = filled ? std::string{} : against_failure(row, x);
  const auto fill = filled ? fill_to_book(row, asked, x, why) : std::nullopt;
  const bool silent = !x.status_known && !x.final;
  if (!why.empty()) return silent ? unreadable(why) : contradicted(why);
  const auto end = end_of(row, fill, asked.by, now);
  const auto against = persistence::resolve_order(
      s.store.conninfo, {end, asked.by, asked.evidence, words_of(x, money_word(row))});
  return against.empty() ? done(text_of(end)) : refused(against);
}

template <class Request>
int order_command(const config::settings& s, const Request& asked, timestamp now) {
  const std::string noun = noun_of(asked.id);
  const auto row = persistence::find_order(s.store.conninfo, asked.id);
  if (!row) return say(refused("no such " + noun));
  std::printf("%s %s: %s, %s, order %s, deadline %s\n", noun.c_str(), row->id.text().c_str(),
              std::string{to_string(row->status)}.c_str(), terms_of(*row).c_str(),
              row->order_hash.hex().c_str(), to_rfc3339(row->deadline).c_str());
  const auto word = ask(s, *row, now);
  std::printf("exchange: %s\n", words_of(word, money_word(*row)).c_str());
  if (asked.wanted == Request::act::show) return 0;
  return say(resolve(s, asked, *row, word, now));
}

}  // namespace

repair_answer resolve_by_exchange(const config::settings& s, const actors::resolve_bet& x,
                                  timestamp now) {
  config::bets_request asked;
  asked.id = x.id;
  asked.wanted = x.filled ? config::bets_request::act::fill : config::bets_request::act::fail;
  asked.by = x.why.by;
  asked.evidence = x.why.reason;
  if (x.given) asked.given = {x.shares, x.spent, x.fee};
  const auto row = persistence::find_order(s.store.conninfo, x.id);
  if (!row) return refused("no such bet");
  return resolve(s, asked, *row, ask(s, *row, now), now);
}

int bets_command(const config::settings& s, const config::bets_request& asked, timestamp now) {
  return order_command(s, asked, now);
}

int sales_command(const config::settings& s, const config::sales_request& asked, timestamp now) {
  return order_command(s, asked, now);
}

}  // namespace headroom
