#include "chain/x402/payment_router.hpp"

#include "chain/x402/x402.hpp"

namespace headroom::chain {
namespace {

using actors::payment_actor;

caf::error away() { return make_error(errc::unavailable, "the source's own actor is away"); }

payment_actor meant_for(payment_router_self self, const actors::pay_deposit& x) {
  auto& st = self->state;
  const auto parsed = x402::parse_payment(x.x402_version, x.header);
  if (!parsed.code.empty()) return st.w->dir.handles.payment(st.sources.front().money());
  auto at = x402::source_of(parsed.value, st.sources, x.amount);
  if (!at) ++st.unknown;
  return st.w->dir.handles.payment(st.sources[at.value_or(0)].money());
}

payment_actor of(payment_router_self self, const authorization& a) {
  auto handle = self->state.w->dir.handles.payment({a.chain_id, a.token});
  if (!handle) ++self->state.unknown;
  return handle;
}

/// The source's actor answers in this one's place.
template <class R, class... Ts>
caf::result<R> pass(payment_router_self self, const payment_actor& to, const Ts&... xs) {
  if (!to) return away();
  return self->delegate(to, xs...);
}

}  // namespace

payment_actor::behavior_type payment_router_behavior(payment_router_self self, actors::world_ptr w,
                                                     std::vector<x402::terms> sources) {
  using actors::signed_payment;
  self->state.w = std::move(w);
  self->state.sources = std::move(sources);
  return {
      [self](const actors::pay_deposit& x) {
        return pass<signed_payment>(self, meant_for(self, x), x);
      },
      [self](actors::prove_atom prove, const signed_payment& x) {
        return pass<signed_payment>(self, of(self, x.payment), prove, x);
      },
      [self](const signed_payment& x) {
        return pass<actors::verified_payment>(self, of(self, x.payment), x);
      },
      [self](actors::get_atom get, const authorization& a) {
        return pass<actors::payment_finding>(self, of(self, a), get, a);
      },
      [self](actors::get_atom get, const authorization& a, const hash256& tx) {
        return pass<actors::payment_finding>(self, of(self, a), get, a, tx);
      },
      [self](const authorization& a) { return pass<actors::contract_call>(self, of(self, a), a); },
      [self](actors::status_atom) {
        const auto& st = self->state;
        return actors::status_report{payment_router_state::name,
                                     {{"sources", std::to_string(st.sources.size())},
                                      {"taken", x402::list_of(st.sources)},
                                      {"of_no_source", std::to_string(st.unknown)}}};
      },
  };
}

}  // namespace headroom::chain
