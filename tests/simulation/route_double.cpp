#include "tests/simulation/route_double.hpp"

#include <algorithm>

#include "chain/evm/keccak.hpp"
#include "tests/simulation/world.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A choice that was begun before may end after; an order is heard a little later.
constexpr seconds slack{10};
/// Whoever gets no further for so long must have told a human. The settings of the simulation ask
/// for a sixth of it.
constexpr seconds alert_patience{60};

step_progress says(step_state state, std::string detail, const hash256& tx = {}) {
  step_progress out;
  out.state = state;
  out.detail = std::move(detail);
  out.tx_hash = tx;
  return out;
}

usdc part_of(usdc amount, std::int64_t bps) { return {amount.micro * bps / 10'000}; }

}  // namespace

// -- what it says of itself -----------------------------------------------------------------------

route_quote route_double::quote(usdc amount) {
  const auto bps = chance(wrong.dear) ? 10 * law_.fee_bps : law_.fee_bps;
  const auto fee = part_of(amount, bps);
  route_quote out{sub_saturating(amount, fee), law_.info.expected_seconds, fee};
  out.most = law_.most;
  if (chance(wrong.refuses)) out.refusal = "no liquidity";
  return out;
}

route_flight route_double::flight(timestamp now) {
  grow_dark(now);
  if (is_dark(now)) return {false, 0, {}, "its service does not answer"};
  route_flight out{true, 0, {}};
  if (chance(wrong.index_lags)) return out;
  for (const auto& [key, all] : attempts_)
    for (const auto& a : all)
      if (a.at == fate::sent) {
        ++out.moves;
        out.amount = add_saturating(out.amount, a.sent);
      }
  return out;
}

void route_double::grow_dark(timestamp now) {
  if (is_dark(now) || !chance(wrong.unreadable)) return;
  spells_.push_back({now, now.plus(milliseconds{rng_() % 40'000})});
}

bool route_double::is_dark(timestamp now) const {
  return !spells_.empty() && now < spells_.back().until;
}

bool route_double::was_unreadable(timestamp at) const {
  return std::any_of(spells_.begin(), spells_.end(),
                     [&](const spell& s) { return s.from.plus(slack) < at && at < s.until; });
}

// -- one step -------------------------------------------------------------------------------------

step_progress route_double::run(const run_step& x, timestamp now) {
  grow_dark(now);
  if (is_dark(now)) return says(step_state::unreadable, "its service does not answer");
  auto& all = attempts_[{x.conversion, x.step}];
  if (x.attempt < all.size()) return look(x, all[x.attempt], now);
  // The outbox believes no conversion that was replaced (migration 0019), however late it is asked.
  if (is_replaced(x.conversion)) return says(step_state::held, "the outbox refuses it");
  if (auto wrong_word = objection(x, now); !wrong_word.empty()) {
    out_.complain("route " + law_.info.name + ", conversion " + x.conversion.text() + ": " +
                  wrong_word);
    return says(step_state::unreadable, wrong_word);
  }
  if (is_stuck(x.conversion, true, now)) return says(step_state::held, "closed");
  if (chance(wrong.held)) return says(step_state::held, "its price is too high now");
  return send(x, now);
}

bool route_double::is_replaced(const conversion_id& id) const {
  const auto row = out_.books.conversions.find(id);
  return row != out_.books.conversions.end() && row->second.status == conversion_status::replaced;
}

/// What speaks against sending this attempt.
std::string route_double::objection(const run_step& x, timestamp now) const {
  const auto row = out_.books.conversions.find(x.conversion);
  if (row == out_.books.conversions.end()) return "the books do not know it";
  const auto& c = row->second;
  if (c.route != law_.info.name || c.source != law_.info.from) return "it is another route's";
  if (c.status != conversion_status::running) return "it is over";
  if (c.order.word == order_word::hold && c.order.at.plus(slack) < now)
    return "it is sent although an operator holds it";
  if (x.step >= law_.info.steps.size()) return "there is no such step";
  const auto& before = attempts_.at({x.conversion, x.step});
  for (const auto& a : before) {
    if (a.at == fate::sent) return "it is sent again while it could be in flight";
    if (a.at == fate::arrived) return "it is sent again although it arrived";
  }
  if (x.attempt != before.size()) return "an attempt was left out";
  if (attempts_.contains({x.conversion, x.step + 1})) return "it goes back to an earlier step";
  if (x.step == 0) return x.amount_in == c.amount ? "" : "another amount than the books'";
  const auto earlier = attempts_.find({x.conversion, x.step - 1});
  if (earlier == attempts_.end() || earlier->second.back().at != fate::arrived)
    return "the step before did not bring anything yet";
  return x.amount_in == earlier->second.back().brought ? "" : "another amount than arrived";
}

/// Decided once for each conversion; it ends when an alert of the service says so, which must not
/// take long. An operator who has just given an order knows of it: their hold is such an alert, and
/// the next may come as long after its end as the first.
bool route_double::is_stuck(const conversion_id& id, bool before_sending, timestamp now) {
  if (!troubles_.contains(id))
    troubles_.emplace(id, trouble{chance(500), {}, !chance(wrong.stuck)});
  auto& t = troubles_.at(id);
  if (t.over || t.before_sending != before_sending) return false;
  if (!t.since.is_set()) t.since = now;
  t.over = out_.somebody_knows && out_.somebody_knows(id);
  const auto row = out_.books.conversions.find(id);
  const auto ordered = row == out_.books.conversions.end() ? timestamp{} : row->second.order.at;
  if (!t.over && now > std::max({t.since, out_.conversions_since, ordered}).plus(alert_patience))
    out_.complain("conversion " + id.text() + " gets no further on " + law_.info.name +
                  " and no alert says so");
  return !t.over;
}

step_progress route_double::send(const run_step& x, timestamp now) {
  auto& a = attempts_.at({x.conversion, x.step}).emplace_back();
  if (chance(wrong.fails)) return says(step_state::failed, "nothing moved");
  ++sends_;
  out_.books.sent_for.insert(x.conversion);
  a.at = fate::sent;
  a.sent = x.amount_in;
  a.tx = chain::keccak256(law_.info.name + x.conversion.text() + std::to_string(x.step) + "/" +
                          std::to_string(x.attempt));
  const auto expected = std::uint64_t{law_.info.expected_seconds} * 1'000;
  const auto wait = chance(wrong.late) ? 2 * expected + rng_() % 40'000 : rng_() % expected;
  a.due = now.plus(milliseconds{wait});
  a.comes_back = chance(wrong.returns);
  if (x.step == 0) move_source(usdc{-a.sent.micro});
  return says(step_state::in_flight, "sent", a.tx);
}

step_progress route_double::look(const run_step& x, attempt& a, timestamp now) {
  if (a.at == fate::sent && now >= a.due && !is_stuck(x.conversion, false, now)) {
    if (a.comes_back) {
      a.at = fate::returned;
      ++returns_;
      if (x.step == 0) move_source(a.sent);
    } else {
      a.at = fate::arrived;
      a.brought = sub_saturating(a.sent, part_of(a.sent, law_.fee_bps));
      if (chance(wrong.partial))
        a.brought.micro -= a.sent.micro * static_cast<int>(rng_() % 100) / 10'000;
      if (chance(wrong.premium)) a.brought.micro = a.sent.micro + a.sent.micro / 2'000;
      if (is_last(x.step)) {
        out_.arrived = add_saturating(out_.arrived, a.brought);
        out_.polygon.grant(polygon_usdc(), service_account(), a.brought.micro);
      }
    }
  }
  switch (a.at) {
    case fate::never: return says(step_state::failed, "nothing moved");
    case fate::returned: return says(step_state::failed, "it came back", a.tx);
    case fate::sent: break;
    case fate::arrived: {
      auto out = says(step_state::done, "delivered", a.tx);
      out.amount_out = a.brought;
      return out;
    }
  }
  const auto t = troubles_.find(x.conversion);
  const bool stuck = now >= a.due && t != troubles_.end() && !t->second.over;
  return says(stuck ? step_state::unreadable : step_state::in_flight, "on its way", a.tx);
}

void route_double::move_source(usdc change) {
  if (law_.info.from.chain_id == plasma_id)
    return out_.plasma.grant(plasma_usdt0(), service_account(), change.micro);
  out_.base_holds.micro += change.micro;
  if (out_.base_holds.micro < 0) out_.complain(law_.info.name + " sends more than there is");
}

bool route_double::has_sent(const conversion_id& id) const {
  return std::any_of(attempts_.begin(), attempts_.end(), [&](const auto& one) {
    const auto& [key, all] = one;
    return key.first == id &&
           std::any_of(all.begin(), all.end(), [](const auto& a) { return a.at != fate::never; });
  });
}

std::string route_double::compare(const conversion& row) const {
  usdc in = row.amount;
  for (std::uint32_t step = 0; step < law_.info.steps.size(); ++step) {
    const auto i = attempts_.find({row.id, step});
    const auto name = "step " + std::to_string(step) + " of conversion " + row.id.text();
    if (i == attempts_.end() || i->second.back().at != fate::arrived)
      return name + " is booked and brought nothing";
    const auto& a = i->second.back();
    const auto& booked = row.steps.at(step);
    if (a.sent != in || booked.amount_in != in) return name + " took another amount";
    if (booked.amount_out != a.brought)
      return name + " brought " + to_string(a.brought) + ", the books say " +
             to_string(booked.amount_out);
    in = a.brought;
  }
  return row.received == in ? "" : "conversion " + row.id.text() + " is booked with another amount";
}

}  // namespace headroom::test
