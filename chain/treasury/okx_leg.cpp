#include "chain/treasury/okx_leg.hpp"

#include "actors/alerts.hpp"
#include "chain/treasury/okx_run.hpp"

namespace headroom::chain {
namespace {

constexpr std::string_view key_alert = "route.exchange_key";

/// USDC that `amount` of USDT must bring at least; nothing on overflow.
std::optional<usdc> floor_of(const okx_settings& s, usdc amount) {
  const auto out = mul_div_ceil(amount.micro, s.least_bps, 10'000);
  return out ? std::optional{usdc{*out}} : std::nullopt;
}

}  // namespace

// -- the desk ------------------------------------------------------------------------------------

http_call okx_desk::get(timestamp now, const std::string& target) const {
  return {okx::signed_request(settings.url, door.keys, now, "GET", target), settings.timeout};
}

http_call okx_desk::post(timestamp now, const std::string& target, std::string body) const {
  return {okx::signed_request(settings.url, door.keys, now, "POST", target, std::move(body)),
          settings.timeout};
}

void okx_desk::heard(const actors::world& w, const okx::answer& a) const {
  auto& alerts = w.dir.gauges.alerts();
  if (a.not_us) alerts.raise(key_alert, okx_name, a.words, w.now());
  if (a.is == okx::verdict::done) alerts.clear(key_alert, okx_name, w.now());
}

/// The money goes in by one chain and out by another: both must be open.
bool okx_desk::learn(const okx::answer& a) {
  if (a.is != okx::verdict::done) return false;
  const auto in = okx::find_currency(a.rows, "USDT", settings.deposit_chain);
  const auto out = okx::find_currency(a.rows, "USDC", settings.withdrawal_chain);
  if (!in || !out) {
    disabled = "OKX does not list " + (in ? settings.withdrawal_chain : settings.deposit_chain);
    last_terms.reset();
    return true;
  }
  disabled = !in->can_deposit     ? "OKX has suspended deposits of " + settings.deposit_chain
             : !out->can_withdraw ? "OKX has suspended withdrawals of " + settings.withdrawal_chain
                                  : "";
  last_terms = terms{*in, *out};
  return true;
}

// -- the leg -------------------------------------------------------------------------------------

std::string okx_leg::step() const {
  switch (part_) {
    case part::deposit: return "deposit";
    case part::trade: return "trade";
    case part::withdraw: break;
  }
  return "withdraw";
}

void okx_leg::run(actors::run_step x, route_step::promise p, bool at_once) {
  switch (part_) {
    case part::deposit:
      return std::make_shared<okx_deposit>(house(), desk_, std::move(x), std::move(p))->start();
    case part::trade:
      return std::make_shared<okx_trade>(house(), desk_, std::move(x), std::move(p), at_once)
          ->start();
    case part::withdraw:
      return std::make_shared<okx_withdrawal>(house(), desk_, std::move(x), std::move(p), at_once)
          ->start();
  }
}

std::vector<leg_sight> okx_leg::sights() const {
  if (part_ == part::deposit) return {{desk_->pair.from, {okx_deposit_purpose}}};
  if (part_ == part::withdraw) return {{desk_->pair.to, {}}};
  return {};
}

std::string okx_leg::disabled() const {
  return part_ == part::deposit ? desk_->disabled : std::string{};
}

/// One question for all three: what it has of ours it tells by the runs.
void okx_leg::look_outside(std::function<void(std::string problem)> then) {
  if (part_ != part::deposit) return then({});
  read_terms([then](bool read) { then(read ? std::string{} : "OKX cannot be read"); });
}

void okx_leg::read_terms(std::function<void(bool)> then) {
  const auto& w = *house().w;
  house()
      .self->request(desk_->door.web, caf::infinite, desk_->get(w.now(), okx_currencies_target))
      .then(
          [desk = desk_, w = house().w, then](const net::http_result& r) {
            const auto a = okx::read_answer(r);
            desk->heard(*w, a);
            then(desk->learn(a));
          },
          [then](const caf::error&) { then(false); });
}

// -- quotes --------------------------------------------------------------------------------------

void okx_leg::quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  switch (part_) {
    case part::deposit: return quote_deposit(amount, std::move(then));
    case part::trade: return quote_trade(amount, std::move(then));
    case part::withdraw: return quote_withdrawal(amount, std::move(then));
  }
}

void okx_leg::quote_deposit(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  read_terms([desk = desk_, amount, then](bool read) {
    if (!read) return then(std::nullopt);
    leg_quote out;
    out.out = amount;
    out.seconds = desk->settings.expected_seconds;
    out.refusal = desk->disabled;
    if (desk->last_terms) out.least = desk->last_terms->deposit.min_deposit;
    then(out);
  });
}

/// By the asks that such an order would meet, and the fee of a taker.
void okx_leg::quote_trade(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  house()
      .self->request(desk_->door.web, caf::infinite, desk_->get(house().w->now(), okx_book_target))
      .then(
          [desk = desk_, amount, then](const net::http_result& r) {
            const auto a = okx::read_answer(r);
            if (a.is != okx::verdict::done) return then(std::nullopt);
            const auto price = okx::price_of(a.rows, amount);
            leg_quote out;
            out.least = desk->settings.min_order;
            if (!price) {
              out.refusal = "OKX' book does not hold so much";
              return then(out);
            }
            const auto fee = mul_div_ceil(price->out.micro, desk->settings.taker_bps, 10'000);
            const auto floor = floor_of(desk->settings, amount);
            if (!fee || !floor) return then(std::nullopt);
            out.out = sub_saturating(price->out, {*fee});
            if (out.out < *floor) out.refusal = "the price is below the floor";
            then(out);
          },
          [then](const caf::error&) { then(std::nullopt); });
}

/// By the terms that the deposit's quote has just read.
void okx_leg::quote_withdrawal(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  if (!desk_->last_terms) return then(std::nullopt);
  const auto& t = desk_->last_terms->withdrawal;
  leg_quote out;
  out.least = add_saturating(t.min_withdrawal, t.fee);
  out.most = t.max_withdrawal;
  out.out = sub_saturating(amount, t.fee);
  if (out.out < t.min_withdrawal || !out.out.is_positive())
    out.refusal = "OKX sends no less than " + to_string(t.min_withdrawal) + " USDC";
  then(out);
}

}  // namespace headroom::chain
