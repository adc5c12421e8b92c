#include <algorithm>
#include <array>

#include "http/asking.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/max_bets.hpp"
#include "http/own_data.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

/// An address as its asker wrote it.
struct address_text {
  std::array<char, 42> digits{};

  explicit address_text(std::string_view text) { std::copy_n(text.begin(), 42, digits.begin()); }
  [[nodiscard]] std::string_view view() const noexcept { return {digits.data(), digits.size()}; }
};

void answer_balance(exchange& x, const address& user, const actors::balance_view& view,
                    const money_on_its_way& coming) {
  const auto& ethereum = x.services().ethereum;
  const auto limit = limit_now(x, view.available, view.buffer_available);
  const auto& holds = x.services().dir.gauges.credit_holds();
  const auto show = [&](const deposit& d) {
    return deposit_document(d, ethereum, waiting_of(d, holds));
  };
  x.reply_json(to_text(object({
      {"user_address", ethereum.print_address(user)},
      {"balance", view.available},
      {"pending_deposits", list_of(coming.deposits, show)},
      {"pending_total", coming.total},
      {"max_bet", limit.amount},
      {"limiting_factor", to_string(limit.limited_by)},
  })));
}

}  // namespace

task<> get_balance(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields query{x.asked().query, {"user_address"}};
  const auto user =
      read_address(x.services().ethereum, "user_address", query.required("user_address"));
  require_own(reader, user);
  const auto view = co_await find_balance(x, user);
  const auto coming = or_refuse(co_await ask<money_on_its_way>(
      x, x.services().dir.handles.public_query(), actors::pending_atom::value, user));
  answer_balance(x, user, view, coming);
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

task<> ask_max_bet(exchange& x, address user, address_text echo) {
  const auto view = co_await find_balance(x, user);
  answer_max_bet(x, echo.view(), view.available, view.buffer_available);
}

}  // namespace

/// What the user's actor shows, when it is awake and has nothing to do; else it is asked.
void get_max_bet(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields query{x.asked().query, {"user_address"}};
  const auto asked_for = query.required("user_address");
  const auto user = read_address(x.services().ethereum, "user_address", asked_for);
  require_own(reader, user);
  auto& dir = x.services().dir;
  const auto buffer = dir.gauges.buffer_available();
  if (const auto shown = buffer ? dir.users.look_at_balance(user) : std::nullopt)
    return answer_max_bet(x, asked_for, *shown, *buffer);
  x.follow(ask_max_bet(x, user, address_text{asked_for}));
}

}  // namespace headroom::http
