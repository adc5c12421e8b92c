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

constexpr const char* usage =
    "bets show ID | bets resolve ID failed --by NAME --evidence TEXT |\n"
    "bets resolve ID filled [--shares N --spent N --fee N] --by NAME --evidence TEXT";

int fail(int code, const std::string& why) {
  std::fprintf(stderr, "headroom: %s\n", why.c_str());
  return code;
}

/// What the operator asks for.
struct request {
  bet_id id;
  std::string action;  // "show", "failed", "filled"
  std::string by;
  std::string evidence;
  std::optional<usdc> shares;  // millionths, like money
  std::optional<usdc> spent;
  std::optional<usdc> fee;
};

bool set_option(request& out, const std::string& name, const std::string& value) {
  const auto number = [&](std::optional<usdc>& to) {
    to = parse_usdc(value);
    return to.has_value();
  };
  if (name == "--by") return out.by = value, !value.empty();
  if (name == "--evidence") return out.evidence = value, !value.empty();
  if (name == "--shares") return number(out.shares);
  if (name == "--spent") return number(out.spent);
  if (name == "--fee") return number(out.fee);
  return false;
}

std::optional<request> read(const std::vector<std::string>& words) {
  request out;
  const bool show = words.size() == 2 && words[0] == "show";
  if (!show && (words.size() < 3 || words[0] != "resolve")) return std::nullopt;
  const auto id = bet_id::parse(words[1]);
  if (!id) return std::nullopt;
  out.id = *id;
  out.action = show ? "show" : words[2];
  if (show) return out;
  if (out.action != "failed" && out.action != "filled") return std::nullopt;
  if (words.size() % 2 == 0) return std::nullopt;
  for (std::size_t i = 3; i < words.size(); i += 2)
    if (!set_option(out, words[i], words[i + 1])) return std::nullopt;
  const int numbers = out.shares.has_value() + out.spent.has_value() + out.fee.has_value();
  const bool fits = numbers == 0 || (numbers == 3 && out.action == "filled");
  if (out.by.empty() || out.evidence.empty() || !fits) return std::nullopt;
  return out;
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
  options.timeout = s.polygon.rpc_timeout;
  const chain::json_rpc nodes{http, s.polygon.rpc, options};
  const auto out = chain::polymarket::ask_exchange(
      nodes, {s.polygon.confirmations, parse_final_by(s.polygon.finality).value()}, *order,
      row.created_at, now);
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
std::optional<charged> fill_to_book(const request& asked, const exchange_word& x,
                                    std::string& error) {
  if (!x.status_known && !x.final) error = "the exchange cannot be read";
  if (x.status_known && !x.touched && !x.filled) error = "the exchange filled nothing of it";
  if (x.filled && x.final != x.filled) error = "not all of its fill is final yet: wait";
  if (!error.empty()) return std::nullopt;
  if (!asked.shares) {
    if (!x.final) error = "the exchange shows no event of it: give --shares, --spent and --fee";
    return x.final;
  }
  const charged given{{asked.shares->micro}, *asked.spent, *asked.fee};
  if (x.final && *x.final != given) {
    error = "the exchange has other numbers: " + text_of(*x.final);
    return std::nullopt;
  }
  return given;
}

finish_bet end_of(const bet& row, const std::optional<charged>& fill, const request& asked,
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

int resolve(const config::settings& s, const request& asked, const bet& row, const exchange_word& x,
            timestamp now) {
  const bool filled = asked.action == "filled";
  auto why = filled ? std::string{} : against_refund(row, x);
  const auto fill = filled ? fill_to_book(asked, x, why) : std::nullopt;
  const bool unreadable = !x.status_known && !x.final;
  if (!why.empty()) return fail(unreadable ? 3 : 1, why);
  const auto end = end_of(row, fill, asked, now);
  const auto refused =
      persistence::resolve_bet(s.database.url, {end, asked.by, asked.evidence, words_of(x)});
  if (!refused.empty()) return fail(2, refused);
  std::printf("%s: spent %s, fee %s, refunded %s\n", std::string{to_string(end.status)}.c_str(),
              to_string(end.spent).c_str(), to_string(end.fee).c_str(),
              to_string(end.refunded).c_str());
  return 0;
}

}  // namespace

int bets_command(const config::settings& s, const std::vector<std::string>& words, timestamp now) {
  const auto asked = read(words);
  if (!asked) return fail(2, usage);
  const auto row = persistence::find_bet(s.database.url, asked->id);
  if (!row) return fail(2, "no such bet");
  std::printf("bet %s: %s, amount %s, order %s, deadline %s\n", row->id.text().c_str(),
              std::string{to_string(row->status)}.c_str(), to_string(row->amount).c_str(),
              row->order_hash.hex().c_str(), to_rfc3339(row->deadline).c_str());
  const auto word = ask(s, *row, now);
  std::printf("exchange: %s\n", words_of(word).c_str());
  if (asked->action == "show") return 0;
  if (row->status != bet_status::placing) return fail(2, "the bet is not placing (any more)");
  return resolve(s, *asked, *row, word, now);
}

}  // namespace headroom
