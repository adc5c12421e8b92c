#include "chain/treasury/legged_route.hpp"

#include <algorithm>

#include "chain/evm/eth.hpp"

namespace headroom::chain {
namespace {

using actors::route_flight;
using actors::route_quote;

/// One quote on its way through the legs.
struct quoting : std::enable_shared_from_this<quoting> {
  legged_route_self self;
  caf::typed_response_promise<route_quote> promise;
  route_quote sum{};

  void leg(std::size_t i) {
    const auto& legs = self->state.plan.legs;
    if (i == legs.size() || !sum.refusal.empty()) {
      promise.deliver(std::move(sum));
      return;
    }
    legs[i]->quote(sum.expected_out,
                   [me = shared_from_this(), i](const std::optional<leg_quote>& q) {
                     if (!q) {
                       me->promise.deliver(make_error(errc::unavailable, "no quote"));
                       return;
                     }
                     me->add(*q);
                     me->leg(i + 1);
                   });
  }

  /// Bounds are of the leg's own input, which is at most what the route takes in: a bound below is
  /// kept as it is, a small error on the safe side.
  void add(const leg_quote& q) {
    sum.refusal = q.refusal;
    sum.least = std::max(sum.least, q.least);
    if (q.most.is_positive()) sum.most = sum.most.is_zero() ? q.most : std::min(sum.most, q.most);
    if (!q.out.is_positive()) return;  // refused without a price
    sum.fee = add_saturating(sum.fee, sub_saturating(sum.expected_out, q.out));
    sum.fee = add_saturating(sum.fee, q.extra_fee);
    sum.expected_out = q.out;
    sum.expected_seconds += q.seconds;
  }
};

/// The route's own look: what its steps said last, which of its transactions are open in the
/// outbox, and whether the chains' nodes can be asked at all.
struct looking : std::enable_shared_from_this<looking> {
  legged_route_self self;
  caf::typed_response_promise<route_flight> promise;
  std::vector<leg_sight> sights;
  route_flight found{};

  void outside(std::size_t i) {
    const auto& legs = self->state.plan.legs;
    if (i == legs.size()) return sight(0);
    legs[i]->look_outside([me = shared_from_this(), i](std::string problem) {
      if (!problem.empty()) me->fail(std::move(problem));
      me->outside(i + 1);
    });
  }

  void fail(std::string why) {
    if (found.readable) found.problem = std::move(why);
    found.readable = false;
  }

  void sight(std::size_t i) {
    if (i == sights.size()) {
      promise.deliver(std::move(found));
      return;
    }
    const auto& chain = sights[i].chain;
    ask_all(self, chain.nodes, {eth::block_number()},
            [me = shared_from_this(), i](std::vector<rpc_result>& r) {
              if (!eth::answer(r[0], eth::read_number))
                me->fail(me->sights[i].chain.name + " cannot be read");
              me->outbox(i);
            });
  }

  void outbox(std::size_t i) {
    const auto& w = *self->state.w;
    const auto query = w.dir.handles.get<actors::query_actor>();
    if (!query) {
      fail("the outbox cannot be read");
      return sight(i + 1);
    }
    self->request(query, w.settings.patience.load, sights[i].chain.account())
        .then(
            [me = shared_from_this(), i](const actors::wallet_backlog& b) {
              const auto& ours = me->sights[i].purposes;
              for (const auto& row : b.open)
                if (row.attempt == 0 &&
                    std::find(ours.begin(), ours.end(), row.purpose) != ours.end() &&
                    !me->self->state.tally.knows(row.id))
                  ++me->found.moves;
              me->sight(i + 1);
            },
            [me = shared_from_this(), i](const caf::error&) {
              me->fail("the outbox cannot be read");
              me->sight(i + 1);
            });
  }
};

caf::result<route_quote> quote(legged_route_self self, usdc amount) {
  if (amount.micro <= 0) return make_error(errc::invalid_field);
  auto q = std::make_shared<quoting>();
  q->self = self;
  q->promise = self->make_response_promise<route_quote>();
  q->sum.expected_out = amount;
  q->leg(0);
  return q->promise;
}

caf::result<route_flight> look(legged_route_self self) {
  auto l = std::make_shared<looking>();
  l->self = self;
  l->promise = self->make_response_promise<route_flight>();
  for (const auto& leg : self->state.plan.legs)
    for (auto& s : leg->sights()) l->sights.push_back(std::move(s));
  l->found = self->state.tally.flight(self->clock().now());
  l->outside(0);
  return l->promise;
}

caf::result<actors::step_progress> run(legged_route_self self, actors::run_step& x, bool at_once) {
  const auto& legs = self->state.plan.legs;
  if (x.step >= legs.size()) {
    actors::step_progress none;
    none.state = step_state::unreadable;
    none.detail = "note=the route has no such step";
    return none;
  }
  auto promise = self->make_response_promise<actors::step_progress>();
  const auto leg = legs[x.step];
  leg->run(std::move(x), promise, at_once);
  return promise;
}

}  // namespace

actors::route_actor::behavior_type legged_route_behavior(legged_route_self self,
                                                         actors::world_ptr w, route_plan plan) {
  auto& st = self->state;
  st.w = std::move(w);
  st.plan = std::move(plan);
  for (const auto& leg : st.plan.legs) leg->join({self, st.w, &st.tally});
  return {
      [self](actors::get_atom) {
        const auto& p = self->state.plan;
        actors::route_info out{p.name, {}, p.expected_seconds, p.from, p.disabled};
        for (const auto& leg : p.legs) {
          out.steps.push_back(leg->step());
          if (out.disabled.empty()) out.disabled = leg->disabled();
        }
        return out;
      },
      [self](usdc amount) { return quote(self, amount); },
      [self](actors::run_step& x) { return run(self, x, false); },
      [self](actors::in_flight_atom) { return look(self); },
      [self](actors::rescue_step& x) { return run(self, x.step, true); },
      [self](actors::status_atom) {
        return actors::status_report{legged_route_state::name,
                                     self->state.tally.facts(self->state.plan.name)};
      },
  };
}

}  // namespace headroom::chain
