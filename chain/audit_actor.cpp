#include "chain/audit_actor.hpp"

#include "chain/abi.hpp"
#include "chain/eth.hpp"

namespace headroom::chain {
namespace {

using actors::onchain_balances;

rpc_request balance_of(const address& token, const address& owner) {
  return eth::call({std::nullopt, token, balance_of_call(owner), {}});
}

std::optional<usdc> read_balance(const rpc_result& r) {
  if (r.status != rpc_status::ok) return std::nullopt;
  const auto data = eth::read_bytes(r.value);
  const auto value = data ? abi::reader{*data}.number(0) : std::nullopt;
  if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return usdc{static_cast<std::int64_t>(*value)};
}

void answer(audit_self self, const onchain_balances& found) {
  auto& st = self->state;
  st.last = found;
  st.read_at = self->clock().now();
  for (auto& p : std::exchange(st.waiting, {})) p.deliver(found);
}

void read_polygon(audit_self self, onchain_balances found) {
  const auto& s = self->state.settings;
  ask_all(
      self, self->state.polygon,
      {balance_of(s.polygon_usdt0, s.polygon_owner), balance_of(s.polygon_usdc, s.polygon_owner)},
      [=](std::vector<rpc_result>& r) mutable {
        const auto usdt0 = read_balance(r[0]);
        const auto usdc_balance = read_balance(r[1]);
        found.polygon_known = usdt0 && usdc_balance;
        if (found.polygon_known) {
          found.polygon_usdt0 = *usdt0;
          found.polygon_usdc = *usdc_balance;
        }
        answer(self, found);
      });
}

void read_plasma(audit_self self) {
  const auto& s = self->state.settings;
  ask_all(self, self->state.plasma, {balance_of(s.plasma_usdt0, s.plasma_owner)},
          [=](std::vector<rpc_result>& r) {
            onchain_balances found;
            const auto usdt0 = read_balance(r[0]);
            found.plasma_known = usdt0.has_value();
            if (usdt0) found.plasma_usdt0 = *usdt0;
            read_polygon(self, found);
          });
}

}  // namespace

actors::audit_actor::behavior_type audit_behavior(audit_self self, actors::world_ptr w,
                                                  audit_settings settings, rpc_actor plasma,
                                                  rpc_actor polygon) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = settings;
  st.plasma = std::move(plasma);
  st.polygon = std::move(polygon);
  return {
      [self](actors::get_atom) -> caf::result<onchain_balances> {
        auto& s = self->state;
        const bool read = s.read_at != caf::actor_clock::time_point{};
        if (read && self->clock().now() < s.read_at + s.settings.fresh) return s.last;
        if (s.waiting.size() >= s.settings.max_waiting) return make_error(errc::overloaded);
        auto promise = self->make_response_promise<onchain_balances>();
        s.waiting.push_back(promise);
        if (s.waiting.size() == 1) read_plasma(self);
        return promise;
      },
      [self](actors::status_atom) {
        const auto& s = self->state;
        return actors::status_report{audit_state::name,
                                     {{"plasma_known", s.last.plasma_known ? "yes" : "no"},
                                      {"polygon_known", s.last.polygon_known ? "yes" : "no"}}};
      },
  };
}

}  // namespace headroom::chain
