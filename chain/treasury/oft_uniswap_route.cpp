#include "chain/treasury/oft_uniswap_route.hpp"

#include "chain/treasury/oft_uniswap_run.hpp"

namespace headroom::chain {
namespace {

/// What the pool would give now. The bridge moves 1:1.
caf::result<actors::route_quote> quote(oft_uniswap_self self, usdc amount) {
  const auto& s = self->state.settings;
  if (amount.micro <= 0) return make_error(errc::invalid_field);
  auto promise = self->make_response_promise<actors::route_quote>();
  ask_all(self, self->state.polygon,
          {eth::call({std::nullopt, s.quoter, uniswap_v3::quote_call(swap_of(s, amount)), {}})},
          [self, promise](std::vector<rpc_result>& r) mutable {
            const auto data = eth::bytes_of(r[0]);
            const auto out = data ? uniswap_v3::read_quote(*data) : std::nullopt;
            if (!out || *out > static_cast<std::uint64_t>(INT64_MAX)) {
              promise.deliver(make_error(errc::unavailable, "no quote"));
              return;
            }
            promise.deliver(actors::route_quote{{static_cast<std::int64_t>(*out)},
                                                self->state.settings.expected_seconds});
          });
  return promise;
}

}  // namespace

actors::route_actor::behavior_type oft_uniswap_behavior(oft_uniswap_self self, actors::world_ptr w,
                                                        oft_uniswap_settings settings,
                                                        rpc_actor plasma, rpc_actor polygon) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = settings;
  st.plasma = std::move(plasma);
  st.polygon = std::move(polygon);
  return {
      [self](actors::get_atom) {
        return actors::route_info{
            oft_uniswap_name,
            {"bridge", "swap"},
            self->state.settings.expected_seconds,
            {self->state.settings.plasma.chain_id, self->state.settings.plasma.usdt0}};
      },
      [self](usdc amount) { return quote(self, amount); },
      [self](actors::run_step& x) -> caf::result<actors::step_progress> {
        auto promise = self->make_response_promise<actors::step_progress>();
        std::make_shared<oft_uniswap_run>(self, std::move(x), promise)->start();
        return promise;
      },
      // What is under way is known step by step alone: as a whole this route cannot tell.
      [self](actors::in_flight_atom) {
        const auto moves = static_cast<std::uint32_t>(self->state.deliveries.size());
        return actors::route_flight{false, moves, {}, "each conversion's own look says"};
      },
      [self](actors::rescue_step& x) -> caf::result<actors::step_progress> {
        auto promise = self->make_response_promise<actors::step_progress>();
        std::make_shared<oft_uniswap_run>(self, std::move(x.step), promise)->start();
        return promise;
      },
      [self](actors::status_atom) {
        return actors::status_report{oft_uniswap_state::name,
                                     self->state.tally.facts(oft_uniswap_name)};
      },
  };
}

}  // namespace headroom::chain
