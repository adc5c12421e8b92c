#include <algorithm>
#include <array>

#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

/// What a user may bet whose actor is asleep: what the books say, all of it available.
template <class Ok>
void answer_asleep(exchange& x, usdc balance, const Ok& ok) {
  const auto buffer = x.services().dir.gauges.buffer_available();
  if (!buffer) return x.refuse(problem_of(errc::unavailable));
  ok(x, actors::balance_view{balance, balance, *buffer});
}

/// Asks the user's balance actor; one that left for being idle is asked again through the
/// directory. A user who is asleep is looked up first: only whom the books know is woken, for
/// anybody may ask for any address, and while the house is full nobody is.
template <class Ok>
void ask_balance(exchange& x, const address& user, const Ok& ok, unsigned tries_left = 2) {
  const auto ask_owner = [user, ok, tries_left](exchange& y, const actors::balance_actor& owner) {
    y.ask_or<actors::balance_view>(
        owner, ok,
        [user, ok, tries_left](exchange& z, const caf::error& e) {
          if (actors::never_received(e) && tries_left > 0)
            return ask_balance(z, user, ok, tries_left - 1);
          z.refuse(problem_of(e));
        },
        actors::get_atom::value);
  };
  if (const auto awake = x.services().dir.users.find_balance(user)) return ask_owner(x, awake);
  x.ask<balance_row>(
      x.services().dir.handles.public_query(),
      [user, ok, ask_owner](exchange& y, const balance_row& row) {
        const bool stranger = row.version == 0;
        const auto owner =
            stranger ? actors::balance_actor{} : y.services().dir.users.balance_of(user);
        if (!owner) return answer_asleep(y, row.balance, ok);
        ask_owner(y, owner);
      },
      actors::get_atom::value, user);
}

/// An address as its asker wrote it.
struct address_text {
  std::array<char, 42> digits{};

  explicit address_text(std::string_view text) { std::copy_n(text.begin(), 42, digits.begin()); }
  [[nodiscard]] std::string_view view() const noexcept { return {digits.data(), digits.size()}; }
};

/// The smaller of both; nothing while the venue takes no bets at all.
max_bet limit_now(const exchange& x, usdc available, usdc buffer_available) {
  if (!x.services().dir.gauges.venue_state().takes_bets()) return {usdc{}, limiting_factor::venue};
  return max_bet_of(available, buffer_available);
}

void answer_balance(exchange& x, const address& user, const actors::balance_view& view,
                    const money_on_its_way& coming) {
  const auto& ethereum = x.services().ethereum;
  json_writer w{512};
  w.open();
  w.field("user_address", ethereum.print_address(user));
  w.field("balance", view.available);
  w.open_list("pending_deposits");
  for (const auto& d : coming.deposits) {
    w.open();
    write_deposit(w, d, ethereum);
    w.close();
  }
  w.close_list();
  w.field("pending_total", coming.total);
  const auto limit = limit_now(x, view.available, view.buffer_available);
  w.field("max_bet", limit.amount);
  w.field("limiting_factor", to_string(limit.limited_by));
  w.close();
  x.reply_json(w.take());
}

}  // namespace

void get_balance(exchange& x) {
  require_reader(x);
  const query_fields query{x.asked().query, {"user_address"}};
  const auto user =
      read_address(x.services().ethereum, "user_address", query.required("user_address"));
  ask_balance(x, user, [user](exchange& y, const actors::balance_view& view) {
    y.ask<money_on_its_way>(
        y.services().dir.handles.public_query(),
        [user, view](exchange& z, const money_on_its_way& coming) {
          answer_balance(z, user, view, coming);
        },
        actors::pending_atom::value, user);
  });
}

namespace {

/// By hand: this is the hot path. The address is echoed as it was asked for, which spares a keccak.
void answer_max_bet(exchange& x, std::string_view user, usdc available, usdc buffer_available) {
  const auto limit = limit_now(x, available, buffer_available);
  std::string out;
  out.reserve(240);
  out.append("{\"user_address\":\"").append(user);
  append_amount(out.append("\",\"max_bet\":\""), limit.amount);
  append_amount(out.append("\",\"user_balance\":\""), available);
  append_amount(out.append("\",\"buffer_balance\":\""), buffer_available);
  out.append("\",\"limiting_factor\":\"").append(to_string(limit.limited_by));
  x.reply_json(std::move(out.append("\"}")));
}

}  // namespace

/// What the user's actor shows, when it is awake and has nothing to do; else it is asked.
void get_max_bet(exchange& x) {
  require_reader(x);
  const query_fields query{x.asked().query, {"user_address"}};
  const auto asked_for = query.required("user_address");
  const auto user = read_address(x.services().ethereum, "user_address", asked_for);
  auto& dir = x.services().dir;
  const auto buffer = dir.gauges.buffer_available();
  if (const auto shown = buffer ? dir.users.look_at_balance(user) : std::nullopt)
    return answer_max_bet(x, asked_for, *shown, *buffer);
  ask_balance(x, user,
              [echo = address_text{asked_for}](exchange& y, const actors::balance_view& view) {
                answer_max_bet(y, echo.view(), view.available, view.buffer_available);
              });
}

}  // namespace headroom::http
