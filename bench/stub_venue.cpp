#include "bench/stub_venue.hpp"

#include "bench/books.hpp"

namespace headroom::bench {
namespace {

using namespace actors;

struct venue_state {
  static inline const char* name = "stub_venue";
  draw random{0};
  bool parks = false;
  caf::actor watcher;
  std::vector<std::pair<caf::typed_response_promise<venue_answer>, usdc>> parked;
};

/// The order's bytes begin with its amount, so that the fill knows it again.
signed_order sign(draw& random, usdc amount) {
  signed_order out;
  out.bytes.resize(order_bytes, 0xab);
  for (std::size_t i = 0; i < 8; ++i)
    out.bytes[i] = static_cast<std::uint8_t>(amount.micro >> (8 * i));
  for (std::size_t at = 0; at < hash256::size; at += 8) {
    const auto bits = random.next();
    for (std::size_t i = 0; i < 8; ++i)
      out.hash.bytes[at + i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  return out;
}

usdc amount_of(const signed_order& order) {
  std::int64_t micro = 0;
  for (std::size_t i = 8; i-- > 0;) micro = micro << 8 | order.bytes.at(i);
  return {micro};
}

/// A real fill costs a little less than reserved: the rest goes back to user and buffer.
venue_answer fill_of(usdc amount) {
  const usdc spent{amount.micro - amount.micro / 100};
  return {venue_verdict::filled, {2 * spent.micro}, spent, {}, {}};
}

stub_venue::behavior_type venue_behavior(stub_venue::stateful_pointer<venue_state> self,
                                         std::uint64_t seed) {
  self->state.random = draw{seed};
  return {
      [](status_atom) {
        return status_report{venue_state::name, {}};
      },
      [](const quote_order& x) {
        return order_quote{x.token, false,      order_side::buy,
                           x.fill,  x.amount,   {2 * x.amount.micro},
                           {},      x.max_price};
      },
      [](const quote_sale& x) {
        return order_quote{x.token,  false, order_side::sell, x.fill, 1_micro,
                           x.shares, {},    x.min_price};
      },
      [self](const order_quote& x) { return sign(self->state.random, x.money); },
      [self](const submit_order& x) -> caf::result<venue_answer> {
        auto& st = self->state;
        const auto amount = amount_of(x.order);
        if (st.watcher) caf::anon_send(st.watcher, accepted_atom::value, x.order.hash);
        if (!st.parks) return fill_of(amount);
        auto promise = self->make_response_promise<venue_answer>();
        st.parked.emplace_back(promise, amount);
        return promise;
      },
      [](const look_up_order&) { return venue_answer{}; },
      [](const cancel_order&) { return false; },
      [](wake_atom) {},
      [self](park_atom, const caf::actor& watcher) {
        self->state.parks = true;
        self->state.watcher = watcher;
      },
      [self](watch_atom, const caf::actor& watcher) { self->state.watcher = watcher; },
      [self](fill_atom) {
        auto& st = self->state;
        st.parks = false;
        st.watcher = nullptr;
        for (auto& [promise, amount] : st.parked) promise.deliver(fill_of(amount));
        st.parked.clear();
      },
  };
}

}  // namespace

stub_venue spawn_stub_venue(caf::actor_system& sys, std::uint64_t seed) {
  return sys.spawn(venue_behavior, seed);
}

}  // namespace headroom::bench
