#include "app_repairs.hpp"

#include <spdlog/spdlog.h>

#include "actors/observed.hpp"
#include "cancel.hpp"
#include "repair.hpp"
#include "resolve.hpp"
#include "resync.hpp"

namespace headroom {
namespace {

using actors::repair_answer;

struct repair_state {
  static inline const char* name = "repair";
  std::uint64_t acts = 0;
};
using repair_self = actors::self_pointer<actors::repair_actor, repair_state>;

/// Whoever waits behind so many has given up by then.
constexpr std::uint64_t most_waiting = 16;

bool is_behind(repair_self self) {
  const auto& card = self->card();
  return card.received.load(std::memory_order_relaxed) -
             card.processed.load(std::memory_order_relaxed) >
         most_waiting;
}

/// What an act throws is an outage: nothing is known to be done.
template <class Act>
caf::result<repair_answer> carry_out(repair_self self, const char* what, const actors::grounds& why,
                                     Act act) {
  if (is_behind(self)) return make_error(errc::overloaded);
  ++self->state.acts;
  try {
    auto out = act();
    spdlog::warn("operator.act action={} by={} verdict={} words=\"{}\"", what, why.by,
                 static_cast<int>(out.verdict), out.words);
    return out;
  } catch (const std::exception& e) {
    spdlog::error("operator.act_failed action={} by={} reason=\"{}\"", what, why.by, e.what());
    return make_error(errc::unavailable);
  }
}

actors::repair_actor::behavior_type repair_worker(repair_self self, actors::world_ptr w,
                                                  const config::settings* s, const own_keys* keys) {
  return {
      [self, w, s, keys](const actors::settle_conversion& x) {
        return carry_out(self, "settle_conversion", x.why,
                         [&] { return settle_by_transfer(*s, *keys, x, w->now()); });
      },
      [self, w, s, keys](const actors::adopt_arrival& x) {
        return carry_out(self, "adopt_transfer", x.why,
                         [&] { return adopt(*s, *keys, x, w->now()); });
      },
      [self, w, s, keys](const actors::cancel_nonce& x) {
        return carry_out(self, "cancel_nonce", x.why,
                         [&] { return take_nonce_away(*s, *keys, x, w->now()); });
      },
      [self, w, s, keys](const actors::resync_wallet& x) {
        return carry_out(self, "resync_wallet", x.why,
                         [&] { return resync(*s, *keys, x, w->now()); });
      },
      [self, w, s](const actors::resolve_bet& x) {
        return carry_out(self, "resolve_bet", x.why,
                         [&] { return resolve_by_exchange(*s, x, w->now()); });
      },
      [self](actors::status_atom) {
        return actors::status_report{repair_state::name,
                                     {{"acts", std::to_string(self->state.acts)}}};
      },
  };
}

}  // namespace

void add_repairs(household& house, const config::settings& s, const own_keys& keys) {
  auto& sys = house.system();
  house.add<actors::repair_actor>("repair", [&sys, &s, &keys, w = house.world()] {
    return sys.spawn<caf::detached>(repair_worker, w, &s, &keys);
  });
}

}  // namespace headroom
