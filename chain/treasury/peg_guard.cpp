#include "chain/treasury/peg_guard.hpp"

#include <algorithm>

#include "actors/alerts.hpp"

namespace headroom::chain {
namespace {

constexpr std::string_view depeg_alert = "deposit.depeg";
/// Looks in a row without a price until a human hears of it: a node that did not answer once is no
/// news, though credits wait at once.
constexpr std::uint32_t unheard = 3;

std::string dollars_of(const price_reading& r) {
  return to_string(usdc{r.price / (whole_price / micro_per_usdc)});
}

/// For payers and operators alike; "": nothing is wrong.
std::string trouble_of(const pegged_source& x, const price_reading& r) {
  if (!r.good()) return "the price of its token is not known: " + r.problem;
  if (is_at_par(r, x.within_bps)) return {};
  return "its token is at " + dollars_of(r) + " USD, more than " + std::to_string(x.within_bps) +
         " basis points from one dollar";
}

class peg_desk {
 public:
  explicit peg_desk(peg_self self) : self_{self}, st_{self->state} {}

  void look(std::uint32_t index) {
    if (index >= st_.all.size()) return;
    st_.all[index].price.ask(
        self_, [w = st_.w] { return w->now(); },
        [self = self_, index](const price_reading& r) { peg_desk{self}.heard(index, r); });
  }

 private:
  void heard(std::uint32_t index, const price_reading& r) {
    auto& x = st_.all[index];
    auto& gauges = st_.w->dir.gauges;
    const auto why = trouble_of(x.of, r);
    x.last = r;
    x.held = !why.empty();
    x.without_price = r.good() ? 0 : x.without_price + 1;
    if (!x.held) {
      gauges.credit_holds().release(x.of.source);
      gauges.alerts().clear(depeg_alert, x.of.name, st_.w->now());
    } else {
      gauges.credit_holds().hold(x.of.source, why);
      if (r.good() || x.without_price >= unheard)
        gauges.alerts().raise(depeg_alert, x.of.name, "deposits wait for their credit: " + why,
                              st_.w->now());
    }
    self_->delayed_send(self_, x.held ? st_.settings.again : st_.settings.look,
                        actors::poll_atom::value, index);
  }

  peg_self self_;
  peg_state& st_;
};

std::string shown(const peg_state::watched& x) {
  return (x.last.good() ? dollars_of(x.last) : "unknown") + (x.held ? ", held" : "");
}

}  // namespace

peg_guard::behavior_type peg_behavior(peg_self self, actors::world_ptr w,
                                      std::vector<pegged_source> sources, peg_settings settings) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = settings;
  auto& holds = st.w->dir.gauges.credit_holds();
  for (auto& x : sources) {
    if (holds.why(x.source).empty()) holds.hold(x.source, "the price of its token is not read yet");
    price_watch price{x.feed, x.nodes, std::chrono::milliseconds{0}};
    price_reading unread;
    unread.problem = "not read yet";
    st.all.push_back({std::move(x), std::move(price), std::move(unread)});
  }
  for (std::uint32_t i = 0; i < st.all.size(); ++i) self->send(self, actors::poll_atom::value, i);
  return {
      [self](actors::poll_atom, std::uint32_t index) { peg_desk{self}.look(index); },
      [self](actors::status_atom) {
        actors::status_report out{peg_state::name, {}};
        for (const auto& x : self->state.all) out.facts.emplace(x.of.name, shown(x));
        return out;
      },
  };
}

}  // namespace headroom::chain
