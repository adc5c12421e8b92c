#include "tests/simulation/world_actors.hpp"

#include "chain/evm/keccak.hpp"
#include "domain/operation_purpose.hpp"
#include "tests/support/passing_actors.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;

venue_answer unknown(std::string why) {
  return {venue_verdict::unknown, {}, {}, {}, std::move(why)};
}

venue_answer refusal(bool conclusive) {
  return {conclusive ? venue_verdict::refused_conclusive : venue_verdict::refused,
          {},
          {},
          {},
          "refused"};
}

/// What the trades that the venue lists add up to.
venue_answer fill_of(const outside::venue_order& o, const hash256& hash) {
  chain::polymarket::trade_set trades;
  for (const auto& t : o.trades)
    if (t.order == hash) trades.add(t);
  const auto sum = chain::polymarket::fill_of(trades, {});
  if (!sum) return unknown("the trades cannot be read");
  return {venue_verdict::filled, sum->shares, sum->spent, o.fee, {}};
}

/// At 50 cents a share, in one to three trades. A page may repeat the last row of the one before.
void fill(outside& out, outside::venue_order& order, const hash256& hash, timestamp now) {
  order.filled = true;
  order.filled_at = order.shown_from = now;
  if (out.chance(out.faults.shown_late))
    order.shown_from = now.plus(milliseconds{out.rng() % 10'000});
  order.fee = usdc{static_cast<std::int64_t>(out.rng() % 10'000)};
  const auto trades = 1 + out.rng() % 3;
  for (std::uint64_t n = 0; n < trades; ++n) {
    const usdc paid{300'000 + static_cast<std::int64_t>(out.rng() % 1'000'000)};
    chain::polymarket::trade t;
    t.id = "trade-" + std::to_string(n);
    t.order = hash;
    t.size = {paid.micro * 2};
    t.price = usdc{500'000};
    t.state = chain::polymarket::trade_state::confirmed;
    order.spent = add_saturating(order.spent, paid);
    order.trades.push_back(t);
    if (out.chance(200)) order.trades.push_back(t);
  }
  out.polygon.grant(polygon_usdc(), service_account(), -(order.spent.micro + order.fee.micro));
}

/// The venue's own decision on a POST: first sight decides, for ever.
venue_answer take(outside& out, const hash256& hash, timestamp now) {
  if (out.chance(out.faults.lost_before)) return unknown("timeout before the venue");
  if (out.chance(out.faults.not_now))
    return {venue_verdict::not_now, {}, {}, {}, "too many requests"};
  if (out.chance(out.faults.refuse_inconclusive)) return refusal(false);  // before it is looked at
  auto& order = out.orders[hash];
  if (order.posts++ > 0) return unknown("duplicated");
  if (!out.chance(out.faults.refuse)) fill(out, order, hash, now);
  if (out.chance(out.faults.lost_after)) return unknown("timeout after the venue");
  return order.filled ? fill_of(order, hash) : refusal(true);
}

/// The venue's chain is final a while later.
timestamp last_final_instant(timestamp now) { return {now.us - 5'000'000}; }

/// The exchange's own word: up to when nothing of it filled, in final blocks.
timestamp untouched_until(const outside::venue_order& o, timestamp now) {
  const auto last = last_final_instant(now);
  return last < o.filled_at ? last : timestamp{};
}

venue_answer absent_as_of(timestamp untouched) {
  return {venue_verdict::absent, {}, {}, {}, {}, untouched};
}

venue_answer look(outside& out, const hash256& hash, timestamp now) {
  if (out.chance(out.faults.blind)) return unknown("look-up failed");
  const auto i = out.orders.find(hash);
  if (i == out.orders.end()) return absent_as_of(last_final_instant(now));
  if (i->second.filled && now < i->second.shown_from)
    return absent_as_of(untouched_until(i->second, now));
  if (i->second.filled) return fill_of(i->second, hash);
  return out.chance(500) ? refusal(true) : absent_as_of(last_final_instant(now));
}

template <class Self>
caf::result<venue_answer> answer(Self self, outside& out, venue_answer a) {
  if (out.chance(out.faults.never)) return self->template make_response_promise<venue_answer>();
  if (!out.chance(out.faults.late)) return a;
  return answer_after(self, out.helpers, milliseconds{1 + out.rng() % 5000}, std::move(a));
}

// -- the route -----------------------------------------------------------------------------------

constexpr std::int64_t swap_costs_a = 1'000;  // th part

step_progress progress(step_state state, std::string detail) {
  step_progress out;
  out.state = state;
  out.detail = std::move(detail);
  return out;
}

/// The n-th try to bridge a conversion is one operation of the wallet, whoever asks for it.
operation_id bridge_operation(const run_step& x) {
  return operation_id::from_digest(
      chain::keccak256("bridge " + x.conversion.text() + " " + std::to_string(x.attempt)));
}

step_progress bridged(const run_step& x, const operation_report& r) {
  switch (r.state) {
    case operation_state::confirmed: {
      auto out = progress(step_state::done, "delivered");
      out.amount_out = x.amount_in;
      out.tx_hash = r.tx_hash;
      return out;
    }
    case operation_state::reverted:
    case operation_state::dropped: return progress(step_state::failed, "not bridged");
    case operation_state::unsent:
    case operation_state::pending: return progress(step_state::in_flight, "bridging");
    case operation_state::in_doubt: break;
  }
  return progress(step_state::unreadable, "unknown");
}

/// Asks where it stands and sends it when it was never stored, as the real route does.
caf::result<step_progress> bridge(sim_route_self self, const world& w, const run_step& x) {
  const auto wallet = w.dir.handles.wallet(service_wallet());
  if (!wallet) return progress(step_state::unreadable, "no wallet");
  auto promise = self->make_response_promise<step_progress>();
  const auto silent = [promise](const caf::error& e) mutable {
    promise.deliver(progress(step_state::unreadable, std::string{to_string(code_of(e))}));
  };
  const auto id = bridge_operation(x);
  self->request(wallet, w.settings.patience.load, get_atom::value, id)
      .then(
          [=, &w](const operation_report& r) mutable {
            if (r.state != operation_state::unsent) {
              promise.deliver(bridged(x, r));
              return;
            }
            const auto what = chain::keccak256(x.conversion.text());
            contract_call call;
            call.to = plasma_bridge();
            call.data = bridge_call(what, x.amount_in.micro);
            self->request(wallet, w.settings.patience.append,
                          send_transaction{id, to_string(operation_purpose{"bridge", x.conversion}),
                                           std::move(call)})
                .then(
                    [=](const operation_report& sent) mutable {
                      promise.deliver(bridged(x, sent));
                    },
                    silent);
          },
          silent);
  return promise;
}

step_progress swap(outside& out, const run_step& x) {
  if (out.chance(out.faults.step_unreadable)) return progress(step_state::unreadable, {});
  const auto key =
      x.conversion.text() + ":" + std::to_string(x.step) + ":" + std::to_string(x.attempt);
  auto& step = out.steps[key];
  if (!step.sent) {
    if (out.chance(out.faults.step_fails)) return progress(step_state::failed, key);
    step.sent = true;
  } else if (!step.arrived && out.rng() % 3 == 0) {
    step.arrived = true;
    step.amount_out = usdc{x.amount_in.micro - x.amount_in.micro / swap_costs_a};
    out.arrived = add_saturating(out.arrived, step.amount_out);
    out.polygon.grant(polygon_usdc(), service_account(), step.amount_out.micro);
  }
  auto p = progress(step.arrived ? step_state::done : step_state::in_flight, key);
  p.amount_out = step.amount_out;
  return p;
}

}  // namespace

venue_actor::behavior_type sim_venue(self_pointer<venue_actor, sim_venue_state> self, outside* out,
                                     wall_clock now) {
  return {
      [](const quote_order& x) -> caf::result<order_quote> {
        if (x.amount < 1_usdc) return make_error(errc::amount_too_small);
        return order_quote{x.token, false,      order_side::buy,
                           x.fill,  x.amount,   {x.amount.micro * 2},
                           {},      x.max_price};
      },
      [](const quote_sale& x) {
        return order_quote{x.token,  false, order_side::sell, x.fill, 1_micro,
                           x.shares, {},    x.min_price};
      },
      [out](const order_quote& q) {
        signed_order o;
        const auto n = ++out->signed_orders;
        for (std::size_t i = 0; i < 8; ++i)
          o.hash.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
        o.bytes = {static_cast<std::uint8_t>(q.money.micro & 0xff)};
        return o;
      },
      [self, out, now](const submit_order& x) {
        return answer(self, *out, take(*out, x.order.hash, now()));
      },
      [self, out, now](const look_up_order& x) {
        return answer(self, *out, look(*out, x.order.hash, now()));
      },
      [out, now](const cancel_order& x) {
        if (out->chance(out->faults.blind)) return false;
        auto& order = out->orders[x.order.hash];  // known from now on: it will never fill
        order.posts += 1;
        return !order.filled ||
               now() < order.shown_from;  // not in the book, whatever it did before
      },
      [](wake_atom) {},
      [](status_atom) {
        return status_report{sim_venue_state::name, {}};
      },
  };
}

route_actor::behavior_type sim_route(sim_route_self self, world_ptr w, outside* out) {
  return {
      [](get_atom) {
        return route_info{sim_route_name, {"bridge", "swap"}, 0, {plasma_id, plasma_usdt0()}};
      },
      [](usdc amount) {
        const usdc fee{amount.micro / swap_costs_a};
        return route_quote{sub_saturating(amount, fee), 30, fee};
      },
      [=](const run_step& x) -> caf::result<step_progress> {
        if (x.step == 0) return bridge(self, *w, x);
        return swap(*out, x);
      },
      [](in_flight_atom) {
        return route_flight{true, 0, {}};
      },
      [=](const rescue_step& x) -> caf::result<step_progress> {
        if (x.step.step == 0) return bridge(self, *w, x.step);
        return swap(*out, x.step);
      },
      [](status_atom) {
        return status_report{sim_route_state::name, {}};
      },
  };
}

chain::rpc_actor::behavior_type sim_node(chain::rpc_actor::pointer self, outside* out,
                                         node_double* nodes, wall_clock now) {
  return {[=](const chain::rpc_request& x) -> caf::result<chain::rpc_result> {
    const auto wait = nodes->delay();
    auto a = nodes->answer(x, now());
    if (wait.count() == 0) return a;
    return answer_after(self, out->helpers, wait, std::move(a));
  }};
}

}  // namespace headroom::test
