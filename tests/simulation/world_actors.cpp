#include "tests/simulation/world_actors.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;

venue_answer unknown(std::string why) {
  return {venue_verdict::unknown, {}, {}, {}, std::move(why), false};
}

venue_answer refusal(bool conclusive) {
  return {venue_verdict::refused, {}, {}, {}, "refused", conclusive};
}

venue_answer fill_of(const outside::venue_order& o) {
  return {venue_verdict::filled, {o.spent.micro * 2}, o.spent, o.fee, {}, false};
}

/// The venue's own decision on a POST: first sight decides, for ever.
venue_answer take(outside& out, const hash256& hash) {
  if (out.chance(out.faults.lost_before)) return unknown("timeout before the venue");
  if (out.chance(out.faults.not_now))
    return {venue_verdict::not_now, {}, {}, {}, "too many requests", false};
  if (out.chance(out.faults.refuse_inconclusive)) return refusal(false);  // before it is looked at
  auto& order = out.orders[hash];
  if (order.posts++ > 0) return unknown("duplicated");
  order.filled = !out.chance(out.faults.refuse);
  if (order.filled) {
    order.spent = usdc{1'000'000 + static_cast<std::int64_t>(out.rng() % 3'000'000)};
    order.fee = usdc{static_cast<std::int64_t>(out.rng() % 10'000)};
  }
  if (out.chance(out.faults.lost_after)) return unknown("timeout after the venue");
  return order.filled ? fill_of(order) : refusal(true);
}

venue_answer look(outside& out, const hash256& hash) {
  if (out.chance(out.faults.blind)) return unknown("look-up failed");
  const auto i = out.orders.find(hash);
  const venue_answer absent{venue_verdict::absent, {}, {}, {}, {}, false, out.clock()};
  if (i == out.orders.end()) return absent;
  if (i->second.filled) return fill_of(i->second);
  return out.chance(500) ? refusal(true) : absent;
}

template <class Self>
caf::result<venue_answer> answer(Self self, outside& out, venue_answer a) {
  auto promise = self->template make_response_promise<venue_answer>();
  if (out.chance(out.faults.never)) return promise;
  if (!out.chance(out.faults.late)) {
    promise.deliver(std::move(a));
    return promise;
  }
  // Late: a timer of an own helper, so that the venue goes on meanwhile.
  const milliseconds wait{1 + out.rng() % 5000};
  auto helper = self->spawn([promise, a](caf::event_based_actor* h) mutable -> caf::behavior {
    return {[=](tick_atom) mutable {
      promise.deliver(a);
      h->quit();
    }};
  });
  out.helpers.push_back(caf::actor_cast<caf::strong_actor_ptr>(helper));
  caf::delayed_anon_send(helper, wait, tick_atom::value);
  return promise;
}

}  // namespace

venue_actor::behavior_type sim_venue(self_pointer<venue_actor, sim_venue_state> self,
                                     outside* out) {
  return {
      [](const quote_order& x) -> caf::result<order_quote> {
        if (x.amount < 1_usdc) return make_error(errc::amount_too_small);
        return order_quote{x.token, false, x.amount, {x.amount.micro * 2}, {}, x.max_price};
      },
      [out](const order_quote& q) {
        signed_order o;
        const auto n = ++out->signed_orders;
        for (std::size_t i = 0; i < 8; ++i)
          o.hash.bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
        o.bytes = {static_cast<std::uint8_t>(q.maker_amount.micro & 0xff)};
        return o;
      },
      [self, out](const submit_order& x) { return answer(self, *out, take(*out, x.order.hash)); },
      [self, out](const look_up_order& x) { return answer(self, *out, look(*out, x.order.hash)); },
      [out](const cancel_order& x) {
        if (out->chance(out->faults.blind)) return false;
        auto& order = out->orders[x.order.hash];  // known from now on: it will never fill
        order.posts += 1;
        return !order.filled;
      },
      [](tick_atom) {},
      [](status_atom) {
        return status_report{sim_venue_state::name, {}};
      },
  };
}

route_actor::behavior_type sim_route(self_pointer<route_actor, sim_route_state>, outside* out) {
  return {
      [](get_atom) {
        return route_info{"simulated", {"bridge", "swap"}};
      },
      [](usdc amount) {
        return route_quote{amount, 1};
      },
      [out](const run_step& x) {
        step_progress p;
        if (out->chance(out->faults.step_unreadable)) {
          p.state = step_state::unreadable;
          return p;
        }
        const auto key =
            x.conversion.text() + ":" + std::to_string(x.step) + ":" + std::to_string(x.attempt);
        auto& step = out->steps[key];
        p.detail = key;
        if (step.arrived) {
          p.state = step_state::done;
          p.amount_out = step.amount_out;
          return p;
        }
        if (!step.sent) {
          if (out->chance(out->faults.step_fails)) {
            p.state = step_state::failed;
            return p;
          }
          step.sent = true;
        } else if (out->rng() % 3 == 0) {
          step.arrived = true;
          const auto cost = x.step == 0 ? 0 : x.amount_in.micro / 1000;
          step.amount_out = usdc{x.amount_in.micro - cost};
          if (x.step == 1) out->arrived = add_saturating(out->arrived, step.amount_out);
        }
        return p;
      },
      [](status_atom) {
        return status_report{sim_route_state::name, {}};
      },
  };
}

}  // namespace headroom::test
